//! Zones as text writes them, and what each means at a given local time (T3, T4, T5).

use chrono::{DateTime, Days, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetName, Tz};

use super::stamp::{Hints, ZoneRule};

/// The furthest any clock has been from Greenwich, in minutes (Manila, before 1845); more is no offset.
const FURTHEST_MINUTES: i32 = 16 * 60;

/// A zone as written, not yet looked at beside the hints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Zone {
    /// Minutes ahead of UTC.
    Offset(i32),
    /// Said to be unknown, or not known to anybody (T4).
    Unknown,
    /// An IANA name.
    Place(Tz),
    Short(&'static Short),
}

/// An abbreviation and its meaning.
#[derive(Debug, PartialEq)]
pub(super) struct Short {
    name: &'static str,
    means: Means,
}

#[derive(Debug, PartialEq)]
enum Means {
    Minutes(i32),
    Place(Tz),
    /// Several zones, the commonest in news first.
    Contested(&'static [Claim]),
}

/// One meaning of a contested abbreviation, with who means it.
#[derive(Debug, PartialEq)]
struct Claim {
    minutes: i32,
    countries: &'static [&'static str],
    languages: &'static [&'static str],
}

const fn claim(
    minutes: i32,
    countries: &'static [&'static str],
    languages: &'static [&'static str],
) -> Claim {
    Claim {
        minutes,
        countries,
        languages,
    }
}

const fn fixed(name: &'static str, minutes: i32) -> Short {
    Short {
        name,
        means: Means::Minutes(minutes),
    }
}

const fn place(name: &'static str, zone: Tz) -> Short {
    Short {
        name,
        means: Means::Place(zone),
    }
}

const fn contested(name: &'static str, claims: &'static [Claim]) -> Short {
    Short {
        name,
        means: Means::Contested(claims),
    }
}

/// The North American names mean what RFC 5322 §4.3 says, except CST, which half of the world's papers use otherwise (T3).
static SHORTS: &[Short] = &[
    fixed("gmt", 0),
    fixed("utc", 0),
    fixed("ut", 0),
    contested(
        "ist",
        &[
            claim(330, &["IN"], &["hi"]),
            claim(120, &["IL"], &["he"]),
            claim(60, &["IE"], &["ga"]),
        ],
    ),
    contested(
        "bst",
        &[claim(60, &["GB"], &[]), claim(360, &["BD"], &["bn"])],
    ),
    contested(
        "cst",
        &[
            claim(-360, &["US", "CA", "MX"], &[]),
            claim(480, &["CN", "TW"], &["zh"]),
            claim(-300, &["CU"], &[]),
        ],
    ),
    contested(
        "ast",
        &[
            claim(-240, &["CA", "PR"], &[]),
            claim(180, &["SA", "KW", "QA", "IQ", "BH"], &["ar"]),
        ],
    ),
    contested(
        "gst",
        &[claim(240, &["AE", "OM"], &["ar"]), claim(600, &["GU"], &[])],
    ),
    place("et", Tz::America__New_York),
    place("ct", Tz::America__Chicago),
    place("mt", Tz::America__Denver),
    place("pt", Tz::America__Los_Angeles),
    place("at", Tz::America__Halifax),
    fixed("est", -300),
    fixed("edt", -240),
    fixed("cdt", -300),
    fixed("mst", -420),
    fixed("mdt", -360),
    fixed("pst", -480),
    fixed("pdt", -420),
    fixed("adt", -180),
    fixed("akst", -540),
    fixed("akdt", -480),
    fixed("hst", -600),
    fixed("nst", -210),
    fixed("ndt", -150),
    fixed("brt", -180),
    fixed("art", -180),
    fixed("clt", -240),
    fixed("clst", -180),
    fixed("cot", -300),
    fixed("pet", -300),
    fixed("wet", 0),
    fixed("west", 60),
    fixed("cet", 60),
    fixed("cest", 120),
    fixed("mez", 60),
    fixed("mesz", 120),
    fixed("eet", 120),
    fixed("eest", 180),
    fixed("idt", 180),
    fixed("msk", 180),
    fixed("мск", 180),
    fixed("trt", 180),
    fixed("wat", 60),
    fixed("cat", 120),
    fixed("sast", 120),
    fixed("eat", 180),
    fixed("irst", 210),
    fixed("aft", 270),
    fixed("pkt", 300),
    fixed("npt", 345),
    fixed("mmt", 390),
    fixed("ict", 420),
    fixed("wib", 420),
    fixed("wita", 480),
    fixed("wit", 540),
    fixed("sgt", 480),
    fixed("hkt", 480),
    fixed("pht", 480),
    fixed("myt", 480),
    fixed("awst", 480),
    fixed("jst", 540),
    fixed("kst", 540),
    fixed("acst", 570),
    fixed("acdt", 630),
    fixed("aest", 600),
    fixed("aedt", 660),
    fixed("nzst", 720),
    fixed("nzdt", 780),
];

/// Zones by their English names where the abbreviation is contested and the name is not.
pub(super) static PLACES: &[(&str, Tz)] = &[
    ("india standard time", Tz::Asia__Kolkata),
    ("indian standard time", Tz::Asia__Kolkata),
    ("israel standard time", Tz::Asia__Jerusalem),
    ("israel daylight time", Tz::Asia__Jerusalem),
    ("irish standard time", Tz::Europe__Dublin),
    ("british summer time", Tz::Europe__London),
    ("bangladesh standard time", Tz::Asia__Dhaka),
    ("china standard time", Tz::Asia__Shanghai),
    ("cuba standard time", Tz::America__Havana),
    ("arabia standard time", Tz::Asia__Riyadh),
    ("arabian standard time", Tz::Asia__Riyadh),
    ("gulf standard time", Tz::Asia__Dubai),
    ("atlantic standard time", Tz::America__Halifax),
    ("atlantic time", Tz::America__Halifax),
];

/// Zones by their English names, folded, and the abbreviation that means the same. Names that several zones bear are as contested as it is.
pub(super) static SPELLED: &[(&str, &str)] = &[
    ("coordinated universal time", "utc"),
    ("universal time", "utc"),
    ("greenwich mean time", "gmt"),
    ("eastern standard time", "est"),
    ("eastern daylight time", "edt"),
    ("eastern time", "et"),
    ("central standard time", "cst"),
    ("central daylight time", "cdt"),
    ("central time", "ct"),
    ("mountain standard time", "mst"),
    ("mountain daylight time", "mdt"),
    ("mountain time", "mt"),
    ("pacific standard time", "pst"),
    ("pacific daylight time", "pdt"),
    ("pacific time", "pt"),
    ("western european time", "wet"),
    ("western european summer time", "west"),
    ("central european time", "cet"),
    ("central european standard time", "cet"),
    ("central european summer time", "cest"),
    ("eastern european time", "eet"),
    ("eastern european summer time", "eest"),
    ("moscow time", "msk"),
    ("moscow standard time", "msk"),
    ("south africa standard time", "sast"),
    ("east africa time", "eat"),
    ("west africa time", "wat"),
    ("pakistan standard time", "pkt"),
    ("japan standard time", "jst"),
    ("korea standard time", "kst"),
    ("hong kong time", "hkt"),
    ("singapore time", "sgt"),
    ("australian eastern standard time", "aest"),
    ("australian eastern daylight time", "aedt"),
    ("new zealand standard time", "nzst"),
    ("new zealand daylight time", "nzdt"),
];

/// The zone an abbreviation stands for, in any case. `None` when nobody knows it; military letters are not names here.
pub(super) fn short(name: &str) -> Option<Zone> {
    SHORTS
        .iter()
        .find(|short| short.name.eq_ignore_ascii_case(name))
        .map(Zone::Short)
}

/// A single letter: `Z` is UTC, the others are military and mean nothing certain (T4, RFC 5322 §4.3).
pub(super) fn letter(name: &str) -> Option<Zone> {
    match name.as_bytes() {
        [b'z' | b'Z'] => Some(Zone::Offset(0)),
        [b'a'..=b'i' | b'k'..=b'y' | b'A'..=b'I' | b'K'..=b'Y'] => Some(Zone::Unknown),
        _ => None,
    }
}

/// A numeric offset: minus zero says the local zone is unknown (T4); beyond sixteen hours there is none.
pub(super) fn offset(ahead: bool, hours: u32, minutes: u32) -> Option<Zone> {
    let total = i32::try_from(hours)
        .ok()?
        .checked_mul(60)?
        .checked_add(i32::try_from(minutes).ok()?)?;
    match (ahead, total) {
        _ if minutes > 59 || total > FURTHEST_MINUTES => None,
        (false, 0) => Some(Zone::Unknown),
        (true, _) => Some(Zone::Offset(total)),
        (false, _) => Some(Zone::Offset(-total)),
    }
}

impl Zone {
    /// Whether it is a number, which wins over any name beside it (T3).
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Offset(_) | Self::Unknown)
    }

    /// Whether a number behind the name counts from Greenwich, ahead when positive (T5).
    pub fn is_greenwich(self) -> bool {
        matches!(self, Self::Short(short) if short.means == Means::Minutes(0) && matches!(short.name, "gmt" | "utc" | "ut"))
    }

    /// The instant of a local time in this zone and the rule that gave it.
    pub fn resolve(
        self,
        local: NaiveDateTime,
        hints: &Hints<'_>,
    ) -> Option<(DateTime<Utc>, ZoneRule)> {
        match self {
            Self::Offset(minutes) => Some((behind(local, minutes)?, ZoneRule::Offset)),
            Self::Unknown => Some((local.and_utc(), ZoneRule::UnknownOffset)),
            Self::Place(zone) => Some((local_instant(local, zone)?, ZoneRule::Abbreviation)),
            Self::Short(short) => short.resolve(local, hints),
        }
    }
}

impl Short {
    fn resolve(
        &self,
        local: NaiveDateTime,
        hints: &Hints<'_>,
    ) -> Option<(DateTime<Utc>, ZoneRule)> {
        if let Some(minutes) = self.at_home(local, hints.zone) {
            return Some((behind(local, minutes)?, ZoneRule::Abbreviation));
        }
        match self.means {
            Means::Minutes(minutes) => Some((behind(local, minutes)?, ZoneRule::Abbreviation)),
            Means::Place(zone) => Some((local_instant(local, zone)?, ZoneRule::Abbreviation)),
            Means::Contested(claims) => {
                let home = minutes_ahead(hints.zone, local);
                let decided = claims
                    .iter()
                    .find(|claim| {
                        claim
                            .countries
                            .iter()
                            .any(|country| hints.lives_in(country))
                    })
                    .or_else(|| {
                        claims
                            .iter()
                            .find(|claim| hints.zone != Tz::UTC && claim.minutes == home)
                    })
                    .or_else(|| {
                        claims
                            .iter()
                            .find(|claim| claim.languages.iter().any(|code| hints.speaks(code)))
                    });
                let rule = if decided.is_some() {
                    ZoneRule::Abbreviation
                } else {
                    ZoneRule::Ambiguous
                };
                Some((behind(local, decided.or(claims.first())?.minutes)?, rule))
            }
        }
    }

    /// The offset this abbreviation has in the source's own zone, now or half a year away, when that zone uses it.
    fn at_home(&self, local: NaiveDateTime, zone: Tz) -> Option<i32> {
        if zone == Tz::UTC {
            return None;
        }
        [
            Some(local),
            local.checked_add_days(Days::new(182)),
            local.checked_sub_days(Days::new(182)),
        ]
        .into_iter()
        .flatten()
        .find_map(|at| {
            let found = zone.offset_from_utc_datetime(&at);
            let same = found
                .abbreviation()
                .is_some_and(|name| name.eq_ignore_ascii_case(self.name));
            same.then(|| found.fix().local_minus_utc() / 60)
        })
    }
}

/// A local time in a zone. Of two instants the earlier is meant; one that a clock change skipped keeps the offset before it.
pub(super) fn local_instant(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local).earliest() {
        Some(at) => Some(at.with_timezone(&Utc)),
        None => {
            let before = local.checked_sub_days(Days::new(1))?;
            behind(local, minutes_ahead(zone, before))
        }
    }
}

fn minutes_ahead(zone: Tz, near: NaiveDateTime) -> i32 {
    zone.offset_from_utc_datetime(&near).fix().local_minus_utc() / 60
}

fn behind(local: NaiveDateTime, minutes: i32) -> Option<DateTime<Utc>> {
    Some(
        local
            .checked_sub_signed(TimeDelta::minutes(i64::from(minutes)))?
            .and_utc(),
    )
}
