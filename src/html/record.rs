//! One article as a list shows it: headline, date, summary, picture, read from the element around it.

use dom_query::{NodeId, NodeRef};
use url::Url;

use super::address::{absolute_web, srcset};
use super::beside::{names, words};
use super::elements::is_heading;
use super::measure::{FEW_NODES, next, short_text};
use super::text::fold;

/// Texts that may be a date, of one article.
const MAX_DATES: usize = 8;
/// Characters of a text that may be a date.
const LONGEST_DATE: usize = 80;
/// Characters of a summary: a teaser, not the article.
const LONGEST_SUMMARY: usize = 1_000;
/// Characters of text that make a summary when no paragraph is marked as one; labels and bylines are shorter.
const SHORTEST_SUMMARY: usize = 40;
/// Characters of a headline. What is longer is a teaser that is one link.
pub(super) const LONGEST_TITLE: usize = 300;

/// Words in classes and the like that mark a date.
const DATES: &[&str] = &[
    "date",
    "datetime",
    "time",
    "timestamp",
    "published",
    "pubdate",
    "posted",
    "datum",
    "fecha",
];
/// Words in classes that mark a headline.
const TITLES: &[&str] = &["title", "headline", "heading", "hed"];
/// Link texts that are no headline, in lower case, without what is no letter at the end.
const GENERIC: &[&str] = &[
    "read more",
    "more",
    "read",
    "continue reading",
    "continue",
    "details",
    "full story",
    "view",
    "view all",
    "see all",
    "learn more",
    "here",
    "download",
    "pdf",
    "permalink",
    "link",
    "comments",
    "share",
    "weiterlesen",
    "mehr",
    "mehr lesen",
    "lire la suite",
    "lire plus",
    "leer más",
    "más",
    "leggi tutto",
    "leia mais",
    "lees meer",
    "läs mer",
    "les mer",
    "læs mere",
    "czytaj więcej",
    "подробнее",
    "читать далее",
    "читать",
    "続きを読む",
    "もっと見る",
    "더보기",
    "阅读更多",
    "查看更多",
    "اقرأ المزيد",
    "और पढ़ें",
    "devamı",
    "devamını oku",
    "xem thêm",
];

/// What the element around a link says.
#[derive(Default)]
pub(super) struct Facts {
    /// The only heading in it.
    pub heading: Option<String>,
    headings: usize,
    /// As written, the surest first.
    pub dates: Vec<String>,
    /// Whether the page itself marks one of them as a date.
    pub marked_date: bool,
    pub summary: Option<String>,
    pub image: Option<String>,
}

/// Whether one of these words is in the element's class, id, itemprop or role.
pub(super) fn is_marked(node: &NodeRef<'_>, with: &[&str]) -> bool {
    let names = names(node, &["class", "id", "itemprop", "role"]);
    words(&names.join(" "))
        .iter()
        .any(|word| with.contains(&word.as_str()))
}

fn is_heading_node(node: &NodeRef<'_>) -> bool {
    node.node_name().is_some_and(|name| is_heading(&name))
}

/// Reads what stands in `record` but in `title`, the element that is the headline.
pub(super) fn facts(record: &NodeRef<'_>, title: Option<NodeId>, base: &Url) -> Facts {
    let mut facts = Facts::default();
    let (mut paragraphs, mut rest, mut weak) = (String::new(), String::new(), Vec::new());
    let (mut at, mut seen) = (Some(*record), 0);
    while let Some(node) = at.filter(|_| seen < FEW_NODES) {
        seen += 1;
        let mut inside = true;
        if node.is_text() {
            let text = fold(&node.text());
            if is_short_with_digit(&text) {
                // The shortest day is `9.11.`; what is shorter counts comments.
                weak.extend(Some(text).filter(|text| text.len() >= 5));
            } else {
                add(&mut rest, &text);
            }
        } else if let Some(name) = node.node_name() {
            inside = facts.element(&node, &name, title, base, &mut paragraphs);
        }
        at = next(&node, record, inside);
    }
    facts.marked_date = !facts.dates.is_empty();
    facts.dates.extend(weak);
    facts.dates.truncate(MAX_DATES);
    if facts.headings != 1 {
        facts.heading = None;
    }
    let told = if paragraphs.is_empty() {
        rest
    } else {
        paragraphs
    };
    if told.chars().count() >= SHORTEST_SUMMARY {
        facts.summary = Some(told.chars().take(LONGEST_SUMMARY).collect());
    }
    facts
}

impl Facts {
    /// Takes in one element. Whether what is in it is still to be read.
    fn element(
        &mut self,
        node: &NodeRef<'_>,
        name: &str,
        title: Option<NodeId>,
        base: &Url,
        paragraphs: &mut String,
    ) -> bool {
        match name {
            "script" | "style" | "noscript" | "template" | "svg" | "button" | "nav" => {
                return false;
            }
            "img" | "source" => {
                self.image = self.image.take().or_else(|| image(node, base));
                return false;
            }
            "time" => {
                self.date(node);
                return false;
            }
            _ => {}
        }
        if is_heading(name) {
            self.headings += 1;
            self.heading = Some(fold(&node.text())).filter(|text| !text.is_empty());
            return false;
        }
        if title == Some(node.id) {
            return false;
        }
        if is_marked(node, DATES) && short_text(node, LONGEST_DATE, "").is_some() {
            let holds_time = node
                .descendants_it()
                .take(LONGEST_DATE)
                .any(|inner| inner.has_name("time"));
            if !holds_time {
                self.date(node);
            }
            return holds_time;
        }
        if name == "p" && !holds(node, title) {
            let text = fold(&node.text());
            if !is_short_with_digit(&text) && !is_generic(&text) {
                add(paragraphs, &text);
                return false;
            }
        }
        true
    }

    fn date(&mut self, node: &NodeRef<'_>) {
        self.dates.extend(written(node, LONGEST_DATE));
    }
}

/// The texts of an element that is a date: what its attributes say, then what stands in it, when that is no longer than so many characters.
pub(super) fn written(node: &NodeRef<'_>, longest: usize) -> Vec<String> {
    let told = ["datetime", "content", "title"]
        .iter()
        .filter_map(|name| node.attr(name).map(|value| fold(&value)));
    told.chain(short_text(node, longest, ""))
        .filter(|text| !text.is_empty())
        .collect()
}

fn holds(node: &NodeRef<'_>, inner: Option<NodeId>) -> bool {
    inner.is_some_and(|inner| {
        node.descendants_it()
            .take(FEW_NODES)
            .any(|node| node.id == inner)
    })
}

fn add(to: &mut String, text: &str) {
    if !text.is_empty() && to.len() < LONGEST_SUMMARY * 4 {
        if !to.is_empty() {
            to.push(' ');
        }
        to.push_str(text);
    }
}

fn is_short_with_digit(text: &str) -> bool {
    text.chars().count() <= LONGEST_DATE / 2 && text.chars().any(char::is_numeric)
}

fn image(node: &NodeRef<'_>, base: &Url) -> Option<String> {
    let plain = ["data-src", "src"].iter().find_map(|name| {
        let written = node.attr(name)?;
        absolute_web(&written, Some(base))
    });
    plain.or_else(|| {
        let set = node.attr("srcset").or_else(|| node.attr("data-srcset"))?;
        let set = srcset(&set, Some(base));
        set.split([',', ' '])
            .next()
            .filter(|url| !url.is_empty())
            .map(str::to_owned)
    })
}

/// A link's headline and the element that holds it, as far as the link alone tells.
pub(super) fn headline(link: &NodeRef<'_>) -> Option<(String, NodeId)> {
    let marked = |is: &dyn Fn(&NodeRef<'_>) -> bool| {
        let mut inside = link.descendants_it().take(FEW_NODES);
        let node = inside.find(|node| node.is_element() && is(node))?;
        Some((short_text(&node, LONGEST_TITLE, "")?, node.id))
    };
    marked(&is_heading_node)
        .or_else(|| marked(&|node| is_marked(node, TITLES)))
        .or_else(|| Some((own_text(link)?, link.id)))
        .or_else(|| {
            let told = ["aria-label", "title"].iter().find_map(|name| {
                let text = fold(&link.attr(name)?);
                (!text.is_empty() && text.chars().count() <= LONGEST_TITLE).then_some(text)
            });
            Some((told?, link.id))
        })
}

/// The link's text without dates in it.
fn own_text(link: &NodeRef<'_>) -> Option<String> {
    let mut text = String::new();
    let (mut at, mut seen) = (link.first_child(), 0);
    while let Some(node) = at.filter(|_| seen < FEW_NODES) {
        seen += 1;
        let name = node.node_name();
        let aside = name.as_ref().is_some_and(|name| {
            matches!(&**name, "time" | "script" | "style" | "svg" | "noscript")
        });
        let dated = name.is_some() && is_marked(&node, DATES);
        if node.is_text() {
            text.push_str(&node.text());
        } else {
            text.push(' ');
        }
        at = next(&node, link, !aside && !dated);
    }
    let text = fold(&text);
    (!text.is_empty() && text.chars().count() <= LONGEST_TITLE).then_some(text)
}

/// Whether a link stands in a heading, or one in it.
pub(super) fn touches_heading(link: &NodeRef<'_>) -> bool {
    link.ancestors_it(Some(2))
        .any(|node| is_heading_node(&node))
        || link
            .descendants_it()
            .take(40)
            .any(|node| is_heading_node(&node))
}

/// Whether a text is what links to anything say.
pub(super) fn is_generic(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    text.is_empty()
        || GENERIC.contains(&text)
        || text.starts_with("continue reading ")
        || text.starts_with("read more ")
}
