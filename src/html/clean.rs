//! HTML from anywhere made fit to publish (F47, H2): our own allow-list, enforced by ammonia.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use dom_query::{Document, NodeRef};
use url::Url;

use super::address::{absolute, absolute_web, srcset};
use super::depth::too_deep;
use super::text::{flatten, fold, legal};

/// A picture written into the markup: an icon or a small chart. Larger ones would weigh on every reader of the feed.
const MAX_DATA_IMAGE: usize = 64 * 1024;
/// Dropping an element changes what the rest parses to. Two rounds settle nearly all; a text that has not settled
/// after this many is flattened.
const MAX_ROUNDS: usize = 8;

const ALLOWED: &[(&str, &[&str])] = &[
    ("a", &["href", "title", "hreflang"]),
    ("abbr", &["title"]),
    ("address", &[]),
    ("article", &[]),
    ("aside", &[]),
    ("audio", &["controls", "src"]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    ("blockquote", &["cite"]),
    ("br", &[]),
    ("caption", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("dd", &[]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("dfn", &["title"]),
    ("div", &[]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[]),
    ("footer", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("header", &[]),
    ("hgroup", &[]),
    ("hr", &[]),
    ("i", &[]),
    (
        "img",
        &[
            "src", "srcset", "sizes", "alt", "title", "width", "height", "loading",
        ],
    ),
    ("ins", &["cite", "datetime"]),
    ("kbd", &[]),
    ("li", &["value"]),
    ("main", &[]),
    ("mark", &[]),
    ("nav", &[]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &[]),
    ("picture", &[]),
    ("pre", &[]),
    ("q", &["cite"]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &[]),
    ("small", &[]),
    ("source", &["src", "srcset", "sizes", "media", "type"]),
    ("span", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["colspan", "rowspan", "headers"]),
    ("tfoot", &[]),
    ("th", &["colspan", "rowspan", "scope", "abbr"]),
    ("thead", &[]),
    ("time", &["datetime"]),
    ("tr", &[]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("video", &["controls", "src", "poster", "width", "height"]),
    ("wbr", &[]),
];

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes: HashMap<&str, HashSet<&str>> = ALLOWED
        .iter()
        .map(|(tag, attributes)| (*tag, attributes.iter().copied().collect()))
        .collect();
    let mut builder = Builder::empty();
    builder
        .tags(ALLOWED.iter().map(|(tag, _)| *tag).collect())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["dir", "lang"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "data"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener"))
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| {
            let data = value
                .get(..5)
                .is_some_and(|start| start.eq_ignore_ascii_case("data:"));
            let picture = element == "img" && attribute == "src" && is_data_image(value);
            // Only addresses are judged: "data: …" may begin an `alt` text.
            let address = matches!(attribute, "href" | "src" | "poster" | "cite" | "srcset");
            (!address || !data || picture).then_some(Cow::Borrowed(value))
        });
    builder
});

/// HTML that is safe to publish, with absolute links (P9, F47, H2). Keeps the markup that articles use and the text of
/// the rest; drops scripts, styles, forms, SVG but its title, MathML but its text, tracking pixels, `class`, `style` and `id`.
/// A frame is left out; [`with_frames_as_links`] keeps the way to it. A relative link without a `base` leaves its text. Markup too deep for a
/// DOM becomes paragraphs of text (F43). Without characters that XML forbids (P10).
///
/// Cleaning what is clean changes nothing.
pub fn clean(html: &str, base: Option<&Url>) -> String {
    cleaned(html, base, Frames::Dropped)
}

/// As [`clean`], and a frame becomes a link to what it shows: a reader who cannot be shown a film should be able to go there.
pub fn with_frames_as_links(html: &str, base: Option<&Url>) -> String {
    cleaned(html, base, Frames::Linked)
}

/// What becomes of frames.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frames {
    Dropped,
    Linked,
}

fn cleaned(html: &str, base: Option<&Url>, frames: Frames) -> String {
    let html = legal(html);
    if !html.contains(['<', '>', '&', '\r', '\u{a0}']) {
        return html.into_owned();
    }
    let mut current = html.into_owned();
    // Whether the sanitiser is known to leave what is current as it is, measured and all: it is not asked twice about one text.
    let mut is_kept = false;
    for round in 0..=MAX_ROUNDS {
        if !is_kept && too_deep(&current) {
            break;
        }
        // Links are absolute after the first round.
        let base = base.filter(|_| round == 0);
        let Some(reshaped) = reshaped(&current, base, frames) else {
            break;
        };
        if is_kept && reshaped == current {
            return current;
        }
        if too_deep(&reshaped) {
            break;
        }
        let sanitised = SANITISER.clean(&reshaped).to_string();
        // References such as `&#1;` have been decoded by now.
        let next = legal(&sanitised);
        if next == current {
            return current;
        }
        is_kept = next == reshaped;
        current = next.into_owned();
    }
    // Text in paragraphs needs no sanitiser.
    flatten(&current)
}

/// Markup with our own changes, unsanitised.
fn reshaped(html: &str, base: Option<&Url>, frames: Frames) -> Option<String> {
    let document = Document::fragment(html);
    let root = document.root().first_element_child()?;
    for node in root.descendants() {
        reshape(&node, base, frames);
    }
    Some(root.inner_html().to_string())
}

fn reshape(node: &NodeRef<'_>, base: Option<&Url>, frames: Frames) {
    let Some(name) = node.node_name() else { return };
    match &*name {
        "applet" | "base" | "button" | "canvas" | "datalist" | "embed" | "frameset" | "head"
        | "input" | "link" | "meta" | "meter" | "noembed" | "noframes" | "noscript"
        | "optgroup" | "option" | "param" | "progress" | "script" | "select" | "style"
        | "template" | "textarea" | "title" => node.remove_from_parent(),
        "math" => {
            for annotation in node.find(&["annotation"]) {
                annotation.remove_from_parent();
            }
            let text = node.attr("alttext").unwrap_or_else(|| node.text());
            node.replace_with(&node.tree.new_text(fold(&text)));
        }
        // What stands in an object is for those who cannot show it.
        "object" => node.rename("x-text"),
        "svg" => {
            let label = node
                .children()
                .into_iter()
                .find(|child| child.has_name("title") || child.has_name("desc"));
            match label
                .map(|label| fold(&label.text()))
                .filter(|label| !label.is_empty())
            {
                Some(label) => node.replace_with(&node.tree.new_text(label)),
                None => node.remove_from_parent(),
            }
        }
        "iframe" | "frame" if frames == Frames::Linked => frame(node, base),
        "iframe" | "frame" => node.remove_from_parent(),
        "img" => picture(node, base),
        "a" => match node.attr("href").and_then(|href| link(&href, base)) {
            Some(href) => node.set_attr("href", &href),
            None => {
                node.remove_all_attrs();
                node.rename("x-text");
            }
        },
        "span" if !node.has_attr("lang") && !node.has_attr("dir") => node.rename("x-text"),
        "center" | "dialog" | "fieldset" | "form" | "legend" | "search" => node.rename("div"),
        "dir" | "menu" => node.rename("ul"),
        "listing" | "plaintext" | "xmp" => node.rename("pre"),
        "audio" | "video" => {
            address(node, "src", base);
            address(node, "poster", base);
            node.set_attr("controls", "");
        }
        "source" | "track" => {
            address(node, "src", base);
            sources(node, base);
            if !node.has_attr("src") && !node.has_attr("srcset") {
                node.remove_from_parent();
            }
        }
        "blockquote" | "del" | "ins" | "q" => address(node, "cite", base),
        _ => {}
    }
    if node.has_name("pre") {
        trim_start(node);
    }
}

/// The parser swallows a newline at the start of a `pre`: with two, every round would lose one.
fn trim_start(pre: &NodeRef<'_>) {
    if let Some(first) = pre.first_child().filter(NodeRef::is_text) {
        let text = first.text();
        let trimmed = text.trim_start_matches(['\n', '\r']);
        if trimmed.len() < text.len() {
            first.set_text(trimmed);
        }
    }
}

fn link(href: &str, base: Option<&Url>) -> Option<String> {
    let url = absolute(href, base)?;
    matches!(url.scheme(), "http" | "https" | "mailto" | "tel").then(|| url.into())
}

fn address(node: &NodeRef<'_>, attribute: &str, base: Option<&Url>) {
    let Some(written) = node.attr(attribute) else {
        return;
    };
    match absolute_web(&written, base) {
        Some(url) => node.set_attr(attribute, &url),
        None => node.remove_attr(attribute),
    }
}

fn sources(node: &NodeRef<'_>, base: Option<&Url>) {
    let Some(written) = node.attr("srcset") else {
        return;
    };
    let made = srcset(&written, base);
    if made.is_empty() {
        node.remove_attr("srcset")
    } else {
        node.set_attr("srcset", &made)
    }
}

/// What a frame shows is not ours to embed, but a reader should be able to go there.
fn frame(node: &NodeRef<'_>, base: Option<&Url>) {
    let Some(url) = node.attr("src").and_then(|src| absolute_web(&src, base)) else {
        return node.remove_from_parent();
    };
    let label = node
        .attr("title")
        .map(|title| fold(&title))
        .filter(|title| !title.is_empty());
    let anchor = node.tree.new_element("a");
    anchor.set_attr("href", &url);
    anchor.append_child(&node.tree.new_text(label.unwrap_or_else(|| url.clone())));
    node.replace_with(&anchor);
}

fn picture(node: &NodeRef<'_>, base: Option<&Url>) {
    if is_pixel(node) {
        return node.remove_from_parent();
    }
    // Pages that load pictures late keep the address elsewhere and a placeholder, if anything, in `src`.
    let late = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| node.attr(name))
            .filter(|value| !value.trim().is_empty())
    };
    let placeholder = node
        .attr("src")
        .is_none_or(|src| src.trim().is_empty() || src.trim_start().starts_with("data:"));
    if let Some(src) = late(&["data-src", "data-lazy-src", "data-original"]).filter(|_| placeholder)
    {
        node.set_attr("src", &src);
    }
    if let Some(set) =
        late(&["data-srcset", "data-lazy-srcset"]).filter(|_| !node.has_attr("srcset"))
    {
        node.set_attr("srcset", &set);
    }
    if !node.attr("src").is_some_and(|src| is_data_image(&src)) {
        address(node, "src", base);
    }
    sources(node, base);
    if !node.has_attr("src") && !node.has_attr("srcset") {
        node.remove_from_parent();
    }
}

/// A picture nobody sees is there to watch who reads.
fn is_pixel(node: &NodeRef<'_>) -> bool {
    let tiny = |name| {
        node.attr(name)
            .is_some_and(|value| matches!(value.trim().trim_end_matches("px").trim(), "0" | "1"))
    };
    let style = node.attr("style").unwrap_or_default();
    let style: String = style
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase();
    let styled = |name: &str| {
        style.split(';').any(|rule| {
            rule.strip_prefix(name)
                .and_then(|rest| rest.strip_prefix(':'))
                .is_some_and(|value| matches!(value, "0" | "0px" | "1px"))
        })
    };
    (tiny("width") || styled("width")) && (tiny("height") || styled("height"))
}

fn is_data_image(src: &str) -> bool {
    let Some(rest) = src.strip_prefix("data:image/") else {
        return false;
    };
    let Some((kind, body)) = rest.split_once(";base64,") else {
        return false;
    };
    matches!(kind, "png" | "jpeg" | "gif" | "webp")
        && src.len() <= MAX_DATA_IMAGE
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with_base(html: &str) -> String {
        clean(html, Url::parse("https://e.example/a/b").ok().as_ref())
    }

    #[test]
    fn keeps_what_articles_use() {
        for html in [
            "<h2>a</h2><p lang=\"fr\" dir=\"ltr\">b <em>c</em></p>",
            "<table><caption>x</caption><thead><tr><th scope=\"col\">a</th></tr></thead><tbody><tr><td colspan=\"2\">b</td></tr></tbody></table>",
            "<figure><picture><source srcset=\"https://e.example/x.webp 2x\" type=\"image/webp\"><img src=\"https://e.example/x.jpg\" alt=\"y\" loading=\"lazy\"></picture><figcaption>z</figcaption></figure>",
            "<video controls=\"\" src=\"https://e.example/v\"><track src=\"https://e.example/t\" kind=\"captions\"></video>",
            "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby> <time datetime=\"2025-01-01\">x</time>",
            "<details><summary>s</summary>t</details><dl><dt>a</dt><dd>b</dd></dl>",
            "<pre><code>a &lt; b\n  c</code></pre>",
            "<img src=\"data:image/gif;base64,R0lGOD==\" alt=\"data: a\">",
            "<a href=\"mailto:x@e.example\" rel=\"noopener\">m</a>",
            "AT&amp;T",
            "plain text",
        ] {
            assert_eq!(clean(html, None), html);
        }
    }

    #[test]
    fn p9_links_are_absolute() {
        assert_eq!(
            with_base("<a href=c>x</a>"),
            "<a href=\"https://e.example/a/c\" rel=\"noopener\">x</a>"
        );
        assert_eq!(
            clean("<a href=c title=t>x <b>y</b></a>", None),
            "x <b>y</b>"
        );
        assert_eq!(
            with_base("<img src=/i.png srcset='j.png 2x, javascript:x 3x'>"),
            "<img src=\"https://e.example/i.png\" srcset=\"https://e.example/a/j.png 2x\">"
        );
        assert_eq!(
            with_base("<blockquote cite=q>x</blockquote>"),
            "<blockquote cite=\"https://e.example/a/q\">x</blockquote>"
        );
        assert_eq!(clean("<img src=x alt=y>z", None), "z");
    }

    #[test]
    fn nothing_vanishes_silently() {
        let frame = "<iframe src=//v.example/e title='A film'>no</iframe><iframe srcdoc='<script>1</script>'></iframe>";
        assert_eq!(
            with_frames_as_links(frame, None),
            "<a href=\"https://v.example/e\" rel=\"noopener\">A film</a>"
        );
        assert_eq!(
            clean(
                "<img data-src=https://e.example/x src='data:image/svg+xml,x'>",
                None
            ),
            "<img src=\"https://e.example/x\">"
        );
        assert_eq!(
            clean("<math><mi>x</mi><annotation>tex</annotation></math>!", None),
            "x!"
        );
        assert_eq!(
            clean("<center>a</center><marquee>b</marquee>", None),
            "<div>a</div>b"
        );
    }

    #[test]
    fn what_watches_or_asks_goes() {
        for html in [
            "<img src=https://t.example/p width=1 height=1>",
            "<img src=https://t.example/p style='width:1px; height: 0px'>",
            "<form><input value=x><button>Send</button><select><option>o</select><textarea>t</textarea></form>",
            "<noscript><img src=https://t.example/p></noscript>",
        ] {
            let cleaned = clean(html, None);
            assert!(cleaned.is_empty() || cleaned == "<div></div>", "{cleaned}");
        }
        assert_eq!(
            clean(
                "<p class=a id=b style=c onclick=d data-x=e>x</p><!-- y -->",
                None
            ),
            "<p>x</p>"
        );
    }

    const VECTORS: &[&str] = &[
        "<a href=javascript:alert(1)>x</a>",
        "<a href=' JaVaScRiPt:alert(1)'>x</a>",
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href='java&Tab;script&colon;alert(1)'>x</a>",
        "<a href='&#106;&#x61;vascript:alert(1)'>x</a>",
        "<a href='\u{1}javascript:alert(1)'>x</a>",
        "<a href='javascript&#0000058alert(1)'>x</a>",
        "<a href='vbscript:msgbox(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
        "<a href='view-source:javascript:alert(1)'>x</a>",
        "<a href='blob:https://x/y'>x</a>",
        "<img src=x onerror=alert(1)>",
        "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
        "<img src='data:image/png;base64,\"onerror=alert(1)'>",
        "<img/src=`x`onerror=alert(1)>",
        "<img src=https://e.example/x alt=`` onerror=alert(1)>",
        "<img srcset='javascript:alert(1) 1x'>",
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
        "<svg><animate attributeName=href values=javascript:alert(1) />",
        "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
        "<math href='javascript:alert(1)'>x</math>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<template><img src=x onerror=alert(1)></template>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc='<img src=x onerror=alert(1)>'></iframe>",
        "<iframe><img src=x onerror=alert(1)></iframe>",
        "<object data=javascript:alert(1)></object>",
        "<embed src=javascript:alert(1)>",
        "<applet code=x></applet>",
        "<form action=javascript:alert(1)><input type=submit></form>",
        "<button formaction=javascript:alert(1)>x</button>",
        "<input autofocus onfocus=alert(1)>",
        "<isindex action=javascript:alert(1) type=image>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<base href=javascript:alert(1)//>",
        "<link rel=stylesheet href=javascript:alert(1)>",
        "<style>@import 'javascript:alert(1)'</style>",
        "<p style='background:url(javascript:alert(1))'>x",
        "<body onload=alert(1)>",
        "<video><source onerror=alert(1)></video>",
        "<video poster=javascript:alert(1) src=x onerror=alert(1)></video>",
        "<audio src=x onerror=alert(1)>",
        "<details open ontoggle=alert(1)>x</details>",
        "<marquee onstart=alert(1)>x</marquee>",
        "<script>alert(1)</script>",
        "<scr<script>ipt>alert(1)</script>",
        "<script\n>alert(1)</script\n>",
        "<script/x>alert(1)</script>",
        "<<script>alert(1)//<</script>",
        "</script><script>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
        "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
        "<title><img title=\"</title><img src=x onerror=alert(1)>\"></title>",
        "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
        "<xmp><img title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
        "<noembed><img title=\"</noembed><img src=x onerror=alert(1)>\"></noembed>",
        "<plaintext><script>alert(1)</script>",
        "<select><style></select><img src=x onerror=alert(1)></style>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<table><td background=javascript:alert(1)>x</table>",
        "<p title='\"><script>alert(1)</script>'>x",
        "<blockquote cite=javascript:alert(1)>x</blockquote>",
        "<a href='https://e.example/\" onclick=alert(1) \"'>x</a>",
        "<a href=\"https://e.example/'onclick='alert(1)\">x</a>",
        "<frameset onload=alert(1)><frame src=javascript:alert(1)>",
        "<?xml-stylesheet href='javascript:alert(1)'?>",
        "<a ping=javascript:alert(1) href=https://e.example/>x</a>",
        "<area href=javascript:alert(1)>",
    ];

    /// What a browser would build from the cleaned text, judged by parsing it again.
    fn harm(html: &str) -> Option<String> {
        let document = Document::fragment(html);
        for node in document.root().descendants() {
            let Some(name) = node.node_name().filter(|name| &**name != "html") else {
                continue;
            };
            if !ALLOWED.iter().any(|(tag, _)| **tag == *name) {
                return Some(name.to_string());
            }
            for attribute in node.attrs() {
                let (key, value) = (
                    attribute.name.local.to_string(),
                    attribute.value.trim().to_ascii_lowercase(),
                );
                let address = matches!(key.as_str(), "href" | "src" | "cite" | "poster");
                let sound = ["https://", "http://", "mailto:", "tel:"]
                    .iter()
                    .any(|s| value.starts_with(s))
                    || is_data_image(&attribute.value);
                let bad_set =
                    key == "srcset" && !value.split(", ").all(|one| one.starts_with("http"));
                if key.starts_with("on") || key == "style" || address && !sound || bad_set {
                    return Some(format!("{name} {key}={value}"));
                }
            }
        }
        None
    }

    #[test]
    fn f47_h2_no_vector_survives() {
        for vector in VECTORS {
            for html in [
                (*vector).to_owned(),
                format!("<p>{vector}<table><tr>{vector}"),
                format!("<b><svg>{vector}</b>{vector}"),
            ] {
                for cleaned in [
                    clean(&html, None),
                    with_base(&html),
                    with_frames_as_links(&html, None),
                ] {
                    assert_eq!(harm(&cleaned), None, "{html}\n{cleaned}");
                    assert_eq!(clean(&cleaned, None), cleaned, "{html}");
                    assert_eq!(with_base(&cleaned), cleaned, "{html}");
                }
            }
        }
    }

    #[test]
    fn f43_hostile_sizes_stay_linear() {
        let attributes: String = (0..10_000).map(|i| format!(" a{i}=x")).collect();
        for html in [
            "<div>".repeat(100_000),
            "<b>".repeat(100_000),
            "<".repeat(1_000_000),
            "<!--".repeat(5_000),
            format!("<p{attributes}>x"),
            "&amp;amp;".repeat(8_000),
            "&#x1f600".repeat(10_000),
            "\0".repeat(100_000),
            "<table><b>".repeat(5_000),
            "<a><p>".repeat(5_000),
            format!("<b title={}>{}", "x".repeat(10_000), "<p>y".repeat(5_000)),
            "<p><i a=1>".repeat(8_000),
            "</p>".repeat(10_000),
            "<![CDATA[".repeat(10_000),
            "<script><!--".repeat(10_000),
            "<a href='".repeat(10_000),
            "<svg><g>".repeat(10_000),
        ] {
            let cleaned = clean(&html, None);
            assert_eq!(harm(&cleaned), None);
            if html.len() < 200_000 {
                assert_eq!(clean(&cleaned, None), cleaned);
            }
            super::super::looks_like_html(&html);
            super::super::flow(&html, None);
            super::super::page(&html, None);
        }
    }

    #[test]
    fn f43_too_deep_becomes_paragraphs() {
        let deep = format!(
            "<p>one</p>{}two &amp; <script>no</script>three<p>four",
            "<div>".repeat(1000)
        );
        assert_eq!(
            clean(&deep, None),
            "<p>one</p>\n<p>two &amp; three</p>\n<p>four</p>\n"
        );
    }

    #[test]
    fn p10_no_illegal_character_comes_through() {
        assert_eq!(clean("a\0\u{b}<p>b&#1;&#xfffe;c</p>", None), "a<p>bc</p>");
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(pieces in prop::collection::vec(prop::sample::select(vec![
            "<p>", "</p>", "<a href=/x>", "</a>", "<b>", "</b>", "<i a=1>", "</i>", "<table>", "<tr>", "<td>", "</table>", "<pre>\n", "</pre>", "\n\n",
            "<button>", "</button>", "<form>", "</form>", "<svg>", "</svg>", "<math>", "<mi>", "</math>", "<li>", "<ul>", "</ul>", "x & y", "&lt;b&gt;",
            "<span lang=x>", "</span>", "<object>", "</object>", "<iframe src=https://e.example/>", "</iframe>", "<img src=a srcset='b,c 2x'>", "<h1>",
            "<dialog>", "</dialog>", "<xmp>", "</xmp>", "<style>", "</style>", "<marquee>", "</marquee>", "<nobr>", "<video>", "<source src=y>", "&#13;", "\u{a0}",
            "<caption>", "<select>", "<template>", "</template>", "<ruby>", "<rt>", "<details>", "<summary>", "<font>", "</font>", "<address>", "\0", "<dd>", "<col>",
        ]), 0..40)) {
            let html = pieces.concat();
            let cleaned = with_base(&html);
            prop_assert_eq!(harm(&cleaned), None);
            prop_assert_eq!(clean(&cleaned, None), cleaned.as_str());
            prop_assert_eq!(with_base(&cleaned), cleaned.as_str());
        }

        #[test]
        fn any_text_is_cleaned(any in "\\PC{0,200}") {
            let cleaned = clean(&any, None);
            prop_assert_eq!(clean(&cleaned, None), cleaned);
        }
    }
}
