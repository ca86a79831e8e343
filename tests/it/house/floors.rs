//! Law 1: a room looks down only, and the files inside a room form no circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::reading::{Naming, Path, SourceFile};
use super::{ROOMS, Violation};

/// How many re-exports a name is followed through before the file at hand is taken for its home.
const REEXPORT_HOPS: usize = 8;

pub fn floors(files: &[SourceFile<'_>]) -> Vec<Violation> {
    let rank = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut found = Vec::new();
    let mut strangers = BTreeSet::new();
    for file in files {
        match file.path {
            "lib.rs" => found.extend(library_root(file)),
            "main.rs" => found.extend(binary_root(file)),
            _ => {}
        }
        found.extend(relocated_modules(file));
        if file.module.is_empty() {
            continue;
        }
        let Some(own) = rank(file.room()) else {
            if strangers.insert(file.room()) {
                let what = format!(
                    "`{}` is no room of the house: put the file into one, or give the room a floor in ROOMS on purpose",
                    file.room()
                );
                found.push(Violation::new(file, 1, "floors", what));
            }
            continue;
        };
        for path in &file.paths {
            let Some(target) = absolute(file, path) else {
                continue;
            };
            let room = target.first().copied().unwrap_or("*");
            let what = match rank(room) {
                Some(other) if other <= own => continue,
                Some(_) => format!(
                    "`{}` may not look up to `{room}`: take what it needs as an argument, or move the shared type down",
                    file.room()
                ),
                None if room == "*" => "imports the whole crate: name the room it needs".to_owned(),
                None => format!("`crate::{room}` is no room: everything lives in a room"),
            };
            found.push(Violation::new(file, path.line, "floors", what));
        }
    }
    found
}

/// lib.rs declares modules and nothing else.
fn library_root(file: &SourceFile<'_>) -> Option<Violation> {
    let mut at = 0;
    while at < file.tokens.len() {
        at = match (file.text(at), file.text(at + 1), file.text(at + 2)) {
            ("#", "[", _) => file.partner[at + 1] + 1,
            ("#", "!", "[") => file.partner[at + 2] + 1,
            ("pub", "(", _) => file.partner[at + 1] + 1,
            ("pub", _, _) => at + 1,
            ("mod", _, ";") => at + 3,
            _ => {
                let what = "lib.rs only declares modules: move the rest into a room";
                let line = file.tokens[at].line;
                return Some(Violation::new(file, line, "floors", what.to_owned()));
            }
        };
    }
    None
}

/// main.rs is three lines of code and knows nobody but `cli`.
fn binary_root(file: &SourceFile<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut report = |line, what: &str| {
        found.push(Violation::new(file, line, "floors", what.to_owned()));
    };
    let lines: BTreeSet<usize> = file.tokens.iter().map(|t| t.line).collect();
    if let Some(fourth) = lines.iter().nth(3) {
        report(*fourth, "main.rs is three lines: move the rest into `cli`");
    }
    if let Some(module) = file.tokens.iter().find(|t| t.text == "mod") {
        report(module.line, "main.rs declares no module: lib.rs does");
    }
    for path in &file.paths {
        if path.segments.first() == Some(&env!("CARGO_PKG_NAME"))
            && path.segments.get(1) != Some(&"cli")
        {
            report(path.line, "main.rs knows nobody but `cli`: go through it");
        }
    }
    found
}

/// `#[path = "…"]` would let a file stand in one room and live in another.
fn relocated_modules(file: &SourceFile<'_>) -> Vec<Violation> {
    let what = "a module lives where its name says: drop the `path` attribute";
    (0..file.tokens.len())
        .filter(|at| {
            let wanted = ["#", "[", "path", "="];
            (0..4).all(|i| file.text(at + i) == wanted[i])
        })
        .map(|at| Violation::new(file, file.tokens[at].line, "floors", what.to_owned()))
        .collect()
}

/// The path from the crate's root, or nothing when it leads out of the crate or to something local.
fn absolute<'a>(file: &SourceFile<'a>, path: &Path<'a>) -> Option<Vec<&'a str>> {
    let first = *path.segments.first()?;
    let mut rest = path.segments.as_slice();
    let mut target = path.module.clone();
    match first {
        "crate" => {
            target.clear();
            rest = &rest[1..];
        }
        "self" | "super" => {
            while let Some((&("self" | "super"), tail)) = rest.split_first() {
                if rest[0] == "super" {
                    target.pop()?;
                }
                rest = tail;
            }
        }
        // In the file that declares `mod x;` a bare `x::y` is the child's.
        name if path.module == file.module && file.children.iter().any(|(c, _)| *c == name) => {}
        _ => return None,
    }
    target.extend(rest);
    Some(target)
}

/// The files of the crate by module path.
struct Modules<'f, 'a> {
    files: &'f [SourceFile<'a>],
    by_module: BTreeMap<&'f [&'a str], usize>,
}

impl<'f, 'a> Modules<'f, 'a> {
    fn of(files: &'f [SourceFile<'a>]) -> Self {
        let by_module = files
            .iter()
            .enumerate()
            .map(|(index, file)| (file.module.as_slice(), index))
            .collect();
        Self { files, by_module }
    }

    /// The file in which `target` is defined, as far as re-exports can be followed by name.
    fn home(&self, target: &[&'a str], hops: usize) -> Option<usize> {
        let depth = (1..=target.len())
            .rev()
            .find(|depth| self.by_module.contains_key(&target[..*depth]))?;
        let here = self.by_module[&target[..depth]];
        let Some(name) = target.get(depth) else {
            return Some(here);
        };
        let file = &self.files[here];
        let imports = || {
            file.paths
                .iter()
                .filter(|p| p.naming != Naming::Inline && !p.in_test && p.module == file.module)
        };
        if hops == 0 || (*name == "*") {
            return Some(here);
        }
        if let Some(import) = imports().find(|p| p.bound() == Some(name)) {
            let mut onward = absolute(file, import)?;
            onward.extend(&target[depth + 1..]);
            return self.home(&onward, hops - 1);
        }
        if file.definitions.contains(name) {
            return Some(here);
        }
        let through_glob = imports()
            .filter(|p| p.bound() == Some("*"))
            .filter_map(|p| self.home(&absolute(file, p)?, hops - 1))
            .find(|other| self.files[*other].definitions.contains(name));
        Some(through_glob.unwrap_or(here))
    }

    /// Which files of its own room a file needs, tests aside, and on which line it says so first.
    fn arrows(&self, from: usize) -> BTreeMap<usize, usize> {
        let file = &self.files[from];
        let mut arrows = BTreeMap::new();
        for path in file.paths.iter().filter(|p| !p.in_test) {
            let Some(target) = absolute(file, path) else {
                continue;
            };
            if target.first() != Some(&file.room()) {
                continue;
            }
            let Some(to) = self.home(&target, REEXPORT_HOPS).filter(|to| *to != from) else {
                continue;
            };
            // Handing on a child's name is no need of it; using that name is.
            let hands_on = path.naming == Naming::Reexport && target[..].starts_with(&file.module);
            let line = match path.bound() {
                Some(name) if hands_on => file.first_use(name),
                _ => Some(path.line),
            };
            if let Some(line) = line {
                let first = arrows.entry(to).or_insert(line);
                *first = line.min(*first);
            }
        }
        arrows
    }
}

pub fn circles(files: &[SourceFile<'_>]) -> Vec<Violation> {
    let modules = Modules::of(files);
    let arrows: Vec<BTreeMap<usize, usize>> =
        (0..files.len()).map(|from| modules.arrows(from)).collect();
    let mut found = Vec::new();
    for (from, targets) in arrows.iter().enumerate() {
        for (to, line) in targets {
            let Some(way) = way_back(&arrows, *to, from) else {
                continue;
            };
            let names: Vec<&str> = way.iter().map(|file| files[*file].path).collect();
            let what = format!(
                "needs `{}`, which leads back here: {} → {}; move what both need into a file below both",
                files[*to].path,
                files[from].path,
                names.join(" → ")
            );
            found.push(Violation::new(&files[from], *line, "circles", what));
        }
    }
    found
}

/// The shortest way along the arrows from `start` to `goal`, both included.
fn way_back(arrows: &[BTreeMap<usize, usize>], start: usize, goal: usize) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::from([(start, start)]);
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        if at == goal {
            let mut way = vec![goal];
            let mut step = goal;
            while step != start {
                step = came_from[&step];
                way.push(step);
            }
            way.reverse();
            return Some(way);
        }
        for next in arrows[at].keys() {
            came_from.entry(*next).or_insert_with(|| {
                queue.push_back(*next);
                at
            });
        }
    }
    None
}
