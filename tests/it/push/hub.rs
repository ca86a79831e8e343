//! A hub and the origin that names it, honest or not.

use std::collections::HashMap;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use url::form_urlencoded;

use crate::newsroom::{Daemon, Response, rss};
use crate::origin::{Origin, Reply};

pub struct Hub {
    pub origin: Origin,
}

/// What a subscriber asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub form: HashMap<String, String>,
}

impl Asked {
    pub fn get(&self, key: &str) -> &str {
        self.form.get(key).map_or("", String::as_str)
    }

    /// The callback's path: where the daemon listens is not what it calls itself.
    pub fn path(&self) -> String {
        let callback = self.get("hub.callback");
        url::Url::parse(callback).expect("an address").path().into()
    }
}

impl Hub {
    /// Says yes to all who ask.
    pub fn start() -> Self {
        let origin = Origin::start();
        origin.serve("/hub", Reply::status(202, "Accepted"));
        Hub { origin }
    }

    /// What the source calls itself: not where it is asked.
    pub fn topic(&self) -> String {
        self.origin.url("/self?x=1&y=2")
    }

    pub fn feed(&self) -> String {
        self.origin.url("/feed")
    }

    pub fn links(&self) -> String {
        let (hub, topic) = (self.origin.url("/hub"), self.topic());
        format!("<{hub}>; rel=\"hub\", <{topic}>; rel=self")
    }

    /// Has the source say these items, and its hub in `Link`.
    pub fn publish(&self, items: &[String]) {
        self.origin.serve("/feed", self.document(items));
    }

    pub fn document(&self, items: &[String]) -> Reply {
        let etag = format!("\"{}\"", items.len());
        Reply::ok("application/rss+xml", rss(items))
            .header("Link", &self.links())
            .header("ETag", &etag)
            .conditional()
    }

    /// The `count`th request of a subscriber.
    #[track_caller]
    pub fn asked(&self, count: usize) -> Asked {
        let requests = self.origin.await_requests("/hub", count);
        let request = requests.get(count - 1).expect("it came");
        assert_eq!(request.method, "POST");
        let form = form_urlencoded::parse(&request.body);
        Asked {
            form: form.into_owned().collect(),
        }
    }

    /// Asks the subscriber whether it meant it, and makes sure of the echo when it did.
    pub fn verify(&self, daemon: &Daemon, asked: &Asked, lease: u64) -> Response {
        let lease = lease.to_string();
        let answer = self.say(
            daemon,
            asked,
            &[
                ("hub.mode", asked.get("hub.mode")),
                ("hub.topic", asked.get("hub.topic")),
                ("hub.challenge", "<script>42</script>"),
                ("hub.lease_seconds", &lease),
            ],
        );
        if answer.status == 200 {
            assert_eq!(answer.text(), "<script>42</script>");
        }
        answer
    }

    pub fn say(&self, daemon: &Daemon, asked: &Asked, words: &[(&str, &str)]) -> Response {
        daemon.get(&question(asked, words), &[])
    }

    /// Delivers, signed as most hubs do.
    pub fn deliver(&self, daemon: &Daemon, asked: &Asked, body: &str) -> Response {
        let signature = signed("sha1", asked.get("hub.secret"), body);
        self.deliver_as(daemon, asked, body, Some(&signature))
    }

    pub fn deliver_as(
        &self,
        daemon: &Daemon,
        asked: &Asked,
        body: &str,
        signature: Option<&str>,
    ) -> Response {
        let links = self.links();
        let mut headers = vec![("Content-Type", "application/rss+xml"), ("Link", &*links)];
        headers.extend(signature.map(|signature| ("X-Hub-Signature", signature)));
        daemon.post(&asked.path(), &headers, body.as_bytes())
    }
}

pub fn question(asked: &Asked, words: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(words)
        .finish();
    format!("{}?{query}", asked.path())
}

pub fn signed(method: &str, secret: &str, body: &str) -> String {
    fn hex<M: Mac + KeyInit>(secret: &str, body: &str) -> String {
        let mac = <M as KeyInit>::new_from_slice(secret.as_bytes()).expect("any length");
        let bytes = mac.chain_update(body).finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    let hex = match method {
        "sha1" => hex::<Hmac<Sha1>>(secret, body),
        "sha256" => hex::<Hmac<Sha256>>(secret, body),
        "sha512" => hex::<Hmac<Sha512>>(secret, body),
        other => panic!("no {other}"),
    };
    format!("{method}={hex}")
}
