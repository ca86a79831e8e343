//! What an entry is recognised by.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::tokens::tokens;
use crate::ingest::Entry;
use crate::link;

/// Derived from an entry and its plain text; made again when [`super::RULES`] moves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Canonical keys of the addresses the entry claims: its canonical link first, then its link. Fronts are no claim.
    pub addresses: Vec<String>,
    /// Hash of the cleaned tokens; none for an entry without text.
    pub text: Option<[u8; 16]>,
    /// How many tokens that text has.
    pub tokens: u32,
    /// Hash of the sorted title terms; 0 without a title.
    pub title: u64,
}

/// Takes the fingerprint of an entry whose plain text is `text`.
pub fn fingerprint(entry: &Entry, text: &str) -> Fingerprint {
    let tokens = tokens(text);
    Fingerprint {
        addresses: addresses(entry),
        text: (!tokens.is_empty()).then(|| xxh3_128(tokens.join(" ").as_bytes()).to_be_bytes()),
        tokens: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
        title: title_hash(entry.title.as_deref().unwrap_or_default()),
    }
}

fn addresses(entry: &Entry) -> Vec<String> {
    let mut keys = Vec::new();
    for address in [&entry.canonical, &entry.url].into_iter().flatten() {
        let is_front = link::resolve(address, None).is_none_or(|url| link::is_front(&url));
        if let (false, Some(key)) = (is_front, link::key(address))
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    keys
}

fn title_hash(title: &str) -> u64 {
    let mut terms = tokens(title);
    terms.sort();
    if terms.is_empty() {
        0
    } else {
        xxh3_64(terms.join(" ").as_bytes()).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(url: &str, title: &str) -> Entry {
        Entry {
            url: Some(url.into()),
            title: Some(title.into()),
            ..Entry::default()
        }
    }

    #[test]
    fn copies_have_equal_fingerprints() {
        let one = fingerprint(
            &entry("https://x.example/a?utm_source=f", "The Ferry"),
            "Some  text.",
        );
        let other = fingerprint(&entry("http://www.x.example/a", "the ferry"), "Some text!");
        assert_eq!(one, other);
    }

    #[test]
    fn fronts_claim_no_address_and_no_text_has_no_hash() {
        let print = fingerprint(&entry("https://x.example/", ""), " ");
        assert_eq!(print, Fingerprint::default());
    }
}
