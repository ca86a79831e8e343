//! Where hubs call (W4–W6): the one thing that is not read-only. What a call means is decided by whoever holds the store; here it is bounded and answered.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::push::{Replied, Verification};

use super::refusal::{NOTHING_LOADS, Refusal, fleeting, not_ready, text};
use super::stories::Later;

/// Calls answered at once. Each may hold a body of `max_bytes` while it comes in; what is beyond is asked to come again, which hubs do.
pub(super) const CALLS_AT_ONCE: usize = 16;

/// How long the body of a delivery may take. Hubs send from data centres; they give up on us after ten seconds or so themselves.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Longest token, in bytes; ours have 48.
const LONGEST_TOKEN: usize = 64;

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");

/// Whether a delivery may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Up to so many bytes.
    Open { max_bytes: u64 },
    /// The subscription is over (W6).
    Over,
    /// There never was one.
    Unknown,
    /// So many that the next is taken after these seconds only.
    TooOften { seconds: u32 },
    /// Not just now.
    Busy,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It will not be lost; or it was not the hub's and is ignored, which it need not know (W6).
    Taken,
    /// The subscription has ended meanwhile.
    Over,
    /// Not just now.
    Busy,
}

/// A delivery as it came.
#[derive(Clone, Debug)]
pub struct Posted {
    /// `X-Hub-Signature`, if it is text.
    pub signature: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// Who hears what hubs have to say. Tokens come from outside; they are short and made of ASCII letters and digits, nothing else is promised.
pub trait Callbacks: Send + Sync {
    /// Answers a verification or denial; `None` when it cannot be answered just now.
    fn verify(&self, token: &str, said: Verification) -> Later<Option<Replied>>;

    /// Whether this subscription may be delivered to. Asked before the body is read.
    fn admit(&self, token: &str) -> Later<Admission>;

    /// Takes a delivery. Answered before it is read.
    fn deliver(&self, token: &str, posted: Posted) -> Later<Receipt>;
}

/// Answers one call. A HEAD is no verification: it would say yes without the challenge.
pub(super) async fn called(
    callbacks: &dyn Callbacks,
    turns: &Semaphore,
    token: &str,
    request: Request,
) -> Response<Body> {
    if !is_token(token) || request.method() == Method::HEAD {
        return Refusal::Absent.answer(request.headers());
    }
    let Ok(_turn) = turns.try_acquire() else {
        return not_ready("too many calls at once; please come again\n");
    };
    if request.method() == Method::POST {
        return delivered(callbacks, token, request).await;
    }
    let Some(said) = Verification::parse(request.uri().query().unwrap_or_default()) else {
        return Refusal::Absent.answer(request.headers());
    };
    match callbacks.verify(token, said).await {
        Some(Replied::Echo(challenge)) => plain(StatusCode::OK, challenge),
        Some(Replied::Noted) => plain(StatusCode::OK, "noted\n".into()),
        Some(Replied::Refused) => Refusal::Absent.answer(request.headers()),
        None => not_ready("this cannot be answered just now; please come again\n"),
    }
}

async fn delivered(callbacks: &dyn Callbacks, token: &str, request: Request) -> Response<Body> {
    let max_bytes = match callbacks.admit(token).await {
        Admission::Open { max_bytes } => max_bytes,
        Admission::Over => return over(),
        Admission::Unknown => return Refusal::Absent.answer(request.headers()),
        Admission::TooOften { seconds } => {
            let why = "too many deliveries; please come again\n".to_string();
            let mut response = plain(StatusCode::TOO_MANY_REQUESTS, why);
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            return response;
        }
        Admission::Busy => return busy(),
    };
    let too_large = || {
        let why = format!("larger than the {max_bytes} bytes that are taken\n");
        plain(StatusCode::PAYLOAD_TOO_LARGE, why)
    };
    let (head, body) = request.into_parts();
    if stated_length(&head.headers).is_some_and(|length| length > max_bytes) {
        return too_large();
    }
    let most = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let body = match timeout(BODY_PATIENCE, to_bytes(body, most)).await {
        Ok(Ok(body)) => body,
        // Or cut off, and then nobody hears this.
        Ok(Err(_)) => return too_large(),
        Err(_) => {
            return plain(
                StatusCode::REQUEST_TIMEOUT,
                "the body did not come\n".into(),
            );
        }
    };
    let posted = Posted {
        signature: line(&head.headers, SIGNATURE),
        content_type: line(&head.headers, CONTENT_TYPE),
        body: body.into(),
    };
    match callbacks.deliver(token, posted).await {
        Receipt::Taken => plain(StatusCode::ACCEPTED, "thank you\n".into()),
        Receipt::Over => over(),
        Receipt::Busy => busy(),
    }
}

fn over() -> Response<Body> {
    plain(StatusCode::GONE, "this subscription is over\n".into())
}

fn busy() -> Response<Body> {
    not_ready("this cannot be taken just now; please send it again\n")
}

/// Text that no browser takes for anything else, whatever a stranger has it say (W4): `nosniff` is on every answer.
fn plain(status: StatusCode, said: String) -> Response<Body> {
    let mut response = fleeting(text(status, said));
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, NOTHING_LOADS);
    response
}

fn stated_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn line(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_string())
}

fn is_token(token: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
