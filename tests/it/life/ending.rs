//! The end comes within bounds, whatever hangs.

use std::io::Read;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::Duration;

use super::{published, published_largely, slow_reader};
use crate::newsroom::{Daemon, Newsroom, source, until};
use crate::origin::{Origin, Reply};

/// Longer than everything at the end may take together.
const BOUND: Duration = Duration::from_secs(30);

#[test]
fn a_reader_who_does_not_read_is_cut_and_probes_are_told_meanwhile() {
    let origin = Origin::start();
    let newsroom = published_largely(&origin);
    let mut daemon = newsroom.daemon();
    let mut reader = slow_reader(&daemon);
    assert_eq!(daemon.ask_admin("/readyz").status, 200);
    daemon.signal("TERM");
    let draining = until("a probe that is told", || {
        let answer = daemon.try_ask_admin("/readyz")?;
        (answer.status == 503).then_some(answer)
    });
    assert!(draining.text().contains("is ending"), "{}", draining.text());
    assert_eq!(daemon.ask_admin("/healthz").status, 200);
    // Nobody new is taken in.
    until("the closed door", || {
        TcpStream::connect(daemon.address()).err()
    });
    assert_eq!(daemon.has_ended_within(BOUND), Some(0), "{}", daemon.log());
    assert!(
        daemon.log().contains("still open and are cut"),
        "{}",
        daemon.log()
    );
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let origin = Origin::start();
        let newsroom = published_largely(&origin);
        let mut daemon = newsroom.daemon();
        let _reader = slow_reader(&daemon);
        daemon.signal(first);
        daemon.await_log("stopping");
        assert!(!daemon.log().contains("cut"), "{}", daemon.log());
        daemon.signal(second);
        assert_eq!(daemon.ended().code(), Some(1), "{}", daemon.log());
        let log = daemon.log();
        assert!(log.contains("ended at once, as it was told twice"), "{log}");
        assert!(!log.contains("still open and are cut"), "{log}");
    }
}

#[test]
fn a_locked_store_and_a_silent_origin_do_not_hold_up_the_end() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    origin.serve("/f", Reply::hang_up().hang(Duration::from_secs(86_400)));
    newsroom.due_soon();
    let mut daemon = newsroom.daemon();
    origin.await_requests("/f", 2);
    let blocker = newsroom.store();
    blocker.execute_batch("BEGIN EXCLUSIVE").expect("locked");
    daemon.signal("TERM");
    assert_eq!(daemon.has_ended_within(BOUND), Some(0), "{}", daemon.log());
    blocker.execute_batch("ROLLBACK").expect("free");
    assert_eq!(newsroom.stories().len(), 1);
}

#[test]
fn a_signal_while_it_starts_ends_it_well() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let blocker = newsroom.store();
    blocker.execute_batch("BEGIN EXCLUSIVE").expect("locked");
    let addresses = crate::newsroom::free_ports();
    newsroom.listens_at(addresses.0, addresses.1);
    let mut command = newsroom.command(&["run"]);
    let mut daemon = Daemon::spawn(&newsroom, &mut command, addresses, |command, log| {
        command.stderr(log);
    });
    until("the open door", || TcpStream::connect(addresses.0).ok());
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0), "{}", daemon.log());
}

#[test]
fn it_goes_on_when_nobody_reads_what_it_says() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let daemon = Daemon::start_as(&newsroom, |command, _| {
        // Pipes whose other end is gone: every write to them fails.
        let broken = || {
            let (ours, _) = UnixStream::pair().expect("a pair");
            Stdio::from(OwnedFd::from(ours))
        };
        command.stdout(broken()).stderr(broken());
        command.env("HEADWATER_LOG", "trace");
    });
    for _ in 0..3 {
        assert_eq!(daemon.get("/feeds/all.rss", &[]).status, 200);
    }
    newsroom.rewrite("[[source]]\nid = \"wrong\"");
    daemon.signal("HUP");
    newsroom.rewrite(&format!(
        "{}{}",
        source("b", &origin.url("/b")),
        crate::newsroom::ALL
    ));
    origin.await_requests("/b", 1);
    daemon.stop();
}

#[test]
fn ready_is_only_said_when_the_shelf_is_composed() {
    let newsroom = Newsroom::with(&source("paper", "http://127.0.0.1:1/f"));
    newsroom.refresh(&[]);
    let addresses = crate::newsroom::free_ports();
    newsroom.listens_at(addresses.0, addresses.1);
    let blocker = newsroom.store();
    let mut command = newsroom.command(&["run"]);
    blocker.execute_batch("BEGIN EXCLUSIVE").expect("locked");
    let mut daemon = Daemon::spawn(&newsroom, &mut command, addresses, |command, log| {
        command.stderr(log);
    });
    blocker.execute_batch("ROLLBACK").expect("free");
    assert!(daemon.gets_ready());
    // A probe may be answered in the moment before.
    until("the greeting", || {
        let greeting = daemon.greeting();
        greeting.contains("headwater is up").then_some(())
    });
    daemon.stop();
}
