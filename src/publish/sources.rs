//! What a story stands on, as every format says it: once in metadata and once where readers see it (L1).

use crate::enrich::{Carrier, LinkKind, Reach, SourceLink};
use crate::html;

use super::fit;

/// A source link with its strings made fit to print.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cited {
    pub url: Option<String>,
    pub name: String,
    pub kind: LinkKind,
    pub reach: Option<Reach>,
    pub claim: Option<String>,
    /// 0 to 1; absent when it was not a number.
    pub confidence: Option<f32>,
    pub rule: &'static str,
    pub quote: Option<String>,
    pub at: usize,
}

impl Cited {
    /// None when nothing is left to name: no name and no address.
    pub(super) fn of(link: &SourceLink) -> Option<Self> {
        let url = link.url.as_deref().and_then(fit::web);
        let name = fit::line(&link.name).or_else(|| url.as_deref().map(host))?;
        Some(Cited {
            reach: link.reach.filter(|_| url.is_some()),
            url,
            name,
            kind: link.kind,
            claim: link.claim.as_deref().and_then(fit::line),
            confidence: link
                .confidence
                .is_finite()
                .then(|| link.confidence.clamp(0.0, 1.0)),
            rule: link.evidence.rule,
            quote: fit::line(&link.evidence.quote),
            at: link.evidence.at,
        })
    }

    /// The link relation that says the same in metadata (RFC 4287 §4.2.7.2): `via` for where it came from, `related` for what it is about.
    pub(super) fn rel(&self) -> &'static str {
        match self.kind {
            LinkKind::Original | LinkKind::Via => "via",
            LinkKind::Cites | LinkKind::Quotes => "related",
        }
    }

    /// The words before the name; nothing for a plain citation.
    pub(super) fn lead(&self) -> &'static str {
        match self.kind {
            LinkKind::Cites => "",
            LinkKind::Original => "First published at",
            LinkKind::Via => "Found through",
            LinkKind::Quotes => "Quoted from",
        }
    }

    /// What a reader must know about the address: that it names no one thing, or that there is none.
    pub(super) fn caution(&self) -> Option<&'static str> {
        match (&self.url, self.reach) {
            (None, _) => Some("no link given"),
            (Some(_), reach) => reach.and_then(Reach::caution),
        }
    }
}

/// Another place that has the story.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reprint {
    pub name: String,
    /// The story's own page there.
    pub url: Option<String>,
}

impl Reprint {
    pub(super) fn of(carrier: &Carrier) -> Option<Self> {
        let url = carrier.url.as_deref().and_then(fit::web);
        let name = fit::line(&carrier.name).or_else(|| fit::line(&carrier.source))?;
        Some(Reprint { name, url })
    }
}

/// The list that follows the author's text, as HTML: sources, then who else has the story. Empty when there is neither.
pub(super) fn block(sources: &[Cited], also: &[Reprint]) -> String {
    let mut block = String::new();
    if !sources.is_empty() {
        block.push_str("<h2>Sources</h2>\n<ul>\n");
        for cited in sources {
            block.push_str(&item(cited));
        }
        block.push_str("</ul>\n");
    }
    if !also.is_empty() {
        let names: Vec<String> = also
            .iter()
            .map(|reprint| linked(&reprint.name, reprint.url.as_deref()))
            .collect();
        block.push_str(&format!("<p>Also carried by {}.</p>\n", names.join(", ")));
    }
    block
}

fn item(cited: &Cited) -> String {
    let mut item = String::from("<li>");
    if !cited.lead().is_empty() {
        item.push_str(cited.lead());
        item.push(' ');
    }
    item.push_str(&linked(&cited.name, cited.url.as_deref()));
    if let Some(caution) = cited.caution() {
        item.push_str(&format!(" <em>({})</em>", html::escape(caution)));
    }
    if let Some(claim) = &cited.claim {
        item.push_str(&format!(": {}", html::escape(claim)));
    }
    item.push_str("</li>\n");
    item
}

fn linked(name: &str, url: Option<&str>) -> String {
    let name = html::escape(name);
    match url {
        Some(url) => format!(
            "<a href=\"{}\" rel=\"noopener nofollow\">{name}</a>",
            html::escape(url)
        ),
        None => name.to_string(),
    }
}

fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::Evidence;

    fn link(url: Option<&str>, kind: LinkKind) -> SourceLink {
        SourceLink {
            url: url.map(Into::into),
            key: None,
            name: "A <b> & C".into(),
            kind,
            reach: Some(Reach::Homepage),
            claim: Some("said \"so\"".into()),
            confidence: 0.9,
            evidence: Evidence {
                rule: "anchor",
                quote: String::new(),
                at: 0,
            },
        }
    }

    #[test]
    fn l1_a_front_is_called_a_front_and_everything_is_escaped() {
        let cited = Cited::of(&link(Some("https://x.example/?a&b"), LinkKind::Original)).unwrap();
        let block = block(&[cited], &[]);
        assert!(
            block.contains("First published at <a href=\"https://x.example/?a&amp;b\""),
            "{block}"
        );
        assert!(
            block.contains(
                "A &lt;b&gt; &amp; C</a> <em>(front page, no specific article)</em>: said "
            ),
            "{block}"
        );
    }

    #[test]
    fn an_address_that_is_no_web_address_is_not_linked() {
        let cited = Cited::of(&link(Some("javascript:alert(1)"), LinkKind::Cites)).unwrap();
        assert_eq!(
            (cited.url.clone(), cited.reach, cited.caution()),
            (None, None, Some("no link given"))
        );
    }

    #[test]
    fn no_sources_no_block() {
        assert_eq!(block(&[], &[]), "");
    }

    #[test]
    fn a_source_without_a_name_is_called_by_its_host() {
        let mut nameless = link(Some("https://x.example/a"), LinkKind::Cites);
        nameless.name = "\u{0}".into();
        assert_eq!(Cited::of(&nameless).unwrap().name, "x.example");
        nameless.url = None;
        assert_eq!(Cited::of(&nameless), None);
    }
}
