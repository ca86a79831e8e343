//! Addresses that move (F22–F24), and documents that are kept, with the whole program.

use super::{conditions, feed, look};
use crate::newsroom::{ALL, Newsroom, item, one, rss, source};
use crate::origin::{Origin, Reply};

/// Makes the feed at `/new` what `/old` leads to for good.
fn moved(origin: &Origin) {
    let hop = Reply::status(301, "Moved").header("Location", "/new");
    origin.serve("/old", hop);
    let reply = feed(&rss(&[item("a")])).header("ETag", "\"1\"");
    origin.serve("/new", reply.conditional());
}

/// A newsroom that has read its one source at `/old`.
fn read_at_its_old_place(origin: &Origin) -> Newsroom {
    origin.serve("/old", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/old"));
    look(&newsroom);
    newsroom
}

/// So many visits, half a day apart.
fn days(newsroom: &Newsroom, visits: usize) {
    for _ in 0..visits {
        newsroom.pass(12);
        look(newsroom);
    }
}

#[test]
fn f22_a_source_that_moved_is_asked_there_and_the_operator_is_told() {
    let origin = Origin::start();
    let newsroom = read_at_its_old_place(&origin);
    moved(&origin);
    days(&newsroom, 5);
    let status = newsroom.status("paper");
    assert_eq!(status["moved_to"], origin.url("/new").as_str());
    assert_eq!(status["address"], origin.url("/old").as_str());
    let (old, new) = (origin.requests("/old").len(), origin.requests("/new").len());
    days(&newsroom, 2);
    assert_eq!(origin.requests("/old").len(), old);
    let requests = origin.requests("/new");
    assert_eq!(requests.len(), new + 2);
    // The new address issued the validators: no unconditional request is due to the move (F7).
    let asked: Vec<_> = requests.iter().map(|r| conditions(r).0).collect();
    assert_eq!(asked.iter().filter(|etag| etag.is_none()).count(), 1);
    let said = newsroom.run(&["status"]).ended(0).out;
    assert!(said.contains("moved permanently to") && said.contains("put that in feeds.toml"));
    // Doing so changes nothing but that.
    newsroom.rewrite(&one(&origin.url("/new")));
    look(&newsroom);
    let status = newsroom.status("paper");
    assert_eq!(status.get("moved_to"), None);
    assert_eq!(
        (&status["outcome"], &status["entries"]),
        (&"unchanged".into(), &1.into())
    );
}

#[test]
fn f22_force_asks_the_address_in_feeds_toml_again() {
    let origin = Origin::start();
    let newsroom = read_at_its_old_place(&origin);
    moved(&origin);
    days(&newsroom, 5);
    origin.serve("/old", feed(&rss(&[item("a"), item("b")])));
    let old = origin.requests("/old").len();
    newsroom.refresh(&["paper", "--force"]);
    assert_eq!(origin.requests("/old").len(), old + 1);
    let status = newsroom.status("paper");
    assert_eq!(status.get("moved_to"), None);
    assert_eq!(status["entries"], 2);
}

#[test]
fn f23_a_login_page_at_the_end_of_a_permanent_redirect_moves_nothing() {
    let origin = Origin::start();
    let newsroom = read_at_its_old_place(&origin);
    let hop = Reply::status(301, "Moved").header("Location", "/login");
    origin.serve("/old", hop);
    let page = "<!doctype html><title>Log in</title>";
    origin.serve("/login", Reply::ok("text/html", page));
    days(&newsroom, 7);
    let status = newsroom.status("paper");
    assert_eq!(status.get("moved_to"), None);
    assert_eq!(status.get("moving"), None);
}

#[test]
fn f23_two_sources_that_become_one_are_flagged() {
    let origin = Origin::start();
    origin.serve("/old", feed(&rss(&[item("a")])));
    origin.serve("/new", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::with(&format!(
        "{}{}{ALL}",
        source("paper", &origin.url("/old")),
        source("twin", &origin.url("/new"))
    ));
    newsroom.refresh(&["--now"]);
    moved(&origin);
    for _ in 0..6 {
        newsroom.pass(12);
        newsroom.refresh(&["--now"]);
    }
    let status = newsroom.status("paper");
    assert_eq!(status["moving"]["merge_with"], "twin");
    assert_eq!(status.get("moved_to"), None);
    let said = newsroom.run(&["status"]).ended(0).out;
    assert!(said.contains("one of the two is enough"), "{said}");
}

#[test]
fn f24_temporary_redirects_are_followed_and_forgotten() {
    let origin = Origin::start();
    for status in [302, 303, 307] {
        let path = format!("/{status}");
        let hop = Reply::status(status, "Elsewhere").header("Location", "/there");
        origin.serve(&path, hop);
        origin.serve("/there", feed(&rss(&[item("a")])));
        let newsroom = Newsroom::on(&origin.url(&path));
        look(&newsroom);
        days(&newsroom, 6);
        assert_eq!(origin.requests(&path).len(), 7);
        let told = newsroom.status("paper");
        assert_eq!((told.get("moved_to"), told.get("moving")), (None, None));
    }
}

#[test]
fn a_document_that_broke_a_parser_can_be_had() {
    let origin = Origin::start();
    origin.serve("/f", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    let none = newsroom.run(&["inspect", "--kept", "paper"]).ended(1);
    assert!(none.err.contains("no document"), "{}", none.err);
    // As a failed parser leaves it; no parser is known to fail.
    let document = rss(&[item("kept")]);
    let packed = zstd::encode_all(document.as_bytes(), 3).expect("packed");
    let put = "INSERT INTO specimens (source, at, said, address, size, packed) VALUES ('paper', 0, 'boom', 'http://paper.example/f', ?1, ?2)";
    let store = newsroom.store();
    store
        .execute(put, rusqlite::params![document.len() as i64, packed])
        .expect("kept");
    let told = newsroom.run(&["status", "paper"]).ended(0).out;
    assert!(
        told.contains("headwater inspect --kept paper --raw"),
        "{told}"
    );
    assert!(newsroom.status("paper")["kept_document"].is_string());
    let raw = newsroom
        .run(&["inspect", "--kept", "paper", "--raw"])
        .ended(0);
    assert_eq!(raw.out, document);
    let read = newsroom
        .run(&["inspect", "--kept", "paper", "--json"])
        .ended(0);
    assert_eq!(read.json()["entries"][0]["title"], "About kept");
    look(&newsroom);
    assert_eq!(newsroom.status("paper").get("kept_document"), None);
}
