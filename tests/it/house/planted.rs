//! Proof that each law sees: faults planted in memory are found where they are, and look-alikes are left alone.

use super::manifest::undoored;
use super::{Violation, violations};

/// The breaches in these files as `file:line law`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let owned: Vec<(String, String)> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    violations(&owned)
        .iter()
        .map(|v| format!("{}:{} {}", v.file, v.line, v.law))
        .collect()
}

fn clean(path: &str, text: &str) {
    assert_eq!(found(&[(path, text)]), [""; 0], "{path}: {text}");
}

fn caught(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(found(&[(path, text)]), expected, "{path}: {text}");
}

#[test]
fn law_1_a_room_may_not_look_up() {
    let text = "use crate::link::Link;\n\nuse crate::store::Store;\n";
    caught("dedupe.rs", text, &["src/dedupe.rs:3 floors"]);
    caught("dedupe/judge.rs", text, &["src/dedupe/judge.rs:3 floors"]);
    clean("curate/rank.rs", text);

    let tree = "use crate::{\n    link::{self, Link},\n    serve::{a, b as c},\n    html,\n};\n";
    caught("enrich/name.rs", tree, &["src/enrich/name.rs:3 floors"]);
    let inline = "fn f() {\n    let x: Vec<crate::cli::X> = crate::source::y();\n}\n";
    caught("link.rs", inline, &["src/link.rs:2 floors"]);
    let climbing = "mod inner {\n    use super::super::super::publish::Document;\n}\n";
    caught("store/read.rs", climbing, &["src/store/read.rs:2 floors"]);
    let in_a_test = "#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}\n";
    caught("dedupe.rs", in_a_test, &["src/dedupe.rs:3 floors"]);
    caught("link.rs", "use crate as all;", &["src/link.rs:1 floors"]);
    caught("link.rs", "use super::*;", &["src/link.rs:1 floors"]);
    caught("link.rs", "use crate::VERSION;", &["src/link.rs:1 floors"]);
}

#[test]
fn law_1_leaves_look_alikes_alone() {
    clean(
        "dedupe.rs",
        "//! Unlike crate::store, this room …\n/* use crate::store::Store; */\n\
         pub(crate) fn f<'a>(x: &'a str) -> char {\n    let _ = \"use crate::store::Store;\";\n    \
         let _ = r#\"crate::cli \"quoted\" crate::cli\"#;\n    'c'\n}\n\
         pub(in crate::dedupe) fn g(store: u8) -> u8 { store }\nuse std::store::Store;\n\
         pub fn h() -> impl Sized + use<> {}\nmod tests { use super::*; }\n",
    );
}

#[test]
fn law_1_every_room_has_a_floor() {
    caught("attic/mod.rs", "", &["src/attic/mod.rs:1 floors"]);
    caught(
        "bin/extra.rs",
        "fn main() {}",
        &["src/bin/extra.rs:1 floors"],
    );
    let moved = "#[path = \"../store/read.rs\"]\nmod read;";
    caught("link.rs", moved, &["src/link.rs:1 floors"]);
}

#[test]
fn law_1_the_roots_are_bare() {
    clean(
        "lib.rs",
        "//! Doc.\n#![forbid(unsafe_code)]\npub mod link;\npub(crate) mod html;\n",
    );
    caught(
        "lib.rs",
        "pub mod link;\npub use link::Link;\n",
        &["src/lib.rs:2 floors"],
    );
    let main = "//! The exit code.\n\nfn main() -> std::process::ExitCode {\n    headwater::cli::main()\n}\n";
    clean("main.rs", main);
    let daemon = "fn main() {\n    headwater::daemon::run()\n}\n";
    caught("main.rs", daemon, &["src/main.rs:2 floors"]);
    let long = "use std::process;\nfn main() {\n    f()\n}\n";
    caught("main.rs", long, &["src/main.rs:4 floors"]);
    caught(
        "main.rs",
        "mod cli;\nfn main() {}\n",
        &["src/main.rs:1 floors"],
    );
}

#[test]
fn law_1_files_of_a_room_form_no_circle() {
    let siblings = [
        ("ingest/mod.rs", "mod a;\nmod b;\nmod c;\n"),
        ("ingest/a.rs", "use super::b::B;\n"),
        ("ingest/b.rs", "fn f() {\n    self::super::c::g()\n}\n"),
        ("ingest/c.rs", "\nuse crate::ingest::{a::A};\n"),
    ];
    let expected = [
        "src/ingest/a.rs:1 circles",
        "src/ingest/b.rs:2 circles",
        "src/ingest/c.rs:2 circles",
    ];
    assert_eq!(found(&siblings), expected);
    assert_eq!(found(&siblings[..3]), [""; 0]);
}

#[test]
fn law_1_the_folder_file_may_hand_on_but_not_both_use_and_be_used() {
    let child = ("ingest/a.rs", "use super::Visit;\npub struct A;\n");
    let circle = ["src/ingest/a.rs:1 circles", "src/ingest/mod.rs:2 circles"];
    let with = |text| found(&[("ingest/mod.rs", text), child]);
    assert_eq!(with("mod a;\npub use a::A;\npub struct Visit;\n"), [""; 0]);
    assert_eq!(with("mod a;\nuse a::A;\npub struct Visit;\n"), circle);
    assert_eq!(with("mod a;\npub struct Visit(a::A);\n"), circle);
    // Handed on and used: the use is an arrow.
    let both = "mod a;\npub struct Visit(A);\npub use a::A;\n";
    assert_eq!(with(both), circle);
    let in_a_test = "mod a;\npub struct Visit;\n#[cfg(test)]\nmod tests { use super::a::A; }\n";
    assert_eq!(with(in_a_test), [""; 0]);

    // A name handed on by the folder's file is sought where it is defined, through a glob too.
    let b = ("ingest/b.rs", "use super::{C, D};\n");
    let c = (
        "ingest/c.rs",
        "pub struct C;\npub struct D;\n\nuse super::b::B;\n",
    );
    let expected = ["src/ingest/b.rs:1 circles", "src/ingest/c.rs:4 circles"];
    for handing_on in ["pub use c::{C, D};", "pub use c::*;"] {
        let parent = format!("mod b;\nmod c;\n{handing_on}\n");
        assert_eq!(found(&[("ingest/mod.rs", &parent), b, c]), expected);
    }
}

#[test]
fn law_2_each_foreign_crate_has_one_door() {
    let client = "use std::fmt;\nuse reqwest::{Client, header::{self}};\n";
    clean("ingest/fetch.rs", client);
    clean("ingest/fetch/client.rs", client);
    caught(
        "ingest/fetching.rs",
        client,
        &["src/ingest/fetching.rs:2 doors"],
    );
    caught(
        "serve/mod.rs",
        "fn f(e: reqwest::Error) {}",
        &["src/serve/mod.rs:1 doors"],
    );
    caught(
        "cli/mod.rs",
        "use ::rusqlite as sql;",
        &["src/cli/mod.rs:1 doors"],
    );
    caught(
        "cli/mod.rs",
        "fn f() -> ::axum::Router {}",
        &["src/cli/mod.rs:1 doors"],
    );
    caught(
        "cli/mod.rs",
        "extern crate cron;",
        &["src/cli/mod.rs:1 doors"],
    );
    caught(
        "source.rs",
        "#[derive(clap::Parser)]\nstruct S;",
        &["src/source.rs:1 doors"],
    );
    let in_a_test = "#[cfg(test)]\nmod tests {\n    fn f() { feed_rs::parser::parse() }\n}\n";
    caught(
        "publish/atom.rs",
        in_a_test,
        &["src/publish/atom.rs:3 doors"],
    );
    clean(
        "serve/mod.rs",
        "// reqwest::Client\nfn f(cron: u8) { x.cron::<u8>(\"cron::X\") }",
    );
}

#[test]
fn law_2_a_module_may_share_a_crates_name() {
    clean("publish/mod.rs", "mod rss;\nfn f() { rss::render() }");
    clean(
        "publish/page.rs",
        "use super::rss;\nfn f() { rss::render() }",
    );
    let crate_too = "use super::rss;\nfn f() {\n    ::rss::Channel::new()\n}";
    caught(
        "publish/page.rs",
        crate_too,
        &["src/publish/page.rs:3 doors"],
    );
    caught(
        "publish/page.rs",
        "use rss::Channel;",
        &["src/publish/page.rs:1 doors"],
    );
}

#[test]
fn law_2_a_new_dependency_gets_a_door_on_purpose() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nserde = \"1\"\nfeed-rs = \"3\"\nleft-pad = \"1\"\n\
                    [dependencies.tokio]\nversion = \"1\"\n[target.'cfg(unix)'.dependencies]\nnix.version = \"1\"\n\
                    [dev-dependencies]\ninsta = \"1\"\n";
    let (missing, stale): (Vec<Violation>, Vec<Violation>) =
        undoored(manifest).into_iter().partition(|v| v.line > 1);
    let missing: Vec<String> = missing.iter().map(Violation::to_string).collect();
    assert_eq!(missing.len(), 2, "{missing:?}");
    assert!(missing[0].starts_with("Cargo.toml:6: doors: `left_pad`"));
    assert!(missing[1].starts_with("Cargo.toml:10: doors: `nix`"));
    assert!(stale.iter().any(|v| v.what.starts_with("`reqwest`")));
    assert!(!stale.iter().any(|v| v.what.starts_with("`tokio`")));
}

#[test]
fn law_3_only_daemon_and_cli_read_the_clock() {
    let text = "fn f() {\n    let a = Utc::now();\n    let b = std::time::Instant::now();\n    \
                o.unwrap_or_else(SystemTime::now);\n    chrono::Local::now()\n}\n";
    let lines = [2, 3, 4, 5].map(|line| format!("src/schedule/due.rs:{line} clock"));
    assert_eq!(found(&[("schedule/due.rs", text)]), lines);
    clean("daemon.rs", text);
    clean("cli/run.rs", text);
    let drawn = "use std::hash::RandomState;";
    caught(
        "schedule/jitter.rs",
        drawn,
        &["src/schedule/jitter.rs:1 clock"],
    );
    clean("daemon/chance.rs", drawn);
    let renamed = "use std::time::Instant as Moment;";
    caught("link.rs", renamed, &["src/link.rs:1 clock"]);
    let innocent = "use chrono::{DateTime, Utc};\n/// Not `Utc::now`.\nfn f(now: DateTime<Utc>) { g(now, \"Utc::now\", Step::now) }";
    clean("schedule/due.rs", innocent);
}

#[test]
fn law_4_files_and_functions_stay_short() {
    let lines = |count: usize| "// a line\n".repeat(count);
    clean("link.rs", &lines(399));
    caught("link.rs", &lines(400), &["src/link.rs:400 sizes"]);
    let tests = format!(
        "#[cfg(test)]\nmod tests {{\n    fn f() {{\n{}    }}\n}}\n",
        lines(500)
    );
    clean("link.rs", &format!("{}{tests}", lines(399)));

    // The `fn` line and the closing brace count.
    let function = |body| {
        let body = lines(body);
        format!("#[inline]\npub fn f<T>(\n    x: [u8; 4],\n) -> T {{\n{body}}}\n")
    };
    clean("link.rs", &function(69 - 4));
    caught("link.rs", &function(70 - 4), &["src/link.rs:2 sizes"]);
    clean(
        "link.rs",
        &format!(
            "trait T {{\n    fn f();\n}}\ntype F = fn(u8);\n{}",
            lines(80)
        ),
    );
}

#[test]
fn law_4_test_files_may_run_long_and_panic() {
    let parent = ("link.rs", "pub struct L;\n#[cfg(test)]\nmod tests;\n");
    let body = "    x.unwrap();\n".repeat(450);
    let long = format!("use super::*;\nfn f() {{\n{body}}}\n");
    assert_eq!(found(&[parent, ("link/tests.rs", &long)]), [""; 0]);
}

#[test]
fn law_4_no_module_has_an_empty_name() {
    caught("link/utils.rs", "", &["src/link/utils.rs:1 names"]);
    caught(
        "link/helpers/mod.rs",
        "",
        &["src/link/helpers/mod.rs:1 names"],
    );
    caught("link.rs", "\nmod misc {}\n", &["src/link.rs:2 names"]);
    clean("link/utilities_of_war.rs", "fn helper(common: u8) {}");
}

#[test]
fn law_5_serde_stays_at_the_edges() {
    let text = "use serde::Serialize;\n\n#[derive(Clone, Serialize)]\nstruct S;\n";
    let expected = ["src/dedupe/story.rs:1 serde", "src/dedupe/story.rs:3 serde"];
    caught("dedupe/story.rs", text, &expected);
    for edge in [
        "config/file.rs",
        "store/rows.rs",
        "publish/json.rs",
        "publish/json/item.rs",
        "cli/status.rs",
    ] {
        clean(edge, text);
    }
    caught(
        "publish/rss.rs",
        "use serde_json::Value;",
        &["src/publish/rss.rs:1 doors"],
    );
    clean(
        "dedupe/story.rs",
        "/// No Serialize.\nenum E { Serialize, Deserialize }\nfn serde(x: E) {}",
    );
}

#[test]
fn law_6_only_cli_prints() {
    let text = "fn f() {\n    println!(\"x\");\n    std::eprint!(\"x\");\n    dbg![1];\n    \
                std::process::exit(1);\n    io::stdout().lock();\n}\n";
    let lines = [2, 3, 4, 5, 6].map(|line| format!("src/daemon.rs:{line} voice"));
    assert_eq!(found(&[("daemon.rs", text)]), lines);
    clean("cli/mod.rs", text);
    clean(
        "daemon.rs",
        "fn print(dbg: bool, print: bool) { if print != (dbg) { \"println!()\" } exit(1) }",
    );
    clean(
        "daemon.rs",
        "fn f() -> std::process::ExitCode { writeln!(out, \"x\") }",
    );
}

#[test]
fn law_6_nothing_panics_unargued() {
    let text = "fn f() {\n    a.unwrap();\n    b\n        .expect(\"c\");\n    unreachable!();\n    \
                x.map(Option::unwrap);\n    panic!(\"d\")\n}\n";
    let lines = [2, 4, 5, 6, 7].map(|line| format!("src/cli/run.rs:{line} panics"));
    assert_eq!(found(&[("cli/run.rs", text)]), lines);

    clean(
        "link.rs",
        "fn f() {\n    a.unwrap(); // invariant: b\n    // invariant: c\n    // goes on\n    d.expect(\"e\")\n}\n",
    );
    let late = "fn f() {\n    // invariant: b\n    g();\n    a.unwrap();\n    // Not an invariant: c\n    d.unwrap()\n}\n";
    caught(
        "link.rs",
        late,
        &["src/link.rs:4 panics", "src/link.rs:6 panics"],
    );
    clean(
        "link.rs",
        "#[expect(unused)]\nfn f() { a.unwrap_or_default(); expected(\"x.unwrap()\"); }",
    );
    clean(
        "link.rs",
        "#[cfg(test)]\nmod tests {\n    fn f() { a.unwrap(); panic!() }\n}\n",
    );
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_is_not_passed_over() {
    caught(
        "link.rs",
        "fn f() {\n    (]\n}\n",
        &["src/link.rs:2 reading"],
    );
}

#[test]
fn law_7_unsafe_stands_in_one_place() {
    let text =
        "fn f() {\n    // unsafe\n    let unsafe_word = \"unsafe\";\n    unsafe { g() }\n}\n";
    caught("store/read.rs", text, &["src/store/read.rs:4 unsafe"]);
    caught("daemon/run.rs", text, &["src/daemon/run.rs:4 unsafe"]);
    clean("daemon/memory.rs", text);
}
