//! What `status` tells of headwater's own failures.

use serde::Serialize;

use crate::date;
use crate::store::Panics;

#[derive(Serialize)]
pub(super) struct PanicsSheet {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// `None` when there were none.
pub(super) fn panics_sheet(panics: &Panics) -> Option<PanicsSheet> {
    let last = panics.last.as_ref();
    (panics.count > 0).then(|| PanicsSheet {
        count: panics.count,
        last: last.map(|(at, _)| date::rfc3339(*at)),
        message: last.map(|(_, message)| message.clone()),
    })
}

/// A line for people; nothing when there were none. Ends without a full stop, as its message may.
pub(super) fn panics_in_words(panics: &Panics) -> Option<String> {
    let (at, message) = panics.last.as_ref()?;
    Some(format!(
        "headwater itself failed on {} of its visits, last on {}; what was stored is kept, please report it: {message}",
        panics.count,
        date::rfc3339(*at)
    ))
}
