//! The room as clients see it: real listeners on 127.0.0.1, raw bytes in and out.

mod limits;
mod operator;
mod readers;

use std::future::{Future, pending, ready};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use axum::Router;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use url::Url;

use crate::curate::{Feed, Order};
use crate::publish::{Document, Format, INDEX_PATH, Shelf, Site, feed_path};

use super::listen::{Bounds, ServeError, listen};
use super::stories::{Later, Stories, StoryPage};
use super::{Around, Public, router};

/// One answer, read to the end of its connection.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        Answer {
            status: status.parse().unwrap(),
            headers: lines.map(header).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(other, _)| other == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    /// Headers without `Date`, which the server stack writes by its own clock.
    fn undated(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter().filter(|(name, _)| name != "date");
        headers.map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

fn public_half(shelf: watch::Receiver<Arc<Shelf>>, stories: Arc<dyn Stories>) -> Public {
    let around = Around::default();
    Public {
        shelf,
        stories,
        callbacks: None,
        around,
    }
}

/// A listener with something behind it; gone when dropped.
struct Served {
    runtime: Runtime,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), ServeError>>,
}

impl Served {
    fn new(router: Router, bounds: Bounds) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { drop(stopped.await) };
        let server = runtime.spawn(listen(listener, router, shutdown, bounds));
        Served {
            runtime,
            address,
            stop: Some(stop),
            server,
        }
    }

    fn public(shelf: Shelf) -> Self {
        let (_, shelf) = watch::channel(Arc::new(shelf));
        let stories = Arc::new(Shelved);
        Served::new(router(public_half(shelf, stories)), Bounds::default())
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    /// Sends this head, with the line that ends the connection, and reads the answer.
    fn ask(&self, request: &str, headers: &[&str]) -> Answer {
        let mut head = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).unwrap();
        Answer::read(&rest(&mut stream))
    }

    fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.ask(&format!("GET {path}"), headers)
    }

    /// Shuts down and waits until everything is drained.
    fn finish(mut self) -> Result<(), ServeError> {
        drop(self.stop.take());
        self.runtime.block_on(self.server).unwrap()
    }
}

fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A connection cut by the server may end in a reset; what came before it counts.
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

/// One story, `0123abcd`; one that cannot be shown; and one that never comes.
struct Shelved;

impl Stories for Shelved {
    fn page(&self, id: &str) -> Later<StoryPage> {
        match id {
            "0123abcd" => Box::pin(ready(StoryPage::Found(document(
                Format::Page,
                "<p>a story",
                vec![],
            )))),
            "broken" => Box::pin(ready(StoryPage::Unavailable)),
            "never" => Box::pin(pending()),
            "panics" => Box::pin(async { panic!("planted") }),
            _ => Box::pin(ready(StoryPage::Absent)),
        }
    }

    fn answers(&self) -> Later<bool> {
        Box::pin(ready(true))
    }
}

/// Sun, 06 Nov 1994 08:49:37 GMT.
fn modified() -> DateTime<Utc> {
    DateTime::from_timestamp(784_111_777, 0).unwrap()
}

/// Long enough that every coding is smaller.
fn document(format: Format, text: &str, links: Vec<String>) -> Document {
    let bytes = text.repeat(50).into_bytes();
    Document::new(format.content_type(), bytes, links, modified())
}

fn feed(id: &str, formerly: &[&str]) -> Feed {
    Feed {
        id: id.into(),
        title: id.into(),
        description: None,
        language: None,
        from: vec![],
        order: Order::Published,
        limit: 9,
        per_source: None,
        formerly: formerly.iter().map(|old| old.to_string()).collect(),
    }
}

/// A publication with one feed, `world`, formerly `globe`; `old` is withdrawn. A proxy puts it below `/news`.
fn shelf() -> Shelf {
    let site = Site {
        address: Url::parse("https://a.example/news/").unwrap(),
        generator: "headwater/0".into(),
    };
    let documents = Format::ALL.map(|format| {
        let address = site.feed_document("world", format);
        let links = vec![
            format!("<{address}>; rel=\"self\""),
            "<https://hub.example/>; rel=\"hub\"".to_owned(),
        ];
        let document = document(format, format.name(), links);
        (feed_path("world", format), Some(Arc::new(document)))
    });
    let index = document(Format::Page, "<p>feeds", vec![]);
    Shelf::new(&site, vec![feed("world", &["globe"])], &["old".into()])
        .with(documents)
        .with([(INDEX_PATH.to_owned(), Some(Arc::new(index)))])
}

/// Runs until the future is done; for what tests do beside the sockets.
fn within<T>(served: &Served, future: impl Future<Output = T>) -> T {
    served.runtime.block_on(future)
}
