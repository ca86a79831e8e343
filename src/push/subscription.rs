//! One subscription through its life: asked for, verified, renewed, given up.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::announced::Announced;
use super::mode::Mode;
use super::trust::Evidence;

/// Where callbacks lie below `public_url`; the token follows.
pub const PATH: &str = "/websub/";

/// What the hub is asked for, in seconds: ten days, as most subscribers do. Hubs give what they like (W5).
const LEASE_WANTED: i64 = 10 * 86_400;

/// How long the hub may take to verify before it is asked again. Doubled with every try in vain.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(15);

/// … up to this: a hub that comes back is found the next day, and the source is polled meanwhile.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

/// How often a hub is asked to forget a subscription. It would end by itself, and its deliveries are answered with 410.
const FAREWELLS: u32 = 3;

/// How long an ended subscription is remembered, to answer its deliveries with 410: longer than any lease.
const REMEMBERED: TimeDelta = TimeDelta::days(40);

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Wanted; the hub was asked, or will be.
    Pending,
    /// Verified, for as long as the lease runs.
    Active,
    /// The hub does not want it (W5).
    Denied,
    /// No longer wanted; the hub is told so.
    Ending,
    /// Over: what still comes is answered with 410 (W6).
    Over,
}

impl State {
    const ALL: [State; 5] = [
        State::Pending,
        State::Active,
        State::Denied,
        State::Ending,
        State::Over,
    ];

    /// Stable: it is stored and printed as JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Active => "active",
            State::Denied => "denied",
            State::Ending => "ending",
            State::Over => "over",
        }
    }

    /// The state that [`as_str`](State::as_str) names so.
    pub fn parse(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

/// What makes a subscription nobody else's. From the system's random numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// Unguessable, of characters that need no escape in an address (W3).
    pub token: String,
    /// Under 200 bytes (W3).
    pub secret: String,
}

/// What is to be subscribed to, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub announced: Announced,
    /// Every callback begins so: `public_url` and [`PATH`].
    pub base: String,
}

/// One subscription. Its `Debug` shows neither token nor secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    pub token: String,
    pub secret: String,
    /// The source's id.
    pub source: String,
    pub hub: String,
    pub topic: String,
    /// Where the hub calls.
    pub callback: String,
    pub state: State,
    /// When the hub is asked next.
    pub due: DateTime<Utc>,
    /// Since when the hub's verification is awaited (W4).
    pub asked: Option<DateTime<Utc>>,
    /// How often it was asked in vain.
    pub tries: u32,
    /// As the hub said when it verified (W5).
    pub lease_until: Option<DateTime<Utc>>,
    /// What went wrong last, for people.
    pub problem: Option<String>,
    pub evidence: Evidence,
    /// When it was over.
    pub ended: Option<DateTime<Utc>>,
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("source", &self.source)
            .field("hub", &self.hub)
            .field("topic", &self.topic)
            .field("state", &self.state)
            .field("due", &self.due)
            .field("asked", &self.asked)
            .field("tries", &self.tries)
            .field("lease_until", &self.lease_until)
            .field("problem", &self.problem)
            .field("evidence", &self.evidence)
            .finish_non_exhaustive()
    }
}

/// What is to become of a source's subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Tokens of those to end.
    pub end: Vec<String>,
    pub begin: bool,
}

/// Weighs what is wanted of a source against what is held: another hub, topic or callback is another subscription, and of two alike one is enough.
pub fn decide(wanted: Option<&Wanted>, held: &[Subscription]) -> Decision {
    let mut decision = Decision {
        end: Vec::new(),
        begin: wanted.is_some(),
    };
    let living = held
        .iter()
        .filter(|held| !matches!(held.state, State::Ending | State::Over));
    for held in living {
        if decision.begin && wanted.is_some_and(|wanted| held.is_for(wanted)) {
            decision.begin = false;
        } else {
            decision.end.push(held.token.clone());
        }
    }
    decision
}

impl Subscription {
    /// A new one, to be asked for at once.
    pub fn begin(source: &str, wanted: &Wanted, keys: Keys, now: DateTime<Utc>) -> Self {
        Subscription {
            callback: format!("{}{}", wanted.base, keys.token),
            token: keys.token,
            secret: keys.secret,
            source: source.to_string(),
            hub: wanted.announced.hub.clone(),
            topic: wanted.announced.topic.clone(),
            state: State::Pending,
            due: now,
            asked: None,
            tries: 0,
            lease_until: None,
            problem: None,
            evidence: Evidence::default(),
            ended: None,
        }
    }

    fn is_for(&self, wanted: &Wanted) -> bool {
        self.hub == wanted.announced.hub
            && self.topic == wanted.announced.topic
            && self.callback == format!("{}{}", wanted.base, self.token)
    }

    /// Whether deliveries may stand in for polls at present (W7).
    pub fn is_trusted(&self, now: DateTime<Utc>) -> bool {
        let is_running = self.lease_until.is_some_and(|until| now < until);
        self.state == State::Active && is_running && self.evidence.is_good()
    }

    /// Ends it: the hub is told, unless it was never asked.
    pub fn end(&mut self, now: DateTime<Utc>) {
        let was_asked = self.tries > 0 || self.lease_until.is_some();
        (self.state, self.due, self.asked, self.tries) = (State::Ending, now, None, 0);
        if !was_asked {
            self.be_over(now);
        }
    }

    pub(super) fn be_over(&mut self, now: DateTime<Utc>) {
        (self.state, self.asked, self.ended) = (State::Over, None, Some(now));
    }

    /// Whether it can be forgotten.
    pub fn is_forgettable(&self, now: DateTime<Utc>) -> bool {
        self.ended.is_some_and(|ended| now - ended >= REMEMBERED)
    }

    /// What the hub is to be asked now that it is due, noted as asked. `None`: nothing more.
    pub fn ask(&mut self, now: DateTime<Utc>) -> Option<Mode> {
        let mode = match self.state {
            State::Over => return None,
            State::Ending if self.tries >= FAREWELLS => {
                self.be_over(now);
                return None;
            }
            State::Ending => Mode::Unsubscribe,
            State::Pending | State::Active | State::Denied => Mode::Subscribe,
        };
        if mode == Mode::Subscribe && self.asked.is_some() {
            self.problem = Some("the hub said yes and then did not verify".into());
        }
        if self.state == State::Denied {
            self.state = State::Pending;
        }
        self.tries = self.tries.saturating_add(1);
        self.asked = Some(now);
        self.due = later(now, wait(self.tries));
        Some(mode)
    }

    /// The form that is posted to the hub (W3, WebSub §5.1).
    pub fn form(&self, mode: Mode) -> Vec<(&'static str, String)> {
        let mut form = vec![
            ("hub.mode", mode.as_str().to_string()),
            ("hub.topic", self.topic.clone()),
            ("hub.callback", self.callback.clone()),
        ];
        if mode == Mode::Subscribe {
            form.push(("hub.lease_seconds", LEASE_WANTED.to_string()));
            form.push(("hub.secret", self.secret.clone()));
        }
        form
    }

    /// The hub did not take what it was asked at `asked`. Asked again after a pause, and not before `retry_at`. Says nothing when the hub has verified
    /// meanwhile, whatever became of its answer.
    pub fn refused(
        &mut self,
        asked: DateTime<Utc>,
        why: &str,
        retry_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) {
        if self.asked != Some(asked) {
            return;
        }
        self.asked = None;
        self.problem = Some(why.to_string());
        self.due = later(now, wait(self.tries));
        if let Some(retry_at) = retry_at {
            self.due = self.due.max(retry_at);
        }
    }

    /// Notes that the lease has run out (W5). Whether it had: the source is polled as scheduled then.
    pub fn lapse(&mut self, now: DateTime<Utc>) -> bool {
        let has_lapsed =
            self.state == State::Active && self.lease_until.is_none_or(|until| until <= now);
        if has_lapsed {
            self.state = State::Pending;
            self.lease_until = None;
            let why = "the lease ended before the hub had renewed it".to_string();
            self.problem.get_or_insert(why);
            // Its next try stands, unless that was for long after.
            self.due = self.due.min(later(now, FIRST_WAIT));
        }
        has_lapsed
    }
}

/// How long after so many tries in vain.
fn wait(tries: u32) -> TimeDelta {
    let doubled = 2i32.saturating_pow(tries.saturating_sub(1).min(16));
    FIRST_WAIT
        .checked_mul(doubled)
        .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

pub(super) fn later(now: DateTime<Utc>, wait: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(wait).unwrap_or(now)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + minutes * 60, 0).unwrap()
    }

    pub fn wanted(hub: &str, topic: &str) -> Wanted {
        Wanted {
            announced: Announced {
                hub: hub.into(),
                topic: topic.into(),
            },
            base: "https://news.example/websub/".into(),
        }
    }

    pub fn subscription() -> Subscription {
        let keys = Keys {
            token: "token".into(),
            secret: "secret".into(),
        };
        let wanted = wanted("https://hub.example/", "https://a.example/feed");
        Subscription::begin("a", &wanted, keys, at(0))
    }

    #[test]
    fn w3_what_is_posted_to_the_hub() {
        let mut sub = subscription();
        assert_eq!(sub.ask(at(0)), Some(Mode::Subscribe));
        let told = |mode| -> Vec<String> {
            let form = sub.form(mode);
            form.iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect()
        };
        assert_eq!(
            told(Mode::Subscribe),
            [
                "hub.mode=subscribe",
                "hub.topic=https://a.example/feed",
                "hub.callback=https://news.example/websub/token",
                "hub.lease_seconds=864000",
                "hub.secret=secret"
            ]
        );
        assert_eq!(told(Mode::Unsubscribe).len(), 3, "no secret, no lease");
        let debug = format!("{sub:?}");
        assert!(!debug.contains("token") && !debug.contains("secret"));
    }

    #[test]
    fn w3_another_hub_topic_or_callback_is_another_subscription() {
        let held = subscription();
        let same = wanted("https://hub.example/", "https://a.example/feed");
        let keep = decide(Some(&same), std::slice::from_ref(&held));
        assert_eq!(keep, Decision::default());
        let elsewhere = Wanted {
            base: "https://new.example/websub/".into(),
            ..same.clone()
        };
        for other in [
            wanted("https://other.example/", "https://a.example/feed"),
            wanted("https://hub.example/", "https://a.example/new"),
            elsewhere,
        ] {
            let change = decide(Some(&other), std::slice::from_ref(&held));
            assert_eq!((change.end.len(), change.begin), (1, true));
        }
        let twice = decide(Some(&same), &[held.clone(), held.clone()]);
        assert_eq!((twice.end.len(), twice.begin), (1, false));
        assert_eq!(decide(None, &[held]).end.len(), 1);
        assert!(decide(Some(&same), &[]).begin);
    }

    #[test]
    fn w3_a_hub_that_refuses_or_forgets_is_asked_ever_more_rarely() {
        let mut sub = subscription();
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..12 {
            sub.ask(now);
            waits.push((sub.due - now).num_minutes());
            now = sub.due;
        }
        assert_eq!(
            waits,
            [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440, 1440, 1440]
        );
        assert!(sub.problem.as_deref().unwrap().contains("did not verify"));
        let asked = sub.asked.unwrap();
        sub.refused(asked, "no", Some(now + TimeDelta::days(9)), now);
        assert_eq!((sub.asked, sub.due), (None, now + TimeDelta::days(9)));
        assert_eq!(sub.problem.as_deref(), Some("no"));
        // An answer that comes after the fact.
        sub.ask(sub.due);
        let before = sub.clone();
        sub.refused(asked, "late", None, now);
        assert_eq!(sub, before);
    }

    #[test]
    fn w6_an_unwanted_one_is_ended_at_the_hub_three_times_at_most() {
        let mut sub = subscription();
        sub.ask(at(0));
        sub.end(at(1));
        assert_eq!((sub.state, sub.due), (State::Ending, at(1)));
        for _ in 0..FAREWELLS {
            assert_eq!(sub.ask(at(2)), Some(Mode::Unsubscribe));
        }
        assert_eq!(sub.ask(at(3)), None);
        assert_eq!((sub.state, sub.ended), (State::Over, Some(at(3))));
        assert!(!sub.is_forgettable(at(4)));
        assert!(sub.is_forgettable(at(3) + REMEMBERED));
        let mut never_asked = subscription();
        never_asked.end(at(1));
        assert_eq!(never_asked.state, State::Over);
    }

    #[test]
    fn w5_a_lease_that_runs_out_ends_the_trust_at_that_moment() {
        let mut sub = subscription();
        (sub.state, sub.lease_until) = (State::Active, Some(at(100)));
        sub.evidence.delivered(at(1));
        assert!(sub.is_trusted(at(99)) && !sub.is_trusted(at(100)));
        sub.due = at(5000);
        assert!(!sub.lapse(at(99)));
        assert!(sub.lapse(at(100)));
        assert_eq!((sub.state, sub.due), (State::Pending, at(115)));
        assert!(!sub.lapse(at(101)));
    }
}
