//! What anyone may ask for.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, header::ACCEPT};
use axum::middleware::from_fn_with_state;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::publish::{Document, Found, Shelf, feed_path};
use crate::push::PATH;

use super::answer::{Address, answer, own_address};
use super::around::Around;
use super::gate::{Audience, Gate, gate};
use super::health;
use super::negotiate;
use super::refusal::Refusal;
use super::stories::{Stories, StoryPage};
use super::websub::{CALLS_AT_ONCE, Callbacks, called};
use super::weights::lines;

/// Story pages made at once. Each costs a look into the store and a compression; what is beyond waits, so that a crawler cannot take every thread.
const STORIES_AT_ONCE: usize = 8;

/// How long a request for a story waits, turn included, before it is told to come back.
const STORY_PATIENCE: Duration = Duration::from_secs(10);

/// Longest id of a story, in bytes; ours have 32.
const MAX_STORY_ID: usize = 64;

/// The public half: the live shelf, and stories on demand.
#[derive(Clone)]
pub struct Public {
    pub shelf: watch::Receiver<Arc<Shelf>>,
    pub stories: Arc<dyn Stories>,
    /// Who hears hubs; without one they find nobody.
    pub callbacks: Option<Arc<dyn Callbacks>>,
    pub around: Around,
}

/// What requests share.
struct House {
    public: Public,
    turns: Semaphore,
    calls: Semaphore,
}

/// Everything on the public listener. Paths are compared as they were sent: nothing we publish needs percent-encoding, so that an encoded path is never
/// ours, and there is no decoding to be tricked.
pub fn router(public: Public) -> Router {
    let turns = Semaphore::new(STORIES_AT_ONCE);
    let calls = Semaphore::new(CALLS_AT_ONCE);
    let gate_state = Gate {
        audience: Audience::Anyone,
        around: public.around.clone(),
    };
    Router::new()
        .fallback(route)
        .with_state(Arc::new(House {
            public,
            turns,
            calls,
        }))
        .layer(from_fn_with_state(gate_state, gate))
}

async fn route(State(house): State<Arc<House>>, request: Request) -> Response<Body> {
    if let Some(token) = request.uri().path().strip_prefix(PATH) {
        return match &house.public.callbacks {
            Some(callbacks) => {
                let token = token.to_string();
                called(&**callbacks, &house.calls, &token, request).await
            }
            None => Refusal::Absent.answer(request.headers()),
        };
    }
    let asked = request.headers();
    match request.uri().path() {
        "/healthz" => health::alive(),
        "/readyz" => {
            let public = &house.public;
            health::ready(&public.shelf, &*public.stories, &public.around).await
        }
        path => match path.strip_prefix("/stories/") {
            Some(id) => story(&house, id, asked).await,
            None => {
                // Cloned, so that no lock on the channel outlasts this line.
                let shelf = house.public.shelf.borrow().clone();
                shelved(&shelf, path, asked).unwrap_or_else(|refusal| refusal.answer(asked))
            }
        },
    }
}

/// What stands on the shelf at this path. A shelf that was never composed is not an empty one (S14).
fn shelved(shelf: &Shelf, path: &str, asked: &HeaderMap) -> Result<Response<Body>, Refusal> {
    match shelf.find(path) {
        _ if !shelf.is_composed() => Err(Refusal::Cold),
        Some(Found::Document(document)) => Ok(match negotiated_feed(path) {
            Some(id) => negotiated(shelf, id, document, asked),
            None => answer(document, &Address::Own, asked),
        }),
        Some(Found::Moved(address)) => Err(match HeaderValue::from_str(&address) {
            Ok(address) => Refusal::Moved(address),
            Err(_) => Refusal::Absent,
        }),
        Some(Found::Gone) => Err(Refusal::Withdrawn),
        Some(Found::Awaited) => Err(Refusal::Cold),
        None => Err(Refusal::Absent),
    }
}

/// The id in `/feeds/ID`, the one kind of address that gives several formats.
fn negotiated_feed(path: &str) -> Option<&str> {
    path.strip_prefix("/feeds/")
        .filter(|id| !id.contains(['.', '/']))
}

/// The document in the format that `Accept` likes best (S8); the page when that format is not on the shelf.
fn negotiated(shelf: &Shelf, id: &str, page: &Document, asked: &HeaderMap) -> Response<Body> {
    let format = negotiate::choose(lines(asked, ACCEPT));
    let path = feed_path(id, format);
    let document = shelf.get(&path).map_or(page, Arc::as_ref);
    let location = own_address(document).map_or(path, str::to_owned);
    answer(document, &Address::Negotiated(location), asked)
}

/// A story's page, made now. Needs no shelf: the store may answer before the first composition.
async fn story(house: &House, id: &str, asked: &HeaderMap) -> Response<Body> {
    if !is_story_id(id) {
        return Refusal::Absent.answer(asked);
    }
    let page = timeout(STORY_PATIENCE, async {
        let _turn = house.turns.acquire().await.ok()?;
        Some(house.public.stories.page(id).await)
    });
    match page.await {
        Ok(Some(StoryPage::Found(document))) => answer(&document, &Address::Own, asked),
        Ok(Some(StoryPage::Absent)) => Refusal::Absent.answer(asked),
        Ok(Some(StoryPage::Unavailable) | None) | Err(_) => Refusal::Unavailable.answer(asked),
    }
}

fn is_story_id(id: &str) -> bool {
    (1..=MAX_STORY_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
