//! Places for requests under way: so many at once, and others beside them for those that only wait.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

/// Requests that have stood aside, waiting for servers that are slow or silent. Each holds a file descriptor and some 50 KB, of which TLS takes most.
pub const MOST_ASIDE: usize = 512;

/// Bytes of a body that every request may hold, aside or not: nine feeds of ten are smaller. What grows beyond takes up room, of which there is as much
/// as there are visits at once.
pub(super) const LARGE: usize = 512 * 1024;

/// How many times as long as requests usually take one may keep its place.
const PATIENCE: u32 = 4;

/// Bounds of that patience: at the lower one a slow request on a quick network costs others nothing they would notice; at the upper one even a far
/// server has had time for name, connection, TLS and answer.
const LEAST_PATIENCE: Duration = Duration::from_millis(100);
const MOST_PATIENCE: Duration = Duration::from_secs(1);

/// Requests that say how long they usually take, the last to end.
const REMEMBERED: usize = 64;

/// Places at once, whatever the host.
pub(super) struct Places {
    /// Everybody begins here.
    at_once: Arc<Semaphore>,
    aside: Arc<Semaphore>,
    large: Arc<Semaphore>,
    took: Arc<Mutex<VecDeque<Duration>>>,
}

/// A request's place. Dropping it lets the next one in.
pub(super) struct Place {
    /// Only a closed semaphore refuses, and these are never closed.
    held: Option<OwnedSemaphorePermit>,
    aside: Arc<Semaphore>,
    took: Arc<Mutex<VecDeque<Duration>>>,
    since: Instant,
    patience: Duration,
    is_aside: bool,
}

/// Room for a large body, held until it has been read.
#[derive(Clone, Debug, Default)]
pub struct Room {
    held: Option<Arc<OwnedSemaphorePermit>>,
}

impl Places {
    /// `at_once`: at least one.
    pub(super) fn new(at_once: usize) -> Places {
        let places = at_once.clamp(1, Semaphore::MAX_PERMITS);
        Places {
            at_once: Arc::new(Semaphore::new(places)),
            aside: Arc::new(Semaphore::new(MOST_ASIDE)),
            large: Arc::new(Semaphore::new(places)),
            took: Arc::default(),
        }
    }

    /// How many have stood aside.
    pub(super) fn aside(&self) -> usize {
        MOST_ASIDE.saturating_sub(self.aside.available_permits())
    }

    /// Waits for a place. First come, first served.
    pub(super) async fn take(&self) -> Place {
        let held = Arc::clone(&self.at_once).acquire_owned().await.ok();
        Place {
            held,
            aside: Arc::clone(&self.aside),
            took: Arc::clone(&self.took),
            since: timer(),
            patience: patience(&self.took),
            is_aside: false,
        }
    }

    /// Sees to it that a body of this size has room. Waits when there is none.
    pub(super) async fn room(&self, size: usize, room: &mut Room) {
        if size > LARGE && room.held.is_none() {
            let held = Arc::clone(&self.large).acquire_owned().await.ok();
            room.held = held.map(Arc::new);
        }
    }
}

impl Place {
    /// Does the work. When it takes longer than requests usually do, another gets the place, and this one goes on beside: a slow server delays nobody
    /// else's visit. When too many stand aside already it keeps its place.
    pub(super) async fn keep<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        if !self.is_aside {
            let left = self.patience.saturating_sub(self.since.elapsed());
            if !left.is_zero()
                && let Ok(done) = timeout(left, work.as_mut()).await
            {
                return done;
            }
            if let Ok(aside) = Arc::clone(&self.aside).try_acquire_owned() {
                self.held = Some(aside);
                self.is_aside = true;
            }
        }
        work.await
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
        if took.len() >= REMEMBERED {
            took.pop_front();
        }
        took.push_back(self.since.elapsed());
    }
}

/// A multiple of the median of what requests took lately.
fn patience(took: &Mutex<VecDeque<Duration>>) -> Duration {
    let took = took.lock().unwrap_or_else(PoisonError::into_inner);
    let mut lately: Vec<Duration> = took.iter().copied().collect();
    drop(took);
    let middle = lately.len() / 2;
    if lately.is_empty() {
        return LEAST_PATIENCE;
    }
    let (_, median, _) = lately.select_nth_unstable(middle);
    median
        .saturating_mul(PATIENCE)
        .clamp(LEAST_PATIENCE, MOST_PATIENCE)
}

/// Where the runtime's timer stands: good for distances, not a date. Tests can pause it.
pub(super) fn timer() -> Instant {
    sleep(Duration::ZERO).deadline()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    /// Asks a future once, without waiting.
    fn ask<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(out) => Some(out),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn f35_who_waits_long_stands_aside_and_lets_the_next_one_in() {
        let places = Places::new(1);
        let mut slow = places.take().await;
        let mut next = pin!(places.take());
        assert!(ask(next.as_mut()).is_none());
        slow.patience = Duration::ZERO;
        let mut work = Box::pin(slow.keep(pending::<()>()));
        assert!(ask(work.as_mut()).is_none());
        assert!(ask(next.as_mut()).is_some());
        assert_eq!(places.aside(), 1);
        drop(work);
        drop(slow);
        assert_eq!(places.aside(), 0);
    }

    #[tokio::test]
    async fn f35_with_too_many_aside_a_slow_one_keeps_its_place() {
        let places = Places::new(1);
        let all = u32::try_from(MOST_ASIDE).unwrap();
        let _all = Arc::clone(&places.aside).acquire_many_owned(all).await;
        let mut slow = places.take().await;
        slow.patience = Duration::ZERO;
        assert!(ask(pin!(slow.keep(pending::<()>()))).is_none());
        assert!(ask(pin!(places.take())).is_none());
        drop(slow);
        assert!(ask(pin!(places.take())).is_some());
    }

    #[tokio::test]
    async fn f35_quick_work_keeps_its_place() {
        let places = Places::new(1);
        let mut place = places.take().await;
        assert_eq!(place.keep(async { 7 }).await, 7);
        assert!(!place.is_aside);
    }

    #[test]
    fn patience_follows_what_requests_take_within_bounds() {
        let took = |millis: u64, times: usize| {
            Mutex::new(VecDeque::from(vec![Duration::from_millis(millis); times]))
        };
        assert_eq!(patience(&took(0, 0)), LEAST_PATIENCE);
        assert_eq!(patience(&took(3, 1)), LEAST_PATIENCE);
        assert_eq!(patience(&took(200, 9)), Duration::from_millis(800));
        assert_eq!(patience(&took(9_000, 64)), MOST_PATIENCE);
        let mixed = took(50, 40);
        mixed.lock().unwrap().extend([Duration::from_secs(30); 20]);
        assert_eq!(patience(&mixed), Duration::from_millis(200));
    }

    #[tokio::test]
    async fn f36_large_bodies_take_up_room_until_they_are_read() {
        let places = Places::new(1);
        let (mut first, mut second) = (Room::default(), Room::default());
        places.room(LARGE, &mut second).await;
        assert!(second.held.is_none(), "small ones need none");
        places.room(LARGE + 1, &mut first).await;
        places.room(LARGE + 2, &mut first).await;
        let kept = first.clone();
        drop(first);
        assert!(ask(pin!(places.room(LARGE + 1, &mut second))).is_none());
        drop(kept);
        places.room(LARGE + 1, &mut second).await;
        assert!(second.held.is_some());
    }
}
