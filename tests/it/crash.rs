//! Power cuts: whenever the process dies, what a visit had committed is there, whole, and the next process goes on from it.

mod backup;
mod book;
mod damage;
mod disk;
mod killing;
mod migrating;
mod panics;
mod processes;
mod readers;
mod world;

use crate::newsroom::{Newsroom, item, rss};
use crate::origin::{Origin, Reply};

/// An origin whose `/f` says this, and a newsroom that has read it.
pub fn read_once() -> (Origin, Newsroom) {
    let origin = Origin::start();
    says(&origin, &["first"], "");
    let newsroom = Newsroom::on(&origin.url("/f"));
    newsroom.refresh(&["--now"]);
    (origin, newsroom)
}

/// Lets the origin say these things, each with this much more to it.
pub fn says(origin: &Origin, names: &[&str], more: &str) {
    let item = |name: &&str| item(name).replace("</description>", &format!("{more}</description>"));
    let items: Vec<String> = names.iter().map(item).collect();
    let etag = format!("\"{}\"", names.join(" "));
    let reply = Reply::ok("text/xml", rss(&items)).header("ETag", &etag);
    origin.serve("/f", reply.conditional());
}

/// Numbers that look random and are the same every time (Lehmer's generator).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed % 0x7fff_fffe + 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0 * 48_271 % 0x7fff_ffff;
        usize::try_from(self.0).expect("31 bits") % limit
    }
}
