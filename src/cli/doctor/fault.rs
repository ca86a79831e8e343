//! One thing that is wrong, as `doctor` prints it.

use serde::Serialize;

/// One thing that is wrong.
#[derive(Debug, Serialize)]
pub(super) struct Fault {
    /// Stable, kebab-case.
    pub name: &'static str,
    /// The file, source, feed or address it is about.
    #[serde(rename = "where")]
    pub place: String,
    pub what: String,
    #[serde(rename = "do")]
    pub remedy: String,
}

impl Fault {
    pub fn new(
        name: &'static str,
        place: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Fault {
        Fault {
            name,
            place: place.into(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}
