//! What an article's page says of itself.

use dom_query::Document;
use url::Url;

use super::address::absolute_web;
use super::byline::authors;
use super::claims::{Meta, named_base, nodes, opened, opened_head, root_language, title};
use super::content;
use super::dated::{Said, published, updated};
use super::extract::extract;
use super::feeds::has_rel;
use super::jsonld::{self, Described};
use super::text::flatten;

/// What a page says of itself. Texts are plain; addresses absolute and http(s).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub title: Option<String>,
    pub site_name: Option<String>,
    pub description: Option<String>,
    pub authors: Vec<String>,
    /// Everything that may tell the day, as written, surest first (T11). The first that is a date is meant.
    pub published: Vec<Said>,
    pub updated: Vec<Said>,
    pub canonical: Option<String>,
    /// As written: `en`, `de-AT`.
    pub language: Option<String>,
    pub image: Option<String>,
    /// HTML of the main content, **not sanitised**. Its links are absolute where the page names a `<base>`;
    /// otherwise they are relative to the page's address.
    pub content: String,
    /// Too deep or too large for a tree: its content is text in paragraphs (F43).
    pub is_flat: bool,
    /// What the article says it is made from (schema.org `isBasedOn`).
    pub is_based_on: Vec<String>,
    /// Addresses, or texts where the page gives no address (schema.org `citation`).
    pub citations: Vec<String>,
}

/// Reads a page. `url` is its final address (F44). Of a page too deep for a DOM only the head is read, and its content
/// is paragraphs of text (F43). Never fails: what is not said is absent.
pub fn page(html: &str, url: Option<&Url>) -> Page {
    match opened(html) {
        Some(document) => read(&document, url, None),
        None => read(&opened_head(html), url, Some(flatten(html))),
    }
}

fn read(document: &Document, url: Option<&Url>, flat: Option<String>) -> Page {
    let named_base = named_base(document, url);
    let base = named_base.as_ref().or(url);
    let meta = Meta::read(document);
    let mut described = jsonld::of(document).unwrap_or_default();
    let body = described.body.take();
    let article = content::find(document);
    let site_name = meta
        .first(&["og:site_name", "application-name"])
        .or(described.publisher.clone());
    let web = |written: &str| absolute_web(written, base);
    let title = title(document, &meta, &described, &article, site_name.as_deref());
    let mut page = Page {
        authors: authors(document, &meta, &described, &article, site_name.as_deref()),
        published: published(document, &meta, &described, &article),
        updated: updated(&meta, &described, &article),
        canonical: canonical(document, base),
        language: language(document, &meta, &described),
        image: meta
            .first(&["og:image", "og:image:url", "twitter:image"])
            .or(described.image.clone())
            .and_then(|u| web(&u)),
        is_based_on: described
            .is_based_on
            .iter()
            .filter_map(|u| web(u))
            .collect(),
        citations: described
            .citations
            .iter()
            .map(|c| {
                if c.contains("://") {
                    web(c).unwrap_or_else(|| c.clone())
                } else {
                    c.clone()
                }
            })
            .collect(),
        description: described
            .description
            .or_else(|| meta.first(&["og:description", "description", "twitter:description"])),
        site_name,
        ..Page::default()
    };
    page.is_flat = flat.is_some();
    page.content = flat.unwrap_or_else(|| {
        extract(
            document,
            named_base.as_ref(),
            title.as_deref(),
            body.as_deref(),
        )
    });
    page.title = title;
    page
}

fn canonical(document: &Document, base: Option<&Url>) -> Option<String> {
    let link = nodes(document, "link[rel][href]")
        .into_iter()
        .find(|link| has_rel(link, "canonical"))?;
    absolute_web(&link.attr("href")?, base)
}

fn language(document: &Document, meta: &Meta, described: &Described) -> Option<String> {
    let told = root_language(document)
        .or_else(|| meta.first(&["content-language"]))
        .or(described.language.clone());
    told.or_else(|| meta.first(&["og:locale"]))
        .map(|lang| lang.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(html: &str) -> Page {
        page(html, Url::parse("https://s.example/news/1").ok().as_ref())
    }

    #[test]
    fn json_ld_outranks_meta_and_markup() {
        let page = at(
            r#"<html lang=en-GB><head><title>T | Site</title><meta property=og:title content="O"><meta name=author content=M>
            <meta property=og:site_name content=Site><meta property=article:modified_time content=2025-02-01><link rel=canonical href=/c>
            <script type="application/ld+json">{broken</script>
            <script type="application/ld+json">{"@type":"NewsArticle","headline":"H &amp; I","author":{"name":"A"},"datePublished":"2025-01-01","isBasedOn":"/report"}</script>
            </head><body><article><h1>H & I</h1><p>x</p></article>"#,
        );
        assert_eq!(
            (page.title.as_deref(), page.authors.join(",")),
            (Some("H & I"), "A".to_owned())
        );
        assert_eq!(
            page.published.first(),
            Some(&("2025-01-01".into(), "json-ld"))
        );
        assert_eq!(page.updated.first(), Some(&("2025-02-01".into(), "meta")));
        assert_eq!(
            (page.canonical.as_deref(), page.language.as_deref()),
            (Some("https://s.example/c"), Some("en-GB"))
        );
        assert_eq!(page.is_based_on, ["https://s.example/report"]);
        assert_eq!(page.content, "<article><p>x</p></article>");
    }

    #[test]
    fn markup_alone_is_enough() {
        let long = "word ".repeat(60);
        let page = at(&format!(
            "<title>Head - Site</title><nav>menu</nav><header>top</header><main><h1> Head </h1><div class=byline>By Ana Bo</div>\
             <time datetime=2025-03-04>March</time><p>{long}</p><div class='share-tools'>Share</div><aside>Ad</aside>\
             <aside><h2>Sources:</h2><a href=/r>r</a></aside><script>x</script></main><footer>end</footer>"
        ));
        assert_eq!(
            (page.title.as_deref(), page.authors),
            (Some("Head"), vec!["Ana Bo".to_owned()])
        );
        assert_eq!(page.published.first(), Some(&("2025-03-04".into(), "time")));
        let text = super::super::flow(&page.content, None).text;
        assert_eq!(text, format!("March\n\n{}\n\nSources:\n\nr", long.trim()));
    }

    #[test]
    fn a_named_base_goes_into_the_content() {
        let page = at(
            "<base href=https://b.example/d/><body><article><p>x <a href=y>z</a> <a href='#n'>n</a></p></article>",
        );
        assert_eq!(
            page.content,
            "<article><p>x <a href=\"https://b.example/d/y\">z</a> <a href=\"https://b.example/d/#n\">n</a></p></article>"
        );
    }

    #[test]
    fn f43_of_a_page_too_deep_the_head_is_read() {
        let page = at(&format!(
            "<head><title>T</title></head><body>{}deep",
            "<div>".repeat(2000)
        ));
        assert_eq!(
            (page.title.as_deref(), page.content.as_str()),
            (Some("T"), "<p>deep</p>\n")
        );
        assert!(page.is_flat);
        assert_eq!(at(""), Page::default());
    }
}
