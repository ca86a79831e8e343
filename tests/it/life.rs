//! The life of the process: what it tells its supervisor and its operator, and how it ends.

mod ending;
mod logs;
mod metrics;
mod openmetrics;
mod reloads;
mod supervised;

use std::io::Write;
use std::net::TcpStream;

use crate::newsroom::{Daemon, Newsroom, item_saying, one, rss};
use crate::origin::{Origin, Reply};

/// A newsroom that publishes what it has read once.
fn published(origin: &Origin) -> Newsroom {
    origin.serve(
        "/f",
        Reply::ok("text/xml", rss(&[crate::newsroom::item("a")])),
    );
    let newsroom = Newsroom::on(&origin.url("/f"));
    newsroom.refresh(&["--now"]);
    newsroom
}

/// … with a feed so large that no socket holds it.
fn published_largely(origin: &Origin) -> Newsroom {
    let text = |n: usize| {
        let words = (0..60_000).map(|word| format!("{:x} ", word * 7919 + n * 104_729));
        words.collect::<String>()
    };
    let items: Vec<String> = (0..4)
        .map(|n| item_saying(&format!("n{n}"), &text(n)))
        .collect();
    origin.serve("/f", Reply::ok("text/xml", rss(&items)));
    let newsroom = Newsroom::with(&one(&origin.url("/f")));
    newsroom.refresh(&["--now"]);
    newsroom
}

/// A reader who asks for a large feed and reads nothing of it: the answer stays under way for as long as this is held.
fn slow_reader(daemon: &Daemon) -> TcpStream {
    let mut reader = TcpStream::connect(daemon.address()).expect("connected");
    let ask = "GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\n\r\n";
    reader.write_all(ask.repeat(24).as_bytes()).expect("asked");
    // The first bytes have come: it is being answered.
    let mut first = [0; 16];
    reader.peek(&mut first).expect("answered");
    reader
}
