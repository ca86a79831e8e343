//! One source file as the laws see it: which paths it names, where its tests are, how long its functions run.

use std::collections::BTreeSet;

use super::lexer::{Lexed, Token, lex};

/// Keywords that may stand right before a path and so are never part of one.
const BEFORE_A_PATH: &[&str] = &[
    "as", "dyn", "else", "if", "impl", "in", "match", "mut", "return",
];

/// Keywords followed by the name they define.
const DEFINING: &[&str] = &[
    "fn", "struct", "enum", "union", "trait", "type", "const", "static",
];

/// How a path is named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Naming {
    /// In the middle of code, an attribute or a macro.
    Inline,
    /// By `use` or `extern crate`.
    Import,
    /// By `pub use`, of whatever visibility.
    Reexport,
}

/// A path as written, `use` trees unfolded. A leading `::` is an empty first segment, a glob the last segment `*`.
pub struct Path<'a> {
    pub segments: Vec<&'a str>,
    pub alias: Option<&'a str>,
    pub line: usize,
    pub naming: Naming,
    pub in_test: bool,
    /// The module it stands in, inline modules included.
    pub module: Vec<&'a str>,
}

impl Path<'_> {
    /// The name an import brings into scope.
    pub fn bound(&self) -> Option<&str> {
        self.alias.or(self.segments.last().copied())
    }

    /// Whether the path ends in these two segments.
    pub fn ends(&self, parent: &str, name: &str) -> bool {
        self.segments.ends_with(&[parent, name])
    }
}

/// A function with a body.
pub struct Function<'a> {
    pub name: &'a str,
    pub line: usize,
    /// From the line of `fn` to that of the closing brace, both counted.
    pub length: usize,
    pub in_test: bool,
}

pub struct SourceFile<'a> {
    /// Relative to `src`, with `/`.
    pub path: &'a str,
    pub module: Vec<&'a str>,
    pub tokens: Vec<Token<'a>>,
    pub invariants: BTreeSet<usize>,
    /// For each opening bracket the index of its partner; for any other token its own index.
    pub partner: Vec<usize>,
    /// The line of the first bracket without a partner: the reading below it cannot be trusted.
    pub unbalanced: Option<usize>,
    /// For each token, whether it belongs to an item that exists only under test.
    pub tests: Vec<bool>,
    /// Lines outside tests.
    pub length: usize,
    pub paths: Vec<Path<'a>>,
    pub functions: Vec<Function<'a>>,
    /// Modules declared here that live in files of their own (`mod x;`), each with whether it is for tests only.
    pub children: Vec<(&'a str, bool)>,
    pub definitions: BTreeSet<&'a str>,
    /// For each token, whether it is part of an import.
    imported: Vec<bool>,
}

impl<'a> SourceFile<'a> {
    pub fn read(path: &'a str, text: &'a str) -> Self {
        let Lexed { tokens, invariants } = lex(text);
        let (partner, unbalanced) = partners(&tokens);
        let tests = test_tokens(&tokens, &partner);
        let mut file = Self {
            path,
            module: module_of(path),
            length: 0,
            paths: Vec::new(),
            functions: Vec::new(),
            children: Vec::new(),
            definitions: BTreeSet::new(),
            imported: vec![false; tokens.len()],
            tokens,
            invariants,
            partner,
            unbalanced,
            tests,
        };
        file.length = text.lines().count() - file.test_lines();
        file.read_items();
        file.read_paths();
        file
    }

    /// The room a file belongs to: its folder, or its own name.
    pub fn room(&self) -> &'a str {
        self.path
            .split_once('/')
            .map_or(self.path.trim_end_matches(".rs"), |(room, _)| room)
    }

    /// Whether the file is `place.rs` or lies in the folder `place`.
    pub fn is_in(&self, place: &str) -> bool {
        let rest = self.path.strip_prefix(place);
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    pub fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |t| t.text)
    }

    /// Makes the whole file count as tests: the parent declares it under `#[cfg(test)]`.
    pub fn mark_as_tests(&mut self) {
        self.length = 0;
        self.tests.fill(true);
        self.paths.iter_mut().for_each(|p| p.in_test = true);
        self.functions.iter_mut().for_each(|f| f.in_test = true);
    }

    /// Where an imported name is used again outside imports and tests, as a bare name.
    pub fn first_use(&self, name: &str) -> Option<usize> {
        let bare = |at: usize| {
            self.text(at) == name
                && !self.imported[at]
                && !self.tests[at]
                && (at == 0 || ![".", "::", "fn", "mod"].contains(&self.text(at - 1)))
        };
        (0..self.tokens.len())
            .find(|at| bare(*at))
            .map(|at| self.tokens[at].line)
    }

    fn test_lines(&self) -> usize {
        let mut lines = BTreeSet::new();
        let mut previous = None;
        for (token, test) in self.tokens.iter().zip(&self.tests) {
            if *test {
                lines.extend(previous.unwrap_or(token.line)..=token.line);
            }
            previous = test.then_some(token.line);
        }
        lines.len()
    }

    fn read_items(&mut self) {
        for at in 0..self.tokens.len() {
            let (name, after) = (self.text(at + 1), self.text(at + 2));
            match self.text(at) {
                "mod" if after == ";" => self.children.push((name, self.tests[at])),
                "macro_rules" if name == "!" => drop(self.definitions.insert(after)),
                word if DEFINING.contains(&word) => drop(self.definitions.insert(name)),
                _ => {}
            }
            if self.text(at) == "fn" && self.tokens.get(at + 1).is_some_and(Token::is_name) {
                let Some(body) = self.body_of(at + 2) else {
                    continue;
                };
                let line = self.tokens[at].line;
                self.functions.push(Function {
                    name,
                    line,
                    length: self.tokens[self.partner[body]].line - line + 1,
                    in_test: self.tests[at],
                });
            }
        }
    }

    /// The opening brace of a function whose signature goes on at `at`, if it has a body.
    fn body_of(&self, mut at: usize) -> Option<usize> {
        while at < self.tokens.len() {
            match self.text(at) {
                "{" => return Some(at),
                ";" => return None,
                _ => at = self.partner[at] + 1,
            }
        }
        None
    }

    fn read_paths(&mut self) {
        let mut modules: Vec<(usize, &'a str)> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            modules.retain(|(end, _)| *end > at);
            if self.text(at) == "mod" && self.text(at + 2) == "{" {
                modules.push((self.partner[at + 2], self.text(at + 1)));
            }
            let mut module = self.module.clone();
            module.extend(modules.iter().map(|(_, name)| *name));

            let mut leaves = Vec::new();
            let mut naming = Naming::Import;
            let end = match (self.text(at), self.text(at + 1)) {
                ("use", next) if next != "<" => {
                    if self.is_public(at) {
                        naming = Naming::Reexport;
                    }
                    use_tree(&self.tokens, at + 1, Vec::new(), &mut leaves)
                }
                ("extern", "crate") => use_tree(&self.tokens, at + 2, Vec::new(), &mut leaves),
                _ => {
                    naming = Naming::Inline;
                    self.inline_path(at, &mut leaves)
                }
            };
            let end = end.min(self.tokens.len());
            if naming != Naming::Inline {
                self.imported[at..end].fill(true);
            }
            self.paths.extend(leaves.into_iter().map(|leaf| Path {
                segments: leaf.segments,
                alias: leaf.alias,
                line: leaf.line,
                naming,
                in_test: self.tests[at],
                module: module.clone(),
            }));
            at = end.max(at + 1);
        }
    }

    fn is_public(&self, at: usize) -> bool {
        let before = |at: usize| at.checked_sub(1).map_or("", |b| self.text(b));
        // `pub(crate) use` and `pub(in a::b) use` close their bracket right before.
        let open = (0..at).rev().find(|i| self.text(*i) == "(");
        before(at) == "pub"
            || open.is_some_and(|open| self.partner[open] + 1 == at && before(open) == "pub")
    }

    /// A path of two segments or more that starts at `at`, and the token after it.
    fn inline_path(&self, at: usize, leaves: &mut Vec<Leaf<'a>>) -> usize {
        let before = at.checked_sub(1).and_then(|b| self.tokens.get(b));
        let continues = before
            .is_some_and(|b| b.text == ">" || (b.is_name() && !BEFORE_A_PATH.contains(&b.text)));
        let is_word =
            |t: &&Token<'a>| t.is_name() && !BEFORE_A_PATH.contains(&t.text) && t.text != "fn";
        let mut segments = Vec::new();
        let mut next = at;
        if self.text(at) == "::" && !continues {
            segments.push("");
            next += 1;
        }
        while let Some(name) = self.tokens.get(next).filter(is_word) {
            segments.push(name.text);
            next += 1;
            if self.text(next) != "::" || !self.tokens.get(next + 1).is_some_and(Token::is_name) {
                break;
            }
            next += 1;
        }
        if segments.len() < 2 || before.is_some_and(|b| b.text == "::" || b.text == ".") {
            return at + 1;
        }
        leaves.push(Leaf {
            segments,
            alias: None,
            line: self.tokens[at].line,
        });
        next
    }
}

struct Leaf<'a> {
    segments: Vec<&'a str>,
    alias: Option<&'a str>,
    line: usize,
}

/// Unfolds the `use` tree at `at` into its leaves. Returns the token after it.
fn use_tree<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    mut segments: Vec<&'a str>,
    leaves: &mut Vec<Leaf<'a>>,
) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |t| t.text);
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.text {
            "::" => segments.push(""),
            "{" => {
                while !["}", ""].contains(&text(at)) {
                    at = use_tree(tokens, at, segments.clone(), leaves);
                    at += usize::from(text(at) == ",");
                }
                return at + 1;
            }
            name => {
                if name != "self" || segments.is_empty() {
                    segments.push(name);
                }
                if text(at) == "::" {
                    at += 1;
                    continue;
                }
                let alias = (text(at) == "as").then(|| text(at + 1));
                leaves.push(Leaf {
                    segments,
                    alias,
                    line: token.line,
                });
                return at + if alias.is_some() { 2 } else { 0 };
            }
        }
    }
    at
}

/// `ingest/fetch.rs` and `ingest/fetch/mod.rs` are both `ingest::fetch`; lib.rs and main.rs are the root.
fn module_of(path: &str) -> Vec<&str> {
    let mut module: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if module == ["lib"] || module == ["main"] || module.last() == Some(&"mod") {
        module.pop();
    }
    module
}

fn partners(tokens: &[Token<'_>]) -> (Vec<usize>, Option<usize>) {
    let mut partner: Vec<usize> = (0..tokens.len()).collect();
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let opening = match token.text {
            "(" | "[" | "{" => {
                open.push(at);
                continue;
            }
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => continue,
        };
        match open.pop() {
            Some(start) if tokens[start].text == opening => partner[start] = at,
            _ => return (partner, Some(token.line)),
        }
    }
    (partner, open.first().map(|at| tokens[*at].line))
}

/// Which tokens belong to an item under `#[cfg(test)]`, `#[cfg(all(test, …))]` or `#[test]`, its attributes included.
/// `#![cfg(test)]` claims the whole file.
fn test_tokens(tokens: &[Token<'_>], partner: &[usize]) -> Vec<bool> {
    const MARKS: &[&[&str]] = &[
        &["cfg", "(", "test", ")"],
        &["cfg", "(", "all", "(", "test"],
        &["test", "]"],
    ];
    let text = |at: usize| tokens.get(at).map_or("", |t| t.text);
    let marked = |at: usize| {
        let is_here = |mark: &&[&str]| mark.iter().enumerate().all(|(i, m)| text(at + i) == *m);
        MARKS.iter().any(is_here)
    };
    let mut tests = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        if tests[at] || text(at) != "#" {
            continue;
        }
        if text(at + 1) == "!" && marked(at + 3) {
            return vec![true; tokens.len()];
        }
        if text(at + 1) != "[" || !marked(at + 2) {
            continue;
        }
        let mut end = at;
        while end < tokens.len() && ![";", "{"].contains(&text(end)) {
            end = partner[end] + 1;
        }
        let end = partner.get(end).map_or(tokens.len(), |last| last + 1);
        tests[at..end].fill(true);
    }
    tests
}
