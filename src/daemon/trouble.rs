//! A store in trouble is asked again every few seconds, and told of once for as long as the trouble lasts.

use crate::store::StoreError;

/// What was told last and still holds.
#[derive(Default)]
pub(super) struct Trouble(Option<String>);

impl Trouble {
    /// Logs an error that was not the last one told.
    pub fn tell(&mut self, error: &StoreError) {
        let words = error.to_string();
        if self.0.as_ref() != Some(&words) {
            tracing::error!(%error, "the store is in trouble: published feeds stay as they are, and nothing is visited until it is well again");
            self.0 = Some(words);
        }
    }

    /// Logs that the trouble is over, when there was one.
    pub fn is_over(&mut self) {
        if self.0.take().is_some() {
            tracing::info!("the store is well again");
        }
    }
}
