//! Visiting: what a publisher sees of us, and what is left when he answers badly.

mod answers;
mod asks;
mod manners;
mod moves;
mod shared;
mod validators;

use serde_json::Value;

use crate::newsroom::Newsroom;
use crate::origin::{Origin, Reply, Request};

/// An RSS document as publishers send it.
fn feed(body: &str) -> Reply {
    Reply::ok("application/rss+xml", body)
}

/// Visits the only source though it be not due, and says what came of it.
#[track_caller]
fn look(newsroom: &Newsroom) -> Value {
    let refreshed = newsroom.refresh(&["--now"]);
    assert_eq!(refreshed["visits"].as_array().map(Vec::len), Some(1));
    refreshed["visits"][0].clone()
}

/// What the last request for the feed asked to be spared: If-None-Match and If-Modified-Since.
fn conditions(request: &Request) -> (Option<&str>, Option<&str>) {
    (
        request.header("If-None-Match"),
        request.header("If-Modified-Since"),
    )
}

/// Asserts that the source at `/f`, visited just now, is asked again after so many hours and not an hour earlier.
#[track_caller]
fn asked_again_after(newsroom: &Newsroom, origin: &Origin, hours: i64) {
    let before = origin.requests("/f").len();
    newsroom.pass(hours - 1);
    newsroom.refresh(&[]);
    assert_eq!(origin.requests("/f").len(), before, "early");
    newsroom.pass(1);
    newsroom.refresh(&[]);
    assert_eq!(origin.requests("/f").len(), before + 1, "late");
}

/// The request that a further visit makes.
#[track_caller]
fn next_request(newsroom: &Newsroom, origin: &Origin, path: &str) -> Request {
    let before = origin.requests(path).len();
    look(newsroom);
    let requests = origin.requests(path);
    assert_eq!(requests.len(), before + 1, "one GET a visit (F32)");
    requests[before].clone()
}
