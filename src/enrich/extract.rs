//! All rules over one entry: what is found, each source once.

use std::collections::HashMap;
use std::ops::Range;

use url::Url;

use super::find::Find;
use super::link::{Evidence, LinkKind, SourceLink};
use super::{anchors, grade, lines, name};
use crate::html::{Anchor, Flow};
use crate::ingest::Entry;
use crate::link;

/// Most source links kept of one entry. Long bibliographies have some hundreds; more is a link farm.
pub const MAX_LINKS: usize = 10_000;

/// The source links of an entry whose body reads as `flow`, in the order of the text.
///
/// Links to the entry's own site are no sources. Does not follow links, and says nothing of names without one.
pub fn extract(entry: &Entry, flow: &Flow) -> Vec<SourceLink> {
    let own = own_sites(entry);
    let is_foreign = |url: &Url| link::registrable(url).is_some_and(|site| !own.contains(&site));
    let mut finds = declared(entry, &is_foreign);
    let anchors = anchors_of(flow);
    finds.extend(lines::find(flow, &anchors, &is_foreign));
    finds.extend(anchors::find(flow, &anchors, &is_foreign));
    fold(finds, &flow.text)
}

/// The anchors of the body, and addresses that are only written out, in the order of the text.
fn anchors_of(flow: &Flow) -> Vec<Anchor> {
    let mut all = flow.anchors.clone();
    let is_free = |at: &Range<usize>| {
        let next = flow
            .anchors
            .partition_point(|anchor| anchor.at.end <= at.start);
        flow.anchors
            .get(next)
            .is_none_or(|anchor| at.end <= anchor.at.start)
    };
    for at in link::addresses(&flow.text).into_iter().filter(is_free) {
        let label = flow.text.get(at.clone()).unwrap_or_default().to_string();
        let in_quote = flow.quotes.iter().any(|quote| quote.at.contains(&at.start));
        all.push(Anchor {
            href: label.clone(),
            label,
            at,
            in_quote,
            in_table: false,
            in_list: false,
            rel: Vec::new(),
        });
    }
    all.sort_by_key(|anchor| anchor.at.start);
    all
}

/// The sites the entry itself lives on: an entry on disk without an address has none.
fn own_sites(entry: &Entry) -> Vec<String> {
    let addresses = [&entry.url, &entry.base].into_iter().flatten();
    addresses
        .filter_map(|address| link::registrable(&link::resolve(address, None)?))
        .collect()
}

/// What metadata says: canonical address elsewhere, relations of the feed, structured data of the page.
fn declared(entry: &Entry, is_foreign: &impl Fn(&Url) -> bool) -> Vec<Find> {
    let mut finds = Vec::new();
    let mut push = |address: &str, kind, rule, confidence, label: &str| {
        if let Some(url) = link::resolve(address, None).filter(is_foreign) {
            let quote = address.to_string();
            finds.push(Find {
                url,
                kind,
                rule,
                confidence,
                label: label.to_string(),
                claim: None,
                quote,
                at: 0,
            });
        }
    };
    if let Some(canonical) = &entry.canonical {
        push(canonical, LinkKind::Original, "canonical", 0.95, "");
    }
    for relation in &entry.relations {
        let (kind, rule, confidence) = match relation.rel.as_str() {
            "via" => (LinkKind::Via, "rel-via", 0.99),
            "isBasedOn" => (LinkKind::Original, "json-ld-based-on", 0.95),
            "citation" => (LinkKind::Cites, "json-ld-citation", 0.95),
            _ => (LinkKind::Cites, "rel-related", 0.9),
        };
        push(
            &relation.url,
            kind,
            rule,
            confidence,
            relation.title.as_deref().unwrap_or_default(),
        );
    }
    finds
}

/// One link for each address, in the order of the text; of several finds the surest speaks, and lends the others' words where it has none.
fn fold(mut finds: Vec<Find>, text: &str) -> Vec<SourceLink> {
    finds.sort_by_key(|find| find.at);
    let mut links: Vec<SourceLink> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut offset = Offsets::new(text);
    for find in finds {
        let at = offset.chars(find.at);
        let Some(key) = link::key(find.url.as_str()) else {
            continue;
        };
        let link = named(find, key.clone(), at);
        if let Some(known) = places.get(&key).and_then(|place| links.get_mut(*place)) {
            merge(known, link);
        } else if links.len() < MAX_LINKS {
            places.insert(key, links.len());
            links.push(link);
        }
    }
    links
}

fn named(find: Find, key: String, at: usize) -> SourceLink {
    SourceLink {
        name: name::name(&find.url, &find.label),
        reach: Some(grade::reach(&find.url)),
        url: Some(link::publishable(&find.url).into()),
        key: Some(key),
        kind: find.kind,
        claim: find.claim,
        confidence: find.confidence,
        evidence: Evidence {
            rule: find.rule,
            quote: find.quote,
            at,
        },
    }
}

fn merge(known: &mut SourceLink, other: SourceLink) {
    if other.confidence > known.confidence {
        let before = std::mem::replace(known, other);
        known.claim = known.claim.take().or(before.claim);
    } else {
        known.claim = known.claim.take().or(other.claim);
    }
}

/// Byte offsets → offsets in Unicode scalar values, for ascending offsets in one pass.
struct Offsets<'a> {
    text: &'a str,
    bytes: usize,
    chars: usize,
}

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Self {
        Offsets {
            text,
            bytes: 0,
            chars: 0,
        }
    }

    fn chars(&mut self, at: usize) -> usize {
        if let Some(between) = self.text.get(self.bytes..at) {
            self.chars += between.chars().count();
            self.bytes = at;
        }
        self.chars
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::Reach;
    use crate::html;

    fn links(entry: &Entry) -> Vec<SourceLink> {
        extract(entry, &html::flow(entry.body(), None))
    }

    fn body(html: &str) -> Entry {
        Entry {
            url: Some("https://paper.example/1".into()),
            content: Some(html.into()),
            ..Entry::default()
        }
    }

    #[test]
    fn a_source_is_told_once_with_its_surest_evidence() {
        let found = links(&body(
            "<p>According to <a href='https://board.example/reports/2025/weir.pdf'>the board's survey</a>, it leaks.</p>\
             <p>(Source: <a href='https://www.board.example/reports/2025/weir.pdf#p2'>https://www.board.example/reports/2025/weir.pdf</a>)</p>",
        ));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].reach, Some(Reach::Document));
        assert_eq!(found[0].evidence.rule, "source-line");
    }

    #[test]
    fn own_pages_are_no_sources() {
        assert_eq!(
            links(&body(
                "<p>As <a href='https://www.paper.example/2024/old-report-on-the-weir'>we reported</a>.</p>"
            )),
            []
        );
    }

    #[test]
    fn an_address_that_is_only_written_out_counts_as_a_link() {
        let found = links(&body(
            "<p>Board:<br>It leaks.<br>(Source: https://board.example/levels)</p><p>See https://d.example/x.csv</p>",
        ));
        let told: Vec<_> = found
            .iter()
            .map(|link| (link.name.as_str(), link.evidence.rule))
            .collect();
        assert_eq!(
            told,
            [("Board", "source-line"), ("d.example", "bare-address")]
        );
    }

    #[test]
    fn metadata_declares_originals_and_ways() {
        let relation = |rel: &str, url: &str| crate::ingest::Relation {
            rel: rel.into(),
            url: url.into(),
            title: Some("Tarn Wire".into()),
        };
        let entry = Entry {
            canonical: Some("https://wire.example/a".into()),
            relations: vec![relation("via", "https://blog.example/x")],
            ..body("<p>Text.</p>")
        };
        let found = links(&entry);
        assert_eq!(
            found.iter().map(|link| link.kind).collect::<Vec<_>>(),
            [LinkKind::Original, LinkKind::Via]
        );
        assert_eq!(found[1].name, "Tarn Wire");
    }

    #[test]
    fn positions_count_characters_not_bytes() {
        let found = links(&body(
            "<p>Đặng — “ü”.</p><p>(Source: <a href='https://board.example/a'>https://board.example/a</a>)</p>",
        ));
        let text = html::flow("<p>Đặng — “ü”.</p><p>(Source: x)</p>", None).text;
        assert_eq!(text.chars().nth(found[0].evidence.at), Some('('));
    }
}
