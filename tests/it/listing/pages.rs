//! `page` sources from the origin into the store.

use crate::newsroom::{ALL, Newsroom};
use crate::origin::{Origin, Reply};

fn page(rows: &[&str]) -> String {
    let rows: String = rows
        .iter()
        .map(|name| format!("<article><h2><a href='/news/{name}?utm_source=list'>What the desk says about {name}</a></h2><time datetime=2025-11-09>9 Nov</time><p>A teaser about {name} that is long enough to be one.</p></article>"))
        .collect();
    format!(
        "<!doctype html><html lang=en><title>The Desk</title><body><nav><a href=/x>A menu of many words here</a></nav>{rows}</body></html>"
    )
}

fn html(body: &str) -> Reply {
    Reply::ok("text/html; charset=utf-8", body)
}

fn newsroom(url: &str, more: &str) -> Newsroom {
    Newsroom::with(&format!(
        "[[source]]\nid = \"desk\"\npage = \"{url}\"\n{more}{ALL}"
    ))
}

fn titles(newsroom: &Newsroom) -> Vec<String> {
    let stories = newsroom.stories();
    let mut titles: Vec<String> = stories
        .iter()
        .map(|story| story["title"].as_str().unwrap_or_default().to_owned())
        .collect();
    titles.sort();
    titles
}

#[test]
fn f6_f8_f45_a_page_is_asked_and_kept_like_a_feed() {
    let origin = Origin::start();
    origin.serve(
        "/press",
        html(&page(&["ferries", "bridges", "mills"]))
            .header("ETag", "\"1\"")
            .conditional(),
    );
    let newsroom = newsroom(&origin.url("/press"), "");
    let visits = newsroom.refresh(&["--now"]);
    assert_eq!(
        (
            &visits["visits"][0]["outcome"],
            &visits["visits"][0]["added"]
        ),
        (&"fresh".into(), &3.into())
    );
    let stories = newsroom.stories();
    let entry = &stories[0]["entries"][0];
    assert!(
        entry["id"]
            .as_str()
            .is_some_and(|id| id.starts_with(&origin.url("/news/")) && !id.contains("utm_")),
        "{entry}"
    );
    assert_eq!(stories[0]["published"], "2025-11-09T12:00:00Z");
    // Conditional, and the same bytes are no news.
    newsroom.refresh(&["--now"]);
    assert_eq!(
        origin.requests("/press")[1].header("If-None-Match"),
        Some("\"1\"")
    );
    assert_eq!(newsroom.status("desk")["http_status"], 304);
    origin.serve("/press", html(&page(&["ferries", "bridges", "mills"])));
    assert_eq!(
        newsroom.refresh(&["--now"])["visits"][0]["outcome"],
        "unchanged"
    );
    // One GET a visit, of the page alone (F32).
    assert_eq!(origin.requests("/news/ferries").len(), 0);
    origin.serve(
        "/press",
        html(&page(&["rye", "ferries", "bridges", "mills"])),
    );
    assert_eq!(newsroom.refresh(&["--now"])["visits"][0]["added"], 1);
}

#[test]
fn f27_a_page_that_lists_nothing_is_a_failure_and_takes_nothing_away() {
    let origin = Origin::start();
    origin.serve(
        "/press",
        html(&page(&["ferries", "bridges", "mills"])).header("ETag", "\"1\""),
    );
    let newsroom = newsroom(
        &origin.url("/press"),
        "item = \"article\"\nlink = \"h2 a\"\ndate = \"time\"\n",
    );
    newsroom.refresh(&["--now"]);
    let before = titles(&newsroom);
    assert_eq!(before.len(), 3);
    origin.serve(
        "/press",
        html("<html><p>We are relaunching").header("ETag", "\"2\""),
    );
    let visit = newsroom.refresh(&["--now"])["visits"][0].clone();
    assert_eq!(visit["outcome"], "unreadable");
    assert!(
        visit["failure"]
            .as_str()
            .is_some_and(|told| told.contains("`item = \"article\"` matches nothing")),
        "{visit}"
    );
    assert_eq!(titles(&newsroom), before);
    newsroom.refresh(&["--now"]);
    assert_eq!(
        origin.requests("/press")[2].header("If-None-Match"),
        Some("\"1\""),
        "F4: the old pair stands"
    );
}

#[test]
fn f7_other_selectors_read_the_same_bytes_anew() {
    let origin = Origin::start();
    origin.serve(
        "/press",
        html(&page(&["ferries", "bridges", "mills"]))
            .header("ETag", "\"1\"")
            .conditional(),
    );
    let newsroom = newsroom(&origin.url("/press"), "item = \"nav\"\n");
    newsroom.refresh(&["--now"]);
    assert_eq!(titles(&newsroom), ["A menu of many words here"]);
    newsroom.rewrite(&format!(
        "[[source]]\nid = \"desk\"\npage = \"{}\"\nitem = \"article\"\n{ALL}",
        origin.url("/press")
    ));
    assert_eq!(newsroom.refresh(&["--now"])["visits"][0]["added"], 3);
}

#[test]
fn f19_sources_of_one_page_share_its_answer_and_keep_their_selectors() {
    let origin = Origin::start();
    let body = page(&["ferries", "bridges", "mills"]);
    origin.serve("/press", html(&body).header("ETag", "\"1\"").conditional());
    let url = origin.url("/press");
    let source = |id: &str, item: &str| {
        format!("[[source]]\nid = \"{id}\"\npage = \"{url}\"\nitem = \"{item}\"\n")
    };
    let newsroom = Newsroom::with(&format!(
        "{}{}{ALL}",
        source("news", "article"),
        source("menu", "nav")
    ));
    newsroom.refresh(&["--now"]);
    assert_eq!(newsroom.status("news")["entries"], 3);
    assert_eq!(newsroom.status("menu")["entries"], 1);
    newsroom.refresh(&["--now"]);
    let requests = origin.requests("/press");
    assert_eq!(requests.len(), 2, "one for both, each time");
    assert_eq!(requests[1].header("If-None-Match"), Some("\"1\""));
    assert_eq!(newsroom.status("menu")["outcome"], "unchanged");
}

#[test]
fn a_document_of_another_kind_names_the_key_that_reads_it() {
    let origin = Origin::start();
    let rss = "<rss version='2.0'><channel><title>T</title><item><title>x</title><link>http://x.example/</link></item></channel></rss>";
    origin.serve("/press", Reply::ok("application/rss+xml", rss));
    let newsroom = newsroom(&origin.url("/press"), "");
    let told = |newsroom: &Newsroom| {
        newsroom.refresh(&["--now"])["visits"][0]["failure"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        told(&newsroom),
        "this is a feed; write url = \"…\" for it in feeds.toml"
    );
    origin.serve("/press", Reply::ok("text/xml", "<urlset></urlset>"));
    assert_eq!(
        told(&newsroom),
        "this is a sitemap; write sitemap = \"…\" for it in feeds.toml"
    );
    origin.serve("/press", html("<html><p>nothing"));
    assert!(told(&newsroom).starts_with("no repeated links found; give `item` and `link`"));
}
