//! Publishers as they are found: when each says something, for weeks. Everything is made from a seed, so that every run is the same.

use chrono::{DateTime, TimeDelta, Utc};
use headwater::date::Precision;

/// The Monday on which all begins, and how long publishers have been at it before anybody subscribes.
pub const BEGIN: &str = "2025-03-03T00:00:00Z";
pub const BEFORE: i64 = 4;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// How a publisher dates what it says.
#[derive(Clone, Copy, PartialEq)]
pub enum Dates {
    True,
    None,
    DayOnly,
    /// Every entry bears the time of the visit.
    MadeUp,
    /// Days before it can be fetched.
    Stale,
}

pub struct Publisher {
    pub name: &'static str,
    /// Seconds since [`BEGIN`], in order.
    pub says: Vec<i64>,
    pub dates: Dates,
}

/// Numbers that look like chance: xorshift64*.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A wait of this many seconds on average, as between calls at a switchboard.
    pub fn wait(&mut self, mean: f64) -> i64 {
        (-(1.0 - self.share()).ln() * mean) as i64 + 1
    }

    fn below(&mut self, limit: i64) -> i64 {
        (self.share() * limit as f64) as i64
    }
}

pub fn begin() -> DateTime<Utc> {
    BEGIN.parse().expect("an instant")
}

pub fn instant(second: i64) -> DateTime<Utc> {
    begin() + TimeDelta::seconds(second)
}

impl Publisher {
    /// What an entry says of its time when it is fetched at `fetched`.
    pub fn dated(&self, said: i64, fetched: i64) -> Option<(DateTime<Utc>, Precision)> {
        match self.dates {
            Dates::True => Some((instant(said), Precision::Second)),
            Dates::None => None,
            Dates::DayOnly => Some((instant(said.div_euclid(DAY) * DAY), Precision::Day)),
            Dates::MadeUp => Some((instant(fetched), Precision::Second)),
            Dates::Stale => Some((instant(said - 3 * DAY), Precision::Second)),
        }
    }
}

/// All of them, over so many weeks.
pub fn all(weeks: i64) -> Vec<Publisher> {
    let end = weeks * 7 * DAY;
    let named = |name, says: Vec<i64>, dates| Publisher { name, says, dates };
    let daily = daily_batch(end, 2);
    vec![
        named("hourly news", news(end, 1), Dates::True),
        named("ministry in office hours", ministry(end, 3), Dates::True),
        named("daily batch at 06:30", daily.clone(), Dates::True),
        named("daily batch, no dates", daily.clone(), Dates::None),
        named("daily batch, days only", daily.clone(), Dates::DayOnly),
        named("daily batch, dates made up", daily.clone(), Dates::MadeUp),
        named("daily batch, dates of days ago", daily, Dates::Stale),
        named(
            "one a day, any time",
            poisson(end, DAY as f64, 4),
            Dates::True,
        ),
        named("weekly blog", weekly(end, 5), Dates::True),
        named("bursts", bursts(end, 6), Dates::True),
        named(
            "dying after week 5",
            cut(news(end, 7), 0, 5 * 7 * DAY),
            Dates::True,
        ),
        named(
            "waking in week 8",
            cut(news(end, 8), 8 * 7 * DAY, end),
            Dates::True,
        ),
        named("silent", Vec::new(), Dates::True),
    ]
}

fn poisson(end: i64, mean: f64, seed: u64) -> Vec<i64> {
    let mut chance = Chance::new(seed);
    let mut at = 0;
    std::iter::from_fn(|| {
        at += chance.wait(mean);
        (at < end).then_some(at)
    })
    .collect()
}

/// Something every half hour by day and every two hours at night.
fn news(end: i64, seed: u64) -> Vec<i64> {
    let mut chance = Chance::new(seed);
    let all = poisson(end, HOUR as f64 / 2.0, seed + 100);
    let is_kept = |at: &i64| {
        let hour = at % DAY / HOUR;
        (6..23).contains(&hour) || chance.share() < 0.25
    };
    all.into_iter().filter(is_kept).collect()
}

/// Some five a day, from nine to five on weekdays.
fn ministry(end: i64, seed: u64) -> Vec<i64> {
    let is_open = |at: &i64| at / DAY % 7 < 5 && (9..17).contains(&(at % DAY / HOUR));
    poisson(end, HOUR as f64 * 1.6, seed)
        .into_iter()
        .filter(is_open)
        .collect()
}

/// Eight to fifteen at once, within a few minutes of half past six, every day.
fn daily_batch(end: i64, seed: u64) -> Vec<i64> {
    let mut chance = Chance::new(seed);
    let mut says = Vec::new();
    for day in 0..end / DAY {
        let at = day * DAY + 6 * HOUR + 30 * MINUTE + chance.below(5 * MINUTE);
        says.extend(std::iter::repeat_n(at, 8 + chance.below(8) as usize));
    }
    says
}

/// On Tuesday mornings, give or take two hours.
fn weekly(end: i64, seed: u64) -> Vec<i64> {
    let mut chance = Chance::new(seed);
    (0..end / DAY / 7)
        .map(|week| week * 7 * DAY + DAY + 8 * HOUR + chance.below(4 * HOUR))
        .collect()
}

/// A dozen within three hours, every four days or so.
fn bursts(end: i64, seed: u64) -> Vec<i64> {
    let mut chance = Chance::new(seed);
    let mut says = Vec::new();
    let mut at = 0;
    loop {
        at += chance.wait(4.0 * DAY as f64);
        if at >= end {
            break;
        }
        let burst = (0..12).map(|_| at + chance.below(3 * HOUR));
        says.extend(burst.filter(|at| *at < end));
    }
    says.sort_unstable();
    says
}

fn cut(says: Vec<i64>, from: i64, to: i64) -> Vec<i64> {
    says.into_iter()
        .filter(|at| (from..to).contains(at))
        .collect()
}
