//! A document on which a parser panicked, kept for the bug report.

use std::io::Read;

/// Largest document that is kept, packed, in bytes: feeds of 20 MB pack to less, and one is kept for a source.
const LARGEST: usize = 4 << 20;

/// As publishers' servers pack: fast, and most of what can be had.
const LEVEL: i32 = 3;

/// What a parser failed on, exactly as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specimen {
    /// What the parser said.
    pub said: String,
    /// Where the document came from, without credentials (F38).
    pub address: String,
    pub content_type: Option<String>,
    /// Bytes of the document.
    pub size: u64,
    /// The document, packed; `None` when even so it was larger than is kept.
    pub packed: Option<Vec<u8>>,
}

impl Specimen {
    pub fn of(bytes: &[u8], said: String, address: String, content_type: Option<String>) -> Self {
        let packed = zstd::bulk::compress(bytes, LEVEL);
        Specimen {
            said,
            address,
            content_type,
            size: bytes.len() as u64,
            packed: packed.ok().filter(|packed| packed.len() <= LARGEST),
        }
    }

    /// The document as it came. `None` when it was too large to keep, or what is kept of it is damaged.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let unpacking = zstd::stream::read::Decoder::new(self.packed.as_deref()?).ok()?;
        // One more than there may be, so that a store that was tampered with costs no memory.
        let read = unpacking
            .take(self.size.saturating_add(1))
            .read_to_end(&mut bytes);
        (read.is_ok() && bytes.len() as u64 == self.size).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specimen(bytes: &[u8]) -> Specimen {
        Specimen::of(
            bytes,
            "index out of bounds".into(),
            "https://a.example/f".into(),
            None,
        )
    }

    #[test]
    fn a_document_comes_back_as_it_went_in() {
        for bytes in [&b"<rss>\xff\0"[..], b"", &[7; 1 << 20]] {
            assert_eq!(specimen(bytes).bytes().as_deref(), Some(bytes));
        }
    }

    #[test]
    fn too_much_and_damaged_is_nothing() {
        let noise: Vec<u8> = (0..LARGEST as u64 / 4)
            .flat_map(|n| xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes()).to_le_bytes())
            .collect();
        let large = specimen(&noise);
        assert_eq!((large.packed.as_ref(), large.bytes()), (None, None));
        assert_eq!(large.size, noise.len() as u64);
        let mut wrong = specimen(b"<rss/>");
        wrong.size = 3;
        assert_eq!(wrong.bytes(), None);
        wrong.packed = Some(b"no such thing".to_vec());
        assert_eq!(wrong.bytes(), None);
    }
}
