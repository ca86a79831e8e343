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

use crate::metrics::CONTENT_TYPE;
use crate::publish::Shelf;

use super::around::Around;
use super::gate::{Audience, Gate, gate};
use super::health;
use super::refusal::{Refusal, fleeting, not_ready, typed};
use super::stories::{Later, Stories};

/// How long the status may take: it counts what is in the store.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the sources are.
pub trait Status: Send + Sync {
    /// The object that `status --json` prints; None when the store does not answer.
    fn json(&self) -> Later<Option<String>>;

    /// What the daemon has counted and measures now, as OpenMetrics text. Told without the store too, when that does not answer.
    fn metrics(&self) -> Later<String>;
}

/// The operator's half.
#[derive(Clone)]
pub struct Admin {
    pub shelf: watch::Receiver<Arc<Shelf>>,
    pub stories: Arc<dyn Stories>,
    pub status: Arc<dyn Status>,
    pub around: Around,
}

/// Everything on the admin listener. Never to be mounted on the public one.
pub fn admin_router(admin: Admin) -> Router {
    let gate_state = Gate {
        audience: Audience::Operator,
        around: admin.around.clone(),
    };
    Router::new()
        .fallback(route)
        .with_state(Arc::new(admin))
        .layer(from_fn_with_state(gate_state, gate))
}

async fn route(State(admin): State<Arc<Admin>>, request: Request) -> Response<Body> {
    match request.uri().path() {
        "/healthz" => health::alive(),
        "/readyz" => health::ready(&admin.shelf, &*admin.stories, &admin.around).await,
        "/status.json" => status(&*admin.status).await,
        "/metrics" => metrics(&*admin.status).await,
        _ => Refusal::Absent.answer(request.headers()),
    }
}

async fn status(status: &dyn Status) -> Response<Body> {
    match timeout(PATIENCE, status.json()).await {
        Ok(Some(json)) => fleeting(typed(StatusCode::OK, "application/json", json)),
        Ok(None) | Err(_) => not_ready("no status: the store does not answer; look at the log\n"),
    }
}

async fn metrics(status: &dyn Status) -> Response<Body> {
    match timeout(PATIENCE, status.metrics()).await {
        Ok(text) => fleeting(typed(StatusCode::OK, CONTENT_TYPE, text)),
        Err(_) => not_ready("no metrics: the machine does not answer; look at its disk\n"),
    }
}
