//! The decompressors, made alike: a slice in, a bounded slice out, any number of times.

use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, Operation};

/// Largest zstd window taken, as a power of two: RFC 9659 limits the content coding to 8 MiB, and the window is what a frame makes us allocate.
const ZSTD_WINDOW_LOG: u32 = 23;

/// Most gzip members in one body. Block compressors start one every 64 KiB; a member costs more to start than its 20 bytes cost to send.
const GZIP_MEMBERS: usize = 1024;

/// First byte of every gzip member (RFC 1952 §2.3.1).
const GZIP_MAGIC: u8 = 0x1f;

/// A decompressor in the middle of its work.
pub(super) trait Unpack: Send {
    /// Takes some of `input` and fills some of `room`. Doing neither means that it wants more input.
    ///
    /// # Errors
    /// What is wrong with the input, for people.
    fn run(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, String>;

    /// Whether the input may end here.
    fn is_complete(&self) -> bool;
}

/// What one run did, in bytes.
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) wrote: usize,
}

/// DEFLATE in one of its wrappers.
pub(super) struct Inflate {
    inner: Decompress,
    /// gzip may go on with another member.
    gzip: bool,
    members: usize,
    ended: bool,
}

impl Inflate {
    /// RFC 1952, any number of members. Padding after the last one is ignored, as gzip(1) does.
    pub(super) fn gzip() -> Self {
        Inflate {
            inner: gzip_member(),
            gzip: true,
            members: 1,
            ended: false,
        }
    }

    /// RFC 1950: what `deflate` means.
    pub(super) fn zlib() -> Self {
        Inflate {
            inner: Decompress::new(true),
            gzip: false,
            members: 1,
            ended: false,
        }
    }

    /// RFC 1951: what some servers send as `deflate`.
    pub(super) fn raw() -> Self {
        Inflate {
            inner: Decompress::new(false),
            gzip: false,
            members: 1,
            ended: false,
        }
    }
}

fn gzip_member() -> Decompress {
    // 15 is the largest window there is, and the panic is for sizes outside of 9 to 15 only.
    Decompress::new_gzip(15)
}

impl Unpack for Inflate {
    fn run(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, String> {
        if self.ended {
            if !self.gzip || input.first() != Some(&GZIP_MAGIC) {
                return Ok(Step {
                    read: input.len(),
                    wrote: 0,
                });
            }
            if self.members >= GZIP_MEMBERS {
                return Err(format!("more than {GZIP_MEMBERS} gzip members"));
            }
            self.members += 1;
            self.inner = gzip_member();
            self.ended = false;
        }
        let (read, wrote) = (self.inner.total_in(), self.inner.total_out());
        let status = self
            .inner
            .decompress(input, room, FlushDecompress::None)
            .map_err(|error| error.to_string())?;
        self.ended = status == Status::StreamEnd;
        // Both differences are at most the length of a slice.
        Ok(Step {
            read: (self.inner.total_in() - read) as usize,
            wrote: (self.inner.total_out() - wrote) as usize,
        })
    }

    fn is_complete(&self) -> bool {
        self.ended
    }
}

/// Brotli (RFC 7932).
pub(super) struct Brotli {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    ended: bool,
}

impl Brotli {
    /// Without large windows: they are no part of RFC 7932, and 16 MiB are a bomb's worth already.
    pub(super) fn new() -> Self {
        let state = BrotliState::new_strict(
            StandardAlloc::default(),
            StandardAlloc::default(),
            StandardAlloc::default(),
        );
        Brotli {
            state: Box::new(state),
            ended: false,
        }
    }
}

impl Unpack for Brotli {
    fn run(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, String> {
        if self.ended {
            return Ok(Step {
                read: input.len(),
                wrote: 0,
            });
        }
        let (mut left, mut read, mut free, mut wrote, mut total) =
            (input.len(), 0, room.len(), 0, 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            input,
            &mut free,
            &mut wrote,
            room,
            &mut total,
            &mut self.state,
        );
        match result {
            BrotliResult::ResultFailure => {
                return Err("not brotli, though the server says so".into());
            }
            BrotliResult::ResultSuccess => self.ended = true,
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
        }
        Ok(Step { read, wrote })
    }

    fn is_complete(&self) -> bool {
        self.ended
    }
}

/// Zstandard (RFC 8878), any number of frames.
pub(super) struct Zstd {
    inner: Decoder<'static>,
    at_frame_end: bool,
}

impl Zstd {
    pub(super) fn new() -> Result<Self, String> {
        let mut inner = Decoder::new().map_err(|error| error.to_string())?;
        inner
            .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))
            .map_err(|error| error.to_string())?;
        Ok(Zstd {
            inner,
            at_frame_end: false,
        })
    }
}

impl Unpack for Zstd {
    fn run(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, String> {
        let status = self
            .inner
            .run_on_buffers(input, room)
            .map_err(|error| error.to_string())?;
        let step = Step {
            read: status.bytes_read,
            wrote: status.bytes_written,
        };
        // A run that did nothing asks for the header of a next frame, which need not come.
        if step.read > 0 || step.wrote > 0 {
            self.at_frame_end = status.remaining == 0;
        }
        Ok(step)
    }

    fn is_complete(&self) -> bool {
        self.at_frame_end
    }
}
