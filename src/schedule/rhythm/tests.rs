//! Shapes, levels and what comes of the two.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::*;
use crate::date::Precision;

const HOUR: Duration = Duration::from_secs(3_600);

/// A Monday, 00:00 in Berlin.
fn monday() -> DateTime<Utc> {
    "2025-06-02T00:00:00+02:00".parse().unwrap()
}

/// A source that was first looked at after so many days, and had said this by then: minutes after that Monday.
fn known(days: i64, minutes: impl IntoIterator<Item = i64>) -> Past {
    let looked = monday() + TimeDelta::days(days);
    Past {
        looks: vec![looked],
        sightings: minutes
            .into_iter()
            .map(|minute| Sighting {
                seen: looked,
                dated: Some((monday() + TimeDelta::minutes(minute), Precision::Second)),
            })
            .collect(),
    }
}

fn learned(past: &Past) -> Rhythm {
    let now = *past.looks.last().unwrap();
    Rhythm::learn(past, Tz::Europe__Berlin, HOUR, now)
}

fn forecast(past: &Past) -> Forecast {
    learned(past).forecast(*past.looks.last().unwrap(), HOUR)
}

#[test]
fn f49_nothing_known_is_looked_at_some_times_a_day() {
    let rhythm = learned(&known(0, []));
    let wait = rhythm.next_after(monday()) - monday();
    assert!((6..9).contains(&wait.num_hours()), "{wait}");
    let never = Rhythm::learn(&Past::default(), Tz::UTC, HOUR, monday());
    assert_eq!(never.next_after(monday()) - monday(), wait);
}

#[test]
fn f49_a_habit_is_known_by_other_days_and_not_by_its_own() {
    // Every day at 09:00, for four weeks.
    let habit = forecast(&known(28, (0..28).map(|day| day * 1_440 + 540)));
    assert!(habit.regularity > 0.85, "{habit:?}");
    // The same number, all in one morning; and scattered.
    let morning = forecast(&known(28, (0..28).map(|n| 20 * 1_440 + 500 + n * 17)));
    assert!(morning.regularity < 0.1, "{morning:?}");
    let scattered = forecast(&known(28, (0..28).map(|n| n * 1_440 + n * 551 % 1_440)));
    assert!(scattered.regularity < 0.35, "{scattered:?}");
}

#[test]
fn f49_hours_are_those_of_the_zone_also_when_its_clock_changes() {
    // At 09:00 in Berlin from September on; the clock changes on 26 October 2025.
    let begin: DateTime<Utc> = "2025-09-15T09:00:00+02:00".parse().unwrap();
    let looked: DateTime<Utc> = "2025-10-25T12:00:00+02:00".parse().unwrap();
    let sightings = (0..41).map(|day| Sighting {
        seen: looked,
        dated: Some((begin + TimeDelta::days(day), Precision::Second)),
    });
    let past = Past {
        looks: vec![looked],
        sightings: sightings.collect(),
    };
    let rhythm = Rhythm::learn(&past, Tz::Europe__Berlin, HOUR, looked);
    let monday = "2025-10-27T06:00:00+01:00"
        .parse::<DateTime<Utc>>()
        .unwrap();
    let next = rhythm.next_after(monday);
    let nine: DateTime<Utc> = "2025-10-27T09:00:00+01:00".parse().unwrap();
    assert!(next > nine && next - nine <= TimeDelta::hours(1), "{next}");
}

#[test]
fn f49_a_free_weekend_is_no_silence() {
    // Three a day from Monday to Friday, for six weeks; it is Monday, 08:00.
    let minutes = (0..42)
        .filter(|day| day % 7 < 5)
        .flat_map(|day| [600, 720, 900].map(|minute| day * 1_440 + minute + day * 7 % 60));
    let mut past = known(42, minutes);
    past.looks = vec![monday() + TimeDelta::days(42) + TimeDelta::hours(8)];
    past.sightings
        .iter_mut()
        .for_each(|sighting| sighting.seen = past.looks[0]);
    let forecast = forecast(&past);
    assert!((1.6..3.0).contains(&forecast.entries_a_day), "{forecast:?}");
}

#[test]
fn f11_c13_no_visit_sooner_than_allowed() {
    let busy = known(7, (0..7 * 1_440).step_by(3));
    for least in [Duration::ZERO, HOUR, 5 * HOUR, 400 * HOUR] {
        let rhythm = Rhythm::learn(&busy, Tz::UTC, least, busy.looks[0]);
        let wait = (rhythm.next_after(monday()) - monday()).to_std().unwrap();
        assert!(wait >= least.max(GRAIN), "{wait:?}");
        let forecast = rhythm.forecast(monday(), least);
        assert!((0.0..=1.0).contains(&forecast.saved), "{forecast:?}");
    }
}

#[test]
fn f49_hostile_pasts_are_lived_with() {
    let extremes = [
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        DateTime::UNIX_EPOCH,
        monday(),
    ];
    for seen in extremes {
        for dated in extremes {
            for look in extremes {
                let past = Past {
                    looks: vec![look, monday(), look],
                    sightings: vec![
                        Sighting {
                            seen,
                            dated: Some((dated, Precision::Second)),
                        },
                        Sighting {
                            seen,
                            dated: Some((dated, Precision::Day)),
                        },
                    ],
                };
                for now in extremes {
                    let rhythm = Rhythm::learn(&past, Tz::UTC, HOUR, now);
                    let forecast = rhythm.forecast(now, HOUR);
                    assert!(forecast.entries_a_day.is_finite(), "{forecast:?}");
                    assert!(rhythm.next_after(now) >= now);
                }
            }
        }
    }
}
