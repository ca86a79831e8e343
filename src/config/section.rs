//! The keys of one section, each read with its place in the file, so that one reading finds every fault.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Kind, homes_of};
use super::ledger::{Ledger, Note, Wrong, quoted};

/// One section: `[fetch]`, or one of several `[[source]]`.
pub(super) struct Section<'a> {
    kind: &'static Kind,
    table: Option<&'a DeTable<'a>>,
    /// Its header.
    pub span: Range<usize>,
}

/// A string of the file.
#[derive(Clone, Debug)]
pub(super) struct Text<'a> {
    pub value: &'a str,
    /// With its quotes.
    pub span: Range<usize>,
}

impl<'a> Section<'a> {
    /// Opens a section and notes the keys in it that are unknown.
    pub fn open(
        kind: &'static Kind,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        ledger: &mut Ledger,
    ) -> Section<'a> {
        let known: BTreeSet<&str> = kind.names().collect();
        for (name, _) in table {
            let (span, name) = (name.span(), name.get_ref().as_ref());
            if known.contains(name) {
                continue;
            }
            let note = if kind.later.contains(&name) {
                Note::new(
                    &span,
                    format!(
                        "this version of headwater does not know {} yet",
                        quoted(name)
                    ),
                )
                .help(Some(
                    "take it out: it is planned for a later version".into(),
                ))
            } else {
                let help = match homes_of(name) {
                    Some(homes) => Some(format!("it belongs in {homes}")),
                    None => ledger.did_you_mean(name, known.iter().copied()),
                };
                Note::new(
                    &span,
                    format!("{} has no key {}", kind.header, quoted(name)),
                )
                .help(help)
            };
            ledger.note(note);
        }
        Section {
            kind,
            table: Some(table),
            span,
        }
    }

    /// The section that a file does not have.
    pub fn absent(kind: &'static Kind) -> Section<'a> {
        Section {
            kind,
            table: None,
            span: 0..0,
        }
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }

    /// Whether the file has this section.
    pub fn is_there(&self) -> bool {
        self.table.is_some()
    }

    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub fn is_empty_list(&self, key: &str) -> bool {
        self.value(key)
            .and_then(|value| value.get_ref().as_array())
            .is_some_and(|items| items.is_empty())
    }

    /// Where the value of a key stands; the header, if it has none.
    pub fn span_of(&self, key: &str) -> Range<usize> {
        self.value(key)
            .map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Notes that a key is missing that nothing can stand in for.
    pub fn require(&self, key: &str, ledger: &mut Ledger) {
        if !self.has(key) {
            let message = format!("this {} has no {}", self.kind.header, quoted(key));
            ledger.note(Note::new(&self.span, message).help(self.kind.example(key)));
        }
    }

    pub fn text(&self, key: &str, ledger: &mut Ledger) -> Option<Text<'a>> {
        let value = self.value(key)?;
        let text = value.get_ref().as_str().map(|text| Text {
            value: text,
            span: value.span(),
        });
        if text.is_none() {
            self.wants("a string", key, value, ledger);
        }
        text
    }

    /// A string that `read` makes something of.
    pub fn read<T>(
        &self,
        key: &str,
        ledger: &mut Ledger,
        read: impl FnOnce(&'a str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let text = self.text(key, ledger)?;
        text.read(key, ledger, read)
    }

    /// As [`Section::read`] for an address, whose credentials are then shown nowhere.
    pub fn address<T>(
        &self,
        key: &str,
        ledger: &mut Ledger,
        read: impl FnOnce(&'a str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let text = self.text(key, ledger)?;
        ledger.conceal(&text.span, text.value);
        text.read(key, ledger, read)
    }

    /// As [`Section::read`], for what may also be written as a bare whole number.
    pub fn read_or_number<T>(
        &self,
        key: &str,
        ledger: &mut Ledger,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        match self.value(key)?.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => {
                let (digits, span) = (number.as_str(), self.span_of(key));
                read(digits)
                    .map_err(|wrong| ledger.wrong(key, &span, digits, wrong))
                    .ok()
            }
            _ => self.read(key, ledger, read),
        }
    }

    pub fn truth(&self, key: &str, ledger: &mut Ledger) -> Option<bool> {
        let value = self.value(key)?;
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            self.wants("true or false", key, value, ledger);
        }
        truth
    }

    /// A whole number within bounds.
    pub fn whole(
        &self,
        key: &str,
        bounds: RangeInclusive<usize>,
        ledger: &mut Ledger,
    ) -> Option<usize> {
        let value = self.value(key)?;
        let Some(number) = value.get_ref().as_integer() else {
            self.wants("a whole number", key, value, ledger);
            return None;
        };
        let parsed = usize::from_str_radix(number.as_str(), number.radix()).ok();
        let within = parsed.filter(|number| bounds.contains(number));
        if within.is_none() {
            let wrong = Wrong::new(format!(
                "a number from {} to {} is wanted",
                bounds.start(),
                bounds.end()
            ));
            ledger.wrong(key, &value.span(), "", wrong);
        }
        within
    }

    /// A list of strings, of which at most `most` are read.
    pub fn texts(&self, key: &str, most: usize, ledger: &mut Ledger) -> Vec<Text<'a>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            self.wants("a list of strings", key, value, ledger);
            return Vec::new();
        };
        if let Some(extra) = items.get(most) {
            ledger.wrong(
                key,
                &extra.span(),
                "",
                Wrong::new(format!("more than {most} of them: that is the limit")),
            );
        }
        let mut texts = Vec::new();
        for item in items.iter().take(most) {
            match item.get_ref().as_str() {
                Some(text) => texts.push(Text {
                    value: text,
                    span: item.span(),
                }),
                None => self.wants("a list of strings", key, item, ledger),
            }
        }
        texts
    }

    fn wants(&self, wanted: &str, key: &str, value: &Spanned<DeValue<'a>>, ledger: &mut Ledger) {
        let given = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a section",
        };
        let message = format!("{} wants {wanted}, not {given}", quoted(key));
        ledger.note(Note::new(&value.span(), message).help(self.kind.example(key)));
    }
}

impl<'a> Text<'a> {
    /// What `read` makes of it; what it dislikes is noted.
    pub fn read<T>(
        &self,
        key: &str,
        ledger: &mut Ledger,
        read: impl FnOnce(&'a str) -> Result<T, Wrong>,
    ) -> Option<T> {
        read(self.value)
            .map_err(|wrong| ledger.wrong(key, &self.span, self.value, wrong))
            .ok()
    }
}
