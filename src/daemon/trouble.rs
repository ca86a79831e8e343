//! A store in trouble is asked again every few seconds, and told of when that begins, when it is another trouble, once a minute, and when it is over.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::Utc;

use super::restraint::Troubles;
use crate::store::StoreError;

/// What was told last and still holds. Shared by the loop and by what it has left behind with the keeper.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Troubles>>);

impl Trouble {
    /// Logs an error of this work, unless it was told just now, be it of other work.
    pub fn tell(&self, work: &'static str, error: &StoreError) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_news(work, &error.to_string(), Utc::now()) {
            tracing::error!(work, %error, "the store is in trouble: published feeds stay as they are, and nothing is visited until it is well again");
        }
    }

    /// This work was done. Logs that the trouble is over, when there was one and no other work is in any.
    pub fn is_over(&self, work: &'static str) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_over(work) {
            tracing::info!("the store is well again");
        }
    }
}
