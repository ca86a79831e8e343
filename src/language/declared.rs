//! What sources declare, tidied into BCP 47 tags.

/// ISO 639-1, so that a word of two letters that is no language is told from one that is.
const TWO_LETTERS: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu \
    fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky \
    la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd \
    se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Names, codes of three letters that have a shorter one, codes that were withdrawn, and countries written for the one language of their web.
const CALLED: [(&str, &str); 84] = [
    ("arabic", "ar"),
    ("ara", "ar"),
    ("العربية", "ar"),
    ("bengali", "bn"),
    ("ben", "bn"),
    ("bulgarian", "bg"),
    ("bul", "bg"),
    ("catalan", "ca"),
    ("català", "ca"),
    ("chinese", "zh"),
    ("zho", "zh"),
    ("chi", "zh"),
    ("cmn", "zh"),
    ("cn", "zh"),
    ("中文", "zh"),
    ("croatian", "hr"),
    ("czech", "cs"),
    ("ces", "cs"),
    ("cze", "cs"),
    ("cz", "cs"),
    ("čeština", "cs"),
    ("danish", "da"),
    ("dansk", "da"),
    ("dan", "da"),
    ("dk", "da"),
    ("dutch", "nl"),
    ("nederlands", "nl"),
    ("nld", "nl"),
    ("dut", "nl"),
    ("english", "en"),
    ("eng", "en"),
    ("englisch", "en"),
    ("finnish", "fi"),
    ("suomi", "fi"),
    ("fin", "fi"),
    ("french", "fr"),
    ("français", "fr"),
    ("francais", "fr"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("german", "de"),
    ("deutsch", "de"),
    ("deu", "de"),
    ("ger", "de"),
    ("greek", "el"),
    ("ell", "el"),
    ("gr", "el"),
    ("hebrew", "he"),
    ("heb", "he"),
    ("iw", "he"),
    ("hindi", "hi"),
    ("hin", "hi"),
    ("hungarian", "hu"),
    ("magyar", "hu"),
    ("indonesian", "id"),
    ("in", "id"),
    ("italian", "it"),
    ("italiano", "it"),
    ("ita", "it"),
    ("japanese", "ja"),
    ("日本語", "ja"),
    ("jpn", "ja"),
    ("jp", "ja"),
    ("korean", "ko"),
    ("한국어", "ko"),
    ("kor", "ko"),
    ("norwegian", "no"),
    ("norsk", "no"),
    ("polish", "pl"),
    ("polski", "pl"),
    ("pol", "pl"),
    ("portuguese", "pt"),
    ("português", "pt"),
    ("por", "pt"),
    ("russian", "ru"),
    ("русский", "ru"),
    ("rus", "ru"),
    ("spanish", "es"),
    ("español", "es"),
    ("spa", "es"),
    ("swedish", "sv"),
    ("svenska", "sv"),
    ("swe", "sv"),
    ("ji", "yi"),
];

/// The longest tag that is kept, in bytes: RFC 5646 §4.4.1 says that 35 hold every tag in use.
const LONGEST_TAG: usize = 35;

/// The BCP 47 tag that a declaration means: `en_US` is `en-US`, `English` is `en`, `de_DE.UTF-8` is `de-DE`. Letters stay in the case they were written
/// in, which means nothing (RFC 5646 §2.1.1).
///
/// None for what names no one language: `und`, `mul`, lists, junk. Subtags after the first are checked for their shape only.
pub fn declared(text: &str) -> Option<String> {
    // What follows in the name of a locale is its charset or its currency.
    let text = text.split(['.', '@']).next()?.trim();
    if let Some(tag) = called(text) {
        return Some(tag.to_string());
    }
    let tag = text.replace('_', "-");
    let (first, rest) = match tag.split_once('-') {
        Some((first, rest)) => (first, Some(rest.trim_end_matches('-'))),
        None => (tag.as_str(), None),
    };
    let language = called(first).map_or(first, |short| short);
    if !is_language(language) {
        return None;
    }
    let tag = match rest.filter(|rest| !rest.is_empty()) {
        None => language.to_string(),
        Some(rest) if rest.split('-').all(is_subtag) => format!("{language}-{rest}"),
        Some(_) => return None,
    };
    (tag.len() <= LONGEST_TAG).then_some(tag)
}

fn called(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    CALLED
        .iter()
        .find(|(name, _)| *name == lower)
        .map(|(_, tag)| *tag)
}

/// ISO 639-1, or three letters, of which there are thousands; not those that say that the language is unknown, several or none.
fn is_language(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    match lower.len() {
        2 => TWO_LETTERS.split_whitespace().any(|known| known == lower),
        3 => {
            lower.bytes().all(|byte| byte.is_ascii_lowercase())
                && !["und", "mul", "mis", "zxx"].contains(&lower.as_str())
        }
        _ => false,
    }
}

fn is_subtag(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p9_declarations_are_tidied() {
        let cases = [
            ("en", Some("en")),
            (" en-US\n", Some("en-US")),
            ("en_US", Some("en-US")),
            ("EN-us", Some("EN-us")),
            ("de_DE.UTF-8", Some("de-DE")),
            ("de_DE@euro", Some("de-DE")),
            ("zh-Hant-TW", Some("zh-Hant-TW")),
            ("English", Some("en")),
            ("FRANÇAIS", Some("fr")),
            ("日本語", Some("ja")),
            ("eng-GB", Some("en-GB")),
            ("jp", Some("ja")),
            ("iw-IL", Some("he-IL")),
            ("gsw", Some("gsw")),
            ("pt-", Some("pt")),
        ];
        for (text, tag) in cases {
            assert_eq!(declared(text).as_deref(), tag, "{text:?}");
        }
    }

    #[test]
    fn p9_what_names_no_one_language_declares_none() {
        let long = format!("en-{}", "abcdefgh-".repeat(9));
        let cases = [
            "",
            " ",
            "-",
            "xx",
            "us",
            "und",
            "mul",
            "en, fr",
            "en;q=0.5",
            "en us",
            "none",
            "0",
            "en\" onload=\"x",
            "a\u{0}b",
            "qqqq",
            "en--us",
            "水",
            &long,
        ];
        for text in cases {
            assert_eq!(declared(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_name_means_a_language() {
        for (name, tag) in CALLED {
            assert!(is_language(tag), "{name}");
            assert_eq!(name.to_lowercase(), name);
        }
    }
}
