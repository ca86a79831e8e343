//! Whether a source can be told of at all, and if not, why not.

use url::{Host, Url};

use super::announced::Announced;
use crate::source::{Place, Source};

/// Why a source is polled only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The operator does not want it.
    Off,
    /// It is no document that a hub could send: files, or a sitemap.
    NoTopic,
    /// Nothing is served, so that nobody can call back.
    NotServed,
    /// `public_url` is plain http (W3).
    PlainPublicUrl,
    /// The hub is asked in plain http, though the source is https: who listens in would learn the secret.
    PlainHub,
}

impl Obstacle {
    const ALL: [Obstacle; 5] = [
        Obstacle::Off,
        Obstacle::NoTopic,
        Obstacle::NotServed,
        Obstacle::PlainPublicUrl,
        Obstacle::PlainHub,
    ];

    /// Stable, in kebab case: it is stored and printed as JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Obstacle::Off => "off",
            Obstacle::NoTopic => "no-topic",
            Obstacle::NotServed => "not-served",
            Obstacle::PlainPublicUrl => "plain-public-url",
            Obstacle::PlainHub => "plain-hub",
        }
    }

    /// The obstacle that [`as_str`](Obstacle::as_str) names so.
    pub fn parse(code: &str) -> Option<Obstacle> {
        Obstacle::ALL
            .into_iter()
            .find(|known| known.as_str() == code)
    }

    /// For people: one sentence without a full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Obstacle::Off => "push = false for this source",
            Obstacle::NoTopic => "only feeds and pages can be pushed, not files or sitemaps",
            Obstacle::NotServed => "nothing is served: there is no [server] a hub could call",
            Obstacle::PlainPublicUrl => {
                "[server] public_url is plain http; hubs are given https addresses only (on loopback, allow_private_addresses = true permits http)"
            }
            Obstacle::PlainHub => {
                "its hub is plain http while the source is https; the secret would be sent in the open"
            }
        }
    }
}

/// Whether a source can be pushed to a server that calls itself `public_url` (W3): https, or plain http to loopback where the source may lie on private
/// addresses, which is for one's own machines.
///
/// # Errors
/// What is in the way.
pub fn possible(wanted: bool, public_url: Option<&Url>, source: &Source) -> Result<(), Obstacle> {
    if !wanted {
        return Err(Obstacle::Off);
    }
    if !matches!(source.place, Place::Url(_) | Place::Page { .. }) {
        return Err(Obstacle::NoTopic);
    }
    let public_url = public_url.ok_or(Obstacle::NotServed)?;
    let is_ours = source.manners.allow_private_addresses && is_loopback(public_url);
    match public_url.scheme() {
        "https" => Ok(()),
        _ if is_ours => Ok(()),
        _ => Err(Obstacle::PlainPublicUrl),
    }
}

/// Whether what a source announces may be subscribed to: never less securely than the source itself is asked.
///
/// # Errors
/// What is in the way.
pub fn acceptable(announced: &Announced, source: &Source) -> Result<(), Obstacle> {
    let is_secure = source
        .place
        .url()
        .is_some_and(|url| url.scheme() == "https");
    if is_secure && !announced.hub.starts_with("https:") {
        return Err(Obstacle::PlainHub);
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Manners;

    fn source(place: Place, private: bool) -> Source {
        Source {
            id: "a".into(),
            name: None,
            place,
            tags: Vec::new(),
            zone: "UTC".parse().unwrap(),
            full_text: false,
            manners: Manners {
                allow_private_addresses: private,
                ..Manners::default()
            },
        }
    }

    fn feed(url: &str, private: bool) -> Source {
        source(Place::Url(Url::parse(url).unwrap()), private)
    }

    #[test]
    fn w3_callbacks_are_https_but_on_ones_own_machine() {
        let at = |public: &str, private| {
            let public = Url::parse(public).unwrap();
            possible(true, Some(&public), &feed("http://a.example/feed", private))
        };
        assert_eq!(at("https://news.example", false), Ok(()));
        assert_eq!(
            at("http://news.example", true),
            Err(Obstacle::PlainPublicUrl)
        );
        assert_eq!(
            at("http://127.0.0.1:8080", false),
            Err(Obstacle::PlainPublicUrl)
        );
        for own in [
            "http://127.0.0.1:8080",
            "http://[::1]:80",
            "http://localhost",
        ] {
            assert_eq!(at(own, true), Ok(()), "{own}");
        }
    }

    #[test]
    fn w3_what_is_not_wanted_not_served_or_no_topic_is_told_as_such() {
        let public = Url::parse("https://news.example").unwrap();
        let a = feed("https://a.example/feed", false);
        assert_eq!(possible(false, Some(&public), &a), Err(Obstacle::Off));
        assert_eq!(possible(true, None, &a), Err(Obstacle::NotServed));
        let files = Place::Files {
            root: "/".into(),
            pattern: "/a".into(),
        };
        let files = source(files, false);
        assert_eq!(
            possible(true, Some(&public), &files),
            Err(Obstacle::NoTopic)
        );
        for obstacle in Obstacle::ALL {
            assert_eq!(Obstacle::parse(obstacle.as_str()), Some(obstacle));
            assert!(!obstacle.sentence().ends_with('.'));
        }
        assert_eq!(Obstacle::parse("whim"), None);
    }

    #[test]
    fn w3_a_secret_is_not_sent_less_securely_than_the_source_is_asked() {
        let told = |hub: &str, url: &str| {
            let announced = Announced {
                hub: hub.into(),
                topic: url.into(),
            };
            acceptable(&announced, &feed(url, false))
        };
        assert_eq!(told("https://h.example/", "https://a.example/"), Ok(()));
        assert_eq!(told("http://h.example/", "http://a.example/"), Ok(()));
        assert_eq!(
            told("http://h.example/", "https://a.example/"),
            Err(Obstacle::PlainHub)
        );
    }
}
