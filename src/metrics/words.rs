//! The words that labels are made of.

/// Where a panic was contained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contained {
    /// While a source was visited, or its document or what its hub sent was read.
    Visit,
    /// While an article's page was had or read.
    Page,
    /// On the thread that keeps the store: what a visit brought could not be stored.
    Keeper,
}

/// How an attempt at the store ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Done,
    Failed,
}

/// What became of a changed feeds.toml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reloaded {
    Taken,
    /// It is wrong; the one in force stays.
    Refused,
    /// The store did not answer; it is tried again.
    Postponed,
}

/// One HTTP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// `public` or `admin`.
    pub listener: &'static str,
    /// The kind of address: `feed`, `index`, `story`, `health`, `status`, `metrics`, `websub` or `other`.
    pub route: &'static str,
    pub status: u16,
    /// The content coding of the body; `none` when it has none.
    pub coding: &'static str,
}

impl Contained {
    pub(super) const ALL: [Contained; 3] = [Contained::Visit, Contained::Page, Contained::Keeper];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Contained::Visit => "visit",
            Contained::Page => "page",
            Contained::Keeper => "keeper",
        }
    }
}

impl Ended {
    pub(super) const ALL: [Ended; 2] = [Ended::Done, Ended::Failed];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Ended::Done => "done",
            Ended::Failed => "failed",
        }
    }
}

impl Reloaded {
    pub(super) const ALL: [Reloaded; 3] = [Reloaded::Taken, Reloaded::Refused, Reloaded::Postponed];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Reloaded::Taken => "taken",
            Reloaded::Refused => "refused",
            Reloaded::Postponed => "postponed",
        }
    }
}
