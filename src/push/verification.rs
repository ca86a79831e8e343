//! What a hub asks of us before it delivers (W4, W5).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use url::form_urlencoded;

use super::mode::Mode;
use super::subscription::{State, Subscription, later};
use crate::schedule::{Chance, jitter};

/// Longest challenge that is echoed, in bytes. Hubs send some dozens.
const LONGEST_CHALLENGE: usize = 1024;

/// Longest reason of a hub that is kept, in characters: a sentence or two.
const LONGEST_REASON: usize = 200;

/// The lease of a hub that does not say (W5): a day, so that one that forgets is asked again soon.
const ASSUMED_LEASE: u64 = 86_400;

/// The longest lease that is believed: what lasts longer is renewed all the same, so that a hub that lost it is noticed.
const LONGEST_LEASE: u64 = 31 * 86_400;

/// The least time between a verification and the renewal. A lease shorter than this lapses in between, which costs a poll on schedule.
const SOONEST_RENEWAL: TimeDelta = TimeDelta::minutes(10);

/// How long after a denial the hub is asked again: it has said no, and minds may change in a week.
const DENIED_FOR: TimeDelta = TimeDelta::days(7);

/// A verification of intent, or a denial, as it came in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub mode: Mode,
    pub topic: String,
    pub challenge: Option<String>,
    /// Seconds, when it is a number.
    pub lease: Option<u64>,
    pub reason: Option<String>,
}

/// What a verification is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replied {
    /// 200 with exactly this.
    Echo(String),
    /// 200: a denial was heard.
    Noted,
    /// 404: nothing of the kind is pending.
    Refused,
}

impl Verification {
    /// Reads a query. Of a parameter given twice the first counts. `None` without a mode that is known, or without a topic.
    pub fn parse(query: &str) -> Option<Verification> {
        let value = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let modes = [Mode::Subscribe, Mode::Unsubscribe, Mode::Denied];
        let mode = value("hub.mode")?;
        Some(Verification {
            mode: modes.into_iter().find(|known| known.as_str() == mode)?,
            topic: value("hub.topic")?,
            challenge: value("hub.challenge"),
            lease: value("hub.lease_seconds").and_then(|lease| lease.trim().parse().ok()),
            reason: value("hub.reason"),
        })
    }
}

impl Subscription {
    /// Answers a hub that wants to know whether it was really asked (W4): the challenge is echoed only where this very mode and topic are pending; once it was,
    /// they no longer are. The lease begins now (W5), and its renewal is due well before its end. A denial is heard at any time.
    pub fn verify(&mut self, said: &Verification, now: DateTime<Utc>) -> Replied {
        if said.topic != self.topic || self.state == State::Over {
            return Replied::Refused;
        }
        if said.mode == Mode::Denied {
            self.be_denied(said, now);
            return Replied::Noted;
        }
        let pending = match self.state {
            State::Ending => Mode::Unsubscribe,
            State::Pending | State::Active | State::Denied | State::Over => Mode::Subscribe,
        };
        let challenge = said
            .challenge
            .as_ref()
            .filter(|challenge| (1..=LONGEST_CHALLENGE).contains(&challenge.len()));
        let Some(challenge) = challenge.filter(|_| self.asked.is_some() && said.mode == pending)
        else {
            return Replied::Refused;
        };
        match pending {
            Mode::Unsubscribe => self.be_over(now),
            Mode::Subscribe | Mode::Denied => self.be_leased(said.lease, now),
        }
        Replied::Echo(challenge.clone())
    }

    fn be_leased(&mut self, lease: Option<u64>, now: DateTime<Utc>) {
        // Of old, 0 meant for ever.
        let lease = lease
            .filter(|seconds| *seconds > 0)
            .unwrap_or(ASSUMED_LEASE)
            .min(LONGEST_LEASE);
        let span = TimeDelta::seconds(i64::try_from(lease).unwrap_or(i64::MAX / 1_000_000));
        // Three quarters into it, and at most an eighth later: many subscriptions at one hub were begun together.
        let spread = jitter(&self.source, Duration::from_secs(lease / 8), Chance::NONE);
        let renewal = span * 3 / 4 + TimeDelta::from_std(spread).unwrap_or_default();
        self.state = State::Active;
        self.lease_until = Some(later(now, span));
        self.due = later(now, renewal.max(SOONEST_RENEWAL));
        (self.asked, self.tries, self.problem) = (None, 0, None);
    }

    fn be_denied(&mut self, said: &Verification, now: DateTime<Utc>) {
        if self.state == State::Ending {
            return self.be_over(now);
        }
        let reason: String = said
            .reason
            .iter()
            .flat_map(|reason| reason.chars())
            .take(LONGEST_REASON)
            .collect();
        self.problem = Some(match reason.trim() {
            "" => "the hub denied it".to_string(),
            reason => format!("the hub denied it: {reason}"),
        });
        (self.state, self.asked, self.lease_until) = (State::Denied, None, None);
        (self.due, self.tries) = (later(now, DENIED_FOR), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::subscription::tests::{at, subscription};
    use super::*;

    fn said(mode: &str, topic: &str, more: &str) -> Verification {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.mode", mode)
            .append_pair("hub.topic", topic)
            .finish();
        Verification::parse(&format!("{query}&{more}")).unwrap()
    }

    const TOPIC: &str = "https://a.example/feed";

    #[test]
    fn w4_queries_are_read_and_half_ones_refused() {
        let read = said(
            "subscribe",
            TOPIC,
            "hub.challenge=a%26b&hub.lease_seconds=60&hub.challenge=2",
        );
        assert_eq!(read.challenge.as_deref(), Some("a&b"), "the first counts");
        assert_eq!((read.mode, read.lease), (Mode::Subscribe, Some(60)));
        assert_eq!(said("denied", TOPIC, "hub.lease_seconds=-1").lease, None);
        for bad in [
            "",
            "hub.mode=subscribe",
            "hub.topic=x",
            "hub.mode=publish&hub.topic=x",
        ] {
            assert_eq!(Verification::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn w4_the_challenge_is_echoed_for_what_is_pending_and_once() {
        let mut sub = subscription();
        let good = said(
            "subscribe",
            TOPIC,
            "hub.challenge=x&hub.lease_seconds=864000",
        );
        assert_eq!(sub.verify(&good, at(0)), Replied::Refused, "nobody asked");
        sub.ask(at(0));
        let long = format!("hub.challenge={}", "x".repeat(LONGEST_CHALLENGE + 1));
        for bad in [
            said("subscribe", "https://a.example/feed/", "hub.challenge=x"),
            said("unsubscribe", TOPIC, "hub.challenge=x"),
            said("subscribe", TOPIC, ""),
            said("subscribe", TOPIC, "hub.challenge="),
            said("subscribe", TOPIC, &long),
        ] {
            assert_eq!(sub.verify(&bad, at(1)), Replied::Refused, "{bad:?}");
        }
        assert_eq!(sub.verify(&good, at(1)), Replied::Echo("x".into()));
        assert_eq!(sub.verify(&good, at(1)), Replied::Refused, "it is done");
        sub.end(at(2));
        let farewell = said("unsubscribe", TOPIC, "hub.challenge=y");
        assert_eq!(sub.verify(&farewell, at(2)), Replied::Refused);
        sub.ask(at(2));
        assert_eq!(sub.verify(&good, at(3)), Replied::Refused);
        assert_eq!(sub.verify(&farewell, at(3)), Replied::Echo("y".into()));
        assert_eq!(sub.state, State::Over);
        assert_eq!(sub.verify(&farewell, at(3)), Replied::Refused);
    }

    #[test]
    fn w5_the_lease_is_the_hubs_and_renewed_before_it_ends() {
        for (given, seconds) in [
            ("hub.lease_seconds=864000", 864_000),
            ("", 86_400),
            ("hub.lease_seconds=0", 86_400),
            ("hub.lease_seconds=soon", 86_400),
            ("hub.lease_seconds=18446744073709551615", 31 * 86_400),
            ("hub.lease_seconds=3600", 3_600),
        ] {
            let mut sub = subscription();
            sub.ask(at(0));
            let good = said("subscribe", TOPIC, &format!("hub.challenge=x&{given}"));
            sub.verify(&good, at(1));
            let until = sub.lease_until.unwrap();
            assert_eq!((until - at(1)).num_seconds(), seconds, "{given}");
            assert!(sub.due < until && sub.due > at(1), "{given}");
            assert!((sub.due - at(1)).num_seconds() >= seconds * 3 / 4);
            assert_eq!((sub.state, sub.tries), (State::Active, 0));
        }
        let mut hostile = subscription();
        hostile.ask(at(0));
        let second = said("subscribe", TOPIC, "hub.challenge=x&hub.lease_seconds=1");
        hostile.verify(&second, at(0));
        assert_eq!(hostile.due, at(10), "no hub makes us ask without end");
    }

    #[test]
    fn w5_a_denial_is_heard_at_any_time() {
        let mut sub = subscription();
        sub.ask(at(0));
        sub.verify(&said("subscribe", TOPIC, "hub.challenge=x"), at(0));
        sub.evidence.delivered(at(1));
        assert!(sub.is_trusted(at(2)));
        let elsewhere = said("denied", "https://b.example/", "");
        assert_eq!(sub.verify(&elsewhere, at(2)), Replied::Refused);
        let denial = said("denied", TOPIC, "hub.reason=paid+accounts+only");
        assert_eq!(sub.verify(&denial, at(2)), Replied::Noted);
        assert!(!sub.is_trusted(at(2)));
        assert_eq!(
            sub.problem.as_deref(),
            Some("the hub denied it: paid accounts only")
        );
        assert_eq!((sub.state, sub.due), (State::Denied, at(2) + DENIED_FOR));
        let late = said("subscribe", TOPIC, "hub.challenge=x");
        assert_eq!(sub.verify(&late, at(3)), Replied::Refused);
        assert_eq!(sub.ask(sub.due), Some(Mode::Subscribe));
        assert_eq!(sub.state, State::Pending);
    }
}
