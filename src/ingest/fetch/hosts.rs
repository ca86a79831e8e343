//! Turns at a host (F19): how many at once, how far apart, and in the order of asking.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{self, watch};
use tokio::time::{Instant, sleep};

use super::places::{Place, Places, Room, timer};

/// Hosts remembered before those at rest are forgotten. A redirecting publisher can name any number of hosts; an entry is some 200 bytes.
const REMEMBERED: usize = 1024;

/// Requests under way that only wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// For their turn at a host.
    pub in_line: usize,
    /// Beside the others, for servers that are slow or silent.
    pub aside: usize,
}

/// Everybody's turns.
pub(super) struct Hosts {
    known: Mutex<Known>,
    /// Whatever the host.
    places: Places,
    /// Those who wait for their turn at a host.
    queued: AtomicUsize,
    /// How often a server has asked to be left alone, by its name (F14).
    told_off: Mutex<HashMap<String, u64>>,
}

struct Known {
    hosts: HashMap<String, Arc<Host>>,
    /// Grows with what is in use, so that sweeping costs the same per entry however many there are.
    sweep_at: usize,
}

struct Host {
    /// Held by the next to start, while it waits for room and for its time. Fair: first come, first served.
    gate: sync::Mutex<Option<Start>>,
    busy: watch::Sender<usize>,
}

/// The last start at a host, on the timer's clock.
struct Start {
    at: Instant,
    interval: Duration,
}

/// A turn. Dropping it makes room for the next one; the distance between starts stays.
pub(super) struct Slot {
    host: Arc<Host>,
    place: Place,
}

impl Hosts {
    /// `concurrency`: visits at once over all hosts, at least one; those that wait long stand aside.
    pub(super) fn new(concurrency: usize) -> Hosts {
        Hosts {
            known: Mutex::new(Known {
                hosts: HashMap::new(),
                sweep_at: REMEMBERED,
            }),
            places: Places::new(concurrency),
            queued: AtomicUsize::new(0),
            told_off: Mutex::default(),
        }
    }

    /// A number that grows when a server asks to be left alone. Who finds it grown when his turn has come turns back (F14): the others who waited
    /// behind a 429 would only earn one each.
    pub(super) fn told_off(&self, server: &str) -> u64 {
        let told = self.told_off.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(server).copied().unwrap_or_default()
    }

    /// Notes that a server has asked to be left alone. For how long is kept elsewhere; this is for those who are waiting already.
    pub(super) fn tell_off(&self, server: String) {
        let mut told = self.told_off.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= REMEMBERED && !told.contains_key(&server) {
            // Somebody waiting may turn back needlessly, and comes again.
            told.clear();
        }
        *told.entry(server).or_default() += 1;
    }

    /// How many wait for a turn at their host, and how many have stood aside.
    pub(super) fn standing(&self) -> Standing {
        Standing {
            in_line: self.queued.load(Ordering::Relaxed),
            aside: self.places.aside(),
        }
    }

    /// How many wait for a turn, or beside the others for a slow server.
    pub(super) fn waiting(&self) -> usize {
        self.queued.load(Ordering::Relaxed) + self.places.aside()
    }

    /// Waits for a turn at `host`: fewer than `at_once` others there, and `interval` (or the last starter's, when that is longer) since the last
    /// start. Cancel-safe: who stops waiting leaves the queue and has used nothing.
    pub(super) async fn enter(&self, host: &str, at_once: usize, interval: Duration) -> Slot {
        let host = self.host(host);
        let queued = Queued::behind(&self.queued);
        let mut gate = host.gate.lock().await;
        // The sender lives in `host`, so that the wait cannot end early.
        drop(
            host.busy
                .subscribe()
                .wait_for(|busy| *busy < at_once.max(1))
                .await,
        );
        if let Some(last) = gate.as_ref() {
            pause(
                interval
                    .max(last.interval)
                    .saturating_sub(last.at.elapsed()),
            )
            .await;
        }
        drop(queued);
        // Last of all, so that nobody holds a place while waiting for a host.
        let place = self.places.take().await;
        *gate = Some(Start {
            at: timer(),
            interval,
        });
        host.busy.send_modify(|busy| *busy += 1);
        drop(gate);
        Slot { host, place }
    }

    /// Sees to it that a body of this size has room.
    pub(super) async fn room(&self, size: usize, room: &mut Room) {
        self.places.room(size, room).await;
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.hosts.len() >= known.sweep_at {
            known
                .hosts
                .retain(|_, host| Arc::strong_count(host) > 1 || !host.is_at_rest());
            known.sweep_at = REMEMBERED.max(known.hosts.len() * 2);
        }
        Arc::clone(known.hosts.entry(name.to_owned()).or_default())
    }
}

impl Host {
    /// Whether forgetting it would let nobody in early.
    fn is_at_rest(&self) -> bool {
        self.gate.try_lock().is_ok_and(|last| {
            last.as_ref()
                .is_none_or(|last| last.at.elapsed() >= last.interval)
        })
    }
}

impl Default for Host {
    fn default() -> Self {
        Host {
            gate: sync::Mutex::new(None),
            busy: watch::Sender::new(0),
        }
    }
}

/// One who is counted while it waits, however its wait ends.
struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn behind(queue: &'a AtomicUsize) -> Self {
        queue.fetch_add(1, Ordering::Relaxed);
        Queued(queue)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Slot {
    /// Does the work of this turn; when it takes long, beside those that are quicker.
    pub(super) async fn keep<T>(&mut self, work: impl Future<Output = T>) -> T {
        self.place.keep(work).await
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.host
            .busy
            .send_modify(|busy| *busy = busy.saturating_sub(1));
    }
}

async fn pause(wait: Duration) {
    if !wait.is_zero() {
        sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    const NEVER: Duration = Duration::from_secs(1 << 40);

    /// Asks a future once, without waiting.
    fn ask<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(out) => Some(out),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn f19_two_at_once_and_the_third_waits_for_room() {
        let hosts = Hosts::new(64);
        let first = hosts.enter("a", 2, Duration::ZERO).await;
        let _second = hosts.enter("a", 2, Duration::ZERO).await;
        let mut third = pin!(hosts.enter("a", 2, Duration::ZERO));
        assert!(ask(third.as_mut()).is_none());
        let _elsewhere = hosts.enter("b", 2, Duration::ZERO).await;
        drop(first);
        assert!(ask(third.as_mut()).is_some());
    }

    #[tokio::test]
    async fn f19_starts_keep_their_distance_though_the_first_is_done() {
        let hosts = Hosts::new(64);
        drop(hosts.enter("a", 2, NEVER).await);
        assert!(
            ask(pin!(hosts.enter("a", 2, Duration::ZERO))).is_none(),
            "the longer interval holds"
        );
        let _elsewhere = hosts.enter("b", 2, NEVER).await;
        drop(hosts.enter("c", 2, Duration::from_millis(1)).await);
        drop(hosts.enter("c", 2, Duration::from_millis(1)).await);
    }

    #[test]
    fn f14_who_waits_hears_that_a_server_asked_to_be_left_alone() {
        let hosts = Hosts::new(64);
        let waiting = hosts.told_off("a");
        hosts.tell_off("b".into());
        assert_eq!(hosts.told_off("a"), waiting, "that was another server");
        hosts.tell_off("a".into());
        assert_ne!(hosts.told_off("a"), waiting);
        for n in 0..3 * REMEMBERED {
            hosts.tell_off(n.to_string());
        }
        assert!(hosts.told_off.lock().unwrap().len() <= REMEMBERED);
    }

    #[tokio::test]
    async fn f19_turns_are_fair_and_survive_those_who_leave() {
        let hosts = Hosts::new(64);
        let here = hosts.enter("a", 1, Duration::ZERO).await;
        let mut leaves = Box::pin(hosts.enter("a", 1, Duration::ZERO));
        let mut second = pin!(hosts.enter("a", 1, Duration::ZERO));
        let mut third = pin!(hosts.enter("a", 1, Duration::ZERO));
        assert!(
            ask(leaves.as_mut()).is_none()
                && ask(second.as_mut()).is_none()
                && ask(third.as_mut()).is_none()
        );
        drop(leaves);
        drop(here);
        assert!(ask(third.as_mut()).is_none(), "not before the second");
        let turn = ask(second.as_mut()).unwrap();
        assert!(ask(third.as_mut()).is_none());
        drop(turn);
        assert!(ask(third.as_mut()).is_some());
    }

    #[tokio::test]
    async fn visits_are_limited_over_all_hosts_without_deadlock() {
        let hosts = Hosts::new(1);
        let here = hosts.enter("a", 2, Duration::ZERO).await;
        let mut other = pin!(hosts.enter("b", 2, Duration::ZERO));
        assert!(ask(other.as_mut()).is_none());
        drop(here);
        assert!(ask(other.as_mut()).is_some());
    }

    #[tokio::test]
    async fn hosts_at_rest_are_forgotten_and_the_others_are_not() {
        let hosts = Hosts::new(64);
        drop(hosts.enter("resting long", 2, NEVER).await);
        let _busy = hosts.enter("busy", 2, Duration::ZERO).await;
        for n in 0..5 * REMEMBERED {
            drop(hosts.enter(&n.to_string(), 2, Duration::ZERO).await);
        }
        let known = hosts.known.lock().unwrap();
        assert!(known.hosts.len() <= REMEMBERED + 2);
        assert!(known.hosts.contains_key("resting long") && known.hosts.contains_key("busy"));
    }
}
