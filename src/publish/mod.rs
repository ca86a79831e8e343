//! Editions → finished documents: RSS 2.0, Atom, JSON Feed 1.1 and web pages.
//!
//! Every story is made into one `Article`, which all formats print, so that ids, dates, links and sources agree (P20, L1). The same edition gives the
//! same bytes (S1): nothing here reads a clock, and nothing iterates over a map in its own order.

mod article;
mod atom;
mod attached;
mod byline;
mod document;
mod error;
mod fit;
mod foreign;
mod heading;
mod json;
mod page;
mod provenance;
mod rss;
mod shelf;
mod site;
mod sources;

pub use document::{CACHE_CONTROL, Coding, Document, FRESH_FOR, Variant, digest};
pub use error::PublishError;
pub use page::content_security_policy;
pub use shelf::{Found, Shelf};
pub use site::{Format, INDEX_PATH, Site, feed_path, feed_urn, story_path};

use chrono::{DateTime, Utc};

use crate::curate::Edition;
use crate::enrich::CitedStory;

use article::Article;
use heading::Heading;

/// The bytes of one edition in every format.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The feed's id.
    pub feed: String,
    /// Newest change among its stories (P5).
    pub updated: DateTime<Utc>,
    pub rss: Vec<u8>,
    pub atom: Vec<u8>,
    pub json: Vec<u8>,
    pub page: Vec<u8>,
}

impl Rendered {
    /// Compressed and signed, each with its path on the shelf. `Last-Modified` is that of the data until the store says better (S13).
    pub fn into_documents(self, site: &Site) -> Vec<(String, Document)> {
        let bytes = [
            (Format::Rss, self.rss),
            (Format::Atom, self.atom),
            (Format::Json, self.json),
            (Format::Page, self.page),
        ];
        let finish = |(format, bytes): (Format, Vec<u8>)| {
            let document = Document::new(
                format.content_type(),
                bytes,
                links(&self.feed, format, site),
                self.updated,
            );
            (feed_path(&self.feed, format), document)
        };
        bytes.into_iter().map(finish).collect()
    }
}

/// Values of the `Link` header of a feed's document (S15): itself, and its other formats. A hub is added by whoever runs one.
fn links(feed: &str, format: Format, site: &Site) -> Vec<String> {
    let own = format!(
        "<{}>; rel=\"self\"; type=\"{}\"",
        site.feed_document(feed, format),
        format.media_type()
    );
    let others = Format::ALL.into_iter().filter(|other| *other != format);
    let alternates = others.map(|other| {
        format!(
            "<{}>; rel=\"alternate\"; type=\"{}\"",
            site.feed_document(feed, other),
            other.media_type()
        )
    });
    std::iter::once(own).chain(alternates).collect()
}

/// An edition in every format.
pub fn render(edition: &Edition, site: &Site) -> Result<Rendered, PublishError> {
    let heading = Heading::of(edition, site);
    let articles: Vec<Article> = edition
        .stories
        .iter()
        .map(|story| Article::of(story, site))
        .collect();
    Ok(Rendered {
        feed: heading.id.clone(),
        updated: heading.updated,
        rss: rss::render(&heading, &articles)?,
        atom: atom::render(&heading, &articles)?,
        json: json::render(&heading, &articles)?,
        page: page::feed(&heading, &articles)?,
    })
}

/// The page that lists the published feeds, with the newest stories of all of them.
pub fn render_index(editions: &[Edition], site: &Site) -> Result<Document, PublishError> {
    let headings: Vec<Heading> = editions
        .iter()
        .map(|edition| Heading::of(edition, site))
        .collect();
    let newest: Vec<Article> = newest(editions)
        .into_iter()
        .map(|story| Article::of(story, site))
        .collect();
    let updated = headings
        .iter()
        .map(|heading| heading.updated)
        .max()
        .unwrap_or_default();
    let bytes = page::index(&headings, &newest, site)?;
    Ok(Document::new(
        Format::Page.content_type(),
        bytes,
        vec![],
        updated,
    ))
}

/// Most stories that the list of feeds shows: one screen or two.
const NEWEST: usize = 12;

/// The newest stories of several editions, each once.
fn newest(editions: &[Edition]) -> Vec<&CitedStory> {
    let mut stories: Vec<&CitedStory> = editions
        .iter()
        .flat_map(|edition| &edition.stories)
        .collect();
    stories.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
    stories.dedup_by(|a, b| a.id == b.id);
    stories.truncate(NEWEST);
    stories
}

/// A story's own page: its text, its sources with evidence, who else has it.
pub fn render_story(story: &CitedStory, site: &Site) -> Result<Document, PublishError> {
    let article = Article::of(story, site);
    let bytes = page::story(&article, site)?;
    Ok(Document::new(
        Format::Page.content_type(),
        bytes,
        vec![],
        article.updated,
    ))
}
