//! A headline from an address, for want of any other.

use url::Url;

/// Characters of a headline made from an address.
const LONGEST: usize = 200;

/// The words of the last part of the path that has any: `/2025/11/night-boat-returns-4711.html` is “Night boat returns”. An address without words
/// gives itself, without scheme.
pub fn from_address(url: &Url) -> String {
    let segments: Vec<&str> = url.path_segments().into_iter().flatten().collect();
    let told = segments.iter().rev().find_map(|segment| words(segment));
    told.unwrap_or_else(|| {
        let whole = url.as_str();
        let shown = whole.split_once("://").map_or(whole, |(_, rest)| rest);
        shown.trim_end_matches('/').chars().take(LONGEST).collect()
    })
}

fn words(segment: &str) -> Option<String> {
    let plain = unescaped(segment);
    let stem = match plain.rsplit_once('.') {
        Some((stem, ending))
            if ending.len() <= 5 && ending.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            stem
        }
        _ => plain.as_str(),
    };
    let mut words: Vec<&str> = stem
        .split(|c: char| matches!(c, '-' | '_' | '+' | '.' | ',' | ';' | '~') || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    // Ids stand at either end; a number inside is part of what is said.
    while words.len() > 1 && words.last().is_some_and(|word| is_id(word)) {
        words.pop();
    }
    while words.len() > 1 && words.first().is_some_and(|word| is_id(word)) {
        words.remove(0);
    }
    if words.is_empty() || words.iter().all(|word| is_id(word)) {
        return None;
    }
    let joined = words.join(" ");
    let mut letters = joined.chars().filter(|c| !c.is_control());
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).take(LONGEST).collect())
}

/// A number of five digits and more, or letters and digits as machines mix them. `2025` and `b2b` are words.
fn is_id(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 {
        return digits > 4 || word.len() < 2;
    }
    digits > 2 && word.len() > 6
}

/// Percent-escapes undone where that gives UTF-8.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = after.first_chunk::<2>().filter(|_| *first == b'%');
        let value = escape
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_headlines() {
        for (address, want) in [
            (
                "https://a.example/2025/11/night-boat-returns-471100.html",
                "Night boat returns",
            ),
            (
                "https://a.example/news/12345-ferry_vote_2025/",
                "Ferry vote 2025",
            ),
            (
                "https://a.example/%D1%80%D0%B5%D0%BA%D0%B0-%D0%B8-%D0%BC%D0%BE%D1%81%D1%82",
                "Река и мост",
            ),
            ("https://a.example/story/harbour/8f3c2a91bd", "Harbour"),
            ("https://a.example/%ff%fe", "%ff%fe"),
            ("https://a.example/123456", "a.example/123456"),
            ("https://a.example/?id=5", "a.example/?id=5"),
        ] {
            assert_eq!(
                from_address(&Url::parse(address).unwrap()),
                want,
                "{address}"
            );
        }
    }
}
