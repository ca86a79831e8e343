//! Strings of feeds.toml as what they mean: addresses, zones, sizes, lengths of time, ids.
//!
//! Each reader takes one string and says what is wrong with it. None repeats an address in its message, since it may hold credentials (F38).

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use chrono_tz::{TZ_VARIANTS, Tz};
use url::Url;

use super::ledger::{Wrong, quoted};
use crate::html;
use crate::schedule::{self, Schedule};

/// Longest id, in characters. An id is a path segment of every address it occurs in.
const MAX_ID: usize = 64;

/// Longest tag, in characters.
const MAX_TAG: usize = 64;

/// Longest name or title, in characters; readers cut far earlier.
const MAX_LINE: usize = 200;

/// Longest description, in characters: a paragraph, not a page.
const MAX_PROSE: usize = 2_000;

/// Longest address, in bytes, as most servers and proxies have it.
const MAX_ADDRESS: usize = 2_048;

/// Longest language tag, in bytes (BCP 47 section 4.4.1 asks for 35).
const MAX_LANGUAGE: usize = 35;

/// Longest glob pattern, in bytes; matching is recursive in it.
const MAX_PATTERN: usize = 1_024;

/// Longest CSS selector, in bytes: every element of a page is held against it.
const MAX_SELECTOR: usize = 512;

/// Longest path of the store, in bytes, as Linux has it.
const MAX_PATH: usize = 4_096;

/// Units of size, in bytes. KB is a thousand, KiB is 1024.
const UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];

/// An address and port to listen on. Names are not looked up.
pub(super) fn socket(text: &str) -> Result<SocketAddr, Wrong> {
    text.parse().map_err(|_| {
        let wrong = Wrong::new("not an address and a port");
        match text.rsplit_once(':') {
            _ if text.parse::<std::net::IpAddr>().is_ok() => wrong.help("add a port, as in \"127.0.0.1:8080\""),
            Some(("localhost", port)) if port.parse::<u16>().is_ok() => wrong.help(format!("write \"127.0.0.1:{port}\"")),
            Some(("" | "*", port)) if port.parse::<u16>().is_ok() => {
                wrong.help(format!("write \"0.0.0.0:{port}\" for every address of this machine, \"127.0.0.1:{port}\" for itself only"))
            }
            _ => wrong.help("write an IP address and a port from 1 to 65535, as in \"127.0.0.1:8080\""),
        }
    })
}

/// An address on the web, http or https. Credentials may be in it.
pub(super) fn web_address(text: &str) -> Result<Url, Wrong> {
    if text.len() > MAX_ADDRESS {
        return Err(Wrong::new(format!(
            "longer than {MAX_ADDRESS} bytes, the limit for an address"
        )));
    }
    let not_web =
        |help: &str| Wrong::new("not an address that begins with http:// or https://").help(help);
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return Err(not_web("write https:// before it"));
        }
        Err(error) => return Err(Wrong::new(format!("not an address: {error}"))),
    };
    match url.scheme() {
        "http" | "https" => Ok(url),
        "feed" => Err(not_web("write https: instead of feed:")),
        "file" => Err(not_web("for files on disk, write files = \"articles/*\"")),
        // `news.example:8080/feed` has the scheme `news.example`.
        scheme if scheme.contains('.') || !text.contains("://") => {
            Err(not_web("write https:// before it"))
        }
        _ => Err(not_web("other kinds of address are not fetched")),
    }
}

/// What headwater calls itself on the web. A path in front is fine.
pub(super) fn public_address(text: &str) -> Result<Url, Wrong> {
    let url = web_address(text)?;
    if has_userinfo(&url) {
        return Err(Wrong::new(
            "a user name or password does not belong in it: every feed would publish it",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(
            Wrong::new("nothing may follow the path: addresses are made by adding to it")
                .help("leave out `?` and `#` and what follows"),
        );
    }
    Ok(url)
}

/// A page about the operator, or an address to write to. Goes to every site that is visited (F29).
pub(super) fn contact(text: &str) -> Result<Url, Wrong> {
    if text.len() > MAX_ADDRESS {
        return Err(Wrong::new(format!(
            "longer than {MAX_ADDRESS} bytes, the limit for an address"
        )));
    }
    if let Ok(url) = Url::parse(text)
        && url.scheme() == "mailto"
        && url.path().contains('@')
    {
        return Ok(url);
    }
    let url = web_address(text).map_err(|wrong| {
        wrong.help("write the address of a page about you, or mailto: and a mail address")
    })?;
    if has_userinfo(&url) {
        return Err(Wrong::new(
            "a user name or password does not belong in it: every site that is visited reads it",
        ));
    }
    Ok(url)
}

fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// A time zone by its name in the IANA database.
pub(super) fn zone(text: &str) -> Result<Tz, Wrong> {
    if let Ok(zone) = text.parse() {
        return Ok(zone);
    }
    let written = text.trim().replace(' ', "_");
    let same = |zone: &&Tz| zone.name().eq_ignore_ascii_case(&written);
    let place = |zone: &&Tz| {
        let place = zone.name().rsplit('/').next();
        place.is_some_and(|place| place.eq_ignore_ascii_case(&written))
    };
    let meant = TZ_VARIANTS
        .iter()
        .find(same)
        .or_else(|| TZ_VARIANTS.iter().find(place));
    let wrong = Wrong::new(format!("no time zone {}", quoted(text)));
    Err(match meant {
        Some(zone) => wrong.help(format!("did you mean {}?", quoted(zone.name()))),
        None => wrong,
    })
}

/// Every name [`zone`] knows.
pub(super) fn zones() -> impl Iterator<Item = &'static str> {
    TZ_VARIANTS.iter().map(|zone| zone.name())
}

/// A schedule, read in `zone`.
pub(super) fn schedule(text: &str, zone: Tz) -> Result<Schedule, Wrong> {
    Schedule::parse(text, zone).map_err(|error| Wrong::new(error.to_string()).at(error.span()))
}

/// A length of time within bounds.
pub(super) fn duration(text: &str, bounds: RangeInclusive<Duration>) -> Result<Duration, Wrong> {
    let duration = schedule::parse_duration(text).map_err(|error| Wrong::new(error.to_string()))?;
    if bounds.contains(&duration) {
        return Ok(duration);
    }
    let (least, most) = (
        schedule::show(*bounds.start()),
        schedule::show(*bounds.end()),
    );
    Err(
        Wrong::new(format!("{} is out of bounds", schedule::show(duration)))
            .help(format!("from {least} to {most}")),
    )
}

/// A size in bytes within bounds: `20MB`, `512KiB`, or a bare number of bytes.
pub(super) fn size(text: &str, bounds: RangeInclusive<u64>) -> Result<u64, Wrong> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text
        .get(digits.len()..)
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let factor = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|(_, factor)| *factor);
    let (Some(factor), true) = (
        factor,
        digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty(),
    ) else {
        return Err(Wrong::new("not a size")
            .help("write a whole number and KB, MB, GB, KiB, MiB or GiB, as in \"20MB\""));
    };
    let size = digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor));
    let within = size.filter(|size| bounds.contains(size));
    within.ok_or_else(|| {
        Wrong::new("out of bounds").help(format!(
            "from {} to {} bytes",
            bounds.start(),
            bounds.end()
        ))
    })
}

/// The id of a source or a feed: what addresses, commands and `from` call it.
pub(super) fn id(text: &str) -> Result<String, Wrong> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if text.is_empty() {
        return Err(Wrong::new("an id cannot be empty"));
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !allowed(*c)) {
        let likely: String = text
            .to_lowercase()
            .chars()
            .map(|c| if allowed(c) { c } else { '-' })
            .take(MAX_ID)
            .collect();
        return Err(Wrong::new("an id is made of a to z, 0 to 9, `-` and `_`")
            .help(format!("for example {}", quoted(&likely)))
            .at(Some(at..at + c.len_utf8())));
    }
    if text.len() > MAX_ID {
        return Err(Wrong::new(format!(
            "longer than {MAX_ID} characters, the limit for an id"
        )));
    }
    Ok(text.to_string())
}

/// The id of a feed. Those that begin with `_` are headwater's own feeds, such as the one about its health.
pub(super) fn feed_id(text: &str) -> Result<String, Wrong> {
    if text.starts_with('_') {
        return Err(
            Wrong::new("ids of feeds that begin with `_` are kept for headwater itself")
                .at(Some(0..1)),
        );
    }
    id(text)
}

pub(super) fn tag(text: &str) -> Result<String, Wrong> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == ',';
    if text.is_empty() {
        return Err(Wrong::new("a tag cannot be empty"));
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| forbidden(*c)) {
        return Err(Wrong::new("a tag has no blanks and no commas in it")
            .help("put each tag in quotes of its own, as in [\"world\", \"science\"]")
            .at(Some(at..at + c.len_utf8())));
    }
    if text.chars().count() > MAX_TAG {
        return Err(Wrong::new(format!(
            "longer than {MAX_TAG} characters, the limit for a tag"
        )));
    }
    Ok(text.to_string())
}

/// A name or title: one line.
pub(super) fn line(text: &str) -> Result<String, Wrong> {
    if text.trim().chars().any(char::is_control) {
        return Err(Wrong::new(
            "one line is wanted, without line breaks or control characters",
        ));
    }
    words(text, MAX_LINE)
}

/// A description: a paragraph or two.
pub(super) fn prose(text: &str) -> Result<String, Wrong> {
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Wrong::new("control characters do not belong in it"));
    }
    words(text, MAX_PROSE)
}

fn words(text: &str, most: usize) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Wrong::new("it is empty").help("write something, or leave the key out"));
    }
    if text.chars().count() > most {
        return Err(Wrong::new(format!(
            "longer than {most} characters, the limit for it"
        )));
    }
    Ok(text.to_string())
}

/// A language tag. Its shape is checked (RFC 5646 section 2.1), not whether such a language is registered.
pub(super) fn language(text: &str) -> Result<String, Wrong> {
    let subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let first = text.split('-').next().unwrap_or_default();
    let primary = matches!(first, "x" | "i") && text.len() > 2
        || (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
    if primary && text.len() <= MAX_LANGUAGE && text.split('-').all(subtag) {
        return Ok(text.to_string());
    }
    let wrong = Wrong::new("not a language tag");
    Err(if text.contains('_') {
        wrong.help("parts are joined with `-`, as in \"en-GB\"")
    } else {
        wrong.help("write \"en\", \"pt-BR\" or the like")
    })
}

/// A glob pattern for files on disk.
pub(super) fn pattern(text: &str) -> Result<&str, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new("it is empty").help("name files, as in \"articles/*\""));
    }
    if text.len() > MAX_PATTERN {
        return Err(Wrong::new(format!(
            "longer than {MAX_PATTERN} bytes, the limit for a pattern"
        )));
    }
    if text.chars().any(char::is_control) {
        return Err(Wrong::new("control characters do not belong in it"));
    }
    if text.contains("://") {
        return Err(Wrong::new("this is an address, not a pattern for files")
            .help("write url instead of files"));
    }
    match glob::Pattern::new(text) {
        Ok(_) => Ok(text),
        Err(error) => {
            let place = text
                .char_indices()
                .nth(error.pos)
                .map(|(at, c)| at..at + c.len_utf8());
            Err(Wrong::new(format!("not a pattern for files: {}", error.msg)).at(place))
        }
    }
}

/// A CSS selector, for pages.
pub(super) fn selector(text: &str) -> Result<String, Wrong> {
    if text.len() > MAX_SELECTOR {
        return Err(Wrong::new(format!(
            "longer than {MAX_SELECTOR} bytes, the limit for a selector"
        )));
    }
    match html::selector_fault(text) {
        None => Ok(text.trim().to_string()),
        Some(fault) => Err(Wrong::new(fault)
            .help("write one as in a style sheet: \"article\", \"ul.news > li\", \"h2 a\"")),
    }
}

/// The path of a file.
pub(super) fn file(text: &str) -> Result<&str, Wrong> {
    if text.trim().is_empty() || text.ends_with('/') {
        return Err(Wrong::new("this names no file").help("name one, as in \"headwater.db\""));
    }
    if text.len() > MAX_PATH || text.contains('\0') {
        return Err(Wrong::new(format!(
            "not a path: at most {MAX_PATH} bytes, and no NUL"
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message and the help of what is wrong.
    fn wrong<T: std::fmt::Debug>(result: Result<T, Wrong>) -> String {
        let wrong = result.unwrap_err();
        format!("{} | {}", wrong.message, wrong.help.unwrap_or_default())
    }

    #[test]
    fn sockets_are_an_address_and_a_port() {
        assert_eq!(socket("[::1]:80").unwrap().port(), 80);
        for (given, help) in [
            ("127.0.0.1", "add a port"),
            ("::1", "add a port"),
            ("localhost:80", "write \"127.0.0.1:80\""),
            (":80", "write \"0.0.0.0:80\""),
            ("*:80", "write \"0.0.0.0:80\""),
            ("", "write an IP address"),
            ("127.0.0.1:65536", "write an IP address"),
        ] {
            assert!(wrong(socket(given)).contains(help), "{given}");
        }
    }

    #[test]
    fn addresses_are_http_or_https() {
        assert!(web_address("https://me:pw@news.example/feed").is_ok());
        for (given, help) in [
            ("news.example/feed", "write https:// before it"),
            ("news.example:80/feed", "write https:// before it"),
            ("localhost:80/feed", "write https:// before it"),
            ("feed://news.example/", "instead of feed:"),
            ("file:///srv/a", "files = "),
            ("ftp://news.example/", "not fetched"),
            ("https://", "not an address"),
            ("", "write https:// before it"),
        ] {
            assert!(
                wrong(web_address(given)).contains(help),
                "{given}: {}",
                wrong(web_address(given))
            );
        }
        assert!(
            wrong(web_address(&format!(
                "https://a.example/{}",
                "a".repeat(MAX_ADDRESS)
            )))
            .contains("2048 bytes")
        );
    }

    #[test]
    fn f38_public_and_contact_addresses_hold_no_credentials() {
        assert!(public_address("https://example.org/news/").is_ok());
        assert!(
            wrong(public_address("https://me@example.org")).contains("every feed would publish it")
        );
        assert!(wrong(public_address("https://example.org/?a")).contains("nothing may follow"));
        assert!(contact("mailto:desk@example.org").is_ok());
        assert!(contact("https://example.org/bot?who#us").is_ok());
        assert!(wrong(contact("https://:pw@example.org")).contains("every site"));
        assert!(wrong(contact("desk@example.org")).contains("mailto:"));
        assert!(wrong(contact("mailto:desk")).contains("mailto:"));
    }

    #[test]
    fn zones_have_names_of_places() {
        assert_eq!(zone("Asia/Kolkata"), Ok(Tz::Asia__Kolkata));
        assert!(wrong(zone("asia/kolkata")).contains("did you mean `Asia/Kolkata`"));
        assert!(wrong(zone("Kolkata")).contains("did you mean `Asia/Kolkata`"));
        assert!(wrong(zone("America/New York")).contains("did you mean `America/New_York`"));
        assert!(wrong(zone("IST")).ends_with("| "));
    }

    #[test]
    fn durations_have_bounds() {
        let bounds = || Duration::from_secs(1)..=Duration::from_secs(600);
        assert_eq!(duration("1m30s", bounds()), Ok(Duration::from_secs(90)));
        assert_eq!(
            wrong(duration("11m", bounds())),
            "11m is out of bounds | from 1s to 10m"
        );
        assert!(wrong(duration("30", bounds())).contains("30 has no unit"));
    }

    #[test]
    fn sizes_are_numbers_with_a_unit() {
        let read = |text| size(text, 1_000..=1_000_000_000);
        for (given, wanted) in [
            ("20MB", 20_000_000),
            ("512 kb", 512_000),
            ("1GB", 1_000_000_000),
            ("1KiB", 1_024),
            ("5000", 5_000),
            (" 5000 B ", 5_000),
        ] {
            assert_eq!(read(given), Ok(wanted), "{given}");
        }
        for given in ["", "MB", "1.5MB", "-1MB", "20 TB", "20M", "١MB", "1MB2"] {
            assert!(wrong(read(given)).starts_with("not a size"), "{given}");
        }
        for given in [
            "999",
            "2GB",
            "99999999999999999999GB",
            "18446744073709551615GB",
        ] {
            assert_eq!(
                wrong(read(given)),
                "out of bounds | from 1000 to 1000000000 bytes"
            );
        }
    }

    #[test]
    fn ids_are_fit_for_addresses() {
        assert_eq!(id("un-news_2"), Ok("un-news_2".into()));
        let found = id("UN Näws").unwrap_err();
        assert_eq!(
            (found.help.as_deref(), found.at),
            (Some("for example `un-n-ws`"), Some(0..1))
        );
        assert_eq!(id("aé").unwrap_err().at, Some(1..3));
        assert!(id("").is_err() && id(&"a".repeat(65)).is_err() && id(&"a".repeat(64)).is_ok());
        assert!(feed_id("_health").is_err() && id("_health").is_ok());
    }

    #[test]
    fn texts_and_tags_have_bounds() {
        assert_eq!(line(" The desk "), Ok("The desk".into()));
        assert!(
            line("a\nb").is_err()
                && line(" ").is_err()
                && line(&"é".repeat(201)).is_err()
                && line(&"é".repeat(200)).is_ok()
        );
        assert!(
            prose("a\nb").is_ok()
                && prose("a\u{1b}b").is_err()
                && prose(&"é".repeat(2_001)).is_err()
        );
        assert!(
            tag("política").is_ok()
                && tag("").is_err()
                && tag("a b").is_err()
                && tag("a,b").is_err()
                && tag(&"é".repeat(65)).is_err()
        );
    }

    #[test]
    fn languages_have_the_shape_of_a_tag() {
        for good in ["en", "pt-BR", "zh-Hans-CN", "x-valley", "sr-Latn"] {
            assert!(language(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "e",
            "en_GB",
            "en-",
            "english language",
            "x",
            "en-toolongpart",
            "日本",
            "1a",
        ] {
            assert!(language(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn patterns_and_files_are_paths() {
        assert!(pattern("articles/**/*.md").is_ok());
        assert_eq!(pattern("é/a[").unwrap_err().at, Some(4..5));
        assert!(wrong(pattern("https://a.example/")).contains("write url"));
        assert!(
            pattern(" ").is_err()
                && pattern("a\0").is_err()
                && pattern(&"a".repeat(1_025)).is_err()
                && pattern("a**").is_err()
        );
        assert!(
            file("var/headwater.db").is_ok()
                && file("").is_err()
                && file("var/").is_err()
                && file("a\0b").is_err()
        );
    }
}
