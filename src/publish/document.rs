//! Finished bytes of one document, with everything HTTP says of them.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

/// For how long a reader need not ask again: short, since asking costs a 304. RSS `ttl` says the same in minutes (P17).
pub const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// `Cache-Control` of every document (S10): fresh for [`FRESH_FOR`], an hour more while a cache asks again, a week when we do not answer.
pub const CACHE_CONTROL: &str =
    "public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800";

/// How hard each coder tries. Composing has a few milliseconds for a document of 200 KB; measured on prose on one core, these are the last levels
/// before time grows faster than size falls.
const GZIP_LEVEL: u32 = 6;
const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW: i32 = 22;
const ZSTD_LEVEL: i32 = 6;

/// How a body is coded for the way (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

impl Coding {
    /// In order of preference where a client likes several alike.
    pub const ALL: [Coding; 4] = [Coding::Brotli, Coding::Zstd, Coding::Gzip, Coding::Identity];

    /// Its name in `Accept-Encoding` and `Content-Encoding`; identity is never sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }
}

/// One coding of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    pub coding: Coding,
    pub body: Bytes,
    /// Strong, quoted, distinct from that of every other coding (S2).
    pub etag: String,
}

/// Immutable, cheap to clone, made once per change: serving copies no bytes and compresses nothing (S11).
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    content_type: &'static str,
    links: Vec<String>,
    last_modified: DateTime<Utc>,
    digest: [u8; 32],
    identity: Variant,
    compressed: Vec<Variant>,
}

impl Document {
    /// Compresses and signs finished bytes. `links` are values of the `Link` header (S15). `last_modified` is when the bytes last changed, which only
    /// the store knows (S13): see [`Document::with_last_modified`].
    pub fn new(
        content_type: &'static str,
        bytes: Vec<u8>,
        links: Vec<String>,
        last_modified: DateTime<Utc>,
    ) -> Self {
        let digest = digest(&bytes);
        let signed = |coding: Coding, body: Vec<u8>| Variant {
            coding,
            body: body.into(),
            etag: etag(&digest, coding),
        };
        let compressed = [Coding::Brotli, Coding::Zstd, Coding::Gzip]
            .into_iter()
            .filter_map(|coding| Some(signed(coding, smaller(coding, &bytes)?)))
            .collect();
        let identity = signed(Coding::Identity, bytes);
        Document {
            content_type,
            links,
            last_modified,
            digest,
            identity,
            compressed,
        }
    }

    /// The same document, last changed at another instant.
    pub fn with_last_modified(mut self, last_modified: DateTime<Utc>) -> Self {
        self.last_modified = last_modified;
        self
    }

    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    pub fn cache_control(&self) -> &'static str {
        CACHE_CONTROL
    }

    /// Values of the `Link` header.
    pub fn links(&self) -> &[String] {
        &self.links
    }

    pub fn last_modified(&self) -> DateTime<Utc> {
        self.last_modified
    }

    /// SHA-256 of the uncompressed bytes: by it the store tells whether they changed.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The uncompressed form, which always exists.
    pub fn identity(&self) -> &Variant {
        &self.identity
    }

    /// The form in a coding; none when that would not be smaller.
    pub fn variant(&self, coding: Coding) -> Option<&Variant> {
        match coding {
            Coding::Identity => Some(&self.identity),
            _ => self
                .compressed
                .iter()
                .find(|variant| variant.coding == coding),
        }
    }

    /// All forms, in order of preference.
    pub fn variants(&self) -> impl Iterator<Item = &Variant> {
        self.compressed.iter().chain([&self.identity])
    }
}

/// SHA-256 of a document's uncompressed bytes.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Made from the uncompressed bytes and the coding, so that it survives restarts and needs no clock, version or path.
fn etag(digest: &[u8; 32], coding: Coding) -> String {
    let mut etag = String::from("\"");
    // Half of SHA-256 is more than enough to tell a document's versions apart.
    for byte in digest.iter().take(16) {
        etag.push_str(&format!("{byte:02x}"));
    }
    if coding != Coding::Identity {
        etag.push('-');
        etag.push_str(coding.as_str());
    }
    etag.push('"');
    etag
}

/// The compressed bytes, when they are fewer. A coder that fails costs only its coding.
fn smaller(coding: Coding, bytes: &[u8]) -> Option<Vec<u8>> {
    let compressed = match coding {
        Coding::Identity => return None,
        Coding::Gzip => gzip(bytes),
        Coding::Brotli => brotli(bytes),
        Coding::Zstd => zstd::bulk::compress(bytes, ZSTD_LEVEL),
    };
    compressed
        .ok()
        .filter(|compressed| compressed.len() < bytes.len())
}

/// The header carries no time and no name, so that the same bytes give the same bytes (S1).
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::new(GZIP_LEVEL));
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut io::Cursor::new(bytes), &mut compressed, &parameters)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn document(text: &str) -> Document {
        Document::new(
            "text/plain",
            text.as_bytes().to_vec(),
            vec![],
            DateTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn s2_each_coding_has_an_etag_of_its_own_and_they_last() {
        let one = document(&"the same words ".repeat(50));
        let etags: Vec<&str> = one
            .variants()
            .map(|variant| variant.etag.as_str())
            .collect();
        assert_eq!(etags.len(), 4);
        for (at, etag) in etags.iter().enumerate() {
            assert!(
                etag.starts_with('"') && etag.ends_with('"') && etag.len() > 30,
                "{etag}"
            );
            assert!(!etags[..at].contains(etag));
        }
        assert_eq!(one, document(&"the same words ".repeat(50)));
        assert_ne!(one.identity().etag, document("other").identity().etag);
    }

    #[test]
    fn s11_every_coding_unpacks_to_the_same_bytes() {
        let text = "water over stones, ".repeat(500);
        let document = document(&text);
        for coding in Coding::ALL {
            let body = &document.variant(coding).unwrap().body;
            let mut unpacked = Vec::new();
            match coding {
                Coding::Identity => unpacked.extend_from_slice(body),
                Coding::Gzip => drop(
                    flate2::read::GzDecoder::new(&body[..])
                        .read_to_end(&mut unpacked)
                        .unwrap(),
                ),
                Coding::Brotli => drop(brotli::BrotliDecompress(&mut &body[..], &mut unpacked)),
                Coding::Zstd => unpacked = zstd::bulk::decompress(body, text.len()).unwrap(),
            }
            assert!(unpacked == text.as_bytes(), "{}", coding.as_str());
        }
    }

    #[test]
    fn a_coding_that_saves_nothing_is_not_kept() {
        let tiny = document("x");
        assert_eq!(tiny.variants().count(), 1);
        assert_eq!(tiny.variant(Coding::Gzip), None);
        assert_eq!(tiny.variant(Coding::Identity), Some(tiny.identity()));
    }

    #[test]
    fn p17_cache_control_says_what_fresh_for_says() {
        assert!(CACHE_CONTROL.contains(&format!("max-age={},", FRESH_FOR.as_secs())));
        assert_eq!(FRESH_FOR.as_secs() % 60, 0);
    }

    #[test]
    fn s13_last_modified_is_the_stores_to_say() {
        let at = DateTime::from_timestamp(1_760_000_000, 0).unwrap();
        assert_eq!(document("x").with_last_modified(at).last_modified(), at);
    }
}
