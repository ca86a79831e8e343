//! The web itself: one question, however many hops it takes.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Response};
use tokio::time::timeout;
use tracing::debug;

use super::address::{self, Reach};
use super::body::Decoder;
use super::client::client;
use super::headers;
use super::hosts::{Hosts, Slot, Standing};
use super::places::{Room, timer};
use super::question::{Ask, Body, Failed, Fetch, Got, Seeks};
use super::redirect::{Walk, is_redirect};
use super::trouble;
use crate::ingest::{Answer, Failure};
use crate::link;

/// F35: longest silence in the middle of a body. Half of the default timeout: a server that is silent for so long has forgotten us.
pub(super) const IDLE: Duration = Duration::from_secs(15);

/// The web, asked politely. One per process: it is what knows when a host was last asked (F19).
pub struct Web {
    /// Made when the first question is asked: a system without trusted certificates can still read files, and says what is missing at each source.
    clients: OnceLock<Result<Clients, String>>,
    hosts: Hosts,
}

/// Two clients, because whether private addresses may be reached is decided source by source, and a client's resolver serves all its visits.
struct Clients {
    strict: Client,
    open: Client,
}

impl Web {
    /// `concurrency` is visits at once over all hosts. Connects to nothing yet.
    pub fn new(concurrency: usize) -> Web {
        Web {
            clients: OnceLock::new(),
            hosts: Hosts::new(concurrency),
        }
    }

    fn clients(&self) -> Result<&Clients, Failure> {
        let made = self.clients.get_or_init(|| {
            let client = |reach| client(reach).map_err(|error| trouble::root(&error));
            Ok(Clients {
                strict: client(Reach::Public)?,
                open: client(Reach::Anywhere)?,
            })
        });
        made.as_ref().map_err(|reason| {
            Failure::Connect(format!(
                "{reason}; is the system's set of trusted certificates (ca-certificates) installed?"
            ))
        })
    }

    /// Asks at where the walk is, in turn (F19), with at most one retry in the whole visit when no connection came about (F20).
    /// With a form it posts that, and says nothing of documents (W3).
    pub(super) async fn hop(
        &self,
        ask: &Ask,
        walk: &Walk,
        patience: &mut Patience,
        form: Option<&str>,
    ) -> Result<(Response, Slot), Failure> {
        let clients = self.clients()?;
        let (client, reach) = if ask.manners.allow_private_addresses {
            (&clients.open, Reach::Anywhere)
        } else {
            (&clients.strict, Reach::Public)
        };
        address::check(walk.at(), reach)
            .map_err(|unreachable| trouble::no_address(&unreachable).failure)?;
        let host = walk
            .at()
            .host_str()
            .unwrap_or_default()
            .trim_end_matches('.');
        let server = link::server(walk.at()).unwrap_or_default();
        let queued = self.hosts.told_off(&server);
        loop {
            let mut slot = self
                .hosts
                .enter(host, ask.manners.per_host, ask.manners.host_interval)
                .await;
            if self.hosts.told_off(&server) != queued {
                return Err(Failure::Held(server));
            }
            // The URL's userinfo becomes `Authorization` in here, and leaves the URL (F38).
            let request = match form {
                None => client.get(walk.at().clone()).headers(headers::asking(ask)),
                Some(form) => client
                    .post(walk.at().clone())
                    .headers(headers::posting(ask))
                    .body(form.to_owned()),
            };
            let trouble = match slot.keep(patience.with(request.send())).await {
                None => return Err(Failure::Timeout(ask.manners.timeout)),
                Some(Ok(response)) => {
                    self.heed(&response, walk);
                    return Ok((response, slot));
                }
                Some(Err(error)) => trouble::asking(&error, host),
            };
            if !trouble.passing || std::mem::replace(&mut patience.retried, true) {
                return Err(trouble.failure);
            }
            debug!(url = walk.shown(), failure = %trouble.failure, "trying once more");
        }
    }

    /// Makes something of the answer at the end of the walk.
    async fn take(
        &self,
        mut response: Response,
        ask: &Ask,
        mut answer: Answer,
        patience: &mut Patience,
    ) -> Result<Got, Failed> {
        let headers = std::mem::take(response.headers_mut());
        headers::note(&mut answer, &headers);
        let stranger = headers::not_a_page(&headers).filter(|_| ask.seeks == Seeks::Page);
        let mut room = Room::default();
        let body = match answer.status {
            200 | 203 if stranger.is_some() => Err(Failure::NotAPage(stranger.unwrap_or_default())),
            // 203 is a 200 that a proxy has touched (RFC 9110 §15.3.4). The other successes are no documents: a 206 was not asked for.
            200 | 203 => self
                .read(
                    response,
                    ask,
                    &headers,
                    &mut answer.bytes,
                    patience,
                    &mut room,
                )
                .await
                .map(Body::Bytes),
            226 if headers::is_feed_delta(ask, &headers) => self
                .read(
                    response,
                    ask,
                    &headers,
                    &mut answer.bytes,
                    patience,
                    &mut room,
                )
                .await
                .map(Body::Delta),
            304 if ask.validators.is_empty() => Err(Failure::Unasked304),
            304 => Ok(Body::NotModified),
            status => Err(Failure::Status(status)),
        };
        match body {
            Ok(body) => Ok(Got {
                validators: headers::validators(&headers),
                content_type: headers::first(&headers, header::CONTENT_TYPE),
                content_language: headers::joined(&headers, header::CONTENT_LANGUAGE),
                links: headers::lines(&headers, header::LINK),
                body,
                room,
                answer,
            }),
            Err(failure) => Err(Failed {
                failure,
                answer: Some(answer),
            }),
        }
    }

    /// Reads the body to its end, unpacking on the way. `wire` counts along, so that a failure too can say how much came.
    async fn read(
        &self,
        mut response: Response,
        ask: &Ask,
        headers: &HeaderMap,
        wire: &mut u64,
        patience: &mut Patience,
        room: &mut Room,
    ) -> Result<Vec<u8>, Failure> {
        let max = ask.manners.max_bytes;
        if response.content_length().is_some_and(|length| length > max) {
            return Err(Failure::TooLarge(max));
        }
        let mut decoder = Decoder::new(
            headers::joined(headers, header::CONTENT_ENCODING).as_deref(),
            max,
        )?;
        let chunks = async {
            loop {
                match timeout(IDLE, response.chunk()).await {
                    Err(_) => {
                        return Err(Failure::Cut(format!(
                            "nothing came for {} s",
                            IDLE.as_secs()
                        )));
                    }
                    Ok(Err(error)) => return Err(trouble::reading(&error)),
                    Ok(Ok(None)) => return Ok(()),
                    Ok(Ok(Some(chunk))) => decoder.push(&chunk)?,
                }
                self.hosts.room(decoder.size(), room).await;
            }
        };
        let read = patience.with(chunks).await;
        *wire = decoder.wire();
        read.ok_or(Failure::Timeout(ask.manners.timeout))??;
        decoder.finish()
    }
}

impl Web {
    /// Who only waits now.
    pub fn standing(&self) -> Standing {
        self.hosts.standing()
    }

    /// Those who wait for their turn at a server that has just asked for patience turn back (F14).
    fn heed(&self, response: &Response, walk: &Walk) {
        let is_told_off = matches!(response.status().as_u16(), 429 | 503);
        if is_told_off && headers::says_when(response.headers()) {
            self.hosts
                .tell_off(link::server(walk.at()).unwrap_or_default());
        }
    }
}

impl Fetch for Web {
    fn waiting(&self) -> usize {
        self.hosts.waiting()
    }

    async fn fetch(&self, ask: &Ask) -> Result<Got, Failed> {
        let fail = |answer: Option<Answer>| move |failure| Failed { failure, answer };
        let mut walk = Walk::start(&ask.url).map_err(fail(None))?;
        let mut patience = Patience::new(ask.manners.timeout);
        let mut before = None;
        loop {
            let (response, mut slot) = self
                .hop(ask, &walk, &mut patience, None)
                .await
                .map_err(fail(before.clone()))?;
            walk.reached(response.remote_addr());
            let (status, here) = (response.status().as_u16(), walk.shown());
            if !is_redirect(status) {
                let taking = self.take(response, ask, walk.answer(status, here), &mut patience);
                return slot.keep(taking).await;
            }
            let location = response
                .headers()
                .get(header::LOCATION)
                .map(|value| value.as_bytes());
            let step = walk.step(status, location);
            debug!(from = here, to = walk.shown(), status, "redirected");
            let answer = walk.answer(status, here);
            step.map_err(fail(Some(answer.clone())))?;
            before = Some(answer);
        }
    }
}

/// What is left of a visit's time, and of its tries. Waiting for one's turn at a host costs none of it: the more sources a host has, the longer the
/// last of them waits.
pub(super) struct Patience {
    left: Duration,
    retried: bool,
}

impl Patience {
    pub(super) fn new(left: Duration) -> Patience {
        let retried = false;
        Patience { left, retried }
    }

    /// Works for as long as patience lasts. `None`: it ended first.
    pub(super) async fn with<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let started = timer();
        let done = timeout(self.left, work).await;
        self.left = self.left.saturating_sub(started.elapsed());
        done.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Validators;
    use crate::ingest::fetch::client::{scripted, scripted_twice};
    use crate::ingest::fetch::origin::{Heard, Origin};
    use crate::ingest::visit::Hop;
    use crate::source::Manners;
    use std::io::Write;
    use url::Url;

    const NEVER: Duration = Duration::from_secs(1 << 40);

    /// A visit to somewhere that is ours.
    fn ask(url: Url) -> Ask {
        let manners = Manners {
            host_interval: Duration::ZERO,
            allow_private_addresses: true,
            timeout: Duration::from_secs(20),
            ..Manners::default()
        };
        Ask {
            url,
            validators: Validators::default(),
            manners,
            feed_id: "desk".into(),
            subscribers: 0,
            seeks: Seeks::Feed,
        }
    }

    fn web() -> Web {
        Web::new(8)
    }

    /// A web in which `a.example` and `b.example` are public and live at the origin.
    fn web_with(origin: &Origin) -> Web {
        let names = [("a.example", origin.address), ("b.example", origin.address)];
        let clients = Clients {
            strict: scripted(Reach::Public, &names),
            open: scripted(Reach::Anywhere, &names),
        };
        Web {
            clients: OnceLock::from(Ok(clients)),
            hosts: Hosts::new(8),
        }
    }

    fn at(origin: &Origin, host: &str, path: &str) -> Url {
        Url::parse(&format!("http://{host}:{}{path}", origin.address.port())).unwrap()
    }

    fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
        let mut out = format!(
            "HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        out.extend_from_slice(body);
        out
    }

    fn status(line: &str, headers: &str) -> Vec<u8> {
        format!("HTTP/1.1 {line}\r\n{headers}Content-Length: 0\r\n\r\n").into_bytes()
    }

    async fn failure(web: &Web, ask: &Ask) -> Failure {
        web.fetch(ask).await.unwrap_err().failure
    }

    #[tokio::test]
    async fn f1_f2_validators_go_and_come_byte_for_byte() {
        let origin = Origin::start(|_| {
            b"HTTP/1.1 200 OK\r\nETag: W/\"c,\xe9 d\"\r\nLast-Modified: Foo, 31 Feb 2025\r\nContent-Length: 6\r\n\r\n<rss/>".to_vec()
        });
        let mut asking = ask(origin.url("/feed?x=1"));
        asking.validators = Validators {
            etag: Some(b"W/\"a,b\"".to_vec()),
            last_modified: Some(b"yesterday; \xe9 junk".to_vec()),
        };
        let got = web().fetch(&asking).await.unwrap();
        assert_eq!(got.validators.etag.as_deref(), Some(&b"W/\"c,\xe9 d\""[..]));
        assert_eq!(
            got.validators.last_modified.as_deref(),
            Some(&b"Foo, 31 Feb 2025"[..])
        );
        assert_eq!(got.body, Body::Bytes(b"<rss/>".to_vec()));
        assert_eq!((got.answer.status, got.answer.bytes), (200, 6));
        let heard = origin.heard();
        assert_eq!(heard.len(), 1, "F32: one request");
        assert_eq!(heard[0].header("if-none-match"), Some("W/\"a,b\""));
        assert_eq!(
            heard[0].header("if-modified-since"),
            Some("yesterday; \u{e9} junk")
        );
    }

    #[tokio::test]
    async fn f29_f30_f31_f33_what_a_request_says_and_does_not() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/feed?x=1" => status("302 Found", "Location: /there?y=2\r\nSet-Cookie: a=b\r\n"),
            _ => ok("Set-Cookie: c=d\r\n", b"x"),
        });
        let web = web();
        for _ in 0..2 {
            web.fetch(&ask(origin.url("/feed?x=1"))).await.unwrap();
        }
        let heard = origin.heard();
        assert_eq!(
            heard.iter().map(Heard::path).collect::<Vec<_>>(),
            ["/feed?x=1", "/there?y=2", "/feed?x=1", "/there?y=2"]
        );
        for request in heard {
            assert!(request.head.starts_with("GET "));
            let mut names: Vec<_> = request
                .head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "))
                .map(|(name, _)| name.to_lowercase())
                .collect();
            names.sort_unstable();
            assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
            assert_eq!(
                request.header("user-agent"),
                Some(concat!(
                    "headwater/",
                    env!("CARGO_PKG_VERSION"),
                    " (feed-id=desk)"
                ))
            );
        }
    }

    #[tokio::test]
    async fn f34_a_name_with_two_kinds_of_addresses_is_reached_by_the_one_that_answers() {
        let origin = Origin::start(|_| ok("", b"x"));
        let port = origin.address.port();
        let six = std::net::SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port));
        for addresses in [[six, origin.address], [origin.address, six]] {
            let client = || scripted_twice("a.example", &addresses);
            let web = Web {
                clients: OnceLock::from(Ok(Clients {
                    strict: client(),
                    open: client(),
                })),
                hosts: Hosts::new(8),
            };
            let got = web.fetch(&ask(at(&origin, "a.example", "/"))).await;
            assert_eq!(got.unwrap().body, Body::Bytes(b"x".to_vec()));
        }
    }

    #[tokio::test]
    async fn f14_who_waited_behind_a_429_turns_back_unasked() {
        let origin = Origin::start(|_| status("429 Slowly", "Retry-After: 60\r\n"));
        let web = web();
        let mut asking = ask(origin.url("/a"));
        asking.manners.per_host = 1;
        let (first, second) = tokio::join!(web.fetch(&asking), web.fetch(&asking));
        let failures = [first, second].map(|got| got.unwrap_err().failure);
        let server = format!("127.0.0.1:{}", origin.address.port());
        assert_eq!(failures, [Failure::Status(429), Failure::Held(server)]);
        assert_eq!(origin.heard().len(), 1);
        // Who comes later has been let in by whoever keeps the hold.
        assert_eq!(failure(&web, &asking).await, Failure::Status(429));
    }

    #[tokio::test]
    async fn f21_f5_redirects_are_recorded_and_give_no_validators() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/1" => status(
                "301 Moved",
                "Location: /2\r\nETag: \"hop\"\r\nLast-Modified: hop\r\nCache-Control: max-age=31536000\r\n",
            ),
            "/2" => status("308 Moved", "Location: /3\r\n"),
            "/3" => status("307 Moved", "Location: /4\r\n"),
            "/4" => ok(
                "Cache-Control: max-age=60\r\nAge: 7\r\nExpires: 0\r\nDate: now\r\nLink: <a>; rel=b\r\nLink: <c>; rel=d\r\n",
                b"x",
            ),
            "/lost" => status(
                "301 Moved",
                "Location: ftp://x.example/\r\nCache-Control: max-age=31536000\r\n",
            ),
            _ => status("302 Found", "Location: /round\r\n"),
        });
        let web = web();
        let got = web.fetch(&ask(origin.url("/1#top"))).await.unwrap();
        assert_eq!(got.validators, Validators::default());
        assert_eq!(got.answer.url, origin.url("/4").as_str());
        assert_eq!(
            got.answer.permanent.as_deref(),
            Some(origin.url("/3").as_str())
        );
        let hop = |status, path| Hop {
            status,
            to: origin.url(path).into(),
        };
        assert_eq!(
            got.answer.hops,
            [hop(301, "/2"), hop(308, "/3"), hop(307, "/4")]
        );
        assert_eq!(got.answer.cache_control.as_deref(), Some("max-age=60"));
        assert_eq!(
            (
                got.answer.age.as_deref(),
                got.answer.expires.as_deref(),
                got.answer.date.as_deref()
            ),
            (Some("7"), Some("0"), Some("now"))
        );
        assert_eq!(got.links, ["<a>; rel=b", "<c>; rel=d"]);

        let lost = web.fetch(&ask(origin.url("/lost"))).await.unwrap_err();
        assert_eq!(
            lost.failure,
            Failure::BadRedirect("ftp://x.example/".into())
        );
        let answer = lost.answer.unwrap();
        assert_eq!(
            (answer.status, answer.cache_control),
            (301, None),
            "a redirect's freshness is not the document's"
        );
        assert!(matches!(
            failure(&web, &ask(origin.url("/round"))).await,
            Failure::RedirectLoop(_)
        ));
    }

    #[tokio::test]
    async fn f5_f10_f14_failures_keep_the_answer_and_no_validators() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/429" => status(
                "429 Slow Down",
                "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"no\"\r\nCache-Control: max-age=99\r\n",
            ),
            "/304" => status("304 Not Modified", "ETag: \"new\"\r\n"),
            "/206" => status("206 Partial Content", "ETag: \"no\"\r\n"),
            "/226" => status("226 IM Used", "IM: feed\r\n"),
            _ => status("410 Gone", ""),
        });
        let web = web();
        let failed = web.fetch(&ask(origin.url("/429"))).await.unwrap_err();
        assert_eq!(failed.failure, Failure::Status(429));
        let answer = failed.answer.unwrap();
        assert_eq!(
            answer.retry_after.as_deref(),
            Some("Sun, 06 Nov 1994 08:49:37 GMT")
        );
        assert_eq!(answer.cache_control.as_deref(), Some("max-age=99"));
        for code in [206, 226, 410] {
            assert_eq!(
                failure(&web, &ask(origin.url(&format!("/{code}")))).await,
                Failure::Status(code)
            );
        }
        assert_eq!(
            failure(&web, &ask(origin.url("/304"))).await,
            Failure::Unasked304
        );
        let mut conditional = ask(origin.url("/304"));
        conditional.validators.etag = Some(b"\"old\"".to_vec());
        let got = web.fetch(&conditional).await.unwrap();
        assert_eq!(
            (got.body, got.validators.etag.as_deref()),
            (Body::NotModified, Some(&b"\"new\""[..])),
            "F6"
        );
    }

    #[tokio::test]
    async fn f37_private_addresses_are_refused_unless_allowed() {
        let origin = Origin::start(|_| ok("", b"secret"));
        let web = web();
        let port = origin.address.port();
        for host in [
            "127.0.0.1",
            "localhost",
            "LOCALHOST",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "127.1",
            "0x7f.1",
            "0",
            "[::1]",
            "169.254.169.254",
        ] {
            let mut asking = ask(Url::parse(&format!("http://{host}:{port}/")).unwrap());
            asking.manners.allow_private_addresses = false;
            let failed = web.fetch(&asking).await.unwrap_err();
            assert!(
                matches!(failed.failure, Failure::PrivateAddress(_)),
                "{host}: {failed}"
            );
        }
        assert_eq!(origin.heard().len(), 0);
        assert!(web.fetch(&ask(at(&origin, "localhost", "/"))).await.is_ok());
        assert!(web.fetch(&ask(at(&origin, "127.1", "/"))).await.is_ok());
    }

    #[tokio::test]
    async fn f37_redirects_from_public_to_private_are_refused() {
        let origin = Origin::start(|heard: &Heard| {
            let port = heard
                .header("host")
                .and_then(|host| host.split_once(':'))
                .map(|(_, port)| port.to_owned())
                .unwrap();
            match heard.path() {
                "/ok" => ok("", b"x"),
                path => status(
                    "302 Found",
                    &format!(
                        "Location: http://{}:{port}/ok\r\n",
                        path.trim_start_matches('/')
                    ),
                ),
            }
        });
        let web = web_with(&origin);
        for target in [
            "127.0.0.1",
            "localhost",
            "2130706433",
            "[::ffff:127.0.0.1]",
            "b.example",
        ] {
            let mut asking = ask(at(&origin, "a.example", &format!("/{target}")));
            asking.manners.allow_private_addresses = false;
            match web.fetch(&asking).await {
                Ok(got) => assert_eq!((target, got.answer.status), ("b.example", 200)),
                Err(failed) => {
                    assert!(
                        matches!(failed.failure, Failure::PrivateAddress(_)),
                        "{target}: {failed}"
                    );
                    assert_eq!(
                        failed.answer.unwrap().hops.len(),
                        1,
                        "the operator can see how it came there"
                    );
                }
            }
        }
        assert_eq!(
            origin
                .heard()
                .iter()
                .filter(|heard| heard.path() == "/ok")
                .count(),
            1
        );
    }

    #[tokio::test]
    async fn f38_credentials_are_sent_home_only_and_never_shown() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/1" => status("301 Moved", "Location: /2\r\n"),
            "/2" => {
                let port = heard
                    .header("host")
                    .and_then(|host| host.split_once(':'))
                    .map(|(_, port)| port.to_owned())
                    .unwrap();
                status(
                    "302 Found",
                    &format!("Location: http://b.example:{port}/3\r\n"),
                )
            }
            _ => status("401 Unauthorized", ""),
        });
        let mut url = at(&origin, "a.example", "/1");
        url.set_username("me").unwrap();
        url.set_password(Some("open sesame")).unwrap();
        let asking = ask(url);
        let failed = web_with(&origin).fetch(&asking).await.unwrap_err();
        let sent: Vec<_> = origin
            .heard()
            .iter()
            .map(|heard| heard.header("authorization").map(str::to_owned))
            .collect();
        let basic = Some("Basic bWU6b3BlbiBzZXNhbWU=".to_owned());
        assert_eq!(sent, [basic.clone(), basic, None]);
        assert!(!format!("{failed:?} {failed} {asking:?}").contains("sesame"));
    }

    #[tokio::test]
    async fn f36_large_bodies_and_bombs_are_not_kept() {
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        bomb.write_all(&vec![0; 8 << 20]).unwrap();
        let bomb = bomb.finish().unwrap();
        let origin = Origin::start(move |heard: &Heard| match heard.path() {
            "/declared" => ok("", &[b'x'; 2000]),
            "/endless" => [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 2000]].concat(),
            "/packed" => ok("Content-Encoding: gzip\r\n", &bomb),
            _ => ok("", &bomb),
        });
        let web = web();
        for path in ["/declared", "/endless"] {
            let mut asking = ask(origin.url(path));
            asking.manners.max_bytes = 1000;
            assert_eq!(
                failure(&web, &asking).await,
                Failure::TooLarge(1000),
                "{path}"
            );
            asking.manners.max_bytes = 2000;
            assert!(web.fetch(&asking).await.is_ok(), "{path}");
        }
        for path in ["/packed", "/undeclared"] {
            let failed = web.fetch(&ask(origin.url(path))).await.unwrap_err();
            assert_eq!(failed.failure, Failure::Expansion(200), "{path}");
            assert_eq!(failed.answer.unwrap().status, 200);
        }
    }

    #[tokio::test]
    async fn f27_bodies_that_are_cut_off_are_failures() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/length" => {
                b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"x\"\r\n\r\n<rss>".to_vec()
            }
            "/chunked" => {
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n".to_vec()
            }
            "/gzip" => ok(
                "Content-Encoding: gzip\r\n",
                &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb],
            ),
            "/chunks" => {
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n0\r\n\r\n"
                    .to_vec()
            }
            "/empty" => ok("", b""),
            "/silent" => Vec::new(),
            _ => b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec(),
        });
        let web = web();
        for path in ["/length", "/chunked", "/gzip"] {
            let failed = web.fetch(&ask(origin.url(path))).await.unwrap_err();
            assert!(
                matches!(failed.failure, Failure::Cut(_)),
                "{path}: {failed}"
            );
            assert!(
                failed.answer.is_some_and(|answer| answer.bytes > 0),
                "{path}"
            );
        }
        assert_eq!(
            web.fetch(&ask(origin.url("/chunks"))).await.unwrap().body,
            Body::Bytes(b"<rss>".to_vec())
        );
        assert_eq!(
            web.fetch(&ask(origin.url("/empty"))).await.unwrap().body,
            Body::Bytes(Vec::new()),
            "for the reader to judge"
        );
        assert!(matches!(
            failure(&web, &ask(origin.url("/silent"))).await,
            Failure::Cut(_)
        ));
        let noise = failure(&web, &ask(origin.url("/noise"))).await;
        assert!(matches!(noise, Failure::Protocol(_)), "{noise}");
        assert_eq!(
            origin.heard().len(),
            7,
            "F20: nothing that was heard is asked again"
        );
    }

    #[tokio::test]
    async fn f35_whoever_stalls_is_left() {
        let origin = Origin::start_and_stall(|heard: &Heard| match heard.path() {
            "/head" => Vec::new(),
            _ => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nCache-Control: max-age=5\r\n\r\n<rss>"
                .to_vec(),
        });
        let web = web();
        for (path, answered) in [("/head", false), ("/body", true)] {
            let mut asking = ask(origin.url(path));
            asking.manners.timeout = Duration::from_millis(300);
            let failed = web.fetch(&asking).await.unwrap_err();
            assert_eq!(
                failed.failure,
                Failure::Timeout(asking.manners.timeout),
                "{path}"
            );
            assert_eq!(
                failed.answer.is_some_and(|answer| answer.bytes == 5),
                answered,
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn f20_a_refused_connection_takes_one_more_turn_and_is_told_in_plain_words() {
        // A port that was free a moment ago.
        let closed = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut asking = ask(Url::parse(&format!("http://me:secret@{closed}/")).unwrap());
        let failed = web().fetch(&asking).await.unwrap_err();
        assert_eq!(failed.to_string(), "could not connect: connection refused");
        assert_eq!(failed.answer, None);
        asking.manners.host_interval = NEVER;
        assert!(
            timeout(Duration::from_millis(300), web().fetch(&asking))
                .await
                .is_err(),
            "the second try waits for its turn"
        );
    }

    #[tokio::test]
    async fn f34_tls_offers_http2_and_1_1_and_never_falls_back_to_plain() {
        let origin = Origin::start(|_| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
        let mut url = at(&origin, "localhost", "/");
        url.set_scheme("https").unwrap();
        let failed = web().fetch(&ask(url)).await.unwrap_err();
        assert_eq!(
            failed.to_string(),
            "could not connect: the server does not speak TLS at this port"
        );
        let hello = &origin.heard()[0].head;
        assert!(hello.contains("\u{2}h2\u{8}http/1.1"), "ALPN, HTTP/2 first");
        assert_eq!(origin.heard().len(), 1);
    }

    #[tokio::test]
    async fn f19_redirect_hops_take_a_turn_at_their_host() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/1" => status("302 Found", "Location: /2\r\n"),
            _ => ok("", b"x"),
        });
        let web = web();
        let mut asking = ask(origin.url("/1"));
        asking.manners.host_interval = NEVER;
        let waits = timeout(Duration::from_millis(300), web.fetch(&asking)).await;
        assert!(waits.is_err(), "the second hop waits for its time");
        assert_eq!(origin.heard().len(), 1);
    }
}
