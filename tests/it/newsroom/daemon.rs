//! The daemon as a process of its own, on free ports, gone when dropped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::client::{self, Response};
use super::{Newsroom, PUBLIC, STEP, until};

/// A port that was free may be taken by the time the daemon wants it; so often it is tried with another.
const TRIES: usize = 5;

pub struct Daemon {
    child: Child,
    public: SocketAddr,
    admin: SocketAddr,
    out: PathBuf,
    log: PathBuf,
}

impl Daemon {
    /// Gives feeds.toml a `[server]` with free ports, in front of what stands there, and starts.
    pub(super) fn start(newsroom: &Newsroom, command: &dyn Fn() -> Command) -> Daemon {
        Daemon::start_by(newsroom, command, |command, log| {
            command.stderr(log);
        })
    }

    /// … as a command that this makes its own, given the file for its log.
    pub fn start_as(newsroom: &Newsroom, shape: impl Fn(&mut Command, File)) -> Daemon {
        Daemon::start_by(newsroom, &|| newsroom.command(&["run"]), shape)
    }

    fn start_by(
        newsroom: &Newsroom,
        command: &dyn Fn() -> Command,
        shape: impl Fn(&mut Command, File),
    ) -> Daemon {
        for _ in 0..TRIES {
            let (public, admin) = free_ports();
            listen_at(newsroom, public, admin);
            let mut daemon = Daemon::spawn(newsroom, &mut command(), (public, admin), &shape);
            if daemon.gets_ready() {
                return daemon;
            }
        }
        panic!("no free port in {TRIES} tries");
    }

    /// Starts this command, which listens at these addresses, and does not wait for anything.
    pub fn spawn(
        newsroom: &Newsroom,
        command: &mut Command,
        (public, admin): (SocketAddr, SocketAddr),
        shape: impl Fn(&mut Command, File),
    ) -> Daemon {
        let number = newsroom.runs.fetch_add(1, Ordering::Relaxed);
        let (out, log) = (format!("daemon{number}.out"), format!("daemon{number}.log"));
        let (out, log) = (newsroom.path(&out), newsroom.path(&log));
        command.stdout(File::create(&out).expect("a file"));
        shape(command, File::create(&log).expect("a file"));
        let child = command.spawn().expect("the binary starts");
        Daemon {
            child,
            public,
            admin,
            out,
            log,
        }
    }

    /// Waits until it is ready; false when a port was taken meanwhile.
    pub fn gets_ready(&mut self) -> bool {
        let daemon = self;
        until("a daemon that is ready", || {
            if let Some(status) = daemon.child.try_wait().expect("it is ours") {
                let log = daemon.log();
                assert!(
                    log.contains("another process listens there"),
                    "{status}: {log}"
                );
                return Some(false);
            }
            let answer = client::ask(daemon.public, "GET", "/readyz", &[])?;
            (answer.status == 200).then_some(true)
        })
    }

    #[track_caller]
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.ask("GET", path, headers)
    }

    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let answer = client::ask(self.public, method, path, headers);
        answer.unwrap_or_else(|| panic!("no answer to {method} {path}; log: {}", self.log()))
    }

    #[track_caller]
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let answer = client::send(self.public, "POST", path, headers, Some(body));
        answer.unwrap_or_else(|| panic!("no answer to POST {path}; log: {}", self.log()))
    }

    /// Asks at the operator's door; `None` when nobody answers there.
    pub fn try_ask_admin(&self, path: &str) -> Option<Response> {
        client::ask(self.admin, "GET", path, &[])
    }

    /// Asks at the operator's door.
    #[track_caller]
    pub fn ask_admin(&self, path: &str) -> Response {
        let answer = client::ask(self.admin, "GET", path, &[]);
        answer.unwrap_or_else(|| panic!("no answer to {path}; log: {}", self.log()))
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn address(&self) -> SocketAddr {
        self.public
    }

    pub fn admin_address(&self) -> SocketAddr {
        self.admin
    }

    /// What it has said to the operator.
    pub fn greeting(&self) -> String {
        fs::read_to_string(&self.out).expect("its output")
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("its log")
    }

    /// Waits until it has logged this.
    #[track_caller]
    pub fn await_log(&self, words: &str) -> String {
        until(&format!("{words:?} in the log"), || {
            Some(self.log()).filter(|log| log.contains(words))
        })
    }

    /// Sends a signal, `TERM`, `INT` or `HUP`, to this process and no other.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.expect("a shell").success(), "{kill}");
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        until("the daemon's end", || {
            self.child.try_wait().expect("it is ours")
        })
    }

    /// Its exit code, when it ends within so long.
    pub fn has_ended_within(&mut self, time: Duration) -> Option<i32> {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status.code();
            }
            thread::sleep(STEP);
        }
        None
    }

    /// Ends it as a supervisor does, and makes sure that it ended well.
    #[track_caller]
    pub fn stop(mut self) {
        self.signal("TERM");
        let status = self.ended();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }

    /// Ends it as a power cut does.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("dead");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two ports that are free now.
pub fn free_ports() -> (SocketAddr, SocketAddr) {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
    let (one, other) = (bind(), bind());
    let address = |listener: &TcpListener| listener.local_addr().expect("bound");
    (address(&one), address(&other))
}

/// Ends what a start has put at the head of feeds.toml.
const MARK: &str = "# the test's own\n";

/// What the last start has put at the head of feeds.toml; nothing before the first.
pub(super) fn head(newsroom: &Newsroom) -> String {
    let present = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    let split = present.split_once(MARK);
    split.map_or_else(String::new, |(head, _)| format!("{head}{MARK}"))
}

/// Puts `[server]` at the head of feeds.toml, in place of the one that an earlier start put there.
pub(super) fn listen_at(newsroom: &Newsroom, public: SocketAddr, admin: SocketAddr) {
    let present = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    let rest = present.rsplit(MARK).next().unwrap_or_default();
    let server = format!(
        "[server]\nlisten = \"{public}\"\npublic_url = \"{PUBLIC}\"\nadmin = \"{admin}\"\n"
    );
    newsroom.configure(&format!("{server}{MARK}{rest}"));
}
