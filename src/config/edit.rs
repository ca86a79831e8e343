//! A source put into feeds.toml, with every comment and blank of the file left as it was.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};
use url::Url;

use super::{Config, Faults, check};
use crate::link;
use crate::source::without_userinfo;

/// Longest id that is made up, in characters: people type it.
const LONGEST_ID: usize = 32;

/// A source to be put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    pub id: String,
    /// `url`, `page` or `sitemap`.
    pub key: &'static str,
    pub address: Url,
    pub tags: Vec<String>,
}

/// Why a source was not put in. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error("the source {id} is there already, at {address}")]
    Known { id: String, address: String },
    #[error("[[source]] is written as a list in {0}; put the source in by hand")]
    Inline(String),
    #[error("with the source in it, the file would be faulty; it was left as it was:\n{0}")]
    Faulty(Faults),
    #[error("{path} was changed by someone else meanwhile; it was left as it is: try again")]
    Changed { path: String },
    #[error(
        "{path} could not be written: {reason}; it was left as it was. To be put in by hand:\n\n{section}"
    )]
    Unwritten {
        path: String,
        reason: String,
        /// Without credentials (F38).
        section: String,
    },
    #[error("{path} could not be read: {error}")]
    Unread { path: String, error: io::Error },
}

/// Puts a source after the last one of the file that `config` came from, and returns the section as it may be shown: without the
/// credentials of its address (F38). With `dry` nothing is written.
///
/// The file is replaced in one step and keeps its owner and permissions; where it is a symbolic link, the file behind it is replaced. The new text is
/// checked before it is written.
///
/// # Errors
/// A source with that address is there; the new text has faults; the file cannot be written, was made read-only, or would get another owner.
pub fn append(config: &Config, addition: &Addition, dry: bool) -> Result<String, EditError> {
    known(config, addition)?;
    let path = fs::canonicalize(&config.path).unwrap_or_else(|_| config.path.clone());
    let unread = |error| EditError::Unread {
        path: config.path.display().to_string(),
        error,
    };
    let before = fs::read_to_string(&path).map_err(unread)?;
    let (after, section) = with_source(&before, addition, &config.path)?;
    check(&after, &config.path, config.path.clone()).map_err(EditError::Faulty)?;
    if !dry {
        let now = fs::read_to_string(&path).map_err(unread)?;
        if now != before {
            let path = config.path.display().to_string();
            return Err(EditError::Changed { path });
        }
        replace(&path, &after).map_err(|error| EditError::Unwritten {
            path: config.path.display().to_string(),
            reason: error.to_string(),
            section: section.clone(),
        })?;
    }
    Ok(section)
}

/// The same page is one source, in whatever spelling and under whatever key.
fn known(config: &Config, addition: &Addition) -> Result<(), EditError> {
    let key = |url: &Url| link::key(without_userinfo(url).as_str());
    let wanted = key(&addition.address);
    let same = config.sources.iter().find(|listening| {
        let url = listening.source.place.url();
        url.is_some_and(|url| *url == addition.address || wanted.is_some() && key(url) == wanted)
    });
    match same {
        Some(listening) => Err(EditError::Known {
            id: listening.source.id.clone(),
            address: listening.source.place.shown(),
        }),
        None => Ok(()),
    }
}

/// The text with the source in it, and the section alone.
fn with_source(
    before: &str,
    addition: &Addition,
    path: &Path,
) -> Result<(String, String), EditError> {
    let inline = || EditError::Inline(path.display().to_string());
    // The file has passed the check, so it is TOML.
    let mut document: DocumentMut = before.parse().map_err(|_| inline())?;
    let mut table = Table::new();
    table.insert("id", value(addition.id.as_str()));
    if !addition.tags.is_empty() {
        let tags: Array = addition.tags.iter().map(String::as_str).collect();
        table.insert("tags", value(tags));
    }
    table.insert(addition.key, value(addition.address.as_str()));
    let mut shown = table.clone();
    shown.insert(
        addition.key,
        value(without_userinfo(&addition.address).as_str()),
    );
    let section = format!("[[source]]\n{shown}");
    table.decor_mut().set_prefix("\n");
    let sources = document
        .entry("source")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    sources
        .as_array_of_tables_mut()
        .ok_or_else(inline)?
        .push(table);
    let mut after = document.to_string();
    if before.contains("\r\n") && !before.replace("\r\n", "").contains('\n') {
        after = after.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    Ok((after, section))
}

/// Puts a text in a file's place: written beside it, then renamed over it, so that whoever reads sees the old or the new and nothing between.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft(path);
    let written = write(&draft, path, text).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // Nobody needs half a draft; that it could not be removed changes nothing for the file.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn draft(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn write(draft: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let facts = fs::metadata(beside)?;
    // A folder that may be written lets any file in it be replaced; one that was locked is not ours to unlock.
    if facts.permissions().readonly() {
        return Err(io::Error::other("it is read-only"));
    }
    OpenOptions::new().append(true).open(beside)?;
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(draft)?;
    belong(&file, &facts)?;
    file.set_permissions(facts.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Gives a draft the owner and group of the file that it is to replace, so that who read it can read it again: root may add what a service reads.
fn belong(draft: &File, facts: &Metadata) -> io::Result<()> {
    let own = draft.metadata()?;
    if (own.uid(), own.gid()) == (facts.uid(), facts.gid()) {
        return Ok(());
    }
    fchown(draft, Some(facts.uid()), Some(facts.gid())).map_err(|_| {
        io::Error::other(
            "it belongs to another user or group, and would not any more; do this as that user",
        )
    })
}

/// An id for a source that nobody has given one: the words of its title, else its host; with a number behind it when that is taken.
pub fn free_id(config: &Config, title: Option<&str>, address: &Url) -> String {
    let of_title = title.map(slug).filter(|slug| slug.len() > 1);
    let host = link::shown_host(address);
    let base = of_title
        .or_else(|| Some(slug(&host)).filter(|slug| !slug.is_empty()))
        .unwrap_or_else(|| "source".into());
    let is_free = |id: &String| config.source(id).is_none();
    if is_free(&base) {
        return base;
    }
    // One more than there are sources: one of them is free.
    let numbered = (2..=config.sources.len() + 2).map(|number| format!("{base}-{number}"));
    numbered.into_iter().find(is_free).unwrap_or(base)
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        let more = word.to_ascii_lowercase();
        if !slug.is_empty() && slug.len() + more.len() >= LONGEST_ID {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&more);
    }
    slug.truncate(LONGEST_ID);
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# ours\n[fetch] # polite\nper_host = 1\n\n[[source]]\nid = 'a'   # the first\nurl = 'https://a.example/feed/'\n\n# ── Feeds ──\n\n[[feed]]\nid = \"all\" # everything\ntitle = \"All\"\nfrom = [\"*\"]\n";

    fn addition(address: &str) -> Addition {
        Addition {
            id: "b".into(),
            key: "url",
            address: Url::parse(address).unwrap(),
            tags: vec!["x".into(), "y".into()],
        }
    }

    fn config(text: &str) -> Config {
        super::super::parse(text, Path::new("/srv/feeds.toml")).unwrap()
    }

    #[test]
    fn a_source_goes_after_the_last_and_nothing_else_changes() {
        let (after, section) =
            with_source(FILE, &addition("https://b.example/f"), Path::new("f")).unwrap();
        assert_eq!(
            section,
            "[[source]]\nid = \"b\"\ntags = [\"x\", \"y\"]\nurl = \"https://b.example/f\"\n"
        );
        assert_eq!(
            after,
            FILE.replace("feed/'\n", &format!("feed/'\n\n{section}"))
        );
        assert_eq!(config(&after).sources.len(), 2);
        let (first, _) = with_source(
            "# none yet\n",
            &addition("https://b.example/f"),
            Path::new("f"),
        )
        .unwrap();
        assert!(
            first.contains("# none yet") && first.contains(&section),
            "{first}"
        );
        let windows = FILE.replace('\n', "\r\n");
        let (after, _) =
            with_source(&windows, &addition("https://b.example/f"), Path::new("f")).unwrap();
        assert!(
            !after.replace("\r\n", "").contains(['\r', '\n']),
            "{after:?}"
        );
        let inline = "source = [{ id = 'a', files = 'x' }]\n";
        assert!(matches!(
            with_source(inline, &addition("https://b.example/f"), Path::new("f")),
            Err(EditError::Inline(_))
        ));
    }

    #[test]
    fn a_file_that_was_locked_stays_as_it_is_and_one_that_is_replaced_keeps_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        fs::write(&path, FILE).unwrap();
        let config = super::super::load(&path).unwrap();
        let of_nobody = std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).is_ok();
        let before = fs::metadata(&path).unwrap();
        append(&config, &addition("https://b.example/f"), false).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        // Only root gives files away.
        assert_eq!(after.uid() == 65_534, of_nobody);
        let mut locked = after.permissions();
        locked.set_readonly(true);
        fs::set_permissions(&path, locked).unwrap();
        let written = fs::read_to_string(&path).unwrap();
        let mut another = addition("https://me:secret@c.example/f");
        another.id = "c".into();
        let refused = append(&config, &another, false).unwrap_err().to_string();
        assert!(
            refused.contains("read-only") && refused.contains("https://c.example/f"),
            "{refused}"
        );
        assert!(!refused.contains("secret"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), written);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_source_that_is_there_is_refused_in_any_spelling() {
        let config = config(FILE);
        for same in [
            "https://a.example/feed/",
            "http://www.a.example/feed?utm_source=x",
            "https://me:pw@a.example/feed",
        ] {
            assert!(
                matches!(
                    known(&config, &addition(same)),
                    Err(EditError::Known { .. })
                ),
                "{same}"
            );
        }
        assert!(known(&config, &addition("https://a.example/other")).is_ok());
    }

    #[test]
    fn ids_are_made_of_what_a_source_is_called_and_are_free() {
        let config = config(FILE);
        let at = Url::parse("https://www.news.example/feed").unwrap();
        assert_eq!(
            free_id(&config, Some("The Börse – Daily News"), &at),
            "the-b-rse-daily-news"
        );
        assert_eq!(free_id(&config, Some("新聞"), &at), "news-example");
        assert_eq!(
            free_id(&config, Some("A"), &Url::parse("https://a/").unwrap()),
            "a-2"
        );
        assert!(free_id(&config, Some(&"word ".repeat(40)), &at).len() <= LONGEST_ID);
    }

    #[test]
    fn the_file_keeps_its_owner_and_its_permissions() {
        use std::os::unix::fs::{PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        fs::write(&path, FILE).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        // Only root can give files away; to anyone else this shows that nothing is given away needlessly.
        let _ = chown(&path, Some(12), Some(34));
        let before = fs::metadata(&path).unwrap();
        replace(&path, "# other\n").unwrap();
        let after = fs::metadata(&path).unwrap();
        let of = |known: &fs::Metadata| (known.uid(), known.gid(), known.mode());
        assert_eq!(of(&after), of(&before));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# other\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
