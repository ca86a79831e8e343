//! The XML of sitemaps, read in one pass without a tree: neither depth nor size of a document costs more than reading it.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::ingest::entry::Oddity;
use crate::ingest::visit::Unreadable;

/// Addresses of one document that are read; the protocol allows 50,000.
const MAX_READ: usize = 50_000;
/// Bytes of one text. Descriptions of videos have some thousands.
const LONGEST_FIELD: usize = 8_192;
/// Values of one name that are kept: pictures, mostly.
const MAX_VALUES: usize = 8;

/// One `<url>`, as written.
#[derive(Default)]
pub(super) struct Listed {
    pub address: String,
    pub lastmod: Option<String>,
    fields: Vec<(Field, String)>,
}

/// One `<sitemap>` of an index, as written.
#[derive(Default)]
pub(super) struct Part {
    pub address: String,
    pub lastmod: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    NewsTitle,
    NewsDate,
    NewsLanguage,
    NewsName,
    Keywords,
    Image,
    VideoTitle,
    VideoText,
    VideoThumbnail,
    VideoFile,
    VideoDate,
}

impl Listed {
    pub fn at(address: &str) -> Self {
        Listed {
            address: address.to_owned(),
            ..Listed::default()
        }
    }

    pub fn first(&self, field: Field) -> Option<&str> {
        let found = self.fields.iter().find(|(one, _)| *one == field);
        found.map(|(_, text)| text.as_str())
    }
}

#[derive(Default)]
pub(super) struct Sitemap {
    pub urls: Vec<Listed>,
    pub parts: Vec<Part>,
    pub oddities: Vec<Oddity>,
}

/// Reads a whole document. Prefixes stand for their usual namespaces here, since sitemaps are written by templates that forget to declare them.
pub(super) fn read(text: &str) -> Result<Sitemap, Unreadable> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    let mut state = State::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => state.open(start.name().as_ref()),
            Ok(Event::End(end)) => state.close(end.name().as_ref()),
            Ok(Event::Text(text)) => state.add(&text),
            Ok(Event::CData(text)) => state.add(&text),
            Ok(Event::GeneralRef(name)) => state.add(&resolved(&name)),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                return Err(Unreadable::Broken(format!(
                    "as XML it cannot be read: {error}"
                )));
            }
        }
    }
    if !state.ended {
        return Err(Unreadable::Broken("it stops in the middle".into()));
    }
    Ok(state.finish())
}

/// A reference as text; one that XML does not define stays as it was written (F43).
fn resolved(name: &str) -> String {
    let known = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(|number| {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            };
            char::from_u32(code?)
        }),
    };
    known.map_or_else(|| format!("&{name};"), String::from)
}

#[derive(Default)]
struct State {
    found: Sitemap,
    url: Option<Listed>,
    part: Option<Part>,
    /// Which extension is open: `news`, `image` or `video`.
    inside: String,
    text: String,
    ended: bool,
    uncounted: usize,
    homeless: usize,
}

/// Prefix and name, in lower case.
fn split(name: &str) -> (String, String) {
    let name = name.to_ascii_lowercase();
    match name.split_once(':') {
        Some((prefix, name)) => (prefix.to_owned(), name.to_owned()),
        None => (String::new(), name),
    }
}

impl State {
    fn open(&mut self, name: &str) {
        let (prefix, name) = split(name);
        self.text.clear();
        match name.as_str() {
            "url" if prefix.is_empty() || self.url.is_none() => self.begin_url(),
            "sitemap" => self.part = Some(Part::default()),
            "news" | "image" | "video" if self.url.is_some() => self.inside = name,
            _ => {}
        }
    }

    /// A `<url>` that was never closed ends where the next begins.
    fn begin_url(&mut self) {
        self.end_url();
        self.url = Some(Listed::default());
        self.inside.clear();
    }

    fn end_url(&mut self) {
        let Some(url) = self.url.take() else { return };
        if url.address.is_empty() {
            self.homeless += 1;
        } else if self.found.urls.len() < MAX_READ {
            self.found.urls.push(url);
        } else {
            self.uncounted += 1;
        }
    }

    fn add(&mut self, text: &str) {
        if self.text.len() < LONGEST_FIELD {
            self.text.extend(text.chars().take(LONGEST_FIELD));
        }
    }

    fn close(&mut self, name: &str) {
        let (prefix, name) = split(name);
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        match name.as_str() {
            "url" => self.end_url(),
            "urlset" | "sitemapindex" => {
                self.end_url();
                self.ended = true;
            }
            "sitemap" => {
                if let Some(part) = self.part.take().filter(|part| !part.address.is_empty())
                    && self.found.parts.len() < MAX_READ
                {
                    self.found.parts.push(part);
                }
            }
            "news" | "image" | "video" => self.inside.clear(),
            _ if text.is_empty() => {}
            _ => self.keep(&prefix, &name, text),
        }
    }

    fn keep(&mut self, prefix: &str, name: &str, text: &str) {
        let own = self.inside.is_empty() && !matches!(prefix, "news" | "image" | "video");
        if let Some(part) = &mut self.part {
            match name {
                "loc" if part.address.is_empty() => part.address = text.to_owned(),
                "lastmod" => part.lastmod = Some(text.to_owned()),
                _ => {}
            }
            return;
        }
        let Some(url) = &mut self.url else { return };
        match name {
            "loc" if own && url.address.is_empty() => url.address = text.to_owned(),
            "lastmod" if own => url.lastmod = Some(text.to_owned()),
            _ => {
                let kin = if self.inside.is_empty() {
                    prefix
                } else {
                    self.inside.as_str()
                };
                if let Some(field) = field(kin, name)
                    && url.fields.iter().filter(|(one, _)| *one == field).count() < MAX_VALUES
                {
                    url.fields.push((field, text.to_owned()));
                }
            }
        }
    }

    fn finish(mut self) -> Sitemap {
        let mut tell = |code, message| {
            self.found
                .oddities
                .push(Oddity::new(code, "document", message))
        };
        if self.uncounted > 0 {
            tell(
                "too-many-entries",
                format!(
                    "{} addresses beyond the first {MAX_READ} were not read",
                    self.uncounted
                ),
            );
        }
        if self.homeless > 0 {
            tell(
                "entry-without-identity",
                format!("{} entries have no <loc> and were dropped", self.homeless),
            );
        }
        self.found
    }
}

fn field(kin: &str, name: &str) -> Option<Field> {
    Some(match (kin, name) {
        ("news", "title") => Field::NewsTitle,
        ("news", "publication_date") => Field::NewsDate,
        ("news", "language") => Field::NewsLanguage,
        ("news", "name") => Field::NewsName,
        ("news", "keywords") => Field::Keywords,
        ("image", "loc") => Field::Image,
        ("video", "title") => Field::VideoTitle,
        ("video", "description") => Field::VideoText,
        ("video", "thumbnail_loc") => Field::VideoThumbnail,
        ("video", "content_loc") => Field::VideoFile,
        ("video", "publication_date") => Field::VideoDate,
        _ => return None,
    })
}
