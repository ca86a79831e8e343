//! feeds.toml, read and checked once.
//!
//! What leaves this room has no faults: every address parses, every schedule fires, every `from` names something. What is wrong with a file is found
//! in one reading, all of it, and shown with file, line, caret and suggestion. The one file it opens is the one it is told to [`load`], and the one it
//! writes that which a source is [`append`]ed to; it looks up no names, visits nothing and does not ask whether a place is there.

mod edit;
mod fault;
mod feeds;
mod fetch;
mod keys;
mod ledger;
mod secret;
mod section;
mod server;
mod sources;
mod tree;
mod value;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub use edit::{Addition, EditError, append, free_id};
pub use fault::{Fault, Faults};
pub use server::{Server, Store};
pub use sources::Listening;

use crate::curate::Feed;
use crate::push::{Obstacle, possible};
use crate::source::Manners;
use ledger::Ledger;
use tree::Tree;

/// Largest feeds.toml, in bytes. Ten thousand plain sources fit; anything larger is a mistake or a mischief.
pub const MAX_FILE: usize = 2 * 1024 * 1024;

/// A feeds.toml without faults.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Absent where nothing is to be served.
    pub server: Option<Server>,
    pub store: Store,
    /// Visits at once.
    pub concurrency: usize,
    /// `[fetch]`: how a source is visited that does not say otherwise.
    pub manners: Manners,
    /// In the order of the file.
    pub sources: Vec<Listening>,
    /// In the order of the file.
    pub feeds: Vec<Feed>,
    /// The file it came from.
    pub path: PathBuf,
}

impl Config {
    pub fn source(&self, id: &str) -> Option<&Listening> {
        self.sources
            .iter()
            .find(|listening| listening.source.id == id)
    }

    /// Whether hubs can push a source that announces one (W3).
    ///
    /// # Errors
    /// What is in the way.
    pub fn can_be_pushed(&self, listening: &Listening) -> Result<(), Obstacle> {
        let public_url = self.server.as_ref().map(|server| &server.public_url);
        possible(listening.push, public_url, &listening.source)
    }

    /// The feeds that draw from a source; none for an unknown one.
    pub fn feeds_of<'a>(&'a self, source_id: &str) -> impl Iterator<Item = &'a Feed> + use<'a> {
        let source = self.source(source_id).map(|listening| &listening.source);
        self.feeds.iter().filter(move |feed| {
            source.is_some_and(|source| feed.draws_from(&source.id, &source.tags))
        })
    }
}

/// Reads and checks a file. Its path is made absolute first, so that a later change of the working directory moves nothing.
pub fn load(path: &Path) -> Result<Config, Faults> {
    let text = read(path)?;
    match std::path::absolute(path) {
        Ok(absolute) => check(&text, path, absolute),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Checks the text of a file that lies at `path`. Relative places in it are relative to the folder of `path`, so an absolute one is wanted; nothing is
/// opened.
pub fn parse(text: &str, path: &Path) -> Result<Config, Faults> {
    check(text, path, path.to_path_buf())
}

/// As [`parse`], calling the file `shown` in faults.
fn check(text: &str, shown: &Path, path: PathBuf) -> Result<Config, Faults> {
    if text.len() > MAX_FILE {
        return Err(too_large(shown));
    }
    let root = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut ledger = Ledger::new(text);
    let tree = Tree::parse(text, &mut ledger);
    tree.check_names(&mut ledger);
    let server = server::server(&tree, &mut ledger);
    let store = server::store(&tree, root, &mut ledger);
    let (concurrency, manners) = fetch::fetch(&tree, &mut ledger);
    let (sources, names) = sources::sources(&tree, root, &manners, &mut ledger);
    let feeds = feeds::feeds(&tree, &names, &mut ledger);
    ledger.close(shown)?;
    Ok(Config {
        server,
        store,
        concurrency,
        manners,
        sources,
        feeds,
        path,
    })
}

fn read(path: &Path) -> Result<String, Faults> {
    let mut bytes = Vec::new();
    // Bounded while reading: a size asked for beforehand says nothing about a pipe or a device.
    let most = MAX_FILE as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() > MAX_FILE {
        return Err(too_large(path));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error
            .as_bytes()
            .iter()
            .take(good)
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Faults::of_file(
            path,
            format!("line {line} is not UTF-8"),
            Some("save the file as UTF-8".into()),
        )
    })
}

fn too_large(path: &Path) -> Faults {
    Faults::of_file(
        path,
        format!("the file is larger than {MAX_FILE} bytes, the limit for a configuration"),
        None,
    )
}

fn unreadable(path: &Path, error: &io::Error) -> Faults {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => (
            format!("no {name} here"),
            "give --config FILE, or start from the feeds.toml that comes with headwater",
        ),
        io::ErrorKind::IsADirectory => (
            format!("{name} is a folder"),
            "give --config FILE, naming the file in it",
        ),
        io::ErrorKind::PermissionDenied => (
            format!("{name} may not be read by this user"),
            "change its permissions, or run as another user",
        ),
        _ => (
            format!("{name} cannot be read: {error}"),
            "give --config FILE, naming another file",
        ),
    };
    Faults::of_file(path, message, Some(help.into()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::keys::KINDS;
    use super::*;
    use crate::curate::Selector;
    use crate::source::Place;

    const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml"));

    fn parsed(text: &str) -> Config {
        parse(text, Path::new("/srv/news/feeds.toml")).unwrap()
    }

    fn faults(text: &str) -> Faults {
        parse(text, Path::new("feeds.toml")).unwrap_err()
    }

    /// Line, column and message of each fault.
    fn messages(text: &str) -> Vec<String> {
        faults(text)
            .iter()
            .map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.message))
            .collect()
    }

    #[test]
    fn the_shipped_file_has_no_faults() {
        let config = parsed(SHIPPED);
        let server = config.server.as_ref().unwrap();
        assert_eq!(server.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(
            server.address("/feeds/desk.atom"),
            "http://127.0.0.1:8080/feeds/desk.atom"
        );
        assert_eq!(server.admin.unwrap().to_string(), "127.0.0.1:8081");
        assert_eq!(
            config
                .feeds_of("desk")
                .map(|feed| feed.id.as_str())
                .collect::<Vec<_>>(),
            ["desk", "world"]
        );
        assert_eq!(config.feeds_of("un-news").count(), 1);
        assert_eq!(config.feeds_of("nobody").count(), 0);
        assert_eq!(
            config.source("register").unwrap().schedule.zone(),
            chrono_tz::Europe::London
        );
        assert_eq!(
            config
                .source("bbc-world")
                .unwrap()
                .source
                .manners
                .min_interval,
            Duration::from_secs(1_800)
        );
    }

    #[test]
    fn the_shipped_file_has_lines_that_scripts_edit_and_is_short() {
        for line in [
            "listen = \"127.0.0.1:8080\"",
            "admin = \"127.0.0.1:8081\"",
            "public_url = \"http://127.0.0.1:8080\"",
        ] {
            assert_eq!(
                SHIPPED.lines().filter(|found| *found == line).count(),
                1,
                "{line}"
            );
        }
        assert!(SHIPPED.lines().count() < 150);
    }

    #[test]
    fn the_shipped_file_shows_every_key_in_its_section() {
        let mut shown: Vec<(&str, &str)> = Vec::new();
        let mut section = "";
        for line in SHIPPED.lines() {
            let line = line.trim_start_matches("# ");
            section = line
                .strip_prefix('[')
                .map_or(section, |name| name.trim_matches(['[', ']']));
            shown.extend(line.split_once(" = ").map(|(key, _)| (section, key)));
        }
        for kind in KINDS {
            for key in kind.names() {
                // A source overrides what [fetch] shows.
                let places = if kind.name == "source" {
                    ["source", "fetch"]
                } else {
                    [kind.name, kind.name]
                };
                assert!(
                    places.iter().any(|place| shown.contains(&(place, key))),
                    "{key} in {}",
                    kind.header
                );
            }
        }
    }

    #[test]
    fn the_defaults_that_the_shipped_file_names_are_the_defaults() {
        let mut uncommented = String::new();
        for line in SHIPPED.lines() {
            let is_default =
                line.starts_with("# ") && line.contains(" = ") && !line.contains("e.g.");
            uncommented.push_str(if is_default {
                line.trim_start_matches("# ")
            } else {
                line
            });
            uncommented.push('\n');
        }
        assert_ne!(uncommented, SHIPPED);
        assert_eq!(parsed(&uncommented), parsed(SHIPPED));
    }

    #[test]
    fn an_empty_file_is_a_configuration() {
        let config = parsed("");
        assert_eq!(config.server, None);
        assert_eq!(config.store.path, Path::new("/srv/news/headwater.db"));
        assert_eq!(config.store.keep, Some(Duration::from_secs(400 * 86_400)));
        assert_eq!(
            (config.concurrency, config.sources.len(), config.feeds.len()),
            (64, 0, 0)
        );
        assert_eq!(
            parsed("\u{feff}[server]\r\n")
                .server
                .unwrap()
                .public_url
                .as_str(),
            "http://127.0.0.1:8080/"
        );
    }

    #[test]
    fn a_source_overrides_fetch_and_defaults() {
        let config = parsed(
            "[fetch]\ntimeout = \"10s\"\nmax_bytes = 5_000\ncontact = \"mailto:desk@example.org\"\n[defaults]\nschedule = \"@daily\"\ntimezone = \"Asia/Kolkata\"\n\
             [[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n\
             [[source]]\nid = \"b\"\nfiles = \"b/*\"\ntimeout = \"20s\"\nschedule = \"every 90m\"\ntimezone = \"UTC\"\nmax_bytes = \"1 MiB\"\n\
             [[feed]]\nid = \"f\"\ntitle = \"F\"\nfrom = [\"*\", \"a\"]\n",
        );
        let (a, b) = (config.source("a").unwrap(), config.source("b").unwrap());
        assert_eq!(
            (a.schedule.text(), a.source.zone),
            ("@daily", chrono_tz::Asia::Kolkata)
        );
        assert_eq!(
            (a.source.manners.timeout, a.source.manners.max_bytes),
            (Duration::from_secs(10), 5_000)
        );
        assert_eq!(
            (b.schedule.text(), b.source.zone),
            ("every 90m", chrono_tz::UTC)
        );
        assert_eq!(
            (b.source.manners.timeout, b.source.manners.max_bytes),
            (Duration::from_secs(20), 1 << 20)
        );
        assert_eq!(b.source.manners.contact, a.source.manners.contact);
        assert_eq!(
            config.feeds[0].from,
            [Selector::All, Selector::Source("a".into())]
        );
        assert_eq!(
            (config.feeds[0].limit, config.feeds[0].per_source),
            (50, None)
        );
    }

    #[test]
    fn patterns_are_absolute_and_a_strange_folder_is_taken_literally() {
        let place = |folder: &str, pattern: &str| {
            let text = format!("[[source]]\nid = \"a\"\nfiles = \"{pattern}\"\n");
            parse(&text, &Path::new(folder).join("feeds.toml"))
                .unwrap()
                .sources
                .remove(0)
                .source
                .place
        };
        let Place::Files { root, pattern } = place("/srv/[new]s", "./a/*") else {
            panic!()
        };
        assert_eq!(
            (root.as_path(), pattern.as_str()),
            (Path::new("/srv/[new]s"), "/srv/[[]new[]]s/a/*")
        );
        assert!(
            glob::Pattern::new(&pattern)
                .unwrap()
                .matches("/srv/[new]s/a/b")
        );
        assert_eq!(place("/", "a/*").shown(), "a/*");
        assert_eq!(place("/srv", "a/*").shown(), "a/*");
        let Place::Files { pattern, .. } = place("/srv", "/var/a/*") else {
            panic!()
        };
        assert_eq!(pattern, "/var/a/*");
    }

    #[test]
    fn a_file_with_ten_faults_is_told_all_of_them() {
        let text = "\
[server]
listen = \"127.0.0.1\"
public_url = \"https://me:secret@news.example\"

[fetch]
timeout = 30
per_hosts = 4

[defaults]
schedule = \"61 * * * *\"
timezone = \"Asia/Calcuta\"

[[source]]
id = \"desk\"
files = \"articles/*\"

[[source]]
id = \"desk\"
url = \"https://me:secret@news.example/feed.xml\"

[[feed]]
full_text = true
id = \"World\"
title = \"World news\"
from = [\"dusk\"]
";
        let wanted = "\
error: `listen`: not an address and a port
 --> feeds.toml:2:10
  |
2 | listen = \"127.0.0.1\"
  |          ^^^^^^^^^^^
  |
  = help: add a port, as in \"127.0.0.1:8080\"

error: `public_url`: a user name or password does not belong in it: every feed would publish it
 --> feeds.toml:3:14
  |
3 | public_url = \"https://*********@news.example\"
  |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: `timeout` wants a string, not a number
 --> feeds.toml:6:11
  |
6 | timeout = 30
  |           ^^
  |
  = help: for example: timeout = \"30s\"

error: [fetch] has no key `per_hosts`
 --> feeds.toml:7:1
  |
7 | per_hosts = 4
  | ^^^^^^^^^
  |
  = help: did you mean `per_host`?

error: `schedule`: minute: 61 is out of range: use 0 to 59
  --> feeds.toml:10:13
   |
10 | schedule = \"61 * * * *\"
   |             ^^

error: `timezone`: no time zone `Asia/Calcuta`
  --> feeds.toml:11:12
   |
11 | timezone = \"Asia/Calcuta\"
   |            ^^^^^^^^^^^^^^
   |
   = help: did you mean `Asia/Calcutta`?

error: two sources have the id `desk`
  --> feeds.toml:18:6
   |
18 | id = \"desk\"
   |      ^^^^^^
   |
  ::: feeds.toml:14:6
   |
14 | id = \"desk\"
   |      ------ the other one

error: this version of headwater does not know `full_text` yet
  --> feeds.toml:22:1
   |
22 | full_text = true
   | ^^^^^^^^^
   |
   = help: take it out: it is planned for a later version

error: `id`: an id is made of a to z, 0 to 9, `-` and `_`
  --> feeds.toml:23:7
   |
23 | id = \"World\"
   |       ^
   |
   = help: for example `world`

error: `from`: there is no source `dusk`
  --> feeds.toml:25:9
   |
25 | from = [\"dusk\"]
   |         ^^^^^^
   |
   = help: did you mean `desk`?

10 faults in feeds.toml";
        assert_eq!(faults(text).to_string(), wanted);
    }

    #[test]
    fn full_text_is_for_sources_on_the_web_unless_a_source_says_so_itself() {
        let text = "[defaults]\nfull_text = true\n[[source]]\nid = \"web\"\nurl = \"https://a.example/f\"\n\
            [[source]]\nid = \"teaser\"\nurl = \"https://a.example/g\"\nfull_text = false\n[[source]]\nid = \"disk\"\nfiles = \"a/*\"\n\
            [[source]]\nid = \"saved\"\nfiles = \"b/*\"\nfull_text = true\n";
        let config = parse(text, Path::new("/nowhere/feeds.toml")).unwrap();
        let full: Vec<bool> = config
            .sources
            .iter()
            .map(|listening| listening.source.full_text)
            .collect();
        assert_eq!(full, [true, false, false, true]);
    }

    #[test]
    fn syntax_errors_come_together_and_with_the_faults_of_sound_sections() {
        let text = "[server]\nlisten = = 5\n[fetch]\ntimeout = \"9\nper_hosts = 1\n[store]\npaht = \"x\"\n[[feed]]\nid = \"f\"\nid = \"g\"\ntitle = \"F\"\nfrom = [\"gone\"]\n";
        assert_eq!(
            messages(text),
            [
                "2:10 this is not TOML: extra `=`, expected nothing",
                "4:13 this is not TOML: invalid basic string, expected `\"`",
                "7:1 [store] has no key `paht`",
                "10:1 `id` is given twice",
            ]
        );
        let unclosed = "[[feed]]\nfrom = [\"a\"\ntitle = \"F\"\nid = \"f\"\nlimit = 1\n";
        assert_eq!(messages(unclosed).len(), 1, "{}", faults(unclosed));
    }

    #[test]
    fn servers_are_checked() {
        assert_eq!(
            messages("[server]\nlisten = \"0.0.0.0:80\""),
            ["1:1 this [server] has no `public_url`"]
        );
        assert_eq!(
            messages("[server]\nlisten = \"127.0.0.1:0\""),
            ["1:1 this [server] has no `public_url`"]
        );
        let same = "[server]\nlisten = \"127.0.0.1:80\"\nadmin = \"127.0.0.1:80\"\n";
        assert_eq!(
            messages(same),
            ["3:9 `admin` is the same address as `listen`"]
        );
        assert!(faults(same).to_string().contains("`listen` is here"));
        assert_eq!(
            messages("[server]\nadmin = \"127.0.0.1:8080\"\n"),
            ["2:9 `admin` is the same address as `listen`"]
        );
    }

    #[test]
    fn sources_are_checked() {
        let text = "\
[[source]]
url = \"https://a.example/\"
files = \"a/*\"
[[source]]
id = \"b\"
[[source]]
id = \"c\"
page = \"https://c.example/\"
link = \"h2 a\"
item = \"//article\"
[[source]]
id = \"d\"
files = \"a[\"
tags = [\"two words\", 3]
concurrency = 2
schedule = \"0 0 31 2 *\"
";
        assert_eq!(
            messages(text),
            [
                "1:1 this [[source]] has no `id`",
                "3:9 a source with both `url` and `files`",
                "4:1 this [[source]] has none of `url`, `page`, `sitemap` and `files`",
                "10:8 `item`: not a CSS selector that headwater can use",
                "13:11 `files`: not a pattern for files: invalid range pattern",
                "14:13 `tags`: a tag has no blanks and no commas in it",
                "14:22 `tags` wants a list of strings, not a number",
                "15:1 [[source]] has no key `concurrency`",
                "16:17 `schedule`: this schedule never fires: no month it names has such a day",
            ]
        );
        assert!(faults(text).to_string().contains("it belongs in [fetch]"));
    }

    #[test]
    fn pages_and_sitemaps_are_sources() {
        let config = parsed(
            "[[source]]\nid = \"a\"\npage = \"https://a.example/\"\nitem = \"li\"\ndate = \"time\"\n[[source]]\nid = \"b\"\nsitemap = \"https://b.example/s.xml\"\n",
        );
        let Place::Page { pick, .. } = &config.sources[0].source.place else {
            panic!("a page");
        };
        assert_eq!(
            (pick.item.as_deref(), pick.date.as_deref(), &pick.link),
            (Some("li"), Some("time"), &None)
        );
        assert!(matches!(config.sources[1].source.place, Place::Sitemap(_)));
    }

    #[test]
    fn selectors_stand_with_their_page_and_their_item() {
        let text = "[[source]]\nid = \"a\"\npage = \"https://a.example/\"\nlink = \"a\"\n[[source]]\nid = \"b\"\nurl = \"https://b.example/\"\nitem = \"li\"\n[[source]]\nid = \"c\"\npage = \"https://a.example/\"\nsitemap = \"https://a.example/\"\n";
        assert_eq!(
            messages(text),
            [
                "4:8 `link` is looked for in every `item`, and there is none",
                "8:8 `item` is for pages, and this source has no `page`",
                "12:11 a source with both `page` and `sitemap`",
            ]
        );
    }

    #[test]
    fn feeds_are_checked() {
        let text = "\
[[source]]
id = \"desk\"
files = \"a/*\"
tags = [\"valley\"]
[[feed]]
id = \"a\"
title = \"A\"
from = []
formerly = [\"b\", \"z\"]
[[feed]]
id = \"b\"
title = \" \"
from = [\"valley\", \"tag:desk\"]
limit = 501
order = \"coverage\"
formerly = [\"z\", \"b\"]
[[feed]]
id = \"a\"
title = \"A\"
from = \"desk\"
language = \"en_GB\"
[[feed]]
";
        assert_eq!(
            messages(text),
            [
                "8:8 this feed draws from nothing",
                "9:13 `formerly`: `b` is the id of a feed",
                "12:9 `title`: it is empty",
                "13:9 `from`: there is no source `valley`",
                "13:19 `from`: no source has the tag `desk`",
                "14:9 `limit`: a number from 1 to 500 is wanted",
                "15:9 `order`: this version of headwater does not know \"coverage\" yet",
                "16:13 `formerly`: `z` is given twice",
                "16:18 `formerly`: `b` is the id of a feed",
                "18:6 two feeds have the id `a`",
                "20:8 `from` wants a list of strings, not a string",
                "21:12 `language`: not a language tag",
                "22:1 this [[feed]] has no `id`",
                "22:1 this [[feed]] has no `title`",
                "22:1 this [[feed]] has no `from`",
            ]
        );
        let shown = faults(text).to_string();
        assert!(
            shown.contains("did you mean the tag, `tag:valley`?")
                && shown.contains("did you mean the source `desk`?"),
            "{shown}"
        );
        let none = "[[feed]]\nid = \"a\"\ntitle = \"A\"\nfrom = [\"*\"]\n";
        assert_eq!(
            messages(none),
            ["4:9 this feed draws from nothing: there are no sources"]
        );
    }

    #[test]
    fn a_fault_in_the_default_schedule_is_told_once_whoever_uses_it() {
        let text = "[defaults]\nschedule = \"hourly\"\n[[source]]\nid = \"a\"\nfiles = \"a\"\ntimezone = \"Asia/Tokyo\"\n";
        assert_eq!(faults(text).len(), 1);
        assert_eq!(
            messages("[defaults]\nschedule = 5\n"),
            ["2:12 `schedule` wants a string, not a number"]
        );
    }

    #[test]
    fn f38_no_fault_shows_the_credentials_of_an_address() {
        for text in [
            "[[source]]\nid = \"a\"\nurl = \"ftp://me:geheim@a.example/\"",
            "[[source]]\nid = \"a\"\nurl = \"me:geheim@a.example/\"",
            "[[source]]\nid = \"a\"\nurl = \"https://me:geheim\\u0040a.example:99999/\"",
            "[[source]]\nid = \"a\"\nurl = \"https://me:geh/geheim@a.example/\"",
            "[[source]]\nid = \"a\"\nurl = \"https://me:geheim@a.example/",
            "[[source]]\nid = \"a\"\nurl = https://me:geheim@a.example/",
            "[[source]]\nid = \"a\"\nurl = [\"https://me:geheim@a.example/\"]",
            "[[source]]\nid = \"a\"\nulr = 'https://me:geheim@a.example/'\nfiles = 'https://me:geheim@a.example/'",
            "[[feed]]\nid = \"a\"\ntitle = \"A\"\nfrom = [\"https://me:geheim@a.example/\", \"tag:https://me:geheim@a.example/\"]",
            "[fetch]\ncontact = \"https://me:geheim@a.example/\"",
            "[server]\nlisten = \"https://me:geheim@a.example/\"",
            "\"https://me:geheim@a.example/\" = 1",
        ] {
            let faults = faults(text);
            let shown = format!("{faults} {} {faults:?}", faults.render(true));
            assert!(!shown.contains("geheim"), "{shown}");
        }
    }

    #[test]
    fn too_much_and_too_deep_is_refused() {
        assert_eq!(
            messages(&"#".repeat(10_000_000)),
            [format!(
                "0:0 the file is larger than {MAX_FILE} bytes, the limit for a configuration"
            )]
        );
        for deep in [
            "[".repeat(500_000),
            "{a=".repeat(300_000),
            "a.".repeat(500_000),
            format!("[{}a]", "a.".repeat(500_000)),
        ] {
            assert_ne!(messages(&format!("x = {deep}")).len(), 0);
            assert_ne!(messages(&deep).len(), 0);
        }
    }

    #[test]
    fn hostile_files_take_linear_time_and_bounded_room() {
        let sources: String = (0..5_000)
            .map(|n| format!("[[source]]\nid=\"s{n:04}\"\nfiles=\"a\"\n"))
            .collect();
        let words = "\"sxxxx\",".repeat(180);
        let feeds: String = (0..300)
            .map(|n| format!("[[feed]]\nid=\"f{n:03}\"\ntitle=\"F\"\nfrom=[{words}]\n"))
            .collect();
        for text in [
            "=\n".repeat(100_000),
            "a=1\n".repeat(100_000),
            "[[source]]\n".repeat(100_000),
            "[a]\n".repeat(100_000),
            format!("[server]\nlisten = \"{}\"", "é".repeat(500_000)),
            format!("[[feed]]\nfrom = [{}]", "1,".repeat(100_000)),
            sources + &feeds,
        ] {
            let shown = faults(&text).to_string();
            assert!(shown.len() < 100_000, "{}", shown.len());
        }
    }

    #[test]
    fn files_that_cannot_be_read_say_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let message = |path: &Path| {
            load(path)
                .unwrap_err()
                .iter()
                .map(|fault| fault.message.clone())
                .collect::<String>()
        };
        let path = folder.path().join("feeds.toml");
        assert_eq!(message(&path), "no feeds.toml here");
        assert!(
            load(&path)
                .unwrap_err()
                .to_string()
                .contains("give --config FILE")
        );
        assert!(message(folder.path()).ends_with("is a folder"));
        std::fs::write(&path, b"a = 1\nb = \"\xff\"").unwrap();
        assert_eq!(message(&path), "line 2 is not UTF-8");
        std::fs::write(&path, " ".repeat(MAX_FILE + 1)).unwrap();
        assert!(message(&path).contains("larger than 2097152 bytes"));
        std::fs::write(&path, SHIPPED).unwrap();
        assert_eq!(load(&path).unwrap(), parse(SHIPPED, &path).unwrap());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40), noise in ".{0,20}") {
            let mut text = pieces.concat();
            text.push_str(&noise);
            text.extend(pieces.iter().rev().copied());
            if let Err(faults) = parse(&text, Path::new("feeds.toml")) {
                proptest::prop_assert!(!faults.is_empty());
                proptest::prop_assert!(!faults.render(true).is_empty());
            }
        }
    }

    const PIECES: &[&str] = &[
        "[[source]]\n",
        "[server]\n",
        "[fetch]\n",
        "[defaults]\n",
        "[[feed]]\n",
        "[store]\n",
        "[",
        "]",
        "{",
        "}",
        "=",
        "\"",
        "'",
        "\"\"\"",
        "\n",
        "\r\n",
        "id = ",
        "url = ",
        "files = ",
        "from = ",
        "timezone = ",
        "schedule = ",
        "listen = ",
        "max_bytes = ",
        "keep = ",
        "\"é\\u00e9\"\n",
        "\"61 é * *\"\n",
        "\"https://a:b@c\"\n",
        "[\"*\", \"tag:\", \"\"]\n",
        "12\n",
        "1.5\n",
        "\"every é\"\n",
        "\"a[é\"\n",
        "\u{feff}",
        "\u{0}",
        "#é\n",
        "source.id = 1\n",
    ];
}
