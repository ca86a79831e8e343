//! The rule that set a due time, for `status` and `explain` (F49).

/// Which rule decided when a source may be visited next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Because {
    /// The next slot of the source's schedule (C13).
    Schedule,
    /// What `auto` learned of when the source's entries come.
    Rhythm,
    /// The operator's minimum between two visits (F11).
    MinInterval,
    /// `Cache-Control: max-age` or `Expires` (F12).
    Freshness,
    /// RSS `ttl` (F11).
    Ttl,
    /// `sy:updatePeriod` (F17).
    UpdatePeriod,
    /// RSS `skipHours` (F16).
    SkipHours,
    /// RSS `skipDays` (F16).
    SkipDays,
    /// `Retry-After` (F14).
    RetryAfter,
    /// `Retry-After` in answer to another source at the same server (F14).
    HostHeld,
    /// Repeated failure (F26).
    Backoff,
    /// 429 or 503 without a usable `Retry-After` (F15).
    Throttled,
    /// 410, to be confirmed once (F25).
    GoneConfirm,
    /// Never visited, or overdue when the program started (C10).
    Startup,
    /// Files on disk changed.
    FilesChanged,
    /// Hubs push it, and it is polled now and then to be safe (W7).
    Safety,
    /// A hub said that there is news, without the news (W7).
    Pinged,
}

impl Because {
    /// Every rule there is.
    pub const ALL: [Because; 17] = [
        Because::Schedule,
        Because::Rhythm,
        Because::MinInterval,
        Because::Freshness,
        Because::Ttl,
        Because::UpdatePeriod,
        Because::SkipHours,
        Because::SkipDays,
        Because::RetryAfter,
        Because::HostHeld,
        Because::Backoff,
        Because::Throttled,
        Because::GoneConfirm,
        Because::Startup,
        Because::FilesChanged,
        Because::Safety,
        Because::Pinged,
    ];

    /// The rule's name for machines, in kebab case. Stable: it is stored and printed as JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Because::Schedule => "schedule",
            Because::Rhythm => "rhythm",
            Because::MinInterval => "min-interval",
            Because::Freshness => "freshness",
            Because::Ttl => "ttl",
            Because::UpdatePeriod => "update-period",
            Because::SkipHours => "skip-hours",
            Because::SkipDays => "skip-days",
            Because::RetryAfter => "retry-after",
            Because::HostHeld => "host-held",
            Because::Backoff => "backoff",
            Because::Throttled => "throttled",
            Because::GoneConfirm => "gone-confirm",
            Because::Startup => "startup",
            Because::FilesChanged => "files-changed",
            Because::Safety => "safety-poll",
            Because::Pinged => "pinged",
        }
    }

    /// The rule that [`as_str`](Because::as_str) names so; `None` for any other text.
    pub fn parse(name: &str) -> Option<Because> {
        Because::ALL
            .into_iter()
            .find(|because| because.as_str() == name)
    }

    /// The rule for people: one sentence without a full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Because::Schedule => "this is the next time its schedule names",
            Because::Rhythm => {
                "by what it used to say and when, a visit is worth while then and no sooner"
            }
            Because::MinInterval => "the configured minimum between two visits must pass first",
            Because::Freshness => "the server said its last answer stays fresh until then",
            Because::Ttl => "the feed's own ttl asks for this much time between visits",
            Because::UpdatePeriod => "the feed says that it is updated no more often than this",
            Because::SkipHours => "the feed asks not to be read in the hours before (skipHours)",
            Because::SkipDays => "the feed asks not to be read on the days before (skipDays)",
            Because::RetryAfter => "the server asked not to be asked again before (Retry-After)",
            Because::HostHeld => {
                "its server, in answer to another source there, asked not to be asked again before (Retry-After)"
            }
            Because::Backoff => "it failed, and the wait doubles with every failure in a row",
            Because::Throttled => {
                "the server said that it is asked too much, so the wait is at least doubled"
            }
            Because::GoneConfirm => {
                "the server said the feed is gone; one more visit a day later will confirm it"
            }
            Because::Startup => "it is read when headwater starts, having been new or overdue then",
            Because::FilesChanged => "its files changed",
            Because::Safety => {
                "its hub sends what is new, so it is polled only now and then to make sure"
            }
            Because::Pinged => "its hub said that there is news",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f49_names_read_back_and_are_all_different() {
        for because in Because::ALL {
            assert_eq!(Because::parse(because.as_str()), Some(because));
            assert!(!because.sentence().ends_with('.'));
        }
        assert_eq!(Because::parse("whim"), None);
    }
}
