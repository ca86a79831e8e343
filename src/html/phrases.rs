//! Lines by which a page speaks of itself within an article: told by their words, whatever their element is called.

/// Bytes. Longer blocks are prose that happens to begin so.
const MAX_LABEL: usize = 240;
/// Bytes. A line of tags or a picture's credit is short.
const MAX_FILED: usize = 160;
/// Bytes. An invitation to subscribe takes a sentence or two.
const MAX_INVITATION: usize = 400;

/// Bytes of a line that may say who wrote the article, and when.
pub(super) const MAX_HEAD: usize = 140;
/// Bytes of a line that is a date.
const MAX_DATE: usize = 60;

/// Whole lines, in lower case and without punctuation at their end.
#[rustfmt::skip]
const LINES: &[&str] = &[
    "ad", "advertisement", "advertising", "anzeige", "werbung", "publicidad", "publicidade", "publicité", "pubblicità", "реклама", "advertentie",
    "comments", "leave a comment", "leave a reply", "kommentare", "post a comment", "no comments", "join the conversation", "view comments", "share",
    "share this", "share this article", "share this story", "share on facebook", "share on twitter", "teilen", "artikel teilen", "compartir",
    "partager", "condividi", "print", "print this page", "drucken", "imprimir", "imprimer", "email", "tweet", "whatsapp",
    "pinterest", "facebook", "twitter", "linkedin", "copy link", "link kopieren", "permalink", "permalien", "text size", "caption", "close",
    "close gallery", "hide caption", "toggle caption", "view gallery", "image credit", "loading", "play video", "play", "video", "watch", "listen",
    "subscribe", "subscribe now", "sign up", "sign in", "log in", "newsletter", "jetzt abonnieren", "follow us", "follow", "back to top", "nach oben",
    "skip to content", "skip to main content", "continue reading", "continue reading below", "article continues below",
    "article continues after advertisement", "story continues below advertisement", "menu", "home", "tags", "topics",
    "mehr", "more", "weiterlesen", "continua a leggere", "thank you", "thanks for signing up",
];

/// What stands over a list of other articles, or before one of them; in lower case.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "also read", "also see", "also on", "don't miss", "don’t miss", "editor's picks", "editors' picks", "editor’s picks", "further reading on",
    "keep reading", "latest news", "more from", "more great", "more like this", "more news", "more on this", "more stories", "most popular",
    "most read", "must read", "next up", "popular this week", "popular posts", "read also", "read more", "read next", "read:", "recent articles",
    "recent posts", "recommended", "related", "see also", "see more", "similar articles", "sponsored", "suggested", "top stories", "trending",
    "watch:", "what to read next", "you may also like", "you might also like", "you might also be interested in", "more:", "up next",
    "ähnliche artikel", "ähnliche beiträge", "auch interessant", "auch lesen", "beiträge zum thema", "das könnte dich auch interessieren",
    "das könnte ihnen auch gefallen", "das könnte sie auch interessieren", "das könnte sie interessieren", "diese artikel könnten",
    "empfohlene artikel", "empfohlene beiträge", "lesen sie auch", "lesen sie mehr", "lesen sie hier", "lesen sie dazu", "lest auch", "lies auch",
    "lesetipp", "mehr aus", "mehr dazu", "mehr lesen", "mehr zu", "mehr zum thema", "meistgelesen", "passend dazu", "siehe auch", "verwandte artikel",
    "verwandte themen", "verwandte beiträge", "weitere artikel", "weitere beiträge", "weitere informationen zum thema", "weitere meldungen",
    "weitere nachrichten", "weitere news", "weitere themen", "zum weiterlesen", "zum thema", "entdecke weitere", "interessante artikel",
    "neueste beiträge", "vorheriger beitrag", "nächster beitrag", "vorheriger artikel", "nächster artikel", "vorschau auf", "a lire aussi",
    "à lire aussi", "à lire également", "à voir aussi", "articles liés", "articles similaires", "lire aussi", "lire également",
    "pour aller plus loin", "sur le même sujet", "sur le même thème", "voir aussi", "lire plus", "artículos relacionados", "le puede interesar",
    "lea también", "lea además", "lee también", "lee además", "más información", "más noticias", "mira también", "noticias relacionadas",
    "notas relacionadas", "puede interesarle", "también le puede interesar", "te puede interesar", "te recomendamos", "ver también", "leer más",
    "leer también", "leia mais", "leia também", "mais lidas", "notícias relacionadas", "saiba mais", "veja também", "veja mais",
    "artigos relacionados", "articoli correlati", "leggi anche", "leggi tutto", "potrebbe interessarti", "ti potrebbe interessare", "guarda anche",
    "vedi anche", "lees ook", "lees meer", "meer over", "gerelateerde artikelen", "bekijk ook", "czytaj także", "czytaj też", "zobacz także",
    "zobacz też", "przeczytaj także", "polecamy", "läs också", "läs mer", "läs även", "les også", "læs også", "lue myös", "читайте также",
    "читать также", "похожие статьи", "по теме", "ilgili haberler", "関連記事", "相关阅读", "相关新闻", "延伸阅读", "관련기사",
];

/// Words of an invitation to subscribe, to follow or to pay: one of each pair in one short block.
#[rustfmt::skip]
const INVITING: &[&str] = &[
    "sign up", "signing up", "subscribe", "subscribing", "subscription", "join our", "follow us", "follow @", "get the latest", "get our",
    "delivered to", "your inbox", "melden sie sich", "anmelden", "abonniere", "folgen sie uns", "folge uns", "folgt uns", "inscrivez-vous",
    "abonnez-vous", "suivez-nous", "suscríbete", "suscríbase", "síguenos", "inscreva-se", "assine", "iscriviti", "подпишитесь", "подписывайтесь",
    "schrijf je in", "verpassen", "versäumen", "like us", "download our", "download the",
];
#[rustfmt::skip]
const INVITED: &[&str] = &[
    "newsletter", "e-mail", "email", "inbox", "facebook", "twitter", "instagram", "telegram", "whatsapp", "youtube", "updates", "alerts", "boletín",
    "lettre d'information", "infolettre", "app ", "podcast", "rss", "postfach", "push",
];

/// How a page says how long its article takes.
#[rustfmt::skip]
const READING: &[&str] = &[
    "min read", "minute read", "minutes read", "lesezeit", "min de lecture", "minutos de lectura", "reading time",
];

/// What begins a line about who and when.
#[rustfmt::skip]
const HEADS: &[&str] = &[
    "published", "updated", "posted", "last updated", "last modified", "by ", "von ", "par ", "por ", "veröffentlicht", "aktualisiert", "stand:",
    "publicado", "publié", "mis à jour", "actualizado", "pubblicato", "first published", "опубликовано", "written by",
];

/// Words of which one on each side, in one short block, make a notice: of cookies, of paid links, of who may comment.
#[rustfmt::skip]
const NOTICES: &[(&[&str], &[&str])] = &[
    (&["cookie"], &["accept", "agree", "consent", "by continuing", "by using", "stimm", "akzeptier", "nutzung der seite", "acept", "accetta", "j'accepte"]),
    (&["affiliate", "associates program", "associate program", "partnerlink", "provision", "afiliad"], &["commission", "earn", "disclos", "purchase", "links", "erhalten", "kauf", "comisi", "participa"]),
    (&["comment", "kommentar", "comentar", "commentaire"], &["log in", "logged in", "login", "sign in", "register", "einloggen", "eingeloggt", "anmelden", "registrier", "connecte", "inicia sesión"]),
];

/// How a line begins that files the article away, or tells whose a picture is.
#[rustfmt::skip]
const FILED: &[&str] = &[
    "this entry was posted", "this post was", "posted in", "filed under", "tagged with", "tags:", "categories:", "category:", "topics:",
    "kategorien:", "kategorie:", "schlagwörter:", "schlagworte:", "stichwörter:", "etiquetas:", "photo:", "photos:", "photo by", "photo credit",
    "photograph by", "picture:", "image:", "image credit", "image by", "credit:", "foto:", "fotos:", "bild:", "bilder:", "titelbild:",
    "beitragsbild:", "bildquelle:", "bildnachweis", "crédit photo", "crédits photo", "imagen:", "imagem:", "fotografía:", "фото:",
];

/// What stands over a few lines about who wrote the article.
#[rustfmt::skip]
const AUTHORS: &[&str] = &[
    "about the author", "about the authors", "about the writer", "über den autor", "über die autorin", "über die autoren", "zur person", "zum autor",
    "zur autorin", "der autor", "die autorin", "sobre el autor", "sobre la autora", "sobre o autor", "à propos de l'auteur", "sull'autore",
    "l'autore",
];

/// Whether a line stands over a note about the author.
pub(super) fn heads_author(text: &str) -> bool {
    AUTHORS.contains(&bare(&text.to_lowercase()))
}

fn is_notice(lower: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    NOTICES.iter().any(|(one, other)| has(one) && has(other))
}

fn is_filed(lower: &str) -> bool {
    FILED.iter().any(|label| {
        let sure = label.ends_with(':') || label.starts_with("this ");
        lower.starts_with(label) && (sure || !lower.ends_with('.'))
    })
}

/// Whether a block, given as folded text, is a line of the page and none of the article.
pub(super) fn is_furniture(text: &str, linked: bool) -> bool {
    let lower = text.to_lowercase();
    let bare = bare(&lower);
    if LINES.contains(&bare) {
        return true;
    }
    let count = text.len();
    count <= MAX_LABEL && is_rights(&lower)
        || linked && heads_others(text)
        || count <= MAX_FILED && is_filed(&lower)
}

/// Whether a block invites to subscribe, or gives notice of cookies and the like. An article about such things is full
/// of blocks like that.
pub(super) fn is_appeal(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.len() <= MAX_INVITATION && (is_invitation(&lower) || is_notice(&lower))
}

/// Whether a line stands over a list of other articles, or leads to one.
pub(super) fn heads_others(text: &str) -> bool {
    let lower = text.to_lowercase();
    let bare = bare(&lower);
    OTHERS.iter().any(|label| {
        bare.strip_prefix(label)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

fn bare(lower: &str) -> &str {
    lower.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_rights(lower: &str) -> bool {
    lower.starts_with('©')
        || lower.starts_with("copyright")
        || lower.contains("all rights reserved")
        || lower.contains("alle rechte vorbehalten")
        || lower.contains("todos los derechos reservados")
        || lower.contains("todos os direitos reservados")
        || lower.contains("tous droits réservés")
}

fn is_invitation(lower: &str) -> bool {
    INVITING.iter().any(|word| lower.contains(word))
        && INVITED.iter().any(|word| lower.contains(word))
}

/// Whether a short line before the text says who wrote it, when, or how long it takes to read.
pub(super) fn is_head_line(text: &str) -> bool {
    let lower = text.to_lowercase();
    let lower = lower.trim();
    if text.len() > MAX_HEAD || lower.is_empty() {
        return false;
    }
    let closes = text.ends_with(['.', '!', '?', '”', '"', '»', '“']);
    READING.iter().any(|label| lower.contains(label))
        || !closes && HEADS.iter().any(|label| lower.starts_with(label))
        || is_dateish(lower)
}

/// Whether a short line is hardly more than numbers, a year among them.
fn is_dateish(lower: &str) -> bool {
    let (mut numbers, mut others, mut year) = (0, 0, false);
    for word in lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
    {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            numbers += 1;
            year |= word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
        } else {
            others += 1;
        }
    }
    year && numbers >= 2 && others <= numbers + 2 && lower.len() <= MAX_DATE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_about_the_page_are_told_from_prose() {
        for (text, linked, expected) in [
            ("ADVERTISEMENT", false, true),
            ("Share this article:", false, true),
            ("Share prices fell.", false, false),
            ("© 2024 Us", false, true),
            ("All Rights Reserved.", false, true),
            ("Lesen Sie auch: Das Wehr ist alt", true, true),
            ("Lesen Sie auch zwischen den Zeilen.", false, false),
            ("Related: the weir", true, true),
            ("Relatedness is a measure.", true, false),
            (
                "Subscribe to our newsletter and get it in your inbox",
                false,
                true,
            ),
            ("He reads his email.", false, false),
            ("Tags: dam, river", false, true),
            ("Photo: Ana Bo", false, true),
            ("Photos of the dam were sold.", false, false),
            ("By continuing you accept our cookies.", false, true),
            ("She baked cookies for the board.", false, false),
            (
                "We may earn a commission from affiliate links.",
                false,
                true,
            ),
            ("Please log in to comment", false, true),
            ("He had no comment.", false, false),
        ] {
            assert_eq!(
                is_furniture(text, linked) || is_appeal(text),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn head_lines_are_told_from_sentences() {
        for line in [
            "By Ana Bo",
            "Published 3 May 2024",
            "5 min read",
            "03.05.2024, 12:10 Uhr",
        ] {
            assert!(is_head_line(line), "{line}");
        }
        for line in [
            "By noon the river had risen.",
            "Posted letters were lost!",
            "Ana Bo",
            "",
        ] {
            assert!(!is_head_line(line), "{line}");
        }
    }
}
