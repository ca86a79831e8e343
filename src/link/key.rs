//! The canonical key of an address: RFC 3986 §6.2 normalisation, then what the web treats as the same.

use url::{Host, Url};

use super::resolve;
use crate::source::without_userinfo;

/// First labels of a host that name a rendition of the site rather than another site.
const RENDITION_LABELS: [&str; 5] = ["www", "m", "mobile", "amp", "touch"];

/// Query parameters that tell where a reader came from, not what is shown. Ours, from what newsletters, networks and campaign tools append.
const TRACKING: [&str; 44] = [
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "ysclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_hsenc",
    "_hsmi",
    "__hssc",
    "__hstc",
    "hsctatracking",
    "vero_id",
    "vero_conv",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "s_cid",
    "cmpid",
    "ito",
    "ocid",
    "ncid",
    "smid",
    "smtyp",
    "ref_src",
    "ref_url",
    "spm",
    "wt_mc",
    "wt_zmc",
    "_ga",
    "_gl",
    "cndid",
    "at_medium",
    "at_campaign",
];

/// Prefixes of such parameters.
const TRACKING_PREFIXES: [&str; 7] = [
    "utm_",
    "pk_",
    "mtm_",
    "hmb_",
    "at_custom",
    "ga_",
    // A visitor's session too, with letters of the server's own behind it.
    "aspsessionid",
];

/// Parameters that carry a visitor's session.
const SESSION: [&str; 3] = ["phpsessid", "jsessionid", "sid_session"];

/// One string for every spelling of an http(s) address; `None` for anything else.
///
/// http counts as https; rendition labels, default port, fragment (but `#!`), tracking and session parameters and a trailing slash fall away;
/// the query is sorted. Path case, `id`, `p`, `page`, `v`, `lang`, `q` stay. Does not unwrap redirectors and asks nobody.
pub fn key(address: &str) -> Option<String> {
    let url = resolve(address, None)?;
    let host = host_key(&url)?;
    let port = url
        .port()
        .filter(|port| !matches!(port, 80 | 443))
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let path = path_key(url.path());
    let query = query_key(&url);
    let fragment = url
        .fragment()
        .filter(|fragment| fragment.starts_with('!'))
        .map(|fragment| format!("#{fragment}"))
        .unwrap_or_default();
    Some(format!("https://{host}{port}{path}{query}{fragment}"))
}

/// The address as it may be published (L2): without credentials, tracking and a visitor's session, otherwise as it was.
pub fn publishable(url: &Url) -> Url {
    let mut clean = without_userinfo(url);
    let path = without_session(url.path());
    if path != url.path() {
        clean.set_path(path);
    }
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query.split('&').filter(|pair| !is_tracking(pair)).collect();
        clean.set_query(
            Some(kept.join("&"))
                .filter(|query| !query.is_empty())
                .as_deref(),
        );
    }
    clean
}

fn host_key(url: &Url) -> Option<String> {
    let name = match url.host()? {
        Host::Domain(name) => name.trim_end_matches('.').to_ascii_lowercase(),
        address => return Some(address.to_string()),
    };
    let mut rest = name.as_str();
    while let Some((label, after)) = rest.split_once('.') {
        if !RENDITION_LABELS.contains(&label) || !after.contains('.') {
            break;
        }
        rest = after;
    }
    Some(rest.to_string())
}

/// The path with unreserved characters unescaped and escapes in upper case (RFC 3986 §6.2.2), without trailing slashes and path session ids.
fn path_key(path: &str) -> String {
    let path = without_session(path);
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/amp").unwrap_or(path);
    normal_escapes(path)
}

/// Servers in Java put the session behind the path.
fn without_session(path: &str) -> &str {
    let cut = path.to_ascii_lowercase().find(";jsessionid=");
    cut.and_then(|cut| path.get(..cut)).unwrap_or(path)
}

fn query_key(url: &Url) -> String {
    let Some(query) = url.query() else {
        return String::new();
    };
    let mut kept: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair))
        .map(normal_escapes)
        .collect();
    kept.sort();
    kept.dedup();
    if kept.is_empty() {
        String::new()
    } else {
        format!("?{}", kept.join("&"))
    }
}

fn is_tracking(pair: &str) -> bool {
    let name = pair
        .split('=')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    TRACKING.contains(&name.as_str())
        || SESSION.contains(&name.as_str())
        || TRACKING_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
        || matches!(pair, "amp=1" | "amp=true" | "amp" | "outputType=amp")
}

fn normal_escapes(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|digits| {
                let digits = std::str::from_utf8(digits).ok()?;
                u8::from_str_radix(digits, 16).ok()
            });
        match escape {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(byte);
                at += 3;
            }
            Some(byte) => {
                out.extend_from_slice(format!("%{byte:02X}").as_bytes());
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_page_have_one_key() {
        let same = [
            "https://news.example/2025/ferry",
            "http://www.news.example/2025/ferry/",
            "https://m.news.example:443/2025/ferry?utm_source=x&fbclid=1#top",
            "https://NEWS.example/2025/%66erry",
            "https://news.example/2025/ferry/amp",
        ];
        for address in same {
            assert_eq!(
                key(address).as_deref(),
                Some("https://news.example/2025/ferry"),
                "{address}"
            );
        }
        assert_eq!(
            key("https://x.example/?b=2&a=1"),
            key("http://x.example?a=1&b=2&utm_medium=rss")
        );
    }

    #[test]
    fn what_may_mean_something_stays() {
        let different = [
            ("https://x.example/A", "https://x.example/a"),
            ("https://x.example/?p=1", "https://x.example/?p=2"),
            ("https://x.example/?lang=en", "https://x.example/"),
            ("https://x.example/#!/a", "https://x.example/#!/b"),
            ("https://a.x.example/", "https://x.example/"),
            ("https://x.example:8080/", "https://x.example/"),
            ("https://www.example/", "https://example/"),
            ("https://x.example/a%2Fb", "https://x.example/a/b"),
        ];
        for (one, other) in different {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn l2_published_addresses_carry_no_tracking_and_no_credentials() {
        let clean = |address: &str| publishable(&Url::parse(address).unwrap()).to_string();
        assert_eq!(
            clean("https://me:pw@x.example/a?utm_source=f&id=1#top"),
            "https://x.example/a?id=1#top"
        );
        assert_eq!(clean("https://x.example/a?fbclid=1"), "https://x.example/a");
        assert_eq!(
            clean("https://x.example/a%20b;jsessionid=0F.n1?ASPSESSIONIDQQ=X&id=1"),
            "https://x.example/a%20b?id=1"
        );
        assert_eq!(clean("mailto:a b@x.example"), "mailto:a b@x.example");
        assert_eq!(
            clean("https://x.example/a?b=2&a=1"),
            "https://x.example/a?b=2&a=1"
        );
    }

    #[test]
    fn only_web_addresses_have_keys() {
        assert_eq!(key("mailto:a@b.example"), None);
        assert_eq!(key("tag:x.example,2025:1"), None);
        assert_eq!(key("not an address"), None);
        assert_eq!(key("https://[::1]/x").as_deref(), Some("https://[::1]/x"));
        assert_eq!(
            key("https://x.example/%zz%"),
            Some("https://x.example/%zz%".into())
        );
    }
}
