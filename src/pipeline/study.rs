//! Everything derived of one entry.

use url::Url;

use crate::dedupe::{Fingerprint, fingerprint};
use crate::enrich::{SourceLink, extract};
use crate::html;
use crate::ingest::{Entry, Oddity};

/// What is derived of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Studied {
    /// The plain text a person reads: the content's, else the summary's.
    pub text: String,
    pub print: Fingerprint,
    pub links: Vec<SourceLink>,
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
    Studied {
        text: flow.text,
        print,
        links,
        oddities,
    }
}
