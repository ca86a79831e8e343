//! What readers get from the daemon: over real sockets, from a real store, across restarts and changes of feeds.toml.

mod changes;

use std::io::Read;

use crate::newsroom::{ALL, Newsroom, Response, item, rss};

const ENDINGS: [&str; 4] = [".rss", ".atom", ".json", ""];

/// Articles on disk, enough that every coding is smaller than the plain bytes, and a feed of them.
fn published() -> Newsroom {
    let newsroom = Newsroom::with(&format!("{DESK}{ALL}"));
    let items: Vec<String> = (0..8).map(|n| item(&format!("a{n}"))).collect();
    newsroom.write("in/feed.xml", rss(&items));
    newsroom.refresh(&[]);
    newsroom
}

const DESK: &str = "[[source]]\nid = \"desk\"\nfiles = \"in/*\"\n";

/// A feed called so, of everything, formerly called otherwise.
fn renamed(id: &str, formerly: &[&str]) -> String {
    let feed = ALL.replace("\"all\"", &format!("\"{id}\""));
    format!("{DESK}{feed}formerly = {formerly:?}\n")
}

/// Undoes the content coding of an answer.
fn unpacked(answer: &Response) -> Vec<u8> {
    let mut plain = Vec::new();
    let body = &answer.body[..];
    let read = match answer.header("content-encoding") {
        None => return answer.body.clone(),
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
        Some("br") => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain),
        Some("zstd") => {
            plain = zstd::bulk::decompress(body, 1 << 24).expect("zstd");
            Ok(plain.len())
        }
        other => panic!("{other:?} was not asked for"),
    };
    read.expect("unpacked");
    plain
}

#[test]
fn s2_s3_s5_s11_every_coding_has_its_own_etag_and_304() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    for ending in ENDINGS {
        let path = format!("/feeds/all{ending}");
        let mut tags = Vec::new();
        let plain = daemon.get(&path, &[("Accept", "text/html")]);
        for coding in ["identity", "gzip", "br", "zstd"] {
            let ask = [("Accept-Encoding", coding), ("Accept", "text/html")];
            let answer = daemon.get(&path, &ask);
            assert_eq!(answer.status, 200);
            let sent = answer.header("content-encoding").unwrap_or("identity");
            assert_eq!(sent, coding);
            assert_eq!(unpacked(&answer), plain.body, "{path} {coding}");
            let tag = answer.expect("etag").to_owned();
            assert!(tag.starts_with('"'), "strong: {tag}");
            let again = daemon.get(&path, &[ask[0], ask[1], ("If-None-Match", &tag)]);
            assert_eq!(
                (again.status, again.body.len()),
                (304, 0),
                "{path} {coding}"
            );
            for name in ["etag", "cache-control", "vary", "content-location"] {
                assert_eq!(again.header(name), answer.header(name), "{path} {name}");
            }
            assert!(again.header("date").is_some());
            tags.push(tag);
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 4, "{path}: {tags:?}");
        let refused = daemon.get(&path, &[("Accept-Encoding", "gzip;q=0, br;q=0, zstd;q=0")]);
        assert_eq!(refused.header("content-encoding"), None);
    }
}

#[test]
fn s3_s4_if_none_match_decides_before_if_modified_since() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    let path = "/feeds/all.atom";
    let first = daemon.get(path, &[]);
    let (tag, date) = (first.expect("etag"), first.expect("last-modified"));
    let weak = format!("\"x,y\", W/{tag}");
    let cases: [(&[(&str, &str)], u16); 7] = [
        (&[("If-None-Match", &weak)], 304),
        (&[("If-None-Match", "*")], 304),
        (&[("If-Modified-Since", date)], 304),
        (
            &[("If-None-Match", "\"other\""), ("If-Modified-Since", date)],
            200,
        ),
        (
            &[("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")],
            200,
        ),
        (
            &[("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")],
            200,
        ),
        (&[("If-Modified-Since", "yesterday")], 200),
    ];
    for (headers, status) in cases {
        assert_eq!(daemon.get(path, headers).status, status, "{headers:?}");
    }
}

#[test]
fn s5_s7_s9_s10_s12_s15_headers_say_what_readers_and_caches_need() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    let types = [
        (".rss", "application/rss+xml; charset=utf-8"),
        (".atom", "application/atom+xml; charset=utf-8"),
        (".json", "application/feed+json"),
    ];
    for (ending, content_type) in types {
        let answer = daemon.get(&format!("/feeds/all{ending}"), &[]);
        assert_eq!(answer.expect("content-type"), content_type);
        assert_eq!(answer.expect("x-content-type-options"), "nosniff");
        assert_eq!(answer.expect("vary"), "Accept-Encoding");
        assert_eq!(answer.expect("access-control-allow-origin"), "*");
        let exposed = answer.expect("access-control-expose-headers");
        assert!(exposed.contains("ETag") && exposed.contains("Last-Modified"));
        let cache = answer.expect("cache-control");
        assert!(cache.contains("max-age") && cache.contains("stale-if-error"));
        assert!(!cache.contains("no-store"));
        let own = format!("<https://news.example/feeds/all{ending}>; rel=\"self\"");
        let links = answer.all("link").join(", ");
        assert!(links.contains(&own), "{links}");
    }
}

#[test]
fn s8_one_address_gives_every_format_and_never_406() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    let cases = [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html", ""),
        ("application/atom+xml", "application/atom+xml", ".atom"),
        ("application/feed+json", "application/feed+json", ".json"),
        ("image/png", "application/rss+xml", ".rss"),
        ("*/*", "application/rss+xml", ".rss"),
    ];
    for (accept, content_type, ending) in cases {
        let answer = daemon.get("/feeds/all", &[("Accept", accept)]);
        assert_eq!(answer.status, 200);
        assert!(
            answer.expect("content-type").starts_with(content_type),
            "{accept}"
        );
        let place = format!("https://news.example/feeds/all{ending}");
        assert_eq!(answer.expect("content-location"), place);
        assert_eq!(answer.expect("vary"), "Accept, Accept-Encoding");
    }
}

#[test]
fn s6_s12_head_options_and_what_is_not_allowed() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    for path in ["/feeds/all.rss", "/", "/nowhere", "/healthz"] {
        let (get, head) = (daemon.get(path, &[]), daemon.ask("HEAD", path, &[]));
        assert_eq!(head.status, get.status);
        assert_eq!(head.lasting(), get.lasting());
        assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "BREW"] {
        let answer = daemon.ask(method, "/feeds/all.rss", &[]);
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.expect("allow"), "GET, HEAD, OPTIONS");
        assert!(answer.text().contains("Use GET or HEAD"));
    }
    let preflight = [
        ("Origin", "https://reader.example"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "if-none-match"),
    ];
    let answer = daemon.ask("OPTIONS", "/feeds/all.json", &preflight);
    assert_eq!(answer.status, 204);
    assert_eq!(answer.expect("allow"), "GET, HEAD, OPTIONS");
    assert_eq!(answer.expect("access-control-allow-origin"), "*");
    let allowed = answer.expect("access-control-allow-headers");
    assert!(allowed.to_lowercase().contains("if-none-match"));
}

#[test]
fn unknown_addresses_are_404_with_advice() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    for path in [
        "/feeds/nope.rss",
        "/feeds/nope",
        "/feeds/all.xml",
        "/feeds/",
        "/stories/00000000000000000000000000000000",
        "/stories/../../etc/passwd",
        "/feeds/%61ll.rss",
        "/status.json",
    ] {
        let answer = daemon.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.text().contains("start page"),
            "{path}: {}",
            answer.text()
        );
    }
    let page = daemon.get("/feeds/nope", &[("Accept", "text/html")]);
    assert!(page.expect("content-type").starts_with("text/html"));
}

#[test]
fn design_6_pages_probes_and_the_operators_own_door() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    assert_eq!(daemon.get("/healthz", &[]).status, 200);
    assert_eq!(daemon.get("/readyz", &[]).status, 200);
    let index = daemon.get("/", &[]);
    assert!(
        index.text().contains("https://news.example/feeds/all.atom"),
        "{}",
        index.text()
    );
    let story = newsroom.stories()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let page = daemon.get(&format!("/stories/{story}"), &[]);
    assert_eq!(page.status, 200);
    assert!(page.text().contains("About a"));
    assert!(
        page.expect("content-security-policy")
            .contains("default-src 'none'")
    );
    let status = daemon.ask_admin("/status.json");
    assert_eq!(status.status, 200);
    assert_eq!(status.json()["sources"][0]["id"], "desk");
    assert_eq!(status.header("access-control-allow-origin"), None);
    let greeting = daemon.greeting();
    for ending in ENDINGS {
        let address = format!("https://news.example/feeds/all{ending}\n");
        assert!(greeting.contains(&address), "{greeting}");
    }
}
