//! The other commands: what they print, for people and for machines, and how they end.

use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;

use super::{HOSTILE, lasting};
use crate::newsroom::{Newsroom, item, item_saying, rss, until};
use crate::origin::{Origin, Reply};

/// A newsroom after one round: an article on disk, a feed that cites and one that reprints, one source that fails. The schedules are so slow that
/// `status` says the same all day long.
fn newsroom(origin: &Origin) -> Newsroom {
    let said = "&lt;p&gt;The weir is repaired.&lt;/p&gt;&lt;p&gt;Source: &lt;a href='https://board.example/reports/2025/weir-survey'&gt;the survey&lt;/a&gt;&lt;/p&gt;";
    origin.serve(
        "/paper",
        Reply::ok("text/xml", rss(&[item_saying("weir", said), item("ferry")])),
    );
    let reprint = item_saying("reprint", "Seen there.");
    let reprint = reprint.replace(
        "https://paper.example/reprint",
        "https://paper.example/weir?utm_source=x",
    );
    origin.serve("/other", Reply::ok("text/xml", rss(&[reprint])));
    origin.serve("/broken", Reply::status(500, "Oops"));
    let at = |id: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nurl = \"{}\"\n",
            origin.url(&format!("/{id}"))
        )
    };
    let newsroom = Newsroom::bare(&format!(
        "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://news.example\"\n[fetch]\nallow_private_addresses = true\nhost_interval = \"0s\"\n\
         [defaults]\nschedule = \"every 100d1h\"\n[[source]]\nid = \"desk\"\nname = \"The desk\"\nfiles = \"in/*\"\ntags = [\"own\"]\n{}{}{}\
         [[feed]]\nid = \"all\"\ntitle = \"Everything\"\nfrom = [\"*\"]\n[[feed]]\nid = \"own\"\ntitle = \"Our own\"\nfrom = [\"tag:own\"]\n",
        at("paper"),
        at("other"),
        at("broken")
    ));
    newsroom.write("in/hostile.txt", HOSTILE);
    for source in ["desk", "paper", "other"] {
        newsroom.run(&["refresh", source]).ended(0);
    }
    newsroom.run(&["refresh", "broken"]).ended(1);
    newsroom
}

/// Output without what is of this run, and without the origin's port.
fn shown(newsroom: &Newsroom, origin: &Origin, args: &[&str]) -> String {
    let out = newsroom.run(args).ended(0).out;
    let out = lasting(newsroom, &out).replace(&origin.url(""), "http://ORIGIN");
    let lines = out.lines().map(|line| match line.split_once(" ms") {
        // How long a visit took.
        Some((before, "")) => format!(
            "{} N ms",
            before
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .trim_end()
        ),
        _ => line.trim_end().to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn people_read_check_stories_and_status() {
    let origin = Origin::start();
    let newsroom = newsroom(&origin);
    assert_snapshot!("check", shown(&newsroom, &origin, &["check"]));
    assert_snapshot!("stories", shown(&newsroom, &origin, &["stories"]));
    assert_snapshot!(
        "stories_own",
        shown(&newsroom, &origin, &["stories", "--feed", "own"])
    );
    assert_snapshot!("status", shown(&newsroom, &origin, &["status"]));
    assert_snapshot!(
        "status_broken",
        shown(&newsroom, &origin, &["status", "broken"])
    );
}

#[test]
fn explain_says_why_a_story_is_there_is_not_or_was_never_seen() {
    let origin = Origin::start();
    let newsroom = newsroom(&origin);
    let explain = |what: &str| shown(&newsroom, &origin, &["explain", what]);
    assert_snapshot!("explain_known", explain("https://paper.example/weir"));
    // By any spelling of its address, by its id, its raw id, its published id.
    let known = explain("https://paper.example/weir");
    let id = newsroom
        .run(&["explain", "https://paper.example/weir", "--json"])
        .ended(0)
        .json();
    let (story, public) = (
        id["stories"][0]["story"]["id"].clone(),
        id["stories"][0]["public_id"].clone(),
    );
    let story = story.as_str().expect("an id");
    for name in [
        "http://www.paper.example/weir/?utm_medium=y",
        story,
        &story[..12],
        public.as_str().expect("an id"),
        "weir",
    ] {
        assert_eq!(explain(name), known, "{name}");
    }
    assert_snapshot!(
        "explain_cited",
        explain("https://board.example/reports/2025/weir-survey")
    );
    assert_snapshot!("explain_known_site", explain(&origin.url("/never-seen")));
    assert_snapshot!(
        "explain_unknown_site",
        explain("https://elsewhere.example/story")
    );
    assert_snapshot!("explain_article", explain("in/hostile.txt"));
    let unseen = newsroom
        .run(&["explain", "https://elsewhere.example/story", "--json"])
        .ended(0)
        .json();
    assert_eq!(unseen["found"], false);
    assert!(
        unseen["reasons"]
            .as_array()
            .is_some_and(|reasons| !reasons.is_empty())
    );
}

#[test]
fn design_7_machines_find_their_keys() {
    let origin = Origin::start();
    let newsroom = newsroom(&origin);
    let json = |args: &[&str]| newsroom.run(args).ended(0).json();
    let status = json(&["status", "--json"]);
    for key in ["sources", "entries", "stories"] {
        assert!(status["totals"][key].is_u64(), "{key}");
    }
    for source in status["sources"].as_array().expect("a list") {
        for key in ["id", "last_visit", "outcome", "next_due", "due_because"] {
            assert!(source[key].is_string(), "{key} in {source}");
        }
        assert!(source["failures"].is_u64());
    }
    let stories = json(&["stories", "--json"]);
    let stories = stories["stories"].as_array().expect("a list");
    assert_eq!(stories.len(), 3);
    for story in stories {
        for key in ["id", "title", "published"] {
            assert!(story[key].is_string(), "{key} in {story}");
        }
        for key in ["entries", "versions", "coverage"] {
            assert!(story[key].is_array(), "{key} in {story}");
        }
        for entry in story["entries"].as_array().expect("a list") {
            assert!(entry["source"].is_string() && entry["id"].is_string());
            assert!(entry["reason"]["rule"].is_string(), "{entry}");
        }
    }
    let check = json(&["check", "--json"]);
    assert!(
        check["sources"][0]["next"]
            .as_array()
            .is_some_and(|next| next.len() == 5)
    );
    let refresh = json(&["refresh", "paper", "--json"]);
    for key in ["source", "outcome", "next_due"] {
        assert!(refresh["visits"][0][key].is_string(), "{key}");
    }
    let explained = json(&["explain", "https://paper.example/weir", "--json"]);
    let explained: &Value = &explained["stories"][0];
    assert_eq!(
        explained["source_links"][0]["url"],
        "https://board.example/reports/2025/weir-survey"
    );
    assert_eq!(explained["feeds"][0]["in"], true);
    assert_eq!(explained["feeds"][1]["in"], false);
}

#[test]
fn c9_check_shows_the_next_five_with_their_zone() {
    let newsroom = Newsroom::bare(
        "[defaults]\nschedule = \"0 9 * * *\"\ntimezone = \"Asia/Kolkata\"\n[[source]]\nid = \"desk\"\nfiles = \"*.txt\"\n\
         [[source]]\nid = \"ministry\"\nurl = \"https://ministry.example/feed\"\nschedule = \"auto\"\n",
    );
    let said = newsroom.run(&["check"]).ended(0).out;
    assert_eq!(said.matches("09:00 +0530").count(), 5, "{said}");
    assert!(
        said.contains("next   0 9 * * *      (Asia/Kolkata)"),
        "{said}"
    );
    let json = newsroom.run(&["check", "--json"]).ended(0).json();
    assert_eq!(json["sources"][1]["schedule"], "auto");
    assert_eq!(
        json["sources"][1]["next"],
        serde_json::json!([]),
        "learned, and not known here"
    );
}

#[test]
fn before_the_first_visit_every_command_says_what_to_do() {
    let newsroom = Newsroom::bare("[[source]]\nid = \"desk\"\nfiles = \"*.txt\"\n");
    for args in [
        &["status"][..],
        &["stories"],
        &["explain", "https://a.example/"],
    ] {
        let ran = newsroom.run(args).ended(0);
        assert!(
            ran.out.contains("headwater refresh"),
            "{args:?}: {}",
            ran.out
        );
    }
    for args in [
        &["status", "--json"][..],
        &["stories", "--json"],
        &["explain", "x", "--json"],
    ] {
        newsroom.run(args).ended(0).json();
    }
    assert!(!newsroom.path("headwater.db").exists());
}

#[test]
fn usage_errors_end_with_2_and_help_with_0() {
    let newsroom = Newsroom::bare(
        "[[source]]\nid = \"desk\"\nfiles = \"*.txt\"\n[[feed]]\nid = \"all\"\ntitle = \"All\"\nfrom = [\"*\"]\n",
    );
    for args in [
        &["serve"][..],
        &["inspect"],
        &["explain"],
        &["check", "--jason"],
        &["run", "now"],
        &["--quiet", "--verbose", "check"],
        &["inspect", "x", "--url", "not an address"],
        &["refresh", "nobody"],
        &["stories", "--feed", "nobody"],
        &["explain", "x", "--feed", "nobody"],
    ] {
        let ran = newsroom.run(args).ended(2);
        assert!(
            !ran.err.is_empty() && ran.out.is_empty(),
            "{args:?}: {ran:?}"
        );
    }
    let told = newsroom.run(&["refresh", "nobody"]).err;
    assert!(
        told.contains("there is no source \"nobody\"") && told.contains("desk"),
        "{told}"
    );
    for args in [
        &["--help"][..],
        &["--version"],
        &["refresh", "--help"],
        &["help"],
    ] {
        let ran = newsroom.run(args).ended(0);
        assert!(!ran.out.is_empty() && ran.err.is_empty());
    }
}

#[test]
fn the_configuration_may_be_named_before_or_after_the_command_or_in_the_environment() {
    let newsroom = Newsroom::bare("[wrong]\n");
    newsroom.write(
        "else/right.toml",
        "[[source]]\nid = \"desk\"\nfiles = \"*.txt\"\n",
    );
    newsroom.write("else/a.txt", "A headline\n\nWords.\n");
    let file = "else/right.toml";
    newsroom.run(&["--config", file, "check"]).ended(0);
    newsroom.run(&["check", "--config", file]).ended(0);
    newsroom.run(&["check", "-c", file]).ended(0);
    newsroom
        .run_with(&["check"], &[("HEADWATER_CONFIG", file)])
        .ended(0);
    newsroom.run(&["check"]).ended(2);
    // Places are relative to the file, not to the folder one stands in.
    newsroom.run(&["refresh", "-c", file, "desk"]).ended(0);
    assert!(newsroom.path("else/headwater.db").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let origin = Origin::start();
    let newsroom = newsroom(&origin);
    for args in [
        &["stories"][..],
        &["stories", "--json"],
        &["status"],
        &["--help"],
        &["check"],
        &["inspect", "in/hostile.txt"],
    ] {
        let mut command = newsroom.command(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        drop(child.stdout.take());
        let status = until("its end", || child.try_wait().expect("ours"));
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().expect("piped"), &mut said)
            .expect("read");
        assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn strangers_cannot_drive_a_terminal() {
    let newsroom = Newsroom::bare("[[source]]\nid = \"desk\"\nfiles = \"*.txt\"\n");
    newsroom.write("a.txt", "A \u{1b}[31mred\u{1b}]0;owned\u{7} headline\n\nWords \u{1b}[2J and more.\n(Source: https://a.example/\u{1b}[31m)\n");
    newsroom.run(&["refresh"]).ended(0);
    for args in [
        &["stories"][..],
        &["inspect", "a.txt"],
        &["explain", "a.txt"],
        &["status", "desk"],
    ] {
        let ran = newsroom.run(args).ended(0);
        assert!(
            !ran.out.contains('\u{1b}') && !ran.out.contains('\u{7}'),
            "{args:?}: {:?}",
            ran.out
        );
    }
}
