//! Everything derived of one entry.

use url::Url;

use crate::dedupe::{Fingerprint, fingerprint};
use crate::enrich::{SourceLink, extract};
use crate::html;
use crate::ingest::{Entry, Oddity};
use crate::language::{self, Guess};

/// How much of a title and of a text is given to the detection of languages, in bytes: more than it looks at in any script.
const TELLING: usize = 32 * 1024;

/// What is derived of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Studied {
    /// The plain text a person reads: the content's, else the summary's.
    pub text: String,
    pub print: Fingerprint,
    pub links: Vec<SourceLink>,
    /// What its title and text show, when the entry declares no language: a declared one wins.
    pub language: Option<Guess>,
    pub oddities: Vec<Oddity>,
}

/// Reads the entry's body once and takes from it all that later floors need. `at` names the entry in oddities.
pub fn study(entry: &Entry, at: &str) -> Studied {
    let base = entry.base.as_deref().and_then(|base| Url::parse(base).ok());
    let flow = html::flow(entry.body(), base.as_ref());
    let mut oddities = Vec::new();
    if html::too_deep(entry.body()) {
        let message = format!(
            "its markup is nested more than {} levels deep and was read as plain text",
            html::MAX_DEPTH
        );
        oddities.push(Oddity::new(
            "html-too-deep",
            format!("{at}.content"),
            message,
        ));
    }
    let print = fingerprint(entry, &flow.text);
    let links = extract(entry, &flow);
    let language = match entry.language {
        Some(_) => None,
        None => language::detect(&titled(entry, &flow.text)),
    };
    Studied {
        text: flow.text,
        print,
        links,
        language,
        oddities,
    }
}

/// As much of title and text as tells a language: not the whole text is copied for it.
fn titled(entry: &Entry, text: &str) -> String {
    let title = entry.title.as_deref().unwrap_or_default();
    let parts = [title, "\n", text];
    let mut titled = String::new();
    for part in parts {
        titled.push_str(
            part.get(..part.floor_char_boundary(TELLING))
                .unwrap_or_default(),
        );
    }
    titled
}
