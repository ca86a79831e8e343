//! The XML of sitemaps, read in one pass without a tree: neither depth nor size of a document costs more than reading it.

use crate::ingest::entry::Oddity;
use crate::ingest::feed::{Event, each};
use crate::ingest::visit::Unreadable;

/// Addresses of one document that are read; the protocol allows 50,000.
const MAX_READ: usize = 50_000;

/// Sitemaps of an index that are read: those of the largest houses name some thousands.
const MAX_PARTS: usize = 10_000;

/// Bytes of one text. Descriptions of videos have some thousands.
const LONGEST_FIELD: usize = 8_192;

/// One `<url>`, as written.
#[derive(Default)]
pub(super) struct Listed {
    pub address: String,
    pub lastmod: Option<String>,
    /// Each name once.
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

    /// The first text of this name.
    pub fn said(&self, field: Field) -> Option<&str> {
        let found = self.fields.iter().find(|(one, _)| *one == field);
        found.map(|(_, text)| text.as_str())
    }
}

#[derive(Default)]
pub(super) struct Sitemap {
    pub urls: Vec<Listed>,
    pub parts: Vec<Part>,
    /// Addresses beyond those that are read.
    pub uncounted: usize,
    /// How many have no address.
    pub homeless: usize,
    /// How many are given one that is none.
    pub strange: usize,
    pub oddities: Vec<Oddity>,
}

impl Sitemap {
    pub fn list(&mut self, url: Listed) {
        if url.address.is_empty() {
            self.homeless += 1;
        } else if self.urls.len() < MAX_READ {
            self.urls.push(url);
        } else {
            self.uncounted += 1;
        }
    }
}

/// Reads a whole document. Prefixes stand for their usual namespaces here, since sitemaps are written by templates that forget to declare them.
pub(super) fn read(text: &str) -> Result<Sitemap, Unreadable> {
    let mut state = State::default();
    let mends = each(text, |event| match event {
        Event::Start(name, _) => state.open(name),
        Event::End(name) => state.close(name),
        Event::Text(text) => state.add(&text),
    });
    if !state.ended {
        return Err(Unreadable::Broken("it stops in the middle".into()));
    }
    state.found.oddities = mends.oddities();
    Ok(state.found)
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
        if let Some(url) = self.url.take() {
            self.found.list(url);
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
                let part = self.part.take().filter(|part| !part.address.is_empty());
                match part {
                    Some(_) if self.found.parts.len() >= MAX_PARTS => self.found.uncounted += 1,
                    Some(part) => self.found.parts.push(part),
                    None => self.found.homeless += 1,
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
                    && url.said(field).is_none()
                {
                    url.fields.push((field, text.to_owned()));
                }
            }
        }
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
