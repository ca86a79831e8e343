//! The ladder: the first rung that holds decides.

use super::fingerprint::Fingerprint;
use super::story::StoryId;

/// Texts this long are the same article when they are equal; shorter ones may be notices that every item of a source carries.
const TELLING_TOKENS: u32 = 40;

/// An address that entries with this many different titles claim names a place, not an article.
const TITLES_THAT_DISCREDIT: usize = 3;

/// An entry by its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRef {
    pub source: String,
    pub id: String,
}

/// A stored entry that shares something with the one in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    pub entry: EntryRef,
    pub story: StoryId,
    /// Hash of its title, as in its fingerprint.
    pub title: u64,
    /// The shared canonical key, when it is an address that is shared.
    pub address: Option<String>,
}

/// Why an entry is in its story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing like it was known: it founded the story.
    Founder,
    /// L1: it claims the same address as `kin`.
    Address { key: String, kin: EntryRef },
    /// L2: its cleaned text, of so many tokens, equals that of `kin`.
    Text { tokens: u32, kin: EntryRef },
}

impl Reason {
    /// Stable name of the rung.
    pub fn rule(&self) -> &'static str {
        match self {
            Reason::Founder => "founder",
            Reason::Address { .. } => "same-address",
            Reason::Text { .. } => "same-text",
        }
    }

    /// One sentence for an editor.
    pub fn sentence(&self) -> String {
        match self {
            Reason::Founder => "nothing like it was known, so it began the story".into(),
            Reason::Address { key, kin } => {
                format!("same address as {} from {}: {key}", kin.id, kin.source)
            }
            Reason::Text { tokens, kin } => format!(
                "its text, {tokens} words, equals that of {} from {}",
                kin.id, kin.source
            ),
        }
    }
}

/// A story for an entry, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// `None`: a story of its own.
    pub story: Option<StoryId>,
    pub reason: Reason,
}

/// Judges an entry by those that share an address or a text with it, each list in the order they were first seen.
pub fn judge(print: &Fingerprint, same_address: &[Kin], same_text: &[Kin]) -> Judgement {
    let by_address = print.addresses.iter().find_map(|key| {
        let claimants: Vec<&Kin> = same_address
            .iter()
            .filter(|kin| kin.address.as_ref() == Some(key))
            .collect();
        let first = claimants.first()?;
        (!is_discredited(print.title, &claimants)).then(|| {
            (
                first.story.clone(),
                Reason::Address {
                    key: key.clone(),
                    kin: first.entry.clone(),
                },
            )
        })
    });
    let by_text = || {
        let kin = same_text.iter().find(|kin| {
            print.tokens >= TELLING_TOKENS || (print.title != 0 && kin.title == print.title)
        })?;
        Some((
            kin.story.clone(),
            Reason::Text {
                tokens: print.tokens,
                kin: kin.entry.clone(),
            },
        ))
    };
    match by_address.or_else(by_text) {
        Some((story, reason)) => Judgement {
            story: Some(story),
            reason,
        },
        None => Judgement {
            story: None,
            reason: Reason::Founder,
        },
    }
}

fn is_discredited(title: u64, claimants: &[&Kin]) -> bool {
    let mut titles: Vec<u64> = claimants
        .iter()
        .map(|kin| kin.title)
        .chain([title])
        .collect();
    titles.sort_unstable();
    titles.dedup();
    titles.len() >= TITLES_THAT_DISCREDIT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(address: &str, tokens: u32, title: u64) -> Fingerprint {
        Fingerprint {
            addresses: vec![address.into()],
            text: Some([1; 16]),
            tokens,
            title,
        }
    }

    fn kin(id: &str, story: &str, title: u64, address: Option<&str>) -> Kin {
        let entry = EntryRef {
            source: "s".into(),
            id: id.into(),
        };
        Kin {
            entry,
            story: StoryId::from(story),
            title,
            address: address.map(Into::into),
        }
    }

    #[test]
    fn rung1_the_first_claimant_of_an_address_decides() {
        let kin = [kin("1", "a", 7, Some("k")), kin("2", "b", 7, Some("k"))];
        let judgement = judge(&print("k", 100, 7), &kin, &[]);
        assert_eq!(judgement.story, Some(StoryId::from("a")));
        assert_eq!(judgement.reason.rule(), "same-address");
    }

    #[test]
    fn rung1_an_address_under_three_titles_is_no_evidence() {
        let kin = [kin("1", "a", 1, Some("k")), kin("2", "a", 2, Some("k"))];
        assert_eq!(judge(&print("k", 100, 3), &kin, &[]).story, None);
        assert_eq!(
            judge(&print("k", 100, 2), &kin, &[]).story,
            Some(StoryId::from("a"))
        );
    }

    #[test]
    fn rung2_short_texts_need_equal_titles() {
        let kin = [kin("1", "a", 7, None)];
        assert_eq!(
            judge(&print("x", 40, 8), &[], &kin).story,
            Some(StoryId::from("a"))
        );
        assert_eq!(judge(&print("x", 39, 8), &[], &kin).story, None);
        assert_eq!(
            judge(&print("x", 39, 7), &[], &kin).reason.rule(),
            "same-text"
        );
        assert_eq!(
            judge(
                &print("x", 39, 0),
                &[],
                &[super::Kin {
                    title: 0,
                    ..kin[0].clone()
                }]
            )
            .story,
            None
        );
    }
}
