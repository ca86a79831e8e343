//! The documents say what is so: their links lead somewhere, their tables name what exists, their configurations pass `check`.
//!
//! Each check is a function of texts that returns what is wrong, so that `a_document_that_lies_is_caught` can prove it by planting a lie. What a
//! sentence claims is for readers to doubt; only what has a shape is checked here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Beside every page in `docs/`.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "samples/README.md",
    "systemd/README.md",
];

/// How many rules each letter has.
const RULES: &[(char, usize)] = &[
    ('F', 49),
    ('W', 7),
    ('D', 2),
    ('R', 1),
    ('P', 25),
    ('S', 17),
    ('O', 1),
    ('H', 2),
    ('L', 2),
    ('T', 13),
    ('C', 14),
];

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(home().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every document, by its path.
fn documents() -> Vec<(String, String)> {
    let pages = fs::read_dir(home().join("docs")).expect("docs is a folder");
    let pages = pages.map(|page| page.expect("docs can be listed").file_name());
    let pages = pages.map(|name| format!("docs/{}", name.to_string_lossy()));
    let pages = pages.filter(|path| path.ends_with(".md"));
    let named = DOCUMENTS.iter().map(|path| (*path).to_owned());
    named
        .chain(pages)
        .map(|path| (path.clone(), text(&path)))
        .collect()
}

/// What stands under a heading, up to the next of its rank or above.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let (_, after) = document
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no section {heading:?}"));
    let rank = |line: &str| line.bytes().take_while(|b| *b == b'#').count();
    let is_next = |line: &str| (1..=rank(heading)).contains(&rank(line));
    let length = after
        .split_inclusive('\n')
        .take_while(|line| !is_next(line));
    &after[..length.map(str::len).sum()]
}

/// The rows of the tables in a text, as cells, without their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut in_body = false;
    for line in text.lines() {
        if !line.starts_with('|') {
            in_body = false;
        } else if line.starts_with("|---") {
            in_body = true;
        } else if in_body {
            let cells = line.trim_matches('|').split(" | ");
            rows.push(cells.map(str::trim).collect());
        }
    }
    rows
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A Markdown text without its fenced blocks, and those blocks in a language.
fn fenced(document: &str, language: &str) -> (String, Vec<String>) {
    let (mut prose, mut blocks) = (String::new(), Vec::new());
    let mut open: Option<Option<String>> = None;
    for line in document.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(tag), None) => open = Some((tag == language).then(String::new)),
            (Some(_), Some(_)) => blocks.extend(open.take().flatten()),
            (None, Some(Some(block))) => *block += &format!("{line}\n"),
            (None, Some(None)) => {}
            (None, None) => prose += &format!("{line}\n"),
        }
    }
    (prose, blocks)
}

/// Relative links that lead nowhere.
fn broken_links(path: &str, document: &str) -> Vec<String> {
    let (prose, _) = fenced(document, "");
    let targets = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let relative = targets
        .map(|(target, _)| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains(':'));
    let folder = home()
        .join(path)
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default();
    relative
        .filter(|target| !folder.join(target).exists())
        .map(|target| format!("{path}: the link to {target} leads nowhere"))
        .collect()
}

/// Dependencies, of the program and of its tests.
fn dependencies(manifest: &str) -> BTreeSet<&str> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside)
            && !line.starts_with([' ', '#'])
        {
            found.insert(name.trim());
        }
    }
    found
}

/// Dependencies without a row in the table of crates, and rows without a dependency.
fn unexplained_crates(manifest: &str, architecture: &str) -> Vec<String> {
    let needed = dependencies(manifest);
    let table = rows(section(architecture, "## Crates"));
    let told: BTreeSet<&str> = table
        .iter()
        .filter_map(|row| quoted(row[0]).next())
        .collect();
    let missing = needed
        .difference(&told)
        .map(|name| format!("{name} has no row"));
    let empty = table
        .iter()
        .filter(|row| row.get(1).is_none_or(|why| why.is_empty()));
    let empty = empty.map(|row| format!("{} has no reason", row[0]));
    let idle = told
        .difference(&needed)
        .map(|name| format!("{name} is no dependency"));
    missing.chain(empty).chain(idle).collect()
}

/// Limits whose constant is not where the table says.
fn lost_limits(architecture: &str) -> Vec<String> {
    let wrong = |row: &Vec<&str>| {
        let (first, last) = (row.first()?, row.last()?);
        let place = quoted(last).last()?;
        let source = fs::read_to_string(home().join(place)).unwrap_or_default();
        let there = match quoted(first).next() {
            Some(name) => source.contains(&format!("const {name}:")),
            None => quoted(last)
                .next()
                .is_some_and(|name| source.contains(name)),
        };
        (!there).then(|| format!("{first} is not in {place}"))
    };
    let table = rows(section(architecture, "### Limits"));
    table.iter().filter_map(wrong).collect()
}

/// Tests that a text names as `FILE::name` and that do not exist.
fn lost_proofs(path: &str, document: &str) -> Vec<String> {
    let is_name = |name: &str| {
        name.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let named = quoted(document).filter_map(|words| words.rsplit_once("::"));
    let named =
        named.filter(|(file, name)| file.contains('/') && !file.contains(' ') && is_name(name));
    named
        .filter(|(file, name)| !is_test(file, name))
        .map(|(file, name)| format!("{path}: there is no test {file}::{name}"))
        .collect()
}

fn is_test(file: &str, name: &str) -> bool {
    let place = match file.strip_prefix("it/") {
        Some(rest) => format!("tests/it/{rest}.rs"),
        None => format!("src/{file}.rs"),
    };
    let source = fs::read_to_string(home().join(place)).unwrap_or_default();
    let lines: Vec<&str> = source.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains(&format!("fn {name}(")));
    // The attribute stands right above, or above others.
    at.is_some_and(|at| {
        let above = &lines[at.saturating_sub(4)..at];
        above
            .iter()
            .any(|line| line.trim_start().starts_with("#[") && line.contains("test"))
    })
}

/// Rules with no row or several, and rows that say what they do not show.
fn unsound_rules(conformance: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows(conformance) {
        let [id, _, status, ..] = row.as_slice() else {
            wrong.push(format!("a row too short: {row:?}"));
            continue;
        };
        *seen.entry((*id).to_owned()).or_default() += 1;
        let proofs = row
            .get(3)
            .is_some_and(|last| quoted(last).any(|words| words.contains("::")));
        match *status {
            "held" if !proofs => wrong.push(format!("{id} is held without a test")),
            "held" | "in part" => {}
            "not yet" if proofs => wrong.push(format!("{id} is not yet, and has a test")),
            "not yet" => {}
            other => wrong.push(format!("{id}: {other:?} is no status")),
        }
    }
    let ids = RULES
        .iter()
        .flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}")));
    for id in ids {
        match seen.remove(&id) {
            Some(1) => {}
            Some(_) => wrong.push(format!("{id} has several rows")),
            None => wrong.push(format!("{id} has no row")),
        }
    }
    wrong.extend(seen.into_keys().map(|id| format!("{id} is no rule")));
    wrong
}

fn headwater(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
    command.args(arguments).current_dir(folder);
    command.env_remove("HEADWATER_CONFIG").env("NO_COLOR", "1");
    command.output().expect("the program was built and starts")
}

#[track_caller]
fn nothing_wrong(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_relative_link_leads_somewhere() {
    let documents = documents();
    nothing_wrong(
        documents
            .iter()
            .flat_map(|(path, text)| broken_links(path, text))
            .collect(),
    );
}

#[test]
fn every_dependency_has_a_row_with_its_reason() {
    nothing_wrong(unexplained_crates(
        &text("Cargo.toml"),
        &text("ARCHITECTURE.md"),
    ));
}

#[test]
fn every_limit_is_where_the_table_says() {
    nothing_wrong(lost_limits(&text("ARCHITECTURE.md")));
}

#[test]
fn every_rule_has_one_row_and_every_test_named_exists() {
    let mut wrong = unsound_rules(&text("docs/conformance.md"));
    for (path, text) in documents() {
        wrong.extend(lost_proofs(&path, &text));
    }
    nothing_wrong(wrong);
}

#[test]
fn configurations_in_the_documents_pass_check() {
    let mut checked = 0;
    for (path, text) in documents() {
        for block in fenced(&text, "toml").1 {
            let folder = tempfile::tempdir().expect("a folder can be made");
            fs::write(folder.path().join("feeds.toml"), &block).expect("it can be written to");
            let said = headwater(&["check"], folder.path());
            let complaint = String::from_utf8_lossy(&said.stderr);
            assert!(said.status.success(), "in {path}:\n{block}\n{complaint}");
            checked += 1;
        }
    }
    assert!(checked > 0, "the README shows no configuration");
}

#[test]
fn the_readme_lists_the_commands_there_are() {
    let said = headwater(&["--help"], home());
    let help = String::from_utf8_lossy(&said.stdout);
    let (_, list) = help
        .split_once("\nCommands:\n")
        .expect("help lists the commands");
    let list = list.lines().take_while(|line| line.starts_with("  "));
    let there: BTreeSet<&str> = list
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let readme = text("README.md");
    let told = rows(section(&readme, "## Commands"));
    let told = told
        .iter()
        .filter_map(|row| quoted(row[0]).next()?.split(' ').next());
    let told: BTreeSet<&str> = told.chain(["help"]).collect();
    assert_eq!(told, there);
}

#[test]
fn a_document_that_lies_is_caught() {
    let links = "[a](README.md) [b](docs/none.md#x) [c](https://x.example/)\n```\n[d](none)\n```\n";
    assert_eq!(
        broken_links("README.md", links),
        ["README.md: the link to docs/none.md leads nowhere"]
    );

    let manifest =
        "[dependencies]\nurl = \"2\"\nuuid = { version = \"1\" }\n[profile.dev]\nopt = 1\n";
    let page =
        "\n## Crates\n| crate | for |\n|---|---|\n| `url` | addresses |\n| `old` | |\n## Next\n";
    let wrong = [
        "uuid has no row",
        "`old` has no reason",
        "old is no dependency",
    ];
    assert_eq!(unexplained_crates(manifest, page), wrong);

    let page = "\n### Limits\n| a | b |\n|---|---|\n| `MAX_NOTHING` | `src/lib.rs` |\n| `HOPS` | `src/ingest/fetch/redirect.rs` |\n";
    assert_eq!(lost_limits(page), ["`MAX_NOTHING` is not in src/lib.rs"]);

    let proofs = "`it/docs::a_document_that_lies_is_caught`, `it/docs::no_such_test`, `it/docs::text`, `axum::serve`";
    let lost = [
        "x: there is no test it/docs::no_such_test",
        "x: there is no test it/docs::text",
    ];
    assert_eq!(lost_proofs("x", proofs), lost);

    let table = "|id|\n|---|\n| F1 | r | held | sure |\n| F2 | r | not yet | |\n| F2 | r | maybe | |\n| X1 | r | in part | |\n";
    let wrong = unsound_rules(table);
    for lie in [
        "F1 is held without a test",
        "F2: \"maybe\" is no status",
        "F2 has several rows",
        "F3 has no row",
        "X1 is no rule",
    ] {
        assert!(wrong.iter().any(|told| told == lie), "{lie}: {wrong:#?}");
    }
}
