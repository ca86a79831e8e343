//! `headwater add`: what is found behind an address, and what becomes of feeds.toml.

use std::fs;

use crate::newsroom::{Newsroom, Ran, item, rss};
use crate::origin::{Origin, Reply};

const FILE: &str = "# Ours, with care.\n[fetch]   # polite\nallow_private_addresses = true\nhost_interval = \"0s\"\n\n[[source]]\nid = 'desk' # the first\nfiles = 'a/*'\n\n# ── Feeds ──\n[[feed]]\nid = \"all\"\ntitle = \"All\"\nfrom = [\"*\"]\n";

fn html(body: &str) -> Reply {
    Reply::ok("text/html", body)
}

fn feed(name: &str) -> Reply {
    Reply::ok("application/rss+xml", rss(&[item(name)]))
}

fn add(newsroom: &Newsroom, address: &str, more: &[&str]) -> Ran {
    let args: Vec<&str> = ["add", address].iter().chain(more).copied().collect();
    newsroom.run(&args)
}

fn file(newsroom: &Newsroom) -> String {
    fs::read_to_string(newsroom.path("feeds.toml")).expect("it is there")
}

#[test]
fn a_source_is_appended_and_everything_else_stays() {
    let origin = Origin::start();
    origin.serve("/feed", feed("ferries"));
    let newsroom = Newsroom::bare(FILE);
    let url = origin.url("/feed");
    let dry = add(&newsroom, &url, &["--dry-run"]).ended(0);
    assert!(dry.out.contains("nothing was written") && file(&newsroom) == FILE);
    let ran = add(&newsroom, &url, &["--tag", "world", "--tag", "sea"]).ended(0);
    assert!(
        ran.out.contains("About ferries") && ran.out.contains("2025-11-09T16:10:00Z"),
        "{}",
        ran.out
    );
    let section =
        format!("[[source]]\nid = \"the-paper\"\ntags = [\"world\", \"sea\"]\nurl = \"{url}\"\n");
    assert_eq!(
        file(&newsroom),
        FILE.replace("files = 'a/*'\n", &format!("files = 'a/*'\n\n{section}"))
    );
    newsroom.run(&["check"]).ended(0);
    // Once is enough.
    let before = file(&newsroom);
    let again = add(&newsroom, &format!("{url}?utm_source=x"), &[]).ended(1);
    assert!(
        again.err.contains("the source the-paper is there already"),
        "{}",
        again.err
    );
    assert_eq!(file(&newsroom), before);
}

#[cfg(unix)]
#[test]
fn the_file_keeps_its_permissions_and_a_link_to_it_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let origin = Origin::start();
    origin.serve("/feed", feed("ferries"));
    let newsroom = Newsroom::bare("");
    newsroom.write("real/ours.toml", FILE);
    let real = newsroom.path("real/ours.toml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("set");
    fs::remove_file(newsroom.path("feeds.toml")).expect("removed");
    symlink(&real, newsroom.path("feeds.toml")).expect("linked");
    add(&newsroom, &origin.url("/feed"), &[]).ended(0);
    assert!(
        fs::symlink_metadata(newsroom.path("feeds.toml"))
            .expect("there")
            .is_symlink()
    );
    assert_eq!(
        fs::metadata(&real).expect("there").permissions().mode() & 0o777,
        0o640
    );
    assert!(
        fs::read_to_string(&real)
            .expect("there")
            .contains("the-paper")
    );
    assert_eq!(
        fs::read_dir(newsroom.path("real"))
            .expect("a folder")
            .count(),
        1,
        "no draft is left"
    );
}

#[test]
fn d1_a_page_names_its_feeds_in_headers_and_elements() {
    let origin = Origin::start();
    let head = "<base href=/b/><link rel='ALTERNATE home' type='application/rss+xml' title='All news' href=all.rss><link rel=alternate type=application/json+oembed href=/oembed><link rel=alternate type=application/json href=/wp-json/wp/v2><link rel=alternate type=application/json href=/plain.json><link rel=alternate type=application/feed+json title=J href=/j>";
    origin.serve("/", html(head).header("Link", "</h.atom>; rel=\"alternate\"; type=\"application/atom+xml\"; title=\"From, the header\", </wp-json/>; rel=\"https://api.w.org/\""));
    origin.serve("/h.atom", feed("headers"));
    origin.serve("/b/all.rss", feed("elements"));
    let newsroom = Newsroom::bare(FILE);
    let json = add(&newsroom, &origin.url("/"), &["--dry-run", "--json"])
        .ended(0)
        .json();
    let found: Vec<String> = json["found"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|offer| {
            offer["url"]
                .as_str()
                .map(|url| url.replace(&origin.url(""), ""))
        })
        .collect();
    assert_eq!(found, ["/h.atom", "/b/all.rss", "/j"]);
    assert_eq!(json["found"][0]["title"], "From, the header");
    assert_eq!(json["latest"][0]["title"], "About headers");
    assert_eq!(json["added"], false);
    // Nothing is guessed, and nothing asked twice (D2, F32).
    assert_eq!(
        (
            origin.requests("/feed").len(),
            origin.requests("/").len(),
            origin.requests("/b/all.rss").len()
        ),
        (0, 1, 0)
    );
    let picked = add(
        &newsroom,
        &origin.url("/"),
        &["--pick", "2", "--id", "mine"],
    )
    .ended(0);
    assert!(picked.out.contains("--pick N"), "{}", picked.out);
    assert!(file(&newsroom).contains(&format!(
        "id = \"mine\"\nurl = \"{}\"",
        origin.url("/b/all.rss")
    )));
    assert!(
        add(&newsroom, &origin.url("/"), &["--pick", "9"])
            .ended(2)
            .err
            .contains("there is no 9")
    );
}

#[test]
fn d1_links_in_the_text_and_a_feed_that_is_none() {
    let origin = Origin::start();
    origin.serve(
        "/",
        html("<p><a href=/gone.rss>RSS</a> <a href=/subscribe>Our Atom feed</a>"),
    );
    origin.serve("/subscribe", feed("subscribers"));
    let newsroom = Newsroom::bare(FILE);
    add(&newsroom, &origin.url("/"), &[]).ended(0);
    assert!(file(&newsroom).contains(&origin.url("/subscribe")));
    origin.serve(
        "/",
        html("<link rel=alternate type=application/rss+xml href=/gone.rss>"),
    );
    let err = add(&newsroom, &origin.url("/"), &[]).ended(1).err;
    assert!(
        err.contains("what was found cannot be read") && err.contains("404"),
        "{err}"
    );
}

#[test]
fn d2_guessing_is_a_few_probes_and_the_last_resort() {
    let origin = Origin::start();
    origin.serve("/blog/", html("<p>nothing here"));
    origin.serve("/index.xml", feed("guesses"));
    let newsroom = Newsroom::bare(FILE);
    let json = add(&newsroom, &origin.url("/blog/"), &["--json"])
        .ended(0)
        .json();
    assert_eq!(
        (&json["found"][0]["found_by"], &json["added"]),
        (&"guess".into(), &true.into())
    );
    assert_eq!(origin.requests("/index.xml").len(), 1);
    let visited = newsroom.refresh(&["the-paper"]);
    assert_eq!(visited["visits"][0]["added"], 1);
    assert_eq!(origin.requests("/feed").len(), 1, "never while polling");
}

#[test]
fn a_page_without_a_feed_is_offered_as_a_page_and_a_sitemap_becomes_one() {
    let origin = Origin::start();
    let rows: String = (1..6).map(|at| format!("<h2><a href=/news/a-story-with-a-name-{at}>The story number {at} of the day</a></h2>")).collect();
    origin.serve("/news", html(&format!("<title>Valley</title>{rows}")));
    let newsroom = Newsroom::bare(FILE);
    let err = add(&newsroom, &origin.url("/news"), &[]).ended(1).err;
    assert!(
        err.contains("no feed was found")
            && err.contains("--pick 1")
            && err.contains("lists 5 articles"),
        "{err}"
    );
    assert_eq!(file(&newsroom), FILE);
    add(&newsroom, &origin.url("/news"), &["--pick", "1"]).ended(0);
    assert!(file(&newsroom).contains(&format!(
        "id = \"valley\"\npage = \"{}\"",
        origin.url("/news")
    )));
    origin.serve(
        "/s.xml",
        Reply::ok(
            "text/xml",
            "<urlset><url><loc>/a-story-of-its-own</loc></url></urlset>",
        ),
    );
    add(&newsroom, &origin.url("/s.xml"), &["--id", "map"]).ended(0);
    assert!(file(&newsroom).contains(&format!(
        "id = \"map\"\nsitemap = \"{}\"",
        origin.url("/s.xml")
    )));
    assert_eq!(
        newsroom.refresh(&["valley", "map"])["visits"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[test]
fn what_cannot_be_added_is_said_and_changes_nothing() {
    let origin = Origin::start();
    origin.serve("/papers", feed("ferries"));
    origin.serve("/empty", html("<p>nothing"));
    let newsroom = Newsroom::bare(FILE);
    for (address, more, code, told) in [
        (origin.url("/empty"), &[][..], 1, "no feed was found behind"),
        (origin.url("/missing"), &[][..], 1, "404"),
        (
            origin.url("/papers"),
            &["--id", "Bad Id"][..],
            2,
            "an id is made of",
        ),
        (
            origin.url("/papers"),
            &["--id", "desk"][..],
            2,
            "two sources have the id",
        ),
        (
            origin.url("/papers"),
            &["--tag", "two words"][..],
            2,
            "a tag has no blanks",
        ),
        (
            "ftp://x.example/".into(),
            &[][..],
            2,
            "no address on the web",
        ),
        (origin.url("/papers"), &["--pick", "0"][..], 2, "--pick"),
    ] {
        let ran = add(&newsroom, &address, more).ended(code);
        assert!(ran.err.contains(told), "{address} {more:?}: {}", ran.err);
        assert_eq!(file(&newsroom), FILE);
    }
    newsroom.configure("[fetch]\nper_hosts = 1\n");
    assert!(
        add(&newsroom, &origin.url("/papers"), &[])
            .ended(2)
            .err
            .contains("did you mean")
    );
    // F37: without leave, an address that is not public is not asked.
    newsroom.configure("[fetch]\nper_host = 1\n");
    let before = origin.requests("/papers").len();
    assert!(
        add(&newsroom, &origin.url("/papers"), &[])
            .ended(1)
            .err
            .contains("allow_private_addresses")
    );
    assert_eq!(origin.requests("/papers").len(), before);
}

#[test]
fn f38_credentials_are_written_for_their_own_origin_and_shown_nowhere() {
    let (origin, other) = (Origin::start(), Origin::start());
    let elsewhere = other.url("/feed");
    origin.serve("/", html(&format!("<link rel=alternate type=application/rss+xml href=/papers><link rel=alternate type=application/rss+xml href='{elsewhere}'>")));
    origin.serve("/papers", feed("ferries"));
    other.serve("/feed", feed("bridges"));
    let newsroom = Newsroom::bare(FILE);
    let secret = |path: &str| origin.url(path).replace("http://", "http://me:hush@");
    let ran = add(&newsroom, &secret("/"), &[]).ended(0);
    assert!(
        !ran.out.contains("hush") && !ran.err.contains("hush"),
        "{}",
        ran.out
    );
    assert!(file(&newsroom).contains(&secret("/papers")));
    assert!(
        origin.requests("/papers")[0]
            .header("Authorization")
            .is_some()
    );
    let ran = add(&newsroom, &secret("/"), &["--pick", "2", "--json"]).ended(0);
    assert!(!ran.out.contains("hush"), "{}", ran.out);
    assert!(other.requests("/feed")[0].header("Authorization").is_none());
    for path in ["/missing", "/papers"] {
        let ran = add(&newsroom, &secret(path), &[]).ended(1);
        assert!(!ran.err.contains("hush"), "{}", ran.err);
    }
}
