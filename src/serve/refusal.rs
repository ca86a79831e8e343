//! Answers that are no document: short, the same for every client, and silent about what was asked for.

use axum::body::Body;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
    REFERRER_POLICY, RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header::ACCEPT};

use super::negotiate::prefers_page;
use super::weights::lines;

/// The methods there are (S6), on every path: whether something stands there is for the answer to say.
pub(super) const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Seconds after which to ask a cold or unwell server again: composing after a start takes seconds, and a crowd of readers that come back at once is what a
/// start needs least.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("30");

/// For pages without style, script, pictures or forms.
pub(super) const NOTHING_LOADS: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nothing was ever here, as far as is known.
    Absent,
    /// For good, to this absolute address (S13).
    Moved(HeaderValue),
    /// Published once, and withdrawn (S13).
    Withdrawn,
    /// Not GET, HEAD or OPTIONS (S6).
    Method,
    /// The address is longer than any of ours (S16).
    TooLong,
    /// Nothing is composed yet (S14).
    Cold,
    /// The store does not answer, or not in time.
    Unavailable,
}

/// How a refusal is put into words and headers.
struct Terms {
    status: StatusCode,
    title: &'static str,
    advice: &'static str,
    /// How long caches may keep it. Nothing here is `no-store`: `stale-if-error` of the last good document is to keep working (S10).
    cache_control: &'static str,
}

impl Refusal {
    fn terms(&self) -> Terms {
        let (status, title, advice, cache_control) = match self {
            // A minute, so that a feed just added is seen soon.
            Refusal::Absent => (
                StatusCode::NOT_FOUND,
                "Nothing is published here",
                "Check the address. The start page lists every feed there is.",
                "public, max-age=60",
            ),
            Refusal::Moved(_) => (
                StatusCode::MOVED_PERMANENTLY,
                "This feed has a new address",
                "The Location header of this answer names it. Subscribe there; this address will go on pointing to it.",
                "public, max-age=3600",
            ),
            // An hour, since an operator may have withdrawn it by mistake.
            Refusal::Withdrawn => (
                StatusCode::GONE,
                "This feed has been withdrawn",
                "It will not come back. Remove it from your reader. The start page lists the feeds that remain.",
                "public, max-age=3600",
            ),
            Refusal::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "This is read-only",
                "Use GET or HEAD.",
                "no-cache",
            ),
            Refusal::TooLong => (
                StatusCode::URI_TOO_LONG,
                "The address is too long",
                "No address here is this long. Leave out the query.",
                "no-cache",
            ),
            Refusal::Cold => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The feeds are being made ready",
                "The server has just started. Ask again in half a minute.",
                "no-cache",
            ),
            Refusal::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This cannot be shown just now",
                "The feeds themselves are not affected. Ask again in half a minute.",
                "no-cache",
            ),
        };
        Terms {
            status,
            title,
            advice,
            cache_control,
        }
    }

    /// The answer, as plain text, or as a small page for those who ask for HTML.
    pub(super) fn answer(self, asked: &HeaderMap) -> Response<Body> {
        let terms = self.terms();
        let mut response = if prefers_page(lines(asked, ACCEPT)) {
            page(&terms)
        } else {
            text(terms.status, format!("{}. {}\n", terms.title, terms.advice))
        };
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Accept"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(terms.cache_control));
        if let Some((name, value)) = self.own_header() {
            headers.insert(name, value);
        }
        response
    }

    /// The header that a refusal of this kind must not go without.
    fn own_header(self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Refusal::Moved(address) => Some((LOCATION, address)),
            Refusal::Method => Some((ALLOW, METHODS)),
            Refusal::Cold | Refusal::Unavailable => Some((RETRY_AFTER, RETRY_SECONDS)),
            Refusal::Absent | Refusal::Withdrawn | Refusal::TooLong => None,
        }
    }
}

fn page(terms: &Terms) -> Response<Body> {
    let (title, advice) = (terms.title, terms.advice);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<h1>{title}</h1>\n<p>{advice}</p>\n</html>\n"
    );
    let mut response = typed(terms.status, "text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, NOTHING_LOADS);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// A message in plain text, of any status.
pub(super) fn text(status: StatusCode, message: impl Into<String>) -> Response<Body> {
    typed(status, "text/plain; charset=utf-8", message.into())
}

/// Tells a probe or the operator how things stand now; nobody may keep it.
pub(super) fn fleeting(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What asks to be tried again later: 503 with the reason (S14).
pub(super) fn not_ready(reason: &'static str) -> Response<Body> {
    let mut response = fleeting(text(StatusCode::SERVICE_UNAVAILABLE, reason));
    response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    response
}

/// A body with its type and length; the length is stated because HEAD has no body to take it from (S6).
pub(super) fn typed(
    status: StatusCode,
    content_type: &'static str,
    body: String,
) -> Response<Body> {
    let length = body.len();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [Refusal; 7] {
        [
            Refusal::Absent,
            Refusal::Moved(HeaderValue::from_static(
                "https://news.example/feeds/world.rss",
            )),
            Refusal::Withdrawn,
            Refusal::Method,
            Refusal::TooLong,
            Refusal::Cold,
            Refusal::Unavailable,
        ]
    }

    #[test]
    fn s14_every_503_says_when_to_come_back() {
        for refusal in all() {
            let answer = refusal.answer(&HeaderMap::new());
            let unwell = answer.status() == StatusCode::SERVICE_UNAVAILABLE;
            assert_eq!(answer.headers().contains_key(RETRY_AFTER), unwell);
        }
    }

    #[test]
    fn s10_no_refusal_is_no_store_and_each_varies_by_accept() {
        for refusal in all() {
            let answer = refusal.answer(&HeaderMap::new());
            assert!(answer.headers()[CACHE_CONTROL] != "no-store");
            assert_eq!(answer.headers()[VARY], "Accept");
            assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
        }
    }

    #[test]
    fn pages_of_refusals_load_nothing() {
        let mut asked = HeaderMap::new();
        asked.insert(ACCEPT, HeaderValue::from_static("text/html"));
        for refusal in all() {
            let answer = refusal.answer(&asked);
            assert_eq!(answer.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(answer.headers()[CONTENT_SECURITY_POLICY], NOTHING_LOADS);
            assert_eq!(answer.headers()[REFERRER_POLICY], "no-referrer");
        }
    }
}
