//! What is wrong with where headwater listens and what it calls itself.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use url::Host;

use super::fault::Fault;
use crate::config::{Config, Server};

/// How long whoever listens may take to say who he is.
const PATIENCE: Duration = Duration::from_secs(2);

/// As much of an answer as is looked at.
const ENOUGH: u64 = 4096;

pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let Some(server) = &config.server else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    let feed = config.feeds.first().map(|feed| feed.id.as_str());
    faults.extend(taken("listen", server.listen, feed));
    faults.extend(server.admin.and_then(|admin| taken("admin", admin, None)));
    faults.extend(calls_itself(server));
    faults
}

/// An address that cannot be listened on, unless it is because headwater does.
fn taken(key: &str, address: SocketAddr, feed: Option<&str>) -> Option<Fault> {
    let error = TcpListener::bind(address).err()?;
    let place = format!("[server] {key} = \"{address}\"");
    match error.kind() {
        ErrorKind::AddrInUse if is_headwater(address, feed) => None,
        ErrorKind::AddrInUse => Some(Fault::new(
            "listen-taken",
            place,
            "another program listens there, and it is not headwater with these feeds",
            "stop it (`ss -ltnp` names it), or choose another port",
        )),
        _ => Some(Fault::new(
            "listen-impossible",
            place,
            format!("nothing can listen there: {error}"),
            "use 127.0.0.1, 0.0.0.0 or an address of this machine, and a port above 1023",
        )),
    }
}

/// Whether a daemon with this feed answers there.
fn is_headwater(address: SocketAddr, feed: Option<&str>) -> bool {
    let is_well = asked(address, "/healthz")
        .is_some_and(|said| said.starts_with("HTTP/1.1 200") && said.trim_end().ends_with("ok"));
    // Published or awaited; another newsroom's daemon knows nothing of it.
    let has_feed = |feed: &str| {
        let said = asked(address, &format!("/feeds/{feed}.json"));
        said.is_some_and(|said| {
            ["HTTP/1.1 200", "HTTP/1.1 503"]
                .iter()
                .any(|line| said.starts_with(line))
        })
    };
    is_well && feed.is_none_or(has_feed)
}

fn asked(address: SocketAddr, path: &str) -> Option<String> {
    let near = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let near = SocketAddr::new(near, address.port());
    let mut stream = TcpStream::connect_timeout(&near, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: {near}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let mut said = Vec::new();
    // What came is judged, however it ended.
    let _ = stream.take(ENOUGH).read_to_end(&mut said);
    Some(String::from_utf8_lossy(&said).into_owned())
}

/// A public address at which nobody can be reached.
fn calls_itself(server: &Server) -> Option<Fault> {
    let url = &server.public_url;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback() || ip.is_unspecified(),
        Host::Ipv6(ip) => ip.is_loopback() || ip.is_unspecified(),
    };
    let what = if !is_here {
        return None;
    } else if !server.listen.ip().is_loopback() {
        "readers elsewhere are told addresses of their own machines"
    } else if url.port_or_known_default() != Some(server.listen.port()) && server.listen.port() != 0
    {
        "feeds name a port of this machine that headwater does not listen on"
    } else {
        return None;
    };
    Some(Fault::new(
        "public-url",
        format!(
            "[server] public_url = \"{url}\", listen = \"{}\"",
            server.listen
        ),
        what,
        "set public_url to the address readers use, which is the proxy's where there is one",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn a_public_address_must_lead_to_where_it_listens() {
        let wrong = |public_url: &str, listen: &str| {
            let server = Server {
                listen: listen.parse().unwrap(),
                public_url: Url::parse(public_url).unwrap(),
                admin: None,
            };
            calls_itself(&server).is_some()
        };
        assert!(wrong("http://127.0.0.1:8080", "127.0.0.1:9090"));
        assert!(wrong("http://localhost", "127.0.0.1:8080"));
        assert!(wrong("http://localhost:8080", "0.0.0.0:8080"));
        assert!(wrong("http://[::1]:8080", "192.0.2.7:8080"));
        assert!(!wrong("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(!wrong("https://news.example", "127.0.0.1:8080"), "a proxy");
        assert!(!wrong("https://news.example", "0.0.0.0:8080"));
        assert!(
            !wrong("http://127.0.0.1:8080", "127.0.0.1:0"),
            "not settled"
        );
    }
}
