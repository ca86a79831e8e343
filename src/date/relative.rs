//! `2 hours ago`, `vor 3 Stunden`, `il y a 5 minutes`: amounts of time before the fetch (T13).

use chrono::{DateTime, Datelike, Days, Months, TimeDelta, Utc};

use super::civil::{self, Calendar, Civil};
use super::stamp::{Hints, Precision, Stamp, ZoneRule};
use super::tokens::{Token, starts};
use super::words::holds;

const BEFORE: [&str; 17] = [
    "vor",
    "il y a",
    "hace",
    "ha",
    "πριν απο",
    "πριν",
    "قبل",
    "منذ",
    "about",
    "circa",
    "etwa",
    "for",
    "pred",
    "prije",
    "acum",
    "לפני",
    "преди",
];
const AFTER: [&str; 21] = [
    "ago",
    "fa",
    "geleden",
    "назад",
    "temu",
    "once",
    "전",
    "前",
    "पहले",
    "पूर्व",
    "atras",
    "ezelott",
    "sedan",
    "siden",
    "sitten",
    "тому",
    "lalu",
    "yang lalu",
    "truoc",
    "پيش",
    "πριν",
];
const JUST_NOW: [&str; 7] = [
    "just now",
    "gerade eben",
    "a l'instant",
    "방금",
    "방금 전",
    "только что",
    "az once",
];
const ONE: &str = "a an one ein eine einem einer un une una um uma een ενα μια egy один одну bir";

const UNITS: [(Unit, &str); 6] = [
    (
        Unit::Minutes,
        "minute minutes min mins minuten minuto minutos minuti minuut λεπτο λεπτα perccel минуту минуты минут minuty minut dakika मिनट 분 分 \
         分钟 分鐘 分間 دقيقة دقائق minuter minutter minuuttia minutami minuta menit phut хвилин хвилини хвилину דקות دقيقه মিনিট",
    ),
    (
        Unit::Hours,
        "hour hours hr hrs h stunde stunden heure heures hora horas ora ore uur ωρα ωρεσ oraval час часа часов godzine godziny godzin saat \
         घंटे घंटा 시간 小时 小時 時間 ساعة ساعات timmar timme timer tuntia tunti hodinami hodinou hodiny hodin sati sata jam gio годин години \
         годину שעות שעה ঘন্টা",
    ),
    (
        Unit::Days,
        "day days tag tagen tage jour jours dia dias giorno giorni dag dagen ημερα ημερεσ μερεσ nappal день дня днеи dzien dni gun दिन 일 日 \
         天 يوم ايام dage dagar paivaa paiva dny dnem dana zile zi hari ngay днів дні ימים روز",
    ),
    (
        Unit::Weeks,
        "week weeks woche wochen semaine semaines semana semanas settimana settimane weken εβδομαδα εβδομαδεσ hettel неделю недели недель \
         tydzien tygodnie tygodni hafta सप्ताह हफ्ते 주 周 週 週間 uker uke uger veckor vecka viikkoa tydny tydnem saptamani minggu tuan тижнів \
         тижні тиждень שבועות هفته",
    ),
    (
        Unit::Months,
        "month months monat monaten monate mois mes meses mese mesi maand maanden μηνα μηνεσ honappal месяц месяца месяцев miesiac miesiace \
         miesiecy ay महीने महीना 개월 달 个月 個月 か月 ヶ月 ヵ月 カ月 maneder maaneder manader kuukautta mesici luni bulan thang місяців місяці місяць \
         חודשים",
    ),
    (
        Unit::Years,
        "year years yr yrs jahr jahren jahre an ans ano anos anno anni jaar χρονο χρονια evvel год года лет rok lata lat yıl yil साल वर्ष 년 \
         年 vuotta lety ani tahun nam років роки рік שנים",
    ),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

/// The stamp so long before `hints.now`. Days and weeks are known to the day, months and years to the month and year.
pub(super) fn read(tokens: &[Token<'_>], hints: &Hints<'_>) -> Option<Stamp> {
    let now = hints.now?;
    if JUST_NOW
        .iter()
        .any(|phrase| starts(tokens, phrase) == Some(tokens.len()))
    {
        return instant(now, TimeDelta::zero());
    }
    let before = BEFORE
        .iter()
        .filter_map(|phrase| starts(tokens, phrase))
        .max();
    let mut rest = tokens.get(before.unwrap_or(0)..)?;
    let (amount, used) = amount(rest)?;
    rest = rest.get(used..)?;
    let unit = unit(rest.first()?)?;
    rest = rest.get(1..)?;
    while rest.last().is_some_and(|token| token.is('.')) {
        rest = rest.get(..rest.len() - 1)?;
    }
    let after = AFTER
        .iter()
        .any(|phrase| starts(rest, phrase) == Some(rest.len()));
    if !after && (before.is_none() || !rest.is_empty()) {
        return None;
    }
    earlier(now, amount, unit, hints)
}

fn earlier(now: DateTime<Utc>, amount: u32, unit: Unit, hints: &Hints<'_>) -> Option<Stamp> {
    let today = hints.today()?;
    let date = match unit {
        Unit::Minutes => return instant(now, TimeDelta::try_minutes(i64::from(amount))?),
        Unit::Hours => return instant(now, TimeDelta::try_hours(i64::from(amount))?),
        Unit::Days => Calendar::of(today.checked_sub_days(Days::new(u64::from(amount)))?),
        Unit::Weeks => Calendar::of(today.checked_sub_days(Days::new(u64::from(amount) * 7))?),
        Unit::Months => {
            let then = today.checked_sub_months(Months::new(amount))?;
            Calendar {
                year: then.year(),
                month: Some(then.month()),
                day: None,
            }
        }
        Unit::Years => Calendar {
            year: today.year().checked_sub(i32::try_from(amount).ok()?)?,
            month: None,
            day: None,
        },
    };
    Civil {
        date,
        clock: None,
        zone: None,
    }
    .stamp(hints)
}

/// An instant so long before now, in whole seconds.
fn instant(now: DateTime<Utc>, before: TimeDelta) -> Option<Stamp> {
    let at = DateTime::from_timestamp(now.checked_sub_signed(before)?.timestamp(), 0)
        .and_then(civil::within_years)?;
    Some(Stamp::exact(at, Precision::Minute, ZoneRule::Default))
}

fn amount(tokens: &[Token<'_>]) -> Option<(u32, usize)> {
    let first = tokens.first()?;
    let one = first
        .word()
        .is_some_and(|word| holds(ONE, word))
        .then_some(1);
    Some((first.number().or(one)?, 1))
}

fn unit(token: &Token<'_>) -> Option<Unit> {
    let word = token.word()?;
    UNITS
        .iter()
        .find(|(_, names)| holds(names, word))
        .map(|(unit, _)| *unit)
}
