//! Reads every timestamp that feeds, pages and articles hold (conformance rules T1 to T13), and writes the two kinds that feeds need.
//!
//! Strict shapes are tried first, on the bytes. What strays from them is folded, cut into tokens and read by one grammar for
//! all languages. Nothing is invented: a text that is not wholly a date, or whose day and month could be exchanged, gives
//! `None`. The clock is never read; whoever wants `2 hours ago` understood passes the instant of the fetch.

mod address;
mod byline;
mod civil;
mod clock;
mod grammar;
mod labels;
mod numeric;
mod relative;
mod stamp;
mod strict;
mod tokens;
mod words;
mod zone_text;
mod zones;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use tokens::Token;

pub use address::in_address;
pub use byline::Byline;
pub use stamp::{Hints, Precision, Stamp, ZoneRule};

/// The longest text, in bytes, in which a date is looked for. The longest bylines of two dates and names stay under 200.
pub const LONGEST_TEXT: usize = 300;

/// The instant a text gives, when the whole of it is a date, perhaps with a label such as `Posted On:` (T13).
///
/// `None` for anything else, for impossible dates (T7), for `02/03/2025` unless the hints tell its order (T8), for relative
/// times without `hints.now`, and for texts longer than [`LONGEST_TEXT`]. A date in the far future or past is returned as
/// written: what to think of it is for the caller (T10).
pub fn parse(text: &str, hints: &Hints<'_>) -> Option<Stamp> {
    let text = unwrapped(bounded(text)?);
    if let Some(stamp) = strict::read(text, hints) {
        return Some(stamp);
    }
    let folded = tokens::fold(text);
    let tokens = tokens::cut(&folded)?;
    let hints = &at_home(hints, &tokens);
    let absolute = grammar::read(&tokens, hints).and_then(|civil| civil.stamp(hints));
    absolute
        .or_else(|| relative::read(&tokens, hints))
        .or_else(|| byline::labelled(&tokens, hints)?.published)
}

/// What a line of an article says about when it was published and updated (T13).
///
/// The line must be a date, labelled dates, or a date with a name (`By Jane Doe, 3 November 2025`; `… by PIB Delhi`), precise
/// to the day at least. A sentence that merely contains a date gives `None`, and so does a line that is one bare number.
pub fn byline(text: &str, hints: &Hints<'_>) -> Option<Byline> {
    let folded = tokens::fold(bounded(text)?);
    let tokens = tokens::cut(&folded)?;
    byline::read(&tokens, &at_home(hints, &tokens))
}

/// Whether the all-numeric dates of a source put the day first, as the unambiguous ones among them prove (T8).
///
/// `None` when there is no proof, or proof of both. The samples may be any texts; long ones are passed over. Linear in their length.
pub fn day_first<'a>(samples: impl IntoIterator<Item = &'a str>) -> Option<bool> {
    let proof = samples.into_iter().filter_map(|sample| {
        let text = bounded(sample).filter(|text| text.contains(['/', '-', '.']))?;
        let folded = tokens::fold(text);
        numeric::evidence(&tokens::cut(&folded)?)
    });
    let (mut days, mut months) = (false, false);
    for day_first in proof {
        days |= day_first;
        months |= !day_first;
    }
    (days != months).then_some(days)
}

/// The instant as RFC 3339 in UTC to the second: `2025-11-09T16:10:00Z`.
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The instant as RFC 5322 in UTC with English names: `Sun, 09 Nov 2025 16:10:00 +0000`.
pub fn rfc2822(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// The hints, with Korea's zone for a text in Korean when they name none: no other zone writes it (T3).
fn at_home<'a>(hints: &Hints<'a>, tokens: &[Token<'_>]) -> Hints<'a> {
    let korean = hints.zone == Tz::UTC && tokens::is_korean(tokens);
    let zone = if korean { Tz::Asia__Seoul } else { hints.zone };
    Hints { zone, ..*hints }
}

/// The text without one pair of quotation marks or brackets around it.
fn unwrapped(text: &str) -> &str {
    const PAIRS: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('[', ']'), ('(', ')'), ('<', '>')];
    let inner = |(open, close): &(char, char)| {
        let inner = text.strip_prefix(*open)?.strip_suffix(*close)?;
        (!inner.contains([*open, *close])).then(|| inner.trim())
    };
    PAIRS.iter().find_map(inner).unwrap_or(text)
}

/// The text without white space around it, when it is short enough to be a date.
fn bounded(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= LONGEST_TEXT).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str, hints: &Hints<'_>) -> Option<String> {
        parse(text, hints).map(|stamp| rfc3339(stamp.shown()))
    }

    #[track_caller]
    fn all(cases: &[(&str, &str)], hints: &Hints<'_>) {
        let wrong: Vec<_> = cases
            .iter()
            .map(|(text, wanted)| (*text, Some(wanted.to_string()), utc(text, hints)))
            .filter(|(_, wanted, found)| wanted != found)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[track_caller]
    fn none(texts: &[&str], hints: &Hints<'_>) {
        let read: Vec<_> = texts
            .iter()
            .filter_map(|text| Some((*text, utc(text, hints)?)))
            .collect();
        assert!(read.is_empty(), "{read:#?}");
    }

    fn speaking(language: &str) -> Hints<'_> {
        Hints {
            language: Some(language),
            ..Hints::default()
        }
    }

    #[test]
    fn t13_golden() {
        let plain = Hints::default();
        all(
            &[
                (
                    "Published On: 09 November 2025 | 09:40 PM (GMT+05:30, IST, India)",
                    "2025-11-09T16:10:00Z",
                ),
                ("Sun 9 Nov 2025 16.10 GMT", "2025-11-09T16:10:00Z"),
                ("9 novembre 2025 à 21h40", "2025-11-09T21:40:00Z"),
                ("09.11.2025, 21:40 Uhr", "2025-11-09T21:40:00Z"),
                ("2025年11月9日 21:40", "2025-11-09T21:40:00Z"),
                ("Nov. 9, 2025 at 9:40 p.m. ET", "2025-11-10T02:40:00Z"),
                ("9 Nov 2025 12:05 AM", "2025-11-09T00:05:00Z"),
                (
                    "Posted On: 09 NOV 2025 9:40PM by PIB Delhi",
                    "2025-11-09T21:40:00Z",
                ),
            ],
            &plain,
        );
        let india = Hints {
            zone: Tz::Asia__Kolkata,
            ..plain
        };
        all(
            &[
                (
                    "Posted On: 09 NOV 2025 9:40PM by PIB Delhi",
                    "2025-11-09T16:10:00Z",
                ),
                ("9 Nov 2025 12:05 AM", "2025-11-08T18:35:00Z"),
            ],
            &india,
        );
    }

    #[test]
    fn t1_prose_of_many_languages() {
        all(
            &[
                ("3 février 2024", "2024-02-03T12:00:00Z"),
                ("1er août 2024 à 9 h 05", "2024-08-01T09:05:00Z"),
                ("mar. 5 mars 2024 14:30", "2024-03-05T14:30:00Z"),
                ("mar 5 mar 2024 14:30", "2024-03-05T14:30:00Z"),
                (
                    "Dienstag, 5. März 2024 um 14:30 Uhr",
                    "2024-03-05T14:30:00Z",
                ),
                ("Di., 5.3.2024 - 14 Uhr", "2024-03-05T14:00:00Z"),
                ("5 de marzo de 2024 a las 14:30 h", "2024-03-05T14:30:00Z"),
                (
                    "martes, 5 de marzo de 2024, 2:30 p. m.",
                    "2024-03-05T14:30:00Z",
                ),
                ("5 marzo 2024 alle ore 14.30", "2024-03-05T14:30:00Z"),
                (
                    "terça-feira, 5 de março de 2024 às 14h30",
                    "2024-03-05T14:30:00Z",
                ),
                ("dinsdag 5 maart 2024 om 14.30 uur", "2024-03-05T14:30:00Z"),
                ("5 Μαρτίου 2024, 14:30", "2024-03-05T14:30:00Z"),
                ("Τρίτη 5 Μάρτιος 2024 2:30 μ.μ.", "2024-03-05T14:30:00Z"),
                ("2024. március 5. 14:30", "2024-03-05T14:30:00Z"),
                ("2024-március-5T4:30-05:00", "2024-03-05T09:30:00Z"),
                ("5 марта 2024 г. в 14:30", "2024-03-05T14:30:00Z"),
                ("5 мая 2024, 14:30 МСК", "2024-05-05T11:30:00Z"),
                (
                    "wtorek, 5 marca 2024 r., godz. 14:30",
                    "2024-03-05T14:30:00Z",
                ),
                ("5 Mart 2024 Salı, 14:30", "2024-03-05T14:30:00Z"),
                ("5 मार्च 2024, 14:30 बजे", "2024-03-05T14:30:00Z"),
                ("५ फ़रवरी २०२४", "2024-02-05T12:00:00Z"),
                ("٥ مارس ٢٠٢٤", "2024-03-05T12:00:00Z"),
                ("2024年3月5日星期二 下午2:30", "2024-03-05T14:30:00Z"),
                ("2024年3月5日（火）14時30分", "2024-03-05T14:30:00Z"),
                ("2024年3月", "2024-03-01T12:00:00Z"),
                ("２０２４年３月５日", "2024-03-05T12:00:00Z"),
            ],
            &Hints::default(),
        );
    }

    #[test]
    fn t1_english_in_every_order() {
        all(
            &[
                ("March 5, 2024", "2024-03-05T12:00:00Z"),
                ("Tuesday, March 5th, 2024 2:30 pm", "2024-03-05T14:30:00Z"),
                ("5th of March 2024", "2024-03-05T12:00:00Z"),
                ("Mar 5 2024, 2pm", "2024-03-05T14:00:00Z"),
                ("Sept. 5, 2024", "2024-09-05T12:00:00Z"),
                ("2024 Mar 5", "2024-03-05T12:00:00Z"),
                ("05-Mar-2024 14:30", "2024-03-05T14:30:00Z"),
                ("05/Mar/2024", "2024-03-05T12:00:00Z"),
                ("March 2024", "2024-03-01T12:00:00Z"),
                ("Tue Mar  5 14:30:15 2024", "2024-03-05T14:30:15Z"),
                ("Tue Mar 5 14:30:15 UTC 2024", "2024-03-05T14:30:15Z"),
                ("Tue Mar 5 14:30:15 +0100 2024", "2024-03-05T13:30:15Z"),
                (
                    "Tue Mar 05 2024 14:30:15 GMT+0530 (India Standard Time)",
                    "2024-03-05T09:00:15Z",
                ),
                ("Tue, 2024/03/05 14:30:15 EDT", "2024-03-05T18:30:15Z"),
                ("2024/3/5 4:30", "2024-03-05T04:30:00Z"),
                ("2024-3-5T4:30:00Z", "2024-03-05T04:30:00Z"),
                ("2024-03-05 14:30:15.123 +0000 UTC", "2024-03-05T14:30:15Z"),
                (
                    "Tue, 05 Mar 2024 14:30:15 +0000 GMT",
                    "2024-03-05T14:30:15Z",
                ),
                ("Tue, 05 Mar 2024 2:30:15 PM", "2024-03-05T14:30:15Z"),
                ("14:30 GMT, 5 March 2024", "2024-03-05T14:30:00Z"),
                ("5 March 2024 1430 GMT", "2024-03-05T14:30:00Z"),
                ("5 March 2024, 14:30 hrs IST", "2024-03-05T09:00:00Z"),
                ("3/2024", "2024-03-01T12:00:00Z"),
                ("1430 GMT, 5 March 2024", "2024-03-05T14:30:00Z"),
                ("5 March 2024 (14:30)", "2024-03-05T14:30:00Z"),
                ("5 March 2024 (14:30 EST)", "2024-03-05T19:30:00Z"),
                (
                    "2024-03-05T14:30:00+01:00[Europe/Paris]",
                    "2024-03-05T13:30:00Z",
                ),
            ],
            &Hints::default(),
        );
    }

    #[test]
    fn t1_korean_without_zone_is_korean_time() {
        let cases = [
            ("2024년 3월 5일 14:30", "2024-03-05T05:30:00Z"),
            ("2024-03-05 오후 2:30:15", "2024-03-05T05:30:15Z"),
            ("2024. 3. 5. 오후 2시 30분", "2024-03-05T05:30:00Z"),
        ];
        all(&cases, &Hints::default());
        assert_eq!(
            utc(
                "2024년 3월 5일 14:30",
                &Hints {
                    zone: Tz::America__New_York,
                    ..Hints::default()
                }
            )
            .as_deref(),
            Some("2024-03-05T19:30:00Z")
        );
    }

    #[test]
    fn t3_numbers_win_then_hints_decide_names_then_the_commonest_is_taken() {
        let rule = |text: &str, hints: &Hints<'_>| {
            parse(text, hints).map(|stamp| (rfc3339(stamp.shown()), stamp.zone_rule))
        };
        let at = |hour: &str, rule: ZoneRule| Some((format!("2024-07-05T{hour}:00Z"), rule));
        let plain = Hints::default();
        assert_eq!(
            rule("5 Jul 2024 12:00 +0200 (IST)", &plain),
            at("10:00", ZoneRule::Offset)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 IST +0200", &plain),
            at("10:00", ZoneRule::Offset)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 IST", &plain),
            at("06:30", ZoneRule::Ambiguous)
        );
        assert_eq!(
            rule(
                "5 Jul 2024 12:00 IST",
                &Hints {
                    zone: Tz::Asia__Kolkata,
                    ..plain
                }
            ),
            at("06:30", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule(
                "5 Jul 2024 12:00 IST",
                &Hints {
                    zone: Tz::Europe__Dublin,
                    ..plain
                }
            ),
            at("11:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 IST", &speaking("he")),
            at("10:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 BST", &plain),
            at("11:00", ZoneRule::Ambiguous)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 BST", &speaking("bn")),
            at("06:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 CST", &plain),
            at("18:00", ZoneRule::Ambiguous)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 CST", &speaking("zh-CN")),
            at("04:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule(
                "5 Jul 2024 12:00 CST",
                &Hints {
                    zone: Tz::Asia__Shanghai,
                    ..plain
                }
            ),
            at("04:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 CEST", &plain),
            at("10:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 JST", &plain),
            at("03:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 ET", &plain),
            at("16:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule("5 Jul 2024 12:00 Europe/Berlin", &plain),
            at("10:00", ZoneRule::Abbreviation)
        );
        assert_eq!(
            rule(
                "5 Jul 2024 12:00",
                &Hints {
                    zone: Tz::Europe__Berlin,
                    ..plain
                }
            ),
            at("10:00", ZoneRule::Default)
        );
        assert_eq!(rule("5 Jul 2024 12:00 +0200 +0300", &plain), None);
    }

    #[test]
    fn t3_clock_changes_have_one_reading() {
        let berlin = Hints {
            zone: Tz::Europe__Berlin,
            ..Hints::default()
        };
        all(
            &[
                ("2024-10-27 02:30", "2024-10-27T00:30:00Z"),
                ("2024-03-31 02:30", "2024-03-31T01:30:00Z"),
            ],
            &berlin,
        );
    }

    #[test]
    fn t4_minus_zero_and_military_letters() {
        for text in [
            "5 Mar 2024 14:30 -00:00",
            "March 5, 2024 14:30 B",
            "2024-03-05T14:30-0000",
        ] {
            let stamp = parse(
                text,
                &Hints {
                    zone: Tz::Asia__Tokyo,
                    ..Hints::default()
                },
            )
            .expect(text);
            assert_eq!(
                (rfc3339(stamp.shown()).as_str(), stamp.zone_rule),
                ("2024-03-05T14:30:00Z", ZoneRule::UnknownOffset),
                "{text}"
            );
        }
    }

    #[test]
    fn t5_gmt_in_prose_is_ahead_and_etc_gmt_behind() {
        let cases = [
            ("5 March 2024 14:30 GMT+5", "2024-03-05T09:30:00Z"),
            ("5 March 2024 14:30 (UTC-03:30)", "2024-03-05T18:00:00Z"),
            ("5 March 2024 14:30 GMT+0530", "2024-03-05T09:00:00Z"),
            ("5 March 2024 14:30 Etc/GMT+5", "2024-03-05T19:30:00Z"),
            ("Tue, 05 Mar 2024 14:30:00 Etc/GMT", "2024-03-05T14:30:00Z"),
        ];
        all(&cases, &Hints::default());
    }

    #[test]
    fn t6_years_of_two_digits() {
        let cases = [
            ("5 Mar 49", "2049-03-05T12:00:00Z"),
            ("5 Mar 50", "1950-03-05T12:00:00Z"),
            ("5 mars 99", "1999-03-05T12:00:00Z"),
            ("5 Mar 0103", "0103-03-05T12:00:00Z"),
        ];
        all(&cases, &Hints::default());
        all(
            &[
                ("5.3.24", "2024-03-05T12:00:00Z"),
                ("05/03/24 14:30", "2024-03-05T14:30:00Z"),
            ],
            &speaking("de"),
        );
        all(&[("24.3.5", "2024-03-05T12:00:00Z")], &speaking("ja"));
        none(&["5.3.24", "05/03/24"], &Hints::default());
    }

    #[test]
    fn t6_t8_two_digits_are_read_where_only_one_order_makes_a_date() {
        let hints = Hints {
            now: DateTime::from_timestamp(1_709_647_830, 0),
            ..Hints::default()
        };
        all(
            &[
                ("12/25/99", "1999-12-25T12:00:00Z"),
                ("25.12.99", "1999-12-25T12:00:00Z"),
                ("30-12-23", "2023-12-30T12:00:00Z"),
                ("03-12-31", "2003-12-31T12:00:00Z"),
                ("03065", "2003-03-06T12:00:00Z"),
            ],
            &hints,
        );
        none(&["05/03/24", "10-11-12", "31/31/31", "12345"], &hints);
    }

    #[test]
    fn t7_weekdays_do_not_override_and_impossible_days_are_refused() {
        all(
            &[
                ("Monday, 5 March 2024", "2024-03-05T12:00:00Z"),
                ("31 December 2024, 24:00", "2025-01-01T00:00:00Z"),
                ("5 March 2024 23:59:60", "2024-03-05T23:59:59Z"),
                ("29 février 2024", "2024-02-29T12:00:00Z"),
            ],
            &Hints::default(),
        );
        none(
            &[
                "29 février 2023",
                "31.04.2024",
                "0 March 2024",
                "5 March 2024 25:00",
                "5 March 2024 15:00 AM",
                "2024/13/13",
                "13.13.2024",
                "2024年2月30日",
            ],
            &Hints::default(),
        );
    }

    #[test]
    fn t8_the_order_of_day_and_month_comes_from_the_source() {
        none(
            &["02/03/2025", "02-03-2025", "02/03/2025 14:30"],
            &Hints::default(),
        );
        none(&["02/03/2025"], &speaking("en"));
        all(
            &[
                ("13/03/2025", "2025-03-13T12:00:00Z"),
                ("03/13/2025", "2025-03-13T12:00:00Z"),
                ("3/3/2025", "2025-03-03T12:00:00Z"),
            ],
            &Hints::default(),
        );
        all(&[("02/03/2025", "2025-03-02T12:00:00Z")], &speaking("fr"));
        all(
            &[("02/03/2025", "2025-03-02T12:00:00Z")],
            &speaking("en-IN"),
        );
        all(
            &[("02/03/2025", "2025-02-03T12:00:00Z")],
            &speaking("en-US"),
        );
        all(
            &[("02/03/2025", "2025-03-02T12:00:00Z")],
            &Hints {
                day_first: Some(true),
                ..speaking("en-US")
            },
        );
        assert_eq!(day_first(["02/03/2025", "25/03/2025 10:00"]), Some(true));
        assert_eq!(day_first(["02/03/2025", "Mon, 03/25/2025"]), Some(false));
        assert_eq!(day_first(["25/03/2025", "03/25/2025"]), None);
        assert_eq!(day_first(["02/03/2025", "2025-03-25", "", "words"]), None);
        assert_eq!(day_first([""; 0]), None);
    }

    #[test]
    fn t9_dates_alone_are_noon_in_the_zone_of_the_source() {
        let tokyo = Hints {
            zone: Tz::Asia__Tokyo,
            ..Hints::default()
        };
        let stamp = parse("5 March 2024", &tokyo).expect("a date");
        assert_eq!(
            (
                rfc3339(stamp.shown()).as_str(),
                stamp.precision,
                stamp.zone_rule
            ),
            ("2024-03-05T03:00:00Z", Precision::Day, ZoneRule::Default)
        );
        let precision = |text: &str| parse(text, &tokyo).map(|stamp| stamp.precision);
        assert_eq!(precision("2024"), Some(Precision::Year));
        assert_eq!(precision("mars 2024"), Some(Precision::Month));
        assert_eq!(precision("5 mars 2024 4h"), Some(Precision::Minute));
        assert_eq!(precision("5 mars 2024 04:05:06"), Some(Precision::Second));
    }

    #[test]
    fn t13_relative_times_need_the_fetch() {
        let now = DateTime::from_timestamp(1_709_647_830, 0);
        let fetched = Hints {
            now,
            ..Hints::default()
        };
        let cases = [
            ("2 hours ago", "2024-03-05T12:10:30Z"),
            ("an hour ago", "2024-03-05T13:10:30Z"),
            ("vor 3 Stunden", "2024-03-05T11:10:30Z"),
            ("il y a 5 minutes", "2024-03-05T14:05:30Z"),
            ("hace 3 días", "2024-03-02T12:00:00Z"),
            ("há 2 horas", "2024-03-05T12:10:30Z"),
            ("1 giorno fa", "2024-03-04T12:00:00Z"),
            ("5 uur geleden", "2024-03-05T09:10:30Z"),
            ("3시간 전", "2024-03-05T11:10:30Z"),
            ("5分钟前", "2024-03-05T14:05:30Z"),
            ("2 часа назад", "2024-03-05T12:10:30Z"),
            ("2 saat önce", "2024-03-05T12:10:30Z"),
            ("2 घंटे पहले", "2024-03-05T12:10:30Z"),
            ("2 weeks ago", "2024-02-20T12:00:00Z"),
            ("3 months ago", "2023-12-01T12:00:00Z"),
            ("2 years ago", "2022-01-01T12:00:00Z"),
            ("just now", "2024-03-05T14:10:30Z"),
            ("hier", "2024-03-04T12:00:00Z"),
            ("gestern, 21:40 Uhr", "2024-03-04T21:40:00Z"),
            ("hier à 21h40", "2024-03-04T21:40:00Z"),
            ("Today at 9:40 AM", "2024-03-05T09:40:00Z"),
            ("aujourd'hui à 9h40", "2024-03-05T09:40:00Z"),
            ("오늘 09:40", "2024-03-05T00:40:00Z"),
        ];
        all(&cases, &fetched);
        let edge = Hints {
            now: Some(DateTime::<Utc>::MIN_UTC),
            ..Hints::default()
        };
        none(
            &["yesterday", "2 hours ago", "2 days ago", "just now"],
            &edge,
        );
        let texts: Vec<&str> = cases.iter().map(|(text, _)| *text).collect();
        none(&texts, &Hints::default());
        none(
            &[
                "ago",
                "2 hours",
                "vor",
                "in 2 hours",
                "4000000000 years ago",
                "999999999 years ago",
                "999999999 days ago",
                "vor 3 Stunden gestern",
            ],
            &fetched,
        );
    }

    #[test]
    fn t13_bylines_are_read_with_their_labels() {
        let plain = Hints::default();
        let read = |text: &str| {
            byline(text, &plain).map(|line| {
                (
                    line.published.map(|stamp| rfc3339(stamp.shown())),
                    line.updated.map(|stamp| rfc3339(stamp.shown())),
                )
            })
        };
        let published = |text: &str| Some((Some(text.to_string()), None));
        assert_eq!(
            read("Published On: 09 November 2025 | 09:40 PM (GMT+05:30, IST, India)"),
            published("2025-11-09T16:10:00Z")
        );
        assert_eq!(
            read("Posted On: 09 NOV 2025 9:40PM by PIB Delhi"),
            published("2025-11-09T21:40:00Z")
        );
        assert_eq!(
            read("By Jan May, 3 November 2025"),
            published("2025-11-03T12:00:00Z")
        );
        assert_eq!(
            read("By Ada Vale and Bo Ek | 3 November 2025 14:30"),
            published("2025-11-03T14:30:00Z")
        );
        assert_eq!(
            read("3 November 2025 by Jane Doe"),
            published("2025-11-03T12:00:00Z")
        );
        assert_eq!(
            read("November 3, 2025 · 5 min read"),
            published("2025-11-03T12:00:00Z")
        );
        assert_eq!(
            read("Updated - November 03, 2025 02:30 pm IST - New Delhi"),
            Some((None, Some("2025-11-03T09:00:00Z".into())))
        );
        assert_eq!(
            read("3 November 2025 | Jane Doe"),
            published("2025-11-03T12:00:00Z")
        );
        assert_eq!(
            read("입력 2025-11-03 14:30"),
            published("2025-11-03T05:30:00Z")
        );
        assert_eq!(
            read("2025-11-03 14:30 来源：新华社"),
            published("2025-11-03T14:30:00Z")
        );
        assert_eq!(read("2025-11-03"), published("2025-11-03T12:00:00Z"));
        assert_eq!(
            read("Veröffentlicht am 3. November 2025 um 14:30 Uhr"),
            published("2025-11-03T14:30:00Z")
        );
        assert_eq!(
            read("发布时间：2025-11-03 14:30"),
            published("2025-11-03T14:30:00Z")
        );
        assert_eq!(
            read("Updated: 3 November 2025"),
            Some((None, Some("2025-11-03T12:00:00Z".into())))
        );
        let both = Some((
            Some("2025-11-03T14:30:00Z".to_string()),
            Some("2025-11-04T09:00:00Z".to_string()),
        ));
        assert_eq!(
            read("Published: 3 Nov 2025, 14:30 | Updated: 4 Nov 2025, 9:00"),
            both
        );
        assert_eq!(
            read("Jane Doe | Published 3 Nov 2025 14:30 and updated on 4 Nov 2025 9:00"),
            both
        );
        assert_eq!(
            read("Publié le 3 novembre 2025 à 14h30 - Mis à jour le 4 novembre 2025 à 9h00"),
            both
        );
    }

    #[test]
    fn t13_sentences_are_no_bylines() {
        let now = DateTime::from_timestamp(1_709_647_830, 0);
        let hints = Hints {
            now,
            ..Hints::default()
        };
        for text in [
            "",
            "The bridge was opened on 9 November 2025.",
            "On 9 November 2025 the bridge was opened",
            "Published on 9 November 2025, the report says nothing.",
            "The report was published on 9 November 2025",
            "Updated policies come into force on 9 November 2025",
            "By 9 November 2025 the bridge was open",
            "By noon on Friday the water had fallen",
            "May 2025",
            "2025",
            "20251109",
            "1762704600",
            "Today",
            "March",
            "Version 10.11.2025",
            "LONDON, Nov 9 (Agency) - A bridge",
            "Published: soon",
            "3 November 2025 - the bridge opened",
            "3 November 2025 | The bridge was opened by the mayor of the town",
            "21:40",
        ] {
            assert_eq!(byline(text, &hints), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_invented() {
        none(
            &[
                "",
                " ",
                "?",
                "12",
                "12:05 AM",
                "21:40",
                "Monday",
                "March",
                "5 March",
                "March 5",
                "3 of 5",
                "0000-00-00 00:00:00",
                "v1.2.3",
                "1.2.3",
                "10.11.12.13",
                "2024-03-05-06",
                "2024-03-05T09:xx:00Z",
                "Tue, 05 zzz 2024 14:30:15 GMT",
                "Tue, 05 Mar zz 14:30:15 GMT",
                "5 Mar 2024 1:2:3:4",
                "5 Mar 2024 14:30:15 +zz:00",
                "5 Mar 2024 14:30 +9900",
                "5 Mar 2024 6 Mar 2024",
                "5 Mar 2024 14:30 15:30",
                "100 metres",
                "Mar 2024 5 6",
                "+1 555 0100",
                "0",
                "1234",
                "9999999999999999999999",
                "2024-03-05 and more",
                "about 2024",
                "H2 2024",
                "Q1 2024",
                "( )",
                "())(",
            ],
            &Hints::default(),
        );
        none(
            &[&"1 ".repeat(400), &"2024-03-05 ".repeat(40)],
            &Hints::default(),
        );
    }

    #[test]
    fn t1_outputs_are_in_utc_and_english() {
        let at = parse("2025-11-09T21:40:00+05:30", &Hints::default())
            .map(|stamp| stamp.said())
            .expect("a date");
        assert_eq!(rfc3339(at), "2025-11-09T16:10:00Z");
        assert_eq!(rfc2822(at), "Sun, 09 Nov 2025 16:10:00 +0000");
        assert_eq!(
            parse(&rfc2822(at), &Hints::default()).map(|stamp| stamp.said()),
            Some(at)
        );
    }

    #[test]
    fn names_for_storage_come_back() {
        for text in ["year", "month", "day", "minute", "second"] {
            assert_eq!(Precision::parse(text).map(Precision::as_str), Some(text));
        }
        for text in [
            "offset",
            "abbreviation",
            "ambiguous",
            "default",
            "unknown-offset",
            "epoch",
        ] {
            assert_eq!(ZoneRule::parse(text).map(ZoneRule::as_str), Some(text));
        }
        assert_eq!(
            (Precision::parse("hour"), ZoneRule::parse("")),
            (None, None)
        );
    }

    #[test]
    fn t9_noon_is_noon_though_the_clocks_change_that_day() {
        let shown = |text: &str, zone| {
            let hints = Hints {
                zone,
                ..Hints::default()
            };
            parse(text, &hints).map(|stamp| (rfc3339(stamp.said()), rfc3339(stamp.shown())))
        };
        let berlin = shown("2024-03-31", Tz::Europe__Berlin);
        assert_eq!(
            berlin,
            Some(("2024-03-30T23:00:00Z".into(), "2024-03-31T10:00:00Z".into()))
        );
        // There was no midnight in Cairo that day: it began at one.
        let cairo = shown("2024-04-26", Tz::Africa__Cairo);
        assert_eq!(
            cairo,
            Some(("2024-04-25T22:00:00Z".into(), "2024-04-26T09:00:00Z".into()))
        );
    }

    proptest::proptest! {
        #[test]
        fn t1_what_we_write_is_read_as_the_same_instant(seconds in -62_135_596_800_i64..=253_402_300_799) {
            let at = DateTime::from_timestamp(seconds, 0).expect("in range");
            for text in [rfc3339(at), rfc2822(at)] {
                let stamp = parse(&text, &Hints::default()).expect("a date");
                proptest::prop_assert_eq!(stamp.said(), at, "{}", text);
                proptest::prop_assert_eq!(stamp.shown(), at);
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,80}", zoned in "[0-9 :./+TZ,-]{0,40}( ?(IST|GMT|PM|th|Nov|ma|mar|年|月|日|\\(|\\)))*[0-9:+ -]{0,12}") {
            for text in [text, zoned] {
                for zone in [Tz::UTC, Tz::Africa__Cairo, Tz::Pacific__Apia] {
                    let now = DateTime::from_timestamp(1_709_647_830, 0);
                    let hints = Hints { zone, now, ..Hints::default() };
                    if let Some(stamp) = parse(&text, &hints) {
                        proptest::prop_assert!(stamp.shown() >= stamp.said());
                        let said = rfc3339(stamp.said());
                        proptest::prop_assert_eq!(parse(&said, &hints).map(|again| again.said()), Some(stamp.said()));
                    }
                    let _ = (byline(&text, &hints), day_first([text.as_str()]), in_address(&text, &hints));
                }
            }
        }
    }

    #[test]
    fn f43_long_texts_and_many_texts_are_survived() {
        for long in [
            "1 ",
            "(",
            "a",
            "2024-03-05 ",
            "年",
            "published ",
            "+05:30",
            "\u{301}",
        ] {
            let text = long.repeat(2_000_000 / long.len());
            let hints = Hints::default();
            assert_eq!(parse(&text, &hints), None);
            assert_eq!(byline(&text, &hints), None);
            assert_eq!(day_first([text.as_str()]), None);
            let short: String = text.chars().take(99).collect();
            let _ = (parse(&short, &hints), byline(&short, &hints));
        }
        let many = std::iter::repeat_n("02/03/2025", 100_000).chain(["25/03/2025"]);
        assert_eq!(day_first(many), Some(true));
    }

    /// Beginnings, ends and short stretches of odd texts are survived.
    #[test]
    fn weird_slices_do_not_panic() {
        let texts = [
            "Published On: 09 November 2025 | 09:40 PM (GMT+05:30, IST, India)",
            "2025-11-09T21:40:00.123456+05:30",
            "2025年11月9日（日）下午9时40分15秒 更新：2025年11月10日",
            "٠٩/١١/٢٠٢٥ — ½ ² ㋊ ﷺ \u{0} \u{200f} 🕘 İ ß ǅ",
            "vor 99999 Jahren, il y a 999999999 mois, 999999999 weeks ago",
            "(((((GMT+5 (IST) +05:30 Etc/GMT+5 America/New_York) 9999-12-31T23:59:60-16:00 0001-01-01T00:00+16:00",
            "2025-W53-7 2025-W99-9 -9999 -99-99 00000000 999999999999 2025366 -00:00",
        ];
        let now = DateTime::from_timestamp(1_709_647_830, 0);
        let hints = [
            Hints {
                now,
                ..Hints::default()
            },
            Hints {
                now,
                zone: Tz::Pacific__Apia,
                language: Some("ko-"),
                day_first: Some(false),
            },
        ];
        for text in texts {
            let cuts: Vec<usize> = text
                .char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .collect();
            for (index, from) in cuts.iter().enumerate() {
                let stretches = cuts.iter().skip(index).take(9).chain(cuts.last());
                for slice in stretches
                    .filter_map(|to| text.get(*from..*to))
                    .chain(text.get(..*from))
                {
                    for hints in &hints {
                        let _ = (parse(slice, hints), byline(slice, hints));
                    }
                    let _ = day_first([slice]);
                }
            }
        }
    }
}
