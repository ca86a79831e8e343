//! Bytes → text (F40): which charset a document is in.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a document an XML declaration or `<meta charset>` may name its charset; HTML says 1024 bytes, XML that it comes first.
const DECLARATION_WITHIN: usize = 1024;

/// A document as text.
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The charset's name, when it was not the one that was declared.
    pub mistaken: Option<&'static str>,
    /// Some bytes meant nothing in the charset and were replaced.
    pub lossy: bool,
}

/// Byte-order mark, then HTTP charset, then the document's own declaration, then UTF-8; `text/xml` without charset is *not* US-ASCII (RFC 7303 §3.2).
///
/// Bytes that are valid UTF-8 and more than ASCII win over a label that says otherwise, since labels lie more often than such bytes fall out by chance.
/// Does not guess among legacy charsets: what declares nothing and is not UTF-8 is read as windows-1252, as browsers do.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, lossy) =
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return Decoded {
            text,
            mistaken: None,
            lossy,
        };
    }
    let declared = wide(bytes)
        .or_else(|| content_type.and_then(http_charset))
        .or_else(|| own_declaration(bytes));
    let is_wide = declared.is_some_and(|encoding| !encoding.is_ascii_compatible());
    if let (false, Ok(text)) = (is_wide, std::str::from_utf8(bytes)) {
        let lied = !text.is_ascii() && declared.is_some_and(|encoding| encoding != UTF_8);
        return Decoded {
            text: Cow::Borrowed(text),
            mistaken: lied.then(|| UTF_8.name()),
            lossy: false,
        };
    }
    // A few bad bytes in what says it is UTF-8 are damage, not another charset.
    let encoding = declared.unwrap_or(encoding_rs::WINDOWS_1252);
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Decoded {
        text,
        mistaken: None,
        lossy,
    }
}

fn http_charset(content_type: &str) -> Option<&'static Encoding> {
    let (_, value) = content_type
        .split(';')
        .skip(1)
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Encoding::for_label(value.trim().trim_matches(['"', '\'']).as_bytes())
}

/// `encoding="…"` of an XML declaration, or `charset=` of a `<meta>`.
fn own_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
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
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
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
    let encoding = Encoding::for_label(label.as_bytes())?;
    // A declaration that could be read byte by byte cannot be in a charset of two bytes a character.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else {
        encoding
    })
}

/// UTF-16 without a mark shows as `<` beside a zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, ..] => Some(UTF_16LE),
        [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
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
        assert_eq!(decoded.mistaken, Some("UTF-8"));
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
    fn damage_is_replaced_and_told() {
        let decoded = decode(b"<?xml version='1.0' encoding='utf-8'?><a>\xff</a>", None);
        assert!(decoded.lossy && decoded.text.contains('\u{fffd}'));
        assert_eq!(decode(b"", None).text, "");
    }
}
