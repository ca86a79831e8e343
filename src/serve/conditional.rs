//! Whether a client already has what it asks for (S3, S4; RFC 9110 §13.1.2–3).

use axum::http::HeaderMap;
use axum::http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use chrono::{DateTime, Utc};

/// True when a GET or HEAD is to be answered by 304. `etag` is that of the form chosen for this very answer, quotes included.
///
/// `If-None-Match` decides alone wherever it is present, even when nothing in it can be read (S3). An `If-Modified-Since` that is repeated or no HTTP date is
/// ignored (S4). `If-Match` and `If-Unmodified-Since` guard writes, of which there are none, and are not looked at.
pub(super) fn is_unchanged(headers: &HeaderMap, etag: &str, last_modified: DateTime<Utc>) -> bool {
    let mut tags = headers.get_all(IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags.any(|line| names(line.as_bytes(), etag));
    }
    let mut dates = headers.get_all(IF_MODIFIED_SINCE).iter();
    let (Some(date), None) = (dates.next(), dates.next()) else {
        return false;
    };
    let since = date.to_str().ok().and_then(instant);
    // Whole seconds: HTTP dates carry no more.
    since.is_some_and(|since| last_modified.timestamp() <= since.timestamp())
}

/// The three forms of a date (RFC 9110 §5.6.7): IMF-fixdate, RFC 850, asctime.
fn instant(date: &str) -> Option<DateTime<Utc>> {
    httpdate::parse_http_date(date.trim())
        .ok()
        .map(DateTime::from)
}

/// Whether a line of `If-None-Match` names this tag, by weak comparison: `W/` makes no difference.
fn names(line: &[u8], etag: &str) -> bool {
    if line.trim_ascii() == b"*" {
        return true;
    }
    let opaque = etag.trim_matches('"').as_bytes();
    let mut rest = line;
    while let Some((tag, after)) = next_tag(rest) {
        if tag == opaque {
            return true;
        }
        rest = after;
    }
    false
}

/// The next tag of a list without `W/` and quotes, and what follows its comma. Commas inside quotes belong to the tag. A tag without quotes is taken as it
/// stands: some clients strip them, and our tags are too long to be met by chance. A quote that never closes ends the list.
fn next_tag(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = list
        .iter()
        .position(|byte| !matches!(byte, b',' | b' ' | b'\t'))?;
    let tag = list.get(start..)?;
    let tag = tag.strip_prefix(b"W/").unwrap_or(tag);
    let Some(quoted) = tag.strip_prefix(b"\"") else {
        let (bare, after) = cut(tag, b',');
        return Some((bare.trim_ascii_end(), after.unwrap_or_default()));
    };
    let (opaque, after) = cut(quoted, b'"');
    let (_, after) = cut(after?, b',');
    Some((opaque, after.unwrap_or_default()))
}

/// What stands before and after the first such byte; without one, all of it and None.
fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    let mut parts = text.splitn(2, |byte| *byte == at);
    (parts.next().unwrap_or_default(), parts.next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const ETAG: &str = "\"abc,def-br\"";
    /// Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 §5.6.7.
    const SECONDS: i64 = 784_111_777;

    fn unchanged(lines: &[(HeaderName, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        // Half a second late: dates of HTTP cannot say so.
        let modified = DateTime::from_timestamp(SECONDS, 500_000_000).unwrap();
        is_unchanged(&headers, ETAG, modified)
    }

    #[test]
    fn s3_table_of_if_none_match() {
        for (line, expected) in [
            (r#""abc,def-br""#, true),
            (r#"W/"abc,def-br""#, true),
            (r#""x", "abc,def-br""#, true),
            (r#""x","y",W/"abc,def-br","z""#, true),
            (r#", ,"abc,def-br" , "#, true),
            ("*", true),
            (" * ", true),
            (r#""abc,def-gzip""#, false),
            (r#""abc""#, false),
            (r#""abc", "def-br""#, false),
            (r#""x,"abc,def-br","#, false),
            (r#""abc,def-br"#, false),
            (r#"w/"abc,def-br""#, false),
            (r#""*""#, false),
            (r#""x", *"#, false),
            (r#""x"junk, "abc,def-br""#, true),
            ("abc", false),
            ("", false),
            ("W/", false),
            ("\"", false),
            ("\u{e9}\u{e9}", false),
        ] {
            assert_eq!(unchanged(&[(IF_NONE_MATCH, line)]), expected, "{line}");
        }
    }

    #[test]
    fn s3_lines_join_and_tags_without_quotes_are_understood() {
        assert!(unchanged(&[
            (IF_NONE_MATCH, r#""x""#),
            (IF_NONE_MATCH, ETAG)
        ]));
        assert!(names(b"abc", "\"abc\""));
        assert!(names(b"x, W/abc , y", "\"abc\""));
    }

    #[test]
    fn s3_if_modified_since_is_ignored_beside_if_none_match_even_on_mismatch() {
        let later = (IF_MODIFIED_SINCE, "Fri, 06 Nov 2099 08:49:37 GMT");
        assert!(unchanged(std::slice::from_ref(&later)));
        assert!(!unchanged(&[later.clone(), (IF_NONE_MATCH, "\"other\"")]));
        assert!(!unchanged(&[later.clone(), (IF_NONE_MATCH, "")]));
        let earlier = (IF_MODIFIED_SINCE, "Sat, 05 Nov 1994 08:49:37 GMT");
        assert!(unchanged(&[earlier, (IF_NONE_MATCH, ETAG)]));
    }

    #[test]
    fn s4_three_forms_of_dates_and_nothing_else() {
        for (date, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", true),
            ("Sun Nov  6 08:49:37 1994", true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", true),
            ("Sun, 06 Nov 1994 08:49:36 GMT", false),
            ("1994-11-06T08:49:37Z", false),
            ("Sun, 06 Nov 1994 08:49:37 +0000", false),
            ("Sun, 31 Feb 2099 08:49:37 GMT", false),
            ("784111777", false),
            ("0", false),
            ("", false),
        ] {
            assert_eq!(unchanged(&[(IF_MODIFIED_SINCE, date)]), expected, "{date}");
        }
        let date = (IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(
            !unchanged(&[date.clone(), date]),
            "two dates are no HTTP date"
        );
        assert!(!unchanged(&[]));
    }

    #[test]
    fn s16_a_long_list_costs_one_pass() {
        let list = "\"x\",".repeat(4000);
        assert!(!names(list.as_bytes(), ETAG));
        assert!(!names(&[b','; 16_000], ETAG));
    }
}
