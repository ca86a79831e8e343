//! What an edition says of itself, the same for every format.

use chrono::{DateTime, Utc};

use crate::curate::{Edition, Feed};

use super::fit;
use super::site::{Format, Site, feed_urn};

/// The head of a document. All strings are legal in XML (P10) and not yet escaped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heading {
    /// The feed's id in feeds.toml.
    pub id: String,
    /// The id it is published under, for good (P3).
    pub urn: String,
    pub title: String,
    pub description: Option<String>,
    pub language: Option<String>,
    /// Newest change among its stories; never the build time (P5).
    pub updated: DateTime<Utc>,
    pub page: String,
    /// The page that lists all feeds.
    pub index: String,
    pub site: String,
    pub generator: String,
    rss: String,
    atom: String,
    json: String,
}

impl Heading {
    pub(super) fn of(edition: &Edition, site: &Site) -> Self {
        Self::made(&edition.feed, edition.updated(), site)
    }

    fn made(feed: &Feed, updated: DateTime<Utc>, site: &Site) -> Self {
        Heading {
            id: feed.id.clone(),
            urn: feed_urn(&feed.id),
            title: fit::line(&feed.title).unwrap_or_else(|| feed.id.clone()),
            description: feed.description.as_deref().and_then(fit::line),
            language: feed.language.as_deref().and_then(fit::language),
            updated: fit::instant(updated),
            page: site.feed_page(&feed.id),
            index: site.index_page(),
            site: site.name(),
            generator: fit::line(&site.generator).unwrap_or_default(),
            rss: site.feed_document(&feed.id, Format::Rss),
            atom: site.feed_document(&feed.id, Format::Atom),
            json: site.feed_document(&feed.id, Format::Json),
        }
    }

    /// The absolute address of this edition in a format (P16).
    pub(super) fn document(&self, format: Format) -> &str {
        match format {
            Format::Rss => &self.rss,
            Format::Atom => &self.atom,
            Format::Json => &self.json,
            Format::Page => &self.page,
        }
    }
}
