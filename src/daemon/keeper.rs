//! The one thread that writes. Others hand it work through a bounded channel, so that a slow disk slows visiting down instead of filling memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::{mpsc, oneshot};

use super::desk::Desk;
use super::harvest::Harvest;
use crate::ingest::Visit;
use crate::ingest::fetch::MOST_ASIDE;
use crate::pipeline::{Delivery, FetchedPage};
use crate::schedule::has_passed;

/// Visits and questions that may wait for the keeper, beyond one place for every visit that can be under way: so handing a visit over never blocks
/// the loop while the store is sick and no new ones are claimed.
const WAITING: usize = 64;

/// Most visits in one commit: past that, waiting ones would see their news late.
const GROUP: usize = 64;

/// Under a steady stream of arrivals feeds are composed at least this often.
const COMPOSE_WITHIN: Duration = Duration::from_millis(750);

/// How long the loop waits for an answer before it goes on without one: far longer than any healthy commit, far shorter than the watchdog's minute.
const SOON: Duration = Duration::from_secs(5);

/// First and longest pause before a failed write is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

enum Job {
    Settle(Harvest),
    Ask(Box<dyn FnOnce(&mut Desk) + Send>),
}

/// A handle to the keeper. Cloned freely; the thread ends when the last handle is gone.
#[derive(Clone)]
pub(super) struct Keeper {
    jobs: mpsc::Sender<Job>,
    stop: Arc<Stop>,
}

/// A handle to a keeper that may have ended.
#[derive(Clone)]
pub(super) struct Outlived {
    jobs: mpsc::WeakSender<Job>,
    stop: Arc<Stop>,
}

impl Outlived {
    /// The keeper, while there is one.
    pub fn keeper(&self) -> Option<Keeper> {
        Some(Keeper {
            jobs: self.jobs.upgrade()?,
            stop: Arc::clone(&self.stop),
        })
    }
}

/// Told once: do not wait for the store to get well any more.
#[derive(Default)]
struct Stop {
    told: AtomicBool,
    lock: Mutex<()>,
    bell: Condvar,
}

impl Keeper {
    /// Starts the thread. It composes first of all.
    pub fn start(
        desk: Desk,
        concurrency: usize,
    ) -> std::io::Result<(Keeper, thread::JoinHandle<()>)> {
        let (jobs, waiting) = mpsc::channel(concurrency.saturating_add(MOST_ASIDE + WAITING));
        let stop = Arc::new(Stop::default());
        let told = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("keeper".into())
            .spawn(move || keep(desk, waiting, &told))?;
        Ok((Keeper { jobs, stop }, thread))
    }

    /// Hands the finished visits to one address over. Waits while the keeper is behind.
    pub async fn settle(&self, visits: Vec<Visit>) {
        self.hand_over(Harvest {
            visits,
            ..Harvest::default()
        })
        .await;
    }

    /// Hands a page over that was asked for. Waits while the keeper is behind.
    pub async fn settle_page(&self, page: FetchedPage) {
        self.hand_over(Harvest {
            pages: vec![page],
            ..Harvest::default()
        })
        .await;
    }

    /// Hands over what a hub sent. Waits while the keeper is behind.
    pub async fn settle_delivery(&self, delivery: Delivery) {
        self.hand_over(Harvest {
            deliveries: vec![delivery],
            ..Harvest::default()
        })
        .await;
    }

    /// A handle that does not keep the keeper from ending, for those who may outlive it.
    pub fn outlived(&self) -> Outlived {
        Outlived {
            jobs: self.jobs.downgrade(),
            stop: Arc::clone(&self.stop),
        }
    }

    async fn hand_over(&self, harvest: Harvest) {
        if self.jobs.send(Job::Settle(harvest)).await.is_err() {
            tracing::debug!("a visit ended after the keeper had stopped; it will be made again");
        }
    }

    /// Has something done on the keeper's thread. `None` when it has stopped.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Option<T> {
        let asked = self.hand_in(work, |_, _| ()).await?;
        asked.await.ok()
    }

    /// The same, but for those who must not stand still: `None` as well when the keeper is busy for longer than a few seconds, as it is while the store
    /// is sick. What was asked is then not done, unless it has begun.
    pub async fn ask_soon<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Option<T> {
        self.ask_soon_or(work, |_, _| ()).await
    }

    /// The same for what must not be done behind the asker's back: when he has gone before it was done, it is undone. A claim would be nobody's otherwise,
    /// and would be renewed with the others for good.
    pub async fn ask_soon_or<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
        undo: impl FnOnce(&mut Desk, T) + Send + 'static,
    ) -> Option<T> {
        let mut asked = tokio::time::timeout(SOON, self.hand_in(work, undo))
            .await
            .ok()??;
        match tokio::time::timeout(SOON, &mut asked).await {
            Ok(answer) => answer.ok(),
            Err(_) => {
                // From here on the keeper finds nobody; an answer that came in this very moment is taken.
                asked.close();
                asked.try_recv().ok()
            }
        }
    }

    async fn hand_in<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
        undo: impl FnOnce(&mut Desk, T) + Send + 'static,
    ) -> Option<oneshot::Receiver<T>> {
        let (answer, asked) = oneshot::channel();
        let job = Job::Ask(Box::new(move |desk| {
            if !answer.is_closed()
                && let Err(unheard) = answer.send(work(desk))
            {
                undo(desk, unheard);
            }
        }));
        self.jobs.send(job).await.ok()?;
        Some(asked)
    }

    /// Returns when the keeper has ended, which it does by itself only by a panic.
    pub async fn gone(&self) {
        self.jobs.closed().await;
    }

    /// Tells the keeper not to wait for a sick store any longer: the process is about to end.
    pub fn hurry(&self) {
        self.stop.told.store(true, Ordering::Relaxed);
        self.stop.bell.notify_all();
    }
}

fn keep(mut desk: Desk, mut waiting: mpsc::Receiver<Job>, stop: &Stop) {
    let mut composed = Utc::now();
    compose(&mut desk);
    while let Some(job) = waiting.blocking_recv() {
        let mut next = Some(job);
        while let Some(job) = next.take() {
            match job {
                Job::Ask(work) => work(&mut desk),
                Job::Settle(first) => next = settle_group(&mut desk, first, &mut waiting, stop),
            }
            let is_idle = next.is_none() && waiting.is_empty();
            if desk.is_stale() && (is_idle || has_passed(composed, COMPOSE_WITHIN, Utc::now())) {
                compose(&mut desk);
                composed = Utc::now();
            }
        }
    }
}

/// Settles what has ended and what waits behind it in one commit, or two where there are pages. Returns a job of another kind that was met on the way.
fn settle_group(
    desk: &mut Desk,
    mut group: Harvest,
    waiting: &mut mpsc::Receiver<Job>,
    stop: &Stop,
) -> Option<Job> {
    let mut other = None;
    while group.len() < GROUP {
        match waiting.try_recv() {
            Ok(Job::Settle(more)) => group.add(more),
            Ok(job) => {
                other = Some(job);
                break;
            }
            Err(_) => break,
        }
    }
    let mut pause = FIRST_PAUSE;
    while let Err(error) = desk.settle(&mut group, Utc::now()) {
        tracing::error!(%error, store = %desk.path().display(), visits = group.len(), retry_in = ?pause, "arrivals could not be stored; they are held and tried again, published feeds stay as they are");
        if !wait(stop, pause) {
            tracing::error!(
                visits = group.len(),
                "stopping: these visits were not stored and will be made again"
            );
            break;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    other
}

/// Waits; false when told to stop.
fn wait(stop: &Stop, pause: Duration) -> bool {
    let guard = stop.lock.lock().unwrap_or_else(PoisonError::into_inner);
    let told = || stop.told.load(Ordering::Relaxed);
    let waited = stop.bell.wait_timeout_while(guard, pause, |()| !told());
    drop(waited);
    !told()
}

fn compose(desk: &mut Desk) {
    if let Err(error) = desk.compose(Utc::now()) {
        tracing::error!(%error, "feeds could not be composed; the published ones stay as they are");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::store::Store;
    use std::path::Path;
    use std::sync::mpsc;
    use tokio::sync::watch;

    fn keeper() -> (Keeper, thread::JoinHandle<()>) {
        let config = config::parse("", Path::new("/srv/feeds.toml")).unwrap();
        let (shelf, _) = watch::channel(Arc::default());
        let now = chrono::DateTime::UNIX_EPOCH;
        let desk = Desk::new(Store::in_memory().unwrap(), Arc::new(config), shelf, now).unwrap();
        Keeper::start(desk, 1).unwrap()
    }

    #[tokio::test]
    async fn what_was_asked_by_someone_who_has_gone_is_undone() {
        let (keeper, _) = keeper();
        let (began, seen) = oneshot::channel();
        let (go, wait) = mpsc::channel::<()>();
        let (undone, told) = mpsc::channel();
        let asked = tokio::spawn(async move {
            let work = move |_: &mut Desk| {
                let _ = began.send(());
                wait.recv().map(|()| "claimed")
            };
            let undo = move |_: &mut Desk, claim| {
                let _ = undone.send(claim);
            };
            keeper.ask_soon_or(work, undo).await
        });
        seen.await.unwrap();
        asked.abort();
        assert!(asked.await.is_err());
        go.send(()).unwrap();
        assert_eq!(told.recv().unwrap(), Ok("claimed"));
    }

    #[tokio::test]
    async fn a_panic_on_the_keepers_thread_is_noticed_and_rolls_back() {
        let (keeper, thread) = keeper();
        let panicking = keeper.ask(|desk| {
            desk.store()
                .transaction(|_| -> Result<(), crate::store::StoreError> {
                    panic!("a fault of ours")
                })
        });
        assert!(panicking.await.is_none());
        keeper.gone().await;
        assert!(keeper.ask_soon(|_| ()).await.is_none(), "nobody is there");
        assert!(thread.join().is_err());
    }
}
