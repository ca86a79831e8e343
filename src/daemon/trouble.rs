//! A store in trouble is asked again every few seconds, and told of once for as long as the trouble lasts.

use std::sync::{Arc, Mutex, PoisonError};

use crate::store::StoreError;

/// What was told last and still holds. Shared by the loop and by what it has left behind with the keeper.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    /// Logs an error that was not the last one told.
    pub fn tell(&self, error: &StoreError) {
        let words = error.to_string();
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&words) {
            tracing::error!(%error, "the store is in trouble: published feeds stay as they are, and nothing is visited until it is well again");
            *told = Some(words);
        }
    }

    /// Logs that the trouble is over, when there was one.
    pub fn is_over(&self) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.take().is_some() {
            tracing::info!("the store is well again");
        }
    }
}
