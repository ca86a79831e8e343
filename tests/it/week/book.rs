//! Publishers of every kind, and the book each keeps of one reader.

use std::collections::BTreeSet;

pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 24 * HOUR;

/// Monday, 5 January 2026.
pub const START: i64 = 1_767_571_200;

/// How publishers behave. Each source is of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ETag and Last-Modified, both opaque and odd; 304 when they come back.
    Plain,
    /// A new ETag with every answer, whatever it holds, 304 included.
    Rotating,
    /// Last-Modified only, on a weekday that was none.
    DateOnly,
    /// No validators at all.
    Bare,
    /// max-age of up to half a day, less Age, on 200, 304 and 500.
    MaxAge,
    /// Expires less Date, on a clock that is years off.
    Expires,
    /// 429 or 503 with Retry-After in seconds or as a date, for its whole server.
    Throttling,
    /// 429 and 503 without a word of when.
    Grumbling,
    /// 301 and 308 to a new home, from the second day on.
    Moved,
    /// 301 to one of two homes in turn.
    Flapping,
    /// 302, to one of two caches in turn, each with validators of its own.
    Cached,
    /// The same, and the second says 304 to whatever it is asked.
    False304,
    /// 301 to a login page for a day.
    Captive,
    /// 410 from the third day on.
    Gone,
    /// 404 from the third day on.
    Lost,
    /// 500 every third time.
    Flaky,
    /// Closes the connection, or stops in the middle of the body, every other time from the first.
    Cut,
    /// 304 to the first request.
    Unasked304,
    /// The same ETag whatever it holds, and never a 304.
    SameTag,
    /// No validators, and a page or nothing under 200 every third time, with validators.
    Junk,
    /// UTF-8 that calls itself Latin-1.
    WrongCharset,
    /// RSS ttl of three hours; 500 now and then.
    Ttl,
    /// 226 with what is new.
    Delta,
    /// Cookies with everything, by way of another path.
    Cookies,
    /// Two sources with this one's address.
    Shared,
}

pub const KINDS: [Kind; 25] = [
    Kind::Plain,
    Kind::Rotating,
    Kind::DateOnly,
    Kind::Bare,
    Kind::MaxAge,
    Kind::Expires,
    Kind::Throttling,
    Kind::Grumbling,
    Kind::Moved,
    Kind::Flapping,
    Kind::Cached,
    Kind::False304,
    Kind::Captive,
    Kind::Gone,
    Kind::Lost,
    Kind::Flaky,
    Kind::Cut,
    Kind::Unasked304,
    Kind::SameTag,
    Kind::Junk,
    Kind::WrongCharset,
    Kind::Ttl,
    Kind::Delta,
    Kind::Cookies,
    Kind::Shared,
];

/// If-None-Match and If-Modified-Since.
pub type Pair = (Option<String>, Option<String>);

/// What a publisher knows of its reader.
#[derive(Clone, Debug)]
pub struct Book {
    pub source: usize,
    pub kind: Kind,
    pub visits: usize,
    /// Visits that began without a condition.
    pub unconditional: usize,
    /// Requests repeated without conditions (F7).
    pub refetched: usize,
    /// Visits that could read nothing.
    pub unread: usize,
    /// Visits to the address in feeds.toml, and the time from the first of them that was redirected to the last.
    pub old_visits: usize,
    pub old_span: i64,
    pub moved_since: Option<i64>,
    pub last_entrance: String,
    pub now: i64,
    /// Not before this, for this reason.
    pub may_ask: i64,
    pub why: &'static str,
    /// What the reader holds, and the path that gave it.
    pub held: Pair,
    pub issuer: String,
    pub repeats: bool,
    pub failures: u32,
    pub gone_since: Option<i64>,
    pub ttl: i64,
    /// How many answers were given.
    pub answers: usize,
    pub said: BTreeSet<String>,
}

impl Book {
    pub fn new(source: usize) -> Self {
        Book {
            source,
            kind: kind(source),
            visits: 0,
            unconditional: 0,
            refetched: 0,
            unread: 0,
            old_visits: 0,
            old_span: 0,
            moved_since: None,
            last_entrance: String::new(),
            now: 0,
            may_ask: 0,
            why: "",
            held: (None, None),
            issuer: String::new(),
            repeats: false,
            failures: 0,
            gone_since: None,
            ttl: 0,
            answers: 0,
            said: BTreeSet::new(),
        }
    }

    /// Visits in a week that a reader has to make at least, though it be polite.
    pub fn expected(&self) -> usize {
        match self.kind {
            Kind::Gone | Kind::Lost | Kind::Captive | Kind::Cut | Kind::Grumbling => 6,
            _ => 10,
        }
    }

    pub fn wait(&mut self, seconds: i64, why: &'static str) {
        if self.now + seconds > self.may_ask {
            (self.may_ask, self.why) = (self.now + seconds, why);
        }
    }

    /// What holds after whatever was answered (F11).
    pub fn answered(&mut self, fresh: i64) {
        self.wait(HOUR, "min_interval");
        self.wait(self.ttl, "ttl");
        self.wait(fresh, "freshness");
    }

    pub fn succeeded(&mut self, fresh: i64) {
        self.failures = 0;
        self.answered(fresh);
    }

    pub fn failed(&mut self, fresh: i64) {
        self.unread += 1;
        self.failures += 1;
        let doubled = HOUR << (self.failures - 1).min(10);
        self.wait(doubled.min(7 * DAY), "backoff");
        self.answered(fresh);
    }

    pub fn etag(&self, path: &str) -> String {
        match self.kind {
            Kind::Rotating => format!("W/\"r,{}\"", self.answers),
            Kind::SameTag => "\"always\"".into(),
            _ => format!("unquoted-{path}-{}-gzip", items(self.now)),
        }
    }

    pub fn date(&self) -> String {
        format!("Foo, 31 Feb 2026 {:02}:99:00 GMT", items(self.now))
    }
}

pub fn kind(source: usize) -> Kind {
    KINDS[source % KINDS.len()]
}

/// How many articles every publisher has by then.
pub fn items(now: i64) -> i64 {
    3 + (now - START) / (7 * HOUR)
}

pub fn media_type(kind: Kind) -> &'static str {
    match kind {
        Kind::WrongCharset => "application/rss+xml; charset=iso-8859-1",
        _ => "application/rss+xml",
    }
}

/// All articles there are; where the reader can have them, they count as said.
pub fn document(book: &mut Book) -> String {
    let cut = book.kind == Kind::Cut && book.visits % 2 == 1;
    let ids: Vec<String> = (0..items(book.now))
        .map(|item| format!("{}-{item}", book.source))
        .collect();
    if !cut {
        book.said.extend(ids.iter().cloned());
    }
    channel(book, &ids)
}

/// The articles the reader has not had.
pub fn news(book: &mut Book) -> String {
    let all = (0..items(book.now)).map(|item| format!("{}-{item}", book.source));
    let new: Vec<String> = all.filter(|id| !book.said.contains(id)).collect();
    book.said.extend(new.iter().cloned());
    channel(book, &new)
}

fn channel(book: &Book, ids: &[String]) -> String {
    let item = |id: &String| {
        format!(
            "<item><title>Nr {id}</title><link>https://p{0}.example/{id}</link><guid isPermaLink=\"false\">{id}</guid><description>Ä word on {id}.</description></item>",
            book.source
        )
    };
    let ttl = match book.kind {
        Kind::Ttl => "<ttl>180</ttl>",
        _ => "",
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>P{0}</title><link>https://p{0}.example/</link>\
         <description>d</description>{ttl}{1}</channel></rss>",
        book.source,
        ids.iter().map(item).collect::<String>()
    )
}
