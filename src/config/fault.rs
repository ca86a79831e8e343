//! What is wrong with a feeds.toml, and how it is shown: file, line, caret, suggestion.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::renderer::Renderer;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Snippet};

/// Everything that is wrong with one file, in the order of the file. Never empty.
///
/// Displays as plain text; [`Faults::render`] can colour it. Credentials in addresses are masked in all of it (F38).
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", self.render(false))]
pub struct Faults {
    path: String,
    kept: Vec<Fault>,
    total: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1; 0 if the fault is of the whole file.
    pub line: usize,
    /// In characters, counted from 1; 0 if the fault is of the whole file.
    pub column: usize,
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    pub(super) spot: Option<Spot>,
    pub(super) earlier: Option<Spot>,
}

/// A place in the file, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub line: usize,
    pub column: usize,
    /// The line it is on. Without one (it is too long to show) only the position is given.
    pub excerpt: Option<String>,
    /// What the carets stand under: bytes of `excerpt`, on character boundaries.
    pub mark: Range<usize>,
    pub label: Option<String>,
}

impl Fault {
    /// A fault of the file as a whole.
    pub(super) fn of_file(message: String, help: Option<String>) -> Fault {
        Fault {
            line: 0,
            column: 0,
            message,
            help,
            spot: None,
            earlier: None,
        }
    }
}

impl Faults {
    /// `total` counts those too that are not in `kept` because there were too many.
    pub(super) fn new(path: &Path, kept: Vec<Fault>, total: usize) -> Faults {
        let path = path
            .display()
            .to_string()
            .replace(char::is_control, "\u{fffd}");
        Faults { path, kept, total }
    }

    pub(super) fn of_file(path: &Path, message: String, help: Option<String>) -> Faults {
        Faults::new(path, vec![Fault::of_file(message, help)], 1)
    }

    /// The faults in the order of the file; of a great many, the first ones only.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.kept.iter()
    }

    /// How many faults there are, those that [`Faults::iter`] leaves out included.
    pub fn len(&self) -> usize {
        self.total
    }

    /// Never: no faults means a configuration.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// All of it for a person to read, the last line being a count. `colour` adds ANSI colours.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut out = String::new();
        for fault in &self.kept {
            let drawn = renderer.render(&[self.group(fault)]);
            for line in drawn.lines() {
                out.push_str(line.trim_end());
                out.push('\n');
            }
            out.push('\n');
        }
        let faults = if self.total == 1 { "fault" } else { "faults" };
        match self.total.saturating_sub(self.kept.len()) {
            0 => out.push_str(&format!("{} {faults} in {}", self.total, self.path)),
            _ => out.push_str(&format!(
                "{} {faults} in {}, of which the first {} are shown",
                self.total,
                self.path,
                self.kept.len()
            )),
        }
        out
    }

    fn group<'a>(&'a self, fault: &'a Fault) -> Group<'a> {
        let group = Level::ERROR.primary_title(fault.message.as_str());
        let mut group = match &fault.spot {
            Some(spot) => self.place(spot, AnnotationKind::Primary, Group::with_title(group)),
            None => group.element(Origin::path(self.path.as_str())),
        };
        if let Some(spot) = &fault.earlier {
            group = self.place(spot, AnnotationKind::Context, group);
        }
        match &fault.help {
            Some(help) => group.element(Level::HELP.message(help.as_str())),
            None => group,
        }
    }

    fn place<'a>(&'a self, spot: &'a Spot, kind: AnnotationKind, group: Group<'a>) -> Group<'a> {
        match &spot.excerpt {
            Some(excerpt) => {
                let mark = kind.span(spot.mark.clone()).label(spot.label.as_deref());
                let snippet = Snippet::<Annotation<'a>>::source(excerpt.as_str());
                group.element(
                    snippet
                        .line_start(spot.line)
                        .path(self.path.as_str())
                        .annotation(mark),
                )
            }
            None => group.element(
                Origin::path(self.path.as_str())
                    .line(spot.line)
                    .char_column(spot.column),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(excerpt: &str, mark: Range<usize>) -> Spot {
        Spot {
            line: 3,
            column: mark.start + 1,
            excerpt: Some(excerpt.into()),
            mark,
            label: None,
        }
    }

    fn shown(fault: Fault) -> String {
        Faults::new(Path::new("feeds.toml"), vec![fault], 1).render(false)
    }

    #[test]
    fn a_fault_shows_file_line_caret_and_help() {
        let fault = Fault {
            line: 3,
            column: 9,
            message: "`limit` is too large".into(),
            help: Some("500 at most".into()),
            spot: Some(spot("limit = 501", 8..11)),
            earlier: None,
        };
        let wanted = "\
error: `limit` is too large
 --> feeds.toml:3:9
  |
3 | limit = 501
  |         ^^^
  |
  = help: 500 at most

1 fault in feeds.toml";
        assert_eq!(shown(fault), wanted);
    }

    #[test]
    fn a_fault_of_the_whole_file_and_a_line_too_long_to_show_have_no_excerpt() {
        assert_eq!(
            shown(Fault::of_file("it is not there".into(), None)),
            "error: it is not there\n--> feeds.toml\n\n1 fault in feeds.toml"
        );
        let long = Spot {
            excerpt: None,
            ..spot("", 7..8)
        };
        let fault = Fault {
            line: 3,
            column: 8,
            spot: Some(long),
            ..Fault::of_file("no".into(), None)
        };
        assert_eq!(
            shown(fault),
            "error: no\n--> feeds.toml:3:8\n\n1 fault in feeds.toml"
        );
    }

    #[test]
    fn carets_at_the_end_of_a_line_and_on_an_empty_line_are_drawn() {
        for (excerpt, mark) in [
            ("id = \"", 6..6),
            ("", 0..0),
            ("\u{1b}[31m\u{202e}", 0..1),
            ("é = 1", 0..2),
        ] {
            let fault = Fault {
                spot: Some(spot(excerpt, mark)),
                ..Fault::of_file("no".into(), None)
            };
            let drawn = shown(fault);
            assert!(drawn.contains('^'), "{drawn}");
            assert!(
                !drawn.contains('\u{1b}') && !drawn.contains('\u{202e}'),
                "{drawn:?}"
            );
        }
    }

    #[test]
    fn colour_is_asked_for() {
        let faults = Faults::of_file(Path::new("feeds.toml"), "no".into(), None);
        assert!(faults.render(true).contains('\u{1b}'));
        assert!(!faults.to_string().contains('\u{1b}'));
    }
}
