//! The language that a text itself shows.

use whatlang::{Detector, Lang};

use super::script::{Script, letters, weigh};

/// A language that a text is almost certainly in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// A BCP 47 tag: the language alone, in its shortest code.
    pub tag: &'static str,
    /// From [`SURE`] to 1: what the model says of itself, which is not a probability.
    pub sure: f64,
}

/// Most characters that are looked at. Among the first thousand a text has shown its language, and the model's time grows with every one.
const SAMPLE: usize = 4_000;

/// Fewest letters of a script that several languages share. Below, two languages of one family look alike: of whole feeds that declare their language,
/// texts of 20 to 40 letters were named rightly in fewer than half the cases, from 40 on with [`SURE`] in 98 of 100, and most of the rest declare
/// another language than they are in.
const MIN_LETTERS: usize = 40;

/// Fewest letters of a script that a single language uses: the script has decided, and only a name or a sign among foreign words must not.
const MIN_OF_ONE: usize = 10;

/// Fewest Han characters in a row of text without kana that are called Chinese. A Japanese headline may do without kana, a sentence cannot.
const MIN_HAN: usize = 20;

/// Of a Japanese text at least a tenth is kana; a Chinese text that quotes a Japanese name has less.
const KANA_SHARE: usize = 10;

/// The share of the heaviest script in all letters, in hundredths. Below, the text is in two languages, and neither is named.
const MIN_SHARE: usize = 60;

/// The least confidence that is believed: what the model itself calls reliable. At one half it named Norwegian texts Danish and lists of names anything.
pub const SURE: f64 = 0.9;

/// The language of a plain text; None when it is too short, in several languages, or not clearly in one of those that are known.
///
/// Addresses in it are passed over. Text that is no language at all (code, names, numbers) is usually, but not always, told apart by its confidence. A
/// language that the model does not know (Basque, Irish, Malay …) may be taken for a neighbour.
pub fn detect(text: &str) -> Option<Guess> {
    let sample = sample(text);
    let weights = weigh(&sample);
    let (script, weight) = weights.first().copied()?;
    let all: usize = weights.iter().map(|(_, weight)| weight).sum();
    if weight * 100 < all * MIN_SHARE {
        return None;
    }
    match script {
        Script::Han | Script::Kana => east_asian(&sample),
        Script::Hangul => sole(&sample, script, "ko"),
        Script::Thai => sole(&sample, script, "th"),
        Script::Block(_) => alphabetic(&sample, script),
    }
}

/// The beginning of a text without its addresses, which are English whatever stands around them.
fn sample(text: &str) -> String {
    let mut sample = String::new();
    let mut left = SAMPLE;
    for word in text.split_whitespace() {
        if word.contains("://") || word.contains('@') || word.starts_with("www.") {
            continue;
        }
        let before = sample.len();
        sample.extend(word.chars().take(left));
        left = left.saturating_sub(sample.get(before..).unwrap_or_default().chars().count() + 1);
        if left == 0 {
            break;
        }
        sample.push(' ');
    }
    sample
}

fn east_asian(sample: &str) -> Option<Guess> {
    let (han, kana) = (letters(sample, Script::Han), letters(sample, Script::Kana));
    let is_japanese = kana * KANA_SHARE >= han + kana;
    let is_enough = if is_japanese {
        han + kana >= MIN_OF_ONE
    } else {
        han >= MIN_HAN
    };
    let tag = if is_japanese { "ja" } else { "zh" };
    is_enough.then_some(Guess { tag, sure: 1.0 })
}

fn sole(sample: &str, script: Script, tag: &'static str) -> Option<Guess> {
    (letters(sample, script) >= MIN_OF_ONE).then_some(Guess { tag, sure: 1.0 })
}

/// Asks the model, with foreign letters taken out: it would decide by whichever script has more of them.
fn alphabetic(sample: &str, script: Script) -> Option<Guess> {
    let own: String = sample
        .chars()
        .map(|c| match Script::of(c) {
            Some(other) if other != script => ' ',
            _ => c,
        })
        .collect();
    let found = Detector::new().detect(&own)?;
    let needed = if stands_alone(found.lang()) {
        MIN_OF_ONE
    } else {
        MIN_LETTERS
    };
    let is_believed = letters(&own, script) >= needed && found.confidence() >= SURE;
    is_believed.then_some(Guess {
        tag: tag(found.lang()),
        sure: found.confidence().min(1.0),
    })
}

/// Whether no other language that is known here is written in the script of this one.
fn stands_alone(lang: Lang) -> bool {
    matches!(
        lang,
        Lang::Ell
            | Lang::Hye
            | Lang::Kat
            | Lang::Tam
            | Lang::Tel
            | Lang::Kan
            | Lang::Mal
            | Lang::Guj
            | Lang::Pan
            | Lang::Ori
            | Lang::Sin
            | Lang::Khm
            | Lang::Mya
            | Lang::Amh
    )
}

/// The shortest ISO 639 code, as RFC 5646 §2.2.1 demands.
#[rustfmt::skip]
fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Epo => "eo", Lang::Eng => "en", Lang::Rus => "ru", Lang::Cmn => "zh", Lang::Spa => "es", Lang::Por => "pt",
        Lang::Ita => "it", Lang::Ben => "bn", Lang::Fra => "fr", Lang::Deu => "de", Lang::Ukr => "uk", Lang::Kat => "ka",
        Lang::Ara => "ar", Lang::Hin => "hi", Lang::Jpn => "ja", Lang::Heb => "he", Lang::Yid => "yi", Lang::Pol => "pl",
        Lang::Amh => "am", Lang::Jav => "jv", Lang::Kor => "ko", Lang::Nob => "nb", Lang::Dan => "da", Lang::Swe => "sv",
        Lang::Fin => "fi", Lang::Tur => "tr", Lang::Nld => "nl", Lang::Hun => "hu", Lang::Ces => "cs", Lang::Ell => "el",
        Lang::Bul => "bg", Lang::Bel => "be", Lang::Mar => "mr", Lang::Kan => "kn", Lang::Ron => "ro", Lang::Slv => "sl",
        Lang::Hrv => "hr", Lang::Srp => "sr", Lang::Mkd => "mk", Lang::Lit => "lt", Lang::Lav => "lv", Lang::Est => "et",
        Lang::Tam => "ta", Lang::Vie => "vi", Lang::Urd => "ur", Lang::Tha => "th", Lang::Guj => "gu", Lang::Uzb => "uz",
        Lang::Pan => "pa", Lang::Aze => "az", Lang::Ind => "id", Lang::Tel => "te", Lang::Pes => "fa", Lang::Mal => "ml",
        Lang::Ori => "or", Lang::Mya => "my", Lang::Nep => "ne", Lang::Sin => "si", Lang::Khm => "km", Lang::Tuk => "tk",
        Lang::Aka => "ak", Lang::Zul => "zu", Lang::Sna => "sn", Lang::Afr => "af", Lang::Lat => "la", Lang::Slk => "sk",
        Lang::Cat => "ca", Lang::Tgl => "tl", Lang::Hye => "hy", Lang::Cym => "cy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag_of(text: &str) -> Option<&'static str> {
        detect(text).map(|guess| guess.tag)
    }

    #[test]
    fn p9_a_text_shows_its_language() {
        let texts = [
            (
                "en",
                "The ferry to the northern islands was cancelled again this morning because of the storm.",
            ),
            (
                "de",
                "Die Fähre zu den nördlichen Inseln fiel heute Morgen wegen des Sturms schon wieder aus.",
            ),
            (
                "fr",
                "Le bac vers les îles du nord a de nouveau été annulé ce matin à cause de la tempête.",
            ),
            (
                "es",
                "El transbordador a las islas del norte se canceló otra vez esta mañana por la tormenta.",
            ),
            (
                "pt",
                "A balsa para as ilhas do norte foi cancelada de novo esta manhã por causa da tempestade.",
            ),
            (
                "it",
                "Il traghetto per le isole del nord è stato cancellato di nuovo stamattina per la tempesta.",
            ),
            (
                "nl",
                "De veerboot naar de noordelijke eilanden viel vanochtend door de storm opnieuw uit.",
            ),
            (
                "pl",
                "Prom na północne wyspy został dziś rano znowu odwołany z powodu burzy i silnego wiatru.",
            ),
            (
                "tr",
                "Kuzey adalarına giden feribot bu sabah fırtına nedeniyle yeniden iptal edildi.",
            ),
            (
                "fi",
                "Lautta pohjoisille saarille peruttiin tänä aamuna taas myrskyn ja kovan tuulen vuoksi.",
            ),
            (
                "hu",
                "Az északi szigetekre közlekedő kompot ma reggel ismét törölték a vihar miatt.",
            ),
            (
                "vi",
                "Chuyến phà đến các đảo phía bắc lại bị hủy sáng nay vì bão và gió mạnh.",
            ),
            (
                "ru",
                "Паром на северные острова сегодня утром снова отменили из-за шторма и сильного ветра.",
            ),
            (
                "uk",
                "Пором на північні острови сьогодні вранці знову скасували через шторм і сильний вітер.",
            ),
            (
                "el",
                "Το πλοίο για τα βόρεια νησιά ακυρώθηκε ξανά σήμερα το πρωί.",
            ),
            (
                "he",
                "המעבורת לאיים הצפוניים בוטלה שוב הבוקר בגלל הסערה והרוחות החזקות שנשבו בלילה.",
            ),
            (
                "ar",
                "ألغيت العبارة المتجهة إلى الجزر الشمالية مرة أخرى هذا الصباح بسبب العاصفة.",
            ),
            (
                "fa",
                "کشتی مسافربری به جزیره‌های شمالی امروز صبح دوباره به دلیل طوفان لغو شد و مسافران ماندند.",
            ),
            (
                "hi",
                "उत्तरी द्वीपों के लिए नौका आज सुबह तूफ़ान के कारण फिर से रद्द कर दी गई।",
            ),
            (
                "bn",
                "ঝড়ের কারণে আজ সকালে উত্তরের দ্বীপগুলোর ফেরি আবার বাতিল করা হয়েছে।",
            ),
            (
                "ta",
                "புயல் காரணமாக வடக்குத் தீவுகளுக்கான படகு இன்று காலை மீண்டும் ரத்து செய்யப்பட்டது.",
            ),
            ("th", "เรือเฟอร์รีไปหมู่เกาะทางเหนือถูกยกเลิกอีกครั้งเมื่อเช้านี้เพราะพายุ"),
            (
                "zh",
                "由于暴风雨，今天早上开往北部岛屿的渡轮再次停航，旅客只能等待。",
            ),
            (
                "zh",
                "由於暴風雨，今天早上開往北部島嶼的渡輪再次停航，旅客只能等待。",
            ),
            (
                "ja",
                "北の島々へ向かうフェリーは、嵐のため今朝も欠航となった。",
            ),
            (
                "ko",
                "폭풍 때문에 북쪽 섬들로 가는 여객선이 오늘 아침 또 취소되었다.",
            ),
        ];
        for (tag, text) in texts {
            assert_eq!(tag_of(text), Some(tag), "{text}");
        }
    }

    #[test]
    fn p9_too_little_is_not_guessed_from() {
        for text in [
            "",
            "Ferry",
            "Storm over the islands",
            "Ein kurzer Satz.",
            "水",
            "東京都知事選挙",
            "안녕",
            "2025-11-09 16:10 +0000",
            "https://paper.example/the/ferry/was/cancelled/again/this/morning/because/of/the/storm",
            "… — !!! 🚢🚢🚢",
        ] {
            assert_eq!(tag_of(text), None, "{text}");
        }
    }

    #[test]
    fn p9_foreign_words_and_addresses_do_not_decide() {
        let japanese = "Rust の async ランタイム Tokio を使って WebSocket サーバーを作る方法を、手順ごとに説明します。 \
                        https://paper.example/how-to-build-a-websocket-server-with-tokio-and-rust";
        assert_eq!(tag_of(japanese), Some("ja"));
        let korean = "Docker Compose 파일에서 환경 변수 ENVIRONMENT 를 설정하는 방법을 설명합니다.";
        assert_eq!(tag_of(korean), Some("ko"));
        let russian = "Обновление Linux Kernel 6.12 принесло поддержку PREEMPT_RT, о чём разработчики спорили двадцать лет.";
        assert_eq!(tag_of(russian), Some("ru"));
        let english = "The ministry, known in Japanese as 外務省, said on Thursday that the talks would go on next week in Geneva, whatever the weather.";
        assert_eq!(tag_of(english), Some("en"));
    }

    #[test]
    fn p9_a_text_in_two_languages_is_called_by_neither() {
        let half = "The ferry was cancelled again this morning because of the storm. \
                    Паром сегодня утром снова отменили из-за шторма и сильного ветра.";
        assert_eq!(tag_of(half), None);
    }

    #[test]
    fn what_is_looked_at_is_bounded() {
        let long = "a".repeat(3_000_000);
        assert!(sample(&long).chars().count() <= SAMPLE);
        let words = "word ".repeat(500_000);
        assert!(sample(&words).chars().count() <= SAMPLE + 1);
        assert_eq!(sample("a www.x.example b@x.example c").trim(), "a c");
    }
}
