//! What readers rely on: validators, codings, formats, methods and refusals.

use super::*;
use crate::publish::{CACHE_CONTROL, Coding};

const RSS: &str = "/feeds/world.rss";

fn body(path: &str, coding: Coding) -> Vec<u8> {
    let shelf = shelf();
    let variant = shelf.get(path).unwrap().variant(coding).unwrap();
    variant.body.to_vec()
}

#[test]
fn s2_s7_each_coding_has_its_own_etag_and_every_variant_varies() {
    let served = Served::public(shelf());
    let mut etags = Vec::new();
    for coding in Coding::ALL {
        let asked = format!("Accept-Encoding: {}", coding.as_str());
        let answer = served.get(RSS, &[&asked]);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        let sent = (coding != Coding::Identity).then(|| coding.as_str());
        assert_eq!(answer.header("content-encoding"), sent);
        assert_eq!(answer.body, body(RSS, coding));
        let etag = answer.header("etag").unwrap().to_owned();
        assert!(!etags.contains(&etag) && !etag.starts_with("W/"));
        etags.push(etag);
    }
    // The tag of one coding says nothing of another.
    let mismatch = format!("If-None-Match: {}", etags[0]);
    assert_eq!(served.get(RSS, &[&mismatch]).status, 200);
}

#[test]
fn s5_304_repeats_what_caches_need_and_has_no_body() {
    let served = Served::public(shelf());
    for (path, accept) in [(RSS, "Accept: a/b"), ("/feeds/world", "Accept: text/html")] {
        for coding in Coding::ALL {
            let coding = format!("Accept-Encoding: {}", coding.as_str());
            let full = served.get(path, &[accept, &coding]);
            let tag = format!("If-None-Match: W/{}", full.header("etag").unwrap());
            let answer = served.get(path, &[accept, &coding, &tag]);
            assert_eq!((answer.status, answer.body.len()), (304, 0));
            for name in ["etag", "cache-control", "vary", "content-location"] {
                assert_eq!(answer.header(name), full.header(name), "{name}");
            }
            assert!(answer.header("date").is_some());
            for name in ["content-type", "content-encoding", "last-modified"] {
                assert_eq!(answer.header(name), None);
            }
        }
    }
}

#[test]
fn s3_s4_dates_count_only_without_tags() {
    let served = Served::public(shelf());
    let since = "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(served.get(RSS, &[since]).status, 304);
    assert_eq!(served.ask(&format!("HEAD {RSS}"), &[since]).status, 304);
    assert_eq!(served.ask(&format!("POST {RSS}"), &[since]).status, 405);
    let other = "If-None-Match: \"other\"";
    assert_eq!(served.get(RSS, &[since, other]).status, 200);
    assert_eq!(served.get(RSS, &["If-None-Match: *"]).status, 304);
}

#[test]
fn s6_head_equals_get() {
    let served = Served::public(shelf());
    for path in [
        "/",
        RSS,
        "/feeds/world",
        "/stories/0123abcd",
        "/healthz",
        "/readyz",
        "/nothing",
        "/feeds/old.rss",
        "/feeds/globe.rss",
    ] {
        for coding in ["Accept-Encoding: gzip", "Accept-Encoding: identity"] {
            let get = served.get(path, &[coding]);
            let head = served.ask(&format!("HEAD {path}"), &[coding]);
            assert_eq!(head.undated(), get.undated(), "{path}");
            assert_eq!((head.status, head.body.len()), (get.status, 0));
            let length = get.body.len().to_string();
            assert_eq!(head.header("content-length"), Some(length.as_str()));
        }
    }
}

#[test]
fn s6_other_methods_are_refused_and_options_lists_the_rest() {
    let served = Served::public(shelf());
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let answer = served.ask(&format!("{method} {RSS}"), &["Content-Length: 0"]);
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
        assert!(answer.text().contains("GET"));
    }
    for target in [RSS, "/nothing", "*"] {
        let answer = served.ask(&format!("OPTIONS {target}"), &[]);
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
}

#[test]
fn s8_feeds_without_extension_negotiate_and_say_what_they_chose() {
    let served = Served::public(shelf());
    for (accept, format) in [
        ("Accept: */*", Format::Rss),
        ("Accept: application/atom+xml", Format::Atom),
        ("Accept: application/json", Format::Json),
        ("Accept: text/html, */*;q=0.1", Format::Page),
        ("Accept: image/png;q=0, nonsense;;q==", Format::Rss),
        ("X: y", Format::Rss),
    ] {
        let answer = served.get("/feeds/world", &[accept]);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(format.content_type()));
        let location = format!("https://a.example/news/feeds/world{}", format.extension());
        assert_eq!(answer.header("content-location"), Some(location.as_str()));
        assert_eq!(answer.header("vary"), Some("Accept, Accept-Encoding"));
        let path = feed_path("world", format);
        assert_eq!(answer.body, body(&path, Coding::Identity));
    }
    let own = served.get("/feeds/world.atom", &["Accept: text/html"]);
    assert_eq!(
        own.header("content-type"),
        Some(Format::Atom.content_type())
    );
    assert_eq!(own.header("content-location"), None);
}

#[test]
fn s9_s10_s13_s15_s16_headers_come_from_the_document() {
    let served = Served::public(shelf());
    for (path, content_type) in [
        (RSS, "application/rss+xml; charset=utf-8"),
        ("/feeds/world.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/world.json", "application/feed+json"),
    ] {
        let answer = served.get(path, &["Range: bytes=0-3"]);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some(CACHE_CONTROL));
        let modified = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(answer.header("last-modified"), Some(modified));
        assert_eq!(answer.header("accept-ranges"), Some("none"));
        let links = answer.all("link");
        assert!(links[0].contains("rel=\"self\"") && links[1].contains("rel=\"hub\""));
        assert_eq!(answer.header("content-security-policy"), None);
    }
}

#[test]
fn h2_pages_come_with_a_strict_policy() {
    let served = Served::public(shelf());
    for path in ["/", "/stories/0123abcd"] {
        let answer = served.get(path, &[]);
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn s11_a_client_that_refuses_everything_is_served_plain() {
    let served = Served::public(shelf());
    let answer = served.get(RSS, &["Accept-Encoding: identity;q=0, *;q=0"]);
    assert_eq!(
        (answer.status, answer.header("content-encoding")),
        (200, None)
    );
}

#[test]
fn s12_any_page_may_read_and_ask_conditionally() {
    let served = Served::public(shelf());
    for path in [RSS, "/nothing", "/feeds/old.rss", "/feeds/globe.rss"] {
        let answer = served.get(path, &["Origin: https://reader.example"]);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert_eq!(exposed, "ETag, Link, Last-Modified, Retry-After");
        let preflight = served.ask(
            &format!("OPTIONS {path}"),
            &[
                "Origin: https://reader.example",
                "Access-Control-Request-Method: GET",
                "Access-Control-Request-Headers: if-none-match",
            ],
        );
        assert_eq!(preflight.status, 204);
        assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
        let allowed = preflight.header("access-control-allow-headers");
        assert_eq!(allowed, Some("If-None-Match, If-Modified-Since"));
        assert_eq!(preflight.header("access-control-max-age"), Some("86400"));
    }
}

#[test]
fn s13_renamed_feeds_redirect_and_withdrawn_ones_are_gone() {
    let served = Served::public(shelf());
    for (path, to) in [
        (
            "/feeds/globe.atom",
            "https://a.example/news/feeds/world.atom",
        ),
        ("/feeds/globe", "https://a.example/news/feeds/world"),
    ] {
        let answer = served.get(path, &["Accept: application/atom+xml"]);
        assert_eq!((answer.status, answer.header("location")), (301, Some(to)));
    }
    for path in ["/feeds/old.rss", "/feeds/old"] {
        let answer = served.get(path, &[]);
        assert_eq!(answer.status, 410);
        assert!(answer.text().contains("withdrawn"));
    }
}

#[test]
fn s14_a_cold_shelf_asks_for_patience_and_is_never_an_empty_feed() {
    let served = Served::public(Shelf::default());
    for path in ["/", RSS, "/feeds/world", "/nothing"] {
        let answer = served.get(path, &["If-None-Match: *"]);
        assert_eq!(answer.status, 503);
        assert!(answer.header("retry-after").is_some() && !answer.body.is_empty());
    }
    assert_eq!(served.get("/healthz", &[]).text(), "ok");
    let ready = served.get("/readyz", &[]);
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains("not composed"));
}

#[test]
fn s14_what_is_composed_anew_is_served_at_once() {
    let (sender, receiver) = watch::channel(Arc::new(Shelf::default()));
    let public = public_half(receiver, Arc::new(Shelved));
    let served = Served::new(router(public), Bounds::default());
    assert_eq!(served.get(RSS, &[]).status, 503);
    sender.send_replace(Arc::new(shelf()));
    assert_eq!(served.get(RSS, &[]).status, 200);
    assert_eq!(served.get("/readyz", &[]).text(), "ready");
}

#[test]
fn tricks_with_paths_end_in_404_and_are_not_echoed() {
    let served = Served::public(shelf());
    for path in [
        "/feeds/..%2f",
        "/feeds/%2e%2e/world.rss",
        "/feeds/../feeds/world.rss",
        "//feeds/world.rss",
        "/feeds/world.rss/",
        "/feeds//world.rss",
        "/feeds/",
        "/feeds",
        "/feeds/world.rss%00",
        "/feeds/%77orld.rss",
        "/stories/",
        "/stories/..%2f..%2fetc",
        "/stories/0123abcd/",
        "/stories/%30123abcd",
        "/status.json",
        "/metrics",
        "/%3Cscript%3E",
        "/'--",
    ] {
        for accept in ["Accept: text/html", "Accept: */*"] {
            let answer = served.get(path, &[accept]);
            assert_eq!(answer.status, 404, "{path}");
            assert!(!answer.text().contains("script") && !answer.text().contains("%2f"));
        }
    }
    let page = served.get("/nothing", &["Accept: text/html"]);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(served.get("/feeds/world.rss?nocache=1", &[]).status, 200);
}

#[test]
fn hosts_and_forwarding_headers_change_nothing() {
    let served = Served::public(shelf());
    let forged = ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: ftp"];
    for path in ["/", RSS, "/feeds/world", "/feeds/globe.rss"] {
        let (plain, forged) = (served.get(path, &[]), served.get(path, &forged));
        assert_eq!(plain.undated(), forged.undated());
        assert_eq!(plain.body, forged.body);
        let absolute = served.get(&format!("http://evil.example{path}"), &[]);
        assert_eq!(absolute.undated(), plain.undated());
    }
}

#[test]
fn stories_that_cannot_be_shown_say_so() {
    let served = Served::public(shelf());
    assert_eq!(served.get("/stories/ffff", &[]).status, 404);
    let broken = served.get("/stories/broken", &[]);
    assert_eq!(broken.status, 503);
    assert!(broken.header("retry-after").is_some());
    let etag = served
        .get("/stories/0123abcd", &[])
        .header("etag")
        .unwrap()
        .to_owned();
    let again = served.get("/stories/0123abcd", &[&format!("If-None-Match: {etag}")]);
    assert_eq!(again.status, 304);
}
