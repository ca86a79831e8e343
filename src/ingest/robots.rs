//! robots.txt: whether a page may be fetched that nobody subscribed to (F39, RFC 9309).
//!
//! For articles, never for sources: a source is asked because its operator subscribed to it, as with any feed reader. This is the only door to the
//! crate that reads the rules.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync;
use url::Url;

use super::fetch::{Ask, Body, Failed, Fetch, Seeks};
use super::visit::{Answer, Failure, Validators};
use crate::source::Manners;

/// The name by which rules speak of us: the product in our User-Agent.
const NAME: &str = "headwater";

/// How long an answer holds: as long as RFC 9309 §2.4 allows.
const HOLDS: TimeDelta = TimeDelta::hours(24);

/// How long a server that could not say is taken to forbid everything: asking it before every article would be the opposite of polite.
const SILENCE_HOLDS: TimeDelta = TimeDelta::hours(1);

/// Largest robots.txt taken, in bytes. Its first 500 KiB are read (RFC 9309 §2.5), as the crate does; four times that is no robots.txt.
const LARGEST: u64 = 2 << 20;

/// Most redirects after which an answer still counts (RFC 9309 §2.3.1.2).
const HOPS: usize = 5;

/// Most origins remembered. Rules are kept for one reader only and are a few kilobytes; a reader of a thousand sources meets some hundreds of origins.
const REMEMBERED: usize = 2048;

/// What an origin says of an address.
#[derive(Clone, Debug, PartialEq)]
pub enum Permission {
    Allowed,
    /// By a rule of its robots.txt.
    Disallowed,
    /// It could not say, and so nothing there may be fetched for now; why, and what it answered if it was asked just now: it may have asked for
    /// patience (F14).
    Unknown(String, Option<Box<Answer>>),
    /// It was not asked: turned back on the way by an answer to somebody else (F14).
    TurnedBack(Failure),
}

/// The rules of origins, as they were said last. Asks each origin once a day at most, and once an hour while it cannot say.
#[derive(Default)]
pub struct Robots {
    origins: Mutex<HashMap<String, Origin>>,
}

/// Held while the origin is asked, so that those who wait get the one answer.
type Origin = Arc<sync::Mutex<Option<Said>>>;

struct Said {
    rules: Rules,
    until: DateTime<Utc>,
}

enum Rules {
    Read(robotxt::Robots),
    Silent(String),
}

impl Robots {
    pub fn new() -> Self {
        Robots::default()
    }

    /// Whether `url` may be fetched, asking its origin when what is known is older than a day. The question has the `manners` that the fetch itself
    /// would have; credentials are not sent.
    ///
    /// No robots.txt (4xx) allows everything; a server in trouble (5xx, 429, no answer) nothing (RFC 9309 §2.3.1).
    pub async fn permitted(
        &self,
        fetch: &impl Fetch,
        url: &Url,
        manners: &Manners,
        now: DateTime<Utc>,
    ) -> Permission {
        let Some(robots) = robots_of(url) else {
            let why = "only http and https addresses can be fetched";
            return Permission::Unknown(why.into(), None);
        };
        let origin = self.origin(robots.as_str(), now);
        let mut said = origin.lock().await;
        let known = said.take().filter(|said| now < said.until);
        let (known, answer) = match known {
            Some(known) => (known, None),
            None => match ask(fetch, robots, manners, now).await {
                Ok(asked) => asked,
                Err(failure) => return Permission::TurnedBack(failure),
            },
        };
        let permission = known.rules.permission(url, answer);
        *said = Some(known);
        permission
    }

    fn origin(&self, robots: &str, now: DateTime<Utc>) -> Origin {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if origins.len() >= REMEMBERED && !origins.contains_key(robots) {
            // Those being asked just now are kept, so that nobody asks beside them.
            origins.retain(|_, origin| {
                origin.try_lock().map_or(true, |said| {
                    said.as_ref().is_some_and(|said| now < said.until)
                })
            });
            if origins.len() >= REMEMBERED {
                origins.clear();
            }
        }
        Arc::clone(origins.entry(robots.to_string()).or_default())
    }
}

impl Rules {
    fn permission(&self, url: &Url, answer: Option<Answer>) -> Permission {
        match self {
            Rules::Silent(why) => Permission::Unknown(why.clone(), answer.map(Box::new)),
            Rules::Read(rules) => {
                let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
                match rules.is_allowed(path) {
                    true => Permission::Allowed,
                    false => Permission::Disallowed,
                }
            }
        }
    }
}

/// Where the rules for an address stand.
fn robots_of(url: &Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let mut robots = crate::source::without_userinfo(url);
    robots.set_path("/robots.txt");
    robots.set_query(None);
    robots.set_fragment(None);
    Some(robots)
}

/// What is remembered of an origin, and what it answered when it could not say. An error when it was not asked after all.
async fn ask(
    fetch: &impl Fetch,
    robots: Url,
    manners: &Manners,
    now: DateTime<Utc>,
) -> Result<(Said, Option<Answer>), Failure> {
    let answer = fetch
        .fetch(&Ask {
            url: robots,
            validators: Validators::default(),
            manners: Manners {
                max_bytes: LARGEST,
                ..manners.clone()
            },
            feed_id: String::new(),
            subscribers: 0,
            seeks: Seeks::Feed,
        })
        .await;
    let said = |rules, holds| Said {
        rules,
        until: now.checked_add_signed(holds).unwrap_or(now),
    };
    let rules = match answer {
        Ok(got) if got.answer.hops.len() > HOPS => robotxt::Robots::allow_all(),
        Ok(got) => match got.body {
            Body::Bytes(bytes) => robotxt::Robots::parse(&bytes, NAME),
            Body::Delta(_) | Body::NotModified => robotxt::Robots::allow_all(),
        },
        Err(Failed { failure, answer }) => match failure {
            Failure::Status(400..=428 | 430..=499)
            | Failure::Redirects(_)
            | Failure::RedirectLoop(_) => robotxt::Robots::allow_all(),
            held @ Failure::Held(_) if answer.is_none() => return Err(held),
            silent => {
                let why = format!("its robots.txt could not be read: {silent}");
                return Ok((said(Rules::Silent(why), SILENCE_HOLDS), answer));
            }
        },
    };
    Ok((said(Rules::Read(rules), HOLDS), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fetch::Web;
    use crate::ingest::fetch::origin::{Heard, Origin as Server};
    use std::time::Duration;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_760_000_000 + hours * 3_600, 0).unwrap()
    }

    fn manners() -> Manners {
        Manners {
            allow_private_addresses: true,
            host_interval: Duration::ZERO,
            ..Manners::default()
        }
    }

    fn reply(status: &str, headers: &str, body: &str) -> Vec<u8> {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
    }

    /// What an origin whose robots.txt is answered so says of a path.
    async fn permission(answer: Vec<u8>, path: &str) -> Permission {
        let server = Server::start(move |_| answer.clone());
        let url = server.url(path);
        Robots::new()
            .permitted(&Web::new(8), &url, &manners(), at(0))
            .await
    }

    #[tokio::test]
    async fn f39_rules_for_our_name_are_kept() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: Headwater\nDisallow: /private\nAllow: /private/press\nDisallow: /*.pdf$\n";
        for (path, allowed) in [
            ("/story", true),
            ("/private/x", false),
            ("/private/press/1", true),
            ("/a.pdf", false),
            ("/a.pdf?x=1", true),
            ("/private?x", false),
        ] {
            let expected = if allowed {
                Permission::Allowed
            } else {
                Permission::Disallowed
            };
            assert_eq!(
                permission(reply("200 OK", "", text), path).await,
                expected,
                "{path}"
            );
        }
        let for_all = "User-agent: *\nDisallow: /archive";
        assert_eq!(
            permission(reply("200 OK", "", for_all), "/archive/1").await,
            Permission::Disallowed
        );
        // A page in its place, or nothing, forbids nothing.
        for body in ["", "<!doctype html><title>Welcome</title>"] {
            assert_eq!(
                permission(reply("200 OK", "", body), "/x").await,
                Permission::Allowed
            );
        }
    }

    #[tokio::test]
    async fn f39_none_allows_and_a_server_in_trouble_forbids() {
        for status in ["404 Not Found", "403 Forbidden", "410 Gone"] {
            assert_eq!(
                permission(reply(status, "", ""), "/x").await,
                Permission::Allowed,
                "{status}"
            );
        }
        for status in ["500 Oops", "503 Later", "429 Slowly"] {
            assert!(
                matches!(
                    permission(reply(status, "", ""), "/x").await,
                    Permission::Unknown(..)
                ),
                "{status}"
            );
        }
        let cut = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-agent: *\n";
        assert!(matches!(
            permission(cut.into(), "/x").await,
            Permission::Unknown(..)
        ));
        let mail = Url::parse("mailto:desk@a.example").unwrap();
        let (robots, web) = (Robots::new(), Web::new(1));
        let said = robots.permitted(&web, &mail, &manners(), at(0)).await;
        assert!(matches!(said, Permission::Unknown(..)));
    }

    #[tokio::test]
    async fn f14_what_asks_for_patience_is_handed_on_once_and_being_turned_back_is_not_remembered()
    {
        let server = Server::start(|_| reply("429 Slowly", "Retry-After: 60\r\n", ""));
        let (robots, web) = (Robots::new(), Web::new(8));
        let alone = Manners {
            per_host: 1,
            ..manners()
        };
        let (url, other) = (server.url("/x"), Robots::new());
        let (first, second) = tokio::join!(
            robots.permitted(&web, &url, &alone, at(0)),
            other.permitted(&web, &url, &alone, at(0))
        );
        let Permission::Unknown(_, Some(answer)) = first else {
            panic!("{first:?}");
        };
        assert_eq!(answer.retry_after.as_deref(), Some("60"));
        assert!(matches!(second, Permission::TurnedBack(Failure::Held(_))));
        for (of, answered) in [(robots, false), (other, true)] {
            let said = of.permitted(&web, &url, &alone, at(0)).await;
            assert!(matches!(said, Permission::Unknown(_, answer) if answer.is_some() == answered));
        }
    }

    #[tokio::test]
    async fn f39_an_origin_is_asked_once_a_day_and_once_an_hour_while_it_is_silent() {
        let server = Server::start(|_| reply("200 OK", "", "User-agent: *\nDisallow: /no"));
        let (robots, web) = (Robots::new(), Web::new(8));
        for (hour, asked) in [(0, 1), (1, 1), (23, 1), (24, 2)] {
            let url = server.url("/no");
            assert_eq!(
                robots.permitted(&web, &url, &manners(), at(hour)).await,
                Permission::Disallowed
            );
            assert_eq!(server.heard().len(), asked, "after {hour} h");
        }
        let server = Server::start(|_| reply("500 Oops", "", ""));
        for (hour, asked) in [(0, 1), (0, 1), (1, 2)] {
            let url = server.url("/x");
            robots.permitted(&web, &url, &manners(), at(hour)).await;
            assert_eq!(server.heard().len(), asked);
        }
        assert!(
            server
                .heard()
                .iter()
                .all(|heard| heard.path() == "/robots.txt")
        );
    }

    #[tokio::test]
    async fn f39_redirects_are_followed_five_times_and_no_credentials_go_along() {
        for (hops, expected) in [(5, Permission::Disallowed), (6, Permission::Allowed)] {
            let server = Server::start(move |heard: &Heard| {
                assert_eq!(heard.header("authorization"), None);
                let at: usize = heard.path().trim_start_matches("/hop").parse().unwrap_or(0);
                if at == hops {
                    return reply("200 OK", "", "User-agent: *\nDisallow: /");
                }
                let to = format!("Location: /hop{}\r\n", at + 1);
                reply("302 Found", &to, "")
            });
            let mut url = server.url("/story");
            url.set_username("me").unwrap();
            url.set_password(Some("secret")).unwrap();
            let said = Robots::new()
                .permitted(&Web::new(8), &url, &manners(), at(0))
                .await;
            assert_eq!(said, expected, "{hops} hops");
        }
    }

    #[tokio::test]
    async fn f39_only_the_first_500_kib_are_read_and_far_more_is_not_taken() {
        let long = |filler: usize| {
            let mut text = "# filler\n".repeat(filler / 9);
            text += "User-agent: *\nDisallow: /\n";
            reply("200 OK", "", &text)
        };
        assert_eq!(
            permission(long(400 << 10), "/x").await,
            Permission::Disallowed
        );
        assert_eq!(permission(long(600 << 10), "/x").await, Permission::Allowed);
        assert!(matches!(
            permission(long(3 << 20), "/x").await,
            Permission::Unknown(..)
        ));
    }

    #[test]
    fn what_is_remembered_stays_bounded() {
        let robots = Robots::new();
        for n in 0..3 * REMEMBERED {
            robots.origin(&format!("https://{n}.example/robots.txt"), at(0));
        }
        assert!(robots.origins.lock().unwrap().len() <= REMEMBERED);
    }
}
