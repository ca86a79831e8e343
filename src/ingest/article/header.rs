//! The head of a plain-text article: headlines, standfirst, dates and names, as editors type them.

use crate::date::{self, Hints, Stamp};
use crate::ingest::Person;

/// How many lines from the top a byline may stand; below that, a line that reads like one is part of the text.
const HEADER_LINES: usize = 30;

/// Longest line that can be a headline or a byline, in characters. Real ones end well below; a paragraph on one line starts above.
const LONGEST_HEADLINE: usize = 220;

/// From so many words on a line of the head without a full stop is a standfirst; a shorter one is a breadcrumb or a button.
const STANDFIRST_WORDS: usize = 6;

/// Words before a name that are not part of it.
const HONORIFICS: [&str; 22] = [
    "mr",
    "mrs",
    "ms",
    "mx",
    "miss",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "shri",
    "sri",
    "smt",
    "herr",
    "frau",
    "monsieur",
    "madame",
    "mme",
    "mlle",
    "sr",
    "sra",
    "rev",
];

/// Labels before a name.
const AUTHOR_LABELS: [&str; 14] = [
    "published by",
    "posted by",
    "written by",
    "reported by",
    "story by",
    "words by",
    "text by",
    "author",
    "authors",
    "by",
    "von",
    "par",
    "por",
    "autor",
];

/// What the head of an article says.
#[derive(Debug, Default, PartialEq)]
pub struct Header {
    pub title: Option<String>,
    pub alternate_title: Option<String>,
    pub standfirst: Option<String>,
    pub authors: Vec<Person>,
    pub published: Option<Stamp>,
    pub updated: Option<Stamp>,
    /// Short lines that are neither headline nor byline: breadcrumbs, buttons.
    pub left_out: Vec<String>,
    /// The first line of the body.
    pub body_from: usize,
}

/// Reads the head of an article given as lines.
///
/// The first line is the title. What stands between it and the last byline near the top is a second headline (no full stop) or the standfirst
/// (a sentence). Without any byline only the title is taken: a short second line might as well be a heading of the text.
pub fn read(lines: &[&str], hints: &Hints<'_>) -> Header {
    let mut header = Header::default();
    let Some(first) = lines.iter().position(|line| !line.trim().is_empty()) else {
        return header;
    };
    header.title = Some(unmarked(lines[first]).to_string());
    header.body_from = first + 1;
    let Some(last) = last_byline(lines, first, hints) else {
        return header;
    };
    for line in &lines[first + 1..=last] {
        let line = line.trim();
        if !line.is_empty() && !header.take_byline(line, hints) {
            header.take_headline(line);
        }
    }
    header.body_from = last + 1;
    header
}

/// The last line of the head: the end of the first run of bylines. Lines of text longer than a headline end the search unless they are a
/// standfirst, of which there is one.
fn last_byline(lines: &[&str], title: usize, hints: &Hints<'_>) -> Option<usize> {
    let mut last = None;
    let mut paragraphs = 0;
    for (at, line) in lines.iter().enumerate().skip(title + 1).take(HEADER_LINES) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if is_byline(line, hints) {
            last = Some(at);
        } else if last.is_some() {
            break;
        } else if line.chars().count() > LONGEST_HEADLINE || ends_sentence(line) {
            paragraphs += 1;
            if paragraphs > 1 {
                break;
            }
        }
    }
    last
}

fn is_byline(line: &str, hints: &Hints<'_>) -> bool {
    let mut scratch = Header::default();
    scratch.take_byline(line, hints)
}

impl Header {
    /// Takes the line when it gives a date or a name, or both.
    fn take_byline(&mut self, line: &str, hints: &Hints<'_>) -> bool {
        if line.chars().count() > LONGEST_HEADLINE {
            return false;
        }
        let names = author_line(line, hints);
        let has_names = !names.is_empty();
        self.authors.extend(names.into_iter().map(Person::named));
        // `By A B, 3 November 2025` is one line to the date grammar; `By A B | Mill Street | 3 November` is not.
        let has_dates = self.take_dates(line, hints)
            || line
                .split(['|', '•', '·'])
                .skip(1)
                .any(|part| self.take_dates(part, hints));
        has_names || has_dates
    }

    fn take_dates(&mut self, line: &str, hints: &Hints<'_>) -> bool {
        let Some(byline) = date::byline(line, hints) else {
            return false;
        };
        self.published = self.published.or(byline.published);
        self.updated = self.updated.or(byline.updated);
        byline.published.is_some() || byline.updated.is_some()
    }

    fn take_headline(&mut self, line: &str) {
        let bare = unmarked(line);
        let is_sentence = ends_sentence(line);
        if Some(bare) == self.title.as_deref() {
            // The headline again, as pages print it.
        } else if !is_sentence && self.alternate_title.is_none() {
            self.alternate_title = Some(bare.to_string());
        } else if is_sentence || line.split_whitespace().count() >= STANDFIRST_WORDS {
            self.standfirst = Some(match self.standfirst.take() {
                Some(before) => format!("{before} {line}"),
                None => line.to_string(),
            });
        } else {
            self.left_out.push(line.to_string());
        }
    }
}

/// The names of a line such as `Published By: Mr. A B` or `By A B and C D | 9 Nov 2025`; none when it gives none.
fn author_line(line: &str, hints: &Hints<'_>) -> Vec<String> {
    let names = line
        .split(['|', '•', '·'])
        .next()
        .unwrap_or_default()
        .trim();
    let lower = names.to_lowercase();
    let label = AUTHOR_LABELS.iter().find(|label| {
        lower.strip_prefix(**label).is_some_and(|after| {
            after.starts_with(':') || (after.starts_with(' ') && !label.starts_with("author"))
        })
    });
    let Some(label) = label else {
        return Vec::new();
    };
    // The label is ASCII and lower-casing keeps ASCII in place, so the cut falls on a boundary; `get` makes sure.
    let after = names
        .get(label.len()..)
        .unwrap_or_default()
        .trim_start_matches(':')
        .trim();
    // `By noon on Friday …` and `Von 9. November bis …` name nobody.
    if date::byline(after, hints).is_some() {
        return Vec::new();
    }
    split_names(after)
        .into_iter()
        .map(without_honorific)
        .filter(|name| is_name(name))
        .collect()
}

fn split_names(text: &str) -> Vec<&str> {
    text.split([';', '&', ','])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" und "))
        .flat_map(|part| part.split(" et "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

fn without_honorific(name: &str) -> String {
    let mut rest = name.trim();
    while let Some((first, after)) = rest.split_once(' ') {
        if !HONORIFICS.contains(&first.trim_end_matches('.').to_lowercase().as_str()) {
            break;
        }
        rest = after.trim_start();
    }
    rest.to_string()
}

/// One to five words that begin like names; `staff writer` is none.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let starts_big = words
        .first()
        .and_then(|word| word.chars().next())
        .is_some_and(|c| !c.is_lowercase() && c.is_alphabetic());
    (1..=5).contains(&words.len())
        && starts_big
        && !text
            .chars()
            .any(|c| c.is_ascii_digit() || matches!(c, '/' | '@' | '(' | ')'))
}

/// Whether a line ends as sentences do, closing quotes and brackets aside.
pub fn ends_sentence(line: &str) -> bool {
    let end = line.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | '」')
    });
    end.ends_with(['.', '!', '…', '。', '！', '？', '।'])
        || (end.ends_with('?') && line.chars().count() > LONGEST_HEADLINE / 2)
}

/// A headline without the marks of Markdown or a trailing colon.
fn unmarked(line: &str) -> &str {
    line.trim().trim_start_matches('#').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Header {
        let lines: Vec<&str> = text.lines().collect();
        read(&lines, &Hints::default())
    }

    #[test]
    fn t13_headlines_standfirst_date_and_name_are_told_apart() {
        let header = header(
            "Bridge Reopens After Flood\n\n\nTraffic Returns to the Old Crossing\n\nThe bridge carried its first carts since March, a month early.\n\n\n\
             Published On: 09 November 2025 | 09:40 PM (GMT+05:30, IST, India)\nPublished By: Mr. Arun Pal\n\n\nIntroduction\n\nText.",
        );
        assert_eq!(header.title.as_deref(), Some("Bridge Reopens After Flood"));
        assert_eq!(
            header.alternate_title.as_deref(),
            Some("Traffic Returns to the Old Crossing")
        );
        assert_eq!(
            header.standfirst.as_deref(),
            Some("The bridge carried its first carts since March, a month early.")
        );
        assert_eq!(header.authors, [Person::named("Arun Pal")]);
        assert_eq!(
            header
                .published
                .map(|stamp| date::rfc3339(stamp.said()))
                .as_deref(),
            Some("2025-11-09T16:10:00Z")
        );
        assert_eq!(header.body_from, 10);
    }

    #[test]
    fn no_sentence_of_the_head_is_lost_and_what_is_left_out_is_told() {
        let header = header(
            "The Title\n\nThe Title\n\nThe Title Again\n\nA standfirst of many words without a stop\n\nWorld\n\nPublished: 1 November 2025\n\nText.",
        );
        assert_eq!(header.alternate_title.as_deref(), Some("The Title Again"));
        assert_eq!(
            header.standfirst.as_deref(),
            Some("A standfirst of many words without a stop")
        );
        assert_eq!(header.left_out, ["World"]);
    }

    #[test]
    fn without_bylines_only_the_title_is_head() {
        let header = header("A short note\n\nNothing much\n\nHappened today.");
        assert_eq!(header.title.as_deref(), Some("A short note"));
        assert_eq!(header.alternate_title, None);
        assert_eq!(header.body_from, 1);
    }

    #[test]
    fn names_lose_honorifics_and_roles() {
        let header =
            header("Title\nBy Dr. Ada Vale and Mr. Bo Ek, staff writer\n1 November 2025\n\nText.");
        assert_eq!(
            header.authors,
            [Person::named("Ada Vale"), Person::named("Bo Ek")]
        );
        assert!(header.published.is_some());
    }

    #[test]
    fn t13_a_name_and_a_date_share_a_line() {
        for line in [
            "By Ada Vale, 3 November 2025",
            "By Ada Vale | 3 November 2025",
            "By Ada Vale · Mill Street · 3 November 2025",
        ] {
            let header = header(&format!("Title\n{line}\n\nText."));
            assert_eq!(header.authors, [Person::named("Ada Vale")], "{line}");
            assert!(header.published.is_some(), "{line}");
        }
    }

    #[test]
    fn a_sentence_that_begins_with_by_is_no_byline() {
        let header = header(
            "Title\n\nBy noon on Friday the water had fallen by half a metre and the gates were open again.\n\nMore.",
        );
        assert!(header.authors.is_empty());
        assert_eq!(header.body_from, 1);
    }

    #[test]
    fn empty_text_has_no_head() {
        assert_eq!(header("\n \n"), Header::default());
    }
}
