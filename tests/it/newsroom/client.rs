//! A bare HTTP/1.1 client: nothing is added to what is asked and nothing taken from what is answered.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::PATIENCE;

/// One answer, its framing undone and its content coding left alone.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// In order, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// Every value of a header, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    /// A header that must be there.
    #[track_caller]
    pub fn expect(&self, name: &str) -> &str {
        let said = || panic!("no {name} in {:?}", self.headers);
        self.header(name).unwrap_or_else(said)
    }

    /// Headers but for `Date`, which is of the moment.
    pub fn lasting(&self) -> Vec<(&str, &str)> {
        let lasting = self.headers.iter().filter(|(name, _)| name != "date");
        lasting.map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }

    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Asks once and reads the answer to its end. `None` when nobody answers.
pub fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Option<Response> {
    send(address, method, path, headers, None)
}

/// The same with a body, whose length is stated.
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Option<Response> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    stream.write_all((head + "\r\n").as_bytes()).ok()?;
    if let Some(body) = body {
        // Who has heard enough answers and hangs up in the middle.
        let _ = stream.write_all(body);
    }
    read(BufReader::new(stream), method)
}

/// Reads one answer to a request of this method.
pub fn read(mut from: impl BufRead, method: &str) -> Option<Response> {
    let first = line(&mut from)?;
    let status: u16 = first.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let line = line(&mut from)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut response = Response {
        status,
        headers,
        body: Vec::new(),
    };
    if method == "HEAD" || matches!(status, 204 | 304) {
        // What comes all the same is no answer's body, and must not be there.
        from.read_to_end(&mut response.body).ok()?;
        return Some(response);
    }
    if response.header("transfer-encoding") == Some("chunked") {
        response.body = chunks(&mut from)?;
    } else if let Some(length) = response.header("content-length") {
        response.body = vec![0; length.parse().ok()?];
        from.read_exact(&mut response.body).ok()?;
    } else {
        from.read_to_end(&mut response.body).ok()?;
    }
    Some(response)
}

fn line(from: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    (!line.is_empty()).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

fn chunks(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(from)?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        let start = body.len();
        body.resize(start + size, 0);
        from.read_exact(&mut body[start..]).ok()?;
        line(from)?;
        if size == 0 {
            return Some(body);
        }
    }
}
