//! `run`: from a configuration to a drained shutdown.

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;
use tokio::time::sleep;

use super::desk::Desk;
use super::drain::{Closing, drain};
use super::error::RunError;
use super::keeper::Keeper;
use super::listeners::{Listeners, Servers};
use super::memory::keep_little;
use super::moment::{Lookout, UnderWay};
use super::pulse::{KEEPER_PATIENCE, LOOP_PATIENCE, Pulse};
use super::push::{ASKS_AT_ONCE, Push};
use super::reading::{Reading, StatusJson};
use super::signals::{Ending, Signals, told};
use super::supervisor::{Supervisor, feed_watchdog};
use super::turn::{Rounds, Start};
use crate::config::Config;
use crate::ingest::fetch::Web;
use crate::metrics::Metrics;
use crate::publish::Shelf;
use crate::serve::Around;
use crate::store::Store;

/// How long the loop may take to come to the end of its turn, once it is told to end: it finishes handing over what it holds.
const LAST_TURN: Duration = Duration::from_secs(3);

/// Runs until SIGTERM or SIGINT, then drains within half a minute; a second one ends it at once. `ready` is told once everything listens and the shelf is
/// composed.
///
/// Threads may be left that are stuck in the store or in a parser: the caller ends the process without waiting for them.
pub async fn run(
    config: Config,
    status: StatusJson,
    ready: impl FnOnce(&Config),
) -> Result<(), RunError> {
    keep_little();
    let signals =
        Signals::listen().map_err(|error: std::io::Error| RunError::Start(error.to_string()))?;
    let ending = signals.ending.clone();
    tokio::select! {
        ended = live(Arc::new(config), status, ready, signals) => ended,
        () = told(ending, Ending::AtOnce) => Err(RunError::Cut),
    }
}

async fn live(
    config: Arc<Config>,
    status: StatusJson,
    ready: impl FnOnce(&Config),
    signals: Signals,
) -> Result<(), RunError> {
    let started = Utc::now();
    let listeners = Listeners::open(config.server.as_ref()).await?;
    let metrics = Metrics::default();
    let mut supervisor = Supervisor::new();
    supervisor.says("opening the store");
    let (shelf, shelves) = watch::channel(Arc::new(Shelf::default()));
    let Some(desk) = open(&config, shelf, &metrics, &signals).await? else {
        return Ok(());
    };
    let start = |error: std::io::Error| RunError::Start(error.to_string());
    let pulse = Arc::new(Pulse::new(KEEPER_PATIENCE));
    let (keeper, thread) = Keeper::start(desk, pulse).map_err(start)?;
    let (configs, config_seen) = watch::channel(Arc::clone(&config));
    let closing = Closing::default();
    let web = Arc::new(Web::new(config.concurrency + ASKS_AT_ONCE));
    let under_way = Arc::new(UnderWay::default());
    let lookout = Lookout {
        started,
        store: config.store.path.clone(),
        shelf: shelves.clone(),
        ending: closing.public.subscribe(),
        web: Arc::clone(&web),
        keeper: keeper.outlived(),
        under_way: Arc::clone(&under_way),
    };
    let reading = Reading::new(config_seen.clone(), status, metrics.clone(), lookout);
    let push = Push::start(&keeper, &reading, &config_seen, Arc::clone(&web));
    let (stop, ending) = (closing.doors(), closing.public.subscribe());
    let around = Around {
        metrics: metrics.clone(),
        ending,
    };
    let mut servers = listeners
        .map(|listeners| listeners.serve(&shelves, &reading, push.callbacks(), &around, stop));
    let (serves, kept) = (servers.is_some(), keeper.clone());
    let loop_pulse = Arc::new(Pulse::new(LOOP_PATIENCE));
    let mut rounds = Rounds::new(Start {
        keeper,
        web,
        push,
        configs,
        metrics,
        supervisor,
        pulse: Arc::clone(&loop_pulse),
        under_way,
    });
    let pulses = vec![loop_pulse, rounds.pulse_of_keeper()];
    let watchdog = feed_watchdog(pulses, rounds.supervisor.voice());
    let ending = signals.ending.clone();
    let turning = async {
        if serves && !rounds.composed(shelves, &signals).await {
            return;
        }
        ready(&config);
        rounds.turn(signals).await;
    };
    watch_over(turning, (watchdog, ending), &kept, &mut servers).await?;
    drop(kept);
    // Its connections are closed first, so that the writer is the last and folds the log into the one file.
    drop(reading);
    drain(rounds, closing, servers, thread).await;
    Ok(())
}

/// Lets the loop turn until it is told to end, and cuts it when it does not. What ends otherwise ends the process at once, and loudly: a daemon without its
/// keeper would serve old news for good, and no supervisor would know.
async fn watch_over(
    turning: impl Future<Output = ()>,
    (watchdog, ending): (impl Future<Output = ()>, watch::Receiver<Ending>),
    keeper: &Keeper,
    servers: &mut Option<Servers>,
) -> Result<(), RunError> {
    tokio::select! {
        () = turning => {}
        () = watchdog => {}
        () = overdue(ending) => tracing::warn!("the loop hangs; it is cut"),
        () = keeper.gone() => return Err(RunError::KeeperLost),
        () = lost(servers) => return Err(RunError::ListenerLost),
    }
    Ok(())
}

/// Waits until the loop should long have ended.
async fn overdue(ending: watch::Receiver<Ending>) {
    told(ending, Ending::Drained).await;
    sleep(LAST_TURN).await;
}

async fn lost(servers: &mut Option<Servers>) {
    match servers {
        Some(servers) => servers.lost().await,
        None => pending().await,
    }
}

/// Opens the store and takes it over, on a thread where waiting is allowed. `None` when the daemon was told to end meanwhile.
async fn open(
    config: &Arc<Config>,
    shelf: watch::Sender<Arc<Shelf>>,
    metrics: &Metrics,
    signals: &Signals,
) -> Result<Option<Desk>, RunError> {
    let (config, metrics) = (Arc::clone(config), metrics.clone());
    let opening = tokio::task::spawn_blocking(move || {
        let store = Store::open(&config.store.path)?;
        // A store that is damaged is not written to, which would damage it further.
        store.check()?;
        Desk::new(store, config, shelf, metrics, Utc::now())
    });
    tokio::select! {
        opened = opening => match opened {
            Ok(opened) => Ok(Some(opened?)),
            Err(lost) => Err(RunError::Start(lost.to_string())),
        },
        () = told(signals.ending.clone(), Ending::Drained) => Ok(None),
    }
}
