//! Whether the process lives, and whether it is of use.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::publish::Shelf;

use super::around::Around;
use super::refusal::{fleeting, not_ready, text};
use super::stories::Stories;

/// How long the store may take to say that it is there. Probes give up after a second or two of their own.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/healthz`: that this is answered is the answer.
pub(super) fn alive() -> Response<Body> {
    fleeting(text(StatusCode::OK, "ok"))
}

/// `/readyz`: 200 when feeds can be served, stories shown and readers sent here, else 503 with the reason.
pub(super) async fn ready(
    shelf: &watch::Receiver<Arc<Shelf>>,
    stories: &dyn Stories,
    around: &Around,
) -> Response<Body> {
    if *around.ending.borrow() {
        return not_ready("not ready: the daemon is ending; answers under way are finished\n");
    }
    if !shelf.borrow().is_composed() {
        return not_ready(
            "not ready: the feeds are not composed yet, which takes seconds after a start; if it lasts, look at the log\n",
        );
    }
    match timeout(PATIENCE, stories.answers()).await {
        Ok(true) => fleeting(text(StatusCode::OK, "ready")),
        Ok(false) | Err(_) => not_ready(
            "not ready: the store does not answer; feeds are served as last composed; look at the log and at the disk the store is on\n",
        ),
    }
}
