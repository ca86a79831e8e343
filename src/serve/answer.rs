//! A document as an answer: which form of it, whether the client has it already, and what is said of it.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_LOCATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED, LINK,
    REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use chrono::{DateTime, Datelike, Utc};

use crate::publish::{Coding, Document, Variant, content_security_policy};

use super::coding;
use super::conditional::is_unchanged;
use super::weights::lines;

/// Whether the address was one for several formats (S8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// One URL, one format.
    Own,
    /// The format was chosen by `Accept`; the document's own address is this.
    Negotiated(String),
}

/// 200 with the bytes, or 304 when the client has them. Copies no body: bytes are shared with the shelf. `Range` is not looked at, and the answer says so
/// (S16). HEAD gets the same; the server stack leaves the body out (S6).
pub(super) fn answer(document: &Document, address: &Address, asked: &HeaderMap) -> Response<Body> {
    let variant = coding::choose(document, lines(asked, ACCEPT_ENCODING));
    let unchanged = is_unchanged(asked, &variant.etag, document.last_modified());
    let mut response = if unchanged {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(Body::from(variant.body.clone()))
    };
    let headers = response.headers_mut();
    validators(headers, document, variant, address);
    if !unchanged {
        representation(headers, document, variant);
    }
    response
}

/// What 200 and 304 have in common (S5). The server stack adds `Date`; there is no `Expires`, since `max-age` would overrule it.
fn validators(headers: &mut HeaderMap, document: &Document, variant: &Variant, address: &Address) {
    put(headers, ETAG, &variant.etag);
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(document.cache_control()),
    );
    let vary = match address {
        Address::Own => "Accept-Encoding",
        Address::Negotiated(location) => {
            put(headers, CONTENT_LOCATION, location);
            "Accept, Accept-Encoding"
        }
    };
    headers.insert(VARY, HeaderValue::from_static(vary));
}

/// What only comes with the bytes.
fn representation(headers: &mut HeaderMap, document: &Document, variant: &Variant) {
    let content_type = document.content_type();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(variant.body.len()));
    if variant.coding != Coding::Identity {
        let coding = HeaderValue::from_static(variant.coding.as_str());
        headers.insert(CONTENT_ENCODING, coding);
    }
    if let Some(date) = http_date(document.last_modified()) {
        put(headers, LAST_MODIFIED, &date);
    }
    for link in document.links() {
        put(headers, LINK, link);
    }
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
    if content_type.starts_with("text/html") {
        let policy = HeaderValue::from_static(content_security_policy());
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
}

/// Adds a value made from data. One that no header may hold is left out and told to the operator: a feed without one of its links is better than no feed.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.append(name, value);
        }
        Err(_) => tracing::warn!(
            header = %name,
            ?value,
            "left out a header whose value HTTP cannot carry; please report this"
        ),
    }
}

/// IMF-fixdate (RFC 9110 §5.6.7). None outside the years it can write, which dates from the wild may be.
fn http_date(instant: DateTime<Utc>) -> Option<String> {
    (1..=9999)
        .contains(&instant.year())
        .then(|| instant.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// What a document calls itself, from its `self` link: the address under `public_url`, which a proxy in front may have put elsewhere than the path asked for.
pub(super) fn own_address(document: &Document) -> Option<&str> {
    document.links().iter().find_map(|link| {
        let (address, parameters) = link.strip_prefix('<')?.split_once('>')?;
        parameters.contains("rel=\"self\"").then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(links: &[&str], modified: i64) -> Document {
        let links = links.iter().map(|link| link.to_string()).collect();
        let at = DateTime::from_timestamp(modified, 0).unwrap();
        Document::new("application/feed+json", b"{}".to_vec(), links, at)
    }

    #[test]
    fn s13_dates_are_written_as_http_wants_them_or_not_at_all() {
        let at = |seconds| http_date(DateTime::from_timestamp(seconds, 0).unwrap());
        assert_eq!(at(784_111_777).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(at(-1).unwrap(), "Wed, 31 Dec 1969 23:59:59 GMT");
        assert_eq!(http_date(DateTime::<Utc>::MAX_UTC), None);
        assert_eq!(http_date(DateTime::<Utc>::MIN_UTC), None);
    }

    #[test]
    fn s15_a_link_that_no_header_can_hold_is_left_out() {
        let document = document(&["<https://a.example/>; rel=\"self\"", "<b\r\nX: y>"], 0);
        let answer = answer(&document, &Address::Own, &HeaderMap::new());
        assert_eq!(answer.headers().get_all(LINK).iter().count(), 1);
        assert_eq!(answer.headers().get("x"), None);
        assert_eq!(own_address(&document), Some("https://a.example/"));
    }

    #[test]
    fn s8_a_document_without_a_self_link_has_no_address_of_its_own() {
        let odd = ["<a>; rel=\"alternate\"", "b", "<c", "", "<é>"];
        assert_eq!(own_address(&document(&odd, 0)), None);
    }

    #[test]
    fn s4_extreme_dates_neither_panic_nor_match() {
        let far = document(&[], 0).with_last_modified(DateTime::<Utc>::MAX_UTC);
        let mut asked = HeaderMap::new();
        let date = HeaderValue::from_static("Fri, 31 Dec 9999 23:59:59 GMT");
        asked.insert(axum::http::header::IF_MODIFIED_SINCE, date);
        let answer = answer(&far, &Address::Own, &asked);
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers().get(LAST_MODIFIED), None);
    }
}
