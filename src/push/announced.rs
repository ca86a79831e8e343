//! What a source says of hubs: where to subscribe, and to what (W1, W2).

use crate::ingest::{Answer, Channel};
use crate::link;

/// Longest hub or topic, in bytes. A topic comes back in the query of every verification, with each byte written as three, and request heads are bounded.
const LONGEST: usize = 2048;

/// A hub, and what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Absolute, http or https, without credentials.
    pub hub: String,
    /// The document's own address as the source gives it (`rel="self"`, `feed_url`), letter by letter: hubs compare topics as texts (W2). Not the address
    /// that is asked.
    pub topic: String,
}

/// The hub and the topic of an answer: of each, what the `Link` header says comes before what the document says (W1, WebSub §4). `None` when either is
/// missing, or is no address. Of several hubs the first that is reached by https is taken, else the first: one hub is enough to be told.
pub fn announced(answer: Option<&Answer>, channel: &Channel) -> Option<Announced> {
    let header = answer.map_or(&[][..], |answer| answer.hubs.as_slice());
    let usable = |hubs: &[String]| {
        let mut hubs: Vec<String> = hubs.iter().filter_map(|hub| hub_address(hub)).collect();
        // Stable: among equals the source's order counts.
        hubs.sort_by_key(|hub| !hub.starts_with("https:"));
        hubs.into_iter().next()
    };
    let hub = usable(header).or_else(|| usable(&channel.hubs))?;
    let topic = answer
        .and_then(|answer| answer.self_url.as_ref())
        .or(channel.self_url.as_ref())
        .filter(|topic| is_topic(topic))?;
    Some(Announced {
        hub,
        topic: topic.clone(),
    })
}

/// The address of a hub as it is asked. Credentials in it are nobody's we know; such a hub is passed over.
fn hub_address(hub: &str) -> Option<String> {
    let mut url = link::resolve(hub, None)?;
    url.set_fragment(None);
    let is_plain = url.username().is_empty() && url.password().is_none();
    Some(url.to_string()).filter(|hub| is_plain && hub.len() <= LONGEST)
}

fn is_topic(topic: &str) -> bool {
    topic.len() <= LONGEST && link::resolve(topic, None).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(hubs: &[&str], own: Option<&str>) -> Channel {
        Channel {
            hubs: hubs.iter().map(|hub| (*hub).to_owned()).collect(),
            self_url: own.map(str::to_owned),
            ..Channel::default()
        }
    }

    fn answer(hubs: &[&str], own: Option<&str>) -> Answer {
        Answer {
            url: "https://asked.example/feed".into(),
            hubs: hubs.iter().map(|hub| (*hub).to_owned()).collect(),
            self_url: own.map(str::to_owned),
            ..Answer::default()
        }
    }

    fn found(answer: &Answer, channel: &Channel) -> Option<(String, String)> {
        announced(Some(answer), channel).map(|found| (found.hub, found.topic))
    }

    fn pair(hub: &str, topic: &str) -> Option<(String, String)> {
        Some((hub.into(), topic.into()))
    }

    #[test]
    fn w1_link_headers_come_first_and_both_are_needed() {
        let body = channel(&["https://hub.example/"], Some("https://a.example/feed"));
        let silent = answer(&[], None);
        assert_eq!(
            found(&silent, &body),
            pair("https://hub.example/", "https://a.example/feed")
        );
        let loud = answer(&["https://other.example/"], Some("https://a.example/own"));
        assert_eq!(
            found(&loud, &body),
            pair("https://other.example/", "https://a.example/own")
        );
        let half = answer(&["https://other.example/"], None);
        assert_eq!(
            found(&half, &body),
            pair("https://other.example/", "https://a.example/feed")
        );
        let nothing = Channel::default();
        assert_eq!(found(&half, &nothing), None);
        assert_eq!(
            found(&silent, &channel(&["https://hub.example/"], None)),
            None
        );
        assert_eq!(
            found(&silent, &channel(&[], Some("https://a.example/feed"))),
            None
        );
    }

    #[test]
    fn w2_the_topic_is_what_the_source_calls_itself_letter_by_letter() {
        let body = channel(&["https://hub.example"], Some("https://A.example"));
        let silent = answer(&[], None);
        assert_eq!(
            found(&silent, &body),
            pair("https://hub.example/", "https://A.example")
        );
    }

    #[test]
    fn w1_hubs_that_cannot_be_asked_are_passed_over() {
        let hubs = [
            "ftp://hub.example/",
            "https://me:secret@hub.example/",
            "http://plain.example/",
            "https://good.example/#x",
            "https://late.example/",
        ];
        let body = channel(&hubs, Some("https://a.example/feed"));
        let silent = answer(&[], None);
        assert_eq!(
            found(&silent, &body),
            pair("https://good.example/", "https://a.example/feed")
        );
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        assert_eq!(
            found(&silent, &channel(&["https://hub.example/"], Some(&long))),
            None
        );
        assert_eq!(found(&silent, &channel(&[&long], Some("https://a/"))), None);
    }
}
