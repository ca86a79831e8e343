//! When to look, so that entries wait little and few requests are made.
//!
//! Each visit costs, and so does each hour that an entry waits for one. The cheapest series of visits over the coming week is found exactly, by
//! dynamic programming over quarters of an hour, and its first is the next. That is the problem of Cho & Garcia-Molina ("Effective page refresh policies
//! for Web crawlers", TODS 28(4), 2003) with the delay of Sia, Cho & Cho ("Efficient monitoring algorithm for fast news alerts", TKDE 19(7),
//! 2007) for what is to be kept small; with a price for a request in place of their budget of requests, every source can be planned by itself.
//! What they prove comes out of it: visits grow with the square root of how much a source says, and come just after its busy hours.

use std::time::Duration;

use super::past::SLOT;

/// What a visit costs, in hours that one entry waits. One: a request is made when it is expected to save readers an hour of waiting for an entry. A source
/// that says something every hour is then visited every hour and a half, one that says something a day every seven hours (the square
/// root of twice the hours between its entries), and one with habits when they say.
pub(super) const WORTH: f64 = 1.0;

/// How far ahead visits are planned: a week, because weeks repeat.
const AHEAD: usize = 7 * 96;

/// The longest wait: a day. Whoever looks into a source daily notices on the next day that it has moved, died or changed.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A source that is silent may be left alone for a seventh of its silence: a month's silence is worth no look a day.
const SHARE_OF_SILENCE: u32 = 7;

/// The longest wait for a silent source: three days. It may wake up, and say in a week more than its feed shows at once.
const LONGEST_SILENT: Duration = Duration::from_secs(3 * 86_400);

/// The longest wait for a source that has been silent for so long.
pub(super) fn longest(silence: Duration) -> Duration {
    (silence / SHARE_OF_SILENCE).clamp(LONGEST, LONGEST_SILENT)
}

/// A week of visits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// How many quarters of an hour after the beginning each visit comes; the last ends the week.
    pub visits: Vec<usize>,
    /// Entries expected in the week.
    pub entries: f64,
    /// Hours that all of them wait together.
    pub waited: f64,
}

/// The cheapest week, given how many entries are expected in each quarter of an hour from the beginning, with waits of no less and no more than so many.
///
/// Takes time by the square of the longest wait at worst. Waits within [`AHEAD`] only: a `least` beyond it makes one visit, then.
pub(super) fn cheapest(
    expected: impl Fn(usize) -> f64,
    least: Duration,
    longest: Duration,
) -> Plan {
    let in_slots = |wait: Duration| {
        usize::try_from(wait.as_secs().div_ceil(SLOT as u64)).unwrap_or(usize::MAX)
    };
    let least = in_slots(least).clamp(1, AHEAD);
    let longest = in_slots(longest).clamp(least, AHEAD);
    // Running sums of what is expected, and of that times when: from them what a wait costs is had without adding up again.
    let mut sums = vec![(0.0, 0.0); AHEAD + 1];
    let mut sum = (0.0, 0.0);
    for (slot, cell) in sums.iter_mut().skip(1).enumerate() {
        let entries = expected(slot);
        sum = (sum.0 + entries, sum.1 + entries * (slot as f64 + 0.5));
        *cell = sum;
    }
    let hours = SLOT as f64 / 3_600.0;
    let waited = |from: usize, to: usize| -> f64 {
        match (sums.get(from), sums.get(to)) {
            (Some(a), Some(b)) => (to as f64 * (b.0 - a.0) - (b.1 - a.1)).max(0.0) * hours,
            _ => f64::INFINITY,
        }
    };
    // The cheapest way to have a visit at each slot, and the visit before it there.
    let mut best = vec![(f64::INFINITY, 0usize); AHEAD + 1];
    if let Some(start) = best.first_mut() {
        *start = (0.0, 0);
    }
    let mut from = 0;
    for to in 1..=AHEAD {
        // The week's end may come sooner than a wait allows.
        let latest = if to == AHEAD {
            to - 1
        } else {
            to.saturating_sub(least)
        };
        // Waiting costs by the square, so the visit before never moves back as the next one moves on (the quadrangle inequality).
        let first = from.max(to.saturating_sub(longest));
        let found = (first..=latest)
            .filter_map(|before| Some((best.get(before)?.0 + waited(before, to) + WORTH, before)))
            .filter(|(cost, _)| cost.is_finite())
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if (to >= least || to == AHEAD)
            && let (Some(found), Some(cell)) = (found, best.get_mut(to))
        {
            from = found.1;
            *cell = found;
        }
    }
    let mut visits = Vec::new();
    let mut at = AHEAD;
    let mut all = 0.0;
    while at > 0 {
        visits.push(at);
        let before = best.get(at).map_or(0, |cell| cell.1);
        all += waited(before, at);
        at = before;
    }
    visits.reverse();
    Plan {
        visits,
        entries: sum.0,
        waited: all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    /// What a series of visits costs, reckoned slot by slot.
    fn cost(expected: &[f64], visits: &[usize]) -> f64 {
        let mut before = 0;
        let mut cost = 0.0;
        for visit in visits {
            let waits = (before..*visit).map(|slot| (*visit as f64 - slot as f64 - 0.5) * 0.25);
            let each = expected[before..*visit].iter().zip(waits);
            cost += each.map(|(entries, wait)| entries * wait).sum::<f64>() + WORTH;
            before = *visit;
        }
        cost
    }

    /// The cheapest cost, every wait tried.
    fn least_cost(expected: &[f64], least: usize, longest: usize) -> f64 {
        let mut best = vec![f64::INFINITY; AHEAD + 1];
        best[0] = 0.0;
        for to in 1..=AHEAD {
            for from in to.saturating_sub(longest)..to {
                let fits = to - from >= least || to == AHEAD;
                if fits && best[from].is_finite() {
                    best[to] = best[to].min(best[from] + cost(&expected[from..to], &[to - from]));
                }
            }
        }
        best[AHEAD]
    }

    #[test]
    fn f49_visits_grow_with_the_square_root_of_what_is_said() {
        // Entries a day, and hours between visits: the square root of twice the hours between entries.
        for (a_day, hours) in [(24.0, 1.41), (6.0, 2.83), (1.0, 6.93), (0.25, 13.9)] {
            let plan = cheapest(|_| a_day / 96.0, HOUR, LONGEST);
            let mean = 168.0 / plan.visits.len() as f64;
            assert!(
                (mean / hours - 1.0).abs() < 0.1,
                "{a_day}: {mean}, not {hours}"
            );
        }
        // Never more often than allowed, never more seldom.
        assert_eq!(cheapest(|_| 99.0, 2 * HOUR, LONGEST).visits.len(), 84);
        assert_eq!(cheapest(|_| 0.0, HOUR, LONGEST).visits.len(), 7);
        assert_eq!(cheapest(|_| 0.0, HOUR, LONGEST_SILENT).visits.len(), 3);
    }

    #[test]
    fn f49_visits_come_just_after_what_comes_at_a_fixed_time() {
        // Ten entries a day in the quarter of an hour from 06:30.
        let plan = cheapest(
            |slot| if slot % 96 == 26 { 10.0 } else { 0.0 },
            HOUR,
            LONGEST,
        );
        let days: Vec<usize> = (0..7).map(|day| day * 96 + 27).chain([AHEAD]).collect();
        assert_eq!(plan.visits, days);
        assert!((plan.waited / plan.entries - 0.125).abs() < 1e-9);
    }

    #[test]
    fn f49_the_plan_is_the_cheapest_there_is() {
        let mut chance = 88_172_645_463_325_252_u64;
        let mut next = || {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            (chance % 1_000) as f64 / 1_000.0
        };
        for (least, longest) in [(1, 96), (4, 96), (8, 20), (4, 288), (7, 7)] {
            let peaks = next();
            let expected: Vec<f64> = (0..AHEAD)
                .map(|_| {
                    if next() < peaks / 4.0 {
                        next()
                    } else {
                        next() / 50.0
                    }
                })
                .collect();
            let in_time = |slots: usize| Duration::from_secs(slots as u64 * 900);
            let plan = cheapest(|slot| expected[slot], in_time(least), in_time(longest));
            let found = cost(&expected, &plan.visits);
            let best = least_cost(&expected, least, longest);
            assert!(
                (found - best).abs() < 1e-6,
                "{least} to {longest}: {found}, not {best}"
            );
            assert!((plan.waited + plan.visits.len() as f64 * WORTH - best).abs() < 1e-6);
        }
    }

    #[test]
    fn f11_a_minimum_of_a_month_is_no_trouble() {
        let plan = cheapest(|_| 1.0, Duration::from_secs(31 * 86_400), LONGEST);
        assert_eq!(plan.visits, [AHEAD]);
        assert_eq!(
            cheapest(|_| f64::NAN, HOUR, LONGEST).visits.last(),
            Some(&AHEAD)
        );
    }

    #[test]
    fn f49_silence_is_listened_to_less_and_less() {
        let day = |days: u64| Duration::from_secs(days * 86_400);
        assert_eq!(longest(day(1)), day(1));
        assert_eq!(longest(day(14)), day(2));
        assert_eq!(longest(day(400)), day(3));
    }
}
