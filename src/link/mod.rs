//! Addresses: resolved, compared and named.
//!
//! Two addresses are the same page when their [`key`]s are equal. A wrong merge costs more than a miss, so whatever may carry meaning stays.

mod bare;
mod key;
mod publisher;
mod server;

use url::Url;

pub use bare::addresses;
pub use key::{key, publishable};
pub use publisher::{publisher, registrable};
pub use server::server;

/// Longest address that is followed or stored, in bytes: longer ones are data or mistakes, and servers refuse them.
pub const LONGEST: usize = 4096;

/// An absolute http(s) address, resolved against a base when it is relative. `None` for other schemes, fragments alone, empty and overlong text.
///
/// Does not ask whether the address may be visited: that is decided on connecting (F37).
pub fn resolve(href: &str, base: Option<&Url>) -> Option<Url> {
    let href = href.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control());
    if href.is_empty() || href.starts_with('#') || href.len() > LONGEST {
        return None;
    }
    let url = match Url::parse(href) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => base?.join(href).ok()?,
        Err(_) => return None,
    };
    (matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= LONGEST)
        .then_some(url)
}

/// The address that [`resolve`] gives, in the writing of its source where that is absolute already: international letters, blanks and all. For keeping what
/// was said; who prints it as a link makes it fit first.
pub fn as_written(href: &str, base: Option<&Url>) -> Option<String> {
    let url = resolve(href, base)?;
    let href = href.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control());
    let is_absolute = href
        .split_once("://")
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case(url.scheme()));
    Some(if is_absolute && !href.contains(char::is_control) {
        href.to_string()
    } else {
        url.into()
    })
}

/// Whether the address is a house's front door: no path, no query. An article is never there.
pub fn is_front(url: &Url) -> bool {
    url.query().is_none() && url.path().trim_matches('/').is_empty()
}

/// The host without `www.` and its like, for people to read.
pub fn shown_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_resolve_and_other_schemes_do_not() {
        let base = Url::parse("https://news.example/a/b").unwrap();
        assert_eq!(
            resolve("../c", Some(&base)).unwrap().as_str(),
            "https://news.example/c"
        );
        assert_eq!(
            resolve(" https://x.example/ ", None).unwrap().as_str(),
            "https://x.example/"
        );
        for bad in [
            "javascript:alert(1)",
            "mailto:a@b.example",
            "#top",
            "",
            "http://",
            "data:text/html,x",
        ] {
            assert_eq!(resolve(bad, Some(&base)), None, "{bad}");
        }
        assert_eq!(resolve("/only-relative", None), None);
    }

    #[test]
    fn absolute_addresses_can_be_kept_as_written() {
        let base = Url::parse("https://news.example/a/b").unwrap();
        let kept = |href: &str| as_written(href, Some(&base));
        for same in ["https://bücher.example/ä b", "HTTPS://News.example"] {
            assert_eq!(kept(same).as_deref(), Some(same));
        }
        assert_eq!(kept("c d").as_deref(), Some("https://news.example/a/c%20d"));
        assert_eq!(
            kept(" https://news.example/a\nb ").as_deref(),
            Some("https://news.example/ab")
        );
        assert_eq!(kept("javascript:alert(1)"), None);
    }

    #[test]
    fn fronts_have_neither_path_nor_query() {
        assert!(is_front(&Url::parse("https://news.example").unwrap()));
        assert!(!is_front(&Url::parse("https://news.example/?p=1").unwrap()));
        assert!(!is_front(
            &Url::parse("https://news.example/world").unwrap()
        ));
    }
}
