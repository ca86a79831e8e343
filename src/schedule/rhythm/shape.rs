//! At which hours of the week a source speaks.
//!
//! Nine guesses, and what each is worth. A guess spreads the moments seen over the hours around them (a kernel estimate) and over other days: all days,
//! days of the same kind (Monday to Friday, the weekend), the same weekday; sharply, broadly, or not at all. Each is judged by how well it
//! foretells the moments of one day from those of all *other* days, so that a busy morning does not prove itself, and the mixture that foretells best
//! is taken (stacking: Smyth & Wolpert, "Linearly combining density estimators via stacking", Machine Learning 36, 1999; fitted by
//! expectation–maximisation). A source without habits comes out flat, and nothing has to be decided about it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Offset, TimeZone};
use chrono_tz::Tz;

use super::past::{Moment, SLOT};

/// Quarters of an hour in a day, and days in a week.
const DAY: usize = 96;
const WEEK: usize = 7;

/// Half-life of what was seen, in seconds: four weeks, so that a habit shows in a month and a new timetable has taken over in two.
const HALF_LIFE: f64 = 28.0 * 86_400.0;

/// Standard deviation of the broad kernel in quarters of an hour: an hour and a half, the width of "in the morning".
const BROAD: f64 = 6.0;

/// That of the narrow one: ten minutes, for what a program writes at a fixed time.
const NARROW: f64 = 10.0 / 15.0;

/// As if so many moments had come at no particular time. It keeps every hour possible, and two lucky mornings from being a habit.
const NO_HABIT: f64 = 2.0;

/// Rounds of expectation–maximisation. Weights that matter have settled after a dozen.
const ROUNDS: usize = 25;

/// Most moments that guesses are judged by, the latest: a month of a busy source shows all that a year would.
const JUDGED: usize = 400;

/// At so many quarters of an hour, evenly, a moment is looked at whose time is not known exactly.
const LOOKS: usize = 8;

/// A moment that may have come at any time of more than this many quarters of an hour says nothing of the hour.
const VAGUE: usize = DAY;

/// Which other days tell of a day.
#[derive(Clone, Copy)]
enum Days {
    All,
    Kind,
    Same,
}

/// How far a moment tells of the hours around it.
#[derive(Clone, Copy)]
enum Hours {
    Any,
    Broad,
    Narrow,
}

/// The guesses; the first is that there is no habit.
const GUESSES: [(Days, Hours); 9] = [
    (Days::All, Hours::Any),
    (Days::All, Hours::Broad),
    (Days::All, Hours::Narrow),
    (Days::Kind, Hours::Any),
    (Days::Kind, Hours::Broad),
    (Days::Kind, Hours::Narrow),
    (Days::Same, Hours::Any),
    (Days::Same, Hours::Broad),
    (Days::Same, Hours::Narrow),
];

/// How much of a source's news falls on each quarter of an hour of the week, 1 being the average.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    slots: Vec<f64>,
    /// Of all quarters of an hour before each one of the week, and of the whole week last.
    sums: Vec<f64>,
    zone: Tz,
    /// The share of moments that come when habit says, 0 to 1.
    pub regularity: f64,
}

/// A day's worth of smoothed quarters of an hour.
type Row = [f64; DAY];

/// What was seen, smoothed: by weekday and kernel.
#[derive(Clone)]
struct Seen {
    weight: [f64; WEEK],
    broad: [Row; WEEK],
    narrow: [Row; WEEK],
}

/// A moment on the local clock: its weekday, and which quarters of an hour it may have come in.
struct Local {
    date: i32,
    weekday: usize,
    slots: Vec<usize>,
    weight: f64,
}

impl Shape {
    /// Learns the week of a source from its moments, on the clocks of `zone`. What lies before `end` by four weeks counts for half.
    pub fn of(moments: &[Moment], end: i64, zone: Tz) -> Shape {
        let kernels = [kernel(BROAD), kernel(NARROW)];
        let locals: Vec<Local> = moments
            .iter()
            .filter_map(|moment| local(moment, end, zone))
            .collect();
        let mut by_date: BTreeMap<i32, Vec<&Local>> = BTreeMap::new();
        for moment in &locals {
            by_date.entry(moment.date).or_default().push(moment);
        }
        let mut all = Seen::nothing();
        let mut of_date: BTreeMap<i32, Seen> = BTreeMap::new();
        for (date, moments) in &by_date {
            let mut seen = Seen::nothing();
            for moment in moments {
                seen.add(moment, &kernels);
            }
            all.combine(&seen, 1.0);
            of_date.insert(*date, seen);
        }
        // How likely each guess held each moment, told by the other days only.
        let mut judged: Vec<(f64, [f64; GUESSES.len()])> = Vec::new();
        for (date, moments) in by_date.iter().rev() {
            if judged.len() >= JUDGED {
                break;
            }
            let mut others = all.clone();
            if let Some(own) = of_date.get(date) {
                others.combine(own, -1.0);
            }
            for moment in moments {
                let of = |guess| {
                    mean(&moment.slots, |slot| {
                        others.density(guess, moment.weekday, slot)
                    })
                };
                judged.push((moment.weight, GUESSES.map(of)));
            }
        }
        let weights = stack(&judged);
        let density = |place: usize| {
            let guesses = GUESSES.into_iter().zip(weights);
            guesses
                .map(|(guess, weight)| weight * all.density(guess, place / DAY, place % DAY))
                .sum::<f64>()
        };
        let slots: Vec<f64> = (0..WEEK * DAY).map(density).collect();
        // Guesses that saw nothing of a kind of day leave a little out.
        let average = slots.iter().sum::<f64>() / slots.len() as f64;
        let [flat, ..] = weights;
        let slots: Vec<f64> = slots.into_iter().map(|slot| slot / average).collect();
        let sums = slots.iter().scan(0.0, |sum, slot| {
            *sum += slot;
            Some(*sum)
        });
        Shape {
            sums: std::iter::once(0.0).chain(sums).collect(),
            slots,
            zone,
            regularity: 1.0 - flat,
        }
    }

    /// How much of the news falls on the quarter of an hour that begins at `at`, in seconds since 1970: 1 is the average of the week.
    pub fn during(&self, at: i64) -> f64 {
        let Some((place, into)) = place_of(at, self.zone) else {
            return 1.0;
        };
        let of = |place: usize| self.slots.get(place % (WEEK * DAY)).copied().unwrap_or(1.0);
        of(place) * (1.0 - into) + of(place + 1) * into
    }
}

impl Shape {
    /// How long the time from `from` to `to` is by the source's own hours, in days. Goes by the offset of the zone at `from`.
    pub fn days(&self, from: i64, to: i64) -> f64 {
        let long = (to - from).max(0) as f64 / SLOT as f64;
        let Some((place, into)) = place_of(from, self.zone) else {
            return long / DAY as f64;
        };
        let week = (WEEK * DAY) as f64;
        let until = |at: f64| {
            let (weeks, rest) = ((at / week).floor(), at.rem_euclid(week));
            let (place, into) = (rest as usize, rest.fract());
            let sum = |place: usize| self.sums.get(place).copied().unwrap_or(week);
            weeks * week + sum(place) * (1.0 - into) + sum(place + 1) * into
        };
        let at = place as f64 + into;
        (until(at + long) - until(at)) / DAY as f64
    }
}

impl Seen {
    fn nothing() -> Self {
        Seen {
            weight: [0.0; WEEK],
            broad: [[0.0; DAY]; WEEK],
            narrow: [[0.0; DAY]; WEEK],
        }
    }

    fn add(&mut self, moment: &Local, kernels: &[Row; 2]) {
        let share = moment.weight / moment.slots.len().max(1) as f64;
        let [broad, narrow] = kernels;
        if let Some(weight) = self.weight.get_mut(moment.weekday) {
            *weight += moment.weight;
        }
        for (rows, kernel) in [(&mut self.broad, broad), (&mut self.narrow, narrow)] {
            let Some(row) = rows.get_mut(moment.weekday) else {
                continue;
            };
            for slot in &moment.slots {
                // The day is a circle here: what comes at midnight comes now on this side of it and now on the other.
                let (late, early) = row.split_at_mut((*slot).min(DAY));
                let there = early.iter_mut().chain(late);
                there.zip(kernel).for_each(|(cell, by)| *cell += share * by);
            }
        }
    }

    fn combine(&mut self, other: &Seen, sign: f64) {
        let cells = |seen: &Seen| -> Vec<f64> {
            let rows = seen.broad.iter().chain(&seen.narrow).flatten();
            seen.weight.iter().chain(rows).copied().collect()
        };
        let rows = self.broad.iter_mut().chain(&mut self.narrow).flatten();
        let own = self.weight.iter_mut().chain(rows);
        // What is taken away leaves rounding behind, and no probability is negative.
        own.zip(cells(other))
            .for_each(|(cell, by)| *cell = (*cell + sign * by).max(0.0));
    }

    /// What a guess makes of one quarter of an hour of a weekday, 1 being the average of a week; nothing where it saw nothing.
    fn density(&self, (days, hours): (Days, Hours), weekday: usize, slot: usize) -> f64 {
        let is_weekend = |day: usize| day >= 5;
        let tells = |day: &usize| match days {
            Days::All => true,
            Days::Kind => is_weekend(*day) == is_weekend(weekday),
            Days::Same => *day == weekday,
        };
        let spread_over = (0..WEEK).filter(tells).count() as f64;
        let at = |day: usize| -> f64 {
            let cell = |rows: &[Row; WEEK]| rows.get(day).and_then(|row| row.get(slot)).copied();
            let found = match hours {
                Hours::Any => self.weight.get(day).map(|weight| weight / DAY as f64),
                Hours::Broad => cell(&self.broad),
                Hours::Narrow => cell(&self.narrow),
            };
            found.unwrap_or(0.0)
        };
        match (days, hours) {
            (Days::All, Hours::Any) => 1.0,
            _ => {
                let total: f64 = self.weight.iter().sum();
                let here: f64 = (0..WEEK).filter(tells).map(at).sum();
                match total > f64::EPSILON {
                    true => here / total / spread_over * (WEEK * DAY) as f64,
                    false => 0.0,
                }
            }
        }
    }
}

/// What share of the moments each guess accounts for, so that together they foretell them best.
fn stack(judged: &[(f64, [f64; GUESSES.len()])]) -> [f64; GUESSES.len()] {
    let mut weights = [1.0 / GUESSES.len() as f64; GUESSES.len()];
    for _ in 0..ROUNDS {
        let mut credit = [0.0; GUESSES.len()];
        if let Some(flat) = credit.first_mut() {
            *flat = NO_HABIT;
        }
        for (weight, densities) in judged {
            let shares: f64 = weights.iter().zip(densities).map(|(a, b)| a * b).sum();
            let each = weights.iter().zip(densities);
            for (credit, (share, density)) in credit.iter_mut().zip(each) {
                *credit += weight * share * density / shares.max(f64::MIN_POSITIVE);
            }
        }
        let total: f64 = credit.iter().sum();
        weights = credit.map(|credit| credit / total);
    }
    weights
}

fn mean(slots: &[usize], of: impl Fn(usize) -> f64) -> f64 {
    let step = slots.len().div_ceil(LOOKS).max(1);
    let (sum, count) = slots
        .iter()
        .step_by(step)
        .fold((0.0, 0.0), |(sum, count), slot| {
            (sum + of(*slot), count + 1.0)
        });
    sum / f64::max(count, 1.0)
}

/// A bell around the first quarter of an hour of a circle of a day, summing to one.
fn kernel(deviation: f64) -> Row {
    let mut row = [0.0; DAY];
    for (place, cell) in row.iter_mut().enumerate() {
        let away = place.min(DAY - place) as f64 / deviation;
        *cell = (-away * away / 2.0).exp();
    }
    let total: f64 = row.iter().sum();
    row.map(|cell| cell / total)
}

/// Which quarter of an hour of the local week an instant lies in, and how far into it.
fn place_of(at: i64, zone: Tz) -> Option<(usize, f64)> {
    let utc = DateTime::from_timestamp(at, 0)?.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    let local = utc.checked_add_offset(offset)?;
    let day = local.weekday().num_days_from_monday() as usize;
    let second = i64::from(chrono::Timelike::num_seconds_from_midnight(&local));
    let slot = usize::try_from(second / SLOT).unwrap_or(0);
    Some((day * DAY + slot, (second % SLOT) as f64 / SLOT as f64))
}

/// A moment on the local clock; `None` when it may have come at any hour.
fn local(moment: &Moment, end: i64, zone: Tz) -> Option<Local> {
    let count = usize::try_from((moment.to - moment.from) / SLOT).unwrap_or(0);
    if count >= VAGUE {
        return None;
    }
    let middle = moment.from + (moment.to - moment.from) / 2;
    let (place, _) = place_of(middle, zone)?;
    let starts = (0..=count).filter_map(|step| {
        let at = moment.from + i64::try_from(step).ok()? * SLOT;
        Some(place_of(at, zone)?.0 % DAY)
    });
    let utc = DateTime::from_timestamp(middle, 0)?.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    Some(Local {
        date: utc.checked_add_offset(offset)?.date().num_days_from_ce(),
        weekday: place / DAY,
        slots: starts.collect(),
        weight: (-(end - moment.to) as f64 / HALF_LIFE).exp2(),
    })
}
