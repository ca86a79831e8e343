//! What is known of when a source's entries came: each as the shortest stretch of time it can have come in.

use chrono::{DateTime, TimeDelta, Utc};

use crate::date::Precision;

/// How far back a rhythm is learned from. Sixteen weeks are four half-lives of the slowest estimate: what is older would count for less than a
/// sixteenth, and a newspaper of last season is another newspaper.
pub const REMEMBERED: TimeDelta = TimeDelta::weeks(16);

/// The grain of everything learned and planned: a quarter of an hour, in seconds. Feeds are written by programs that run every few minutes, and nobody's
/// `min_interval` should be undercut by a guess. For news within seconds there is WebSub.
pub(super) const SLOT: i64 = 15 * 60;

/// Most entries of one moment that count, for each quarter of an hour it may have lasted. A batch is worth coming for, but the import of an archive is one moment
/// and not a thousand.
const MOST_AT_ONCE: f64 = 10.0;

/// A date that is so close to the visit which brought it was made for that visit (`lastBuildDate` on every item), and says when we came rather than
/// when the entry did.
const MADE_UP: i64 = 120;

/// How much later than its date an entry may appear and still be called dated honestly: caches and editors' desks hold things up for an hour.
const HELD_UP: i64 = 3_600;

/// So many dates must have been seen to be wrong before the dates of what was there at the first visit are doubted.
const FEWEST_LIES: usize = 3;

/// One entry, as far as its time is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// When it was first seen here.
    pub seen: DateTime<Utc>,
    /// When it says it was published, and how exactly it says so.
    pub dated: Option<(DateTime<Utc>, Precision)>,
}

/// What a source did and when it was looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// When visits began that read it, or learned that it had nothing new.
    pub looks: Vec<DateTime<Utc>>,
    pub sightings: Vec<Sighting>,
}

/// Entries that came together, at some time from `from` to `to`, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    pub from: i64,
    pub to: i64,
    pub entries: f64,
}

/// The moments of a source, in order, and the stretch of time they are all the moments of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Life {
    pub moments: Vec<Moment>,
    /// Since when all is known. A moment exactly then is what began it, and counts for no rate.
    pub begin: i64,
    /// The last visit that read the source; what came later is not known yet.
    pub end: i64,
}

/// How one sighting was placed.
enum Placed {
    /// It came between two visits. The date it bears is not when that was.
    Between { moment: Moment, lies: bool },
    /// It was there at the first visit.
    Before(Moment),
    /// All that is known is that it was there.
    Unknown,
}

impl Life {
    /// Places every entry as closely as can be told at `now`.
    ///
    /// An entry came after the last visit that did not bring it and before the one that did. Its date places it more closely when it lies
    /// between the two and is not the time of the visit itself; a date that is only a day narrows that to the day. A date outside is no evidence of when there
    /// was something to fetch, and first-seen counts. What was there at the first visit has only its date; when the dates seen since are
    /// mostly wrong, those are not believed either. What lies after `now` is left out: the clock was set back.
    pub fn of(past: &Past, now: DateTime<Utc>) -> Life {
        let now = now.timestamp();
        let mut looks: Vec<i64> = past.looks.iter().map(DateTime::timestamp).collect();
        looks.retain(|look| *look <= now);
        looks.sort_unstable();
        let end = looks.last().copied().unwrap_or(now);
        let horizon = end - REMEMBERED.num_seconds();
        let (mut between, mut before) = (Vec::new(), Vec::new());
        let (mut honest, mut lying) = (0usize, 0usize);
        for sighting in &past.sightings {
            match place(sighting, &looks, now) {
                Placed::Between { moment, lies } => {
                    between.push(moment);
                    *(if lies { &mut lying } else { &mut honest }) += 1;
                }
                Placed::Before(moment) => before.push(moment),
                Placed::Unknown => {}
            }
        }
        if lying >= FEWEST_LIES && lying > honest {
            before.clear();
        }
        let first_look = looks.first().copied().unwrap_or(end);
        let first_entry = before.iter().map(|moment| moment.from).min();
        let begin = first_entry
            .map_or(first_look, |first| first.min(first_look))
            .max(horizon);
        before.extend(between);
        before.retain(|moment| moment.from >= horizon);
        Life {
            moments: together(before),
            begin,
            end,
        }
    }
}

fn place(sighting: &Sighting, looks: &[i64], now: i64) -> Placed {
    let seen = sighting.seen.timestamp();
    if seen > now {
        return Placed::Unknown;
    }
    let brought = looks.partition_point(|look| *look <= seen);
    let to = brought
        .checked_sub(1)
        .and_then(|place| looks.get(place))
        .copied()
        .unwrap_or(seen);
    let earlier = brought
        .checked_sub(2)
        .and_then(|place| looks.get(place))
        .copied();
    let dated = sighting
        .dated
        .map(|(at, precision)| (at.timestamp(), precision));
    let one = |from, to| Moment {
        from,
        to,
        entries: 1.0,
    };
    let Some(from) = earlier else {
        return match dated {
            Some((at, Precision::Minute | Precision::Second)) if at <= to - MADE_UP => {
                Placed::Before(one(at, at))
            }
            Some((at, Precision::Day)) if at < to => Placed::Before(one(at, (at + 86_400).min(to))),
            _ => Placed::Unknown,
        };
    };
    let (moment, lies) = match dated {
        Some((at, Precision::Minute | Precision::Second)) => {
            let is_within = at >= from && at <= to - MADE_UP;
            let lies = at < from - HELD_UP || at > to - MADE_UP;
            (
                if is_within {
                    one(at, at)
                } else {
                    one(from, to)
                },
                lies,
            )
        }
        Some((at, Precision::Day)) => {
            let (first, last) = (at.max(from), (at + 86_400).min(to));
            match first < last {
                true => (one(first, last), false),
                false => (one(from, to), true),
            }
        }
        Some((_, Precision::Month | Precision::Year)) | None => (one(from, to), false),
    };
    Placed::Between { moment, lies }
}

/// Entries of one quarter of an hour, and entries between the same two visits, are one moment.
fn together(mut moments: Vec<Moment>) -> Vec<Moment> {
    moments.sort_by_key(|moment| (moment.to, moment.from));
    let mut joined: Vec<Moment> = Vec::new();
    for moment in moments {
        let is_point = moment.from == moment.to;
        let same = joined.last_mut().filter(|last| {
            let of_one_slot = is_point
                && last.from == last.to
                && last.to.div_euclid(SLOT) == moment.to.div_euclid(SLOT);
            of_one_slot || (last.from, last.to) == (moment.from, moment.to)
        });
        match same {
            Some(last) => last.entries += moment.entries,
            None => joined.push(moment),
        }
    }
    for moment in &mut joined {
        let slots = ((moment.to - moment.from) / SLOT).max(1);
        moment.entries = moment.entries.min(MOST_AT_ONCE * slots as f64);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes after some Monday's midnight.
    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_741_564_800 + minute * 60, 0).unwrap()
    }

    fn past(looks: &[i64], sightings: &[(i64, Option<(i64, Precision)>)]) -> Past {
        Past {
            looks: looks.iter().copied().map(at).collect(),
            sightings: sightings
                .iter()
                .map(|(seen, dated)| Sighting {
                    seen: at(*seen),
                    dated: dated.map(|(minute, precision)| (at(minute), precision)),
                })
                .collect(),
        }
    }

    /// The moments as minutes and entries.
    fn moments(past: &Past, now: i64) -> Vec<(i64, i64, f64)> {
        let minute = |second: i64| (second - at(0).timestamp()) / 60;
        let life = Life::of(past, at(now));
        let shown = life.moments.iter();
        shown
            .map(|moment| (minute(moment.from), minute(moment.to), moment.entries))
            .collect()
    }

    const SECOND: Precision = Precision::Second;

    #[test]
    fn f49_a_date_between_two_visits_is_believed_and_any_other_is_first_seen() {
        for (dated, placed) in [
            (Some((90, SECOND)), (90, 90)),
            (None, (60, 120)),
            (Some((20, SECOND)), (60, 120)),
            (Some((-9_999, SECOND)), (60, 120)),
            (Some((500, SECOND)), (60, 120)),
            (Some((120, SECOND)), (60, 120)),
            (Some((0, Precision::Day)), (60, 120)),
            (Some((-1_440 * 5, Precision::Day)), (60, 120)),
            (Some((0, Precision::Year)), (60, 120)),
        ] {
            let found = moments(&past(&[0, 60, 120], &[(120, dated)]), 130);
            assert_eq!(found, [(placed.0, placed.1, 1.0)], "{dated:?}");
        }
        // A day narrows a longer wait.
        let days = past(&[0, 3_000], &[(3_000, Some((1_440, Precision::Day)))]);
        assert_eq!(moments(&days, 3_000), [(1_440, 2_880, 1.0)]);
    }

    #[test]
    fn f49_what_was_there_at_first_has_only_its_date() {
        let found = moments(
            &past(
                &[600],
                &[
                    (600, Some((100, SECOND))),
                    (600, Some((104, SECOND))),
                    (600, None),
                    (600, Some((599, SECOND))),
                    (600, Some((9_000, SECOND))),
                    (600, Some((0, Precision::Day))),
                ],
            ),
            600,
        );
        // The two of one quarter of an hour are one moment; those of no date, of the visit's and of tomorrow's tell nothing.
        assert_eq!(found, [(100, 100, 2.0), (0, 600, 1.0)]);
        let life = Life::of(&past(&[600], &[(600, Some((100, SECOND)))]), at(700));
        assert_eq!(
            (life.begin, life.end),
            (at(100).timestamp(), at(600).timestamp())
        );
    }

    #[test]
    fn f49_a_source_whose_dates_lie_is_not_believed_about_the_past_either() {
        let mut sightings = vec![(0, Some((-5_000, SECOND)))];
        let looks: Vec<i64> = (0..5).map(|look| look * 60).collect();
        sightings.extend((1..5).map(|look| (look * 60, Some((look * 60 - 4_000, SECOND)))));
        let found = moments(&past(&looks, &sightings), 300);
        let between: Vec<(i64, i64, f64)> = (0..4).map(|n| (n * 60, n * 60 + 60, 1.0)).collect();
        assert_eq!(found, between);
    }

    #[test]
    fn f49_c14_an_archive_counts_as_one_moment_and_the_future_not_at_all() {
        let many: Vec<_> = (0..1_000).map(|_| (120, Some((90, SECOND)))).collect();
        assert_eq!(moments(&past(&[0, 120], &many), 120), [(90, 90, 10.0)]);
        let found = past(&[0, 60, 900], &[(900, Some((890, SECOND))), (60, None)]);
        assert_eq!(
            moments(&found, 100),
            [(0, 60, 1.0)],
            "the clock was set back"
        );
        assert_eq!(moments(&Past::default(), 0), []);
    }
}
