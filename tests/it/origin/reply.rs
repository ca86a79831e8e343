//! What an origin says, truthfully or not.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzEncoder;

use super::Request;

/// How much of a body is written at a time when neither chunks nor drips say so.
const STEP: usize = 64 << 10;

/// Headers that describe the body and so have no place in a 304.
const OF_THE_BODY: &[&str] = &["Content-Type", "Content-Encoding", "Content-Language"];

/// An answer, built step by step. Unless told otherwise it is well-formed, states its true length and closes.
#[derive(Clone)]
pub struct Reply {
    say: Say,
    head: String,
    headers: Vec<(String, String)>,
    body: Arc<[u8]>,
    framing: Framing,
    conditional: bool,
    cut: Option<usize>,
    drip: Option<(usize, Duration)>,
    hang: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq)]
enum Say {
    /// Head and body.
    Message,
    /// Head, and the body over and over.
    Forever,
    /// The body's bytes and nothing else.
    Raw,
}

#[derive(Clone, Copy)]
enum Framing {
    Length,
    Claimed(u64),
    Chunked(usize),
    UntilClose,
}

impl Reply {
    /// A status and an empty body. Any number and any reason will do.
    pub fn status(status: u16, reason: &str) -> Self {
        Self {
            say: Say::Message,
            head: format!("{status} {reason}"),
            headers: Vec::new(),
            body: Arc::from([]),
            framing: Framing::Length,
            conditional: false,
            cut: None,
            drip: None,
            hang: None,
        }
    }

    pub fn ok(content_type: &str, body: impl AsRef<[u8]>) -> Self {
        Self::status(200, "OK")
            .header("Content-Type", content_type)
            .body(body)
    }

    /// These bytes as they are, without a head, then the end of the connection.
    pub fn raw(bytes: impl AsRef<[u8]>) -> Self {
        let mut reply = Self::status(0, "").body(bytes);
        reply.say = Say::Raw;
        reply
    }

    /// Closes without a byte.
    pub fn hang_up() -> Self {
        Self::raw("")
    }

    /// 200 and a body that repeats until the client has had enough.
    pub fn endless(content_type: &str, pattern: impl AsRef<[u8]>) -> Self {
        let pattern = pattern.as_ref();
        let many = pattern.repeat(STEP / pattern.len().max(1) + 1);
        let mut reply = Self::ok(content_type, many).until_close();
        reply.say = Say::Forever;
        reply
    }

    /// 200 and a small gzip body that unpacks to this many spaces.
    pub fn gzip_bomb(content_type: &str, unpacked: u64) -> Self {
        let spaces = io::repeat(b' ').take(unpacked);
        Self::ok(content_type, packed(spaces)).header("Content-Encoding", "gzip")
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = Arc::from(body.as_ref());
        self
    }

    /// Adds a header, as it is and after those already there: neither name nor value needs to be sane. The headers
    /// that frame the body are the reply's own; see `claim_length`, `chunked`, `until_close` and `raw`.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Packs the body as it is now and says so.
    pub fn gzip(self) -> Self {
        let body = packed(&*self.body);
        self.body(body).header("Content-Encoding", "gzip")
    }

    /// States this length, whatever the body's is.
    pub fn claim_length(mut self, length: u64) -> Self {
        self.framing = Framing::Claimed(length);
        self
    }

    /// Sends chunks of this many bytes and no length.
    pub fn chunked(mut self, size: usize) -> Self {
        self.framing = Framing::Chunked(size);
        self
    }

    /// States no length: the body ends with the connection.
    pub fn until_close(mut self) -> Self {
        self.framing = Framing::UntilClose;
        self
    }

    /// Closes after this many bytes of the body, though the head promised all of it.
    pub fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }

    /// Sends the body in steps of this many bytes with a pause after each: small steps dribble, a long pause stalls.
    pub fn drip(mut self, step: usize, pause: Duration) -> Self {
        self.drip = Some((step, pause));
        self
    }

    /// Says nothing for so long, or until the origin is dropped, which ends the exchange unanswered.
    pub fn hang(mut self, time: Duration) -> Self {
        self.hang = Some(time);
        self
    }

    /// Answers 304 when If-None-Match is this reply's ETag byte for byte; failing that header, when
    /// If-Modified-Since is its Last-Modified byte for byte.
    pub fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// How long to say nothing before `send`.
    pub(super) fn hanging(&self) -> Option<Duration> {
        self.hang
    }

    /// Sends the answer to a request. `pause` waits and says whether to go on.
    pub(super) fn send(
        &self,
        request: Option<&Request>,
        mut to: impl Write,
        pause: impl Fn(Duration) -> bool,
    ) -> io::Result<()> {
        if self.say == Say::Raw {
            return self.send_body(&mut to, pause);
        }
        let is_unchanged = self.conditional && request.is_some_and(|r| self.is_met_by(r));
        let bodiless = is_unchanged || ["204", "304"].iter().any(|s| self.head.starts_with(s));
        to.write_all(self.head(is_unchanged, bodiless).as_bytes())?;
        if bodiless || request.is_some_and(|r| r.method == "HEAD") {
            return Ok(());
        }
        self.send_body(&mut to, pause)
    }

    fn head(&self, is_unchanged: bool, bodiless: bool) -> String {
        let status = if is_unchanged {
            "304 Not Modified"
        } else {
            &self.head
        };
        let mut head = format!("HTTP/1.1 {status}\r\n");
        for (name, value) in &self.headers {
            if !(is_unchanged && OF_THE_BODY.iter().any(|n| n.eq_ignore_ascii_case(name))) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        match self.framing {
            _ if bodiless => {}
            Framing::Length => head.push_str(&format!("Content-Length: {}\r\n", self.body.len())),
            Framing::Claimed(length) => head.push_str(&format!("Content-Length: {length}\r\n")),
            Framing::Chunked(_) => head.push_str("Transfer-Encoding: chunked\r\n"),
            Framing::UntilClose => {}
        }
        head + "Connection: close\r\n\r\n"
    }

    fn is_met_by(&self, request: &Request) -> bool {
        let own = |name: &str| {
            let mine = self
                .headers
                .iter()
                .find(|(n, _)| n.eq_ignore_ascii_case(name));
            mine.map(|(_, value)| value.as_str())
        };
        match request.header("If-None-Match") {
            Some(tag) => own("ETag") == Some(tag),
            None => request
                .header("If-Modified-Since")
                .is_some_and(|date| own("Last-Modified") == Some(date)),
        }
    }

    fn send_body(&self, to: &mut impl Write, pause: impl Fn(Duration) -> bool) -> io::Result<()> {
        let chunk = match self.framing {
            Framing::Chunked(size) if self.say != Say::Raw => Some(size),
            _ => None,
        };
        let step = self
            .drip
            .map(|(step, _)| step)
            .or(chunk)
            .unwrap_or(STEP)
            .max(1);
        let until = self.cut.unwrap_or(usize::MAX);
        let mut sent = 0;
        loop {
            for piece in self.body.chunks(step) {
                let piece = &piece[..piece.len().min(until - sent)];
                if piece.is_empty() {
                    return Ok(());
                }
                match chunk {
                    Some(_) => {
                        write!(to, "{:x}\r\n", piece.len())?;
                        to.write_all(piece)?;
                        to.write_all(b"\r\n")?;
                    }
                    None => to.write_all(piece)?,
                }
                sent += piece.len();
                if self.drip.is_some_and(|(_, time)| !pause(time)) {
                    return Ok(());
                }
            }
            if self.say != Say::Forever || self.body.is_empty() {
                break;
            }
        }
        if chunk.is_some() {
            to.write_all(b"0\r\n\r\n")?;
        }
        Ok(())
    }
}

fn packed(plain: impl Read) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(plain, Compression::best())
        .read_to_end(&mut packed)
        .expect("memory does not fail");
    packed
}
