//! What a server and a feed ask of those who poll them, read from headers and elements (F12–F17).

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc, Weekday};

use super::duration::later;

/// The longest wait that others may impose on us: 31 days (F11). Longer is a mistake, and would lose the source.
pub const MAX_ASKED: Duration = Duration::from_secs(31 * 86_400);

/// What the last answer and the source asked of us. Everything is optional; the default asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// How much longer the last answer stays fresh (F12); see [`freshness`].
    pub fresh_for: Option<Duration>,
    /// Not before this instant (F14); see [`retry_after`].
    pub retry_at: Option<DateTime<Utc>>,
    /// RSS `ttl`, which feeds give in minutes.
    pub ttl: Option<Duration>,
    /// The feed's own update period (F17); see [`update_period`].
    pub update_period: Option<Duration>,
    /// Hours in GMT not to visit in (F16). 24 is 0, anything above is ignored.
    pub skip_hours: Vec<u8>,
    /// Days in GMT not to visit on (F16).
    pub skip_days: Vec<Weekday>,
}

/// How long an answer stays fresh, counted from its arrival: `max-age` less `Age`, else `Expires` less `Date`, at
/// most [`MAX_ASKED`] (F12, RFC 9111 section 4.2).
///
/// `None` is "no lower bound": nothing usable was said, the answer is stale already, or `no-cache` or `no-store`
/// stands there (F13). It never means "sooner". `s-maxage` is for shared caches and ignored; so are directives it
/// cannot read. Of several `max-age` the first counts.
pub fn freshness(
    cache_control: Option<&str>,
    age: Option<&str>,
    expires: Option<&str>,
    date: Option<&str>,
) -> Option<Duration> {
    let mut max_age = None;
    for (name, value) in directives(cache_control.unwrap_or_default()) {
        // `no-cache="field"` is about that one field, not about the answer.
        let forbids = name.eq_ignore_ascii_case("no-cache") && value.is_none()
            || name.eq_ignore_ascii_case("no-store");
        if forbids {
            return None;
        }
        if max_age.is_none() && name.eq_ignore_ascii_case("max-age") {
            max_age = value.and_then(seconds);
        }
    }
    let fresh = match max_age {
        Some(max_age) => {
            // A list of ages comes from a chain of caches; the first is the nearest.
            let age = age.and_then(|age| seconds(age.split(',').next()?));
            max_age.saturating_sub(age.unwrap_or_default())
        }
        None => instant(expires?)?.duration_since(instant(date?)?).ok()?,
    };
    Some(fresh.min(MAX_ASKED)).filter(|fresh| !fresh.is_zero())
}

/// When `Retry-After` allows another request: seconds from `now`, or any of the three forms of HTTP date, at most
/// [`MAX_ASKED`] away (F14, RFC 9110 sections 10.2.3 and 5.6.7). `None` for garbage and for what is not in the
/// future, where our own backoff has to do.
pub fn retry_after(value: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let latest = later(now, MAX_ASKED);
    let at = match seconds(value) {
        Some(wait) => later(now, wait.min(MAX_ASKED)),
        None => DateTime::<Utc>::from(instant(value)?).min(latest),
    };
    (at > now).then_some(at)
}

/// The least time between two updates that a feed claims: `sy:updatePeriod` divided by `sy:updateFrequency` (F17,
/// RSS 1.0 syndication module). A missing sibling means daily, or once; so does one that cannot be read. `None` if
/// the feed has neither: nothing is inferred. `sy:updateBase` sets a phase only and has no part in this.
pub fn update_period(period: Option<&str>, frequency: Option<&str>) -> Option<Duration> {
    if period.is_none() && frequency.is_none() {
        return None;
    }
    let days = |days: u64| Duration::from_secs(days * 86_400);
    let period = match period
        .map(|text| text.trim().to_ascii_lowercase())
        .as_deref()
    {
        Some("hourly") => Duration::from_secs(3_600),
        Some("weekly") => days(7),
        Some("monthly") => days(30),
        Some("yearly") => days(365),
        _ => days(1),
    };
    let frequency = frequency.and_then(|text| text.trim().parse::<u32>().ok());
    Some(period / frequency.unwrap_or(1).max(1))
}

/// The directives of `Cache-Control`, unquoted. Separators inside quotes do not count; a semicolon does, as many
/// servers confuse the two.
fn directives(header: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut quoted = false;
    header
        .split(move |c| {
            quoted ^= c == '"';
            !quoted && (c == ',' || c == ';')
        })
        .map(|directive| match directive.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (directive.trim(), None),
        })
}

/// Delta-seconds, quotes tolerated. Too many digits mean "very long", not garbage (RFC 9111 section 1.2.2).
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim().trim_matches('"').trim();
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // The limit of RFC 9111 keeps all sums small.
    let seconds = text.parse::<u32>().unwrap_or(u32::MAX).min(1 << 31);
    Some(Duration::from_secs(u64::from(seconds)))
}

fn instant(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn cached(cache_control: &str) -> Option<Duration> {
        freshness(Some(cache_control), None, None, None)
    }

    #[test]
    fn f12_max_age_less_age() {
        assert_eq!(cached("max-age=3600"), Some(HOUR));
        assert_eq!(cached("public, Max-Age=\"3600\", s-maxage=9"), Some(HOUR));
        assert_eq!(
            cached("private=\"a, no-store\"; max-age = 3600"),
            Some(HOUR)
        );
        assert_eq!(cached("max-age=3600, max-age=60"), Some(HOUR));
        let aged = |age| freshness(Some("max-age=3600"), Some(age), None, None);
        assert_eq!(aged("600"), Some(Duration::from_secs(3_000)));
        assert_eq!(aged("600, 9"), Some(Duration::from_secs(3_000)));
        assert_eq!(aged("old"), Some(HOUR));
        assert_eq!(aged("3600"), None);
        assert_eq!(aged("99999999999999999999999"), None);
    }

    #[test]
    fn f12_overflow_is_clamped() {
        assert_eq!(cached("max-age=99999999999999999999999"), Some(MAX_ASKED));
        assert_eq!(cached("max-age=31536000"), Some(MAX_ASKED));
        assert_eq!(cached("s-maxage=3600"), None);
    }

    #[test]
    fn f12_expires_less_date() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let stale = |expires| freshness(None, Some("60"), Some(expires), date);
        assert_eq!(stale("Sun, 06 Nov 1994 09:49:37 GMT"), Some(HOUR));
        assert_eq!(stale("Sunday, 06-Nov-94 09:49:37 GMT"), Some(HOUR));
        assert_eq!(stale("Sun Nov  6 09:49:37 1994"), Some(HOUR));
        assert_eq!(stale("Sun, 06 Nov 1994 07:49:37 GMT"), None);
        assert_eq!(freshness(None, None, date, None), None);
        // max-age that can be read beats Expires, max-age that cannot does not.
        let expires = Some("Sun, 06 Nov 1994 09:49:37 GMT");
        assert_eq!(
            freshness(Some("max-age=60"), None, expires, date),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            freshness(Some("max-age=soon"), None, expires, date),
            Some(HOUR)
        );
        assert_eq!(freshness(Some("max-age=0"), None, expires, date), None);
    }

    #[test]
    fn f13_forbidding_a_cache_sets_no_bound() {
        for header in [
            "no-cache",
            "No-Store",
            "max-age=3600, no-cache",
            "no-store,max-age=3600",
        ] {
            assert_eq!(cached(header), None, "{header}");
        }
        assert_eq!(
            freshness(None, None, Some("0"), Some("Sun, 06 Nov 1994 08:49:37 GMT")),
            None
        );
        assert_eq!(cached("no-cache=\"set-cookie\", max-age=3600"), Some(HOUR));
    }

    #[test]
    fn f12_hostile_headers_are_ignored() {
        for header in [
            "",
            ",,,;;",
            "\"",
            "=",
            "max-age",
            "max-age=",
            "max-age=-1",
            "max-age=ü",
            "max-age=\"",
        ] {
            assert_eq!(cached(header), None, "{header}");
        }
        assert_eq!(freshness(None, Some("é"), Some("ü"), Some("")), None);
    }

    #[test]
    fn f14_retry_after_in_every_form() {
        let now = DateTime::<Utc>::from(instant("Sun, 06 Nov 1994 08:49:37 GMT").unwrap());
        let wait = |value| retry_after(value, now).map(|at| (at - now).num_seconds());
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait(" 120 "), Some(120));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(wait("Sunday, 06-Nov-94 08:50:37 GMT"), Some(60));
        assert_eq!(wait("Sun Nov  6 08:50:37 1994"), Some(60));
        for garbage in [
            "",
            "0",
            "-5",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun Nov  6 08:49:36 1994",
        ] {
            assert_eq!(wait(garbage), None, "{garbage}");
        }
        for absurd in ["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert_eq!(wait(absurd), Some(31 * 86_400), "{absurd}");
        }
    }

    #[test]
    fn f17_period_by_frequency() {
        let day = Duration::from_secs(86_400);
        assert_eq!(update_period(None, None), None);
        assert_eq!(update_period(Some("hourly"), None), Some(HOUR));
        assert_eq!(update_period(Some(" Daily "), Some(" 2 ")), Some(day / 2));
        assert_eq!(update_period(None, Some("4")), Some(day / 4));
        assert_eq!(update_period(Some("weekly"), Some("0")), Some(day * 7));
        assert_eq!(update_period(Some("monthly"), Some("-3")), Some(day * 30));
        assert_eq!(update_period(Some("yearly"), Some("many")), Some(day * 365));
        assert_eq!(update_period(Some("whenever"), None), Some(day));
    }
}
