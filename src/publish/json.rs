//! JSON Feed 1.1, and the JSON-LD of story pages.

use serde::Serialize;

use crate::date::rfc3339;

use super::article::Article;
use super::attached::Attached;
use super::byline::Byline;
use super::error::PublishError;
use super::heading::Heading;
use super::site::Format;
use super::sources::{Cited, Reprint};

/// The exact address that says which version it is (P19).
const VERSION: &str = "https://jsonfeed.org/version/1.1";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    /// Items must have one content or the other; one with neither text nor sources has its headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_headwater")]
    headwater: Extension<'a>,
}

#[derive(Serialize)]
struct Author {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

/// What JSON Feed has no words for: where the item came from and what it stands on.
#[derive(Serialize)]
struct Extension<'a> {
    story: &'a str,
    /// The page that says the same to people.
    about: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alternate_title: Option<&'a str>,
    origin: Origin<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<Link<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also<'a>>,
}

#[derive(Serialize)]
struct Origin<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
}

#[derive(Serialize)]
struct Link<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    evidence: Evidence<'a>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<&'a str>,
    at: usize,
}

#[derive(Serialize)]
struct Also<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// The document's bytes. The same heading and articles give the same bytes (S1).
pub(super) fn render(heading: &Heading, articles: &[Article]) -> Result<Vec<u8>, PublishError> {
    let document = Document {
        version: VERSION,
        title: &heading.title,
        home_page_url: &heading.page,
        feed_url: heading.document(Format::Json),
        description: heading.description.as_deref(),
        language: heading.language.as_deref(),
        items: articles
            .iter()
            .map(|article| item(article, heading))
            .collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(|error| PublishError::Json {
        of: heading.id.clone(),
        reason: error.to_string(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item<'a>(article: &'a Article, heading: &Heading) -> Item<'a> {
    let content = Some(article.content.as_str()).filter(|content| !content.is_empty());
    Item {
        id: &article.id,
        url: &article.link,
        external_url: article.subject.as_deref(),
        title: &article.title,
        content_html: content,
        content_text: content.is_none().then_some(article.title.as_str()),
        summary: article
            .summary
            .is_some()
            .then_some(article.standfirst.as_str())
            .filter(|summary| !summary.is_empty()),
        image: article.image.as_deref(),
        date_published: rfc3339(article.published),
        date_modified: rfc3339(article.updated),
        authors: authors(article.credited()),
        tags: &article.categories,
        language: article.language_beside(heading.language.as_deref()),
        attachments: article.enclosures.iter().map(attachment).collect(),
        headwater: Extension {
            story: &article.story,
            about: &article.page,
            alternate_title: article.alternate_title.as_deref(),
            origin: Origin {
                id: &article.origin.id,
                name: &article.origin.title,
                feed_url: article.origin.feed_url.as_deref(),
                url: article.origin.page.as_deref(),
                authors: authors(article.origin.authors.clone()),
                rights: article.origin.rights.as_deref(),
                tags: &article.origin.categories,
            },
            sources: article.sources.iter().map(link).collect(),
            also: article
                .also
                .iter()
                .map(|Reprint { name, url }| Also {
                    name,
                    url: url.as_deref(),
                })
                .collect(),
        },
    }
}

fn authors(bylines: Vec<Byline>) -> Vec<Author> {
    let author = |Byline { name, url, .. }| Author { name, url };
    bylines.into_iter().map(author).collect()
}

fn attachment(attached: &Attached) -> Attachment<'_> {
    Attachment {
        url: &attached.url,
        mime_type: &attached.mime,
        title: attached.title.as_deref(),
        size_in_bytes: attached.length,
        duration_in_seconds: attached.duration,
    }
}

fn link(cited: &Cited) -> Link<'_> {
    Link {
        url: cited.url.as_deref(),
        name: &cited.name,
        kind: cited.kind.as_str(),
        reach: cited.reach.map(|reach| reach.as_str()),
        claim: cited.claim.as_deref(),
        confidence: cited.confidence,
        evidence: Evidence {
            rule: cited.rule,
            quote: cited.quote.as_deref(),
            at: cited.at,
        },
    }
}

/// An article in the words of schema.org, as far as they concern what it stands on (B7).
#[derive(Serialize)]
struct Linked<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    headline: &'a str,
    #[serde(
        rename = "alternativeHeadline",
        skip_serializing_if = "Option::is_none"
    )]
    alternate: Option<&'a str>,
    url: &'a str,
    #[serde(rename = "mainEntityOfPage")]
    page: &'a str,
    #[serde(rename = "datePublished")]
    published: String,
    #[serde(rename = "dateModified")]
    modified: String,
    #[serde(rename = "inLanguage", skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    author: Vec<Agent<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    citation: Vec<Work<'a>>,
    #[serde(rename = "isBasedOn", skip_serializing_if = "Vec::is_empty")]
    based_on: Vec<Work<'a>>,
}

#[derive(Serialize)]
struct Agent<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
}

#[derive(Serialize)]
struct Work<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    url: &'a str,
}

/// JSON-LD for a story's page: `citation` for what it refers to, `isBasedOn` for where it came from. Safe inside a `script` element: no character of it
/// can end the element or open a comment (HTML §4.12.1.3).
pub(super) fn linked_data(article: &Article) -> Result<String, PublishError> {
    let works = |rel: &str| -> Vec<Work<'_>> {
        let of_rel = article.sources.iter().filter(|cited| cited.rel() == rel);
        of_rel
            .filter_map(|cited| {
                Some(Work {
                    kind: "CreativeWork",
                    name: &cited.name,
                    url: cited.url.as_deref()?,
                })
            })
            .collect()
    };
    let author = match article.authors.as_slice() {
        [] => vec![Agent {
            kind: "Organization",
            name: &article.origin.title,
        }],
        authors => authors
            .iter()
            .map(|author| Agent {
                kind: "Person",
                name: &author.name,
            })
            .collect(),
    };
    let linked = Linked {
        context: "https://schema.org",
        kind: "Article",
        headline: &article.title,
        alternate: article.alternate_title.as_deref(),
        url: &article.link,
        page: &article.page,
        published: rfc3339(article.published),
        modified: rfc3339(article.updated),
        language: article.language.as_deref(),
        author,
        citation: works("related"),
        based_on: works("via"),
    };
    let json = serde_json::to_string_pretty(&linked).map_err(|error| PublishError::Json {
        of: article.story.clone(),
        reason: error.to_string(),
    })?;
    Ok(for_script(&json))
}

/// JSON allows these characters only inside strings, where an escape means the same.
fn for_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            c => safe.push(c),
        }
    }
    safe
}
