//! Addresses written out in a text.

use std::ops::Range;

/// Where http(s) addresses stand in a text, in its order, as byte ranges. Closing punctuation and brackets that were not opened inside stay outside.
///
/// Does not find addresses without a scheme: `example.com` may as well be a name.
pub fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, _) in text.match_indices("http") {
        let rest = text.get(start..).unwrap_or_default();
        let is_address = rest.starts_with("https://") || rest.starts_with("http://");
        if !is_address || found.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let end = start + trimmed(rest).len();
        found.push(start..end);
    }
    found
}

fn trimmed(text: &str) -> &str {
    let ends = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '“' | '”' | '»' | '«')
    };
    let end = text.find(ends).unwrap_or(text.len());
    let mut address = text.get(..end).unwrap_or(text);
    let count = |c: char| address.matches(c).count();
    // Counted once, since an address may end in any number of brackets.
    let mut round = count(')').saturating_sub(count('('));
    let mut square = count(']').saturating_sub(count('['));
    while let Some(last) = address.chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '…' | '*' => {}
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            _ => break,
        }
        address = address
            .get(..address.len() - last.len_utf8())
            .unwrap_or_default();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        addresses(text).into_iter().map(|at| &text[at]).collect()
    }

    #[test]
    fn addresses_end_before_punctuation_and_keep_balanced_brackets() {
        assert_eq!(
            found("see https://x.example/a_(b)."),
            ["https://x.example/a_(b)"]
        );
        assert_eq!(
            found("(https://x.example/a), http://y.example!"),
            ["https://x.example/a", "http://y.example"]
        );
        assert_eq!(found("“https://x.example/é”"), ["https://x.example/é"]);
        assert_eq!(found("httpd and http: and x.example"), Vec::<&str>::new());
    }

    #[test]
    fn one_address_inside_another_is_one() {
        let archived = "https://archive.example/https://x.example/a";
        assert_eq!(found(archived), [archived]);
        assert_eq!(found(&"https://".repeat(1000)).len(), 1);
    }
}
