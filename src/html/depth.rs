//! Measures how deep a parser would build, in one pass and before anything is built (F43).
//!
//! The HTML parser is quadratic in depth, and it opens again what blocks cut off, so that a short text can become a
//! huge tree. This follows the standard's rules for blocks exactly, since an end tag taken for one that closes would
//! hide depth. For misnested inline elements the rules are intricate; such elements stay counted and are never
//! matched again ("ghosts"). So the answer may be too high for a careless page, never too low for a hostile one.

use super::elements::closes_paragraph;
use super::open::{Beyond, Open};
use super::token::{Token, Tokens};

/// No page meant to be read nests deeper; at this depth the parser is still fast.
pub const MAX_DEPTH: usize = 256;
/// Attributes of one tag. The parser compares each with all before it; pages have some dozens.
const MAX_ATTRIBUTES: usize = 512;
/// Tags and runs of text. A node costs about 200 bytes, and the longest articles have some 20,000.
const MAX_NODES: usize = 400_000;
/// Bytes looked at when the tree is written out: html5ever searches to the end of a text for every character it
/// escapes. So many take about a fifth of a second.
const MAX_ESCAPING: usize = 5_000_000_000;

/// Whether a DOM made from this would be too deep, too large or too slow to make (F43). Linear in the text.
/// May say yes to a misnested page that would just have passed; never says no to one that would not.
/// `<frameset>`, `annotation-xml` and table parts loose in a template count as too deep: their parsing depends on
/// more than is followed here, and no article needs them.
pub fn too_deep(html: &str) -> bool {
    deeper_than(html, MAX_DEPTH)
}

fn deeper_than(html: &str, limit: usize) -> bool {
    let mut tokens = Tokens::new(html);
    let mut open = Open {
        limit,
        ..Open::default()
    };
    let mut weight = Weight::default();
    while let Some(token) = tokens.next(open.in_foreign()) {
        weight.add(&token);
        let outcome = match token {
            Token::Text(_) | Token::Raw(_) => Ok(()),
            Token::End(name) => open.end(&name),
            Token::Start(tag) if tag.attributes > MAX_ATTRIBUTES => Err(Beyond),
            Token::Start(tag) => open.start(&tag).map(|html| {
                if html {
                    tokens.expect_raw(&tag.name);
                }
            }),
        };
        if outcome.is_err() || weight.too_much() || open.too_much() {
            return true;
        }
        if open.plaintext {
            // All that follows is one text.
            weight.text(tokens.rest());
            return weight.too_much();
        }
    }
    false
}

/// What the tree will cost in nodes, and in time to write it out again.
#[derive(Default)]
struct Weight {
    nodes: usize,
    escaping: usize,
    /// Bytes of the present run of text, and how many of them are escaped. Elements that may be dropped do not end it.
    run: usize,
    escaped: usize,
    in_text: bool,
    /// The raw text that comes next is written with references, unlike a script.
    written_escaped: bool,
}

impl Weight {
    fn add(&mut self, token: &Token<'_>) {
        let in_text = matches!(token, Token::Text(_));
        self.nodes += usize::from(!in_text || !self.in_text);
        self.in_text = in_text;
        match token {
            Token::Text(text) => self.text(text),
            Token::Raw(text) if self.written_escaped => self.text(text),
            Token::Start(tag) => {
                let quotes = tag.written.bytes().filter(|b| *b == b'"').count();
                self.escaping += (escaped(tag.written) + quotes) * tag.written.len();
                self.written_escaped = matches!(tag.name.as_str(), "textarea" | "title" | "xmp");
                if closes_paragraph(&tag.name) {
                    self.end_run();
                }
            }
            Token::Raw(_) | Token::End(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.run += text.len();
        self.escaped += escaped(text);
    }

    fn end_run(&mut self) {
        self.escaping += std::mem::take(&mut self.run) * std::mem::take(&mut self.escaped);
    }

    fn too_much(&self) -> bool {
        self.nodes > MAX_NODES || self.escaping + self.run * self.escaped > MAX_ESCAPING
    }
}

/// Bytes that may be written as a character reference. 0xC2 begins a no-break space.
fn escaped(text: &str) -> usize {
    text.bytes()
        .filter(|b| matches!(b, b'&' | b'<' | b'>' | 0xc2))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dom_query::{Document, NodeRef};
    use proptest::prelude::*;

    fn depth_of(document: &Document) -> usize {
        let mut deepest = 0;
        let mut stack: Vec<(NodeRef<'_>, usize)> = vec![(document.root(), 0)];
        while let Some((node, depth)) = stack.pop() {
            deepest = deepest.max(depth);
            stack.extend(
                node.children()
                    .into_iter()
                    .filter(|n| n.is_element())
                    .map(|n| (n, depth + 1)),
            );
            let inside = node.element_ref().and_then(|e| e.template_contents);
            if let Some(inside) = inside.and_then(|id| node.tree.get(&id)) {
                stack.push((inside, depth));
            }
        }
        deepest
    }

    /// Fragment and html element, and the head or body of a document.
    const WRAPPING: usize = 3;

    fn soup() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "<div>",
            "</div>",
            "<p>",
            "</p>",
            "<b>",
            "<b a=1>",
            "<b a=2>",
            "</b>",
            "<i>",
            "</i>",
            "<a href=x>",
            "</a>",
            "<span>",
            "</span>",
            "<x>",
            "</x>",
            "<ul>",
            "</ul>",
            "<li>",
            "</li>",
            "<table>",
            "</table>",
            "<tr>",
            "</tr>",
            "<td>",
            "</td>",
            "<tbody>",
            "<caption>",
            "</caption>",
            "<button>",
            "</button>",
            "<select>",
            "</select>",
            "<option>",
            "</option>",
            "<optgroup>",
            "<h1>",
            "<h2>",
            "</h2>",
            "<form>",
            "</form>",
            "<object>",
            "</object>",
            "<svg>",
            "</svg>",
            "<path/>",
            "<g>",
            "</g>",
            "<foreignObject>",
            "</foreignObject>",
            "<title>",
            "</title>",
            "<math>",
            "<mi>",
            "</mi>",
            "</math>",
            "<style>",
            "</style>",
            "<style/>",
            "<script>",
            "<!--<script>",
            "</script>",
            "-->",
            "<!--",
            "<ruby>",
            "<rt>",
            "<rb>",
            "</ruby>",
            "<dl>",
            "<dd>",
            "<dt>",
            "</dl>",
            "text",
            " ",
            "<br>",
            "<hr>",
            "<input>",
            "<nobr>",
            "</nobr>",
            "<noscript>",
            "</noscript>",
            "<dialog>",
            "</dialog>",
            "<template>",
            "</template>",
            "</body>",
            "<body>",
            "<col>",
            "<colgroup>",
            "<![CDATA[",
            "]]>",
            "<em>",
            "</em>",
            "<font>",
            "</font>",
            "<textarea>",
            "</textarea>",
            "<marquee>",
            "</marquee>",
        ]);
        (prop::collection::vec(piece, 1..14), 1usize..16)
            .prop_map(|(pieces, times)| pieces.concat().repeat(times))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        /// F43: whatever the soup, what passes the measure is not deeper than it says.
        #[test]
        fn never_says_no_to_what_is_deep(soup in soup()) {
            for limit in [6, 12] {
                if !deeper_than(&soup, limit) {
                    let real = depth_of(&Document::fragment(soup.as_str()));
                    prop_assert!(real <= limit + WRAPPING, "{real} deep past {limit}");
                }
            }
        }
    }
}
