//! The one thread that writes. Others hand it work through a bounded channel, so that a slow disk slows visiting down instead of filling memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::desk::Desk;
use super::harvest::Harvest;
use super::memory::give_back;
use super::pulse::Pulse;
use super::restraint::Troubles;
use crate::ingest::Visit;
use crate::pipeline::{Delivery, FetchedPage};
use crate::schedule::has_passed;

/// Visits and questions that may wait for the keeper: more than can be under way with the largest `concurrency` and all that stand aside. So handing a
/// visit over never blocks the loop while the store is sick and no new ones are claimed. A place that is not taken costs nothing.
const WAITING: usize = 2048;

/// Most visits in one commit: past that, waiting ones would see their news late.
const GROUP: usize = 64;

/// Under a steady stream of arrivals feeds are composed at least this often.
const COMPOSE_WITHIN: Duration = Duration::from_millis(750);

/// How long the loop waits for an answer before it goes on without one: far longer than any healthy commit, far shorter than the watchdog's minute.
const SOON: Duration = Duration::from_secs(5);

/// How often memory that is free is given back, when there is nothing else to do.
const GIVE_BACK_EVERY: Duration = Duration::from_secs(30);

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
    pulse: Arc<Pulse>,
    turns: Arc<Turns>,
}

/// Questions by number: how many were asked, the last that the keeper is past, and the last for whose answer somebody waited in vain.
#[derive(Default)]
struct Turns {
    asked: AtomicU64,
    past: AtomicU64,
    in_vain: AtomicU64,
}

impl Turns {
    /// Whether the keeper is still at or before a question that was asked in vain.
    fn is_behind(&self) -> bool {
        self.in_vain.load(Ordering::Relaxed) > self.past.load(Ordering::Relaxed)
    }
}

/// A handle to a keeper that may have ended.
#[derive(Clone)]
pub(super) struct Outlived {
    jobs: mpsc::WeakSender<Job>,
    stop: Arc<Stop>,
    pulse: Arc<Pulse>,
    turns: Arc<Turns>,
}

impl Outlived {
    /// The keeper, while there is one.
    pub fn keeper(&self) -> Option<Keeper> {
        Some(Keeper {
            jobs: self.jobs.upgrade()?,
            stop: Arc::clone(&self.stop),
            pulse: Arc::clone(&self.pulse),
            turns: Arc::clone(&self.turns),
        })
    }

    /// How much waits for it.
    pub fn queue(&self) -> usize {
        let jobs = self.jobs.upgrade();
        jobs.map_or(0, |jobs| jobs.max_capacity() - jobs.capacity())
    }
}

/// Told once: do not wait for the store to get well any more.
#[derive(Default)]
struct Stop {
    /// Behind the lock of the bell, so that it never rings between a look at it and the wait.
    told: Mutex<bool>,
    bell: Condvar,
}

impl Keeper {
    /// Starts the thread. It composes first of all.
    pub fn start(
        desk: Desk,
        pulse: Arc<Pulse>,
    ) -> std::io::Result<(Keeper, thread::JoinHandle<()>)> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let stop = Arc::new(Stop::default());
        let (told, felt) = (Arc::clone(&stop), Arc::clone(&pulse));
        let thread = thread::Builder::new()
            .name("keeper".into())
            .spawn(move || keep(desk, waiting, &told, &felt))?;
        let keeper = Keeper {
            jobs,
            stop,
            pulse,
            turns: Arc::default(),
        };
        Ok((keeper, thread))
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
            pulse: Arc::clone(&self.pulse),
            turns: Arc::clone(&self.turns),
        }
    }

    async fn hand_over(&self, harvest: Harvest) {
        if self.jobs.send(Job::Settle(harvest)).await.is_err() {
            tracing::debug!("a visit ended after the keeper had stopped; it will be made again");
        }
    }

    /// Has something done on the keeper's thread, by those who must not stand still: `None` when the keeper has stopped, and as well when it is busy for
    /// longer than a few seconds, as it is while the store is sick. What was asked is then not done, unless it has begun. As long as the keeper is not past
    /// what was asked in vain, nobody waits anew: a turn of the loop waits once, and not once for each of its questions.
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
        if self.turns.is_behind() {
            return None;
        }
        let place = timeout(SOON, self.jobs.reserve()).await.ok()?.ok()?;
        let turns = Arc::clone(&self.turns);
        let number = turns.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let (answer, mut asked) = oneshot::channel();
        place.send(Job::Ask(Box::new(move |desk| {
            if !answer.is_closed()
                && let Err(unheard) = answer.send(work(desk))
            {
                undo(desk, unheard);
            }
            turns.past.fetch_max(number, Ordering::Relaxed);
        })));
        match timeout(SOON, &mut asked).await {
            Ok(answered) => answered.ok(),
            Err(_) => {
                // From here on the keeper finds nobody; an answer that came in this very moment is taken.
                asked.close();
                let answered = asked.try_recv().ok();
                if answered.is_none() {
                    self.turns.in_vain.fetch_max(number, Ordering::Relaxed);
                }
                answered
            }
        }
    }

    /// Has something done that nobody waits for, however busy the keeper is: in its turn, before all that is asked later.
    pub async fn leave(&self, work: impl FnOnce(&mut Desk) + Send + 'static) {
        if self.jobs.send(Job::Ask(Box::new(work))).await.is_err() {
            tracing::debug!("the keeper had stopped before it could do this");
        }
    }

    /// Returns when the keeper has ended, which it does by itself only by a panic.
    pub async fn gone(&self) {
        self.jobs.closed().await;
    }

    /// Whether its thread gets on.
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    /// Tells the keeper not to wait for a sick store any longer: the process is about to end.
    pub fn hurry(&self) {
        let told = self.stop.told.lock();
        *told.unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.bell.notify_all();
    }
}

fn keep(mut desk: Desk, mut waiting: mpsc::Receiver<Job>, stop: &Stop, pulse: &Pulse) {
    let mut troubles = Troubles::default();
    let mut composed = Utc::now();
    pulse.works(Instant::now());
    compose(&mut desk, &mut troubles);
    give_back();
    let mut given_back = Instant::now();
    pulse.rests();
    while let Some(job) = waiting.blocking_recv() {
        let mut next = Some(job);
        while let Some(job) = next.take() {
            pulse.works(Instant::now());
            match job {
                Job::Ask(work) => work(&mut desk),
                Job::Settle(first) => {
                    let around = (stop, pulse, &mut troubles);
                    next = settle_group(&mut desk, first, &mut waiting, around);
                }
            }
            let is_idle = next.is_none() && waiting.is_empty();
            if desk.is_stale() && (is_idle || has_passed(composed, COMPOSE_WITHIN, Utc::now())) {
                pulse.works(Instant::now());
                compose(&mut desk, &mut troubles);
                composed = Utc::now();
            }
            if is_idle && given_back.elapsed() >= GIVE_BACK_EVERY {
                give_back();
                given_back = Instant::now();
            }
        }
        pulse.rests();
    }
}

/// Settles what has ended and what waits behind it in one commit, or two where there are pages. Returns a job of another kind that was met on the way.
fn settle_group(
    desk: &mut Desk,
    mut group: Harvest,
    waiting: &mut mpsc::Receiver<Job>,
    (stop, pulse, troubles): (&Stop, &Pulse, &mut Troubles),
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
        if troubles.is_news("arrivals", &error.to_string(), Utc::now()) {
            tracing::error!(%error, store = %desk.path().display(), visits = group.len(), retry_in = ?pause, "arrivals could not be stored; they are held and tried again, published feeds stay as they are");
        }
        pulse.rests();
        let goes_on = wait(stop, pause);
        pulse.works(Instant::now());
        if !goes_on {
            tracing::error!(
                visits = group.len(),
                "stopping: these visits were not stored and will be made again"
            );
            break;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    troubles.is_over("arrivals");
    other
}

/// Waits; false when told to stop.
fn wait(stop: &Stop, pause: Duration) -> bool {
    let told = stop.told.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = stop.bell.wait_timeout_while(told, pause, |told| !*told);
    let (told, _) = waited.unwrap_or_else(PoisonError::into_inner);
    !*told
}

fn compose(desk: &mut Desk, troubles: &mut Troubles) {
    let now = Utc::now();
    match desk.compose(now) {
        Ok(()) => {
            troubles.is_over("compose");
        }
        Err(error) if troubles.is_news("compose", &error.to_string(), now) => {
            tracing::error!(%error, "feeds could not be composed; the published ones stay as they are, and it is tried again");
        }
        Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::pulse::KEEPER_PATIENCE;
    use super::*;
    use crate::config;
    use crate::metrics::Metrics;
    use crate::store::Store;
    use std::path::Path;
    use std::sync::mpsc;
    use tokio::sync::watch;

    fn keeper() -> (Keeper, thread::JoinHandle<()>) {
        let config = config::parse("", Path::new("/srv/feeds.toml")).unwrap();
        let (shelf, _) = watch::channel(Arc::default());
        let now = chrono::DateTime::UNIX_EPOCH;
        let (store, config) = (Store::in_memory().unwrap(), Arc::new(config));
        let desk = Desk::new(store, config, shelf, Metrics::default(), now).unwrap();
        Keeper::start(desk, Arc::new(Pulse::new(KEEPER_PATIENCE))).unwrap()
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
    async fn who_waits_for_a_sick_store_is_hurried_whenever_he_is_told() {
        let (keeper, _) = keeper();
        let stop = Arc::clone(&keeper.stop);
        let began = Instant::now();
        assert!(wait(&stop, Duration::from_millis(1)), "nobody told him");
        let waits = thread::spawn(move || (wait(&stop, Duration::MAX / 4), stop));
        keeper.hurry();
        let (goes_on, stop) = waits.join().unwrap();
        assert!(!goes_on, "told while he waited, or just before");
        assert!(!wait(&stop, Duration::MAX / 4), "told before");
        assert!(began.elapsed() < Duration::from_secs(60));
    }

    #[tokio::test]
    async fn what_is_left_with_a_busy_keeper_is_done_before_what_is_asked_later() {
        let (keeper, _) = keeper();
        let (began, seen) = oneshot::channel();
        let (go, wait) = mpsc::channel::<()>();
        let busy = keeper.clone();
        tokio::spawn(async move {
            let work = move |_: &mut Desk| {
                let _ = began.send(());
                let _ = wait.recv();
            };
            busy.ask_soon(work).await
        });
        seen.await.unwrap();
        let (done, told) = mpsc::channel();
        keeper.leave(move |_| done.send(()).unwrap()).await;
        assert!(told.try_recv().is_err(), "it is busy, and nobody waits");
        go.send(()).unwrap();
        assert_eq!(
            keeper.ask_soon(move |_| told.try_recv()).await,
            Some(Ok(()))
        );
    }

    #[tokio::test]
    async fn while_one_question_was_asked_in_vain_nobody_waits_for_the_next() {
        let (keeper, _) = keeper();
        assert_eq!(keeper.ask_soon(|_| 1).await, Some(1));
        keeper.turns.in_vain.store(2, Ordering::Relaxed);
        assert_eq!(keeper.ask_soon(|_| 2).await, None);
        // The keeper comes to it after all, and finds nobody.
        keeper.turns.past.store(2, Ordering::Relaxed);
        assert_eq!(keeper.ask_soon(|_| 3).await, Some(3));
    }

    #[tokio::test]
    async fn a_panic_on_the_keepers_thread_is_noticed_and_rolls_back() {
        let (keeper, thread) = keeper();
        let panicking = keeper.ask_soon(|desk| {
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
