//! Bad answers: each leaves what was stored, is told in words, and costs nobody else anything.

use std::time::Duration;

use super::{feed, look};
use crate::newsroom::{ALL, Newsroom, item, item_saying, rss, source};
use crate::origin::{Origin, Reply};

/// Longer than any test: whoever waits for it fails.
const FOREVER: Duration = Duration::from_secs(86_400);

/// What a publisher may answer in place of a feed: its name, the outcome it is filed under, and words an operator must read.
fn bad_answers() -> Vec<(&'static str, Reply, &'static str, &'static str)> {
    let page = "<!doctype html><html><title>Log in</title><p>Please log in.</p></html>";
    let to = |place: &str| Reply::status(302, "Found").header("Location", place);
    let good = rss(&[item("later")]);
    let packed = feed(&good).gzip();
    vec![
        ("s500", Reply::status(500, "Oops"), "status", "answered 500"),
        ("s404", Reply::status(404, "No"), "status", "answered 404"),
        ("s403", Reply::status(403, "No"), "status", "credentials"),
        (
            "s204",
            Reply::status(204, "Empty"),
            "status",
            "answered 204",
        ),
        (
            "mute",
            Reply::raw("late").hang(FOREVER),
            "timeout",
            "within 1 s",
        ),
        (
            "stalls",
            feed(&good).drip(9, FOREVER),
            "timeout",
            "within 1 s",
        ),
        ("huge", feed(&"x".repeat(3000)), "too-large", "max_bytes"),
        (
            "claims",
            feed(&good).claim_length(1 << 40),
            "too-large",
            "max_bytes",
        ),
        (
            "endless",
            Reply::endless("text/xml", "<a>"),
            "too-large",
            "max_bytes",
        ),
        (
            "bomb",
            Reply::gzip_bomb("text/xml", 64 << 20),
            "expansion",
            "bombs",
        ),
        ("cut", feed(&good).cut(200), "cut", "cut off"),
        ("half", packed.cut(60), "cut", "cut off"),
        ("hangs-up", Reply::hang_up(), "cut", "closed the connection"),
        ("nonsense", Reply::raw("what?\r\n\r\n"), "protocol", "HTTP"),
        (
            "lzw",
            feed(&good).header("Content-Encoding", "compress"),
            "encoding",
            "compress",
        ),
        (
            "login",
            Reply::ok("text/html", page),
            "unreadable",
            "web page",
        ),
        ("login-as-feed", feed(page), "unreadable", "web page"),
        (
            "broken",
            feed("<rss version=\"2.0\"><channel><title>x"),
            "unreadable",
            "broken",
        ),
        (
            "json",
            feed("{\"version\": \"https://jsonfeed.org/version/1.1\", "),
            "unreadable",
            "broken",
        ),
        ("empty", feed(""), "unreadable", "empty"),
        (
            "binary",
            feed("\u{1}\u{2}\u{3}\u{4}PNG"),
            "unreadable",
            "no text",
        ),
        (
            "sitemap",
            feed("<urlset><url/></urlset>"),
            "unreadable",
            "sitemap",
        ),
        ("circle", to("/circle"), "redirect-loop", "circle"),
        (
            "nowhere",
            Reply::status(301, "Moved"),
            "bad-redirect",
            "cannot be followed",
        ),
        (
            "file",
            to("file:///etc/hostname"),
            "bad-redirect",
            "cannot be followed",
        ),
    ]
}

#[test]
fn a_bad_answer_leaves_what_was_stored_and_says_what_happened() {
    let origin = Origin::start();
    let mut sections = String::new();
    for (name, ..) in bad_answers() {
        let good = feed(&rss(&[item(name)])).header("ETag", "\"good\"");
        origin.serve(&format!("/{name}"), good);
        sections += &source(name, &origin.url(&format!("/{name}")));
        sections += match name {
            "mute" | "stalls" => "timeout = \"1s\"\n",
            "huge" | "claims" | "endless" => "max_bytes = \"2KB\"\n",
            _ => "",
        };
    }
    let newsroom = Newsroom::with(&format!("{sections}{ALL}"));
    newsroom.refresh(&["--now"]);
    let before = newsroom.stories();
    assert_eq!(before.len(), bad_answers().len());
    for (name, answer, ..) in bad_answers() {
        origin.serve(&format!("/{name}"), answer);
    }
    // The failures of sources that nobody named are data, not a failed command.
    let bad = newsroom.run(&["refresh", "--now"]).ended(0);
    assert_eq!(newsroom.stories(), before);
    for (name, _, outcome, words) in bad_answers() {
        let status = newsroom.status(name);
        assert_eq!(status["outcome"], outcome, "{status}");
        assert_eq!(status["failures"], 1, "{name}");
        let message = status["message"].as_str().expect("words");
        assert!(message.contains(words), "{name}: {message}");
        assert!(
            bad.err.contains(message),
            "{name} is told at once: {}",
            bad.err
        );
        let asked = origin.requests(&format!("/{name}"));
        let last = asked.last().expect("asked");
        assert_eq!(last.header("If-None-Match"), Some("\"good\""), "{name}");
    }
    // A source that was named and failed is what was asked for.
    newsroom.run(&["refresh", "s500"]).ended(1);
    newsroom.run(&["refresh", "s500", "json"]).ended(1);
    // It recovers by itself.
    origin.serve("/s500", feed(&rss(&[item("s500"), item("news")])));
    newsroom.run(&["refresh", "s500"]).ended(0);
    assert_eq!(newsroom.status("s500")["failures"], 0);
    assert_eq!(newsroom.stories().len(), before.len() + 1);
}

#[test]
fn f26_failures_in_a_row_are_counted_and_put_off() {
    let origin = Origin::start();
    origin.serve("/f", Reply::status(500, "Oops"));
    let newsroom = Newsroom::on(&origin.url("/f"));
    for failures in 1..=3 {
        look(&newsroom);
        assert_eq!(newsroom.status("paper")["failures"], failures);
    }
    assert_eq!(newsroom.status("paper")["due_because"], "backoff");
}

#[test]
fn nobody_listening_is_one_failed_visit() {
    let (closed, _) = crate::newsroom::free_ports();
    let newsroom = Newsroom::on(&format!("http://{closed}/f"));
    let visit = look(&newsroom);
    assert_eq!(visit["outcome"], "connect");
    let told = newsroom.status("paper")["message"].to_string();
    assert!(told.contains("could not connect"), "{told}");
    newsroom.run(&["refresh", "paper"]).ended(1);
}

#[test]
fn f40_bytes_that_are_no_utf8_are_read_by_their_label_or_told() {
    let origin = Origin::start();
    let latin = |declared: &str| {
        let text = rss(&[item_saying("café", "Où est le café?")]);
        let text = text.replace("encoding=\"UTF-8\"", &format!("encoding=\"{declared}\""));
        text.chars().map(|c| c as u8).collect::<Vec<u8>>()
    };
    let charset = "application/rss+xml; charset=windows-1252";
    origin.serve("/http", Reply::ok(charset, latin("UTF-8")));
    origin.serve("/xml", Reply::ok("text/xml", latin("ISO-8859-1")));
    origin.serve("/lie", Reply::ok("text/xml", latin("UTF-8")));
    for (path, lies) in [("/http", false), ("/xml", false), ("/lie", true)] {
        let newsroom = Newsroom::on(&origin.url(path));
        look(&newsroom);
        let title = newsroom.stories()[0]["title"].clone();
        let oddities = newsroom.status("paper")["oddities"].to_string();
        assert_eq!(title, "About café", "{path}");
        assert_eq!(oddities.contains("charset-mislabelled"), lies, "{oddities}");
    }
}

#[test]
fn f43_entities_of_the_documents_own_are_never_expanded() {
    let origin = Origin::start();
    let newsroom = Newsroom::with(&format!(
        "{}{}{ALL}",
        source("reads", &origin.url("/reads")),
        source("laughs", &origin.url("/laughs"))
    ));
    newsroom.write("secret", "the desk's own secret");
    let doctype = |entities: &str, item: &str| {
        let declared = format!("<!DOCTYPE rss [{entities}]><rss");
        rss(&[item.to_owned()]).replace("<rss", &declared)
    };
    let file = format!(
        "<!ENTITY x SYSTEM \"file://{}\">",
        newsroom.path("secret").display()
    );
    origin.serve("/reads", feed(&doctype(&file, &item_saying("a", "&x;"))));
    let mut lol = "<!ENTITY l0 \"lol\">".to_owned();
    for n in 1..12 {
        lol += &format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10));
    }
    origin.serve("/laughs", feed(&doctype(&lol, &item_saying("b", "&l11;"))));
    newsroom.refresh(&["--now"]);
    let dump: String = {
        let store = newsroom.store();
        let said = "SELECT coalesce(group_concat(coalesce(title, '') || coalesce(summary, '') || coalesce(content, '')), '') FROM entries";
        store.query_row(said, [], |row| row.get(0)).expect("said")
    };
    assert!(
        !dump.contains("secret") && !dump.contains("lollol"),
        "{dump}"
    );
}

#[test]
fn f33_what_is_packed_in_any_way_we_asked_for_is_unpacked() {
    let origin = Origin::start();
    let body = rss(&[item("a"), item("b")]);
    origin.serve("/gzip", feed(&body).gzip());
    origin.serve("/undeclared", {
        let zipped = gzip(body.as_bytes());
        Reply::ok("text/xml", zipped)
    });
    let zstd = zstd::bulk::compress(body.as_bytes(), 3).expect("packed");
    origin.serve(
        "/zstd",
        Reply::ok("text/xml", zstd).header("Content-Encoding", "zstd"),
    );
    let mut br = Vec::new();
    let how = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut body.as_bytes(), &mut br, &how).expect("packed");
    origin.serve(
        "/br",
        Reply::ok("text/xml", br).header("Content-Encoding", "br"),
    );
    origin.serve(
        "/mislabelled",
        feed(&body).header("Content-Encoding", "gzip"),
    );
    origin.serve("/chunked", feed(&body).chunked(7));
    origin.serve("/until-close", feed(&body).until_close());
    for path in [
        "/gzip",
        "/undeclared",
        "/zstd",
        "/br",
        "/mislabelled",
        "/chunked",
        "/until-close",
    ] {
        let newsroom = Newsroom::on(&origin.url(path));
        assert_eq!(look(&newsroom)["added"], 2, "{path}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("memory does not fail");
    packer.finish().expect("packed")
}
