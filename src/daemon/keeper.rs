//! The one thread that writes. Others hand it work through a bounded channel, so that a slow disk slows visiting down instead of filling memory.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
use crate::pipeline::FetchedPage;

/// Visits and questions that may wait for the keeper: more than can be under way with the largest `concurrency` and all that stand aside. So handing a
/// visit over never blocks the loop while the store is sick and no new ones are claimed. A place that is not taken costs nothing.
const WAITING: usize = 2048;

/// Most visits in one commit: past that, waiting ones would see their news late.
const GROUP: usize = 64;

/// Under a steady stream of arrivals feeds are composed at least this often.
const COMPOSE_WITHIN: chrono::TimeDelta = chrono::TimeDelta::milliseconds(750);

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

/// How much waits for the keeper, for whoever must not keep it alive.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::WeakSender<Job>,
}

impl Queue {
    pub fn length(&self) -> usize {
        let jobs = self.jobs.upgrade();
        jobs.map_or(0, |jobs| jobs.max_capacity() - jobs.capacity())
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
        let pages = Vec::new();
        self.hand_over(Harvest { visits, pages }).await;
    }

    /// Hands a page over that was asked for. Waits while the keeper is behind.
    pub async fn settle_page(&self, page: FetchedPage) {
        let (visits, pages) = (Vec::new(), vec![page]);
        self.hand_over(Harvest { visits, pages }).await;
    }

    async fn hand_over(&self, harvest: Harvest) {
        if self.jobs.send(Job::Settle(harvest)).await.is_err() {
            tracing::debug!("a visit ended after the keeper had stopped; it will be made again");
        }
    }

    /// Has something done on the keeper's thread, by those who must not stand still: `None` when the keeper has stopped, and as well when it is busy for
    /// longer than a few seconds, as it is while the store is sick. What was asked is then not done. As long as the keeper is not past what was asked
    /// before, nobody waits anew: a turn of the loop waits once, and not once for each of its questions.
    pub async fn ask_soon<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Option<T> {
        let turns = &self.turns;
        if turns.in_vain.load(Ordering::Relaxed) > turns.past.load(Ordering::Relaxed) {
            return None;
        }
        let place = timeout(SOON, self.jobs.reserve()).await.ok()?.ok()?;
        let number = turns.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let counted = Arc::clone(turns);
        let (answer, asked) = oneshot::channel();
        place.send(Job::Ask(Box::new(move |desk| {
            // An asker who has gone must not have things done behind his back: a claim would be nobody's.
            if !answer.is_closed() {
                // He may go at this very moment; then nobody needs the answer.
                let _ = answer.send(work(desk));
            }
            counted.past.store(number, Ordering::Relaxed);
        })));
        match timeout(SOON, asked).await {
            Ok(answered) => answered.ok(),
            Err(_) => {
                turns.in_vain.fetch_max(number, Ordering::Relaxed);
                None
            }
        }
    }

    /// How much waits for it.
    pub fn queue(&self) -> Queue {
        let jobs = self.jobs.downgrade();
        Queue { jobs }
    }

    /// Whether its thread has ended.
    pub fn is_gone(&self) -> bool {
        self.jobs.is_closed()
    }

    /// Whether its thread gets on.
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    /// Tells the keeper not to wait for a sick store any longer: the process is about to end.
    pub fn hurry(&self) {
        self.stop.told.store(true, Ordering::Relaxed);
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
                    next = settle_group(&mut desk, first, &mut waiting, (stop, pulse));
                }
            }
            let is_idle = next.is_none() && waiting.is_empty();
            if desk.is_stale() && (is_idle || Utc::now() - composed >= COMPOSE_WITHIN) {
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
    (stop, pulse): (&Stop, &Pulse),
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
        tracing::error!(%error, visits = group.len(), retry_in = ?pause, "arrivals could not be stored; they are held and tried again, published feeds stay as they are");
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

fn compose(desk: &mut Desk, troubles: &mut Troubles) {
    let now = Utc::now();
    match desk.compose(now) {
        Ok(()) => troubles.is_over("compose"),
        Err(error) if troubles.is_news("compose", &error.to_string(), now) => {
            tracing::error!(%error, "feeds could not be composed; the published ones stay as they are, and it is tried again");
        }
        Err(_) => {}
    }
}
