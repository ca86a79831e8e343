//! Source links of entries: derived, replaced as a whole.

use rusqlite::params;

use super::keys::EntryKey;
use super::{Store, StoreError};
use crate::enrich::{Evidence, LinkKind, Reach, SourceLink};

/// The rules whose links may be stored; a name read back is one of these, so that evidence stays a fixed word.
const RULES: [&str; 16] = [
    "canonical",
    "rel-via",
    "rel-related",
    "json-ld-based-on",
    "json-ld-citation",
    "originally-published",
    "source-line",
    "via-line",
    "hat-tip",
    "quote-cite",
    "source-section",
    "link-in-quote",
    "cue-and-specific",
    "cue",
    "bare-address",
    "specific",
];

impl Store {
    /// Puts these links in the place of what the entry had.
    pub fn record_links(
        &self,
        entry: EntryKey,
        links: &[SourceLink],
        rules: u32,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM source_links WHERE entry = ?1")?
            .execute([entry.0])?;
        let mut put = self.conn.prepare_cached(
            "INSERT INTO source_links (entry, place, url, key, name, kind, reach, claim, confidence, rule, quote, at, rules)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?;
        for (place, link) in links.iter().enumerate() {
            put.execute(params![
                entry.0,
                place as i64,
                link.url,
                link.key,
                link.name,
                link.kind.as_str(),
                link.reach.map(Reach::as_str),
                link.claim,
                f64::from(link.confidence),
                link.evidence.rule,
                link.evidence.quote,
                link.evidence.at as i64,
                rules
            ])?;
        }
        Ok(())
    }

    /// The source links of an entry, in the order of its text.
    pub fn links(&self, entry: EntryKey) -> Result<Vec<SourceLink>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT url, key, name, kind, reach, claim, confidence, rule, quote, at FROM source_links WHERE entry = ?1 ORDER BY place",
        )?;
        let rows = find.query_map([entry.0], |row| {
            let (kind, reach, rule): (String, Option<String>, String) =
                (row.get(3)?, row.get(4)?, row.get(7)?);
            Ok(SourceLink {
                url: row.get(0)?,
                key: row.get(1)?,
                name: row.get(2)?,
                kind: LinkKind::ALL
                    .into_iter()
                    .find(|known| known.as_str() == kind)
                    .unwrap_or(LinkKind::Cites),
                reach: reach
                    .and_then(|reach| Reach::ALL.into_iter().find(|known| known.as_str() == reach)),
                claim: row.get(5)?,
                confidence: row.get::<_, f64>(6)? as f32,
                evidence: Evidence {
                    rule: RULES
                        .into_iter()
                        .find(|known| *known == rule)
                        .unwrap_or("older-rule"),
                    quote: row.get(8)?,
                    at: usize::try_from(row.get::<_, i64>(9)?).unwrap_or(0),
                },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
