//! `sitemap` sources from the origin into the store.

use std::io::Write;

use serde_json::Value;

use crate::newsroom::{ALL, Newsroom};
use crate::origin::{Origin, Reply};

const NEWS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\" xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\" xmlns:video=\"http://www.google.com/schemas/sitemap-video/1.1\">
<url><loc>https://paper.example/a?x=1&amp;y=2</loc><lastmod>2025-11-10</lastmod>
 <news:news><news:publication><news:name>The Paper</news:name><news:language>en</news:language></news:publication>
 <news:publication_date>2025-11-09T16:10:00Z</news:publication_date><news:title>Night &amp;amp; Day</news:title><news:keywords>ferry, night boat</news:keywords></news:news>
 <image:image><image:loc>https://paper.example/a.jpg</image:loc><image:title>No headline</image:title></image:image></url>
<url><loc>https://paper.example/2025/council-mends-the-bridge-10345.html</loc><lastmod>2025-11-08T00:00:00+01:00</lastmod></url>
<url><loc>/v</loc><video:video><video:title><![CDATA[A <b>film</b>]]></video:title><video:description>Of the river & its banks</video:description><video:thumbnail_loc>/v.jpg</video:thumbnail_loc><video:content_loc>/v.mp4</video:content_loc></video:video></url>
<url><loc>https://paper.example/</loc></url><url><lastmod>2025-01-01</lastmod></url>
</urlset>";

fn xml(body: &str) -> Reply {
    Reply::ok("application/xml", body)
}

fn urls(of: &[(&str, &str)]) -> String {
    let rows: String = of
        .iter()
        .map(|(url, lastmod)| format!("<url><loc>{url}</loc><lastmod>{lastmod}</lastmod></url>"))
        .collect();
    format!("<urlset>{rows}</urlset>")
}

fn index(parts: &[(String, Option<&str>)]) -> String {
    let rows: String = parts
        .iter()
        .map(|(url, lastmod)| {
            let lastmod = lastmod
                .map(|at| format!("<lastmod>{at}</lastmod>"))
                .unwrap_or_default();
            format!("<sitemap><loc>{url}</loc>{lastmod}</sitemap>")
        })
        .collect();
    format!("<sitemapindex>{rows}</sitemapindex>")
}

fn newsroom(url: &str) -> Newsroom {
    Newsroom::with(&format!(
        "[[source]]\nid = \"paper\"\nsitemap = \"{url}\"\n{ALL}"
    ))
}

fn visit(newsroom: &Newsroom) -> Value {
    newsroom.refresh(&["--now"])["visits"][0].clone()
}

fn oddities(newsroom: &Newsroom) -> String {
    newsroom.run(&["status", "paper", "--json"]).ended(0).out
}

#[test]
fn a_news_sitemap_gives_entries_with_all_it_says() {
    let newsroom = Newsroom::bare("");
    newsroom.write("news.xml", NEWS);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(NEWS.as_bytes()).expect("packed");
    newsroom.write("news.xml.gz", packed.finish().expect("packed"));
    let run = |name: &str| {
        newsroom
            .run(&[
                "inspect",
                "--json",
                "--url",
                "https://paper.example/news.xml",
                name,
            ])
            .ended(0)
    };
    let json = run("news.xml").json();
    assert_eq!(run("news.xml.gz").json(), json);
    assert_eq!(
        (&json["kind"], &json["title"]),
        (&"sitemap".into(), &"The Paper".into())
    );
    let entries = json["entries"].as_array().expect("a list");
    let first = &entries[0];
    assert_eq!(first["id"], "https://paper.example/a?x=1&y=2");
    assert_eq!(
        (&first["title"], &first["language"]),
        (&"Night & Day".into(), &"en".into())
    );
    assert_eq!(
        (&first["published"], &first["published_from"]),
        (&"2025-11-09T16:10:00Z".into(), &"news".into())
    );
    assert_eq!(first["updated"], "2025-11-10T00:00:00Z");
    assert_eq!(
        first["categories"],
        serde_json::json!(["ferry", "night boat"])
    );
    assert_eq!(first["image"]["url"], "https://paper.example/a.jpg");
    assert_eq!(entries[1]["title"], "Council mends the bridge");
    let film = &entries[2];
    assert_eq!(
        (&film["title"], &film["enclosures"][0]["url"]),
        (&"A film".into(), &"https://paper.example/v.mp4".into())
    );
    assert!(
        film["summary"]
            .as_str()
            .is_some_and(|text| text.contains("river &amp; its banks")),
        "{film}"
    );
    assert_eq!(film["image"]["url"], "https://paper.example/v.jpg");
    assert_eq!(entries.len(), 3);
    let codes: Vec<&str> = json["oddities"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|oddity| oddity["code"].as_str())
        .collect();
    for code in ["title-from-address", "front-page", "entry-without-identity"] {
        assert!(codes.contains(&code), "{code} in {codes:?}");
    }
}

#[test]
fn f6_f27_a_sitemap_is_asked_like_a_feed_and_one_cut_off_is_a_failure() {
    let origin = Origin::start();
    origin.serve("/s.xml", xml(NEWS).header("ETag", "\"1\"").conditional());
    let newsroom = newsroom(&origin.url("/s.xml"));
    assert_eq!(visit(&newsroom)["added"], 3);
    assert_eq!(visit(&newsroom)["outcome"], "unchanged");
    assert_eq!(
        origin.requests("/s.xml")[1].header("If-None-Match"),
        Some("\"1\"")
    );
    origin.serve("/s.xml", xml(&NEWS[..900]).header("ETag", "\"2\""));
    assert_eq!(visit(&newsroom)["outcome"], "unreadable");
    // A news sitemap is empty when nothing happened for two days.
    origin.serve("/s.xml", xml("<urlset/>"));
    assert_eq!(visit(&newsroom)["outcome"], "fresh");
    origin.serve("/s.xml", Reply::ok("text/html", "<html>log in"));
    assert_eq!(visit(&newsroom)["outcome"], "unreadable");
    assert_eq!(newsroom.stories().len(), 3);
}

#[test]
fn plain_text_and_packed_sitemaps_are_read() {
    let origin = Origin::start();
    let text = "\u{feff}https://paper.example/one-two-three\r\nhttps://paper.example/four-five-six\r\nnonsense\r\n";
    origin.serve("/s.txt", Reply::ok("text/plain", text));
    let plain = newsroom(&origin.url("/s.txt"));
    assert_eq!(visit(&plain)["added"], 2);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(NEWS.as_bytes()).expect("packed");
    origin.serve(
        "/s.xml.gz",
        Reply::ok("application/x-gzip", packed.finish().expect("packed")),
    );
    let packed = newsroom(&origin.url("/s.xml.gz"));
    assert_eq!(visit(&packed)["added"], 3);
    origin.serve("/s.txt", Reply::ok("text/plain", "Forbidden"));
    assert_eq!(visit(&plain)["outcome"], "unreadable");
}

#[test]
fn of_an_index_only_what_moved_is_asked_again_and_conditionally() {
    let origin = Origin::start();
    let parts = |old: &'static str| {
        [
            (origin.url("/a.xml"), Some(old)),
            (origin.url("/b.xml"), Some("2025-11-01")),
            (origin.url("/c.xml"), None),
        ]
    };
    origin.serve(
        "/index.xml",
        xml(&index(&parts("2025-11-02")))
            .header("ETag", "\"i\"")
            .conditional(),
    );
    origin.serve(
        "/a.xml",
        xml(&urls(&[("/a-first-story-here", "2025-11-01")]))
            .header("ETag", "\"a\"")
            .conditional(),
    );
    origin.serve(
        "/b.xml",
        xml(&urls(&[("/a-second-story-here", "2025-11-01")])),
    );
    origin.serve(
        "/c.xml",
        xml(&urls(&[("/a-third-story-here", "2025-11-01")]))
            .header("Last-Modified", "yesterday")
            .conditional(),
    );
    let newsroom = newsroom(&origin.url("/index.xml"));
    assert_eq!(visit(&newsroom)["added"], 3);
    let asked = |path: &str| origin.requests(path).len();
    // Nothing moved: only what the index dates nothing of is asked, conditionally.
    assert_eq!(visit(&newsroom)["outcome"], "unchanged");
    assert_eq!(
        (
            asked("/index.xml"),
            asked("/a.xml"),
            asked("/b.xml"),
            asked("/c.xml")
        ),
        (2, 1, 1, 2)
    );
    assert_eq!(
        origin.requests("/index.xml")[1].header("If-None-Match"),
        Some("\"i\"")
    );
    assert_eq!(
        origin.requests("/c.xml")[1].header("If-Modified-Since"),
        Some("yesterday")
    );
    // One moved.
    origin.serve(
        "/index.xml",
        xml(&index(&parts("2025-11-03")))
            .header("ETag", "\"j\"")
            .conditional(),
    );
    origin.serve(
        "/a.xml",
        xml(&urls(&[
            ("/a-first-story-here", "2025-11-01"),
            ("/a-fourth-story-here", "2025-11-03"),
        ]))
        .header("ETag", "\"b\"")
        .conditional(),
    );
    assert_eq!(visit(&newsroom)["added"], 1);
    assert_eq!((asked("/a.xml"), asked("/b.xml")), (2, 1));
    assert_eq!(
        origin.requests("/a.xml")[1].header("If-None-Match"),
        Some("\"a\"")
    );
    // What was said to have moved last is not said to have moved again.
    assert_eq!(visit(&newsroom)["outcome"], "unchanged");
    assert_eq!(asked("/a.xml"), 2);
}

#[test]
fn an_index_is_followed_within_bounds_and_never_in_circles() {
    let origin = Origin::start();
    let mut parts: Vec<(String, Option<&str>)> = vec![
        (origin.url("/index.xml"), Some("2025-12-01")),
        (origin.url("/nested.xml"), Some("2025-12-01")),
        ("https://elsewhere.example/s.xml".into(), Some("2025-12-01")),
        ("http://169.254.169.254/latest".into(), Some("2025-12-01")),
    ];
    let days: Vec<String> = (0..30).map(|at| format!("2025-11-{:02}", at + 1)).collect();
    for (at, day) in days.iter().enumerate() {
        origin.serve(
            &format!("/p{at}.xml"),
            xml(&urls(&[(&format!("/a-story-of-day-{at}"), day)])),
        );
        parts.push((origin.url(&format!("/p{at}.xml")), Some(day)));
    }
    origin.serve("/index.xml", xml(&index(&parts)));
    origin.serve(
        "/nested.xml",
        xml(&index(&[
            (origin.url("/index.xml"), None),
            (origin.url("/nested.xml"), None),
        ])),
    );
    let newsroom = newsroom(&origin.url("/index.xml"));
    assert_eq!(
        visit(&newsroom)["added"],
        6,
        "of eight that are followed two are indexes"
    );
    assert_eq!(
        (
            origin.requests("/index.xml").len(),
            origin.requests("/nested.xml").len()
        ),
        (2, 1)
    );
    assert_eq!(
        (
            origin.requests("/p29.xml").len(),
            origin.requests("/p23.xml").len()
        ),
        (1, 0)
    );
    let told = oddities(&newsroom);
    for code in ["sitemap-nested", "sitemap-elsewhere", "sitemaps-left-out"] {
        assert!(told.contains(code), "{code} in {told}");
    }
}

#[test]
fn f14_a_sitemap_of_an_index_that_asks_for_patience_gets_it() {
    let origin = Origin::start();
    let parts = [
        (origin.url("/a.xml"), Some("2025-11-03")),
        (origin.url("/b.xml"), Some("2025-11-02")),
        (origin.url("/c.xml"), Some("2025-11-01")),
    ];
    origin.serve(
        "/index.xml",
        xml(&index(&parts)).header("ETag", "\"i\"").conditional(),
    );
    origin.serve(
        "/a.xml",
        xml(&urls(&[("/a-first-story-here", "2025-11-01")])),
    );
    origin.serve(
        "/b.xml",
        Reply::status(429, "Too Many").header("Retry-After", "7200"),
    );
    origin.serve(
        "/c.xml",
        xml(&urls(&[("/a-third-story-here", "2025-11-01")])),
    );
    let newsroom = newsroom(&origin.url("/index.xml"));
    assert_eq!(visit(&newsroom)["added"], 1, "what was had is kept");
    assert_eq!(origin.requests("/c.xml").len(), 0);
    assert_eq!(
        newsroom.refresh(&["--now"])["visits"]
            .as_array()
            .map(Vec::len),
        Some(0),
        "left alone for as long as was asked"
    );
    newsroom.pass(3);
    origin.serve("/b.xml", Reply::status(404, "Not Found"));
    assert_eq!(visit(&newsroom)["added"], 1, "the rest is made up for");
    assert_eq!(
        (
            origin.requests("/a.xml").len(),
            origin.requests("/b.xml").len()
        ),
        (1, 2)
    );
    assert!(oddities(&newsroom).contains("sitemap-missed"));
}

#[test]
fn f38_credentials_of_an_index_go_to_its_own_origin_only() {
    let (origin, other) = (Origin::start(), Origin::start());
    let parts = [(origin.url("/a.xml"), None), (other.url("/b.xml"), None)];
    origin.serve("/index.xml", xml(&index(&parts)));
    origin.serve(
        "/a.xml",
        xml(&urls(&[("/a-first-story-here", "2025-11-01")])),
    );
    other.serve(
        "/b.xml",
        xml(&urls(&[("/a-second-story-here", "2025-11-01")])),
    );
    let newsroom = newsroom(
        &origin
            .url("/index.xml")
            .replace("http://", "http://me:secret@"),
    );
    assert_eq!(visit(&newsroom)["added"], 2);
    assert!(
        origin.requests("/a.xml")[0]
            .header("Authorization")
            .is_some()
    );
    assert!(
        other.requests("/b.xml")[0]
            .header("Authorization")
            .is_none()
    );
}

#[test]
fn f43_hostile_sitemaps_are_bounded() {
    let newsroom = Newsroom::bare("");
    let rows: String = (0..60_000).map(|at| format!("<url><loc>https://paper.example/story-number-{at}</loc><lastmod>20{:02}-01-01</lastmod></url>", at % 25)).collect();
    newsroom.write("many.xml", format!("<urlset>{rows}</urlset>"));
    let json = newsroom
        .run(&["inspect", "--json", "many.xml"])
        .ended(0)
        .json();
    let entries = json["entries"].as_array().expect("a list");
    assert_eq!(entries.len(), 5_000);
    assert!(
        entries
            .iter()
            .all(|entry| entry["updated"].as_str().is_some_and(|at| at >= "2022")),
        "the newest"
    );
    for (name, body) in [
        ("deep.xml", format!("<urlset>{}", "<url>".repeat(200_000))),
        ("open.xml", format!("<urlset>{}</urlset>", "<url><loc>https://p.example/a-b-c<news:news>".repeat(50_000))),
        ("bomb.xml", "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><urlset><url><loc>https://p.example/&b;x</loc></url></urlset>".to_owned()),
        ("amp.xml", "<urlset><url><loc>https://p.example/one?a=1&b=2</loc></url></urlset>".to_owned()),
    ] {
        newsroom.write(name, body);
        assert!(newsroom.run(&["inspect", "--json", name]).code < 2, "{name}");
    }
    let json = newsroom
        .run(&["inspect", "--json", "amp.xml"])
        .ended(0)
        .json();
    assert_eq!(json["entries"][0]["url"], "https://p.example/one?a=1&b=2");
    // Addresses may come to much by what they are relative to.
    let relative: String = (0..20_000)
        .map(|at| format!("<url><loc>{at}</loc></url>"))
        .collect();
    newsroom.write("short.xml", format!("<urlset>{relative}</urlset>"));
    let far = format!("https://p.example/{}/", "x".repeat(4_000));
    let json = newsroom
        .run(&["inspect", "--json", "--url", &far, "short.xml"])
        .ended(0)
        .json();
    let odd = json["oddities"].as_array().expect("a list");
    assert!(odd.iter().any(|odd| odd["code"] == "too-much-inherited"));
}
