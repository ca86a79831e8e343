//! Links in the running text: which of them the text stands on.

use url::Url;

use super::find::Find;
use super::grade;
use super::link::{LinkKind, Reach};
use super::sentence;
use crate::html::{Anchor, Flow, Quote};
use crate::link;

/// Headings of blocks that list sources, in lower case.
const SOURCE_HEADINGS: [&str; 20] = [
    "sources",
    "source",
    "references",
    "reference",
    "further sources",
    "sources and further reading",
    "notes and references",
    "bibliography",
    "citations",
    "quellen",
    "quelle",
    "quellenangaben",
    "literatur",
    "sources et références",
    "références",
    "fuentes",
    "referencias",
    "fonti",
    "fontes",
    "bronnen",
];

/// Words near a link that say the text leans on it, in lower case. English, German, French, Spanish, Italian, Portuguese, Dutch, Hindi.
const CUES: [&str; 84] = [
    "according to",
    "told ",
    "said in",
    "says in",
    "reported",
    "reports",
    "report ",
    "report,",
    "study",
    "studies",
    "survey",
    "statement",
    "announced",
    "announcement",
    "poll",
    "filing",
    "figures",
    "data ",
    "data,",
    "statistics",
    "analysis",
    "paper ",
    "paper,",
    "published",
    "research",
    "found ",
    "findings",
    "documents",
    "document ",
    "letter",
    "press release",
    "interview",
    "investigation",
    "wrote",
    "writes",
    "notice",
    "minutes of",
    "results",
    "readings",
    "ruling",
    "records",
    "estimates",
    "first reported",
    "citing",
    "confirmed",
    "show ",
    "shows ",
    "newsletter",
    "leaflet",
    "log ",
    "laut",
    "zufolge",
    "berichtet",
    "bericht",
    "studie",
    "mitteilung",
    "erklärung",
    "umfrage",
    "angaben",
    "selon",
    "d’après",
    "d'après",
    "rapporte",
    "rapport",
    "étude",
    "communiqué",
    "enquête",
    "según",
    "informe",
    "estudio",
    "comunicado",
    "encuesta",
    "secondo",
    "rapporto",
    "studio",
    "segundo",
    "relatório",
    "estudo",
    "volgens",
    "onderzoek",
    "के अनुसार",
    "अनुसार",
    "रिपोर्ट",
    "अध्ययन",
];

/// Sites that links lead to for other reasons than evidence: sharing, shopping, following, subscribing.
const NO_SOURCES: [&str; 22] = [
    "facebook.com/sharer",
    "facebook.com/share",
    "facebook.com/dialog",
    "twitter.com/intent",
    "twitter.com/share",
    "x.com/intent",
    "x.com/share",
    "linkedin.com/share",
    "linkedin.com/sharearticle",
    "pinterest.com/pin/create",
    "reddit.com/submit",
    "t.me/share",
    "telegram.me/share",
    "wa.me/",
    "api.whatsapp.com/send",
    "addtoany.com",
    "getpocket.com/save",
    "news.ycombinator.com/submitlink",
    "feedburner.com",
    "mailchi.mp",
    "amzn.to/",
    "creativecommons.org/licenses",
];

/// Labels of links that do something rather than support something, in lower case.
const NO_SOURCE_LABELS: [&str; 24] = [
    "share",
    "tweet",
    "subscribe",
    "sign up",
    "log in",
    "register",
    "newsletter",
    "comments",
    "read more",
    "continue reading",
    "read the full story",
    "donate",
    "support us",
    "follow us",
    "privacy policy",
    "terms of use",
    "terms",
    "download our app",
    "buy now",
    "shop now",
    "contact us",
    "about us",
    "advertise",
    "jobs",
];

/// The links of the body that the text stands on.
pub(super) fn find(
    flow: &Flow,
    anchors: &[Anchor],
    is_foreign: &impl Fn(&Url) -> bool,
) -> Vec<Find> {
    let quotes = flow
        .quotes
        .iter()
        .filter_map(|quote| quoted(flow, quote, is_foreign));
    let anchors = anchors.iter().filter_map(|anchor| {
        let url = link::resolve(&anchor.href, None).filter(is_foreign)?;
        (!is_no_source(&url, anchor))
            .then(|| judged(flow, anchor, url))
            .flatten()
    });
    quotes.chain(anchors).collect()
}

/// `cite` of a quotation: where the words come from (HTML, `cite` attribute).
fn quoted(flow: &Flow, quote: &Quote, is_foreign: &impl Fn(&Url) -> bool) -> Option<Find> {
    let url = link::resolve(quote.cite.as_deref()?, None).filter(is_foreign)?;
    let words = sentence::short(flow.text.get(quote.at.clone())?);
    Some(Find {
        url,
        kind: LinkKind::Quotes,
        rule: "quote-cite",
        confidence: 0.97,
        label: String::new(),
        claim: Some(words.clone()),
        quote: words,
        at: quote.at.start,
    })
}

fn judged(flow: &Flow, anchor: &Anchor, url: Url) -> Option<Find> {
    let around = sentence::around(&flow.text, anchor.at.start);
    let specific = grade::reach(&url).is_specific();
    let lower = around.to_lowercase();
    let cue = CUES.iter().find(|cue| lower.contains(*cue));
    let (kind, rule, confidence) = match () {
        _ if under_source_heading(flow, anchor) => (LinkKind::Cites, "source-section", 0.96),
        _ if anchor.in_quote && specific => (LinkKind::Quotes, "link-in-quote", 0.85),
        _ if cue.is_some() && specific => (LinkKind::Cites, "cue-and-specific", 0.92),
        _ if cue.is_some() && !is_only_a_name(&anchor.label) => (LinkKind::Cites, "cue", 0.7),
        // An address written out is there to be looked up.
        _ if anchor.label.contains("://") => (LinkKind::Cites, "bare-address", 0.8),
        _ if specific => (LinkKind::Cites, "specific", 0.75),
        // A front page without a cue is a mention: the text names the house, and stands on nothing there.
        _ => return None,
    };
    let claim =
        Some(sentence::short(around)).filter(|claim| !claim.is_empty() && *claim != anchor.label);
    // In a list of sources the label is the source's name; in running text it is part of a sentence.
    let label = if rule == "source-section" {
        anchor.label.clone()
    } else {
        String::new()
    };
    Some(Find {
        url,
        kind,
        rule,
        confidence,
        label,
        quote: sentence::short(around),
        claim,
        at: anchor.at.start,
    })
}

fn under_source_heading(flow: &Flow, anchor: &Anchor) -> bool {
    let before = flow
        .headings
        .partition_point(|heading| heading.at.end <= anchor.at.start);
    let heading = before
        .checked_sub(1)
        .and_then(|last| flow.headings.get(last));
    let words = heading
        .and_then(|heading| flow.text.get(heading.at.clone()))
        .unwrap_or_default();
    SOURCE_HEADINGS.contains(&words.trim().trim_end_matches(':').to_lowercase().as_str())
}

fn is_no_source(url: &Url, anchor: &Anchor) -> bool {
    let host = url.host_str().unwrap_or_default();
    let place = format!(
        "{}{}",
        host.strip_prefix("www.").unwrap_or(host),
        url.path()
    )
    .to_lowercase();
    NO_SOURCES
        .iter()
        .any(|known| place.starts_with(known) || place.contains(&format!(".{known}")))
        || NO_SOURCE_LABELS.contains(&anchor.label.trim().to_lowercase().as_str())
        || anchor
            .rel
            .iter()
            .any(|rel| matches!(rel.as_str(), "sponsored" | "author" | "license" | "tag"))
        || matches!(grade::reach(url), Reach::Profile)
}

/// One to five words, each begun large: a house or a person, not a report.
fn is_only_a_name(label: &str) -> bool {
    let words: Vec<&str> = label.split_whitespace().collect();
    let small = [
        "of", "the", "and", "for", "de", "la", "du", "der", "des", "von", "&",
    ];
    (1..=5).contains(&words.len())
        && words
            .iter()
            .all(|word| small.contains(word) || word.chars().next().is_some_and(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;

    fn found(markup: &str) -> Vec<(&'static str, String)> {
        let flow = html::flow(markup, None);
        find(&flow, &flow.anchors, &|_| true)
            .into_iter()
            .map(|find| (find.rule, find.url.to_string()))
            .collect()
    }

    #[test]
    fn cues_and_specific_addresses_are_sources_and_bare_names_of_houses_are_not() {
        let cue = "<p>According to <a href='https://b.example/news/2025/11/05/halden-weir-repair'>the board</a>, it leaks.</p>";
        assert_eq!(found(cue)[0].0, "cue-and-specific");
        assert_eq!(
            found(
                "<p>The <a href='https://society.example/'>Lantern Society</a> met on Monday.</p>"
            ),
            []
        );
        assert_eq!(
            found(
                "<p>The <a href='https://society.example/'>Lantern Society</a> reported a loss.</p>"
            ),
            []
        );
        assert_eq!(
            found("<p>It is in <a href='https://society.example/'>their own statement</a>.</p>")[0]
                .0,
            "cue"
        );
        assert_eq!(
            found("<p>Look (<a href='https://m.example/sheet'>https://m.example/sheet</a>).</p>")
                [0]
            .0,
            "bare-address"
        );
    }

    #[test]
    fn lists_under_a_source_heading_count_and_lists_under_another_do_not() {
        let list = |heading: &str| {
            format!("<h2>{heading}</h2><ul><li><a href='https://a.example/'>A House</a></li></ul>")
        };
        assert_eq!(found(&list("Sources:"))[0].0, "source-section");
        assert_eq!(found(&list("Quellen"))[0].0, "source-section");
        assert_eq!(found(&list("Our friends")), []);
    }

    #[test]
    fn quotations_say_where_they_come_from() {
        let markup = "<blockquote cite='https://inn.example/2025/letter'>We are open.</blockquote>";
        assert_eq!(
            found(markup),
            [("quote-cite", "https://inn.example/2025/letter".into())]
        );
    }

    #[test]
    fn sharing_and_subscribing_are_no_sources() {
        for markup in [
            "<p>A report: <a href='https://www.facebook.com/sharer/sharer.php?u=x'>Post it</a></p>",
            "<p>A study. <a href='https://list.example/2025/11/05/a-long-page-name'>Subscribe</a></p>",
            "<p>A study. <a rel='sponsored' href='https://shop.example/2025/11/05/a-long-page-name'>this kettle</a></p>",
        ] {
            assert_eq!(found(markup), [], "{markup}");
        }
    }
}
