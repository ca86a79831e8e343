//! Addresses in markup: made absolute, or dropped (P9, F44).

use url::Url;

use crate::link::LONGEST;

/// Candidates of one `srcset`; pages have a dozen.
const MAX_CANDIDATES: usize = 32;

/// The absolute form of an address written in markup, whatever its scheme. `//host/path` without a base is taken as
/// https. A long base would multiply with every relative link. None for what is relative without a base, too long, or no address.
pub(super) fn absolute(written: &str, base: Option<&Url>) -> Option<Url> {
    let written = written.trim();
    if written.is_empty() || written.len() > LONGEST {
        return None;
    }
    let url = match (Url::parse(written), base) {
        (Ok(url), _) => url,
        (Err(_), Some(base)) => base.join(written).ok()?,
        (Err(_), None) if written.starts_with("//") => {
            Url::parse(&format!("https:{written}")).ok()?
        }
        (Err(_), None) => return None,
    };
    (url.as_str().len() <= LONGEST).then_some(url)
}

/// As `absolute`, for http and https only.
pub(super) fn absolute_web(written: &str, base: Option<&Url>) -> Option<String> {
    let url = absolute(written, base)?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// A `srcset` with absolute http(s) addresses. Candidates that have none are dropped (HTML standard, 4.8.4.2.1).
pub(super) fn srcset(written: &str, base: Option<&Url>) -> String {
    let mut rest = written;
    let mut kept = Vec::new();
    while kept.len() < MAX_CANDIDATES {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let (address, after) = rest
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or((rest, ""));
        // An address that ends in a comma has no descriptor.
        let (descriptor, after) = match address.strip_suffix(',') {
            Some(_) => ("", after),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        rest = after;
        if let Some(url) = absolute_web(address.trim_end_matches(','), base) {
            let descriptor = descriptor.trim();
            let plain = descriptor
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '.');
            // A comma at either end of an address would be read as a separator.
            let url = url.replace(',', "%2C");
            kept.push(if plain && !descriptor.is_empty() {
                format!("{url} {descriptor}")
            } else {
                url
            });
        }
    }
    kept.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_absolute_or_nothing() {
        let base = Url::parse("https://example.org/a/b").ok();
        for (written, want) in [
            ("c?d", Some("https://example.org/a/c?d")),
            ("//cdn.example/x", Some("https://cdn.example/x")),
            (" http://x.example ", Some("http://x.example/")),
            ("java\nscript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("", None),
        ] {
            assert_eq!(
                absolute_web(written, base.as_ref()).as_deref(),
                want,
                "{written:?}"
            );
        }
        assert_eq!(absolute_web("c", None), None);
        assert_eq!(
            absolute_web("//cdn.example/x", None).as_deref(),
            Some("https://cdn.example/x")
        );
        assert_eq!(absolute_web(&"x".repeat(5000), base.as_ref()), None);
    }

    #[test]
    fn srcset_is_absolute_and_stable() {
        let base = Url::parse("https://example.org/a/").ok();
        let made = srcset(
            "x.jpg 1x, /y,z.jpg 2.5x,javascript:0 3x, w.png",
            base.as_ref(),
        );
        assert_eq!(
            made,
            "https://example.org/a/x.jpg 1x, https://example.org/y%2Cz.jpg 2.5x, https://example.org/a/w.png"
        );
        assert_eq!(srcset(&made, None), made);
        assert_eq!(srcset("a.jpg, b.jpg 2x", None), "");
    }
}
