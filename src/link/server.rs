//! Which server an address is at.

use url::Url;

/// The server of an http(s) address, as far as one can be told from another by address: its host in lower case, with the port when that is neither 80
/// nor 443. Two schemes of one host are one server; a port of its own is a server of its own. `None` for what has no host.
///
/// What a server says of itself as a whole (`Retry-After`, F14) holds for everything of this name.
pub fn server(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    Some(match url.port().filter(|port| !matches!(port, 80 | 443)) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f14_one_host_is_one_server_whatever_the_scheme() {
        let of = |url: &str| server(&Url::parse(url).unwrap());
        for same in [
            "https://a.example/x",
            "http://a.example",
            "http://A.example./y",
            "http://me:secret@a.example:443/",
            "https://a.example:80/",
        ] {
            assert_eq!(of(same).as_deref(), Some("a.example"), "{same}");
        }
        assert_eq!(
            of("http://a.example:8080/").as_deref(),
            Some("a.example:8080")
        );
        assert_eq!(of("http://[::1]:81/").as_deref(), Some("[::1]:81"));
        assert_eq!(of("mailto:a@b.example"), None);
    }
}
