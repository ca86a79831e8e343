//! RSS 2.0, by the specification and the profile of the RSS Advisory Board.

use std::collections::BTreeMap;

use ::rss::extension::{Extension, ExtensionMap, dublincore::DublinCoreExtension};
use ::rss::{Category, Channel, Enclosure, Guid, Item, Source};

use crate::date::rfc2822;

use super::article::Article;
use super::attached::Attached;
use super::document::FRESH_FOR;
use super::error::PublishError;
use super::foreign::{self, Foreign, Vocabulary};
use super::heading::Heading;
use super::site::Format;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const DOCS: &str = "https://www.rssboard.org/rss-specification";

/// The document's bytes. The same heading and articles give the same bytes (S1).
pub(super) fn render(heading: &Heading, articles: &[Article]) -> Result<Vec<u8>, PublishError> {
    let mut namespaces = BTreeMap::from([("atom".to_string(), ATOM.to_string())]);
    let mut used = foreign::used(articles.iter().flat_map(|article| &article.extensions));
    if articles.iter().any(|article| !grouped(article).is_empty()) {
        used.insert(Vocabulary::Media);
    }
    let foreign = used.into_iter();
    namespaces.extend(foreign.map(|used| (used.prefix().into(), used.namespace().into())));
    let own = atom_link(
        "self",
        heading.document(Format::Rss),
        Some(Format::Rss.media_type()),
        None,
    );
    let channel = Channel {
        title: heading.title.clone(),
        link: heading.page.clone(),
        description: heading
            .description
            .clone()
            .unwrap_or_else(|| heading.title.clone()),
        language: heading.language.clone(),
        last_build_date: Some(rfc2822(heading.updated)),
        generator: Some(heading.generator.clone()),
        docs: Some(DOCS.into()),
        ttl: Some((FRESH_FOR.as_secs() / 60).to_string()),
        items: articles
            .iter()
            .map(|article| item(article, heading))
            .collect(),
        extensions: extensions("atom", "link", vec![own]),
        namespaces,
        ..Channel::default()
    };
    let mut bytes = channel
        .pretty_write_to(Vec::new(), b' ', 1)
        .map_err(|error| PublishError::Rss {
            feed: heading.id.clone(),
            reason: error.to_string(),
        })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(article: &Article, heading: &Heading) -> Item {
    Item {
        title: Some(article.title.clone()),
        link: Some(article.link.clone()),
        description: Some(article.description.clone())
            .filter(|description| !description.is_empty()),
        categories: article
            .categories
            .iter()
            .map(|name| Category {
                name: name.clone(),
                domain: None,
            })
            .collect(),
        comments: article.comments.clone(),
        enclosure: article.enclosures.first().map(enclosure),
        guid: Some(guid(article)),
        pub_date: Some(rfc2822(article.published)),
        source: article.origin.feed_url.clone().map(|url| Source {
            url,
            title: Some(article.origin.title.clone()),
        }),
        content: Some(article.content.clone()).filter(|content| !content.is_empty()),
        extensions: item_extensions(article),
        dublin_core_ext: Some(DublinCoreExtension {
            creators: article
                .credited()
                .into_iter()
                .map(|byline| byline.name)
                .collect(),
            languages: article
                .language_beside(heading.language.as_deref())
                .into_iter()
                .collect(),
            rights: article.rights.iter().cloned().collect(),
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

/// `isPermaLink` is true by default, so it is denied unless the id *is* the item's address (P12).
fn guid(article: &Article) -> Guid {
    let permalink = article.id == article.link && article.id.starts_with("http");
    Guid {
        value: article.id.clone(),
        permalink,
    }
}

/// The specification demands a length and says 0 when it is not known (P17).
fn enclosure(attached: &Attached) -> Enclosure {
    Enclosure {
        url: attached.url.clone(),
        length: attached.length.unwrap_or(0).to_string(),
        mime_type: attached.mime.clone(),
    }
}

/// The enclosures that a `media:group` has to carry: none when there is only one, or when the source's own `media:content` carries those beyond the first
/// already (P17).
fn grouped(article: &Article) -> Vec<&Attached> {
    let carried = foreign::contents(&article.extensions);
    let is_carried = |attached: &&Attached| carried.contains(attached.url.as_str());
    if article
        .enclosures
        .iter()
        .skip(1)
        .all(|attached| is_carried(&attached))
    {
        return Vec::new();
    }
    let enclosures = article.enclosures.iter();
    enclosures
        .filter(|attached| !is_carried(attached))
        .collect()
}

/// The links that RSS has no element for, enclosures beyond the one it allows (P17), and what the source says in other vocabularies (P18). They stand
/// after `<link>`, which some readers need (P16).
fn item_extensions(article: &Article) -> ExtensionMap {
    let links = article
        .relations
        .iter()
        .map(|relation| atom_link(relation.rel, &relation.url, None, Some(&relation.title)))
        .collect();
    let mut map = extensions("atom", "link", links);
    let grouped = grouped(article);
    if !grouped.is_empty() {
        let contents = grouped.into_iter().map(media_content).collect();
        let group = Extension {
            name: "media:group".into(),
            children: BTreeMap::from([("content".to_string(), contents)]),
            ..Extension::default()
        };
        map.extend(extensions("media", "group", vec![group]));
    }
    if !article.extensions.is_empty() {
        map.insert("passed on".into(), in_order(&article.extensions));
    }
    map
}

/// The writer sorts by keys and prints only names, so that numbers for keys keep the order of the source.
fn in_order(elements: &[Foreign]) -> BTreeMap<String, Vec<Extension>> {
    let numbered = elements.iter().enumerate();
    numbered
        .map(|(at, element)| (format!("{at:06}"), vec![passed_on(element)]))
        .collect()
}

fn passed_on(element: &Foreign) -> Extension {
    Extension {
        name: element.qualified(),
        // An empty text keeps the indenting writer from breaking the line inside the element.
        value: (element.children.is_empty() || !element.text.is_empty())
            .then(|| element.text.clone()),
        attrs: element.attributes.clone(),
        children: in_order(&element.children),
    }
}

fn extensions(prefix: &str, name: &str, elements: Vec<Extension>) -> ExtensionMap {
    if elements.is_empty() {
        return ExtensionMap::new();
    }
    ExtensionMap::from([(
        prefix.to_string(),
        BTreeMap::from([(name.to_string(), elements)]),
    )])
}

fn atom_link(rel: &str, href: &str, mime: Option<&str>, title: Option<&str>) -> Extension {
    let attributes = [
        ("href", Some(href)),
        ("rel", Some(rel)),
        ("type", mime),
        ("title", title),
    ];
    empty(
        "atom:link",
        attributes
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.to_string()))),
    )
}

fn media_content(attached: &Attached) -> Extension {
    let attributes = [
        ("url", Some(attached.url.clone())),
        ("type", Some(attached.mime.clone())),
        ("fileSize", attached.length.map(|length| length.to_string())),
        (
            "duration",
            attached.duration.map(|seconds| seconds.to_string()),
        ),
    ];
    empty(
        "media:content",
        attributes
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    )
}

fn empty<'a>(name: &str, attributes: impl Iterator<Item = (&'a str, String)>) -> Extension {
    let attrs = attributes
        .map(|(name, value)| (name.to_string(), value))
        .collect();
    // An empty text keeps the indenting writer from breaking the line inside the element.
    Extension {
        name: name.into(),
        value: Some(String::new()),
        attrs,
        children: BTreeMap::new(),
    }
}
