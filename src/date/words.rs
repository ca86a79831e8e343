//! The vocabulary of dates in some fifty languages, in the folded form that `tokens` makes: lower case, no accents.

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
    "januar janner janvier janv enero ene gennaio gen janeiro januari ιανουαριου ιανουαριοσ γεναρη ιαν января январь янв stycznia styczen sty ocak \
        oca जनवरी जन يناير tammikuu tammikuuta tammi leden ledna led januara januarja sijecanj sijecnja јануар јануара януари січня січень січ \
        студзеня ianuarie ian gener sausio janvaris janvari jaanuar januarie ژانويه ژانويهٔ جانفي جنوري ינואר בינואר জানুয়ারি जानेवारी ਜਨਵਰੀ \
        જાન્યુઆરી ஜனவரி జనవరి มกราคม",
    "februar feber fevrier fevr fev febrero febbraio fevereiro februari febr φεβρουαριου φεβρουαριοσ φεβ февраля февраль фев февр lutego luty lut \
        subat sub फरवरी फर فبراير helmikuu helmikuuta helmi unor unora uno februara februarja veljaca veljace фебруар фебруара февруари лютого лютии \
        лют лютага februarie febrer vasario februaris veebruar peb pebrero فوريه فوريهٔ شباط فيفري فروري פברואר בפברואר ফেব্রুয়ারি फेब्रुवारी ਫਰਵਰੀ \
        ફેબ્રુઆરી பிப்ரவரி ఫిబ్రవరి กุมภาพันธ์",
    "marz mrz mars marzo marco maart mrt μαρτιου μαρτιοσ μαρ marcius marc марта март мар marca marzec mart मार्च مارس marts maaliskuu maaliskuuta \
        maalis brezen brezna bre marec ozujak ozujka marta березня березень бер сакавіка martie kovo maret mac marso machi اذار مارچ מרץ במרץ মার্চ \
        ਮਾਰਚ માર્ચ மார்ச் మార్చి มีนาคม",
    "avril avr abril abr aprile απριλιου απριλιοσ απρ aprilis апреля апрель апр kwietnia kwiecien kwi nisan nis अप्रैल ابريل huhtikuu huhtikuuta \
        huhti duben dubna dub aprila travanj travnja април априла квітня квітень квіт красавіка aprilie balandzio aprili aprill اوريل نيسان افريل \
        اپريل אפריל באפריל এপ্রিল एप्रिल ਅਪ੍ਰੈਲ એપ્રિલ ஏப்ரல் ఏప్రిల్ เมษายน",
    "mai mayo maggio mag maio mei μαιου μαιοσ μαι majus maj мая маи maja mayıs mayis मई مايو toukokuu toukokuuta touko kveten kvetna kve svibanj \
        svibnja мај маја травня травень трав maig geguzes maijs maija مه مي ايار ماي مئي מאי במאי মে मे ਮਈ મે மே మే พฤษภาคม",
    "juni juin junio giugno giu junho ιουνιου ιουνιοσ ιουν junius июня июнь июн czerwca czerwiec cze haziran haz जून يونيو kesakuu kesakuuta kesa \
        cerven cervna cvn juna junij junija lipanj lipnja јун јуна юни червня червень черв чэрвеня iunie iun juny birzelio junijs juuni hunyo junie \
        ژوئن يونيه حزيران جوان جون יוני ביוני জুন ਜੂਨ જૂન ஜூன் జూన్ มิถุนายน",
    "juli juillet juil julio luglio lug julho ιουλιου ιουλιοσ ιουλ julius июля июль июл lipca lipiec lip temmuz tem जुलाई يوليو heinakuu heinakuuta \
        heina cervenec cervence cvc jula julij julija srpanj srpnja јул јула юли липня липень лип ліпеня iulie iul juliol liepos julijs juuli julai \
        hulyo julie ژوئيه جولاي يوليه تموز جويلية يوليوز جولائي יולי ביולי জুলাই जुलै जुल ਜੁਲਾਈ જુલાઈ ஜூலை జులై กรกฎาคม",
    "aout agosto ago augustus αυγουστου αυγουστοσ αυγ augusztus августа август авг sierpnia sierpien sie agustos agu अगस्त अग اغسطس augusti elokuu \
        elokuuta elo srpen srpna augusta avgust avgusta kolovoz kolovoza серпня серпень серп жніуня agost rugpjucio augusts agust agustus agt ags \
        ogos agosti اوت اگوست اب غشت اگست אוגוסט באוגוסט আগস্ট ऑगस्ट ਅਗਸਤ ઑગસ્ટ ஆகஸ்ட் ఆగస్టు สิงหาคม",
    "septembre septiembre setiembre settembre set setembro σεπτεμβριου σεπτεμβριοσ σεπ σεπτ szeptember szept сентября сентябрь сен сент wrzesnia \
        wrzesien wrz eylul eyl सितंबर सितम्बर سبتمبر syyskuu syyskuuta syys zari septembra rujan rujna септембар септембра septembar септември \
        вересня вересень вер верасня septembrie setembre rugsejo septembris septembri setyembre septemba سپتامبر ايلول شتنبر ستمبر ספטמבר בספטמבר \
        সেপ্টেম্বর सप्टेंबर सित ਸਤੰਬਰ સપ્ટેમ્બર செப்டம்பர் సెప్టెంబర్ กันยายน",
    "oktober okt octobre octubre ottobre ott outubro out οκτωβριου οκτωβριοσ οκτ октября октябрь окт pazdziernika pazdziernik paz ekim eki अक्टूबर \
        अक्तूबर اكتوبر lokakuu lokakuuta loka rijen rijna rij oktobra октобар октобра oktobar октомври жовтня жовтень жовт кастрычніка octombrie \
        spalio oktobris oktobri oktoober oktubre oktoba اكتبر אוקטובר באוקטובר অক্টোবর ऑक्टोबर अक्तू ਅਕਤੂਬਰ ઑક્ટોબર அக்டோபர் అక్టోబర్ ตุลาคม",
    "novembre noviembre novembro νοεμβριου νοεμβριοσ νοε νοεμ ноября ноябрь ноя нояб listopada listopad lis kasım kasim kas नवंबर नवम्बर نوفمبر \
        marraskuu marraskuuta marras listopadu novembra studeni studenoga studenog новембар новембра novembar ноември листопада листопад листоп \
        лістапада noiembrie noi lapkricio novembris novembri nop nobyembre novemba نوامبر نونبر نومبر נובמבר בנובמבר নভেম্বর नोव्हेंबर नव ਨਵੰਬਰ \
        નવેમ્બર நவம்பர் నవంబర్ พฤศจิกายน",
    "dezember dez decembre diciembre dic dicembre dezembro δεκεμβριου δεκεμβριοσ δεκ декабря декабрь дек grudnia grudzien gru aralık aralik ara \
        दिसंबर दिसम्बर ديسمبر desember des joulukuu joulukuuta joulu prosinec prosince pro decembra prosinac prosinca децембар децембра decembar \
        декември грудня грудень груд снежня decembrie desembre gruodzio decembris decembri detsember disember disyembre desemba دسامبر دجنبر دسمبر \
        דצמבר בדצמבר ডিসেম্বর डिसेंबर दिस ਦਸੰਬਰ ડિસેમ્બર டிசம்பர் డిసెంబర్ ธันวาคม",
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

/// Months that take two words, as the Levant has them; and how many words they take.
pub(super) fn month_in_words(first: &str, second: &str) -> Option<u32> {
    match (first, second) {
        ("كانون", "الثاني") => Some(1),
        ("تشرين", "الاول") => Some(10),
        ("تشرين", "الثاني") => Some(11),
        ("كانون", "الاول") => Some(12),
        _ => None,
    }
}

/// Whether the word is Vietnamese for "month", which its number follows.
pub(super) fn is_month_mark(word: &str) -> bool {
    matches!(word, "thang" | "thg")
}

/// The year before the first of an East Asian era, to which a year of the era is added.
pub(super) fn era(word: &str) -> Option<u32> {
    match word {
        "令和" => Some(2018),
        "平成" => Some(1988),
        "昭和" => Some(1925),
        "民國" | "民国" | "中華民國" => Some(1911),
        _ => None,
    }
}

/// Whether a month is written in Thai, whose years are counted from the Buddha's death.
pub(super) fn is_thai(word: &str) -> bool {
    word.starts_with(|c| matches!(c, '\u{e00}'..='\u{e7f}'))
}

const WEEKDAYS: &str = "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so lundi mardi mercredi jeudi \
    vendredi samedi dimanche lun mar mer jeu ven sam dim lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom lunedi martedi \
    mercoledi giovedi venerdi sabato domenica gio segunda terca quarta quinta sexta feira seg ter qua qui sex maandag dinsdag woensdag donderdag \
    vrijdag zaterdag zondag ma wo vr za zo δευτερα τριτη τεταρτη πεμπτη παρασκευη σαββατο κυριακη δευ τρι τετ πεμ παρ σαβ κυρ hetfo kedd szerda \
    csutortok pentek szombat vasarnap понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс poniedziałek wtorek sroda \
    czwartek piatek sobota niedziela pon wt sr czw pt pia sob nd niedz pazartesi salı sali carsamba persembe cuma cumartesi pazar pzt sal car per cum \
    cmt सोमवार मंगलवार बुधवार गुरुवार बृहस्पतिवार शुक्रवार शनिवार रविवार सोम मंगल बुध गुरु शुक्र शनि रवि الاثنين الثلاثاء الاربعاء الخميس الجمعة \
    السبت الاحد mandag tisdag onsdag torsdag fredag lordag sondag man tis ons tors tor fre lor son tirsdag lørdag søndag tir lør søn maanantai \
    tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina ti ke \
    to pe la su pondeli utery streda ctvrtek patek nedele po ut st ct pa ne pondelok utorok stvrtok piatok nedela luni marti miercuri joi vineri \
    sambata duminica lu jo du dum vin senin selasa rabu kamis jumat jum sabtu minggu sen sel rab kam min isnin khamis jumaat ahad понеділок вівторок \
    середа четвер ятниця субота неділя нд панядзелак ауторак серада чацвер пятніца нядзеля ponedjeljak utorak srijeda cetvrtak petak subota nedjelja \
    ponedeljek torek sreda cetrtek petek nedelja ponedeljak понедељак уторак четвртак петак недеља понеделник сряда четвъртък петък събота неделя \
    dilluns dimarts dimecres dijous divendres dissabte diumenge pirmadienis antradienis treciadienis ketvirtadienis penktadienis sestadienis \
    sekmadienis pirmdiena otrdiena tresdiena ceturtdiena piektdiena sestdiena svetdiena esmaspaev teisipaev kolmapaev neljapaev reede laupaev \
    puhapaev manudagur þriðjudagur miðvikudagur fimmtudagur fostudagur laugardagur sunnudagur miyerkules huwebes biyernes linggo vrydag saterdag \
    jumatatu jumanne jumatano alhamisi ijumaa jumamosi jumapili sze csut pen szo het dill شنبه يكشنبه دوشنبه سهشنبه چهارشنبه پنجشنبه جمعه اثنين \
    ثلاثاء اربعاء خميس جمعة سبت احد پير منگل بدھ جمعرات جمعہ ہفتہ اتوار ראשון שני שלישי רביעי חמישי שישי שבת יום সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার \
    শুক্রবার শনিবার রবিবার திங்கள் செவ்வாய் புதன் வியாழன் வெள்ளி சனி ஞாயிறு मंगळवार จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์ วันจันทร์ \
    วันจันทร์ที่ จันทร์ที่ วันอังคาร วันอังคารที่ อังคารที่ วันพุธ วันพุธที่ พุธที่ วันพฤหัสบดี วันพฤหัสบดีที่ พฤหัสบดีที่ วันศุกร์ วันศุกร์ที่ \
    ศุกร์ที่ วันเสาร์ วันเสาร์ที่ เสาร์ที่ วันอาทิตย์ วันอาทิตย์ที่ อาทิตย์ที่";

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
        const BEFORE: &str = "am 오전 上午 午前 凌晨 早上 清晨 早晨 πμ पूर्वाह्न ص صباحا صباحًا sang fm dop dopoledne सुबह";
        const AFTER: &str =
            "pm 오후 下午 午後 傍晚 中午 noon μμ अपराह्न م مساء مساءً chieu toi odp odpoledne";
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
            "h" | "u" | "uhr" | "uur" | "gio" | "hod" | "時" | "时" | "点" | "點" | "시" | "ч"
            | "час" => Self::Hour,
            "m" | "min" | "mn" | "phut" | "分" | "분" | "мин" => Self::Minute,
            "s" | "sec" | "sek" | "秒" | "초" | "сек" => Self::Second,
            _ => return None,
        })
    }
}

/// Words that join the parts of a date and mean nothing of their own.
pub(super) fn is_joint(word: &str) -> bool {
    const JOINTS: &str = "ora kell gada at on the of t hrs hours hour time local dated um am den der uhr vom le a de du el del las los la il alle ore dal em \
        as da do op om uur van στισ και ωρα η v в г года год r roku o godz godzina saat saati को बजे h hs kl e hui feira d les horas hora \
        klockan klo kello hod hodin hodine ve pukul jam tanggal ngay nam luc chu nhat hai ba tu sau bay о об року р god godine u sati an en \
        kor orakor בשעה ב ה في الساعة الموافق من ساعت روز بوقت เวลา น วันที่ ที่ พ ศ klukkan i na og";
    holds(JOINTS, word)
}

/// Endings of ordinal numbers, glued to their digits: `9th`, `1er`, `1º`, `2ª`.
pub(super) fn is_ordinal(word: &str) -> bool {
    const ORDINALS: &str = "st nd rd th er re e o a eme ste de η го";
    holds(ORDINALS, word)
}

/// How many days ago a folded word such as `yesterday` means.
pub(super) fn days_ago(word: &str) -> Option<u64> {
    const TODAY: &str = "today heute aujourd aujourdhui hoy oggi hoje vandaag σημερα ma 오늘 今天 今日 сегодня dzis dzisiaj bugun आज اليوم idag \
        tanaan dnes danes azi danas сьогодні днес היום امروز আজ";
    const YESTERDAY: &str = "yesterday gestern hier ayer ieri ontem gisteren χθεσ tegnap 어제 昨天 昨日 вчера wczoraj dun امس igar eilen vcera vceraj \
        jucer juce kemarin вчора אתמול ديروز";
    let today = holds(TODAY, word).then_some(0);
    today.or_else(|| holds(YESTERDAY, word).then_some(1))
}

/// East Asian words that are written without spaces; the longest match is one token.
pub(super) const UNSPACED: &str = "年 月 日 号 號 時 时 点 點 分 秒 上午 下午 午前 午後 凌晨 早上 清晨 早晨 晚上 傍晚 今天 今日 昨天 昨日 周一 周二 周三 周四 周五 周六 周日 星期一 \
    星期二 星期三 星期四 星期五 星期六 星期日 星期天 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 火 水 木 金 土 小时 小時 時間 分钟 分鐘 分間 天 週間 周 週 个月 個月 か月 ヶ月 \
    ヵ月 カ月 前 来源 來源 发布时间 發布時間 发布 發布 更新时间 更新時間 更新 公開日 公開 掲載 更新日 월 일 년 시 분 초 오전 오후 오늘 어제 시간 주 개월 달 전 월요일 화요일 수요일 \
    목요일 금요일 토요일 일요일 화 수 목 금 토 입력 게시 등록 수정 작성 최종수정 방금 令和 平成 昭和 民國 民国 中華民國 元 投稿日 配信日 掲載日 公開日時 発行日 发表于 發表於 发布于 \
    發佈於 发表时间 日期 时间 게시일 작성일 등록일 기사입력 발행일 승인 최종 업데이트 수정일 最終更新 最終更新日 更新日時 更新于 更新於 最后更新 最後更新 中午";

#[cfg(test)]
mod tests {
    use super::super::tokens::fold;
    use super::*;
    use crate::date::{Hints, parse, rfc3339};

    /// What each text says, by hand; `None` where nothing may be read.
    #[track_caller]
    fn all(cases: &[(&str, Option<&str>)]) {
        for (text, wanted) in cases {
            let said = parse(text, &Hints::default()).map(|stamp| rfc3339(stamp.said()));
            assert_eq!(said.as_deref(), *wanted, "{text}");
        }
    }

    #[test]
    fn t1_no_name_stands_for_two_months() {
        for (at, names) in MONTHS.iter().enumerate() {
            for name in names.split_ascii_whitespace() {
                let month = u32::try_from(at + 1).ok();
                assert_eq!(english_month(name).or(month), month, "{name}");
                let rows = MONTHS.iter().filter(|row| holds(row, name)).count();
                assert_eq!(rows, 1, "{name}");
            }
        }
    }

    #[test]
    fn t13_the_vocabulary_is_folded() {
        let words = MONTHS
            .iter()
            .chain([&WEEKDAYS, &UNSPACED])
            .flat_map(|words| words.split_ascii_whitespace());
        let raw: Vec<_> = words.filter(|word| fold(word) != *word).collect();
        assert!(raw.is_empty(), "{raw:?}");
    }

    #[test]
    fn t1_months_and_weekdays_of_many_languages() {
        all(&[
            ("söndag 9 november 2025 21:40", Some("2025-11-09T21:40:00Z")),
            ("sön 9 nov 2025 kl. 21.40", Some("2025-11-09T21:40:00Z")),
            ("9 nov. 2025 klockan 21.40", Some("2025-11-09T21:40:00Z")),
            (
                "søndag 9. november 2025 kl. 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("9. desember 2025", Some("2025-12-09T00:00:00Z")),
            ("9. marts 2025 kl. 21.40", Some("2025-03-09T21:40:00Z")),
            ("tirsdag den 9. maj 2025", Some("2025-05-09T00:00:00Z")),
            (
                "9. marraskuuta 2025 klo 21.40",
                Some("2025-11-09T21:40:00Z"),
            ),
            (
                "sunnuntai 9. marraskuuta 2025",
                Some("2025-11-09T00:00:00Z"),
            ),
            ("su 9.11.2025 klo 21.40", Some("2025-11-09T21:40:00Z")),
            ("to 6.11.2025 21:40", Some("2025-11-06T21:40:00Z")),
            ("ma 10.11.2025 21:40", Some("2025-11-10T21:40:00Z")),
            ("9. listopadu 2025 21:40", Some("2025-11-09T21:40:00Z")),
            (
                "neděle 9. listopadu 2025 v 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("9. září 2025, 21:40 hod.", Some("2025-09-09T21:40:00Z")),
            ("9. července 2025", Some("2025-07-09T00:00:00Z")),
            ("9. června 2025", Some("2025-06-09T00:00:00Z")),
            ("9. novembra 2025 o 21:40", Some("2025-11-09T21:40:00Z")),
            ("9. siječnja 2025. u 21:40", Some("2025-01-09T21:40:00Z")),
            ("9. studenoga 2025.", Some("2025-11-09T00:00:00Z")),
            ("9. novembar 2025", Some("2025-11-09T00:00:00Z")),
            ("9. новембар 2025.", Some("2025-11-09T00:00:00Z")),
            ("9 ноември 2025 г. 21:40", Some("2025-11-09T21:40:00Z")),
            ("неделя, 9 ноември 2025", Some("2025-11-09T00:00:00Z")),
            ("9 листопада 2025, 21:40", Some("2025-11-09T21:40:00Z")),
            (
                "неділя, 9 листопада 2025 р. о 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("9 липня 2025", Some("2025-07-09T00:00:00Z")),
            ("9 березня 2025", Some("2025-03-09T00:00:00Z")),
            (
                "duminică, 9 noiembrie 2025, ora 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("9 noi. 2025, 21:40", Some("2025-11-09T21:40:00Z")),
            (
                "Minggu, 9 November 2025 21:40 WIB",
                Some("2025-11-09T14:40:00Z"),
            ),
            (
                "Minggu, 09 Nov 2025 pukul 21.40 WIB",
                Some("2025-11-09T14:40:00Z"),
            ),
            ("Jum'at, 9 Mei 2025", Some("2025-05-09T00:00:00Z")),
            ("9 Agustus 2025 - 21:40", Some("2025-08-09T21:40:00Z")),
            ("9 Desember 2025", Some("2025-12-09T00:00:00Z")),
            ("Chủ Nhật, 9 tháng 11, 2025", Some("2025-11-09T00:00:00Z")),
            ("ngày 9 tháng 11 năm 2025", Some("2025-11-09T00:00:00Z")),
            (
                "Ngày 9 tháng 11 năm 2025 lúc 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            (
                "Thứ Năm, 9 tháng 10 2025, 21:40",
                Some("2025-10-09T21:40:00Z"),
            ),
            ("9 thg 11, 2025", Some("2025-11-09T00:00:00Z")),
            ("2025年11月9日", Some("2025-11-09T00:00:00Z")),
            ("2025年11月9日 星期日 21:40", Some("2025-11-09T21:40:00Z")),
            ("2025年11月09日21时40分", Some("2025-11-09T21:40:00Z")),
            ("2025年11月9日 晚上9:40", Some("2025-11-09T21:40:00Z")),
            ("2025年11月9日 午後9時40分", Some("2025-11-09T21:40:00Z")),
            ("2025年11月9日(日) 21:40", Some("2025-11-09T21:40:00Z")),
            ("令和7年11月9日", Some("2025-11-09T00:00:00Z")),
            ("平成元年1月8日", Some("1989-01-08T00:00:00Z")),
            ("民國114年11月9日", Some("2025-11-09T00:00:00Z")),
            ("2025-11-09（日）21:40", Some("2025-11-09T21:40:00Z")),
            ("الأحد، 9 نوفمبر 2025", Some("2025-11-09T00:00:00Z")),
            ("٩ نوفمبر ٢٠٢٥، ٩:٤٠ م", Some("2025-11-09T21:40:00Z")),
            ("9 تشرين الثاني 2025", Some("2025-11-09T00:00:00Z")),
            ("9 تشرين الثاني/نوفمبر 2025", Some("2025-11-09T00:00:00Z")),
            ("9 كانون الأول 2025", Some("2025-12-09T00:00:00Z")),
            (
                "الأحد 9 أغسطس 2025 الساعة 9:40 مساءً",
                Some("2025-08-09T21:40:00Z"),
            ),
            ("9 آذار 2025", Some("2025-03-09T00:00:00Z")),
            ("۹ نوامبر ۲۰۲۵", Some("2025-11-09T00:00:00Z")),
            ("9 בנובמבר 2025, 21:40", Some("2025-11-09T21:40:00Z")),
            ("יום ראשון, 9 בנובמבר 2025", Some("2025-11-09T00:00:00Z")),
            ("9 नवंबर 2025, 21:40", Some("2025-11-09T21:40:00Z")),
            ("रविवार, 9 नवम्बर 2025", Some("2025-11-09T00:00:00Z")),
            ("৯ নভেম্বর ২০২৫, ২১:৪০", Some("2025-11-09T21:40:00Z")),
            ("9 ஆகஸ்ட் 2025", Some("2025-08-09T00:00:00Z")),
            ("9 พฤศจิกายน 2568", Some("2025-11-09T00:00:00Z")),
            (
                "วันอาทิตย์ที่ 9 พฤศจิกายน 2568 เวลา 21:40 น.",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("9 พฤศจิกายน 2025", Some("2025-11-09T00:00:00Z")),
            ("9 de novembre de 2025", Some("2025-11-09T00:00:00Z")),
            ("9 d'abril de 2025", Some("2025-04-09T00:00:00Z")),
            (
                "9 de novembro de 2025 às 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            (
                "9 de noviembre de 2025, 21:40 hs",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("9 nov. 2025 a las 9:40 p. m.", Some("2025-11-09T21:40:00Z")),
            (
                "dom., 9 nov. 2025 21:40:00 GMT",
                Some("2025-11-09T21:40:00Z"),
            ),
            (
                "domenica 9 novembre 2025 ore 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("zo 9 nov. 2025 21:40", Some("2025-11-09T21:40:00Z")),
            (
                "zondag 9 november 2025 om 21:40 uur",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("niedz., 9 lis 2025, 21:40", Some("2025-11-09T21:40:00Z")),
            ("9 listopada 2025", Some("2025-11-09T00:00:00Z")),
            ("9 Kasım 2025 Pazar 21:40", Some("2025-11-09T21:40:00Z")),
            ("09 Kas 2025 21:40", Some("2025-11-09T21:40:00Z")),
            ("9 Ağustos 2025", Some("2025-08-09T00:00:00Z")),
            (
                "Вс, 9 ноя 2025 21:40:00 +0300",
                Some("2025-11-09T18:40:00Z"),
            ),
            ("09 ноября 2025, 21:40 (МСК)", Some("2025-11-09T18:40:00Z")),
            ("9 нояб. 2025 г., 21:40", Some("2025-11-09T21:40:00Z")),
            (
                "Κυριακή, 9 Νοεμβρίου 2025, 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            (
                "Κυρ, 09 Νοέ 2025 21:40:00 EET",
                Some("2025-11-09T19:40:00Z"),
            ),
            ("9 Αυγ 2025", Some("2025-08-09T00:00:00Z")),
            ("2025. november 9. 21:40", Some("2025-11-09T21:40:00Z")),
            (
                "2025. november 9., vasárnap 21:40",
                Some("2025-11-09T21:40:00Z"),
            ),
            ("2025. nov. 9.", Some("2025-11-09T00:00:00Z")),
            ("2025-november-09T21:40+01:00", Some("2025-11-09T20:40:00Z")),
            ("2025. 11. 09. 21:40", Some("2025-11-09T21:40:00Z")),
            ("2025.11.09.", Some("2025-11-09T00:00:00Z")),
            (
                "2025년 11월 9일 일요일 오후 9:40",
                Some("2025-11-09T12:40:00Z"),
            ),
            ("2025.11.09 오후 9:40", Some("2025-11-09T12:40:00Z")),
            ("1er novembre 2025 à 21h40", Some("2025-11-01T21:40:00Z")),
            (
                "dim., 09 nov. 2025 21:40:00 +0100",
                Some("2025-11-09T20:40:00Z"),
            ),
            ("Dim 9 novembre 2025 21h40", Some("2025-11-09T21:40:00Z")),
            (
                "So, 09 Nov 2025 21:40:00 +0100",
                Some("2025-11-09T20:40:00Z"),
            ),
            (
                "Sonntag, 9. November 2025, 21.40 Uhr",
                Some("2025-11-09T21:40:00Z"),
            ),
            (
                "Mi, 12 Mär 2025 21:40:00 +0100",
                Some("2025-03-12T20:40:00Z"),
            ),
            (
                "Do, 09 Okt 2025 21:40:00 +0200",
                Some("2025-10-09T19:40:00Z"),
            ),
            ("9. Dez. 2025", Some("2025-12-09T00:00:00Z")),
            ("9. Jänner 2025", Some("2025-01-09T00:00:00Z")),
            ("2025. gada 9. novembris", Some("2025-11-09T00:00:00Z")),
            ("9. november 2025, kell 21:40", Some("2025-11-09T21:40:00Z")),
            ("9 Ogos 2025", Some("2025-08-09T00:00:00Z")),
            ("9 نومبر 2025", Some("2025-11-09T00:00:00Z")),
            ("9 Nobyembre 2025", Some("2025-11-09T00:00:00Z")),
            ("Sun 9 Nov 2025 9:40 em", None),
            ("9 novembra 2025 7 2024", None),
        ]);
    }

    #[test]
    fn t1_listopad_is_october_to_croats_and_november_to_poles_and_czechs() {
        let said = |language| {
            let hints = Hints {
                language: Some(language),
                ..Hints::default()
            };
            parse("9. listopada 2025.", &hints).map(|stamp| rfc3339(stamp.said()))
        };
        assert_eq!(said("hr").as_deref(), Some("2025-10-09T00:00:00Z"));
        assert_eq!(said("pl").as_deref(), Some("2025-11-09T00:00:00Z"));
    }
}
