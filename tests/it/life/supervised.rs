//! Under a service manager: what it is told, the sockets it passes, and the units that are shipped.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::published;
use crate::newsroom::{Daemon, Newsroom, free_ports, one, shipped, source};
use crate::origin::Origin;

/// How long it waits to be told something before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A service manager that only listens, all the time.
struct Manager {
    told: Receiver<String>,
    heard: Vec<String>,
}

impl Manager {
    fn of(newsroom: &Newsroom) -> Manager {
        let socket = UnixDatagram::bind(newsroom.path("notify")).expect("bound");
        socket.set_read_timeout(Some(PATIENCE)).expect("set");
        let (tell, told) = channel();
        thread::spawn(move || {
            let mut message = [0; 4096];
            while let Ok(length) = socket.recv(&mut message) {
                let words = String::from_utf8_lossy(&message[..length]).into_owned();
                if tell.send(words).is_err() {
                    return;
                }
            }
        });
        let heard = Vec::new();
        Manager { told, heard }
    }

    /// Waits until it is told this, and returns the whole message. What came before is remembered.
    #[track_caller]
    fn hears(&mut self, words: &str) -> String {
        loop {
            let Ok(message) = self.told.recv_timeout(PATIENCE) else {
                panic!("no {words:?} in {:?}", self.heard);
            };
            self.heard.push(message.clone());
            if message.contains(words) {
                return message;
            }
        }
    }

    /// Forgets what it was told and did not look at yet.
    fn forget(&mut self) {
        self.heard.extend(self.told.try_iter());
    }
}

fn started(newsroom: &Newsroom, watchdog_usec: &str) -> Daemon {
    let notify = newsroom.path("notify");
    Daemon::start_as(newsroom, |command, log| {
        command.env("NOTIFY_SOCKET", &notify);
        command.env("WATCHDOG_USEC", watchdog_usec);
        command.stderr(log);
    })
}

#[test]
fn the_supervisor_is_told_when_feeds_can_be_read_how_things_stand_and_the_end() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let mut manager = Manager::of(&newsroom);
    let mut daemon = started(&newsroom, "1000000");
    manager.hears("READY=1");
    let composing = manager
        .heard
        .iter()
        .position(|said| said.contains("composing the feeds"));
    assert!(composing.is_some(), "{:?}", manager.heard);
    let line = manager.hears("STATUS=1 sources, 0 failing, next visit ");
    assert_eq!(
        line.trim().rsplit(' ').next().map(str::len),
        Some(5),
        "{line}"
    );
    manager.hears("WATCHDOG=1");
    manager.hears("WATCHDOG=1");
    daemon.signal("TERM");
    manager.hears("STOPPING=1");
    assert_eq!(daemon.ended().code(), Some(0), "{}", daemon.log());
}

#[test]
fn a_reload_is_told_from_its_beginning_to_its_end_also_when_it_is_refused() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let mut manager = Manager::of(&newsroom);
    let daemon = started(&newsroom, "");
    manager.hears("READY=1");
    let before = uptime();
    daemon.signal("HUP");
    let told = manager.hears("RELOADING=1");
    let at = told
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    let at: u128 = at.and_then(|at| at.parse().ok()).expect("a time stamp");
    // Containers may have a clock of their own, but none that stands at nought or beside all others by a day.
    assert!(
        at > 0 && at.abs_diff(before) < 86_400_000_000,
        "{before} {at}"
    );
    manager.hears("READY=1");
    let right = fs::read_to_string(newsroom.path("feeds.toml")).expect("read");
    newsroom.configure(&right.replace("title =", "titel ="));
    daemon.signal("HUP");
    manager.hears("RELOADING=1");
    manager.hears("READY=1");
    manager.hears("feeds.toml is wrong and not in force");
    newsroom.configure(&right);
    manager.hears("RELOADING=1");
    manager.hears("READY=1");
    daemon.stop();
}

/// Microseconds since the machine began, rounded down to hundredths of a second, as the kernel tells everybody.
fn uptime() -> u128 {
    let uptime = fs::read_to_string("/proc/uptime").expect("Linux");
    let seconds = uptime
        .split(' ')
        .next()
        .and_then(|seconds| seconds.parse::<f64>().ok());
    (seconds.expect("a number") * 1e6) as u128
}

#[test]
fn a_store_that_is_sick_for_long_is_no_reason_to_be_killed() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let mut manager = Manager::of(&newsroom);
    let mut daemon = started(&newsroom, "500000");
    manager.hears("READY=1");
    let blocker = newsroom.store();
    blocker.execute_batch("BEGIN EXCLUSIVE").expect("locked");
    newsroom.rewrite(&format!(
        "{}{}",
        one("http://127.0.0.1:1/x"),
        source("b", "http://127.0.0.1:1/y")
    ));
    daemon.signal("HUP");
    daemon.await_log("the store is busy");
    manager.forget();
    for _ in 0..4 {
        manager.hears("WATCHDOG=1");
    }
    assert_eq!(daemon.get("/feeds/all.rss", &[]).status, 200);
    blocker.execute_batch("ROLLBACK").expect("free");
    daemon.await_log("the new configuration is in force");
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0), "{}", daemon.log());
}

/// The daemon with these sockets passed to it: its standard input and output become the descriptors 3 and 4.
fn passed(newsroom: &Newsroom, sockets: [Option<TcpListener>; 2], names: &str) -> Daemon {
    let count = sockets.iter().flatten().count();
    let script = format!(
        "exec 3<&0 4<&1 0</dev/null 1>/dev/null; LISTEN_PID=$$ LISTEN_FDS={count} LISTEN_FDNAMES={names} exec \"$0\" run"
    );
    let address = |socket: &Option<TcpListener>| {
        socket
            .as_ref()
            .map_or((Ipv4Addr::LOCALHOST, 0).into(), |it| {
                it.local_addr().expect("bound")
            })
    };
    let addresses = (address(&sockets[0]), address(&sockets[1]));
    let mut command = newsroom.command(&["run"]);
    let program = command.get_program().to_owned();
    let folder = newsroom.path("");
    command = Command::new("sh");
    command
        .args(["-c", &script])
        .arg(program)
        .current_dir(folder);
    command
        .env_remove("NOTIFY_SOCKET")
        .env_remove("HEADWATER_LOG");
    let handles = sockets
        .map(|socket| socket.map_or_else(Stdio::null, |socket| Stdio::from(OwnedFd::from(socket))));
    let handles = std::cell::RefCell::new(handles.into_iter());
    Daemon::spawn(newsroom, &mut command, addresses, |command, log| {
        let mut handles = handles.borrow_mut();
        command.stdin(handles.next().expect("the first"));
        command.stdout(handles.next().expect("the second"));
        command.stderr(log);
    })
}

fn socket() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port")
}

#[test]
fn sockets_that_are_passed_are_served_on_by_their_names() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    // What feeds.toml says of addresses is taken by somebody else: it must not be needed.
    let (taken, taken_too) = (socket(), socket());
    let address = |socket: &TcpListener| socket.local_addr().expect("bound");
    newsroom.listens_at(address(&taken), address(&taken_too));
    let mut daemon = passed(&newsroom, [Some(socket()), Some(socket())], "public:admin");
    assert!(daemon.gets_ready());
    assert_eq!(daemon.get("/feeds/all.rss", &[]).status, 200);
    assert_eq!(daemon.get("/status.json", &[]).status, 404);
    assert_eq!(daemon.ask_admin("/status.json").status, 200);
    daemon.stop();
}

#[test]
fn a_single_socket_is_the_public_one_whatever_its_name() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let (taken, (_, admin)) = (socket(), free_ports());
    newsroom.listens_at(taken.local_addr().expect("bound"), admin);
    let mut daemon = passed(&newsroom, [Some(socket()), None], "headwater.socket");
    assert!(daemon.gets_ready());
    assert_eq!(daemon.get("/feeds/all.rss", &[]).status, 200);
    daemon.stop();
}

#[test]
fn sockets_that_cannot_be_used_are_told_with_what_to_do() {
    let newsroom = Newsroom::with("");
    let (public, admin) = free_ports();
    newsroom.listens_at(public, admin);
    let pair = || [Some(socket()), Some(socket())];
    for (sockets, names, words) in [
        (pair(), "public:metrics", "FileDescriptorName=public"),
        (pair(), "public:public", "two sockets are called"),
        (pair(), "public", "LISTEN_FDNAMES"),
    ] {
        let mut daemon = passed(&newsroom, sockets, names);
        assert_eq!(daemon.ended().code(), Some(1), "{names}");
        assert!(daemon.log().contains(words), "{names}: {}", daemon.log());
    }
}

#[test]
fn units_are_sound_and_little_exposed() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let version: u32 = version
        .split(' ')
        .nth(1)
        .and_then(|v| v.parse().ok())
        .unwrap_or(0);
    if version < 250 {
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    for unit in fs::read_dir(shipped("systemd")).expect("shipped") {
        let unit = unit.expect("listed").path();
        if unit.extension().is_some_and(|ending| ending != "md") {
            let text = fs::read_to_string(&unit).expect("read");
            let text = text.replace("/usr/bin/headwater", env!("CARGO_BIN_EXE_headwater"));
            let name = unit.file_name().expect("a name");
            fs::write(folder.path().join(name), text).expect("written");
        }
    }
    let mut units: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|unit| unit.expect("listed").path())
        .collect();
    units.sort();
    let verify = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .args(&units)
        .output()
        .expect("it is there");
    assert!(
        verify.status.success(),
        "{}",
        String::from_utf8_lossy(&verify.stderr)
    );
    let services = units
        .iter()
        .filter(|unit| unit.extension().is_some_and(|e| e == "service"));
    for service in services {
        let measured = Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager", "--threshold=20"])
            .arg(service)
            .output()
            .expect("it is there");
        let said = String::from_utf8_lossy(&measured.stdout).into_owned();
        assert!(measured.status.success(), "more than 2.0: {said}");
    }
}
