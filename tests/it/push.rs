//! Being pushed, with a hub of our own on a real socket: what it is asked, what it may do, and what it cannot.

mod hub;
mod subscribing;
mod trusting;

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::newsroom::{Daemon, Newsroom, item, rss, until};
use hub::{Asked, Hub};

/// Waits until the feed of everything has a story of this item.
#[track_caller]
fn await_story(daemon: &Daemon, name: &str) {
    until(
        &format!("a story about {name}; log: {}", daemon.log()),
        || shows(daemon, name).then_some(()),
    );
}

fn shows(daemon: &Daemon, name: &str) -> bool {
    let feed = daemon.get("/feeds/all.json", &[]);
    feed.status == 200 && feed.text().contains(&format!("About {name}"))
}

/// Waits until the subscription of a source is so.
#[track_caller]
fn await_push(newsroom: &Newsroom, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    until(what, || {
        let status = newsroom.status("paper");
        is(&status["push"]).then_some(status)
    })
}

/// A daemon that listens to one source with a hub, subscribed and verified.
fn subscribed(newsroom: &Newsroom, hub: &Hub) -> (Daemon, Asked) {
    hub.publish(&[item("first")]);
    let daemon = newsroom.daemon();
    await_story(&daemon, "first");
    let asked = hub.asked(1);
    assert_eq!(hub.verify(&daemon, &asked, 864_000).status, 200);
    (daemon, asked)
}

/// … and trusted, having delivered `second`.
fn trusted(newsroom: &Newsroom, hub: &Hub) -> (Daemon, Asked) {
    let (daemon, asked) = subscribed(newsroom, hub);
    assert_eq!(
        hub.deliver(&daemon, &asked, &rss(&[item("second")])).status,
        202
    );
    await_story(&daemon, "second");
    (daemon, asked)
}

/// One value of the store.
fn value<T: rusqlite::types::FromSql>(newsroom: &Newsroom, sql: &str) -> Option<T> {
    let store = newsroom.store();
    let found = store.query_row(sql, [], |row| row.get(0)).optional();
    found.expect("read")
}
