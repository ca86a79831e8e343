//! Being pushed: hubs are asked beside the visits, and what they send is read behind a queue and handed to the keeper.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::callbacks::{Acknowledged, Callbacks, WAITING};
use super::keeper::Keeper;
use super::reading::Reading;
use super::restraint::Failing;
use super::trouble::Trouble;
use crate::config::Config;
use crate::ingest::fetch::Submit;
use crate::ingest::{Pushed, read_pushed};
use crate::pipeline::{Delivery, HubAsk, record_declined};
use crate::push::Keys;

/// Hubs asked at once, beside all visits: many sources share a few hubs, and those are asked one a second.
pub(super) const ASKS_AT_ONCE: usize = 4;

/// Deliveries read at once, each queue one: a source that sends the largest there are holds up a quarter of the others at worst.
const QUEUES: usize = 4;

/// The least time between two looks at what hubs are to be asked: nothing about that is urgent.
const EVERY: TimeDelta = TimeDelta::seconds(1);

/// How often subscriptions are held against all that sources announce, though nothing is known to have changed.
const ALL_EVERY: TimeDelta = TimeDelta::hours(1);

/// Deliveries remembered of each queue, so that one that is repeated is not read again: it could put an older text in the place of a newer one.
const REMEMBERED: usize = 64;

/// What may be in trouble here.
const WORK: &str = "subscriptions";

pub(super) struct Push<F> {
    fetch: Arc<F>,
    asks: JoinSet<()>,
    /// Which hubs fail, as far as the log has said it: a large one has thousands of subscriptions.
    failing: Arc<Mutex<Failing>>,
    readers: JoinSet<()>,
    callbacks: Callbacks,
    /// Whether more is taken. When not, the readers end.
    open: watch::Sender<bool>,
    looked: Option<DateTime<Utc>>,
    /// When all was looked at last, and under which configuration.
    weighed: Option<(DateTime<Utc>, Arc<Config>)>,
}

impl<F: Submit + 'static> Push<F> {
    pub fn start(
        keeper: &Keeper,
        reading: &Reading,
        config: &watch::Receiver<Arc<Config>>,
        fetch: Arc<F>,
    ) -> Self {
        let (open, closing) = watch::channel(true);
        let (mut readers, mut queues) = (JoinSet::new(), Vec::new());
        for _ in 0..QUEUES {
            let (queue, waiting) = mpsc::channel(WAITING);
            queues.push(queue);
            let (keeper, config) = (keeper.clone(), config.clone());
            readers.spawn(read_all(waiting, closing.clone(), keeper, config));
        }
        let callbacks = Callbacks::new(reading.clone(), keeper.outlived(), config.clone(), queues);
        Push {
            fetch,
            asks: JoinSet::new(),
            failing: Arc::default(),
            readers,
            callbacks,
            open,
            looked: None,
            weighed: None,
        }
    }

    pub fn callbacks(&self) -> Callbacks {
        self.callbacks.clone()
    }

    /// Begins and ends subscriptions as it has become necessary, and asks hubs that are to be asked. Does not wait for them.
    pub async fn turn(&mut self, config: &Arc<Config>, keeper: &Keeper, trouble: &Trouble) {
        while self.asks.try_join_next().is_some() {}
        let now = Utc::now();
        let is_soon = |looked| now >= looked && now - looked < EVERY;
        if self.looked.is_some_and(is_soon) {
            return;
        }
        self.looked = Some(now);
        let is_held = |(at, held): &(DateTime<Utc>, Arc<Config>)| {
            Arc::ptr_eq(held, config) && now >= *at && now - *at < ALL_EVERY
        };
        let all = !self.weighed.as_ref().is_some_and(is_held);
        let room = ASKS_AT_ONCE.saturating_sub(self.asks.len());
        let turned = keeper.ask_soon(move |desk| desk.turn_push(all, room, mint, now));
        match turned.await {
            Some(Ok(asks)) => {
                trouble.is_over(WORK);
                if all {
                    self.weighed = Some((now, Arc::clone(config)));
                }
                for ask in asks {
                    let (fetch, failing) = (Arc::clone(&self.fetch), Arc::clone(&self.failing));
                    self.asks.spawn(send(fetch, ask, keeper.clone(), failing));
                }
            }
            Some(Err(error)) => trouble.tell(WORK, &error),
            // Busy: the loop goes on turning.
            None => {}
        }
    }

    /// Reads what hubs have sent, to the end. No more is taken from here on. What is not read is owed, and made up for at the next start.
    pub async fn read_rest(&mut self) {
        self.open.send_replace(false);
        while self.readers.join_next().await.is_some() {}
    }

    /// Leaves everything that is under way.
    pub async fn abandon(mut self) {
        self.asks.shutdown().await;
        self.readers.shutdown().await;
    }
}

/// Asks a hub, and keeps what it says against it. That it agrees shows when it verifies.
async fn send<F: Submit>(fetch: Arc<F>, ask: HubAsk, keeper: Keeper, failing: Arc<Mutex<Failing>>) {
    let answered = fetch.submit(&ask.form).await;
    let (source, hub) = (&ask.source, &ask.form.to.url);
    let is_news = {
        let mut failing = failing.lock().unwrap_or_else(PoisonError::into_inner);
        match &answered {
            Ok(()) => !failing.is_well(hub.as_str()),
            Err(_) => failing.fails(hub.as_str(), "declined", Utc::now()),
        }
    };
    let Err(declined) = answered else { return };
    let why = &declined.why;
    if is_news {
        tracing::warn!(%source, %hub, "{why}; the hub is asked again later, and the source is polled. What it goes on declining is in `headwater status`");
    } else {
        tracing::debug!(%source, %hub, "{why}; the hub is asked again later, and the source is polled");
    }
    let kept = keeper
        .ask_soon(move |desk| record_declined(desk.store(), &ask, &declined, Utc::now()))
        .await;
    if !matches!(kept, Some(Ok(()))) {
        tracing::warn!("what the hub said could not be kept; it is asked again all the same");
    }
}

/// Reads what is sent, in order, until told to end and nothing waits any more.
async fn read_all(
    mut waiting: mpsc::Receiver<Acknowledged>,
    mut closing: watch::Receiver<bool>,
    keeper: Keeper,
    config: watch::Receiver<Arc<Config>>,
) {
    let mut seen: VecDeque<[u8; 32]> = VecDeque::new();
    loop {
        let next = tokio::select! {
            next = waiting.recv() => next,
            // Told so, or everybody who could tell is gone.
            _ = closing.changed(), if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
        };
        let Some(next) = next else { return };
        let digest = digest(&next);
        let is_repeated = seen.contains(&digest);
        let now = config.borrow().clone();
        let delivery = read(next, &now, is_repeated).await;
        if !is_repeated && is_news(&delivery) {
            seen.push_back(digest);
            if seen.len() > REMEMBERED {
                seen.pop_front();
            }
        }
        keeper.settle_delivery(delivery).await;
    }
}

/// Whether it was entries. A ping says the same every time, and means it.
fn is_news(delivery: &Delivery) -> bool {
    let mut brought = delivery.brought.iter().map(|(_, brought)| brought);
    brought.all(|brought| {
        brought
            .as_ref()
            .is_ok_and(|fresh| !fresh.entries.is_empty())
    })
}

fn digest(delivery: &Acknowledged) -> [u8; 32] {
    let hash = Sha256::new().chain_update(&delivery.token);
    hash.chain_update(&delivery.posted.body).finalize().into()
}

async fn read(delivery: Acknowledged, config: &Config, is_repeated: bool) -> Delivery {
    let (at, posted) = (delivery.at, delivery.posted);
    let bytes = u64::try_from(posted.body.len()).unwrap_or(u64::MAX);
    let mut brought = Vec::new();
    let listed = delivery.sources.iter().filter_map(|id| config.source(id));
    for listening in listed.filter(|_| !is_repeated) {
        let source = &listening.source;
        let pushed = Pushed {
            body: posted.body.clone(),
            content_type: posted.content_type.clone(),
            at: delivery.found_at.clone(),
        };
        brought.push((source.id.clone(), read_pushed(source, pushed, at).await));
    }
    Delivery {
        token: delivery.token,
        at,
        took: (Utc::now() - at).to_std().unwrap_or_default(),
        bytes,
        brought,
    }
}

/// Keys from the system's random numbers. `None` when it has none, which is told.
fn mint() -> Option<Keys> {
    let mut bytes = [0u8; 56];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the system gives no random numbers; no hub is asked until it does");
        return None;
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // 192 bits that nobody guesses, and 256 to sign with.
    let (token, secret) = hex.split_at_checked(48)?;
    Some(Keys {
        token: token.to_string(),
        secret: secret.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w3_tokens_and_secrets_are_long_enough_short_enough_and_never_the_same() {
        let (one, other) = (mint().unwrap(), mint().unwrap());
        for keys in [&one, &other] {
            assert_eq!((keys.token.len(), keys.secret.len()), (48, 64));
            let all = format!("{}{}", keys.token, keys.secret);
            assert!(all.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
        assert!(one.token != other.token && one.secret != other.secret);
    }
}
