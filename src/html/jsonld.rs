//! What a page says of its article in JSON-LD (schema.org).

use std::collections::HashMap;

use dom_query::Document;
use serde_json::{Map, Value};

use super::flow::flow;
use super::text::{fold, legal, looks_like_html, plain};

/// Bytes of one script. Pages carry some kilobytes, with the whole text of the article some hundred.
const MAX_SCRIPT: usize = 1024 * 1024;
/// Scripts and objects looked at in one page.
const MAX_SCRIPTS: usize = 16;
const MAX_OBJECTS: usize = 1000;
/// Authors, works or citations of one article.
const MAX_VALUES: usize = 200;

/// The article that a page's JSON-LD describes.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub headline: Option<String>,
    pub description: Option<String>,
    pub publisher: Option<String>,
    pub authors: Vec<String>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub language: Option<String>,
    pub image: Option<String>,
    pub is_based_on: Vec<String>,
    pub citations: Vec<String>,
    /// The article's text, its lines kept. Markup in it is taken out.
    pub body: Option<String>,
}

/// What a page's JSON-LD says of its article.
pub(super) fn of(document: &Document) -> Option<Described> {
    let found = document.try_select("script[type]")?;
    let scripts = found.nodes().iter().filter(|script| {
        let kind = script.attr("type").unwrap_or_default();
        kind.trim()
            .to_ascii_lowercase()
            .starts_with("application/ld+json")
    });
    read(scripts.map(|script| script.text().to_string()))
}

/// Reads the scripts of one page. Wrong JSON is passed over. None when no article is described.
fn read(scripts: impl Iterator<Item = String>) -> Option<Described> {
    let values: Vec<Value> = scripts
        .take(MAX_SCRIPTS)
        .filter(|script| script.len() <= MAX_SCRIPT)
        .filter_map(|script| serde_json::from_str(&script).ok())
        .collect();
    let objects = objects(&values);
    let named: HashMap<&str, &Map<String, Value>> = objects
        .iter()
        .filter_map(|o| Some((o.get("@id")?.as_str()?, *o)))
        .filter(|(_, o)| o.len() > 1)
        .collect();
    let articles = || objects.iter().filter(|o| is_article(o));
    let article = articles()
        .find(|o| o.contains_key("headline"))
        .or_else(|| articles().next())?;
    let one = |key| {
        texts(article.get(key), &named, &["name", "@value"])
            .into_iter()
            .next()
    };
    let address = |key| {
        texts(article.get(key), &named, &["url", "@id", "contentUrl"])
            .into_iter()
            .next()
    };
    Some(Described {
        headline: one("headline").or_else(|| one("name")),
        description: one("description"),
        publisher: one("publisher"),
        authors: match texts(article.get("author"), &named, &["name"]) {
            authors if authors.is_empty() => texts(article.get("creator"), &named, &["name"]),
            authors => authors,
        },
        published: one("datePublished"),
        modified: one("dateModified"),
        language: one("inLanguage"),
        image: address("image"),
        is_based_on: texts(article.get("isBasedOn"), &named, &["url", "@id", "sameAs"]),
        citations: texts(
            article.get("citation"),
            &named,
            &["url", "@id", "sameAs", "name"],
        ),
        body: article
            .get("articleBody")
            .and_then(Value::as_str)
            .map(lines),
    })
}

/// All objects that may be the article or name a part of it: at the top, in arrays, in `@graph`, as `mainEntity`.
fn objects(values: &[Value]) -> Vec<&Map<String, Value>> {
    let mut found = Vec::new();
    let mut queue: Vec<&Value> = values.iter().rev().collect();
    while let Some(value) = queue.pop() {
        match value {
            Value::Array(items) => queue.extend(items.iter().rev()),
            Value::Object(object) if found.len() < MAX_OBJECTS => {
                found.push(object);
                queue.extend(
                    ["mainEntity", "mainEntityOfPage", "@graph"]
                        .iter()
                        .filter_map(|key| object.get(*key)),
                );
            }
            _ => {}
        }
    }
    found
}

fn is_article(object: &Map<String, Value>) -> bool {
    let known = |kind: &str| {
        let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
        kind.ends_with("Article")
            || kind.ends_with("Posting")
            || matches!(kind, "Report" | "Review" | "OpinionNewsArticle")
    };
    match object.get("@type") {
        Some(Value::String(kind)) => known(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(known),
        _ => false,
    }
}

/// The texts of a value: itself, or the first of `keys` in an object (following `@id` once), or of each in an array.
fn texts(
    value: Option<&Value>,
    named: &HashMap<&str, &Map<String, Value>>,
    keys: &[&str],
) -> Vec<String> {
    let single = std::slice::from_ref(value.unwrap_or(&Value::Null));
    let items = value
        .and_then(Value::as_array)
        .map_or(single, Vec::as_slice);
    let mut found: Vec<String> = Vec::new();
    for item in items.iter().take(MAX_VALUES) {
        let text = match item {
            Value::String(text) => Some(text.as_str()),
            Value::Object(object) => {
                let meant = object
                    .get("@id")
                    .and_then(Value::as_str)
                    .and_then(|id| named.get(id))
                    .copied();
                let look = |object: &Map<String, Value>, key: &str| match object.get(key) {
                    Some(Value::String(text)) => Some(text.clone()),
                    Some(Value::Array(texts)) => {
                        texts.iter().find_map(Value::as_str).map(str::to_owned)
                    }
                    _ => None,
                };
                let text = keys
                    .iter()
                    .find_map(|key| look(object, key).or_else(|| meant.and_then(|m| look(m, key))));
                found.extend(
                    text.map(|t| tidy(&t))
                        .filter(|t| !t.is_empty() && !found.contains(t)),
                );
                None
            }
            _ => None,
        };
        found.extend(
            text.map(tidy)
                .filter(|t| !t.is_empty() && !found.contains(t)),
        );
    }
    found
}

/// A text of several paragraphs, its lines kept.
fn lines(text: &str) -> String {
    if looks_like_html(text) {
        return flow(text, None).text;
    }
    legal(text).trim().to_owned()
}

/// Many publishers write HTML into JSON.
fn tidy(text: &str) -> String {
    if looks_like_html(text) {
        plain(text)
    } else {
        fold(&legal(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(script: &str) -> Option<Described> {
        read(std::iter::once(script.to_owned()))
    }

    #[test]
    fn finds_the_article_in_a_graph() {
        let found = one(
            r##"{"@graph":[{"@type":"WebSite","name":"S"},{"@type":"Person","@id":"#p","name":"Ana &amp; Bo"},
            {"@type":["NewsArticle"],"headline":"H","author":[{"@id":"#p"},"Cy"],"publisher":{"name":"Pub"},
            "datePublished":"2025-01-02","image":[{"url":"https://i.example/"}],
            "isBasedOn":{"@type":"Report","url":"https://r.example/"},"citation":["Doe 2020",{"name":"N"}]}]}"##,
        )
        .unwrap_or_default();
        assert_eq!(found.headline.as_deref(), Some("H"));
        assert_eq!(found.authors, ["Ana & Bo", "Cy"]);
        assert_eq!(
            (found.publisher.as_deref(), found.image.as_deref()),
            (Some("Pub"), Some("https://i.example/"))
        );
        assert_eq!(found.published.as_deref(), Some("2025-01-02"));
        assert_eq!(
            (found.is_based_on, found.citations),
            (
                vec!["https://r.example/".into()],
                vec!["Doe 2020".into(), "N".into()]
            )
        );
    }

    #[test]
    fn f43_wrong_or_hostile_json_is_nothing() {
        for script in [
            "",
            "{",
            "[1,null,\"x\"]",
            "{\"@type\":7}",
            &"[".repeat(100_000),
            "{\"@type\":\"Product\"}",
        ] {
            assert!(one(script).is_none());
        }
        assert!(one(r#"{"@type":"Article","headline":{"a":[]},"author":{"name":{}}}"#).is_some());
    }
}
