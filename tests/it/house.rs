//! The laws of the house, read off the source tree: who may look at whom, which foreign crate enters by which door,
//! who reads the clock, who prints, and how long things may grow.
//!
//! The checker is pure (`violations`, `manifest::undoored`), so that each law is proved by planting a fault in memory
//! (`planted`). It reads tokens, not types: a macro that builds paths, or a trait method that prints, passes it by.
//!
//! What is under `#[cfg(test)]` may need its siblings in circles, run long, and panic. Every other law holds there
//! too: a unit test that needs a higher room, a foreign door or the clock belongs into `tests/it`.

mod floors;
mod lexer;
mod manifest;
mod planted;
mod reading;

use std::collections::BTreeSet;
use std::{env, fmt, fs, path};

use manifest::undoored;
use reading::{Naming, SourceFile};

/// The rooms from the ground floor up. A room is `src/NAME.rs` or `src/NAME/`; it may look down only.
const ROOMS: &[&str] = &[
    "source", "link", "html", "language", "date", "ingest", "schedule", "push", "dedupe", "enrich",
    "store", "curate", "publish", "config", "pipeline", "metrics", "serve", "daemon", "cli",
];

/// Which foreign crate may be named where. A place `a/b` is the file `a/b.rs` or the folder `a/b/`.
#[rustfmt::skip]
const DOORS: &[(&[&str], &[&str])] = &[
    (&["reqwest", "rustls"],              &["ingest/fetch"]),
    (&["feed_rs"],                        &["ingest/feed"]),
    (&["chardetng", "encoding_rs", "pulldown_cmark"], &["ingest"]),
    (&["glob"], &["ingest", "config"]),
    (&["robotxt"],                        &["ingest/robots"]),
    (&["brotli", "flate2", "zstd"],       &["ingest", "publish"]),
    (&["ammonia", "dom_query", "dom_smoothie"], &["html"]),
    (&["whatlang"],                       &["language"]),
    (&["psl"],                            &["link"]),
    (&["chrono_tz"],                      &["source", "date", "ingest", "schedule", "config"]),
    (&["cron"],                           &["schedule"]),
    (&["hmac", "sha1"],                   &["push"]),
    (&["getrandom"],                      &["daemon"]),
    (&["rusqlite", "rusqlite_migration"], &["store"]),
    (&["serde"],                          SERDE),
    // html: JSON-LD in pages, read as values; ingest/feed/json: JSON Feed, likewise.
    (&["serde_json"],                     &["html", "ingest/feed/json", "store", "publish/json", "cli"]),
    (&["minijinja"],                      &["publish"]),
    (&["rss"],                            &["publish/rss"]),
    (&["atom_syndication"],               &["publish/atom"]),
    (&["annotate_snippets", "toml", "toml_edit"], &["config"]),
    (&["axum", "hyper", "hyper_util"],     &["serve"]),
    (&["prometheus_client"],              &["metrics"]),
    (&["listenfd", "sd_notify"],          &["daemon"]),
    // One call, which gives memory back to the system.
    (&["libc"],                           &["daemon/memory"]),
    (&["rlimit"],                         &["cli"]),
    (&["clap", "comfy_table", "tracing_subscriber"], &["cli"]),
    (&["rustix"],                         &["cli/doctor"]),
];

/// Crates that any room may name: vocabulary, or small pure functions.
const FREE: &[&str] = &[
    "bytes",
    "chrono",
    "httpdate",
    "sha2",
    "strsim",
    "thiserror",
    "tokio",
    "tracing",
    "unicode_normalization",
    "url",
    "uuid",
    "xxhash_rust",
];

/// The edges that keep shapes of their own. `serde_json` has one door more: `ingest` reads foreign JSON as values.
const SERDE: &[&str] = &["store", "publish/json", "publish/page", "config", "cli"];

/// Who reads the clock; everyone else is told the time.
const CLOCK: &[&str] = &["daemon", "cli"];
const CLOCKS: &[&str] = &["Utc", "Local", "Instant", "SystemTime"];
/// What draws from chance, which is told like the time.
const DICE: &[&str] = &["RandomState", "getrandom"];

/// Who prints.
const VOICE: &[&str] = &["cli"];
const PRINTS: &[&str] = &["println", "print", "eprintln", "eprint", "dbg"];
const OUTLETS: &[(&str, &str)] = &[("process", "exit"), ("io", "stdout"), ("io", "stderr")];

/// Where `unsafe` may stand: calls that no crate wraps.
const UNSAFE: &[&str] = &["daemon/memory"];

const PANICS: &[&str] = &["panic", "todo", "unimplemented", "unreachable"];
const UNWRAPS: &[&str] = &["unwrap", "expect", "unwrap_err", "expect_err"];

/// A file stays under this many lines, its tests aside.
const FILE_LINES: usize = 400;
/// A function stays under this many lines, from `fn` to its closing brace.
const FUNCTION_LINES: usize = 70;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "misc", "manager",
];

/// One breach: where, of which law, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    file: String,
    line: usize,
    law: &'static str,
    what: String,
}

impl Violation {
    fn new(file: &SourceFile<'_>, line: usize, law: &'static str, what: String) -> Self {
        let file = format!("src/{}", file.path);
        Self {
            file,
            line,
            law,
            what,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.file, self.line, self.law, self.what
        )
    }
}

/// Every breach in these files, given as (path relative to `src`, text), in order of file and line.
fn violations(files: &[(String, String)]) -> Vec<Violation> {
    let mut read: Vec<SourceFile<'_>> = files
        .iter()
        .map(|(path, text)| SourceFile::read(path, text))
        .collect();
    mark_test_files(&mut read);

    let mut found = floors::floors(&read);
    found.extend(floors::circles(&read));
    for file in &read {
        let mut report = |line, law, what| found.push(Violation::new(file, line, law, what));
        if let Some(line) = file.unbalanced {
            let what = "a bracket without its partner: the laws below this line went unread";
            report(line, "reading", what.to_owned());
        }
        doors(file, &mut report);
        clock(file, &mut report);
        sizes(file, &mut report);
        names(file, &mut report);
        derives(file, &mut report);
        voice(file, &mut report);
        unsound(file, &mut report);
        panics(file, &mut report);
    }
    found.sort();
    found.dedup();
    found
}

/// Files that their parent declares by `#[cfg(test)] mod x;` are tests from end to end.
fn mark_test_files(files: &mut [SourceFile<'_>]) {
    let mut tests = BTreeSet::new();
    for file in files.iter() {
        for (child, _) in file.children.iter().filter(|(_, test)| *test) {
            tests.insert([file.module.as_slice(), &[child]].concat());
        }
    }
    for file in files.iter_mut() {
        if tests.iter().any(|module| file.module.starts_with(module)) {
            file.mark_as_tests();
        }
    }
}

fn doors(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    for path in &file.paths {
        let rooted = path.segments.first() == Some(&"");
        let Some(name) = path.segments.get(usize::from(rooted)) else {
            continue;
        };
        // `publish/rss.rs` shares its name with the crate: a module declared or imported here is not the crate.
        let is_local = !rooted
            && (file.children.iter().any(|(child, _)| child == name)
                || file.paths.iter().any(|other| {
                    other.naming != Naming::Inline
                        && other.bound() == Some(name)
                        && other.segments.first() != Some(name)
                        && other.segments.first() != Some(&"")
                }));
        let door = DOORS.iter().find(|(crates, _)| crates.contains(name));
        let Some((_, places)) = door.filter(|_| !is_local) else {
            continue;
        };
        if !places.iter().any(|place| file.is_in(place)) {
            let law = if *name == "serde" { "serde" } else { "doors" };
            let what = format!(
                "`{name}` is named only in {}: ask that room, or move this there",
                places.join(", ")
            );
            report(path.line, law, what);
        }
    }
}

fn clock(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    if CLOCK.iter().any(|place| file.is_in(place)) {
        return;
    }
    for path in &file.paths {
        let throws = DICE.iter().any(|dice| path.segments.contains(dice));
        let reads = throws || CLOCKS.iter().any(|clock| path.ends(clock, "now"));
        let last = path.segments.last().copied().unwrap_or_default();
        let renames = path.alias.is_some() && CLOCKS.contains(&last);
        if reads || renames {
            let what = format!(
                "`{}` reads or disguises the clock, or draws from chance: take `now`, or a draw, as an argument",
                path.segments.join("::")
            );
            report(path.line, "clock", what);
        }
    }
}

fn sizes(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    if file.length >= FILE_LINES {
        let what = format!(
            "{} lines without tests, and {FILE_LINES} is too many: split it by what it knows",
            file.length
        );
        report(FILE_LINES, "sizes", what);
    }
    for function in file.functions.iter().filter(|f| !f.in_test) {
        if function.length >= FUNCTION_LINES {
            let what = format!(
                "`{}` runs {} lines, and {FUNCTION_LINES} is too many: name its steps",
                function.name, function.length
            );
            report(function.line, "sizes", what);
        }
    }
}

fn names(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    let what = |name: &str| format!("`{name}` says nothing: call a module by what it knows");
    if let Some(name) = file.module.iter().find(|n| EMPTY_NAMES.contains(n)) {
        report(1, "names", what(name));
    }
    for (at, token) in file.tokens.iter().enumerate() {
        let name = file.text(at + 1);
        if token.text == "mod" && EMPTY_NAMES.contains(&name) {
            report(token.line, "names", what(name));
        }
    }
}

/// The half of the serde law that no path shows: a derive whose name came in through some prelude or glob.
fn derives(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    if SERDE.iter().any(|place| file.is_in(place)) {
        return;
    }
    for at in 0..file.tokens.len() {
        if file.text(at) != "derive" || file.text(at + 1) != "(" {
            continue;
        }
        for token in &file.tokens[at..file.partner[at + 1]] {
            if ["Serialize", "Deserialize"].contains(&token.text) {
                let what = format!(
                    "`{}` on a domain type: give the edge ({}) a shape of its own",
                    token.text,
                    SERDE.join(", ")
                );
                report(token.line, "serde", what);
            }
        }
    }
}

fn voice(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    if VOICE.iter().any(|place| file.is_in(place)) {
        return;
    }
    let mut say = |line, name: &str| {
        let what = format!("`{name}` is for `cli` alone: return a value, or use `tracing`");
        report(line, "voice", what);
    };
    for (line, name) in macros(file).filter(|(_, name)| PRINTS.contains(name)) {
        say(line, name);
    }
    for path in &file.paths {
        for (_, name) in OUTLETS
            .iter()
            .filter(|(parent, name)| path.ends(parent, name))
        {
            say(path.line, name);
        }
    }
}

fn unsound(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    if UNSAFE.iter().any(|place| file.is_in(place)) {
        return;
    }
    for token in file.tokens.iter().filter(|token| token.text == "unsafe") {
        let what = format!(
            "`unsafe` stands in {} alone: find a crate that has done it",
            UNSAFE.join(", ")
        );
        report(token.line, "unsafe", what);
    }
}

fn panics(file: &SourceFile<'_>, report: &mut impl FnMut(usize, &'static str, String)) {
    let panicking = macros(file).filter(|(_, name)| PANICS.contains(name));
    let unwrapping = file.tokens.iter().enumerate().filter(|(at, token)| {
        UNWRAPS.contains(&token.text) && *at > 0 && [".", "::"].contains(&file.text(at - 1))
    });
    let in_tests: BTreeSet<usize> = (file.tokens.iter().zip(&file.tests))
        .filter_map(|(token, test)| test.then_some(token.line))
        .collect();
    let all = panicking.chain(unwrapping.map(|(_, token)| (token.line, token.text)));
    for (line, name) in all {
        let is_argued = file.invariants.contains(&line) || file.invariants.contains(&(line - 1));
        if !is_argued && !in_tests.contains(&line) {
            let what = format!(
                "`{name}` can kill a visit: return an error, or argue it on this line or the one above with `// invariant:`"
            );
            report(line, "panics", what);
        }
    }
}

/// Every macro call: its line and the macro's last name.
fn macros<'f>(file: &'f SourceFile<'_>) -> impl Iterator<Item = (usize, &'f str)> {
    let calls =
        |at: &usize| file.text(at + 1) == "!" && ["(", "[", "{"].contains(&file.text(at + 2));
    (0..file.tokens.len())
        .filter(calls)
        .map(|at| (file.tokens[at].line, file.text(at)))
}

/// Adds every Rust file below `folder` as (path relative to `root`, text).
fn read_tree(root: &path::Path, folder: &path::Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("src is a folder") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            read_tree(root, &path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = fs::read_to_string(&path).expect("source is UTF-8");
            let below = path.strip_prefix(root).expect("walked down from root");
            let parts: Vec<_> = below.iter().map(|p| p.to_string_lossy()).collect();
            files.push((parts.join("/"), text));
        }
    }
}

#[test]
fn the_house_keeps_its_laws() {
    let home = path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    read_tree(&home.join("src"), &home.join("src"), &mut files);
    assert!(
        files.len() >= 10,
        "read only {} files: a law that reads nothing proves nothing",
        files.len()
    );
    let manifest = fs::read_to_string(home.join("Cargo.toml")).expect("Cargo.toml is there");
    let mut found = violations(&files);
    found.extend(undoored(&manifest));
    let lines: Vec<String> = found.iter().map(Violation::to_string).collect();
    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        lines.len(),
        lines.join("\n")
    );
}
