//! Credentials inside addresses, kept out of everything that is shown (F38).
//!
//! A fault quotes the line it is about, and that line may hold `https://user:password@host`. So the file is masked before anything is quoted from it:
//! as text, because a file with a broken string has no values, and again by value, because an operator may leave out `https://` or write `@` as an
//! escape. Too much hidden is a nuisance, too little a leak: in doubt it hides.

use std::ops::Range;

/// `text` with the user name and password of every address, and whatever else `also` covers, written over with `*`.
///
/// The result has the length of `text` byte for byte, so that spans into one are spans into the other. Line breaks are kept.
pub(super) fn masked(text: &str, also: &[Range<usize>]) -> String {
    let mut ranges = also.to_vec();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(last_at) = line.rfind('@') {
            find_in_line(line, last_at, start, &mut ranges);
        }
        start += line.len();
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        for byte in bytes.get_mut(range).unwrap_or_default() {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = b'*';
            }
        }
    }
    // A range that cut a character in two would end here: nothing is shown then, which is the safe way to be wrong.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Where the credentials are inside the written form of one address. `raw` is the string as it stands in the file, quotes included, `value` what it
/// means.
pub(super) fn in_value(raw: &str, value: &str) -> Option<Range<usize>> {
    let last_at = value.rfind('@')?;
    let rest = after_scheme(value);
    let found = userinfo(value.get(rest..)?, last_at.checked_sub(rest)?)?;
    match raw.find(value) {
        Some(inner) => Some(inner + rest + found.start..inner + rest + found.end),
        // Written with escapes: positions in one are not positions in the other.
        None => Some(0..raw.len()),
    }
}

/// Finds the addresses of one line. Linear: every quoted value is walked once, also if addresses are nested in it, and an unquoted one ends with the
/// line.
fn find_in_line(line: &str, last_at: usize, offset: usize, found: &mut Vec<Range<usize>>) {
    let mut from = 0;
    // Of the last quoted value: its end, and its last `@`.
    let mut quoted = (0, None);
    while from <= last_at {
        let Some(colon) = line.get(from..).and_then(|rest| rest.find(':')) else {
            return;
        };
        let colon = from + colon;
        let (before, after) = (
            line.get(from..colon).unwrap_or_default(),
            line.get(colon + 1..).unwrap_or_default(),
        );
        from = colon + 1;
        let head = before
            .trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let scheme = before.get(head.len()..).unwrap_or_default();
        if !after.starts_with("//") && !is_web_scheme(scheme) {
            continue;
        }
        let quote = head.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let (end, at) = match quote {
            _ if from <= quoted.0 => quoted,
            Some(quote) => {
                let value = after.get(..closing(after, quote)).unwrap_or_default();
                quoted = (from + value.len(), value.rfind('@').map(|at| from + at));
                quoted
            }
            None => (line.len(), Some(last_at)),
        };
        let rest = line.get(from..end).unwrap_or_default();
        if let Some(range) = at.and_then(|at| userinfo(rest, at.checked_sub(from)?)) {
            found.push(offset + from + range.start..offset + from + range.end);
            from = end;
        }
    }
}

/// How far a string goes that was opened with `quote`; to the end of the line if it is never closed.
fn closing(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            return at;
        }
    }
    text.len()
}

fn is_web_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Where an address goes on after its scheme; at its start if it has none.
fn after_scheme(value: &str) -> usize {
    match value.split_once(':') {
        Some((scheme, rest)) if rest.starts_with("//") || is_web_scheme(scheme) => scheme.len() + 1,
        _ => 0,
    }
}

/// The credentials of an address whose scheme has been taken off, given where its last `@` is.
///
/// A password may hold anything, a slash included, which no parser forgives: so unless the address begins with a plain host, everything up to the
/// last `@` counts. With a plain host, an `@` further on belongs to the path.
fn userinfo(rest: &str, last_at: usize) -> Option<Range<usize>> {
    let start = rest.len() - rest.trim_start_matches(['/', '\\']).len();
    let authority = rest
        .get(start..)?
        .split(['/', '\\', '?', '#'])
        .next()
        .unwrap_or_default();
    (start <= last_at && !is_plain_host(authority)).then_some(start..last_at)
}

/// Whether this is `host` or `host:port`.
fn is_plain_host(authority: &str) -> bool {
    let host = authority.trim_end_matches(|c: char| c.is_ascii_digit());
    let host = host.strip_suffix(':').unwrap_or(authority);
    let inner = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match inner {
        Some(inner) => inner
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.')),
        None => !host.contains(['@', ':']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f38_credentials_are_masked_wherever_they_stand() {
        for (given, wanted) in [
            (
                "url = \"https://me:pw@news.example/f\"",
                "url = \"https://*****@news.example/f\"",
            ),
            (
                "url = \"HTTPS:\\\\me:pw@news.example\"",
                "url = \"HTTPS:\\\\*****@news.example\"",
            ),
            (
                "url = 'https:me:pw@news.example'",
                "url = 'https:*****@news.example'",
            ),
            (
                "url = \"https://me:p\\\"w@x\", a = \"y@z\"",
                "url = \"https://*******@x\", a = \"y@z\"",
            ),
            ("url = \"https://me:p/w@x", "url = \"https://******@x"),
            ("url = https://me:p@w@x", "url = https://******@x"),
            ("a = \"x:\" # ftp://me@x", "a = \"x:\" # ftp://**@x"),
            (
                "a = 1 # https://a.example and https://me:pw@b.example",
                "a = 1 # https://a.example and https://*****@b.example",
            ),
            (
                "url = \"https://tok\u{e9}n@x\"\nb = 1",
                "url = \"https://******@x\"\nb = 1",
            ),
        ] {
            assert_eq!(masked(given, &[]), wanted);
        }
    }

    #[test]
    fn what_is_no_credential_stays_readable() {
        for plain in [
            "url = \"https://medium.example/@desk/feed\"",
            "url = \"http://127.0.0.1:8080/@desk\"",
            "url = \"http://[::1]:8080/@desk\"",
            "title = \"Note: the desk @ work\"",
            "schedule = \"@hourly\"",
        ] {
            assert_eq!(masked(plain, &[]), plain);
        }
    }

    #[test]
    fn f38_an_address_without_scheme_or_with_escapes_is_masked_by_value() {
        assert_eq!(
            in_value("\"me:pw@news.example/feed\"", "me:pw@news.example/feed"),
            Some(1..6)
        );
        assert_eq!(
            in_value("\"https://me:pw\\u0040news\"", "https://me:pw@news"),
            Some(0..25)
        );
        assert_eq!(
            in_value("\"news.example/@desk\"", "news.example/@desk"),
            None
        );
    }

    #[test]
    fn masking_a_hostile_line_is_linear() {
        for unit in [
            "://a",
            "\"://a",
            "'://a\"://a",
            "http:",
            "a@://",
            "\"http://\\",
            "\\\"://",
            "http:[",
            "http:[]/",
            "http:1/",
        ] {
            for end in ["", "@", "\"", "]/@", "@\""] {
                let line = format!("\"@{}{end}", unit.repeat(100_000));
                assert_eq!(masked(&line, &[]).len(), line.len());
            }
        }
    }
}
