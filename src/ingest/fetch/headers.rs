//! What is said in headers: ours, the same in every visit, and theirs, kept as they came.

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::question::{Ask, Seeks};
use crate::ingest::weblink::links;
use crate::ingest::{Answer, Validators};
use crate::link;
use crate::source::without_userinfo;

/// F31: constant, so that caches keep one variant for us.
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, \
                      text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1";

/// The same for pages: a server that has its articles in several forms is not to send a feed.
const ACCEPT_PAGE: &str = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";

/// F33: what `unpack` can undo, and nothing else.
const ACCEPT_ENCODING: &str = "gzip, br, zstd";

/// F28: the one instance manipulation that is understood (RFC 3229 §10, as feeds use it).
const FEED: &str = "feed";
const A_IM: HeaderName = HeaderName::from_static("a-im");
const IM: HeaderName = HeaderName::from_static("im");

/// Longest validator kept, in bytes. It goes back with every visit, and servers refuse request heads over 8 KiB. A longer one is not kept: half a
/// validator is another validator.
const LONGEST_VALIDATOR: usize = 3 * 1024;

/// Longest text kept of any other header, in bytes: the longest honest ones are Link fields of a few hundred.
const LONGEST_TEXT: usize = 4 * 1024;

/// Most hubs that are kept of one answer: publishers name one or two.
const MOST_HUBS: usize = 8;

/// Most lines of one header that are kept.
const MOST_LINES: usize = 32;

/// The request headers of a visit, the same on every hop; `Authorization` and `Host` follow from the URL. No cookies, no `Referer` (F30).
pub(super) fn asking(ask: &Ask) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accept = match ask.seeks {
        Seeks::Feed => ACCEPT,
        Seeks::Page => ACCEPT_PAGE,
    };
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static(ACCEPT_ENCODING),
    );
    let mut put = |name: HeaderName, value: Option<&[u8]>| {
        // A validator that cannot be a header value cannot have come in one.
        if let Some(Ok(value)) = value.map(HeaderValue::from_bytes) {
            headers.insert(name, value);
        }
    };
    put(header::USER_AGENT, Some(user_agent(ask).as_bytes()));
    put(header::IF_NONE_MATCH, ask.validators.etag.as_deref());
    put(
        header::IF_MODIFIED_SINCE,
        ask.validators.last_modified.as_deref(),
    );
    if !ask.validators.is_empty() {
        headers.insert(A_IM, HeaderValue::from_static(FEED));
    }
    headers
}

/// The headers of a post: those of a visit, but for what is about documents.
pub(super) fn posting(ask: &Ask) -> HeaderMap {
    let mut headers = asking(ask);
    headers.remove(header::ACCEPT_ENCODING);
    headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("text/plain, */*;q=0.1"),
    );
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    headers
}

/// The media type of an answer that says it is no web page; `None` when it says that it is one, or nothing.
pub(super) fn not_a_page(headers: &HeaderMap) -> Option<String> {
    let said = first(headers, header::CONTENT_TYPE)?;
    let kind = said.split(';').next().unwrap_or_default().trim();
    let is_page = ["", "text/html", "application/xhtml+xml"]
        .iter()
        .any(|page| kind.eq_ignore_ascii_case(page));
    (!is_page).then(|| kind.to_string())
}

/// Whether a 226 says that it is a delta of the kind that was asked for, and of no other kind besides (F28).
pub(super) fn is_feed_delta(ask: &Ask, headers: &HeaderMap) -> bool {
    let manipulated = joined(headers, IM);
    !ask.validators.is_empty()
        && manipulated.is_some_and(|how| how.trim().eq_ignore_ascii_case(FEED))
}

/// Whether an answer of 429 or 503 says when to come again, well enough that those who wait for their turn need not try (F14). When exactly is not for
/// this room to say.
pub(super) fn says_when(headers: &HeaderMap) -> bool {
    first(headers, header::RETRY_AFTER).is_some_and(|when| {
        let when = when.trim();
        let is_number = !when.is_empty() && when.bytes().all(|b| b.is_ascii_digit());
        is_number && when.bytes().any(|b| b != b'0') || httpdate::parse_http_date(when).is_ok()
    })
}

/// F29: `headwater/VERSION (+contact; N subscribers; feed-id=ID)`, less what is not known.
fn user_agent(ask: &Ask) -> String {
    let contact = ask
        .manners
        .contact
        .as_ref()
        .map(|url| format!("+{}", plain(without_userinfo(url).as_str())));
    let id = Some(plain(&ask.feed_id))
        .filter(|id| !id.is_empty())
        .map(|id| format!("feed-id={id}"));
    // In the plural, one being one too: publishers count by this word.
    let subscribers =
        Some(format!("{} subscribers", ask.subscribers)).filter(|_| ask.subscribers > 0);
    let about: Vec<String> = contact.into_iter().chain(subscribers).chain(id).collect();
    let name = concat!("headwater/", env!("CARGO_PKG_VERSION"));
    if about.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({})", about.join("; "))
    }
}

/// Visible ASCII without the characters that end a comment or escape (RFC 9110 §5.6.5).
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '\\'))
        .take(LONGEST_TEXT)
        .collect()
}

/// The answer's own validators, byte for byte (F1, F2).
pub(super) fn validators(headers: &HeaderMap) -> Validators {
    let kept = |name: HeaderName| {
        let value = headers.get(name)?.as_bytes();
        (!value.is_empty() && value.len() <= LONGEST_VALIDATOR).then(|| value.to_vec())
    };
    Validators {
        etag: kept(header::ETAG),
        last_modified: kept(header::LAST_MODIFIED),
    }
}

/// Fills in what outlives the body (F12, F14, W1).
pub(super) fn note(answer: &mut Answer, headers: &HeaderMap) {
    answer.cache_control = joined(headers, header::CACHE_CONTROL);
    answer.age = first(headers, header::AGE);
    answer.expires = first(headers, header::EXPIRES);
    answer.date = first(headers, header::DATE);
    answer.retry_after = first(headers, header::RETRY_AFTER);
    let (base, links) = (
        link::resolve(&answer.url, None),
        links(&lines(headers, header::LINK)),
    );
    let related = |rel: &'static str| -> Vec<String> {
        let related = links.iter().filter(|link| link.has_rel(rel));
        related
            .filter_map(|link| link::as_written(&link.target, base.as_ref()))
            .take(MOST_HUBS)
            .collect()
    };
    answer.hubs = related("hub");
    answer.self_url = related("self").into_iter().next();
}

/// The first line of a header, lossily and cut to [`LONGEST_TEXT`].
pub(super) fn first(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(text)
}

/// Every line of a header, up to [`MOST_LINES`].
pub(super) fn lines(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .take(MOST_LINES)
        .map(text)
        .collect()
}

/// Every line of a list header as one (RFC 9110 §5.3).
pub(super) fn joined(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(lines(headers, name).join(", ")).filter(|all| !all.is_empty())
}

fn text(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    String::from_utf8_lossy(bytes.get(..LONGEST_TEXT).unwrap_or(bytes)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Manners;
    use url::Url;

    fn ask(contact: Option<&str>, feed_id: &str) -> Ask {
        let manners = Manners {
            contact: contact.map(|url| Url::parse(url).unwrap()),
            ..Manners::default()
        };
        Ask {
            url: Url::parse("https://me:secret@a.example/").unwrap(),
            validators: Validators::default(),
            manners,
            feed_id: feed_id.into(),
            subscribers: 0,
            seeks: Seeks::Feed,
        }
    }

    #[test]
    fn f29_user_agent_names_us_a_contact_and_the_source() {
        let name = concat!("headwater/", env!("CARGO_PKG_VERSION"));
        let agent = |contact, id| {
            user_agent(&ask(contact, id))
                .strip_prefix(name)
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            agent(Some("https://example.org/bot"), "un-news"),
            " (+https://example.org/bot; feed-id=un-news)"
        );
        assert_eq!(agent(None, "un-news"), " (feed-id=un-news)");
        assert_eq!(
            agent(Some("https://u:p@example.org/(bot)"), ""),
            " (+https://example.org/bot)"
        );
        assert_eq!(agent(None, ""), "");
        assert_eq!(agent(None, "a)\r\nX: é"), " (feed-id=aX:)");
    }

    #[test]
    fn f3_validators_are_sent_both_or_not_at_all() {
        let mut ask = ask(None, "a");
        assert!(
            !asking(&ask).contains_key(header::IF_NONE_MATCH)
                && !asking(&ask).contains_key(header::IF_MODIFIED_SINCE)
        );
        ask.validators = Validators {
            etag: Some(b"W/\"a,b\"".to_vec()),
            last_modified: Some(b"Mon, 32 Foo\xe9".to_vec()),
        };
        let headers = asking(&ask);
        assert_eq!(
            headers.get(header::IF_NONE_MATCH).unwrap().as_bytes(),
            b"W/\"a,b\""
        );
        assert_eq!(
            headers.get(header::IF_MODIFIED_SINCE).unwrap().as_bytes(),
            b"Mon, 32 Foo\xe9"
        );
        ask.validators.etag = Some(b"x\r\nCookie: a".to_vec());
        assert!(!asking(&ask).contains_key(header::IF_NONE_MATCH));
    }

    #[test]
    fn f30_f31_f33_the_rest_never_varies() {
        let headers = asking(&ask(None, "a"));
        let mut names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "accept-encoding", "user-agent"]);
        assert_eq!(headers.get("accept-encoding").unwrap(), "gzip, br, zstd");
        assert!(ACCEPT.ends_with("*/*;q=0.1") && !ACCEPT.contains("  "));
    }

    #[test]
    fn f28_news_alone_is_asked_for_with_validators_only_and_taken_as_feed_only() {
        let mut asking = ask(None, "x");
        assert_eq!(super::asking(&asking).get("a-im"), None);
        let with = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(IM, HeaderValue::from_static(line));
            }
            headers
        };
        assert!(!is_feed_delta(&asking, &with(&["feed"])), "nobody asked");
        asking.validators.last_modified = Some(b"then".to_vec());
        assert_eq!(super::asking(&asking).get("a-im").unwrap(), "feed");
        for good in ["feed", " Feed "] {
            assert!(is_feed_delta(&asking, &with(&[good])), "{good}");
        }
        for bad in [
            &[][..],
            &["vcdiff"],
            &["feed, gzip"],
            &["feed", "gzip"],
            &["feeds"],
        ] {
            assert!(!is_feed_delta(&asking, &with(bad)), "{bad:?}");
        }
    }

    #[test]
    fn f14_only_a_usable_retry_after_turns_others_back() {
        let says = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(value).unwrap());
            says_when(&headers)
        };
        for good in [
            "1",
            " 120 ",
            "Sun, 06 Nov 1994 08:50:37 GMT",
            "Sun Nov  6 08:50:37 1994",
        ] {
            assert!(says(good), "{good}");
        }
        for bad in ["", "0", "00", "-5", "1.5", "soon"] {
            assert!(!says(bad), "{bad}");
        }
        assert!(!says_when(&HeaderMap::new()));
    }

    #[test]
    fn f29_subscribers_are_told_when_there_are_any() {
        let mut asking = ask(Some("https://desk.example/bot"), "x");
        asking.subscribers = 12;
        assert_eq!(
            user_agent(&asking),
            concat!(
                "headwater/",
                env!("CARGO_PKG_VERSION"),
                " (+https://desk.example/bot; 12 subscribers; feed-id=x)"
            )
        );
    }

    #[test]
    fn f1_overlong_validators_are_dropped_and_other_texts_cut() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ETAG,
            HeaderValue::from_bytes(&[b'x'; LONGEST_VALIDATOR + 1]).unwrap(),
        );
        headers.insert(header::LAST_MODIFIED, HeaderValue::from_static(""));
        headers.insert(
            header::AGE,
            HeaderValue::from_bytes(&[b'9'; LONGEST_TEXT + 9]).unwrap(),
        );
        headers.append(header::CACHE_CONTROL, HeaderValue::from_static("public"));
        headers.append(
            header::CACHE_CONTROL,
            HeaderValue::from_static("max-age=60"),
        );
        assert_eq!(validators(&headers), Validators::default());
        let mut answer = Answer::default();
        note(&mut answer, &headers);
        assert_eq!(answer.age.unwrap().len(), LONGEST_TEXT);
        assert_eq!(answer.cache_control.as_deref(), Some("public, max-age=60"));
    }
}
