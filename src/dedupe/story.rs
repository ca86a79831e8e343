//! The names of stories.

use std::fmt;

use uuid::Uuid;

/// The namespace of ids that headwater mints (UUIDv5, RFC 9562 §5.5): `headwater:story` in the URL namespace. Never to be changed: published ids hang
/// on it (P3).
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0e_6c0a_8c1d_5f6e_9a51_7a0c_3a8e_41d2);

/// A story's permanent id: 32 hexadecimal digits, made from its founding entry, so that the same entries give the same ids anywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoryId(String);

impl StoryId {
    /// The id of the story that this entry founds.
    pub fn founded_by(source: &str, raw_id: &str) -> Self {
        StoryId(minted(source, raw_id).simple().to_string())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for StoryId {
    /// Takes an id as stored; does not check it.
    fn from(id: &str) -> Self {
        StoryId(id.to_string())
    }
}

impl fmt::Display for StoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id under which a story founded by this entry is published (P4): the upstream id when it is an IRI that means the same everywhere, else a UUID
/// made from source and raw id, since RSS guids are unique only within their feed.
///
/// Does not look at whether another story already bears the id: the store does, and falls back to the minted one.
pub fn public_id(source: &str, raw_id: &str) -> String {
    if is_global_iri(raw_id) {
        raw_id.to_string()
    } else {
        minted_public_id(source, raw_id)
    }
}

/// The minted form of [`public_id`], whatever the upstream id.
pub fn minted_public_id(source: &str, raw_id: &str) -> String {
    minted(source, raw_id).urn().to_string()
}

fn minted(source: &str, raw_id: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{source}\0{raw_id}").as_bytes())
}

/// Longest upstream id that is passed on; a longer one is a mistake of its publisher and would burden every reader.
const LONGEST_IRI: usize = 1024;

fn is_global_iri(id: &str) -> bool {
    let global = ["http://", "https://", "tag:", "urn:"]
        .iter()
        .any(|scheme| id.len() > scheme.len() && id.starts_with(scheme));
    global
        && id.len() <= LONGEST_IRI
        && !id.chars().any(|c| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p4_an_iri_is_kept_and_anything_else_is_minted_from_feed_and_guid() {
        assert_eq!(
            public_id("a", "tag:x.example,2025:1"),
            "tag:x.example,2025:1"
        );
        assert_eq!(public_id("a", "https://x.example/1"), "https://x.example/1");
        assert!(public_id("a", "1234").starts_with("urn:uuid:"));
        assert_ne!(public_id("a", "1234"), public_id("b", "1234"));
        assert_eq!(public_id("a", "1234"), public_id("a", "1234"));
        assert!(public_id("a", "https://x.example/a b").starts_with("urn:uuid:"));
    }

    #[test]
    fn p3_minted_ids_never_change() {
        assert_eq!(
            public_id("desk", "samples/articles/ferry.txt"),
            minted_public_id("desk", "samples/articles/ferry.txt")
        );
        assert_eq!(StoryId::founded_by("desk", "1").as_str().len(), 32);
    }
}
