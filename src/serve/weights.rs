//! Weighted lists: what `Accept` and `Accept-Encoding` have in common (RFC 9110 §5.6.1 and §12.4.2).

use axum::http::{HeaderMap, HeaderName};

/// How much a client likes something, in thousandths: 1000 is most, 0 is "not that".
pub(super) type Weight = u16;

/// What has no `q`.
const FULL: Weight = 1000;

/// The values of a header, line by line. Lines that are not visible ASCII hold nothing a list may hold, and are passed over.
pub(super) fn lines(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
}

/// The elements of a list with their weights, in order; names as written, parameters dropped. An element whose weight cannot be read is passed over: to
/// ignore a wish is safer than to guess it. Linear in the length of the lines.
pub(super) fn weighted<'a>(
    lines: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = (&'a str, Weight)> {
    lines
        .into_iter()
        .flat_map(|line| split(line, ','))
        .filter_map(element)
}

fn element(text: &str) -> Option<(&str, Weight)> {
    let mut parts = split(text, ';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let quality = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    Some((
        name,
        match quality {
            Some(text) => weight(text)?,
            None => FULL,
        },
    ))
}

/// `0`, `1`, `0.8`, and what clients send beside the grammar: `.8` and more than three digits, of which three count.
fn weight(text: &str) -> Option<Weight> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = match whole {
        "0" => 0,
        "1" => FULL,
        "" if !fraction.is_empty() => 0,
        _ => return None,
    };
    if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let thousandths: Weight = [100, 10, 1]
        .into_iter()
        .zip(fraction.bytes())
        .map(|(place, digit)| place * Weight::from(digit - b'0'))
        .sum();
    Some(whole + thousandths).filter(|weight| *weight <= FULL)
}

/// Splits outside quoted strings (RFC 9110 §5.6.4). A quote that never closes takes the rest with it.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c: char| {
        let literal = std::mem::take(&mut escaped);
        match c {
            '\\' if quoted && !literal => escaped = true,
            '"' if !literal => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(&str, Weight)> {
        weighted([line]).collect()
    }

    #[test]
    fn s11_lists_are_read_as_clients_write_them() {
        assert_eq!(
            read("gzip, br;q=0.5 ,, zstd ; Q = .25"),
            [("gzip", 1000), ("br", 500), ("zstd", 250)]
        );
        assert_eq!(
            read("a/b;level=1;q=0, c/d;q=0.9999"),
            [("a/b", 0), ("c/d", 999)]
        );
        assert_eq!(
            read(r#"text/x;a="1,\",;q=0";q=0.2, y"#),
            [("text/x", 200), ("y", 1000)]
        );
        assert_eq!(
            weighted(["a", "b"]).collect::<Vec<_>>(),
            [("a", 1000), ("b", 1000)]
        );
    }

    #[test]
    fn s11_weights_that_cannot_be_read_drop_their_element() {
        assert_eq!(
            read("a;q=1.1, b;q=-1, c;q=x, d;q=, e;q=2, f;q=0.x, g;q=\u{663}"),
            []
        );
        assert_eq!(read(" , ;q=1,"), []);
        assert_eq!(read("a;b=\"unclosed, c"), [("a", 1000)]);
    }
}
