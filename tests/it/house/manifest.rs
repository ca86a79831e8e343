//! Law 2 at the gate: no crate becomes a dependency without a door.

use super::{DOORS, FREE, Violation};

/// Every dependency of this Cargo.toml that has neither a door nor a pass, and every row that no dependency needs.
pub fn undoored(manifest: &str) -> Vec<Violation> {
    let known = || DOORS.iter().flat_map(|(crates, _)| *crates).chain(FREE);
    let violation = |line, what| Violation {
        file: "Cargo.toml".to_owned(),
        line,
        law: "doors",
        what,
    };
    let present = dependencies(manifest);
    let mut found = Vec::new();
    for (line, name) in &present {
        if !known().any(|k| k == name) {
            let what = format!("`{name}` has no door yet: give it one in DOORS, on purpose");
            found.push(violation(*line, what));
        }
    }
    for name in known().filter(|k| !present.iter().any(|(_, name)| name == *k)) {
        let what =
            format!("`{name}` has a row in DOORS or FREE but is no dependency: drop the row");
        found.push(violation(1, what));
    }
    found
}

/// The lines and library names of all normal dependencies, whatever platform they are for.
fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut inside = false;
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        let key = if let Some(header) = line.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or_default();
            let (table, last) = header.rsplit_once('.').unwrap_or(("", header));
            inside = last == "dependencies";
            let is_table = table == "dependencies" || table.ends_with(".dependencies");
            if is_table { last } else { "" }
        } else {
            let key = line.split_once('=').map_or("", |(key, _)| key.trim());
            let key = key.split('.').next().unwrap_or_default();
            if inside { key } else { "" }
        };
        if !key.is_empty() && key.chars().all(is_key) {
            found.push((index + 1, key.replace('-', "_")));
        }
    }
    found
}
