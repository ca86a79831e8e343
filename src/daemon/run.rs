//! `run`: from a configuration to a drained shutdown.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::desk::Desk;
use super::files::Files;
use super::keeper::Keeper;
use super::pages::Pages;
use super::reading::{Reading, StatusJson};
use super::reload::Reload;
use super::rounds::{LEASE, RENEW_EVERY, owner};
use super::visits::Visits;
use crate::config::{Config, Server};
use crate::ingest::Force;
use crate::ingest::fetch::Web;
use crate::publish::Shelf;
use crate::serve::{self, Admin, Public};
use crate::store::{Store, StoreError};

/// How often the loop looks around though nothing happens: for a changed feeds.toml, another process's writes, the watchdog.
const TICK: Duration = Duration::from_secs(2);

/// How long answers and visits under way may take to end after SIGTERM. Supervisors kill after 90 s by default.
const DRAIN: Duration = Duration::from_secs(15);

/// How long visits that have ended already may take to be stored at the end.
const SETTLE: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("[server] {key} = \"{address}\": {reason}")]
    Listen {
        key: &'static str,
        address: SocketAddr,
        reason: String,
    },
    #[error("{0}")]
    Start(String),
}

/// Runs until SIGTERM or SIGINT, then drains. `ready` is told once everything listens and the shelf is composed.
pub async fn run(
    config: Config,
    status: StatusJson,
    ready: impl FnOnce(&Config),
) -> Result<(), RunError> {
    let config = Arc::new(config);
    let listeners = match &config.server {
        Some(server) => Some(bind(server).await?),
        None => None,
    };
    let start = |error: std::io::Error| RunError::Start(error.to_string());
    let signals = Signals {
        terminate: signal(SignalKind::terminate()).map_err(start)?,
        interrupt: signal(SignalKind::interrupt()).map_err(start)?,
        hangup: signal(SignalKind::hangup()).map_err(start)?,
    };
    let store = Store::open(&config.store.path)?;
    let (shelf, shelves) = watch::channel(Arc::new(Shelf::default()));
    let (configs, config_seen) = watch::channel(Arc::clone(&config));
    let desk = Desk::new(store, Arc::clone(&config), shelf, Utc::now())?;
    let (keeper, thread) = Keeper::start(desk, config.concurrency).map_err(start)?;
    let reading = Reading::new(config.store.path.clone(), config_seen, status);
    let (stop, stopping) = watch::channel(false);
    let servers = listeners
        .map(|listeners| listeners.serve(&shelves, &reading, &stopping))
        .unwrap_or_default();
    // Composing is the keeper's first work, so its first answer means the shelf is up.
    if keeper.ask(|_| ()).await.is_none() {
        return Err(RunError::Start(
            "the store's thread ended at once; look at the log".into(),
        ));
    }
    ready(&config);
    notify(&[NotifyState::Ready]);
    let fetch = Arc::new(Web::new(config.concurrency));
    let mut rounds = Rounds {
        keeper: keeper.clone(),
        visits: Visits::new(Arc::clone(&fetch), Arc::new(Utc::now)),
        pages: Pages::new(fetch, Arc::new(Utc::now)),
        configs,
        owner: owner(Utc::now()),
        renewed: Utc::now(),
        looked: Utc::now(),
        reload: Reload::new(&config.path),
        files: Files::default(),
    };
    rounds.turn(signals).await;
    notify(&[NotifyState::Stopping]);
    tracing::info!("stopping: no new visits, answers under way are finished");
    drain(rounds, stop, servers).await;
    // Readers close first, so that the writer is the last and folds the log into the one file.
    drop(reading);
    keeper.hurry();
    drop(keeper);
    // The thread ends once the last handle is gone and its last commit is made.
    let joined = tokio::task::spawn_blocking(move || thread.join()).await;
    if !matches!(joined, Ok(Ok(()))) {
        tracing::error!("the store's thread did not end well; the store itself is whole");
    }
    Ok(())
}

async fn drain(mut rounds: Rounds, stop: watch::Sender<bool>, servers: Vec<JoinHandle<()>>) {
    stop.send_replace(true);
    let ended = tokio::time::timeout(DRAIN, async {
        for server in servers {
            // A server that panicked has told so; the others still drain.
            let _ = server.await;
        }
    });
    if ended.await.is_err() {
        tracing::warn!(within = ?DRAIN, "some connections were still open and are cut");
    }
    // A store that is sick now cannot hold up the end: whatever is not settled in time is visited again.
    if tokio::time::timeout(SETTLE, rounds.hand_over())
        .await
        .is_err()
    {
        tracing::warn!(
            "the store is busy: visits that had ended are not kept and will be made again"
        );
    }
    rounds.visits.abandon().await;
    rounds.pages.abandon().await;
    let owner = rounds.owner;
    if let Some(Err(error)) = rounds
        .keeper
        .ask_soon(move |desk| desk.store().release_all(&owner))
        .await
    {
        tracing::warn!(%error, "claims could not be given back; they end by themselves within a minute");
    }
}

struct Listeners {
    public: TcpListener,
    admin: Option<TcpListener>,
}

async fn bind(server: &Server) -> Result<Listeners, RunError> {
    let listen = async |key, address: SocketAddr| {
        TcpListener::bind(address)
            .await
            .map_err(|error| RunError::Listen {
                key,
                address,
                reason: why_not(&error),
            })
    };
    let public = listen("listen", server.listen).await?;
    let admin = match server.admin {
        Some(address) => Some(listen("admin", address).await?),
        None => None,
    };
    Ok(Listeners { public, admin })
}

/// Why an address cannot be listened on, and what to do.
fn why_not(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
    match error.kind() {
        AddrInUse => {
            "another process listens there already. Stop it, or choose another port".into()
        }
        AddrNotAvailable => {
            "this machine has no such address. Use 127.0.0.1, 0.0.0.0 or one of its own".into()
        }
        PermissionDenied => {
            "this user may not: ports below 1024 are for root. Choose a higher one, behind a proxy"
                .into()
        }
        _ => error.to_string(),
    }
}

impl Listeners {
    fn serve(
        self,
        shelves: &watch::Receiver<Arc<Shelf>>,
        reading: &Reading,
        stopping: &watch::Receiver<bool>,
    ) -> Vec<JoinHandle<()>> {
        let reading = Arc::new(reading.clone());
        let public = Public {
            shelf: shelves.clone(),
            stories: Arc::clone(&reading) as _,
        };
        let mut servers = vec![tokio::spawn(told(
            "public",
            serve::serve(self.public, public, stopped(stopping.clone())),
        ))];
        if let Some(listener) = self.admin {
            let admin = Admin {
                shelf: shelves.clone(),
                stories: Arc::clone(&reading) as _,
                status: reading,
            };
            servers.push(tokio::spawn(told(
                "admin",
                serve::serve_admin(listener, admin, stopped(stopping.clone())),
            )));
        }
        servers
    }
}

async fn told(which: &'static str, serving: impl Future<Output = Result<(), serve::ServeError>>) {
    if let Err(error) = serving.await {
        tracing::error!(which, %error, "a listener ended");
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the daemon itself is gone, which is as good a reason to stop.
    let _ = stopping.wait_for(|stop| *stop).await;
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

/// The loop that visits what is due.
struct Rounds {
    keeper: Keeper,
    visits: Visits<Web>,
    pages: Pages<Web>,
    configs: watch::Sender<Arc<Config>>,
    owner: String,
    /// When leases were renewed last.
    renewed: DateTime<Utc>,
    /// When the loop looked around last.
    looked: DateTime<Utc>,
    reload: Reload,
    files: Files,
}

impl Rounds {
    /// Turns until told to end.
    async fn turn(&mut self, mut signals: Signals) {
        loop {
            let next = self.claim().await;
            let (config, visits) = (self.configs.borrow().clone(), self.visits.under_way());
            self.pages
                .claim(&config, visits, &self.keeper, &self.owner)
                .await;
            let pause = self
                .visits
                .at_most(next.map_or(TICK, |at| until(at).min(TICK)));
            tokio::select! {
                Some(visits) = self.visits.ended(), if self.visits.under_way() > 0 => {
                    self.keeper.settle(visits).await;
                    self.hand_over().await;
                }
                Some(page) = self.pages.ended(), if self.pages.under_way() > 0 => {
                    self.keeper.settle_page(page).await;
                    self.hand_over().await;
                }
                () = tokio::time::sleep(pause) => {}
                _ = signals.terminate.recv() => return,
                _ = signals.interrupt.recv() => return,
                _ = signals.hangup.recv() => {
                    notify(&[NotifyState::Reloading]);
                    self.reload.take_over(&self.keeper, &self.configs).await;
                    notify(&[NotifyState::Ready]);
                }
            }
            self.look_around().await;
        }
    }

    /// Claims and starts as many due visits as there is room for. Returns when the next one is due; `None` when the next thing to happen is a visit's end.
    async fn claim(&mut self) -> Option<DateTime<Utc>> {
        let config = self.configs.borrow().clone();
        let room = self.visits.room(&config, self.pages.under_way())?;
        let owner = self.owner.clone();
        let now = Utc::now();
        let asked = self.keeper.ask_soon(move |desk| {
            let claims = desk.store().claim_due(now, room, LEASE, &owner)?;
            Ok::<_, StoreError>((claims, desk.store().next_due(now)?))
        });
        match asked.await {
            // Busy: the loop goes on turning.
            None => Some(now + TimeDelta::seconds(1)),
            Some(Ok((claims, next))) => {
                self.visits.claimed(room, claims.len());
                for claim in claims {
                    if !self
                        .visits
                        .start(&config, claim.clone(), Force::Conditional)
                    {
                        let owner = self.owner.clone();
                        self.keeper
                            .ask_soon(move |desk| desk.store().release(&claim.source, &owner))
                            .await;
                    }
                }
                next
            }
            Some(Err(error)) => {
                tracing::error!(%error, "what is due could not be read; published feeds stay as they are");
                Some(now + TimeDelta::seconds(5))
            }
        }
    }

    fn under_way(&self) -> usize {
        self.visits.under_way() + self.pages.under_way()
    }

    /// Hands over whatever else has ended already, so that it shares a commit.
    async fn hand_over(&mut self) {
        while let Some(visits) = self.visits.ended_already() {
            self.keeper.settle(visits).await;
        }
        while let Some(page) = self.pages.ended_already() {
            self.keeper.settle_page(page).await;
        }
    }

    /// What is done at every tick, however much happens meanwhile.
    async fn look_around(&mut self) {
        let now = Utc::now();
        let since = (now - self.looked).to_std();
        // A clock that was set back is a reason to look.
        if since.is_ok_and(|since| since < TICK) {
            return;
        }
        self.looked = now;
        notify(&[NotifyState::Watchdog]);
        if self.under_way() > 0
            && (now - self.renewed)
                .to_std()
                .is_ok_and(|since| since >= RENEW_EVERY)
        {
            let owner = self.owner.clone();
            let renewed = self
                .keeper
                .ask_soon(move |desk| desk.store().renew(now, LEASE, &owner))
                .await;
            match renewed {
                Some(Err(error)) => {
                    tracing::error!(%error, "leases could not be renewed; another process may visit the same sources")
                }
                _ => self.renewed = now,
            }
        }
        if let Some(changed) = self.files.changed(&self.configs.borrow().clone()).await {
            self.keeper
                .ask_soon(move |desk| desk.make_due(&changed, Utc::now()))
                .await;
        }
        if self.reload.has_changed() {
            self.reload.take_over(&self.keeper, &self.configs).await;
        }
        let tidied = self.keeper.ask_soon(|desk| desk.tidy(Utc::now())).await;
        if let Some(Err(error)) = tidied {
            tracing::error!(%error, "the store could not be looked after; it is tried again");
        }
    }
}

fn until(at: DateTime<Utc>) -> Duration {
    (at - Utc::now()).to_std().unwrap_or_default()
}

/// Tells systemd, where there is one.
fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager could not be told");
    }
}
