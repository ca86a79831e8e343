//! What only the operator may ask for, on a listener of its own: everything that names sources' addresses or errors.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use axum::middleware::from_fn_with_state;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::publish::Shelf;

use super::gate::{Audience, gate};
use super::health;
use super::refusal::{Refusal, fleeting, not_ready, typed};
use super::stories::{Later, Stories};

/// How long the status may take: it counts what is in the store.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the sources are.
pub trait Status: Send + Sync {
    /// The object that `status --json` prints; None when the store does not answer.
    fn json(&self) -> Later<Option<String>>;
}

/// The operator's half.
#[derive(Clone)]
pub struct Admin {
    pub shelf: watch::Receiver<Arc<Shelf>>,
    pub stories: Arc<dyn Stories>,
    pub status: Arc<dyn Status>,
}

/// Everything on the admin listener. Never to be mounted on the public one.
pub fn admin_router(admin: Admin) -> Router {
    Router::new()
        .fallback(route)
        .with_state(Arc::new(admin))
        .layer(from_fn_with_state(Audience::Operator, gate))
}

async fn route(State(admin): State<Arc<Admin>>, request: Request) -> Response<Body> {
    match request.uri().path() {
        "/healthz" => health::alive(),
        "/readyz" => health::ready(&admin.shelf, &*admin.stories).await,
        "/status.json" => status(&*admin.status).await,
        _ => Refusal::Absent.answer(request.headers()),
    }
}

async fn status(status: &dyn Status) -> Response<Body> {
    match timeout(PATIENCE, status.json()).await {
        Ok(Some(json)) => fleeting(typed(StatusCode::OK, "application/json", json)),
        Ok(None) | Err(_) => not_ready("no status: the store does not answer; look at the log\n"),
    }
}
