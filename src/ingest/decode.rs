//! Bytes → text (F40): which charset a document is in.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a document an XML declaration or `<meta charset>` may name its charset; HTML says 1024 bytes, XML that it comes first.
const DECLARATION_WITHIN: usize = 1024;

/// How much of a document is looked at to guess its charset: far more than the guess needs.
const SAMPLE: usize = 1_000_000;

/// A document as text.
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// What was odd about its charset, for people, under a stable code.
    pub odd: Option<(&'static str, String)>,
    /// Some bytes meant nothing in the charset and were replaced.
    pub lossy: bool,
}

/// Byte-order mark, then HTTP charset, then the document's own declaration, then UTF-8; `text/xml` without charset is *not* US-ASCII (RFC 7303 §3.2).
///
/// Bytes that are valid UTF-8 and more than ASCII win over a label that says otherwise, since labels lie more often than such bytes fall out by chance.
/// What declares nothing that is known and is no UTF-8 is guessed, as browsers do, and so is what says UTF-8 and is hardly any.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    if let Some((big, rest)) = utf_32(bytes) {
        return from_utf_32(rest, big);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decoded(bytes.get(mark..).unwrap_or_default(), encoding, None);
    }
    if let Some(encoding) = utf_16(bytes) {
        return decoded(bytes, encoding, None);
    }
    let labels = [content_type.and_then(http_charset), own_declaration(bytes)];
    let declared = labels.iter().flatten().find_map(|label| known(label));
    if let Ok(text) = std::str::from_utf8(bytes) {
        // ISO-2022-JP is all ASCII to look at, and says otherwise.
        let is_stateful =
            declared.is_some_and(|encoding| encoding == ISO_2022_JP) && bytes.contains(&0x1b);
        if !is_stateful {
            let lied = !text.is_ascii() && declared.is_some_and(|encoding| encoding != UTF_8);
            let odd = lied.then(|| {
                (
                    "charset-mislabelled",
                    "it is UTF-8, though labelled otherwise".to_string(),
                )
            });
            return Decoded {
                text: Cow::Borrowed(text),
                odd,
                lossy: false,
            };
        }
    }
    match declared {
        Some(encoding) if encoding == UTF_8 && is_hardly_utf_8(bytes) => {
            let encoding = guessed(bytes);
            let message = format!("it says UTF-8 and is not; {} was guessed", encoding.name());
            decoded(bytes, encoding, Some(("charset-mislabelled", message)))
        }
        // A few bad bytes in what says it is UTF-8 are damage, not another charset.
        Some(encoding) => decoded(bytes, encoding, None),
        None => {
            let encoding = guessed(bytes);
            let message = match labels.into_iter().flatten().next() {
                Some(label) => format!(
                    "charset {label:?} is unknown; {} was guessed",
                    encoding.name()
                ),
                None => format!(
                    "it names no charset and is not UTF-8; {} was guessed",
                    encoding.name()
                ),
            };
            decoded(bytes, encoding, Some(("charset-guessed", message)))
        }
    }
}

fn decoded<'a>(
    bytes: &'a [u8],
    encoding: &'static Encoding,
    odd: Option<(&'static str, String)>,
) -> Decoded<'a> {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, odd, lossy }
}

/// The charset that the bytes look most like.
fn guessed(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let sample = bytes.get(..SAMPLE.min(bytes.len())).unwrap_or_default();
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Bad bytes that are damage rather than a sign of another charset.
const FEW: usize = 3;

/// Whether bad bytes outnumber the characters that UTF-8 would explain.
fn is_hardly_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes
        .get(..SAMPLE.min(bytes.len()))
        .unwrap_or_default()
        .utf8_chunks()
    {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad > good + FEW
}

fn http_charset(content_type: &str) -> Option<String> {
    let (_, value) = content_type
        .split(';')
        .skip(1)
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    let label = value.trim().trim_matches(['"', '\'']).trim();
    (!label.is_empty()).then(|| label.to_string())
}

/// The charset of a label: of the WHATWG's names, and of spellings of them that are common outside the web.
fn known(label: &str) -> Option<&'static Encoding> {
    let folded = label.trim().to_ascii_lowercase().replace('_', "-");
    let meant = match folded.as_str() {
        "cp932" | "ms932" | "windows-932" => "shift_jis",
        "cp936" | "ms936" | "windows-936" => "gbk",
        "cp949" | "ms949" | "uhc" => "euc-kr",
        "cp950" | "ms950" | "windows-950" => "big5",
        "cp874" => "windows-874",
        "mac-roman" | "macroman" | "x-mac-roman" => "macintosh",
        "mac-cyrillic" | "maccyrillic" => "x-mac-cyrillic",
        "utf8mb4" | "utf-8-bom" => "utf-8",
        other => other,
    };
    let encoding = Encoding::for_label(meant.as_bytes()).or_else(|| {
        // `iso-8859-1` as `iso8859-1`, `latin-1` …; a number of Windows' as `cp1252`, `ms-1252`, `1252`.
        let bare: String = meant.chars().filter(char::is_ascii_alphanumeric).collect();
        Encoding::for_label(bare.as_bytes()).or_else(|| {
            let number = bare.trim_start_matches(|c: char| !c.is_ascii_digit());
            let is_windows = number.len() == 4 && number.starts_with("125");
            is_windows.then(|| Encoding::for_label(format!("windows-{number}").as_bytes()))?
        })
    })?;
    // A declaration that could be read byte by byte cannot be in a charset of two bytes a character.
    Some(
        if encoding == UTF_16LE || encoding == UTF_16BE || encoding == REPLACEMENT {
            UTF_8
        } else {
            encoding
        },
    )
}

/// `encoding="…"` of an XML declaration, or `charset=` of a `<meta>`.
fn own_declaration(bytes: &[u8]) -> Option<String> {
    let head: String = bytes
        .iter()
        .take(DECLARATION_WITHIN)
        .map(|byte| {
            if byte.is_ascii() {
                byte.to_ascii_lowercase() as char
            } else {
                ' '
            }
        })
        .collect();
    let in_xml = head
        .split_once("<?xml")
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(declaration, _)| declaration.split_once("encoding"));
    let in_meta = || {
        head.split_once("<meta")
            .and_then(|(_, rest)| rest.split_once("charset"))
    };
    let (_, value) = in_xml.or_else(in_meta)?;
    let value = value
        .trim_start()
        .strip_prefix('=')?
        .trim_start()
        .trim_start_matches(['"', '\'']);
    let label: String = value
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    (!label.is_empty()).then_some(label)
}

/// UTF-16 without a mark shows as `<` beside a zero, perhaps behind a blank.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<' | b' ' | b'\n' | b'\r' | b'{', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<' | b' ' | b'\n' | b'\r' | b'{', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-32, by its mark or by `<` among zeros: whether the great end comes first, and the bytes without the mark. The web has given it up, and some
/// files have not.
fn utf_32(bytes: &[u8]) -> Option<(bool, &[u8])> {
    match bytes {
        [0, 0, 0xfe, 0xff, rest @ ..] => Some((true, rest)),
        [0xff, 0xfe, 0, 0, rest @ ..] => Some((false, rest)),
        [0, 0, 0, b'<' | b'{', ..] => Some((true, bytes)),
        [b'<' | b'{', 0, 0, 0, ..] => Some((false, bytes)),
        _ => None,
    }
}

fn from_utf_32(bytes: &[u8], big: bool) -> Decoded<'static> {
    let mut lossy = !bytes.len().is_multiple_of(4);
    let text: String = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|unit| match big {
            true => u32::from_be_bytes(*unit),
            false => u32::from_le_bytes(*unit),
        })
        .map(|code| {
            char::from_u32(code).unwrap_or_else(|| {
                lossy = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    Decoded {
        text: Cow::Owned(text),
        odd: None,
        lossy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f40_mark_then_header_then_declaration_then_utf8() {
        assert_eq!(
            decode(b"\xef\xbb\xbf<a/>", Some("text/xml; charset=iso-8859-1")).text,
            "<a/>"
        );
        assert_eq!(
            decode(
                b"<?xml version='1.0' encoding='utf-8'?><a>\xe9</a>",
                Some("text/xml; charset=\"ISO-8859-1\"")
            )
            .text
            .chars()
            .filter(|c| *c == 'é')
            .count(),
            1
        );
        assert_eq!(
            decode(
                b"<?xml version='1.0' encoding='iso-8859-2'?><a>\xb1</a>",
                None
            )
            .text
            .chars()
            .filter(|c| *c == 'ą')
            .count(),
            1
        );
        assert_eq!(
            decode("<a>é</a>".as_bytes(), Some("text/xml")).text,
            "<a>é</a>"
        );
    }

    #[test]
    fn f40_valid_utf8_beats_a_lying_label_and_is_told() {
        let decoded = decode(
            "<a>Ā é</a>".as_bytes(),
            Some("text/xml; charset=iso-8859-1"),
        );
        assert_eq!(decoded.text, "<a>Ā é</a>");
        assert_eq!(decoded.odd.unwrap().0, "charset-mislabelled");
    }

    #[test]
    fn utf16_is_read_with_and_without_mark() {
        let wide: Vec<u8> = "<a>é</a>"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(decode(&wide, None).text, "<a>é</a>");
        let marked: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("<a/>".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(decode(&marked, None).text, "<a/>");
    }

    #[test]
    fn f40_utf32_and_names_from_outside_the_web() {
        for big in [true, false] {
            let units = "<a>é</a>".chars().flat_map(|c| match big {
                true => (c as u32).to_be_bytes(),
                false => (c as u32).to_le_bytes(),
            });
            assert_eq!(decode(&units.collect::<Vec<u8>>(), None).text, "<a>é</a>");
        }
        for (label, byte, letter) in [
            ("cp1251", 0xe6u8, 'ж'),
            ("latin_1", 0xe9, 'é'),
            ("MacRoman", 0x8e, 'é'),
            ("ms-1252", 0xe9, 'é'),
            ("koi8_r", 0xd6, 'ж'),
        ] {
            let mut bytes = format!("<?xml version='1.0' encoding='{label}'?><a>").into_bytes();
            bytes.push(byte);
            assert!(decode(&bytes, None).text.ends_with(letter), "{label}");
        }
    }

    #[test]
    fn f40_what_names_no_charset_is_guessed_and_told() {
        let (bytes, _, _) = encoding_rs::EUC_KR
            .encode("<a>오늘 호수 위로 배가 다시 다닙니다. 내일도 다닐 것입니다.</a>");
        let undeclared = decode(&bytes, None);
        assert!(undeclared.text.contains("호수") && undeclared.odd.unwrap().0 == "charset-guessed");
        let lying = decode(&bytes, Some("text/xml; charset=utf-8"));
        assert!(lying.text.contains("호수") && lying.odd.unwrap().0 == "charset-mislabelled");
        let unknown = decode(&bytes, Some("text/xml; charset=x-nonsense"));
        assert!(unknown.odd.unwrap().1.contains("x-nonsense"));
    }

    #[test]
    fn damage_is_replaced_and_told() {
        let decoded = decode(b"<?xml version='1.0' encoding='utf-8'?><a>\xff</a>", None);
        assert!(decoded.lossy && decoded.text.contains('\u{fffd}'));
        assert_eq!(decode(b"", None).text, "");
    }
}
