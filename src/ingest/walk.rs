//! Which files a pattern matches. A walk of our own over the pattern's components, because a pattern meets whatever lies on a disk: links that lead in circles,
//! folders that may not be read, names that are no text.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io;
use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied};
use std::path::{Component, Path, PathBuf};

use glob::Pattern;

/// Most files that one pattern may match: a pattern that takes in a whole disk is a mistake.
const MAX_FILES: usize = 20_000;

/// Most names that are held against one pattern: far above an archive of [`MAX_FILES`] articles with their pictures, and looked through in seconds.
const MAX_NAMES: usize = 500_000;

/// Most places told that could not be looked into.
const MAX_MISSED: usize = 20;

/// What a pattern matches, and what it might have matched and could not be looked at.
#[derive(Debug, Default)]
pub struct Matched {
    /// Sorted by path.
    pub files: Vec<PathBuf>,
    /// A folder or file, and why, for people; the first twenty.
    pub missed: Vec<(PathBuf, String)>,
}

/// The files a pattern matches; or why there can be none, for people.
///
/// `*`, `?` and `[a-z]` match within a name, `**` any folders or none. Links are followed, but under one `**` no folder is walked twice: one that is reached by several
/// ways counts where it really lies, else where its path is shortest. Blocking.
pub fn matching_files(pattern: &str) -> Result<Matched, String> {
    let mut walk = Walk::default();
    let mut parts = Vec::new();
    let mut start = PathBuf::new();
    for component in Path::new(pattern).components() {
        match component {
            Component::Normal(name) => {
                let part = Part::of(&name.to_string_lossy())?;
                if part != Part::Folders || parts.last() != Some(&Part::Folders) {
                    parts.push(part);
                }
            }
            Component::ParentDir if !parts.is_empty() => parts.push(Part::Name("..".into())),
            Component::CurDir => {}
            other => start.push(other),
        }
    }
    walk.real.push_back(Place {
        path: start,
        part: 0,
    });
    while let Some(place) = walk.real.pop_front().or_else(|| walk.linked.pop_front()) {
        walk.step(place, &parts)?;
    }
    walk.found.files.sort();
    walk.found.files.dedup();
    Ok(walk.found)
}

/// One component of a pattern.
#[derive(Debug, PartialEq)]
enum Part {
    /// A plain name: it is not looked for, so its folder need not be readable.
    Name(String),
    Like(Pattern),
    /// `**`.
    Folders,
}

impl Part {
    fn of(text: &str) -> Result<Part, String> {
        if text == "**" {
            return Ok(Part::Folders);
        }
        if !text.contains(['*', '?', '[']) {
            return Ok(Part::Name(text.to_owned()));
        }
        let pattern = Pattern::new(text);
        pattern
            .map(Part::Like)
            .map_err(|error| format!("the pattern cannot be read: {error}"))
    }
}

/// Where the walk is to go on, and with which component.
struct Place {
    path: PathBuf,
    part: usize,
}

#[derive(Default)]
struct Walk {
    found: Matched,
    /// Folders to look into; those behind links only when no other is left.
    real: VecDeque<Place>,
    linked: VecDeque<Place>,
    /// Folders under a `**` by where they really lie, with the component: where links lead in circles, they lead here.
    walked: HashSet<(PathBuf, usize)>,
    names: usize,
}

impl Walk {
    fn step(&mut self, Place { path, part }: Place, parts: &[Part]) -> Result<(), String> {
        match parts.get(part) {
            None => self.end(path),
            Some(Part::Name(name)) => {
                let path = path.join(name);
                match path.try_exists() {
                    Ok(true) => self.step(
                        Place {
                            path,
                            part: part + 1,
                        },
                        parts,
                    )?,
                    Ok(false) => {}
                    Err(error) => self.miss(path, in_words(&error)),
                }
                Ok(())
            }
            Some(Part::Like(pattern)) => self.look(&path, Some(pattern), part + 1, parts.len()),
            Some(Part::Folders) => {
                let really = path.canonicalize().unwrap_or_else(|_| path.clone());
                if !self.walked.insert((really, part)) {
                    return Ok(());
                }
                self.look(&path, None, part, parts.len())?;
                self.step(
                    Place {
                        path,
                        part: part + 1,
                    },
                    parts,
                )
            }
        }
    }

    /// The pattern is used up: this is what it means.
    fn end(&mut self, path: PathBuf) -> Result<(), String> {
        if path.is_file() {
            self.found.files.push(path);
        }
        if self.found.files.len() > MAX_FILES {
            return Err(format!("the pattern matches more than {MAX_FILES} files"));
        }
        Ok(())
    }

    /// Looks through a folder: for what is like a pattern, or without one for all folders in it.
    fn look(
        &mut self,
        folder: &Path,
        like: Option<&Pattern>,
        part: usize,
        last: usize,
    ) -> Result<(), String> {
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let listed = match fs::read_dir(here) {
            Ok(listed) => listed,
            // No folder, or gone since its name was read: so there is nothing in it.
            Err(error) if matches!(error.kind(), NotADirectory | NotFound) => return Ok(()),
            Err(error) => {
                self.miss(folder.to_path_buf(), in_words(&error));
                return Ok(());
            }
        };
        let mut names = Vec::new();
        for entry in listed {
            self.names += 1;
            if self.names > MAX_NAMES {
                return Err(format!(
                    "the pattern has to be held against more than {MAX_NAMES} names; give it fewer folders to look into"
                ));
            }
            match entry {
                Ok(entry) => names.push((entry.file_name(), entry.file_type().ok())),
                Err(error) => self.miss(folder.to_path_buf(), in_words(&error)),
            }
        }
        names.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, kind) in names {
            let path = folder.join(&name);
            let is_link = kind.is_some_and(|kind| kind.is_symlink());
            let is_last = like.is_some() && part == last;
            let is_meant = match (like, name.to_str()) {
                (Some(like), Some(name)) => like.matches(name),
                (Some(like), None) => {
                    if like.matches(&name.to_string_lossy()) {
                        self.miss(path, "its name is not UTF-8; rename it".into());
                    }
                    continue;
                }
                (None, _) => true,
            };
            if !is_meant {
                continue;
            }
            if is_last {
                self.end(path)?;
            } else if is_link && path.is_dir() {
                self.linked.push_back(Place { path, part });
            } else if kind.is_some_and(|kind| kind.is_dir()) {
                self.real.push_back(Place { path, part });
            }
        }
        Ok(())
    }

    fn miss(&mut self, path: PathBuf, why: String) {
        if self.found.missed.len() < MAX_MISSED {
            self.found.missed.push((path, why));
        }
    }
}

/// An I/O error in an operator's words.
pub fn in_words(error: &io::Error) -> String {
    match error.kind() {
        NotFound => "there is no such file".into(),
        PermissionDenied => "headwater may not read it; check its permissions".into(),
        IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path, pattern: &str) -> Vec<String> {
        let found = matching_files(&folder.join(pattern).to_string_lossy()).unwrap();
        let name = |path: &PathBuf| {
            path.strip_prefix(folder)
                .unwrap()
                .to_string_lossy()
                .into_owned()
        };
        found.files.iter().map(name).collect()
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "Text.").unwrap();
        }
        folder
    }

    #[test]
    fn patterns_match_names_and_folders() {
        let folder = folder(&[
            "a.txt",
            "b.md",
            ".c.txt",
            "x/d.txt",
            "x/y/e.txt",
            "[z]/f.txt",
        ]);
        let at = |pattern| names(folder.path(), pattern);
        assert_eq!(at("*.txt"), [".c.txt", "a.txt"]);
        assert_eq!(at("[ab].*"), ["a.txt", "b.md"]);
        assert_eq!(at("a.txt"), ["a.txt"]);
        assert_eq!(at("x/../a.txt"), ["x/../a.txt"]);
        assert_eq!(at("*/?.txt"), ["[z]/f.txt", "x/d.txt"]);
        assert_eq!(
            at("**/**/*.txt"),
            [".c.txt", "[z]/f.txt", "a.txt", "x/d.txt", "x/y/e.txt"]
        );
        assert_eq!(at("x/**/e.txt"), ["x/y/e.txt"]);
        assert_eq!(at("[[]z]/*"), ["[z]/f.txt"]);
        assert!(at("a.txt/*").is_empty() && at("none/*").is_empty() && at("x").is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_in_circles_end_and_show_every_file_once() {
        use std::os::unix::fs::symlink;
        let folder = folder(&["x/a.txt", "y/b.txt"]);
        let at = |name| folder.path().join(name);
        for name in ["x/one", "x/two", "three"] {
            symlink(folder.path(), at(name)).unwrap();
        }
        symlink("nowhere", at("dangling.txt")).unwrap();
        symlink("x/a.txt", at("c.txt")).unwrap();
        assert_eq!(
            names(folder.path(), "**/*.txt"),
            ["c.txt", "x/a.txt", "y/b.txt"]
        );
        assert!(names(folder.path(), "**/*.none").is_empty());
        assert!(names(folder.path(), "**/**/*/**/*.none").is_empty());
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(folder.path(), elsewhere.path().join("in")).unwrap();
        assert_eq!(names(elsewhere.path(), "**/b.txt"), ["in/y/b.txt"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_no_text_are_told() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = folder(&["a.txt"]);
        let odd = folder.path().join(OsStr::from_bytes(b"\xff.txt"));
        fs::write(&odd, "Text.").unwrap();
        let found = matching_files(&folder.path().join("*.txt").to_string_lossy()).unwrap();
        assert_eq!(found.files, [folder.path().join("a.txt")]);
        assert_eq!(found.missed.len(), 1);
        assert_eq!(found.missed[0].0, odd);
    }
}
