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

/// How many days of the next slower average each begins with, so that a short one does not go by a single entry. For the slowest it is half a
/// day of [`UNKNOWN`]: half an entry, Jeffreys' prior of a rate.
const BORROWED: [f64; 4] = [0.5, 2.0, 1.0, 0.5];

/// Entries a day of a source of which nothing is known. With [`super::plan::WORTH`] it is looked at about every seven hours.
const UNKNOWN: f64 = 1.0;

/// How much of the scores is left after a quarter of a day: half of them in four and a half days.
const FADING: f64 = 0.962;

/// The least that any average is believed.
const DOUBT: f64 = 0.02;

/// Entries a day, now and in time to come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// The slowest average, to which it returns.
    lasting: f64,
    /// What the others see beyond it at `from`, and their half-lives in days.
    passing: Vec<(f64, f64)>,
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
        let mut weights = [0.25; 4];
        let size = dispersion(life);
        for (entries, days) in steps(life, shape) {
            let rates = rates(&averages);
            score(&mut weights, &rates, entries, days, size);
            for (average, half_life) in averages.iter_mut().zip(HALF_LIVES) {
                let kept = (-(STEP as f64) / 86_400.0 / half_life).exp2();
                average.entries = average.entries * kept + entries;
                average.days = average.days * kept + days;
            }
        }
        let rates = rates(&averages);
        let [lasting, ..] = rates;
        let passing = rates.iter().zip(weights).zip(HALF_LIVES).skip(1);
        Level {
            lasting,
            passing: passing
                .map(|((rate, weight), half_life)| (weight * (rate - lasting), half_life))
                .collect(),
            from: life.end,
        }
    }

    /// Entries a day that are to be expected at `at`, in seconds since 1970. Never nothing.
    pub fn at(&self, at: i64) -> f64 {
        let days = (at - self.from).max(0) as f64 / 86_400.0;
        let passing = self.passing.iter();
        let beyond: f64 = passing
            .map(|(beyond, half_life)| beyond * (-days / half_life).exp2())
            .sum();
        // A hundredth of what is lasting, whatever the others say: nothing dies for certain.
        (self.lasting + beyond).max(self.lasting / 100.0)
    }
}

/// Entries a day by each average, the slowest first, each leaning on the one before.
fn rates(averages: &[Average; 4]) -> [f64; 4] {
    let mut slower = UNKNOWN;
    let mut rates = [0.0; 4];
    for ((rate, average), borrowed) in rates.iter_mut().zip(averages).zip(BORROWED) {
        slower = (average.entries + slower * borrowed) / (average.days + borrowed);
        *rate = slower;
    }
    rates
}

/// Believes the averages by how likely each held what came: counts by Poisson, tempered because entries come in batches (quasi-likelihood).
fn score(weights: &mut [f64; 4], rates: &[f64; 4], entries: f64, days: f64, size: f64) {
    let likely = rates.map(|rate| {
        let expected = (rate * days).max(1e-9);
        (entries * expected.ln() - expected) / size
    });
    let best = likely.iter().copied().fold(f64::MIN, f64::max);
    for (weight, likely) in weights.iter_mut().zip(likely) {
        *weight = weight.powf(FADING) * (likely - best).exp();
    }
    let total: f64 = weights.iter().sum();
    for weight in weights.iter_mut() {
        *weight = (*weight / total).max(DOUBT);
    }
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= total);
}

/// How many entries come at once, as an entry sees it.
fn dispersion(life: &Life) -> f64 {
    let sum: f64 = life.moments.iter().map(|moment| moment.entries).sum();
    let squares: f64 = life.moments.iter().map(|moment| moment.entries.powi(2)).sum();
    if sum > 0.0 { (squares / sum).max(1.0) } else { 1.0 }
}

/// What came in every quarter of a day, oldest first, and how much of the source's own time each was, in days.
fn steps(life: &Life, shape: &Shape) -> Vec<(f64, f64)> {
    let whole = (life.end - life.begin).max(0);
    let count = usize::try_from((whole + STEP - 1) / STEP).unwrap_or(0);
    let mut steps = vec![(0.0, 0.0); count];
    let place = |at: i64| usize::try_from((life.end - at).max(0) / STEP).unwrap_or(usize::MAX);
    for (age, (_, days)) in steps.iter_mut().enumerate() {
        let end = life.end - i64::try_from(age).unwrap_or(0) * STEP;
        let mut at = (end - STEP).max(life.begin);
        while at < end {
            let long = (end - at).min(SAMPLE);
            *days += shape.during(at + long / 2) * long as f64 / 86_400.0;
            at += long;
        }
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

/// How closely the shape is sampled, in seconds.
const SAMPLE: i64 = 1_800;
