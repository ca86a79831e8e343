//! Web pages: the list of feeds, an edition, a story, and what stands where nothing is. Rendered here, without scripts (H1, H2).

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context};
use sha2::{Digest, Sha256};

use crate::date::rfc3339;
use crate::html;

use super::article::Article;
use super::error::PublishError;
use super::heading::Heading;
use super::json::linked_data;
use super::site::{Format, Site};
use super::sources::{Cited, Reprint};

/// The one style sheet, written into every page, so that a page is one request and the policy can name it by its hash.
const STYLE: &str = include_str!("templates/style.css");

/// The language of our own words on a page.
const OWN_LANGUAGE: &str = "en";

/// The value of `Content-Security-Policy` for pages (H2): this style and the pictures and recordings of articles, nothing else; no script at all. The
/// JSON-LD block is data, which the policy does not concern (CSP 3, §6.7.3).
pub fn content_security_policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let hash = base64(&Sha256::digest(STYLE.as_bytes()));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src http: https:; media-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    });
    &POLICY
}

/// The page that lists the feeds.
pub(super) fn index(
    headings: &[Heading],
    newest: &[Article],
    site: &Site,
) -> Result<Vec<u8>, PublishError> {
    let feeds: Vec<Value> = headings.iter().map(feed_context).collect();
    let stories: Vec<Value> = newest.iter().map(article_context).collect();
    print(
        "index.html",
        site_context(&site.index_page(), &site.name(), &site.generator),
        context! { feeds, stories },
    )
}

/// An edition as a page.
pub(super) fn feed(heading: &Heading, articles: &[Article]) -> Result<Vec<u8>, PublishError> {
    let stories: Vec<Value> = articles.iter().map(article_context).collect();
    print(
        "feed.html",
        site_context(&heading.index, &heading.site, &heading.generator),
        context! { feed => feed_context(heading), stories },
    )
}

/// A story's own page.
pub(super) fn story(article: &Article, site: &Site) -> Result<Vec<u8>, PublishError> {
    let linked = Value::from_safe_string(linked_data(article)?);
    print(
        "story.html",
        site_context(&site.index_page(), &site.name(), &site.generator),
        context! { story => article_context(article), linked },
    )
}

fn print(page: &'static str, site: Value, body: Value) -> Result<Vec<u8>, PublishError> {
    let told = |error: &minijinja::Error| PublishError::Page {
        page,
        reason: format!("{error:#}"),
    };
    let templates = TEMPLATES.as_ref().map_err(told)?;
    let template = templates.get_template(page).map_err(|error| told(&error))?;
    let style = Value::from_safe_string(STYLE.into());
    let text = template
        .render(context! { site, style, own_lang => OWN_LANGUAGE, ..body })
        .map_err(|error| told(&error))?;
    let mut bytes = text.into_bytes();
    bytes.push(b'\n');
    Ok(bytes)
}

static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_formatter(escaped);
    templates.add_template("layout.html", include_str!("templates/layout.html"))?;
    templates.add_template("linked.html", include_str!("templates/linked.html"))?;
    templates.add_template("addresses.html", include_str!("templates/addresses.html"))?;
    templates.add_template("index.html", include_str!("templates/index.html"))?;
    templates.add_template("feed.html", include_str!("templates/feed.html"))?;
    templates.add_template("story.html", include_str!("templates/story.html"))?;
    Ok(templates)
});

/// Every value that is not marked as HTML is escaped, by the same rule as everywhere else, exactly once (P8).
fn escaped(
    out: &mut Output<'_>,
    _: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    if value.is_undefined() {
        return Err(minijinja::ErrorKind::UndefinedError.into());
    }
    if value.is_safe() {
        write!(out, "{value}")?;
    } else {
        out.write_str(&html::escape(&value.to_string()))?;
    }
    Ok(())
}

fn site_context(index: &str, name: &str, generator: &str) -> Value {
    context! { index, name, generator }
}

fn feed_context(heading: &Heading) -> Value {
    let documents = [Format::Rss, Format::Atom, Format::Json].map(|format| {
        context! { name => format.name(), mime => format.media_type(), url => heading.document(format) }
    });
    context! {
        title => &heading.title,
        description => &heading.description,
        tongue => tongue(heading.language.as_deref()),
        page => &heading.page,
        updated => instant(heading.updated),
        documents => documents.to_vec(),
    }
}

fn article_context(article: &Article) -> Value {
    let sources: Vec<Value> = article.sources.iter().map(source_context).collect();
    let also: Vec<Value> = article
        .also
        .iter()
        .map(|Reprint { name, url }| context! { name, url })
        .collect();
    let authors: Vec<Value> = article
        .authors
        .iter()
        .map(|author| Value::from(&author.name))
        .collect();
    let enclosures: Vec<Value> = article
        .enclosures
        .iter()
        .map(|enclosure| context! { url => &enclosure.url, mime => &enclosure.mime })
        .collect();
    let elsewhere = article.link != article.page;
    context! {
        page => &article.page,
        link => elsewhere.then_some(article.link.as_str()),
        title => &article.title,
        alternate_title => &article.alternate_title,
        authors,
        tongue => tongue(article.language.as_deref()),
        rights => article.rights.as_ref().or(article.origin.rights.as_ref()),
        published => instant(article.published),
        updated => (to_the_minute(article.updated) != to_the_minute(article.published)).then(|| instant(article.updated)),
        standfirst => &article.standfirst,
        summary => article.summary.clone().map(Value::from_safe_string),
        text => Value::from_safe_string(article.text.clone()),
        comments => &article.comments,
        carrier => &article.origin.title,
        reading => context! { name => &article.origin.title, url => elsewhere.then_some(article.link.as_str()) },
        house => context! { name => &article.origin.title, url => &article.origin.page },
        sources,
        also,
        enclosures,
    }
}

fn source_context(cited: &Cited) -> Value {
    context! {
        url => &cited.url,
        name => &cited.name,
        lead => cited.lead(),
        reach => cited.reach.map(|reach| reach.as_str()),
        caution => cited.caution(),
        claim => &cited.claim,
        rule => cited.rule,
        quote => &cited.quote,
        confidence => cited.confidence.map(|confidence| format!("{:.0} %", confidence * 100.0)),
    }
}

/// The attributes that say in which language and direction foreign words run.
fn tongue(language: Option<&str>) -> Value {
    let lang = language
        .map(|tag| format!(" lang=\"{}\"", html::escape(tag)))
        .unwrap_or_default();
    Value::from_safe_string(format!("{lang} dir=\"auto\""))
}

fn instant(at: DateTime<Utc>) -> Value {
    context! { machine => rfc3339(at), people => to_the_minute(at) }
}

fn to_the_minute(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// RFC 4648 §4, with padding, as CSP wants its hashes.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .chain([&0, &0])
            .take(3)
            .fold(0u32, |group, byte| group << 8 | u32::from(*byte));
        for digit in 0..4 {
            // Six bits are always below 64.
            let value = (group >> (18 - 6 * digit)) & 0x3f;
            text.push(if digit <= chunk.len() {
                char::from(DIGITS[value as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn h2_the_policy_names_the_style_that_stands_in_the_page() {
        let policy = content_security_policy();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-")
                && !policy.contains("unsafe")
                && !policy.contains("script")
        );
        let site = Site {
            address: url::Url::parse("https://news.example").unwrap(),
            generator: "headwater/0".into(),
        };
        let page = String::from_utf8(index(&[], &[], &site).unwrap()).unwrap();
        let style = page
            .split_once("<style>")
            .and_then(|(_, rest)| rest.split_once("</style>"))
            .unwrap()
            .0;
        assert!(policy.contains(&base64(&Sha256::digest(style.as_bytes()))));
        assert!(!page.contains(" style=") && !page.contains("<script"));
    }
}
