//! How much a source says at present: whether it sleeps, wakes, dies away or is in the middle of something.
//!
//! Four running averages, of half a day to four weeks, and how far each is to be believed. Each average is what it foretells, so each
//! is scored by how well it foretold the quarters of days that came, and scores fade, so that a source may change its ways (dynamic model averaging:
//! Raftery, Kárný & Ettler, "Online prediction under model uncertainty", Technometrics 52, 2010). Time runs by the source's own hours: a ministry's
//! silent Sunday is no silence.

use super::past::Life;
use super::shape::Shape;

/// How much time is scored at once, in seconds: a quarter of a day.
const STEP: i64 = 6 * 3_600;

/// Half-lives of the averages in days, the slowest first: a season, a week, a few days for what has woken or died, and half a day for a burst.
const HALF_LIVES: [f64; 4] = [28.0, 7.0, 2.0, 0.5];

/// How many entries each average begins with, as if it had run at the rate of the next slower one: half an entry (Jeffreys' prior of a rate), so that a
/// short average does not go by a single entry, and after a silence soon stops believing the long one.
const BORROWED: f64 = 0.5;

/// Entries a day of a source of which nothing is known. With [`super::plan::WORTH`] it is looked at about every seven hours.
const UNKNOWN: f64 = 1.0;

/// How far each is believed before anything is known, and to where belief returns: the slower the likelier.
const BELIEVED: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

/// How much of what was scored is left after a quarter of a day: half of it in four and a half days.
const FADING: f64 = 0.962;

/// How many quarters of a day before and after one tell what was usual then, when it is measured how much comes at once: two days.
const AROUND: usize = 8;

/// Entries a day, now and in time to come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// The slowest average, to which a burst returns.
    lasting: f64,
    /// What each average says at `from`, how far it is believed, and its half-life in days.
    seen: Vec<((f64, f64), f64)>,
    from: i64,
}

struct Average {
    entries: f64,
    days: f64,
}

impl Level {
    pub fn of(life: &Life, shape: &Shape) -> Level {
        let mut averages: [Average; 4] = std::array::from_fn(|_| Average {
            entries: 0.0,
            days: 0.0,
        });
        let mut weights = BELIEVED;
        let steps = steps(life, shape);
        let clumps = clumps(&steps);
        for (entries, days) in steps {
            let rates = rates(&averages);
            score(&mut weights, &rates, entries, days, clumps);
            for (average, half_life) in averages.iter_mut().zip(HALF_LIVES) {
                let kept = (-(STEP as f64) / 86_400.0 / half_life).exp2();
                average.entries = average.entries * kept + entries;
                average.days = average.days * kept + days;
            }
        }
        let rates = rates(&averages);
        let [lasting, ..] = rates;
        Level {
            lasting,
            seen: rates.into_iter().zip(weights).zip(HALF_LIVES).collect(),
            from: life.end,
        }
    }

    /// Entries a day that are to be expected at `at`, in seconds since 1970. Never nothing.
    ///
    /// A burst passes, by the half-life of the average that sees it; a silence is believed until it ends.
    pub fn at(&self, at: i64) -> f64 {
        let days = (at - self.from).max(0) as f64 / 86_400.0;
        let seen = self.seen.iter().map(|((rate, weight), half_life)| {
            let passing = (rate - self.lasting).max(0.0) * (1.0 - (-days / half_life).exp2());
            weight * (rate - passing)
        });
        seen.sum()
    }
}

/// Entries a day by each average, the slowest first, each leaning on the one before.
fn rates(averages: &[Average; 4]) -> [f64; 4] {
    let mut slower = UNKNOWN;
    let mut rates = [0.0; 4];
    for (rate, average) in rates.iter_mut().zip(averages) {
        slower = (average.entries + BORROWED) / (average.days + BORROWED / slower);
        *rate = slower;
    }
    rates
}

/// Believes the averages by how likely each held what came: counts by Poisson, tempered because entries come in clumps (quasi-likelihood).
fn score(weights: &mut [f64; 4], rates: &[f64; 4], entries: f64, days: f64, clumps: f64) {
    let likely = rates.map(|rate| {
        let expected = (rate * days).max(1e-9);
        (entries * expected.ln() - expected) / clumps
    });
    let best = likely.iter().copied().fold(f64::MIN, f64::max);
    for ((weight, likely), before) in weights.iter_mut().zip(likely).zip(BELIEVED) {
        let faded = weight.powf(FADING) * before.powf(1.0 - FADING);
        // So that belief can return from any distance.
        *weight = (faded * (likely - best).exp()).max(1e-30);
    }
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= total);
}

/// How many entries come at once: how much more the quarters of days vary than single entries would make them (the index of dispersion), around what was
/// usual in the days about them. At least 1, which is entries that know nothing of each other.
fn clumps(steps: &[(f64, f64)]) -> f64 {
    let (mut varied, mut usual) = (0.0, 0.0);
    for (place, (entries, days)) in steps.iter().enumerate() {
        let about = steps
            .iter()
            .skip(place.saturating_sub(AROUND))
            .take(2 * AROUND + 1);
        let (all, long) = about.fold((0.0, 0.0), |sum, step| (sum.0 + step.0, sum.1 + step.1));
        if long > 0.0 {
            let expected = all / long * days;
            varied += (entries - expected).powi(2);
            usual += expected;
        }
    }
    if usual > 0.0 {
        (varied / usual).max(1.0)
    } else {
        1.0
    }
}

/// What came in every quarter of a day, oldest first, and how much of the source's own time each was, in days.
fn steps(life: &Life, shape: &Shape) -> Vec<(f64, f64)> {
    let whole = (life.end - life.begin).max(0);
    let count = usize::try_from((whole + STEP - 1) / STEP).unwrap_or(0);
    let mut steps = vec![(0.0, 0.0); count];
    let place = |at: i64| usize::try_from((life.end - at).max(0) / STEP).unwrap_or(usize::MAX);
    for (age, (_, days)) in steps.iter_mut().enumerate() {
        let end = life.end - i64::try_from(age).unwrap_or(0) * STEP;
        *days = shape.days((end - STEP).max(life.begin), end);
    }
    for moment in life.moments.iter().filter(|moment| moment.to > life.begin) {
        let (last, first) = (place(moment.to), place(moment.from));
        let share = moment.entries / (first.saturating_sub(last) + 1) as f64;
        for (entries, _) in steps.iter_mut().take(first + 1).skip(last) {
            *entries += share;
        }
    }
    steps.reverse();
    steps
}
