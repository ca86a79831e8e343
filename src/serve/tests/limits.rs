//! What hostile and unlucky clients meet (S16), and how serving ends.

use super::*;
use std::time::Duration;

/// So short that a test waits for it gladly; what follows is awaited, not timed.
const SHORT: Duration = Duration::from_millis(50);

fn bounded(bounds: Bounds) -> Served {
    let (_, shelf) = watch::channel(Arc::new(shelf()));
    let stories = Arc::new(Shelved);
    Served::new(router(public_half(shelf, stories)), bounds)
}

#[test]
fn s16_request_heads_and_addresses_are_limited() {
    let served = Served::public(shelf());
    let long = format!("/feeds/world.rss?{}", "x".repeat(2048));
    let answer = served.get(&long, &[]);
    assert_eq!(answer.status, 414);
    assert!(!answer.text().contains("xx"));
    let heavy = format!("X-Heavy: {}", "x".repeat(20_000));
    assert_eq!(served.get("/", &[&heavy]).status, 431);
    let many: Vec<String> = (0..150).map(|n| format!("X-{n}: y")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(served.get("/", &many).status, 431);
}

#[test]
fn s16_a_slow_head_is_cut_off() {
    let served = bounded(Bounds {
        head_patience: SHORT,
        ..Bounds::default()
    });
    let mut slow = served.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    let said = rest(&mut slow);
    assert!(!said.starts_with(b"HTTP/1.1 200"));
    assert_eq!(served.get("/", &[]).status, 200);
}

#[test]
fn s16_an_idle_or_old_connection_makes_room_for_others() {
    for bounds in [
        Bounds {
            connections: 1,
            head_patience: SHORT,
            ..Bounds::default()
        },
        Bounds {
            connections: 1,
            max_age: SHORT,
            farewell: SHORT,
            ..Bounds::default()
        },
    ] {
        let served = bounded(bounds);
        let mut idle = served.connect();
        idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        let mut first = [0; 12];
        idle.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        assert_eq!(served.get("/", &[]).status, 200);
    }
}

#[test]
fn s16_a_body_is_not_waited_for() {
    let served = Served::public(shelf());
    let mut stream = served.connect();
    let head =
        b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n";
    stream.write_all(head).unwrap();
    assert_eq!(Answer::read(&rest(&mut stream)).status, 405);
}

#[test]
fn several_requests_share_a_connection() {
    let served = Served::public(shelf());
    let mut stream = served.connect();
    let head = b"GET /healthz HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
    stream.write_all(head).unwrap();
    let said = String::from_utf8(rest(&mut stream)).unwrap();
    assert_eq!(said.matches("HTTP/1.1 200").count(), 2);
}

#[test]
fn a_fault_ends_its_own_connection_only() {
    let served = Served::public(shelf());
    let mut stream = served.connect();
    stream
        .write_all(b"GET /stories/panics HTTP/1.1\r\n\r\n")
        .unwrap();
    assert!(rest(&mut stream).is_empty());
    assert_eq!(served.get("/", &[]).status, 200);
    served.finish().unwrap();
}

/// A page that is made when the test says so, after saying that it was asked for.
struct Held {
    asked: watch::Sender<bool>,
    go: watch::Receiver<bool>,
}

impl Stories for Held {
    fn page(&self, _: &str) -> Later<StoryPage> {
        self.asked.send_replace(true);
        let mut go = self.go.clone();
        Box::pin(async move {
            let _ = go.wait_for(|go| *go).await;
            StoryPage::Found(document(Format::Page, "<p>at last", vec![]))
        })
    }

    fn answers(&self) -> Later<bool> {
        Box::pin(ready(false))
    }
}

#[test]
fn shutdown_takes_nothing_new_and_finishes_what_is_under_way() {
    let (asked, mut was_asked) = watch::channel(false);
    let (go, going) = watch::channel(false);
    let (_, shelf) = watch::channel(Arc::new(shelf()));
    let stories = Arc::new(Held { asked, go: going });
    let mut served = Served::new(router(public_half(shelf, stories)), Bounds::default());

    let unready = served.get("/readyz", &[]);
    assert_eq!(unready.status, 503);
    assert!(unready.text().contains("store does not answer"));

    let mut idle = served.connect();
    let mut under_way = served.connect();
    under_way
        .write_all(b"GET /stories/1 HTTP/1.1\r\n\r\n")
        .unwrap();
    within(&served, was_asked.wait_for(|asked| *asked)).unwrap();
    drop(served.stop.take());
    assert!(rest(&mut idle).is_empty(), "an idle connection is let go");
    go.send_replace(true);
    assert_eq!(Answer::read(&rest(&mut under_way)).status, 200);
    let address = served.address;
    served.finish().unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn the_caller_bounds_the_drain_by_dropping_it() {
    let mut served = bounded(Bounds::default());
    let mut stuck = served.connect();
    stuck
        .write_all(b"GET /stories/never HTTP/1.1\r\n\r\n")
        .unwrap();
    drop(served.stop.take());
    served.server.abort();
    assert!(rest(&mut stuck).is_empty());
}

#[test]
fn serving_ends_when_it_is_told_to_before_anyone_came() {
    let served = Served::public(shelf());
    let (_, shelf) = watch::channel(Arc::new(shelf()));
    let public = public_half(shelf, Arc::new(Shelved));
    let ended = within(&served, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        crate::serve::serve(listener, public, ready(())).await
    });
    ended.unwrap();
}
