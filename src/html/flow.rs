//! The plain text that a person reads, and where links, quotations and headings stand in it.

use dom_query::NodeRef;
use url::Url;

use super::layout::{Flow, Layout};
use super::text::shallow;

/// The text of a piece of HTML as a person reads it. Scripts, forms, pictures, embedded things and what is marked
/// hidden are left out, and soft hyphens and zero-width spaces with them. Relative links count only with a `base`.
/// Markup too deep for a DOM gives its text, without anchors (F43). Never fails.
pub fn flow(html: &str, base: Option<&Url>) -> Flow {
    let document = shallow(html);
    let mut layout = Layout::new(base);
    let mut steps = vec![Step::Enter(document.root())];
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave(node) => layout.leave(&node),
            Step::Enter(node) if node.is_text() => layout.text(&node.text()),
            Step::Enter(node) => {
                if is_dropped(&node) {
                    continue;
                }
                layout.enter(&node);
                steps.push(Step::Leave(node));
                steps.extend(node.children_it(true).map(Step::Enter));
            }
        }
    }
    layout.flow
}

enum Step<'a> {
    Enter(NodeRef<'a>),
    Leave(NodeRef<'a>),
}

fn is_dropped(node: &NodeRef<'_>) -> bool {
    if node.is_comment() || node.is_doctype() {
        return true;
    }
    let Some(name) = node.node_name() else {
        return false;
    };
    let by_name = matches!(
        &*name,
        "annotation"
            | "annotation-xml"
            | "audio"
            | "button"
            | "canvas"
            | "datalist"
            | "embed"
            | "head"
            | "iframe"
            | "input"
            | "meter"
            | "noembed"
            | "noframes"
            | "noscript"
            | "object"
            | "optgroup"
            | "option"
            | "progress"
            | "script"
            | "select"
            | "style"
            | "svg"
            | "template"
            | "textarea"
            | "title"
            | "video"
    );
    let styled = || node.attr("style").is_some_and(|style| hides(&style));
    by_name || node.has_attr("hidden") || styled()
}

fn hides(style: &str) -> bool {
    let tight: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    tight.to_ascii_lowercase().contains("display:none")
}

#[cfg(test)]
mod tests {
    use super::super::layout::Heading;
    use super::*;
    use proptest::prelude::*;
    use std::ops::Range;

    fn text(html: &str) -> String {
        flow(html, None).text
    }

    #[test]
    fn lays_out_as_people_read() {
        for (html, want) in [
            (
                "<p>a  b\n c</p><p>d<br>e<br><br>f</p>",
                "a b c\n\nd\ne\n\nf",
            ),
            ("<h1>T</h1>x <b>y</b>z<div>w</div>", "T\n\nx yz\n\nw"),
            (
                "p<ul><li>a</li><li>b<ul><li>c</li></ul></li><li><p>d</p><p>e</p></li><li>f</ul>q",
                "p\n\n• a\n• b\n• c\n• d\n\ne\n• f\n\nq",
            ),
            (
                "<table><tr><th>A<th>B<tr><td>1<td><p>2</p><tr><td><td>3</table>",
                "A | B\n1 | 2 | 3",
            ),
            ("<dl><dt>a<dd>b</dl>", "a\nb"),
            ("<pre>\n  x\n\n    y  \n</pre>z", "  x\n\n    y\n\nz"),
            (
                "a<script>b</script><style>c</style><svg><text>d</text></svg><form><input value=x><button>e</button>f</form>",
                "a\n\nf",
            ),
            (
                "<figure><img alt=x><figcaption>cap</figcaption></figure>",
                "cap",
            ),
            ("he said <q> hi </q>!", "he said “hi”!"),
            ("co\u{ad}op&nbsp;x&#8203;y", "coop xy"),
            ("a<p hidden>b<p style='display : none'>c", "a"),
            ("&#0;a\u{1}&bogus; &#x110000;", "\u{fffd}a&bogus; \u{fffd}"),
            (
                "<p>שלום <a href='https://a.example/'>עולם</a></p>",
                "שלום עולם",
            ),
            ("", ""),
        ] {
            assert_eq!(text(html), want, "{html}");
        }
    }

    #[test]
    fn says_what_stands_where() {
        let base = Url::parse("https://e.example/x/").ok();
        let flow = flow(
            "<h2> Sources </h2><ul><li> <a href='y' rel='NoFollow ugc'> the <b>report</b> </a></ul>\
             <blockquote cite='/q'><p>said <a href=//o.example>he</a></blockquote><a href='#'><img src=z></a><a href=mailto:x>m</a>",
            base.as_ref(),
        );
        assert_eq!(flow.text, "Sources\n\n• the report\n\nsaid he\n\nm");
        let anchors: Vec<_> = flow
            .anchors
            .iter()
            .map(|a| (a.href.as_str(), a.label.as_str(), a.in_quote, a.in_list))
            .collect();
        assert_eq!(
            anchors,
            [
                ("https://e.example/x/y", "the report", false, true),
                ("https://o.example/", "he", true, false),
                ("https://e.example/x/#", "", false, false),
            ]
        );
        assert_eq!(
            flow.anchors.first().map(|a| a.rel.join(" ")),
            Some("nofollow ugc".to_owned())
        );
        assert_eq!(
            flow.quotes.first().and_then(|q| q.cite.as_deref()),
            Some("https://e.example/q")
        );
        assert_eq!(
            flow.quotes
                .first()
                .and_then(|q| flow.text.get(q.at.clone())),
            Some("said he")
        );
        assert_eq!(flow.headings, [Heading { at: 0..7, level: 2 }]);
    }

    fn sound(flow: &Flow) -> bool {
        let at = |r: &Range<usize>| flow.text.get(r.clone()).is_some();
        flow.anchors
            .iter()
            .all(|a| flow.text.get(a.at.clone()) == Some(a.label.as_str()))
            && flow.quotes.iter().all(|q| at(&q.at))
            && flow.headings.iter().all(|h| at(&h.at))
            && flow.text.trim_end() == flow.text
    }

    proptest! {
        #[test]
        fn ranges_lie_on_characters(pieces in prop::collection::vec(prop::sample::select(vec![
            "<p>", "</p>", "<a href=https://é.example/ü>", "</a>", "ü ", " 漢字", "<pre>", "</pre>", "\n ", "<q>", "</q>", "<li>", "<ul>",
            "</ul>", "<table><tr><td>", "<td>", "</table>", "<h3>", "</h3>", "<blockquote>", "</blockquote>", "<br>", "&nbsp;", "😀", "&#0;",
        ]), 0..40)) {
            prop_assert!(sound(&flow(&pieces.concat(), None)));
        }

        #[test]
        fn any_text_is_laid_out(any in "\\PC{0,200}") {
            prop_assert!(sound(&flow(&any, None)));
        }
    }
}
