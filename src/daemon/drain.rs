//! The end: everything that is under way gets its time, and nothing more, so that whatever hangs the process is gone within half a minute.

use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::listeners::Servers;
use super::turn::Rounds;

/// How long answers under way may take to be finished. Container runtimes kill after 30 s by default, supervisors after 90 s: all of this, with the
/// last turn of the loop and the giving back of claims, takes 28 s at most.
const DRAIN: Duration = Duration::from_secs(10);

/// How long the operator's side is served beyond that.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long visits that have ended already may take to be handed over, and what hubs have sent to be read.
const SETTLE: Duration = Duration::from_secs(3);

/// How long the keeper may take for what it was given, and for its last commit.
const LAST_COMMIT: Duration = Duration::from_secs(5);

/// The doors, each told once to close.
#[derive(Default)]
pub(super) struct Closing {
    pub public: watch::Sender<bool>,
    /// Open for as long as the other drains, so that a probe is told that this daemon ends.
    pub admin: watch::Sender<bool>,
}

impl Closing {
    /// What each listener waits for: the public one, and the operator's.
    pub fn doors(&self) -> (watch::Receiver<bool>, watch::Receiver<bool>) {
        (self.public.subscribe(), self.admin.subscribe())
    }
}

/// Ends a daemon well. Bounded, whatever hangs: a slow reader, a silent origin, a locked store.
pub(super) async fn drain(
    mut rounds: Rounds,
    closing: Closing,
    servers: Option<Servers>,
    thread: thread::JoinHandle<()>,
) {
    rounds.supervisor.stopping().await;
    tracing::info!("stopping: no new visits, answers under way are finished");
    closing.public.send_replace(true);
    if let Some(servers) = servers {
        ended(servers.public, DRAIN).await;
        closing.admin.send_replace(true);
        if let Some(admin) = servers.admin {
            ended(admin, FAREWELL).await;
        }
    }
    // A store that is sick now cannot hold up the end: whatever is not settled in time is visited again.
    let stored = async {
        rounds.hand_over().await;
        rounds.push.read_rest().await;
    };
    if timeout(SETTLE, stored).await.is_err() {
        tracing::warn!(
            "the store or the machine is busy: visits that had ended may not be kept and are made again, and what hubs sent is asked for at the next start"
        );
    }
    let Rounds {
        keeper,
        mut visits,
        mut pages,
        push,
        owner,
        ..
    } = rounds;
    visits.abandon().await;
    pages.abandon().await;
    push.abandon().await;
    let released = keeper.ask_soon(move |desk| desk.store().release_all(&owner));
    match released.await {
        Some(Ok(())) => {}
        Some(Err(error)) => {
            tracing::warn!(%error, "claims could not be given back; they end by themselves within a minute");
        }
        None => tracing::warn!(
            "the store is busy: claims are not given back; they end by themselves within a minute"
        ),
    }
    keeper.hurry();
    drop(keeper);
    // The thread ends once the last handle is gone and its last commit is made.
    let joined = tokio::task::spawn_blocking(move || thread.join());
    match timeout(LAST_COMMIT, joined).await {
        Ok(Ok(Ok(()))) => {}
        Ok(_) => {
            tracing::error!("the store's thread did not end well; the store itself is whole");
        }
        Err(_) => tracing::warn!(
            "the store does not answer: the process ends without its last commit, and the store is whole"
        ),
    }
}

/// Waits for a server's end, and cuts it when that takes too long.
async fn ended(server: JoinHandle<()>, within: Duration) {
    let cut = server.abort_handle();
    // A server that panicked has told so; the others still drain.
    if timeout(within, server).await.is_err() {
        cut.abort();
        tracing::warn!(?within, "some connections were still open and are cut");
    }
}
