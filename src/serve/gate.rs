//! What holds for every request of a listener, whatever it asks for.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use axum::middleware::Next;

use super::around::{Around, answered, kind};
use super::refusal::{METHODS, Refusal};
use crate::push::PATH;

/// Longest path and query, in bytes. Ours stay under 200; the rest is room for what trackers and cache-busters append.
const MAX_ADDRESS: usize = 2048;

/// The same where hubs call, with the topic in the query, each of its bytes written as three (W4).
const MAX_CALL: usize = 8 * 1024;

/// The methods there.
const CALL_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, OPTIONS");

/// Who may read the answers from within a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Pages of any origin (S12): what is served is public, and no cookie or password is ever looked at.
    Anyone,
    /// No foreign page: the admin listener often stands on a loopback address, where the operator's browser could be sent to read it.
    Operator,
}

/// What the gate knows: who comes through it, and where that is counted.
#[derive(Clone)]
pub(super) struct Gate {
    pub audience: Audience,
    pub around: Around,
}

impl Audience {
    /// The listener's name among the metrics.
    fn listener(self) -> &'static str {
        match self {
            Audience::Anyone => "public",
            Audience::Operator => "admin",
        }
    }
}

/// Refuses what is not GET, HEAD or OPTIONS (S6), nor a POST where hubs call, and addresses beyond all measure (S16), answers OPTIONS and preflights (S12),
/// marks every answer, counts it, and writes the access log (debug). Neither `Host` nor `X-Forwarded-*` is looked at.
pub(super) async fn gate(
    State(Gate { audience, around }): State<Gate>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let listener = audience.listener();
    let is_call = audience == Audience::Anyone && uri.path().starts_with(PATH);
    // Hubs are no pages, and no page has any business with what is said to them.
    let audience = if is_call {
        Audience::Operator
    } else {
        audience
    };
    let longest = if is_call { MAX_CALL } else { MAX_ADDRESS };
    let length = uri.path_and_query().map_or(0, |asked| asked.as_str().len());
    let mut response = if length > longest {
        Refusal::TooLong.answer(request.headers())
    } else if method == Method::OPTIONS {
        options(audience)
    } else if method == Method::GET || method == Method::HEAD || is_call && method == Method::POST {
        next.run(request).await
    } else {
        Refusal::Method.answer(request.headers())
    };
    if is_call && response.headers().contains_key(ALLOW) {
        response.headers_mut().insert(ALLOW, CALL_METHODS);
    }
    mark(response.headers_mut(), audience);
    let answered = answered(listener, kind(uri.path()), &response);
    around.metrics.answered(&answered);
    // Debug formatting escapes: an address cannot forge a line of the log. It is cut only by the listener's limit on request heads.
    // Who knows a callback's address may call there: it is nobody's to read in a log.
    let shown = if is_call { PATH } else { uri.path() };
    tracing::debug!(%method, path = ?shown, status = response.status().as_u16(), "answered");
    response
}

/// The same on every path, so that a preflight never hides the answer to the request it is for. `If-None-Match` is not safelisted by CORS, hence the list.
fn options(audience: Audience) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, METHODS);
    if audience == Audience::Anyone {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("If-None-Match, If-Modified-Since"),
        );
        // A day, in seconds: the list changes with releases only.
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    response
}

fn mark(headers: &mut HeaderMap, audience: Audience) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if audience == Audience::Anyone {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("ETag, Link, Last-Modified, Retry-After"),
        );
    }
}
