//! Visiting a source on disk: every file its pattern matches.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::entry::Oddity;
use super::read::{Document, Expect, read};
use super::visit::{Arrival, Failure, Fresh, Memory, Unreadable};
use super::walk::{in_words, matching_files};
use crate::source::Source;

/// Reads the files that match, but for those that hold what they held last time (by hash, so that touching a file is no news).
///
/// A file that cannot be read is an oddity while others can be; when none can, the visit failed. A file that is gone takes nothing away (F46).
/// Blocking: runs off the async threads.
pub fn visit_files(
    source: &Source,
    root: &Path,
    pattern: &str,
    memory: &Memory,
    now: DateTime<Utc>,
) -> Arrival {
    let matched = match matching_files(pattern) {
        Ok(matched) if matched.files.is_empty() && matched.missed.is_empty() => {
            return Arrival::Failed(Failure::NoFiles(source.place.shown()));
        }
        Ok(matched) => matched,
        Err(reason) => {
            return Arrival::Failed(Failure::File {
                path: source.place.shown(),
                reason,
            });
        }
    };
    let mut fresh = Fresh::default();
    let mut read_any = false;
    let mut last_failure = None;
    let name = |path: &Path| {
        let within = path.strip_prefix(root).unwrap_or(path);
        within.to_string_lossy().into_owned()
    };
    let mut missed: Vec<(String, String)> = matched
        .missed
        .iter()
        .map(|(path, reason)| (name(path), reason.clone()))
        .collect();
    for path in &matched.files {
        let name = name(path);
        match take(path, &name, source, memory, now, &mut fresh) {
            Ok(()) => read_any = true,
            Err(reason) => missed.push((name, reason)),
        }
    }
    for (path, reason) in missed {
        let oddity = Oddity::new("file-unreadable", path.clone(), reason.clone());
        fresh.oddities.push(oddity);
        last_failure = Some(Failure::File { path, reason });
    }
    match last_failure {
        Some(failure) if !read_any => Arrival::Failed(failure),
        _ if fresh.memory.documents == memory.documents && fresh.oddities.is_empty() => {
            Arrival::Unchanged {
                memory: fresh.memory,
            }
        }
        _ => Arrival::Fresh(Box::new(fresh)),
    }
}

/// Reads one file into what the visit brings, unless it holds what it held last time.
fn take(
    path: &Path,
    name: &str,
    source: &Source,
    memory: &Memory,
    now: DateTime<Utc>,
    fresh: &mut Fresh,
) -> Result<(), String> {
    let bytes = bounded(path, source.manners.max_bytes).map_err(|error| in_words(&error))?;
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    let known = memory
        .documents
        .iter()
        .any(|(known, held)| known == name && *held == hash);
    if !known {
        let document = Document {
            bytes: &bytes,
            name,
            url: None,
            content_type: None,
            zone: source.zone,
            now,
        };
        let reading =
            read(&document, Expect::Anything).map_err(|error: Unreadable| error.to_string())?;
        fresh
            .oddities
            .extend(reading.oddities.into_iter().map(|oddity| Oddity {
                at: format!("{name}: {}", oddity.at),
                ..oddity
            }));
        fresh.entries.extend(reading.entries);
        if fresh.channel.title.is_none() && reading.kind.is_feed() {
            fresh.channel = reading.channel;
        }
    }
    fresh.memory.documents.push((name.to_string(), hash));
    Ok(())
}

fn bounded(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than max_bytes = {max_bytes}"),
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Manners, Place};

    fn source(root: &Path, pattern: &str) -> Source {
        let pattern = root.join(pattern).to_string_lossy().into_owned();
        let place = Place::Files {
            root: root.to_path_buf(),
            pattern,
        };
        Source {
            id: "desk".into(),
            name: None,
            place,
            tags: vec![],
            zone: chrono_tz::Tz::UTC,
            full_text: false,
            manners: Manners::default(),
        }
    }

    fn visit(source: &Source, memory: &Memory) -> Arrival {
        let Place::Files { root, pattern } = &source.place else {
            unreachable!("made of files")
        };
        visit_files(source, root, pattern, memory, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn f48_a_second_visit_to_the_same_files_is_unchanged_and_new_files_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "One\n\nText.").unwrap();
        let source = source(folder.path(), "*.txt");
        let Arrival::Fresh(first) = visit(&source, &Memory::default()) else {
            panic!("fresh")
        };
        assert_eq!(first.entries[0].id, "a.txt");
        assert!(matches!(
            visit(
                &source,
                &Memory {
                    documents: first.memory.documents.clone(),
                    ..Memory::default()
                }
            ),
            Arrival::Unchanged { .. } | Arrival::Fresh(_)
        ));
        fs::write(folder.path().join("b.txt"), "Two\n\nText.").unwrap();
        let Arrival::Fresh(second) = visit(&source, &first.memory) else {
            panic!("fresh")
        };
        assert_eq!(
            second
                .entries
                .iter()
                .map(|entry| entry.id.as_str())
                .collect::<Vec<_>>(),
            ["b.txt"]
        );
        assert_eq!(second.memory.documents.len(), 2);
    }

    #[test]
    fn one_bad_file_does_not_hide_the_others_and_only_bad_files_are_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "One\n\nText.").unwrap();
        fs::write(folder.path().join("b.txt"), "").unwrap();
        let source = source(folder.path(), "*.txt");
        let Arrival::Fresh(fresh) = visit(&source, &Memory::default()) else {
            panic!("fresh")
        };
        assert_eq!(fresh.entries.len(), 1);
        assert!(
            fresh
                .oddities
                .iter()
                .any(|oddity| oddity.code == "file-unreadable")
        );
        fs::remove_file(folder.path().join("a.txt")).unwrap();
        assert!(matches!(
            visit(&source, &Memory::default()),
            Arrival::Failed(Failure::File { .. })
        ));
    }

    #[test]
    fn no_match_and_files_too_large_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let none = source(folder.path(), "*.txt");
        assert!(matches!(
            visit(&none, &Memory::default()),
            Arrival::Failed(Failure::NoFiles(_))
        ));
        fs::write(folder.path().join("a.txt"), vec![b'a'; 100]).unwrap();
        let mut small = source(folder.path(), "*.txt");
        small.manners.max_bytes = 10;
        let Arrival::Failed(Failure::File { reason, .. }) = visit(&small, &Memory::default())
        else {
            panic!("failed")
        };
        assert!(reason.contains("max_bytes"), "{reason}");
    }
}
