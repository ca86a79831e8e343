//! Atom (RFC 4287).

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{
    Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Source, Text, TextType,
    WriteConfig,
};
use chrono::{DateTime, Utc};

use crate::html;

use super::article::Article;
use super::byline::Byline;
use super::error::PublishError;
use super::foreign::{self, Foreign};
use super::heading::Heading;
use super::provenance::Provenance;
use super::site::Format;

/// The document's bytes. The same heading and articles give the same bytes (S1).
pub(super) fn render(heading: &Heading, articles: &[Article]) -> Result<Vec<u8>, PublishError> {
    let feed = Feed {
        title: Text::plain(heading.title.clone()),
        id: heading.urn.clone(),
        updated: instant(heading.updated),
        generator: Some(generator(&heading.generator)),
        links: vec![
            typed(
                "self",
                heading.document(Format::Atom),
                Format::Atom.media_type(),
            ),
            typed("alternate", &heading.page, Format::Page.media_type()),
        ],
        subtitle: heading.description.clone().map(Text::plain),
        entries: articles
            .iter()
            .map(|article| entry(article, heading))
            .collect(),
        lang: heading.language.clone(),
        namespaces: foreign::used(articles.iter().flat_map(|article| &article.extensions))
            .into_iter()
            .map(|used| (used.prefix().into(), used.namespace().into()))
            .collect(),
        ..Feed::default()
    };
    let config = WriteConfig {
        write_document_declaration: true,
        indent_size: Some(1),
    };
    let mut bytes = feed
        .write_with_config(Vec::new(), config)
        .map_err(|error| PublishError::Atom {
            feed: heading.id.clone(),
            reason: error.to_string(),
        })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn entry(article: &Article, heading: &Heading) -> Entry {
    let lang = article.language_beside(heading.language.as_deref());
    let text = |value: &str, kind: TextType| Text {
        value: value.to_string(),
        base: None,
        lang: lang.clone(),
        r#type: kind,
    };
    Entry {
        title: text(&article.title, TextType::Text),
        id: article.id.clone(),
        updated: instant(article.updated),
        authors: article.credited().into_iter().map(person).collect(),
        categories: categories(&article.categories),
        links: links(article),
        published: Some(instant(article.published)),
        rights: article
            .rights
            .as_deref()
            .map(|rights| text(rights, TextType::Text)),
        source: Some(source(&article.origin)),
        summary: article
            .summary
            .as_deref()
            .map(|summary| text(summary, TextType::Html)),
        content: Some(article.content.clone())
            .filter(|content| !content.is_empty())
            .map(|value| Content {
                value: Some(value),
                content_type: Some("html".into()),
                lang: lang.clone(),
                ..Content::default()
            }),
        extensions: extensions(&article.extensions),
        ..Entry::default()
    }
}

fn categories(terms: &[String]) -> Vec<Category> {
    let category = |term: &String| Category {
        term: term.clone(),
        scheme: None,
        label: None,
    };
    terms.iter().map(category).collect()
}

/// The writer sorts by keys and prints only names, so that numbers for keys keep the order of the source.
fn extensions(elements: &[Foreign]) -> ExtensionMap {
    if elements.is_empty() {
        return ExtensionMap::new();
    }
    ExtensionMap::from([(String::new(), in_order(elements))])
}

fn in_order(elements: &[Foreign]) -> BTreeMap<String, Vec<Extension>> {
    let numbered = elements.iter().enumerate();
    numbered
        .map(|(at, element)| (format!("{at:06}"), vec![extension(element)]))
        .collect()
}

/// The writer escapes the text of an element and, alone among all it writes, not its attributes (P8).
fn extension(element: &Foreign) -> Extension {
    let attributes = element.attributes.iter();
    Extension {
        name: element.qualified(),
        // An empty text keeps the indenting writer from breaking the line inside the element.
        value: (element.children.is_empty() || !element.text.is_empty())
            .then(|| element.text.clone()),
        attrs: attributes
            .map(|(name, value)| (name.clone(), html::escape(value)))
            .collect(),
        children: in_order(&element.children),
    }
}

fn links(article: &Article) -> Vec<Link> {
    let mut links = vec![link("alternate", &article.link)];
    links.extend(article.relations.iter().map(|relation| Link {
        title: Some(relation.title.clone()),
        ..link(relation.rel, &relation.url)
    }));
    links.extend(article.enclosures.iter().map(|enclosure| Link {
        length: enclosure.length.map(|length| length.to_string()),
        ..typed("enclosure", &enclosure.url, &enclosure.mime)
    }));
    links.extend(
        article
            .comments
            .iter()
            .map(|comments| typed("replies", comments, "text/html")),
    );
    links
}

/// Whose feed it came from, so that ours is not credited with it (P6, RFC 4287 §4.2.11).
fn source(origin: &Provenance) -> Source {
    let mut links = Vec::new();
    links.extend(origin.feed_url.iter().map(|url| link("self", url)));
    links.extend(
        origin
            .page
            .iter()
            .map(|url| typed("alternate", url, "text/html")),
    );
    Source {
        title: Text::plain(origin.title.clone()),
        id: origin.id.clone(),
        updated: instant(origin.updated),
        authors: origin.authors.iter().cloned().map(person).collect(),
        categories: categories(&origin.categories),
        links,
        rights: origin.rights.clone().map(Text::plain),
        ..Source::default()
    }
}

fn person(byline: Byline) -> Person {
    Person {
        name: byline.name,
        email: byline.email,
        uri: byline.url,
        ..Person::default()
    }
}

fn generator(name: &str) -> Generator {
    let (value, version) = name
        .split_once('/')
        .map_or((name, None), |(value, version)| {
            (value, Some(version.to_string()))
        });
    Generator {
        value: value.to_string(),
        uri: None,
        version,
    }
}

fn link(rel: &str, href: &str) -> Link {
    Link {
        href: href.to_string(),
        rel: rel.to_string(),
        ..Link::default()
    }
}

fn typed(rel: &str, href: &str, mime: &str) -> Link {
    Link {
        mime_type: Some(mime.to_string()),
        ..link(rel, href)
    }
}

fn instant(at: DateTime<Utc>) -> FixedDateTime {
    at.fixed_offset()
}
