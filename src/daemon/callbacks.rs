//! What hubs say, heard: answered at once, put into a bounded queue, read behind it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::keeper::Outlived;
use super::reading::Reading;
use crate::config::Config;
use crate::pipeline::{count_refused, owe};
use crate::push::{Pace, Replied, State, Subscription, Verification, is_signed};
use crate::serve::{self, Admission, Later, Posted, Receipt};

/// Bodies that wait to be read, all together, in KiB: three of the largest, or thousands of the usual ones. A larger one may come when nothing waits.
const ROOM: u32 = 64 * 1024;

/// Deliveries that wait in one queue: far more than a minute's of any hub; what is beyond is asked to come again.
pub(super) const WAITING: usize = 64;

/// What is told when the store does not answer.
const UNANSWERED: &str =
    "a hub, or a stranger, called and the store did not answer; it is asked to come again";

/// Subscriptions whose pace is remembered before those at rest are forgotten.
const PACES: usize = 1024;

/// A delivery that was acknowledged.
pub(super) struct Acknowledged {
    pub token: String,
    pub at: DateTime<Utc>,
    pub posted: Posted,
    /// Where its source was found last.
    pub found_at: String,
    /// The source that is subscribed, and those that share its address.
    pub sources: Vec<String>,
    /// Its share of the room, given back when it is dropped.
    pub _room: Option<OwnedSemaphorePermit>,
}

/// Who hears hubs. Cheap to clone; may outlive the daemon's work, and then says that it is busy.
#[derive(Clone)]
pub(super) struct Callbacks {
    reading: Reading,
    keeper: Outlived,
    config: watch::Receiver<Arc<Config>>,
    /// What is of one source goes through one queue, so that it stays in order; a busy source delays few others.
    queues: Arc<[mpsc::Sender<Acknowledged>]>,
    room: Arc<Semaphore>,
    paces: Arc<Mutex<HashMap<String, Pace>>>,
}

impl Callbacks {
    pub fn new(
        reading: Reading,
        keeper: Outlived,
        config: watch::Receiver<Arc<Config>>,
        queues: Vec<mpsc::Sender<Acknowledged>>,
    ) -> Self {
        Callbacks {
            reading,
            keeper,
            config,
            queues: queues.into(),
            room: Arc::new(Semaphore::new(ROOM as usize)),
            paces: Arc::default(),
        }
    }

    /// How many bytes a delivery may have, when it may come at all.
    async fn admission(&self, token: String) -> Admission {
        let sub = match self.subscription(token.clone()).await {
            Some(Some(sub)) => sub,
            Some(None) => return Admission::Unknown,
            None => return Admission::Busy,
        };
        let config = self.config.borrow().clone();
        let Some(listening) = config.source(&sub.source).filter(|_| is_open(&sub)) else {
            return Admission::Over;
        };
        match self.pace(token) {
            Ok(()) => Admission::Open {
                max_bytes: listening.source.manners.max_bytes,
            },
            Err(seconds) => Admission::TooOften { seconds },
        }
    }

    /// The subscription that is called; `None` when that cannot be said just now. Read beside the keeper, whom strangers are not to keep busy.
    async fn subscription(&self, token: String) -> Option<Option<Subscription>> {
        let asked = self.reading.ask(move |store| store.subscription(&token));
        asked
            .await
            .map_err(|error| self.reading.complain(UNANSWERED, &error))
            .ok()
    }

    fn pace(&self, token: String) -> Result<(), u32> {
        let now = Utc::now();
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        if paces.len() >= PACES {
            paces.retain(|_, pace| !pace.is_at_rest(now));
        }
        paces.entry(token).or_default().take(now)
    }

    async fn take(&self, token: String, posted: Posted) -> Receipt {
        let at = Utc::now();
        let asked = token.clone();
        // Signing takes its time with a large body: on a thread where that is allowed.
        let looked = self.reading.ask(move |store| {
            let Some(sub) = store.subscription(&asked)?.filter(is_open) else {
                return Ok(None);
            };
            let signature = posted.signature.as_deref();
            let is_hubs = is_signed(&sub.secret, signature, &posted.body);
            let kept = store.kept(&sub.source)?;
            let found_at = kept.memory.validated_url.unwrap_or(sub.topic);
            let mut sources = vec![sub.source.clone()];
            sources.extend(store.followers(&sub.source)?);
            let acknowledged = Acknowledged {
                token: asked,
                at,
                posted,
                found_at,
                sources,
                _room: None,
            };
            Ok(Some((acknowledged, is_hubs)))
        });
        match looked.await {
            Ok(Some((delivery, true))) => self.queue(delivery).await,
            Ok(Some((delivery, false))) => self.ignore(delivery).await,
            Ok(None) => Receipt::Over,
            Err(error) => {
                self.reading.complain(UNANSWERED, &error);
                Receipt::Busy
            }
        }
    }

    /// W6: whoever sent it learns nothing.
    async fn ignore(&self, delivery: Acknowledged) -> Receipt {
        let (token, source) = (delivery.token, delivery.sources.first().cloned());
        tracing::warn!(
            source,
            "a delivery without a right signature was ignored: it is not the hub's"
        );
        if let Some(keeper) = self.keeper.keeper() {
            let counted = keeper.ask_soon(move |desk| count_refused(desk.store(), &token));
            if !matches!(counted.await, Some(Ok(()))) {
                tracing::debug!("it could not be counted");
            }
        }
        Receipt::Taken
    }

    /// Says yes only when nothing can be lost any more: there is room for it, and the store knows that it is owed. When the process dies before it is
    /// settled, its source is asked for it at the next start. Keeping the body itself was weighed: the source has it too, and a commit of a few bytes is
    /// quicker than one of megabytes.
    async fn queue(&self, mut delivery: Acknowledged) -> Receipt {
        let mut hash = DefaultHasher::new();
        delivery.sources.first().hash(&mut hash);
        let which = usize::try_from(hash.finish() % self.queues.len().max(1) as u64);
        let queue = which.ok().and_then(|which| self.queues.get(which));
        let Some(Ok(place)) = queue.map(mpsc::Sender::try_reserve) else {
            return Receipt::Busy;
        };
        let size = u32::try_from(delivery.posted.body.len() / 1024).unwrap_or(ROOM);
        let room = Arc::clone(&self.room).try_acquire_many_owned(size.min(ROOM));
        let (Ok(room), Some(keeper)) = (room, self.keeper.keeper()) else {
            return Receipt::Busy;
        };
        let token = delivery.token.clone();
        match keeper.ask_soon(move |desk| owe(desk.store(), &token)).await {
            Some(Ok(true)) => {
                delivery._room = Some(room);
                place.send(delivery);
                Receipt::Taken
            }
            Some(Ok(false)) => Receipt::Over,
            Some(Err(error)) => {
                let what = "a delivery could not be noted; the hub is asked to send it again";
                self.reading.complain(what, &error);
                Receipt::Busy
            }
            None => Receipt::Busy,
        }
    }

    async fn answer(&self, token: String, said: Verification) -> Option<Replied> {
        if self.subscription(token.clone()).await?.is_none() {
            return Some(Replied::Refused);
        }
        self.pace(token.clone()).ok()?;
        let keeper = self.keeper.keeper()?;
        let asked = keeper.ask_soon(move |desk| desk.verify(&token, &said, Utc::now()));
        match asked.await? {
            Ok(replied) => Some(replied.unwrap_or(Replied::Refused)),
            Err(error) => {
                let what = "a hub's verification could not be answered";
                self.reading.complain(what, &error);
                None
            }
        }
    }
}

fn is_open(sub: &Subscription) -> bool {
    !matches!(sub.state, State::Ending | State::Over)
}

impl serve::Callbacks for Callbacks {
    fn verify(&self, token: &str, said: Verification) -> Later<Option<Replied>> {
        let (this, token) = (self.clone(), token.to_string());
        Box::pin(async move { this.answer(token, said).await })
    }

    fn admit(&self, token: &str) -> Later<Admission> {
        let (this, token) = (self.clone(), token.to_string());
        Box::pin(async move { this.admission(token).await })
    }

    fn deliver(&self, token: &str, posted: Posted) -> Later<Receipt> {
        let (this, token) = (self.clone(), token.to_string());
        // A task of its own, so that a hub which hangs up does not leave it half done.
        let task = tokio::spawn(async move { this.take(token, posted).await });
        Box::pin(async move { task.await.unwrap_or(Receipt::Busy) })
    }
}
