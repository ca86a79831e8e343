//! Which addresses may be connected to (F37).
//!
//! Asked twice on every hop: of addresses written into a URL, which no resolver ever sees, and of those a name resolves to. What was looked up is what
//! is connected to, so that a name cannot change its mind in between.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// How far a source's manners let it reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Public,
    /// `allow_private_addresses = true`.
    Anywhere,
}

/// Why nothing can be connected to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreachable {
    #[error("{0} is not a public address")]
    Private(String),
    #[error("no such host: {0}")]
    NoSuchHost(String),
    /// Worth another try, unlike a name that does not exist.
    #[error("the name server did not answer for {0}")]
    NameServer(String),
}

/// IPv4 ranges that are not the public internet, as network and prefix length (IANA special-purpose registry, RFC 6890 and its successors).
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, and most clouds' metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays, deprecated
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved
    (Ipv4Addr::BROADCAST, 32),
];

/// IPv6 ranges inside 2000::/3 that are not the public internet. Outside of it nothing is, so that loopback, v4-compatible, ULA, link-local,
/// site-local, multicast and whatever will be invented need no rows.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments: Teredo, benchmarking, ORCHID
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Refuses a URL whose host is an address, in whatever spelling, that the source may not reach. Names pass: [`lookup`] decides on them.
pub(super) fn check(url: &Url, reach: Reach) -> Result<(), Unreachable> {
    let literal = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    if reach == Reach::Anywhere || is_public(literal) {
        return Ok(());
    }
    Err(Unreachable::Private(literal.to_string()))
}

/// The addresses of a name that the source may reach; port 0. A name with both kinds keeps its public ones.
pub(super) async fn lookup(host: &str, reach: Reach) -> Result<Vec<SocketAddr>, Unreachable> {
    let found = tokio::net::lookup_host((host, 0))
        .await
        .map_err(|error| unknown(host, &error.to_string()))?;
    reachable(host, found.collect(), reach)
}

fn reachable(
    host: &str,
    found: Vec<SocketAddr>,
    reach: Reach,
) -> Result<Vec<SocketAddr>, Unreachable> {
    let Some(first) = found.first().copied() else {
        return Err(Unreachable::NoSuchHost(host.into()));
    };
    if reach == Reach::Anywhere {
        return Ok(found);
    }
    let public: Vec<_> = found
        .into_iter()
        .filter(|address| is_public(address.ip()))
        .collect();
    if public.is_empty() {
        return Err(Unreachable::Private(format!("{host} ({})", first.ip())));
    }
    Ok(public)
}

/// The system's resolver tells its two failures apart in words only (EAI_AGAIN of getaddrinfo, glibc's wording and musl's).
fn unknown(host: &str, said: &str) -> Unreachable {
    if said.contains("emporary failure") || said.contains("Try again") {
        Unreachable::NameServer(host.into())
    } else {
        Unreachable::NoSuchHost(host.into())
    }
}

/// Whether an address is on the public internet. An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) is judged as itself, since that is where the
/// packets end; behind NAT64 every IPv4-only publisher looks like that.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4
            .iter()
            .any(|&(network, length)| within_v4(ip, network, length)),
        IpAddr::V6(ip) => match embedded(ip) {
            Some(inner) => is_public(IpAddr::V4(inner)),
            None => {
                tunnelled(ip).is_none_or(|inner| is_public(IpAddr::V4(inner)))
                    && within_v6(ip, GLOBAL_UNICAST.0, GLOBAL_UNICAST.1)
                    && !NOT_PUBLIC_V6
                        .iter()
                        .any(|&(network, length)| within_v6(ip, network, length))
            }
        },
    }
}

/// Whether a URL names an address that is not public, by number or as `localhost`. Other names are known only once they are looked up.
pub fn names_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => !is_public(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => !is_public(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

/// The IPv4 address that an IPv6 address stands for: ::ffff:0:0/96 (RFC 4291), 64:ff9b::/96 (RFC 6052), 2002::/16 (RFC 3056).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => v4(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        _ => None,
    }
}

/// The IPv4 address at the end of an ISATAP tunnel, behind whatever prefix (RFC 5214 §6.1).
fn tunnelled(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    match ip.segments() {
        [.., 0 | 0x200, 0x5efe, high, low] => {
            Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        _ => None,
    }
}

/// `length` is 1 to 32, as in the tables above.
fn within_v4(ip: Ipv4Addr, network: Ipv4Addr, length: u32) -> bool {
    (u32::from(ip) ^ u32::from(network)) >> (32 - length) == 0
}

/// `length` is 1 to 128, as in the tables above.
fn within_v6(ip: Ipv6Addr, network: Ipv6Addr, length: u32) -> bool {
    (u128::from(ip) ^ u128::from(network)) >> (128 - length) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f37_only_the_public_internet_is_public() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:0:4136:e378::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:c0a8:101::",
            "2a00:1450::5efe:127.0.0.1",
            "2a00:1450::200:5efe:10.0.0.1",
            "fe80::5efe:8.8.8.8",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "2a00:1450::5efe:8.8.8.8",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn f23_private_places_are_known_by_name_and_number() {
        let is = |host: &str| names_private(&Url::parse(&format!("http://{host}/")).unwrap());
        for private in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "127.1",
            "[::1]",
            "10.0.0.1",
        ] {
            assert!(is(private), "{private}");
        }
        for other in [
            "a.example",
            "localhost.example",
            "8.8.8.8",
            "[2a00:1450::1]",
        ] {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn f37_literals_are_refused_in_every_spelling() {
        for spelling in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0177.0.0.1",
            "2130706433",
            "0x7f000001",
            "127.0.0.1.",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
            "0",
            "169.254.169.254",
            "[64:ff9b::7f00:1]",
        ] {
            let url = Url::parse(&format!("http://{spelling}/")).unwrap();
            assert!(
                matches!(check(&url, Reach::Public), Err(Unreachable::Private(_))),
                "{spelling}"
            );
            assert_eq!(check(&url, Reach::Anywhere), Ok(()), "{spelling}");
        }
        assert_eq!(
            check(&Url::parse("https://8.8.8.8/").unwrap(), Reach::Public),
            Ok(())
        );
        assert_eq!(
            check(&Url::parse("https://news.example/").unwrap(), Reach::Public),
            Ok(())
        );
    }

    #[test]
    fn f37_names_keep_their_public_addresses_only() {
        let found = || vec!["10.0.0.1:0".parse().unwrap(), "8.8.8.8:0".parse().unwrap()];
        assert_eq!(
            reachable("a.example", found(), Reach::Public),
            Ok(vec!["8.8.8.8:0".parse().unwrap()])
        );
        assert_eq!(
            reachable("a.example", found(), Reach::Anywhere),
            Ok(found())
        );
        let private = vec!["10.0.0.1:0".parse().unwrap()];
        assert_eq!(
            reachable("a.example", private, Reach::Public),
            Err(Unreachable::Private("a.example (10.0.0.1)".into()))
        );
        assert_eq!(
            reachable("a.example", Vec::new(), Reach::Public),
            Err(Unreachable::NoSuchHost("a.example".into()))
        );
    }

    #[test]
    fn a_silent_name_server_is_not_a_missing_name() {
        let said = "failed to lookup address information: Temporary failure in name resolution";
        assert_eq!(
            unknown("a.example", said),
            Unreachable::NameServer("a.example".into())
        );
        let said = "failed to lookup address information: Name or service not known";
        assert_eq!(
            unknown("a.example", said).to_string(),
            "no such host: a.example"
        );
    }
}
