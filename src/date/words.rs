//! The vocabulary of dates in sixteen languages and Arabic, in the folded form that `tokens` makes: lower case, no accents.

use super::civil::Clock;

const ENGLISH_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const ENGLISH_WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Whether a vocabulary, its words set apart by spaces, has this word.
pub(super) fn holds(vocabulary: &str, word: &str) -> bool {
    vocabulary.split_ascii_whitespace().any(|one| one == word)
}

/// The number of an English month in full or as its first three letters, or `Sept`, in any case.
pub(super) fn english_month(name: &str) -> Option<u32> {
    let is = |month: &str| {
        name.eq_ignore_ascii_case(month)
            || (name.len() == 3
                && month
                    .get(..3)
                    .is_some_and(|start| name.eq_ignore_ascii_case(start)))
    };
    let sept = name.eq_ignore_ascii_case("sept").then_some(9);
    sept.or_else(|| {
        ENGLISH_MONTHS
            .iter()
            .position(|month| is(month))
            .and_then(|at| u32::try_from(at + 1).ok())
    })
}

/// Whether this is an English weekday in full or its first two to five letters, in any case.
pub(super) fn is_english_weekday(name: &str) -> bool {
    let is = |day: &str| {
        name.eq_ignore_ascii_case(day)
            || ((2..=5).contains(&name.len())
                && day
                    .get(..name.len())
                    .is_some_and(|start| name.eq_ignore_ascii_case(start)))
    };
    ENGLISH_WEEKDAYS.iter().any(|day| is(day))
}

/// The other languages' names of each month. A name that two languages use for different months has no place here.
const MONTHS: [&str; 12] = [
    "januar jan janner janvier janv enero ene gennaio gen janeiro januari ιανουαριου \
        ιανουαριοσ γεναρη ιαν января январь янв stycznia styczen sty ocak oca जनवरी जन يناير",
    "februar feber fevrier fevr fev febrero febbraio fevereiro februari febr φεβρουαριου \
        φεβρουαριοσ φεβ февраля февраль фев февр lutego luty lut subat sub फरवरी फर فبراير",
    "marz mrz mars marzo mar marco maart mrt μαρτιου μαρτιοσ μαρ marcius marc марта март мар \
        marca marzec mart मार्च مارس",
    "avril avr abril abr aprile απριλιου απριλιοσ απρ aprilis апреля апрель апр kwietnia \
        kwiecien kwi nisan nis अप्रैल أبريل ابريل",
    "mai mayo maggio mag maio mei μαιου μαιοσ μαι majus maj мая маи maja mayıs mayis मई مايو",
    "juni juin junio giugno giu junho ιουνιου ιουνιοσ ιουν junius июня июнь июн czerwca \
        czerwiec cze haziran haz जून يونيو",
    "juli juillet juil julio luglio lug julho ιουλιου ιουλιοσ ιουλ julius июля июль июл \
        lipca lipiec lip temmuz tem जुलाई يوليو",
    "aout agosto ago augustus αυγουστου αυγουστοσ αυγ augusztus августа август авг sierpnia \
        sierpien sie agustos agu अगस्त अग أغسطس اغسطس",
    "septembre septiembre setiembre settembre set setembro σεπτεμβριου σεπτεμβριοσ σεπ σεπτ \
        szeptember szept сентября сентябрь сен сент wrzesnia wrzesien wrz eylul eyl सितंबर \
        सितम्बर سبتمبر",
    "oktober okt octobre octubre ottobre ott outubro out οκτωβριου οκτωβριοσ οκτ октября \
        октябрь окт pazdziernika pazdziernik paz ekim eki अक्टूबर अक्तूबर أكتوبر اكتوبر",
    "novembre noviembre novembro νοεμβριου νοεμβριοσ νοε νοεμ ноября ноябрь ноя нояб \
        listopada listopad lis kasım kasim kas नवंबर नवम्बर نوفمبر",
    "dezember dez decembre diciembre dic dicembre dezembro δεκεμβριου δεκεμβριοσ δεκ декабря \
        декабрь дек grudnia grudzien gru aralık aralik ara दिसंबर दिसम्बर ديسمبر",
];

/// The number of the month a folded word names.
pub(super) fn month(word: &str) -> Option<u32> {
    let listed = || {
        MONTHS
            .iter()
            .position(|names| holds(names, word))
            .and_then(|at| u32::try_from(at + 1).ok())
    };
    english_month(word).or_else(listed)
}

const WEEKDAYS: &str = "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so \
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim lunes \
    martes miercoles jueves viernes sabado domingo mie jue vie sab dom lunedi martedi mercoledi \
    giovedi venerdi sabato domenica gio segunda terca quarta quinta sexta feira seg ter qua qui \
    sex maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo δευτερα τριτη \
    τεταρτη πεμπτη παρασκευη σαββατο κυριακη δευ τρι τετ πεμ παρ σαβ κυρ hetfo kedd szerda \
    csutortok pentek szombat vasarnap понедельник вторник среда четверг пятница суббота \
    воскресенье пн вт ср чт пт сб вс poniedziałek wtorek sroda czwartek piatek sobota niedziela \
    pon wt sr czw pt pia sob nd niedz pazartesi salı sali carsamba persembe cuma cumartesi \
    pazar pzt sal car per cum cmt सोमवार मंगलवार बुधवार गुरुवार बृहस्पतिवार शुक्रवार शनिवार रविवार सोम \
    मंगल बुध गुरु शुक्र शनि रवि الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد";

/// Whether a folded word is a weekday, which says nothing that the date does not (T7).
pub(super) fn is_weekday(word: &str) -> bool {
    const EAST: [char; 14] = [
        '月', '火', '水', '木', '金', '土', '日', '월', '화', '수', '목', '금', '토', '일',
    ];
    let mut letters = word.chars();
    let east = match (letters.next(), letters.as_str()) {
        (Some(first), "" | "曜" | "曜日" | "요일") => EAST.contains(&first),
        (Some('周'), day) | (Some('星'), day) => {
            day.ends_with(['一', '二', '三', '四', '五', '六', '日', '天'])
        }
        _ => false,
    };
    east || is_english_weekday(word) || holds(WEEKDAYS, word)
}

/// Which half of the day a clock of twelve hours means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Before,
    After,
    /// Chinese 晚上: afternoon, save that its twelve could be either midnight.
    Evening,
}

impl Half {
    /// The half of the day a folded word names.
    pub fn of(word: &str) -> Option<Self> {
        const BEFORE: &str = "am 오전 上午 午前 凌晨 早上 清晨 早晨 πμ पूर्वाह्न ص";
        const AFTER: &str = "pm 오후 下午 午後 傍晚 noon μμ अपराह्न م";
        match word {
            "晚上" => Some(Self::Evening),
            _ if holds(BEFORE, word) => Some(Self::Before),
            _ if holds(AFTER, word) => Some(Self::After),
            _ => None,
        }
    }

    /// The clock with its hour counted from midnight. `None` when the two contradict each other, as in `15:00 AM`.
    pub fn apply(self, clock: Clock) -> Option<Clock> {
        let hour = match (self, clock.hour) {
            (Self::Before, 12) => 0,
            (Self::Before, 0..=11) => clock.hour,
            (Self::Before, _) => return None,
            (Self::After | Self::Evening, 0..=11) => clock.hour + 12,
            (Self::After, 12..=23) | (Self::Evening, 13..=23) => clock.hour,
            (Self::After | Self::Evening, _) => return None,
        };
        Clock::new(hour, clock.minute, clock.second)
    }
}

/// The unit a word behind a number gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Mark {
    /// The mark a folded word is.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "年" | "년" => Self::Year,
            "月" | "월" => Self::Month,
            "日" | "号" | "號" | "일" => Self::Day,
            "h" | "u" | "uhr" | "uur" | "時" | "时" | "点" | "點" | "시" | "ч" | "час" => {
                Self::Hour
            }
            "m" | "min" | "mn" | "分" | "분" | "мин" => Self::Minute,
            "s" | "sec" | "sek" | "秒" | "초" | "сек" => Self::Second,
            _ => return None,
        })
    }
}

/// Words that join the parts of a date and mean nothing of their own.
pub(super) fn is_joint(word: &str) -> bool {
    const JOINTS: &str = "at on the of t hrs hours hour time local dated um am den der uhr vom le a de du el del \
        las los la il alle ore dal em as da do op om uur van στισ και ωρα η v в г года год r \
        roku o godz godzina saat saati को बजे h hs kl e hui feira";
    holds(JOINTS, word)
}

/// Endings of ordinal numbers, glued to their digits: `9th`, `1er`, `1º`, `2ª`.
pub(super) fn is_ordinal(word: &str) -> bool {
    const ORDINALS: &str = "st nd rd th er re e o a eme ste de η го";
    holds(ORDINALS, word)
}

/// How many days ago a folded word such as `yesterday` means.
pub(super) fn days_ago(word: &str) -> Option<u64> {
    const TODAY: &str = "today heute aujourd aujourdhui hoy oggi hoje vandaag σημερα ma 오늘 今天 今日 сегодня \
        dzis dzisiaj bugun आज اليوم";
    const YESTERDAY: &str = "yesterday gestern hier ayer ieri ontem gisteren χθεσ tegnap 어제 昨天 昨日 вчера \
        wczoraj dun أمس";
    let today = holds(TODAY, word).then_some(0);
    today.or_else(|| holds(YESTERDAY, word).then_some(1))
}

/// East Asian words that are written without spaces; the longest match is one token.
pub(super) const UNSPACED: &str = "年 月 日 号 號 時 时 点 點 分 秒 上午 下午 午前 午後 凌晨 早上 清晨 早晨 晚上 傍晚 今天 \
    今日 昨天 昨日 周一 周二 周三 周四 周五 周六 周日 星期一 星期二 星期三 星期四 星期五 星期六 \
    星期日 星期天 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 火 水 木 金 土 小时 小時 \
    時間 分钟 分鐘 分間 天 週間 周 週 个月 個月 か月 ヶ月 ヵ月 カ月 前 来源 來源 发布时间 發布時間 发布 \
    發布 更新时间 更新時間 更新 公開日 公開 掲載 更新日 월 일 년 시 분 초 오전 오후 오늘 어제 \
    시간 주 개월 달 전 월요일 화요일 수요일 목요일 금요일 토요일 일요일 화 수 목 금 토 입력 \
    게시 등록 수정 작성 최종수정 방금";
