//! A Markdown article → an entry: front matter, title, body as HTML.

use pulldown_cmark::{Options, Parser};

use super::{Setting, header};
use crate::date;
use crate::html;
use crate::ingest::{Channel, Dated, Entry, Kind, Oddity, Person, Reading};

/// Most lines that front matter may have; a `---` without an end within them is a rule of the text.
const FRONT_MATTER_LINES: usize = 200;

/// Reads CommonMark with tables, footnotes and strikethrough. Raw HTML in it is kept as sent and sanitised where it is shown.
///
/// Front matter is read as flat `key: value` lines with lists (`[a, b]` or `- a`); anything deeper is passed over.
pub fn read_markdown(text: &str, setting: &Setting<'_>) -> Reading {
    let (matter, body) = front_matter(text);
    let (heading, body) = leading_heading(body);
    let mut oddities = Vec::new();
    let mut entry = Entry {
        id: setting.name.to_string(),
        title: matter.first("title").or(heading),
        alternate_title: matter.first("subtitle"),
        url: matter
            .first("url")
            .or(matter.first("canonical_url"))
            .or(setting.url.map(ToString::to_string)),
        authors: matter
            .all(&["author", "authors"])
            .into_iter()
            .map(Person::named)
            .collect(),
        language: matter.first("lang").or(matter.first("language")),
        categories: matter.all(&["tags", "categories", "keywords"]),
        summary: matter
            .first("description")
            .or(matter.first("summary"))
            .map(|text| format!("<p>{}</p>", html::escape(&text))),
        base: setting.url.map(ToString::to_string),
        ..Entry::default()
    };
    take_dates(&mut entry, &matter, setting, &mut oddities);
    let body = take_bylines(&mut entry, body, setting);
    if entry.published.is_none() {
        oddities.push(Oddity::new(
            "no-date",
            "entries[0].published",
            "neither front matter nor a line near the top gives a date",
        ));
    }
    let mut content = String::new();
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    pulldown_cmark::html::push_html(&mut content, Parser::new_ext(body, options));
    entry.content = Some(content);
    let channel = Channel {
        title: entry.title.clone(),
        ..Channel::default()
    };
    Reading {
        kind: Kind::Markdown,
        channel,
        entries: vec![entry],
        oddities,
    }
}

/// The dates that the front matter gives.
fn take_dates(
    entry: &mut Entry,
    matter: &Matter,
    setting: &Setting<'_>,
    oddities: &mut Vec<Oddity>,
) {
    for (key, field) in [
        ("date", true),
        ("published", true),
        ("updated", false),
        ("lastmod", false),
    ] {
        let Some(value) = matter.first(key) else {
            continue;
        };
        match date::parse(&value, &setting.dates) {
            Some(stamp) => {
                let slot = if field {
                    &mut entry.published
                } else {
                    &mut entry.updated
                };
                *slot = Some(Dated {
                    stamp,
                    from: "front-matter",
                });
            }
            None => oddities.push(Oddity::new(
                "date-unreadable",
                format!("entries[0].{key}"),
                format!("{value:?} is not a date headwater can read"),
            )),
        }
    }
}

/// Dates and names in lines right under the title, as in a text article, when the front matter gave none.
fn take_bylines<'a>(entry: &mut Entry, body: &'a str, setting: &Setting<'_>) -> &'a str {
    if entry.published.is_some() && !entry.authors.is_empty() {
        return body;
    }
    let title = entry.title.as_deref().unwrap_or("-");
    let lines: Vec<&str> = std::iter::once(title)
        .chain(body.lines().map(|line| line.trim_matches(['*', '_', ' '])))
        .collect();
    let head = header::read(&lines, &setting.dates);
    if head.body_from <= 1 {
        return body;
    }
    entry.published = entry.published.or(head.published.map(|stamp| Dated {
        stamp,
        from: "byline",
    }));
    entry.updated = entry.updated.or(head.updated.map(|stamp| Dated {
        stamp,
        from: "byline",
    }));
    if entry.authors.is_empty() {
        entry.authors = head.authors.into_iter().collect();
    }
    entry.alternate_title = entry.alternate_title.take().or(head.alternate_title);
    entry.summary = entry.summary.take().or(head
        .standfirst
        .map(|text| format!("<p>{}</p>", html::escape(&text))));
    after_lines(body, head.body_from - 1)
}

fn after_lines(text: &str, count: usize) -> &str {
    let mut rest = text;
    for _ in 0..count {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
    }
    rest
}

/// `# Title` or a title underlined with `=` at the very top, and the rest.
fn leading_heading(body: &str) -> (Option<String>, &str) {
    let trimmed = body.trim_start_matches(['\n', '\r', ' ']);
    let (first, rest) = trimmed.split_once('\n').unwrap_or((trimmed, ""));
    if let Some(title) = first.strip_prefix("# ") {
        return (
            Some(title.trim().trim_end_matches('#').trim().to_string()),
            rest,
        );
    }
    let (second, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let underlined = second.len() >= 3 && second.trim_end().chars().all(|c| c == '=');
    if underlined && !first.trim().is_empty() {
        (Some(first.trim().to_string()), after)
    } else {
        (None, body)
    }
}

/// Flat front matter: keys in lower case, each with its values.
#[derive(Default)]
struct Matter(Vec<(String, Vec<String>)>);

impl Matter {
    fn all(&self, keys: &[&str]) -> Vec<String> {
        self.0
            .iter()
            .filter(|(key, _)| keys.contains(&key.as_str()))
            .flat_map(|(_, values)| values.clone())
            .collect()
    }

    fn first(&self, key: &str) -> Option<String> {
        self.all(&[key]).into_iter().next()
    }
}

fn front_matter(text: &str) -> (Matter, &str) {
    let Some(rest) = text
        .strip_prefix("---")
        .filter(|rest| rest.starts_with(['\n', '\r']))
    else {
        return (Matter::default(), text);
    };
    let mut matter = Matter::default();
    let mut remaining = rest.split_once('\n').map_or("", |(_, after)| after);
    for _ in 0..FRONT_MATTER_LINES {
        let Some((line, after)) = remaining.split_once('\n') else {
            break;
        };
        remaining = after;
        let line = line.trim_end();
        if line == "---" || line == "..." {
            return (matter, remaining);
        }
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            if let Some((_, values)) = matter.0.last_mut() {
                values.push(unquoted(item));
            }
        } else if let Some((key, value)) = line
            .split_once(':')
            .filter(|(key, _)| !key.starts_with([' ', '\t', '#']))
        {
            matter.0.push((key.trim().to_lowercase(), values(value)));
        }
    }
    (Matter::default(), text)
}

fn values(text: &str) -> Vec<String> {
    let text = text.trim();
    match text
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
    {
        Some(list) => list
            .split(',')
            .map(unquoted)
            .filter(|value| !value.is_empty())
            .collect(),
        None => Some(unquoted(text))
            .filter(|value| !value.is_empty())
            .into_iter()
            .collect(),
    }
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    let bare = ['"', '\'']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    bare.unwrap_or(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Hints;

    fn read(text: &str) -> Reading {
        read_markdown(
            text,
            &Setting {
                name: "a.md",
                url: None,
                dates: Hints::default(),
            },
        )
    }

    #[test]
    fn front_matter_gives_title_author_date_and_tags() {
        let reading = read(
            "---\ntitle: \"A: title\"\nauthor: Ada Vale\ndate: 2025-11-01\ntags: [water, town]\n---\n\nText with [a link](https://x.example/).\n",
        );
        let entry = &reading.entries[0];
        assert_eq!(entry.title.as_deref(), Some("A: title"));
        assert_eq!(entry.authors, [Person::named("Ada Vale")]);
        assert_eq!(entry.categories, ["water", "town"]);
        assert_eq!(
            entry
                .published
                .map(|dated| date::rfc3339(dated.said()))
                .as_deref(),
            Some("2025-11-01T00:00:00Z")
        );
        assert_eq!(
            entry.content.as_deref(),
            Some("<p>Text with <a href=\"https://x.example/\">a link</a>.</p>\n")
        );
        assert!(reading.oddities.is_empty());
    }

    #[test]
    fn a_heading_is_the_title_and_leaves_the_text() {
        let entry = read("# Title\n\n*By Bo Ek, 3 November 2025*\n\nText.")
            .entries
            .remove(0);
        assert_eq!(entry.title.as_deref(), Some("Title"));
        assert_eq!(entry.content.as_deref(), Some("<p>Text.</p>\n"));
        assert_eq!(entry.authors, [Person::named("Bo Ek")]);
    }

    #[test]
    fn an_open_rule_is_text_and_a_bad_date_is_an_oddity() {
        let reading = read("---\ntitle: x\nno end");
        assert_eq!(reading.entries[0].title, None);
        let reading = read("---\ndate: soon\n---\nText");
        assert!(
            reading
                .oddities
                .iter()
                .any(|oddity| oddity.code == "date-unreadable")
        );
    }
}
