//! A newsroom for one test: a folder with feeds.toml, sources on disk and a store, and the real binary run in it.
//!
//! Nothing here sleeps to let time pass. Waiting is polling for a fact, within a deadline that only a failing test
//! reaches; hours pass by moving what the store remembers into the past (`pass`).

mod client;
mod daemon;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

pub use client::{Response, ask, read};
pub use daemon::{Daemon, free_ports};

/// How long to wait for a fact before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks. Short: a test waits half of it on average.
const STEP: Duration = Duration::from_millis(10);

/// Longer than a start takes: what is due later than that was not missed, and is not put off (C10).
const LEAD: Duration = Duration::from_millis(400);

/// What feeds call themselves in tests: not the address they are served at, so that documents do not depend on ports.
pub const PUBLIC: &str = "https://news.example";

/// Sources may lie on loopback and be asked as fast as they answer; everything else is as shipped.
const GROUND: &str = r#"
[fetch]
allow_private_addresses = true
host_interval = "0s"
per_host = 16
min_interval = "0s"
timeout = "10s"
[defaults]
schedule = "every 1m"
"#;

pub struct Newsroom {
    folder: TempDir,
    runs: AtomicUsize,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Itself, after making sure that it ended so.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error} in: {}\nerr: {}", self.out, self.err))
    }
}

impl Newsroom {
    /// A folder with this feeds.toml and nothing else.
    pub fn bare(feeds_toml: &str) -> Self {
        let folder = TempDir::new().expect("a folder for the test");
        let newsroom = Newsroom {
            folder,
            runs: AtomicUsize::new(0),
        };
        newsroom.configure(feeds_toml);
        newsroom
    }

    /// A newsroom with these `[[source]]` and `[[feed]]` sections, whose sources may lie on loopback.
    pub fn with(sections: &str) -> Self {
        Newsroom::bare(&format!("{GROUND}{sections}"))
    }

    /// A newsroom that listens to one feed, `paper`, and publishes all of it as `all`.
    pub fn on(url: &str) -> Self {
        Newsroom::with(&one(url))
    }

    /// Puts another feeds.toml in place, whole.
    pub fn configure(&self, feeds_toml: &str) {
        self.write("feeds.toml", feeds_toml);
    }

    /// Puts other `[[source]]` and `[[feed]]` sections in place. Where a daemon listens stays as it is.
    pub fn rewrite(&self, sections: &str) {
        let head = daemon::head(self);
        self.configure(&format!("{head}{GROUND}{sections}"));
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in the folder, as editors do: whole, or not at all.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        let draft = path.with_extension("draft~");
        fs::write(&draft, bytes).expect("written");
        fs::rename(&draft, &path).expect("in place");
    }

    /// Runs the binary in the folder to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    /// … with these variables in its environment.
    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let (out, err) = (format!("run{number}.out"), format!("run{number}.err"));
        let mut command = self.command(args);
        command.envs(env.iter().copied());
        command.stdout(File::create(self.path(&out)).expect("a file"));
        command.stderr(File::create(self.path(&err)).expect("a file"));
        let mut child = command.spawn().expect("the binary starts");
        let status = until(&format!("the end of {args:?}"), || {
            child.try_wait().expect("it is ours")
        });
        let read = |name: &str| {
            let bytes = fs::read(self.path(name)).expect("its output");
            String::from_utf8(bytes).expect("UTF-8")
        };
        Ran {
            code: status.code().expect("no signal ended it"),
            out: read(&out),
            err: read(&err),
        }
    }

    /// The binary with these arguments, in the folder, away from whatever the environment says.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
        command.args(args).current_dir(self.folder.path());
        command.env("NO_COLOR", "1").env("TZ", "UTC");
        for name in [
            "HEADWATER_CONFIG",
            "HEADWATER_LOG",
            "HEADWATER_LOG_FORMAT",
            "JOURNAL_STREAM",
            "LISTEN_FDS",
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
        ] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Refreshes; the exit code must be 0, the failures of sources being data.
    #[track_caller]
    pub fn refresh(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = ["refresh", "--json"].iter().chain(args).copied().collect();
        self.run(&args).ended(0).json()
    }

    #[track_caller]
    pub fn stories(&self) -> Vec<Value> {
        let stories = self.run(&["stories", "--json"]).ended(0).json();
        stories["stories"].as_array().expect("a list").clone()
    }

    /// What `status --json` says of a source.
    #[track_caller]
    pub fn status(&self, source: &str) -> Value {
        let status = self.run(&["status", source, "--json"]).ended(0).json();
        status["sources"][0].clone()
    }

    /// Gives feeds.toml this `[server]`, in place of that of an earlier start.
    pub fn listens_at(&self, public: SocketAddr, admin: SocketAddr) {
        daemon::listen_at(self, public, admin);
    }

    /// Starts the daemon and waits until it is ready.
    pub fn daemon(&self) -> Daemon {
        Daemon::start(self, &|| self.command(&["run"]))
    }

    /// … by this command, which must come to be the daemon's own process.
    pub fn daemon_by(&self, command: &dyn Fn() -> Command) -> Daemon {
        Daemon::start(self, command)
    }

    /// The store as it lies on disk.
    pub fn store(&self) -> Connection {
        let store = Connection::open(self.path("headwater.db")).expect("a store");
        store.busy_timeout(PATIENCE).expect("set");
        store
    }

    /// How many visits were ever made and settled.
    pub fn visits(&self) -> i64 {
        let visits = "SELECT count(*) FROM visits";
        let counted = self.store().query_row(visits, [], |row| row.get(0));
        counted.expect("counted")
    }

    /// Makes every source due a moment from now: for a daemon that is started meanwhile, all of them at once.
    pub fn due_soon(&self) {
        let soon = (chrono::Utc::now() + LEAD).timestamp_millis();
        let moved = "UPDATE sources SET due = ?1, leased_until = 0";
        self.store().execute(moved, [soon]).expect("moved");
    }

    /// Lets time pass, by moving everything the store plans and remembers of sources into the past.
    pub fn pass(&self, hours: i64) {
        let moved = "UPDATE sources SET due = due - ?1, leased_until = max(leased_until - ?1, 0), \
             visited = visited - ?1, gone_since = gone_since - ?1, retry_at = retry_at - ?1, \
             evidence_since = evidence_since - ?1, purge_since = purge_since - ?1";
        let store = self.store();
        store.execute(moved, [hours * 3_600_000]).expect("moved");
        for moved in [
            "UPDATE servers SET held_until = held_until - ?1",
            "UPDATE hubs SET earliest = earliest - ?1",
            "UPDATE subscriptions SET due = due - ?1, asked = asked - ?1, lease_until = lease_until - ?1, \
             missed = missed - ?1, pinged = pinged - ?1, ended = ended - ?1",
        ] {
            store.execute(moved, [hours * 3_600_000]).expect("moved");
        }
    }
}

/// One source `paper` at this address, and one feed `all` of everything.
pub fn one(url: &str) -> String {
    format!("{}\n{ALL}", source("paper", url))
}

/// A feed of everything.
pub const ALL: &str = r#"
[[feed]]
id = "all"
title = "Everything"
from = ["*"]
"#;

pub fn source(id: &str, url: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n")
}

/// An RSS document of these items.
pub fn rss(items: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>The Paper</title>\
         <link>https://paper.example/</link><description>All that happens</description>{}</channel></rss>",
        items.concat()
    )
}

/// An item of its own kind: id, address and text follow from its name, and no other has them.
pub fn item(name: &str) -> String {
    item_saying(name, &format!("What there is to say of {name}."))
}

/// An item with this text.
pub fn item_saying(name: &str, text: &str) -> String {
    format!(
        "<item><title>About {name}</title><link>https://paper.example/{name}</link><guid isPermaLink=\"false\">{name}</guid>\
         <pubDate>Sun, 09 Nov 2025 16:10:00 GMT</pubDate><description>{text}</description></item>"
    )
}

/// Looks until there is something to see, and fails the test when there never is.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(
            Instant::now() < deadline,
            "waited {PATIENCE:?} for {what}, in vain"
        );
        thread::sleep(STEP);
    }
}

/// A file as shipped with the project.
pub fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
