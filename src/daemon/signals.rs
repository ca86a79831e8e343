//! Signals: the first SIGTERM or SIGINT ends the daemon well, the second at once; SIGHUP has feeds.toml read again.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Whether the daemon is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    No,
    /// Finish what is under way, within bounds.
    Drained,
    AtOnce,
}

pub(super) struct Signals {
    pub ending: watch::Receiver<Ending>,
    pub hangup: Signal,
}

impl Signals {
    /// Listens from now on, whatever else is being done.
    pub fn listen() -> io::Result<Signals> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let hangup = signal(SignalKind::hangup())?;
        let (told, ending) = watch::channel(Ending::No);
        tokio::spawn(async move {
            for next in [Ending::Drained, Ending::AtOnce] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                told.send_replace(next);
            }
            // Nobody may take the end of this task for another signal.
            std::future::pending::<()>().await;
        });
        Ok(Signals { ending, hangup })
    }
}

/// Waits until it is told so, or more.
pub(super) async fn told(mut ending: watch::Receiver<Ending>, wanted: Ending) {
    let is_so = |now: &Ending| match wanted {
        Ending::AtOnce => *now == Ending::AtOnce,
        _ => *now != Ending::No,
    };
    // An error means that the runtime is going down, which is an end as well.
    let _ = ending.wait_for(is_so).await;
}
