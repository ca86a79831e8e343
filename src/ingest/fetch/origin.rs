//! A tiny origin server for tests: says what it is told to, byte for byte, and keeps what it heard.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What one connection is told, before it ends.
pub(in crate::ingest) type Script = dyn Fn(&Heard) -> Vec<u8> + Send + Sync;

/// One request.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct Heard {
    /// The head as it came, lossily.
    pub(in crate::ingest) head: String,
}

pub(in crate::ingest) struct Origin {
    pub(in crate::ingest) address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Heard {
    pub(in crate::ingest) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// A header's value, the name in lower case.
    pub(in crate::ingest) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            line.split_once(": ")
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    }
}

impl Origin {
    /// Listens on a port of 127.0.0.1 until the test's process ends.
    pub(in crate::ingest) fn start(
        script: impl Fn(&Heard) -> Vec<u8> + Send + Sync + 'static,
    ) -> Origin {
        Origin::drip(script, false)
    }

    /// Says its piece and then nothing, with the connection left open.
    pub(in crate::ingest) fn start_and_stall(
        script: impl Fn(&Heard) -> Vec<u8> + Send + Sync + 'static,
    ) -> Origin {
        Origin::drip(script, true)
    }

    fn drip(script: impl Fn(&Heard) -> Vec<u8> + Send + Sync + 'static, stall: bool) -> Origin {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (log, script): (_, Arc<Script>) = (Arc::clone(&heard), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, script) = (Arc::clone(&log), Arc::clone(&script));
                thread::spawn(move || answer(stream, &log, &*script, stall));
            }
        });
        Origin { address, heard }
    }

    pub(in crate::ingest) fn url(&self, path: &str) -> url::Url {
        url::Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// Every request so far.
    pub(in crate::ingest) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, log: &Mutex<Vec<Heard>>, script: &Script, stall: bool) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !is_whole(&head) {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    let heard = Heard {
        head: head.iter().map(|&byte| char::from(byte)).collect(),
    };
    // A body that is left unread would cut the answer off.
    let length = heard.header("content-length").unwrap_or("0").parse();
    let _ = stream.read_exact(&mut vec![0; length.unwrap_or(0)]);
    log.lock().unwrap().push(heard.clone());
    let _ = stream.write_all(&script(&heard));
    if stall {
        // Ends when the other side hangs up.
        let _ = stream.read(&mut byte);
    }
}

/// A request's head, or a TLS hello: one record, its length in bytes 3 and 4.
fn is_whole(head: &[u8]) -> bool {
    match *head {
        [0x16, _, _, high, low, ..] => {
            head.len() >= 5 + usize::from(u16::from_be_bytes([high, low]))
        }
        _ => head.ends_with(b"\r\n\r\n"),
    }
}
