//! Where faults are written down while a file is read, and made presentable at the end.

use std::ops::Range;
use std::path::Path;

use super::fault::{Fault, Faults, Spot};
use super::secret;

/// Faults that are shown; nobody reads the two hundredth, and a file of rubbish has as many as it has lines.
const MAX_SHOWN: usize = 100;

/// Faults that are written down before sorting; those after it are only counted. Bounds memory for a file of rubbish.
const MAX_NOTED: usize = 10_000;

/// Words that are compared with every name there is. Each comparison costs, and a file can hold thousands of wrong words and of names.
const MAX_SUGGESTIONS: usize = 100;

/// Longest word that gets a suggestion, in bytes; comparing two words is quadratic in their length.
const MAX_WORD: usize = 64;

/// Longest line that is quoted in a fault, in bytes; of a longer one only the position is given.
const MAX_EXCERPT: usize = 400;

/// Characters of a value that a message repeats.
const MAX_QUOTED: usize = 60;

/// What the parser says of every line after a list that is not closed.
const MISSING_COMMA: &str = "missing comma";

/// Why a value will not do. The key's name is put before the message: "`limit`: *501 is more than 500*".
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub message: String,
    pub help: Option<String>,
    /// Which bytes of the value are to blame, if not all of them.
    pub at: Option<Range<usize>>,
}

impl Wrong {
    pub fn new(message: impl Into<String>) -> Wrong {
        Wrong {
            message: message.into(),
            help: None,
            at: None,
        }
    }

    pub fn help(mut self, help: impl Into<String>) -> Wrong {
        self.help = Some(help.into());
        self
    }

    pub fn at(mut self, at: Option<Range<usize>>) -> Wrong {
        self.at = at;
        self
    }
}

/// One fault, still in terms of bytes of the file.
#[derive(Debug)]
pub(super) struct Note {
    at: Range<usize>,
    message: String,
    label: Option<String>,
    help: Option<String>,
    earlier: Option<(Range<usize>, String)>,
    leaning: bool,
}

impl Note {
    pub fn new(at: &Range<usize>, message: impl Into<String>) -> Note {
        Note {
            at: at.clone(),
            message: message.into(),
            label: None,
            help: None,
            earlier: None,
            leaning: false,
        }
    }

    pub fn help(mut self, help: Option<String>) -> Note {
        self.help = help;
        self
    }

    /// Points at a second place too, which this one clashes with.
    pub fn earlier(mut self, at: &Range<usize>, label: &str) -> Note {
        self.earlier = Some((at.clone(), label.into()));
        self
    }

    /// Says that it rests on other sections having been read whole; a file with syntax errors does not get to hear of it.
    pub fn leaning(mut self) -> Note {
        self.leaning = true;
        self
    }
}

/// The faults found so far in one text.
#[derive(Debug)]
pub(super) struct Ledger<'t> {
    text: &'t str,
    notes: Vec<Note>,
    syntax: Vec<Note>,
    unkept: usize,
    suggestions_left: usize,
    secrets: Vec<Range<usize>>,
}

impl<'t> Ledger<'t> {
    pub fn new(text: &'t str) -> Ledger<'t> {
        Ledger {
            text,
            notes: Vec::new(),
            syntax: Vec::new(),
            unkept: 0,
            suggestions_left: MAX_SUGGESTIONS,
            secrets: Vec::new(),
        }
    }

    pub fn note(&mut self, note: Note) {
        if self.notes.len() < MAX_NOTED {
            self.notes.push(note);
        } else {
            self.unkept += 1;
        }
    }

    /// Notes that the text is not TOML here. The rest of its section is then not judged, since nobody knows what it would have said.
    pub fn syntax(&mut self, note: Note) {
        if self.syntax.len() < MAX_NOTED {
            self.syntax.push(note);
        } else {
            self.unkept += 1;
        }
    }

    /// Notes that the string at `span`, which means `value`, will not do for `key`.
    pub fn wrong(&mut self, key: &str, span: &Range<usize>, value: &str, wrong: Wrong) {
        let at = wrong
            .at
            .map_or_else(|| span.clone(), |part| self.inside(span, value, part));
        self.note(Note::new(&at, format!("`{key}`: {}", wrong.message)).help(wrong.help));
    }

    /// Keeps the credentials of the address at `span`, which means `value`, out of everything that is shown.
    pub fn conceal(&mut self, span: &Range<usize>, value: &str) {
        let raw = self.text.get(span.clone()).unwrap_or_default();
        if let Some(secret) = secret::in_value(raw, value) {
            self.secrets
                .push(span.start + secret.start..span.start + secret.end);
        }
    }

    /// The name that was probably meant by `word`.
    pub fn nearest<'n>(
        &mut self,
        word: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<&'n str> {
        if word.len() > MAX_WORD || self.suggestions_left == 0 {
            return None;
        }
        self.suggestions_left -= 1;
        let word = word.to_lowercase();
        let slips = match word.chars().count() {
            0..=3 => 1,
            4..=7 => 2,
            _ => 3,
        };
        let alike = names
            .into_iter()
            .filter(|name| name.len().abs_diff(word.len()) <= slips);
        let judged = alike.map(|name| (strsim::osa_distance(&name.to_lowercase(), &word), name));
        judged
            .filter(|(distance, _)| *distance <= slips)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, name)| name)
    }

    /// [`Ledger::nearest`] as a line of help.
    pub fn did_you_mean<'n>(
        &mut self,
        word: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<String> {
        self.nearest(word, names)
            .map(|name| format!("did you mean {}?", quoted(name)))
    }

    /// Ends the reading: nothing, or every fault in the order of the file.
    pub fn close(mut self, path: &Path) -> Result<(), Faults> {
        if !self.syntax.is_empty() {
            self.drop_what_syntax_errors_explain();
        }
        let mut notes = std::mem::take(&mut self.notes);
        notes.append(&mut self.syntax);
        if notes.is_empty() {
            return Ok(());
        }
        notes.sort_by_key(|note| (note.at.start, note.at.end));
        notes.dedup_by(|a, b| a.at == b.at && a.message == b.message);
        let total = notes.len() + self.unkept;
        let sheet = Sheet::new(self.text, &self.secrets);
        let kept = notes
            .into_iter()
            .take(MAX_SHOWN)
            .map(|note| sheet.fault(note))
            .collect();
        Err(Faults::new(path, kept, total))
    }

    /// A parser that goes on after an error guesses. Its first guess in a line is worth reading; what a section with an error in it seems to lack or
    /// to get wrong is not, nor what other sections seem to miss there.
    fn drop_what_syntax_errors_explain(&mut self) {
        let lines = line_starts(self.text);
        self.syntax.sort_by_key(|note| note.at.start);
        let mut last_line = None;
        self.syntax.retain(|note| {
            let line = line_of(&lines, note.at.start);
            let gap = last_line
                .replace(line)
                .map_or(usize::MAX, |last| line - last);
            // A list that is never closed swallows the rest of the file, and each line of it would be told.
            gap > 1 || gap == 1 && !note.message.contains(MISSING_COMMA)
        });
        let is_header = |start: &usize| {
            self.text
                .get(*start..)
                .is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with('['))
        };
        let headers: Vec<usize> = lines.iter().copied().filter(is_header).collect();
        let section = |at: usize| headers.partition_point(|start| *start <= at);
        let broken: Vec<usize> = self
            .syntax
            .iter()
            .map(|note| section(note.at.start))
            .collect();
        // The parser puts values of its own invention at 0..0. `broken` is sorted, as the errors are.
        let sound =
            |at: &Range<usize>| *at != (0..0) && broken.binary_search(&section(at.start)).is_err();
        self.notes.retain(|note| !note.leaning && sound(&note.at));
    }

    /// The bytes `part` of the string at `span`, as bytes of the file; the whole string if it is written with escapes.
    fn inside(&self, span: &Range<usize>, value: &str, part: Range<usize>) -> Range<usize> {
        let raw = self.text.get(span.clone()).unwrap_or_default();
        match raw.find(value) {
            Some(inner) if part.start <= part.end && part.end <= value.len() => {
                span.start + inner + part.start..span.start + inner + part.end
            }
            _ => span.clone(),
        }
    }
}

/// A value as messages repeat it: in backquotes, on one line, cut if it is long.
pub(super) fn quoted(value: &str) -> String {
    let mut chars = value
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut shown: String = chars.by_ref().take(MAX_QUOTED).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect()
}

/// Counted from 0.
fn line_of(starts: &[usize], at: usize) -> usize {
    starts
        .partition_point(|start| *start <= at)
        .saturating_sub(1)
}

/// The text as it may be shown.
struct Sheet {
    text: String,
    starts: Vec<usize>,
}

impl Sheet {
    fn new(text: &str, secrets: &[Range<usize>]) -> Sheet {
        Sheet {
            text: secret::masked(text, secrets),
            starts: line_starts(text),
        }
    }

    fn fault(&self, note: Note) -> Fault {
        let spot = self.spot(&note.at, note.label);
        let earlier = note.earlier.map(|(at, label)| self.spot(&at, Some(label)));
        let safe = |text: String| secret::masked(&text, &[]);
        Fault {
            line: spot.line,
            column: spot.column,
            message: safe(note.message),
            help: note.help.map(safe),
            spot: Some(spot),
            earlier,
        }
    }

    /// Of a span over several lines, the first.
    fn spot(&self, at: &Range<usize>, label: Option<String>) -> Spot {
        let index = line_of(&self.starts, at.start);
        let start = self.starts.get(index).copied().unwrap_or_default();
        let end = self
            .starts
            .get(index + 1)
            .copied()
            .unwrap_or(self.text.len());
        let line = self
            .text
            .get(start..end)
            .unwrap_or_default()
            .trim_end_matches(['\n', '\r']);
        let from = line.floor_char_boundary(at.start - start);
        let to = line
            .ceil_char_boundary(at.end.max(at.start) - start)
            .max(from);
        let column = line.get(..from).unwrap_or_default().chars().count() + 1;
        let excerpt = (line.len() <= MAX_EXCERPT).then(|| line.to_string());
        Spot {
            line: index + 1,
            column,
            excerpt,
            mark: from..to,
            label,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(ledger: Ledger) -> Faults {
        ledger.close(Path::new("feeds.toml")).unwrap_err()
    }

    #[test]
    fn nothing_noted_is_no_fault() {
        assert!(Ledger::new("a = 1").close(Path::new("feeds.toml")).is_ok());
    }

    #[test]
    fn faults_come_in_file_order_and_once() {
        let mut ledger = Ledger::new("a = 1\nb = 2\n");
        for at in [6..7, 0..1, 6..7] {
            ledger.note(Note::new(&at, format!("at {}", at.start)));
        }
        let faults = closed(ledger);
        assert_eq!(
            faults
                .iter()
                .map(|fault| (fault.line, fault.column))
                .collect::<Vec<_>>(),
            [(1, 1), (2, 1)]
        );
    }

    #[test]
    fn columns_count_characters() {
        let mut ledger = Ledger::new("x = \"éé\" # é\r\n");
        ledger.note(Note::new(&(13..15), "here"));
        assert_eq!(
            closed(ledger).iter().next().map(|fault| fault.column),
            Some(12)
        );
    }

    #[test]
    fn a_syntax_error_silences_its_section_and_what_leans_on_it() {
        let mut ledger = Ledger::new("[a]\nx = = 1\n[b]\ny = 1\n");
        ledger.syntax(Note::new(&(8..9), "second guess"));
        ledger.syntax(Note::new(&(8..8), "first guess"));
        ledger.note(Note::new(&(4..5), "x is unknown"));
        ledger.note(Note::new(&(16..17), "y is unknown"));
        ledger.note(Note::new(&(16..17), "y leans").leaning());
        let messages: Vec<_> = closed(ledger)
            .iter()
            .map(|fault| fault.message.clone())
            .collect();
        assert_eq!(messages, ["second guess", "y is unknown"]);
    }

    #[test]
    fn a_great_many_faults_are_counted_and_the_first_shown() {
        let mut ledger = Ledger::new("a");
        for at in 0..20_000 {
            ledger.note(Note::new(&(0..1), at.to_string()));
        }
        let faults = closed(ledger);
        assert_eq!((faults.len(), faults.iter().count()), (20_000, MAX_SHOWN));
        assert!(
            faults
                .to_string()
                .ends_with("20000 faults in feeds.toml, of which the first 100 are shown")
        );
    }

    #[test]
    fn a_near_miss_is_recognised_and_a_far_one_is_not() {
        let mut ledger = Ledger::new("");
        assert_eq!(
            ledger.nearest("shedule", ["schedule", "id"]),
            Some("schedule")
        );
        assert_eq!(ledger.nearest("Listne", ["listen"]), Some("listen"));
        assert_eq!(ledger.nearest("colour", ["schedule", "id"]), None);
        assert_eq!(ledger.nearest(&"a".repeat(1_000), ["a"]), None);
        assert_eq!(
            (0..1_000)
                .filter(|_| ledger.nearest("id", ["id"]).is_some())
                .count(),
            MAX_SUGGESTIONS - 3
        );
    }

    #[test]
    fn f38_messages_are_masked_too() {
        let mut ledger = Ledger::new("x");
        ledger.note(
            Note::new(&(0..1), "no source `https://me:pw@x`")
                .help(Some("did you mean `ftp://me:pw@y`?".into())),
        );
        let text = closed(ledger).to_string();
        assert!(!text.contains("pw"), "{text}");
    }

    #[test]
    fn odd_spans_are_clamped() {
        let mut ledger = Ledger::new("é");
        for at in [1..1, 0..9, 7..9, Range { start: 2, end: 1 }] {
            ledger.note(Note::new(&at, format!("{at:?}")));
        }
        assert!(closed(ledger).to_string().contains("4 faults"));
    }
}
