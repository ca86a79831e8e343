//! feeds.toml changes while the daemon runs.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::published;
use crate::newsroom::{ALL, Daemon, Newsroom, item, one, rss, source, until};
use crate::origin::{Origin, Reply};

/// Waits until the feed bears this title.
#[track_caller]
fn titled(daemon: &Daemon, title: &str) {
    until(title, || {
        let answer = daemon.get("/feeds/all.atom", &[]);
        answer.text().contains(title).then_some(())
    });
}

fn text(newsroom: &Newsroom) -> String {
    fs::read_to_string(newsroom.path("feeds.toml")).expect("read")
}

#[test]
fn a_change_is_seen_however_it_is_made() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let daemon = newsroom.daemon();
    let right = text(&newsroom);
    let path = newsroom.path("feeds.toml");
    // Renamed into place.
    newsroom.configure(&right.replace("Everything", "Title one"));
    titled(&daemon, "Title one");
    // Emptied and written anew, in the same file.
    fs::write(&path, right.replace("Everything", "Title two")).expect("written");
    titled(&daemon, "Title two");
    // As containers mount it: a link to a link to a folder, of which the middle one is swapped.
    for (folder, title) in [("..one", "Title six"), ("..two", "Title ten")] {
        newsroom.write(
            &format!("{folder}/feeds.toml"),
            right.replace("Everything", title),
        );
    }
    symlink("..one", newsroom.path("..data")).expect("linked");
    symlink("..data/feeds.toml", newsroom.path("link")).expect("linked");
    fs::rename(newsroom.path("link"), &path).expect("in place");
    titled(&daemon, "Title six");
    symlink("..two", newsroom.path("..fresh")).expect("linked");
    fs::rename(newsroom.path("..fresh"), newsroom.path("..data")).expect("swapped");
    titled(&daemon, "Title ten");
    daemon.stop();
}

#[test]
fn a_file_that_is_half_written_does_not_stay_in_force() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let daemon = newsroom.daemon();
    let right = text(&newsroom);
    // The beginning of the file is a right file of its own, without the feed.
    let (half, _) = right.split_once("[[feed]]").expect("a feed");
    fs::write(newsroom.path("feeds.toml"), half).expect("written");
    // An operator who is too quick has it read in the middle of it.
    daemon.signal("HUP");
    daemon.await_log("the new configuration is in force");
    until("the feed that is gone", || {
        let answer = daemon.get("/feeds/all.atom", &[]);
        (answer.status == 410).then_some(())
    });
    fs::write(
        newsroom.path("feeds.toml"),
        right.replace("Everything", "Title two"),
    )
    .expect("written");
    titled(&daemon, "Title two");
    daemon.stop();
}

#[test]
fn a_pipe_a_folder_or_a_giant_in_its_place_holds_nothing_up() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let daemon = newsroom.daemon();
    let (right, path) = (text(&newsroom), newsroom.path("feeds.toml"));
    fs::remove_file(&path).expect("removed");
    let made = Command::new("mkfifo").arg(&path).status().expect("run");
    assert!(made.success());
    daemon.signal("HUP");
    daemon.await_log("is no file any more");
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("made");
    daemon.signal("HUP");
    until("the second refusal", || {
        let told = daemon.log().matches("is no file any more").count();
        (told == 2).then_some(())
    });
    fs::remove_dir(&path).expect("removed");
    fs::write(&path, right.repeat(20_000)).expect("written");
    daemon.await_log("is larger than");
    newsroom.configure(&right.replace("Everything", "Title two"));
    titled(&daemon, "Title two");
    daemon.stop();
}

#[test]
fn a_wrong_file_is_told_with_line_and_caret_and_only_once() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let daemon = newsroom.daemon();
    let right = text(&newsroom);
    newsroom.configure(&right.replace("title =", "titel ="));
    let log = daemon.await_log("the configuration in force stays");
    let line = right
        .lines()
        .position(|line| line.starts_with("title"))
        .expect("a title")
        + 1;
    assert!(log.contains(&format!("feeds.toml:{line}:1")), "{log}");
    assert!(log.contains("^^^^^"), "{log}");
    // It is not told again at every look.
    newsroom.configure(&right);
    newsroom.configure(&right.replace("Everything", "Title two"));
    titled(&daemon, "Title two");
    let log = daemon.log();
    assert_eq!(
        log.matches("the configuration in force stays").count(),
        1,
        "{log}"
    );
    daemon.stop();
}

#[test]
fn what_a_visit_brings_from_an_address_that_left_the_file_is_not_kept() {
    for new in ["elsewhere", "gone"] {
        let origin = Origin::start();
        origin.serve("/b", Reply::ok("text/xml", rss(&[item("b")])));
        let newsroom = Newsroom::with(&one(&origin.url("/held")));
        let (go, held) = std::sync::mpsc::channel::<()>();
        origin.script("/held", move |_, _| {
            // An error means that the test is over.
            let _ = held.recv();
            Reply::ok("text/xml", rss(&[item("old")]))
        });
        let daemon = newsroom.daemon();
        origin.await_requests("/held", 1);
        newsroom.rewrite(&match new {
            "elsewhere" => one(&origin.url("/b")),
            _ => format!("{}{ALL}", source("other", &origin.url("/b"))),
        });
        daemon.signal("HUP");
        daemon.await_log("the new configuration is in force");
        go.send(()).expect("it waits");
        daemon.await_log("what that brought is not kept");
        until("what the new file wants", || {
            let answer = daemon.get("/feeds/all.json", &[]);
            answer.text().contains("About b").then_some(())
        });
        let stories = newsroom.stories();
        assert_eq!(stories.len(), 1, "{new}: {stories:?}");
        daemon.stop();
    }
}
