//! Redirects, walked by hand, since the usual followers forget the statuses on the way (F21, F24).

use std::collections::HashSet;
use std::net::SocketAddr;

use url::Url;

use super::address::is_public;
use crate::ingest::visit::Hop;
use crate::ingest::{Answer, Failure};
use crate::link;
use crate::source::without_userinfo;

/// Most redirects followed in one visit (F24). Publishers need three or four: scheme, www, a moved path, a CDN.
pub(super) const HOPS: usize = 10;

/// Longest piece of a bad `Location` that is shown to the operator, in characters.
const SHOWN: usize = 200;

/// Where a visit is, and how it came there.
pub(super) struct Walk {
    /// With the operator's credentials for as long as every hop stayed at their origin (F38); without fragment.
    at: Url,
    hops: Vec<Hop>,
    /// Whether every hop so far was permanent.
    unbroken: bool,
    permanent: Option<String>,
    seen: HashSet<String>,
    /// Whether the first address connected to was public; whether a later one was not although the first was (F23).
    began_public: Option<bool>,
    inward: bool,
}

/// Whether the status sends the asker elsewhere. 300 and 304 to 306 do not, whatever `Location` they carry (RFC 9110 §15.4).
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

impl Walk {
    /// Refuses what is not http or https.
    pub(super) fn start(url: &Url) -> Result<Walk, Failure> {
        let mut at = url.clone();
        at.set_fragment(None);
        if !matches!(at.scheme(), "http" | "https") || !at.has_host() {
            return Err(Failure::Connect(
                "only http and https addresses can be visited".into(),
            ));
        }
        let seen = HashSet::from([shown(&at)]);
        Ok(Walk {
            at,
            hops: Vec::new(),
            unbroken: true,
            permanent: None,
            seen,
            began_public: None,
            inward: false,
        })
    }

    pub(super) fn at(&self) -> &Url {
        &self.at
    }

    /// Where the walk is, without credentials.
    pub(super) fn shown(&self) -> String {
        shown(&self.at)
    }

    /// Notes what was connected to: a walk that began in public and ends up inside is evidence for nothing (F23).
    pub(super) fn reached(&mut self, address: Option<SocketAddr>) {
        let public = address.is_none_or(|address| is_public(address.ip()));
        self.inward |= *self.began_public.get_or_insert(public) && !public;
    }

    /// Follows one redirect. Credentials in a `Location` are ignored: only the operator gives them.
    ///
    /// # Errors
    /// No `Location`, one that is not http(s), a circle, or more than [`HOPS`].
    pub(super) fn step(&mut self, status: u16, location: Option<&[u8]>) -> Result<(), Failure> {
        if self.hops.len() >= HOPS {
            return Err(Failure::Redirects(HOPS));
        }
        let written = String::from_utf8_lossy(location.unwrap_or_default());
        let Some(found) = link::resolve(&written, Some(&self.at)) else {
            return Err(Failure::BadRedirect(bad(&written)));
        };
        let mut next = without_userinfo(&found);
        next.set_fragment(None);
        let to = next.to_string();
        self.hops.push(Hop {
            status,
            to: to.clone(),
        });
        if !self.seen.insert(to.clone()) {
            return Err(Failure::RedirectLoop(to));
        }
        self.unbroken &= matches!(status, 301 | 308);
        if self.unbroken {
            self.permanent = Some(to);
        }
        if next.origin() == self.at.origin() {
            keep_userinfo(&self.at, &mut next);
        }
        self.at = next;
        Ok(())
    }

    /// What is known of an answer before its headers are read.
    pub(super) fn answer(&self, status: u16, url: String) -> Answer {
        Answer {
            status,
            url,
            hops: self.hops.clone(),
            permanent: self.permanent.clone(),
            inward: self.inward,
            ..Answer::default()
        }
    }
}

fn keep_userinfo(from: &Url, to: &mut Url) {
    // Both fail only for URLs that cannot have credentials; these are http(s) with a host.
    let _ = to.set_username(from.username());
    let _ = to.set_password(from.password());
}

fn shown(url: &Url) -> String {
    without_userinfo(url).into()
}

/// A `Location` that cannot be followed, fit to be shown.
fn bad(written: &str) -> String {
    let safe = Url::parse(written).map_or_else(|_| written.to_owned(), |url| shown(&url));
    safe.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(from: &str) -> Walk {
        Walk::start(&Url::parse(from).unwrap()).unwrap()
    }

    fn go(walk: &mut Walk, status: u16, to: &str) -> Result<(), Failure> {
        walk.step(status, Some(to.as_bytes()))
    }

    #[test]
    fn f21_permanent_is_the_furthest_of_an_unbroken_prefix() {
        let mut w = walk("http://a.example/feed");
        go(&mut w, 301, "https://a.example/feed").unwrap();
        go(&mut w, 308, "https://www.a.example/feed").unwrap();
        go(&mut w, 302, "https://cdn.example/x").unwrap();
        go(&mut w, 301, "https://cdn.example/y").unwrap();
        let answer = w.answer(200, w.shown());
        assert_eq!(
            answer.permanent.as_deref(),
            Some("https://www.a.example/feed")
        );
        assert_eq!(answer.url, "https://cdn.example/y");
        assert_eq!(
            answer.hops.iter().map(|hop| hop.status).collect::<Vec<_>>(),
            [301, 308, 302, 301]
        );
    }

    #[test]
    fn f21_a_temporary_first_hop_makes_nothing_permanent() {
        for status in [302, 303, 307] {
            let mut w = walk("http://a.example/");
            go(&mut w, status, "/b").unwrap();
            go(&mut w, 301, "/c").unwrap();
            assert_eq!(w.answer(200, w.shown()).permanent, None, "{status}");
        }
    }

    #[test]
    fn f23_a_walk_from_public_to_private_is_told() {
        let inward = |reached: &[&str]| {
            let mut w = walk("http://a.example/");
            for address in reached {
                w.reached(Some(address.parse().unwrap()));
            }
            w.answer(200, w.shown()).inward
        };
        assert!(inward(&["8.8.8.8:80", "127.0.0.1:80"]));
        assert!(inward(&["8.8.8.8:80", "10.0.0.1:80", "8.8.8.8:80"]));
        assert!(!inward(&["8.8.8.8:80", "1.1.1.1:80"]));
        assert!(!inward(&["127.0.0.1:80", "10.0.0.1:80"]));
        assert!(!inward(&["127.0.0.1:80", "8.8.8.8:80", "127.0.0.1:80"]));
    }

    #[test]
    fn f24_ten_hops_and_no_more() {
        let mut w = walk("http://a.example/0");
        for n in 1..=HOPS {
            go(&mut w, 302, &format!("/{n}")).unwrap();
        }
        assert_eq!(go(&mut w, 302, "/11"), Err(Failure::Redirects(10)));
    }

    #[test]
    fn f24_circles_end() {
        let mut w = walk("http://a.example/");
        go(&mut w, 302, "/b").unwrap();
        assert_eq!(
            go(&mut w, 302, "/#again"),
            Err(Failure::RedirectLoop("http://a.example/".into()))
        );
        let mut w = walk("http://a.example/");
        assert!(matches!(
            go(&mut w, 301, "http://a.example"),
            Err(Failure::RedirectLoop(_))
        ));
        assert_eq!(w.answer(301, w.shown()).permanent, None);
    }

    #[test]
    fn f24_only_http_and_https_are_followed() {
        for to in [
            "file:///etc/passwd",
            "ftp://a.example/",
            "javascript:alert(1)",
            "gopher://a.example",
            "",
            "http://",
            "http://[::1",
        ] {
            assert!(
                matches!(
                    go(&mut walk("http://a.example/"), 301, to),
                    Err(Failure::BadRedirect(_))
                ),
                "{to}"
            );
        }
        assert!(matches!(
            walk("http://a.example/").step(301, None),
            Err(Failure::BadRedirect(_))
        ));
        assert!(Walk::start(&Url::parse("file:///etc/passwd").unwrap()).is_err());
        let overlong = format!("/{}", "x".repeat(link::LONGEST));
        assert!(
            matches!(go(&mut walk("http://a.example/"), 301, &overlong), Err(Failure::BadRedirect(to)) if to.len() == SHOWN)
        );
    }

    #[test]
    fn locations_that_are_not_ascii_are_encoded() {
        let mut w = walk("http://a.example/x");
        go(&mut w, 302, "/é t").unwrap();
        assert_eq!(w.shown(), "http://a.example/%C3%A9%20t");
        w.step(302, Some(b"/\xff")).unwrap();
    }

    #[test]
    fn f38_credentials_stay_at_their_origin_and_out_of_sight() {
        let mut w = walk("https://me:secret@a.example/feed#top");
        go(&mut w, 301, "/new").unwrap();
        assert_eq!(w.at().password(), Some("secret"));
        assert_eq!(w.shown(), "https://a.example/new");
        for elsewhere in [
            "https://b.example/",
            "http://a.example/",
            "https://a.example:8443/",
        ] {
            let mut w = walk("https://me:secret@a.example/feed");
            go(&mut w, 302, elsewhere).unwrap();
            assert_eq!(
                (w.at().username(), w.at().password()),
                ("", None),
                "{elsewhere}"
            );
            go(&mut w, 302, "https://a.example/back").unwrap();
            assert_eq!(w.at().password(), None, "once dropped they stay dropped");
            assert!(!format!("{:?}", w.answer(200, w.shown())).contains("secret"));
        }
        let mut w = walk("https://a.example/");
        go(&mut w, 302, "https://you:planted@b.example/").unwrap();
        assert_eq!(w.at().as_str(), "https://b.example/");
        assert_eq!(
            go(&mut w, 302, "ftp://you:planted@b.example/"),
            Err(Failure::BadRedirect("ftp://b.example/".into()))
        );
    }
}
