//! A file of TOML as its sections.

use toml::de::{DeTable, DeValue};

use super::keys::{KINDS, Kind, every_section, homes_of};
use super::ledger::{Ledger, Note, quoted};
use super::section::Section;

/// The whole file.
pub(super) struct Tree<'a> {
    table: DeTable<'a>,
}

impl<'a> Tree<'a> {
    /// Reads what can be read and notes every syntax error. The parser bounds nesting by itself (80 levels).
    pub fn parse(text: &'a str, ledger: &mut Ledger) -> Tree<'a> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let span = error.span().unwrap_or_default();
            if error.message() == "duplicate key" {
                // Not a matter of syntax to an operator; and the parser keeps the first value, so the rest of the section can be judged.
                let key = text.get(span.clone()).unwrap_or_default();
                let help = "keep one of them; several sources or feeds need double brackets, such as [[source]]";
                ledger.note(
                    Note::new(&span, format!("{} is given twice", quoted(key)))
                        .help(Some(help.into())),
                );
            } else {
                ledger.syntax(Note::new(
                    &span,
                    format!("this is not TOML: {}", error.message()),
                ));
            }
        }
        Tree {
            table: table.into_inner(),
        }
    }

    /// Notes every name at the top of the file that is none of a section.
    pub fn check_names(&self, ledger: &mut Ledger) {
        for (name, _) in &self.table {
            let (span, name) = (name.span(), name.get_ref().as_ref());
            if KINDS.iter().any(|kind| kind.name == name) {
                continue;
            }
            let note = if let Some(homes) = homes_of(name) {
                Note::new(
                    &span,
                    format!("{} stands outside its section", quoted(name)),
                )
                .help(Some(format!("it belongs in {homes}")))
            } else {
                let meant = ledger.nearest(name, KINDS.iter().map(|kind| kind.name));
                let header = KINDS.iter().find(|kind| Some(kind.name) == meant);
                let help = match header {
                    Some(kind) => Some(format!("did you mean {}?", kind.header)),
                    None => every_section().map(|sections| format!("there are {sections}")),
                };
                Note::new(&span, format!("there is no section {}", quoted(name))).help(help)
            };
            ledger.note(note);
        }
    }

    /// The section of a kind that stands once; empty if the file has none.
    pub fn section(&'a self, kind: &'static Kind, ledger: &mut Ledger) -> Section<'a> {
        let empty = Section::absent(kind);
        let Some(value) = self.table.get(kind.name) else {
            return empty;
        };
        match value.get_ref() {
            DeValue::Table(table) => Section::open(kind, table, value.span(), ledger),
            _ => {
                let help = format!(
                    "write {} on a line of its own, once, and its keys below",
                    kind.header
                );
                ledger.note(
                    Note::new(&value.span(), format!("{} is a section", quoted(kind.name)))
                        .help(Some(help)),
                );
                empty
            }
        }
    }

    /// The sections of a kind that may stand many times, at most `most` of them.
    pub fn sections(
        &'a self,
        kind: &'static Kind,
        most: usize,
        ledger: &mut Ledger,
    ) -> Vec<Section<'a>> {
        let Some(value) = self.table.get(kind.name) else {
            return Vec::new();
        };
        let help = || {
            Some(format!(
                "write {} with double brackets above each one",
                kind.header
            ))
        };
        let Some(items) = value.get_ref().as_array() else {
            ledger.note(
                Note::new(
                    &value.span(),
                    format!("there can be several sections {}", quoted(kind.name)),
                )
                .help(help()),
            );
            return Vec::new();
        };
        if let Some(extra) = items.get(most) {
            ledger.note(Note::new(
                &extra.span(),
                format!(
                    "more than {most} sections {}: that is the limit",
                    kind.header
                ),
            ));
        }
        let mut sections = Vec::new();
        for item in items.iter().take(most) {
            match item.get_ref() {
                DeValue::Table(table) => {
                    sections.push(Section::open(kind, table, item.span(), ledger))
                }
                _ => ledger.note(
                    Note::new(&item.span(), format!("{} is a section", quoted(kind.name)))
                        .help(help()),
                ),
            }
        }
        sections
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::keys::{FEED, FETCH, SOURCE};
    use super::*;

    /// The messages of what `look` finds wrong with `text`, each with its help.
    fn faults(text: &str, look: impl FnOnce(&Tree, &mut Ledger)) -> Vec<(String, Option<String>)> {
        let mut ledger = Ledger::new(text);
        let tree = Tree::parse(text, &mut ledger);
        look(&tree, &mut ledger);
        let faults = ledger.close(Path::new("feeds.toml")).err();
        faults
            .iter()
            .flat_map(|faults| faults.iter())
            .map(|fault| (fault.message.clone(), fault.help.clone()))
            .collect()
    }

    fn one(text: &str, look: impl FnOnce(&Tree, &mut Ledger)) -> (String, String) {
        let mut found = faults(text, look);
        assert_eq!(found.len(), 1, "{found:?}");
        let (message, help) = found.remove(0);
        (message, help.unwrap_or_default())
    }

    #[test]
    fn unknown_sections_are_named_with_what_was_meant() {
        let names = |text| one(text, |tree, ledger| tree.check_names(ledger));
        assert_eq!(
            names("[sources]\n"),
            (
                "there is no section `sources`".into(),
                "did you mean [[source]]?".into()
            )
        );
        assert_eq!(
            names("per_host = 2"),
            (
                "`per_host` stands outside its section".into(),
                "it belongs in [fetch] and [[source]]".into()
            )
        );
        assert!(
            names("[colours]")
                .1
                .starts_with("there are [server], [store]")
        );
    }

    #[test]
    fn a_section_in_the_wrong_brackets_is_said_to_be() {
        assert_eq!(
            one("[[fetch]]", |t, l| assert!(
                !t.section(&FETCH, l).is_there()
            ))
            .0,
            "`fetch` is a section"
        );
        assert_eq!(
            one("fetch = 1", |t, l| assert!(
                !t.section(&FETCH, l).is_there()
            ))
            .0,
            "`fetch` is a section"
        );
        assert_eq!(
            one("[source]", |t, l| assert!(
                t.sections(&SOURCE, 9, l).is_empty()
            ))
            .0,
            "there can be several sections `source`"
        );
        assert_eq!(
            one("source = [1]", |t, l| assert!(
                t.sections(&SOURCE, 9, l).is_empty()
            ))
            .0,
            "`source` is a section"
        );
    }

    #[test]
    fn unknown_keys_get_the_suggestion_that_fits() {
        let section = |text| {
            one(text, |tree, ledger| {
                assert!(tree.section(&FETCH, ledger).is_there())
            })
        };
        assert_eq!(
            section("[fetch]\nper_hosts = 2"),
            (
                "[fetch] has no key `per_hosts`".into(),
                "did you mean `per_host`?".into()
            )
        );
        assert_eq!(section("[fetch]\nlisten = 2").1, "it belongs in [server]");
        assert_eq!(section("[fetch]\ncolour = 2").1, "");
        let later = one("[[feed]]\nwhere = 'x'", |tree, ledger| {
            assert_eq!(tree.sections(&FEED, 9, ledger).len(), 1)
        });
        assert_eq!(
            later.0,
            "this version of headwater does not know `where` yet"
        );
    }

    #[test]
    fn wrong_types_are_named_with_an_example() {
        let text = "[fetch]\ntimeout = 30\nper_host = \"2\"\ncontact = [1.5]\nallow_private_addresses = 2001-01-01\n";
        let found = faults(text, |tree, ledger| {
            let section = tree.section(&FETCH, ledger);
            assert!(section.text("timeout", ledger).is_none());
            assert!(section.whole("per_host", 1..=2, ledger).is_none());
            assert!(section.texts("contact", 9, ledger).is_empty());
            assert!(section.truth("allow_private_addresses", ledger).is_none());
        });
        let messages: Vec<_> = found.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "`timeout` wants a string, not a number",
                "`per_host` wants a whole number, not a string",
                "`contact` wants a list of strings, not a number with a fraction",
                "`allow_private_addresses` wants true or false, not a date"
            ]
        );
        assert_eq!(
            found[0].1.as_deref(),
            Some("for example: timeout = \"30s\"")
        );
    }

    #[test]
    fn numbers_out_of_bounds_name_the_bounds() {
        for text in ["0", "3", "-1", "99999999999999999999999", "0xffff"] {
            let text = format!("[fetch]\nper_host = {text}");
            let found = one(&text, |tree, ledger| {
                assert!(
                    tree.section(&FETCH, ledger)
                        .whole("per_host", 1..=2, ledger)
                        .is_none()
                )
            });
            assert_eq!(found.0, "`per_host`: a number from 1 to 2 is wanted");
        }
    }

    #[test]
    fn too_many_sections_and_words_name_the_limit() {
        let text = "[[source]]\n[[source]]\n[[source]]\ntags = ['a', 'b', 'c']";
        assert_eq!(
            one(text, |t, l| assert_eq!(t.sections(&SOURCE, 2, l).len(), 2)).0,
            "more than 2 sections [[source]]: that is the limit"
        );
        let found = one(text, |t, l| {
            assert_eq!(t.sections(&SOURCE, 3, l)[2].texts("tags", 2, l).len(), 2)
        });
        assert_eq!(found.0, "`tags`: more than 2 of them: that is the limit");
    }

    #[test]
    fn a_key_given_twice_is_said_to_be_and_the_rest_is_judged() {
        let found = faults(
            "[fetch]\ntimeout = 'x'\ntimeout = 'y'\nbad = 1",
            |tree, ledger| assert!(tree.section(&FETCH, ledger).is_there()),
        );
        assert_eq!(found[0].0, "`timeout` is given twice");
        assert_eq!(found[1].0, "[fetch] has no key `bad`");
    }
}
