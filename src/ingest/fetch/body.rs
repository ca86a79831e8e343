//! Bodies, unpacked while they arrive, within bounded memory (F33, F36).

use super::unpack::{Brotli, Inflate, Unpack, Zstd};
use crate::ingest::Failure;

/// How many times its size a body may unpack to. Feeds reach 10 to 30, lists of near-identical entries perhaps 100; DEFLATE bombs reach 1000.
pub(super) const EXPANSION: u64 = 200;

/// Unpacked bytes below which [`EXPANSION`] is not asked: a megabyte harms nobody, and short runs of one letter expand a thousandfold.
const EXPANSION_FLOOR: u64 = 1 << 20;

/// Most content codings on one body. Two happen, by a proxy's mistake; each costs a decompressor.
const CODINGS: usize = 4;

/// How much a decompressor may hand over at once.
const ROOM: usize = 32 * 1024;

/// First bytes that tell a coding: zstd's magic number is the longest.
const MAGIC: usize = 4;

/// A body on its way in.
pub(super) struct Decoder {
    stages: Vec<Stage>,
    sink: Sink,
}

/// What one coding says, and how far it has come.
struct Stage {
    coding: Coding,
    state: State,
    /// Bytes it has handed on.
    made: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    /// Nothing is declared, and yet it may be gzip.
    Undeclared,
}

enum State {
    /// Too few bytes yet to believe or doubt the label.
    Head(Vec<u8>),
    /// The label lied: this is no compressed data.
    Plain,
    Packed {
        unpack: Box<dyn Unpack>,
        room: Vec<u8>,
    },
}

/// Where unpacked bytes end, and what is allowed.
struct Sink {
    out: Vec<u8>,
    wire: u64,
    max_bytes: u64,
}

/// Bytes that may be a gzip file, unpacked within the bounds of a body; any others as they are.
///
/// # Errors
/// Those of a body: damaged, cut, or unpacking to too much (F36).
pub fn unpacked(bytes: Vec<u8>, max_bytes: u64) -> Result<Vec<u8>, Failure> {
    let mut decoder = Decoder::new(None, max_bytes)?;
    decoder.push(&bytes)?;
    decoder.finish()
}

impl Decoder {
    /// For a body with this `Content-Encoding` (RFC 9110 §8.4: codings in the order of applying). Words that are no codings, such as `utf-8`, are
    /// ignored, as browsers do. `max_bytes` limits every stage, not only the last.
    ///
    /// # Errors
    /// Codings that cannot be undone here, or too many.
    pub(super) fn new(content_encoding: Option<&str>, max_bytes: u64) -> Result<Self, Failure> {
        let mut stages = Vec::new();
        for word in content_encoding.unwrap_or_default().split(',').rev() {
            let coding = match word.trim().to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => Coding::Gzip,
                "deflate" => Coding::Deflate,
                "br" => Coding::Brotli,
                "zstd" => Coding::Zstd,
                unknown @ ("compress" | "x-compress" | "exi" | "pack200-gzip" | "dcb" | "dcz") => {
                    return Err(Failure::Encoding(format!(
                        "it is packed with {unknown}, which was not asked for"
                    )));
                }
                _ => continue,
            };
            if stages.len() >= CODINGS {
                return Err(Failure::Encoding(format!(
                    "it is packed more than {CODINGS} times"
                )));
            }
            stages.push(Stage::new(coding));
        }
        stages.push(Stage::new(Coding::Undeclared));
        Ok(Decoder {
            stages,
            sink: Sink {
                out: Vec::new(),
                wire: 0,
                max_bytes,
            },
        })
    }

    /// Bytes taken so far, as they came over the wire.
    pub(super) fn wire(&self) -> u64 {
        self.sink.wire
    }

    /// Unpacked bytes held.
    pub(super) fn size(&self) -> usize {
        self.sink.out.len()
    }

    /// Takes the next bytes. After an error the decoder is of no more use.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.sink.wire += chunk.len() as u64;
        pass(&mut self.stages, chunk, &mut self.sink)
    }

    /// The whole body, unpacked.
    ///
    /// # Errors
    /// Compressed data that stops in the middle (F27).
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Failure> {
        for at in 0..self.stages.len() {
            let Some((stage, rest)) = self
                .stages
                .get_mut(at..)
                .and_then(<[Stage]>::split_first_mut)
            else {
                break;
            };
            if let State::Head(head) = &mut stage.state {
                let head = std::mem::take(head);
                stage.decide(&head)?;
                stage.run(rest, &head, &mut self.sink)?;
            }
            if let State::Packed { unpack, .. } = &stage.state
                && !unpack.is_complete()
            {
                return Err(Failure::Cut(
                    "the compressed body stops in the middle".into(),
                ));
            }
        }
        Ok(self.sink.out)
    }
}

fn pass(stages: &mut [Stage], input: &[u8], sink: &mut Sink) -> Result<(), Failure> {
    let Some((stage, rest)) = stages.split_first_mut() else {
        return sink.take(input);
    };
    let State::Head(head) = &mut stage.state else {
        return stage.run(rest, input, sink);
    };
    let (magic, after) = input.split_at(input.len().min(MAGIC.saturating_sub(head.len())));
    head.extend_from_slice(magic);
    if head.len() < MAGIC {
        return Ok(());
    }
    let head = std::mem::take(head);
    stage.decide(&head)?;
    stage.run(rest, &head, sink)?;
    stage.run(rest, after, sink)
}

impl Stage {
    fn new(coding: Coding) -> Self {
        Stage {
            coding,
            state: State::Head(Vec::new()),
            made: 0,
        }
    }

    /// Believes the label only as far as the first bytes do.
    fn decide(&mut self, head: &[u8]) -> Result<(), Failure> {
        let is_gzip = head.starts_with(&[0x1f, 0x8b]);
        let unpack: Option<Box<dyn Unpack>> = match self.coding {
            _ if head.is_empty() => None,
            Coding::Gzip if is_gzip => Some(Box::new(Inflate::gzip())),
            Coding::Undeclared if head.starts_with(&[0x1f, 0x8b, 8]) => {
                Some(Box::new(Inflate::gzip()))
            }
            Coding::Gzip | Coding::Undeclared => None,
            Coding::Deflate if is_gzip => Some(Box::new(Inflate::gzip())),
            Coding::Deflate if is_zlib(head) => Some(Box::new(Inflate::zlib())),
            Coding::Deflate => Some(Box::new(Inflate::raw())),
            Coding::Brotli => Some(Box::new(Brotli::new())),
            Coding::Zstd if is_zstd(head) => {
                Some(Box::new(Zstd::new().map_err(Failure::Encoding)?))
            }
            Coding::Zstd => None,
        };
        self.state = match unpack {
            Some(unpack) => State::Packed {
                unpack,
                room: vec![0; ROOM],
            },
            None => State::Plain,
        };
        Ok(())
    }

    /// Unpacks `input` piece by piece into the stages after this one. Every turn takes input, or makes output that is counted.
    fn run(
        &mut self,
        rest: &mut [Stage],
        mut input: &[u8],
        sink: &mut Sink,
    ) -> Result<(), Failure> {
        let State::Packed { unpack, room } = &mut self.state else {
            return pass(rest, input, sink);
        };
        loop {
            let step = unpack.run(input, room).map_err(Failure::Encoding)?;
            input = input.get(step.read..).unwrap_or_default();
            self.made += step.wrote as u64;
            sink.allow(self.made)?;
            let piece = room.get(..step.wrote).unwrap_or_default();
            if !piece.is_empty() {
                pass(rest, piece, sink)?;
            }
            let (idle, full) = (step.read == 0 && step.wrote == 0, step.wrote == room.len());
            if input.is_empty() && !full {
                return Ok(());
            }
            if idle {
                return if input.is_empty() {
                    Ok(())
                } else {
                    Err(Failure::Encoding("it makes no sense".into()))
                };
            }
        }
    }
}

impl Sink {
    fn take(&mut self, piece: &[u8]) -> Result<(), Failure> {
        self.allow(self.out.len() as u64 + piece.len() as u64)?;
        self.out.extend_from_slice(piece);
        Ok(())
    }

    fn allow(&self, made: u64) -> Result<(), Failure> {
        if made > EXPANSION_FLOOR && made / EXPANSION > self.wire {
            return Err(Failure::Expansion(EXPANSION));
        }
        if made > self.max_bytes {
            return Err(Failure::TooLarge(self.max_bytes));
        }
        Ok(())
    }
}

/// RFC 1950 §2.2: method 8, window at most 7, and a check that makes it a multiple of 31.
fn is_zlib(head: &[u8]) -> bool {
    matches!(*head, [method, flags, ..] if method & 0x0f == 8 && method >> 4 <= 7 && u16::from_be_bytes([method, flags]) % 31 == 0)
}

/// RFC 8878 §3.1.1 and §3.1.2: a frame, or one to be skipped.
fn is_zstd(head: &[u8]) -> bool {
    matches!(
        *head,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    const FEED: &[u8] =
        b"<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title></channel></rss>";
    const MAX: u64 = 20_000_000;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(data).unwrap();
        packer.finish().unwrap()
    }

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        packer.write_all(data).unwrap();
        packer.finish().unwrap()
    }

    fn raw(data: &[u8]) -> Vec<u8> {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
        packer.write_all(data).unwrap();
        packer.finish().unwrap()
    }

    fn br(data: &[u8]) -> Vec<u8> {
        let mut packer = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
        packer.write_all(data).unwrap();
        packer.into_inner()
    }

    fn zst(data: &[u8]) -> Vec<u8> {
        zstd::encode_all(data, 3).unwrap()
    }

    fn unpack_by(step: usize, label: &str, body: &[u8], max: u64) -> Result<Vec<u8>, Failure> {
        let mut decoder = Decoder::new(Some(label), max)?;
        body.chunks(step)
            .try_for_each(|chunk| decoder.push(chunk))?;
        assert_eq!(decoder.wire(), body.len() as u64);
        decoder.finish()
    }

    fn unpack(label: &str, body: &[u8]) -> Result<Vec<u8>, Failure> {
        unpack_by(usize::MAX, label, body, MAX)
    }

    #[test]
    fn f33_every_coding_in_pieces_of_every_size() {
        let cases = [
            ("gzip", gzip(FEED)),
            ("x-gzip", gzip(FEED)),
            ("GZIP", gzip(FEED)),
            ("deflate", zlib(FEED)),
            ("deflate", raw(FEED)),
            ("deflate", gzip(FEED)),
            ("br", br(FEED)),
            ("zstd", zst(FEED)),
            ("", FEED.to_vec()),
            ("identity", FEED.to_vec()),
            ("utf-8", FEED.to_vec()),
        ];
        for (label, body) in cases {
            for step in [1, 2, 3, 5, 7, 1000] {
                assert_eq!(
                    unpack_by(step, label, &body, MAX).unwrap(),
                    FEED,
                    "{label} by {step}"
                );
            }
        }
    }

    #[test]
    fn f33_stacked_codings_are_undone_in_reverse() {
        assert_eq!(unpack("gzip, br", &br(&gzip(FEED))).unwrap(), FEED);
        assert_eq!(
            unpack("zstd,deflate ,gzip", &gzip(&zlib(&zst(FEED)))).unwrap(),
            FEED
        );
        assert!(matches!(
            unpack("gzip,gzip,gzip,gzip,gzip", FEED),
            Err(Failure::Encoding(_))
        ));
    }

    #[test]
    fn f33_labels_that_lie() {
        assert_eq!(unpack("", &gzip(FEED)).unwrap(), FEED, "undeclared gzip");
        assert_eq!(
            unpack("gzip", &gzip(&gzip(FEED))).unwrap(),
            FEED,
            "packed twice, declared once"
        );
        assert_eq!(
            unpack("gzip", FEED).unwrap(),
            FEED,
            "gzip-labelled plain text"
        );
        assert_eq!(unpack("zstd", FEED).unwrap(), FEED);
        assert_eq!(unpack("gzip, br", &br(FEED)).unwrap(), FEED);
        assert!(matches!(unpack("br", FEED), Err(Failure::Encoding(_))));
        assert!(matches!(unpack("deflate", FEED), Err(Failure::Encoding(_))));
        assert!(matches!(
            unpack("compress", FEED),
            Err(Failure::Encoding(_))
        ));
    }

    #[test]
    fn f33_short_and_empty_bodies() {
        for label in ["", "gzip", "deflate", "br", "zstd", "gzip, br"] {
            assert_eq!(unpack(label, b"").unwrap(), b"", "{label}");
        }
        assert_eq!(unpack("gzip", b"{}").unwrap(), b"{}");
        assert_eq!(unpack("", b"x").unwrap(), b"x");
        assert_eq!(unpack("br", &br(b"")).unwrap(), b"");
        assert_eq!(unpack("gzip", &gzip(b"")).unwrap(), b"");
    }

    #[test]
    fn f33_several_members_frames_and_padding() {
        let twice = [FEED, FEED].concat();
        assert_eq!(
            unpack("gzip", &[gzip(FEED), gzip(FEED)].concat()).unwrap(),
            twice
        );
        assert_eq!(
            unpack("zstd", &[zst(FEED), zst(FEED)].concat()).unwrap(),
            twice
        );
        assert_eq!(
            unpack("gzip", &[gzip(FEED), vec![0; 512]].concat()).unwrap(),
            FEED
        );
        assert_eq!(
            unpack("deflate", &[zlib(FEED), b"\r\n".to_vec()].concat()).unwrap(),
            FEED
        );
        let members = gzip(b"").repeat(2000);
        assert!(
            matches!(unpack("gzip", &members), Err(Failure::Encoding(why)) if why.contains("members"))
        );
    }

    #[test]
    fn f27_compressed_bodies_that_stop_in_the_middle_are_cut() {
        for (label, body) in [
            ("gzip", gzip(FEED)),
            ("deflate", zlib(FEED)),
            ("deflate", raw(FEED)),
            ("br", br(FEED)),
            ("zstd", zst(FEED)),
        ] {
            for keep in 1..body.len() {
                let cut = unpack(label, &body[..keep]);
                // One or two bytes are too few to tell from text; whoever reads them will see.
                assert!(
                    cut.as_deref().is_err() || keep < MAGIC,
                    "{label} {keep}: {cut:?}"
                );
            }
        }
    }

    #[test]
    fn f33_garbage_is_an_error_and_nothing_worse() {
        let mut seed = 1u32;
        for round in 0..400 {
            let noise: Vec<u8> = std::iter::repeat_with(|| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            })
            .take(300)
            .collect();
            for (label, good) in [
                ("gzip", gzip(FEED)),
                ("deflate", zlib(FEED)),
                ("br", br(FEED)),
                ("zstd", zst(FEED)),
                ("gzip, br", br(&gzip(FEED))),
            ] {
                let _ = unpack_by(17, label, &noise, MAX);
                let mut bent = good;
                let at = round % bent.len();
                bent[at] ^= noise[0] | 1;
                let _ = unpack_by(17, label, &bent, MAX);
            }
        }
    }

    #[test]
    fn f36_the_cap_counts_decoded_bytes_to_the_byte() {
        for (label, body) in [
            ("", FEED.to_vec()),
            ("gzip", gzip(FEED)),
            ("br", br(FEED)),
            ("zstd", zst(FEED)),
        ] {
            let size = FEED.len() as u64;
            assert!(unpack_by(9, label, &body, size).is_ok(), "{label}");
            assert_eq!(
                unpack_by(9, label, &body, size - 1),
                Err(Failure::TooLarge(size - 1)),
                "{label}"
            );
        }
    }

    #[test]
    fn f36_bombs_stop_early_in_every_coding() {
        let zeros = vec![0; 30 << 20];
        let bombs = [
            ("gzip", gzip(&zeros)),
            ("deflate", raw(&zeros)),
            ("br", br(&zeros)),
            ("zstd", zst(&zeros)),
            ("", gzip(&zeros)),
        ];
        for (label, bomb) in bombs {
            let mut decoder = Decoder::new(Some(label), u64::MAX).unwrap();
            assert_eq!(
                decoder.push(&bomb),
                Err(Failure::Expansion(EXPANSION)),
                "{label}"
            );
            let floor = (EXPANSION_FLOOR as usize).max(bomb.len() * EXPANSION as usize);
            assert!(
                decoder.sink.out.capacity() <= 2 * (floor + ROOM),
                "{label}: {}",
                decoder.sink.out.capacity()
            );
        }
        let nested = gzip(&gzip(&zeros));
        assert!(unpack_by(64, "gzip, gzip", &nested, u64::MAX).is_err());
    }

    #[test]
    fn f36_stages_in_between_are_capped_too() {
        // Over the wire: little. Between the stages: far too much. In the end: nothing at all, in a million empty blocks.
        let nothings = b"\x00\x00\x00\xff\xff".repeat(1 << 20);
        assert_eq!(
            unpack("deflate, zstd", &zst(&nothings)),
            Err(Failure::Expansion(EXPANSION))
        );
    }

    #[test]
    fn f36_below_the_floor_any_ratio_is_fine() {
        let body = vec![b' '; EXPANSION_FLOOR as usize];
        assert_eq!(unpack("gzip", &gzip(&body)).unwrap().len(), body.len());
    }
}
