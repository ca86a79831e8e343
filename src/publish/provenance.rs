//! Whose feed an item came from (P6, P13).

use chrono::{DateTime, Utc};
use url::Url;

use crate::enrich::Carrier;
use crate::ingest::{Entry, Person};

use super::byline::Byline;
use super::fit;
use super::site::source_urn;
use super::sources::Reprint;

/// The feed an item came from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Provenance {
    /// An IRI.
    pub id: String,
    pub title: String,
    pub feed_url: Option<String>,
    pub page: Option<String>,
    pub authors: Vec<Byline>,
    pub rights: Option<String>,
    pub categories: Vec<String>,
    pub updated: DateTime<Utc>,
}

impl Provenance {
    /// The feed that the source itself says the entry came from; it is passed on whole, not replaced by ours (P6). One that has nothing but a title is
    /// still another feed than the carrier's.
    pub(super) fn declared(
        entry: &Entry,
        carrier: &Carrier,
        updated: DateTime<Utc>,
    ) -> Option<Self> {
        let origin = entry.origin.as_ref()?;
        let feed_url = origin.url.as_deref().and_then(fit::web);
        let page = origin.page.as_deref().and_then(fit::web);
        let said = origin.title.as_deref().and_then(fit::line);
        let id = origin.id.as_deref().and_then(iri);
        let id = id.or_else(|| feed_url.clone()).or_else(|| page.clone());
        let title = said.clone().or_else(|| feed_url.clone());
        let id = match (id, said) {
            (Some(id), _) => id,
            (None, Some(said)) => source_urn(&format!("{}\0{said}", carrier.source)),
            (None, None) => return None,
        };
        Some(Provenance {
            title: title.or_else(|| page.clone()).unwrap_or_else(|| id.clone()),
            id,
            feed_url,
            page,
            authors: bylines(&origin.authors),
            rights: origin.rights.as_deref().and_then(fit::line),
            categories: lines(&origin.categories),
            updated: origin.updated.map_or(updated, fit::instant),
        })
    }

    /// The feed we read it in.
    pub(super) fn of_carrier(carrier: &Carrier, updated: DateTime<Utc>) -> Self {
        let feed_url = carrier.feed_url.as_deref().and_then(fit::web);
        let id = carrier
            .feed_id
            .as_deref()
            .and_then(iri)
            .or_else(|| feed_url.clone());
        Provenance {
            id: id.unwrap_or_else(|| source_urn(&carrier.source)),
            title: carrier_name(carrier),
            feed_url,
            page: carrier.page.as_deref().and_then(fit::web),
            authors: bylines(&carrier.authors),
            rights: carrier.rights.as_deref().and_then(fit::line),
            categories: lines(&carrier.categories),
            updated: carrier.updated.map_or(updated, fit::instant),
        }
    }
}

fn bylines(persons: &[Person]) -> Vec<Byline> {
    persons.iter().filter_map(Byline::of).collect()
}

fn lines(texts: &[String]) -> Vec<String> {
    fit::distinct(texts.iter().filter_map(|text| fit::line(text)))
}

fn carrier_name(carrier: &Carrier) -> String {
    fit::line(&carrier.name)
        .or_else(|| fit::line(&carrier.source))
        .unwrap_or_else(|| "Unnamed source".into())
}

/// An absolute IRI, without credentials when it is an address (F38).
fn iri(id: &str) -> Option<String> {
    let id = fit::line(id).filter(|id| !id.contains(' '))?;
    let url = Url::parse(&id).ok()?;
    if url.username().is_empty() && url.password().is_none() {
        Some(id)
    } else {
        fit::web(&id)
    }
}

/// Who handed the story to us, where that is somebody else than the item's own page and feed say already.
pub(super) fn sender(carrier: &Carrier, link: &str, has_other_origin: bool) -> Option<Reprint> {
    let own = carrier
        .url
        .as_deref()
        .and_then(fit::web)
        .filter(|own| own != link);
    let house = || {
        [&carrier.page, &carrier.feed_url]
            .into_iter()
            .find_map(|url| url.as_deref().and_then(fit::web))
            .filter(|_| has_other_origin)
    };
    let url = own.or_else(house)?;
    Some(Reprint {
        name: carrier_name(carrier),
        url: Some(url),
    })
}
