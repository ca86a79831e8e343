//! `[server]` and `[store]`: where headwater listens, what it calls itself, and where it keeps things.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::keys::{SERVER, STORE};
use super::ledger::{Ledger, Note};
use super::section::Section;
use super::tree::Tree;
use super::value;

/// Where it listens if `[server]` does not say: this machine only, until somebody decides otherwise.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The store if nothing is said.
const STORE_FILE: &str = "headwater.db";

/// How long entries are kept if nothing is said: a year and a month, so that a year can be looked back on.
const KEEP: Duration = days(400);

/// Shortest time to keep entries. What is dropped and still in its source would come back as new.
const LEAST_KEEP: Duration = days(1);

/// Longest, short of forever: a hundred years.
const MOST_KEEP: Duration = days(36_500);

const fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

/// `[server]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    pub listen: SocketAddr,
    /// What feeds call themselves, whatever a request says. Without credentials, query and fragment.
    pub public_url: Url,
    /// Where status and metrics are served; never the public listener.
    pub admin: Option<SocketAddr>,
}

impl Server {
    /// The public address of a path: `/feeds/world.atom` behind `https://example.org/news/` is
    /// `https://example.org/news/feeds/world.atom`, with exactly one slash at the seam. The path is not escaped.
    pub fn address(&self, path: &str) -> String {
        format!(
            "{}/{}",
            self.public_url.as_str().trim_end_matches('/'),
            path.trim_start_matches('/')
        )
    }
}

/// `[store]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The database, in the folder of feeds.toml unless its path is absolute.
    pub path: PathBuf,
    /// How long entries are kept that no edition holds. `None` is forever.
    pub keep: Option<Duration>,
}

/// Reads `[server]`; `None` if the file has none.
pub(super) fn server(tree: &Tree, ledger: &mut Ledger) -> Option<Server> {
    let section = tree.section(&SERVER, ledger);
    if !section.is_there() {
        return None;
    }
    let listen = section
        .read("listen", ledger, value::socket)
        .unwrap_or(LISTEN);
    let admin = section.read("admin", ledger, value::socket);
    if let Some(admin) = admin
        && clash(listen, admin)
    {
        let note = Note::new(
            &section.span_of("admin"),
            "`admin` is the same address as `listen`",
        )
        .help(Some(
            "give it a port of its own: what it serves is not for the public".into(),
        ));
        let at = section.span_of("listen");
        ledger.note(if section.has("listen") {
            note.earlier(&at, "`listen` is here")
        } else {
            note
        });
    }
    public_url(&section, listen, ledger).map(|public_url| Server {
        listen,
        public_url,
        admin,
    })
}

fn public_url(section: &Section, listen: SocketAddr, ledger: &mut Ledger) -> Option<Url> {
    // What only this machine can reach is known by the address it listens on, unless that is not settled before it listens.
    if !section.has("public_url")
        && listen.ip().is_loopback()
        && listen.port() != 0
        && let Ok(url) = Url::parse(&format!("http://{listen}"))
    {
        return Some(url);
    }
    section.require("public_url", ledger);
    section.address("public_url", ledger, value::public_address)
}

/// Whether both cannot be listened on: an unspecified address is all of them. Port 0 is a free one every time.
fn clash(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (one.ip() == other.ip() || everywhere)
}

/// Reads `[store]`, whose path is relative to `root`.
pub(super) fn store(tree: &Tree, root: &Path, ledger: &mut Ledger) -> Store {
    let section = tree.section(&STORE, ledger);
    let path = section
        .read("path", ledger, value::file)
        .unwrap_or(STORE_FILE);
    let keep = section.read("keep", ledger, |text| match text.trim() {
        "forever" => Ok(None),
        _ => value::duration(text, LEAST_KEEP..=MOST_KEEP).map(Some),
    });
    Store {
        path: root.join(path),
        keep: keep.unwrap_or(Some(KEEP)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_slash_at_the_seam() {
        for (public_url, path, wanted) in [
            (
                "http://127.0.0.1:8080",
                "/feeds/a.atom",
                "http://127.0.0.1:8080/feeds/a.atom",
            ),
            (
                "https://example.org/news/",
                "feeds/a",
                "https://example.org/news/feeds/a",
            ),
            ("https://example.org/news", "/", "https://example.org/news/"),
        ] {
            let server = Server {
                listen: LISTEN,
                public_url: Url::parse(public_url).unwrap(),
                admin: None,
            };
            assert_eq!(server.address(path), wanted);
        }
    }

    #[test]
    fn listeners_clash_when_both_would_be_asked_for_one_port() {
        let clash = |one: &str, other: &str| clash(one.parse().unwrap(), other.parse().unwrap());
        assert!(clash("127.0.0.1:80", "127.0.0.1:80"));
        assert!(clash("0.0.0.0:80", "127.0.0.1:80"));
        assert!(clash("127.0.0.1:80", "[::]:80"));
        assert!(!clash("127.0.0.1:80", "127.0.0.2:80"));
        assert!(!clash("127.0.0.1:80", "127.0.0.1:81"));
        assert!(!clash("127.0.0.1:0", "127.0.0.1:0"));
    }
}
