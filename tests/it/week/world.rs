//! The servers of two hundred publishers: what each answers, and what it notes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

use super::book::{
    Book, DAY, HOUR, KINDS, Kind, Pair, START, document, items, kind, media_type, news,
};
use crate::origin::{Origin, Reply, Request};

pub const SOURCES: usize = 200;

/// Sources at one server.
const AT_A_SERVER: usize = 10;

pub struct World {
    pub clock: AtomicI64,
    servers: Vec<Origin>,
    books: Vec<Mutex<Book>>,
    /// Until when each server is to be left alone, and since when.
    holds: Mutex<Vec<(i64, i64)>>,
    faults: Mutex<Vec<String>>,
}

impl World {
    pub fn start() -> Arc<Self> {
        let count = SOURCES / AT_A_SERVER;
        let world = Arc::new(World {
            clock: AtomicI64::new(START),
            servers: (0..count).map(|_| Origin::start()).collect(),
            books: (0..SOURCES).map(|n| Mutex::new(Book::new(n))).collect(),
            holds: Mutex::new(vec![(0, 0); count]),
            faults: Mutex::default(),
        });
        for n in 0..SOURCES {
            for path in ["", "/a", "/b", "/final"] {
                let told = Arc::downgrade(&world);
                world
                    .server(n)
                    .script(&format!("/s{n}{path}"), move |request, _| {
                        let world = told.upgrade().expect("the world goes on");
                        world.answer(n, path, request)
                    });
            }
        }
        world
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.clock.load(Ordering::SeqCst), 0).expect("in range")
    }

    fn server(&self, n: usize) -> &Origin {
        &self.servers[n / AT_A_SERVER]
    }

    /// The source asked on its behalf: of those of kind `Shared` the first two of a kind share an address.
    fn leader(n: usize) -> usize {
        let step = KINDS.len();
        match kind(n) {
            Kind::Shared if n / step % 2 == 1 => n - step,
            _ => n,
        }
    }

    pub fn id(&self, n: usize) -> String {
        format!("s{n:03}")
    }

    pub fn address(&self, n: usize) -> String {
        let n = World::leader(n);
        self.server(n).url(&format!("/s{n}"))
    }

    /// The books of all that are asked.
    pub fn books(&self) -> Vec<Book> {
        let asked = (0..SOURCES).filter(|n| World::leader(*n) == *n);
        asked
            .map(|n| self.books[n].lock().expect("whole").clone())
            .collect()
    }

    pub fn faults(&self) -> Vec<String> {
        self.faults.lock().expect("whole").clone()
    }

    /// Every article that was said in a document that can be read, by source and id.
    pub fn said(&self) -> BTreeSet<(String, String)> {
        let all = (0..SOURCES).flat_map(|n| {
            let book = self.books[World::leader(n)].lock().expect("whole");
            let said: Vec<String> = book.said.iter().cloned().collect();
            said.into_iter().map(move |id| (format!("s{n:03}"), id))
        });
        all.collect()
    }

    fn fault(&self, n: usize, what: String) {
        let hour = (self.clock.load(Ordering::SeqCst) - START) as f64 / HOUR as f64;
        let line = format!("s{n} ({:?}) after {hour:.3} h: {what}", kind(n));
        self.faults.lock().expect("whole").push(line);
    }

    fn answer(&self, n: usize, path: &'static str, request: &Request) -> Reply {
        let mut book = self.books[n].lock().expect("whole");
        let now = self.clock.load(Ordering::SeqCst);
        self.manners(n, request);
        let pair: Pair = (
            request.header("If-None-Match").map(str::to_owned),
            request.header("If-Modified-Since").map(str::to_owned),
        );
        if book.now != now || book.visits == 0 {
            self.begin(&mut book, path, now);
        }
        let expected = match book.repeats {
            true => (None, None),
            false => book.held.clone(),
        };
        if pair != expected {
            self.fault(
                n,
                format!("{pair:?} and not {expected:?} asked at {path:?}"),
            );
        }
        let delta = request.header("A-IM") == Some("feed");
        if delta != (pair != (None, None)) {
            self.fault(n, "A-IM goes with validators and with nothing else".into());
        }
        book.answers += 1;
        self.reply(&mut book, path, &pair)
    }

    /// F29 to F32: the same words every time, and nothing that tells more.
    fn manners(&self, n: usize, request: &Request) {
        let agent = request.header("User-Agent").unwrap_or_default();
        let about = format!("(1 subscribers; feed-id={})", self.id(n));
        let is_plain = request.method == "GET"
            && !request.target.contains('?')
            && agent.starts_with("headwater/")
            && agent.ends_with(&about)
            && request
                .header("Accept")
                .is_some_and(|a| a.ends_with("*/*;q=0.1"))
            && request.header("Accept-Encoding") == Some("gzip, br, zstd");
        let known = [
            "host",
            "user-agent",
            "accept",
            "accept-encoding",
            "if-none-match",
            "if-modified-since",
            "a-im",
        ];
        let is_discreet = request
            .headers
            .iter()
            .all(|(name, _)| known.contains(&name.to_lowercase().as_str()));
        if !is_plain || !is_discreet {
            self.fault(n, format!("it said {request:?}"));
        }
    }

    fn begin(&self, book: &mut Book, path: &str, now: i64) {
        let n = book.source;
        if now < book.may_ask {
            let early = book.may_ask - now;
            self.fault(n, format!("{early} s early, by {}", book.why));
        }
        let (until, since) = self.holds.lock().expect("whole")[n / AT_A_SERVER];
        if now < until && since < now {
            self.fault(n, format!("{} s early: its server is held", until - now));
        }
        book.now = now;
        book.visits += 1;
        book.unconditional += usize::from(book.held == (None, None));
        book.last_entrance = path.to_owned();
        if path.is_empty() {
            book.old_visits += 1;
            if let Some(since) = book.moved_since {
                book.old_span = now - since;
            }
        }
    }

    fn reply(&self, book: &mut Book, path: &'static str, pair: &Pair) -> Reply {
        let n = book.source;
        let day = (book.now - START) / DAY;
        let to = |status: u16, to: &str| {
            let reply =
                Reply::status(status, "Elsewhere").header("Location", &format!("/s{n}{to}"));
            // None of this is about the document (F5).
            reply
                .header("ETag", "\"hop\"")
                .header("Cache-Control", "max-age=9999999")
        };
        let turn = ["/a", "/b"][book.visits % 2];
        match (book.kind, path) {
            (Kind::Moved, "") if day >= 1 => {
                book.moved_since.get_or_insert(book.now);
                to(301, "/a")
            }
            (Kind::Moved, "/a") => to(308, "/final"),
            (Kind::Flapping, "") => to(301, turn),
            (Kind::Cached | Kind::False304, "") => {
                // The second question goes where the first was answered falsely.
                to(302, turn)
            }
            (Kind::False304, "/b") if *pair != (None, None) && book.issuer != "/b" => {
                book.repeats = true;
                book.refetched += 1;
                Reply::status(304, "Not Modified")
            }
            (Kind::Captive, "") if day == 2 => to(301, "/a"),
            (Kind::Captive, "/a") => self.junk(book, "<!doctype html><title>Log in</title>"),
            (Kind::Cookies, "") => to(307, "/final").header("Set-Cookie", "a=b; Path=/"),
            (Kind::Gone, _) if day >= 2 => {
                let since = *book.gone_since.get_or_insert(book.now);
                let is_confirmed = book.now - since >= DAY;
                book.answered(0);
                book.wait(since + DAY - book.now, "410 is confirmed a day later");
                if is_confirmed {
                    book.wait(10_000 * DAY, "410 was confirmed");
                }
                Reply::status(410, "Gone")
            }
            (Kind::Lost, _) if day >= 2 => self.trouble(book, 404, 0),
            (Kind::Flaky, _) if book.visits.is_multiple_of(3) => self.trouble(book, 500, 0),
            (Kind::Ttl, _) if book.visits.is_multiple_of(5) => self.trouble(book, 502, 0),
            (Kind::MaxAge, _) if book.visits.is_multiple_of(4) => self.trouble(book, 500, 5 * HOUR),
            (Kind::Throttling, _) if book.visits.is_multiple_of(6) => self.throttle(book),
            (Kind::Grumbling, _) if book.visits.is_multiple_of(4) => {
                book.wait(4 * HOUR, "429 or 503 without Retry-After");
                let status = [429, 503][book.visits / 4 % 2];
                let reply = self.trouble(book, status, 0);
                reply.header("Retry-After", "soon")
            }
            (Kind::Cut, _) if book.visits % 2 == 1 => {
                book.failed(0);
                let reply =
                    Reply::ok("application/rss+xml", document(book)).header("ETag", "\"cut\"");
                match book.visits % 4 {
                    1 => reply.cut(300),
                    _ => Reply::hang_up(),
                }
            }
            (Kind::Unasked304, _) if book.visits == 1 => {
                book.failed(0);
                Reply::status(304, "Not Modified").header("ETag", "\"lie\"")
            }
            (Kind::Junk, _) if book.visits % 3 == 2 => self.junk(book, ""),
            (Kind::Junk, _) if book.visits.is_multiple_of(3) => {
                self.junk(book, "<html><body>Parked")
            }
            _ => self.document(book, path, pair),
        }
    }

    fn trouble(&self, book: &mut Book, status: u16, fresh: i64) -> Reply {
        book.failed(fresh);
        let reply = Reply::status(status, "Trouble").header("ETag", "\"trouble\"");
        match fresh {
            0 => reply,
            _ => reply.header("Cache-Control", &format!("max-age={fresh}")),
        }
    }

    fn junk(&self, book: &mut Book, body: &str) -> Reply {
        book.failed(0);
        Reply::ok("text/html", body).header("ETag", "\"junk\"")
    }

    fn throttle(&self, book: &mut Book) -> Reply {
        let round = book.visits / 6;
        let wait = [2 * HOUR, 5 * HOUR, 9 * HOUR][round % 3];
        book.failed(0);
        let until = book.now + wait;
        book.wait(wait, "Retry-After");
        let mut holds = self.holds.lock().expect("whole");
        let hold = &mut holds[book.source / AT_A_SERVER];
        if until > hold.0 {
            *hold = (until, book.now);
        }
        let date = DateTime::from_timestamp(until, 0).expect("in range");
        let value = match round % 2 {
            0 => wait.to_string(),
            _ => date.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        };
        let status = [429, 503][round % 2];
        Reply::status(status, "Later").header("Retry-After", &value)
    }

    /// The document, or word that it is the same, or what is new in it.
    fn document(&self, book: &mut Book, path: &'static str, pair: &Pair) -> Reply {
        let age = book.visits as i64 % 3 * HOUR;
        let (headers, fresh): (Vec<(&str, String)>, i64) = match book.kind {
            Kind::MaxAge => {
                let max = 12 * HOUR;
                let headers = vec![
                    ("Cache-Control", format!("public, Max-Age=\"{max}\"")),
                    ("Age", age.to_string()),
                ];
                (headers, max - age)
            }
            Kind::Expires => {
                let headers = vec![
                    ("Date", "Sun, 06 Nov 1994 08:49:37 GMT".to_string()),
                    ("Expires", "Sun, 06 Nov 1994 12:49:37 GMT".to_string()),
                ];
                (headers, 4 * HOUR)
            }
            // Neither shortens nor lengthens anything (F13).
            Kind::SameTag => (
                vec![("Cache-Control", "no-store, max-age=999999".into())],
                0,
            ),
            _ => (vec![], 0),
        };
        book.repeats = false;
        book.ttl = if book.kind == Kind::Ttl { 3 * HOUR } else { 0 };
        book.succeeded(fresh);
        let now: Pair = match book.kind {
            Kind::Bare | Kind::Junk => (None, None),
            Kind::DateOnly => (None, Some(book.date())),
            Kind::Rotating | Kind::SameTag | Kind::Delta => (Some(book.etag(path)), None),
            _ => (Some(book.etag(path)), Some(book.date())),
        };
        let before = std::mem::replace(&mut book.held, now.clone());
        book.issuer = path.to_owned();
        // Rotating says 304 by what it holds, and gives a new tag all the same.
        let is_same = match book.kind {
            Kind::Rotating => {
                *pair != (None, None) && book.visits.is_multiple_of(2) && !self.has_news(book)
            }
            Kind::SameTag => false,
            _ => *pair != (None, None) && *pair == now,
        };
        let is_delta =
            book.kind == Kind::Delta && *pair != (None, None) && *pair == before && !is_same;
        let mut reply = match (is_same, is_delta) {
            (true, _) => Reply::status(304, "Not Modified"),
            (_, true) => Reply::status(226, "IM Used")
                .header("IM", "feed")
                .body(news(book)),
            _ => Reply::ok(media_type(book.kind), document(book)),
        };
        for (name, value) in headers {
            reply = reply.header(name, &value);
        }
        if let Some(etag) = &now.0 {
            reply = reply.header("ETag", etag);
        }
        if let Some(date) = &now.1 {
            reply = reply.header("Last-Modified", date);
        }
        reply.header("Set-Cookie", "session=1; Path=/")
    }

    fn has_news(&self, book: &Book) -> bool {
        book.said.len() as i64 != items(book.now)
    }
}
