//! What is on its way from the network into the store.

use crate::ingest::Visit;
use crate::pipeline::FetchedPage;

/// What has ended and is to be stored: visits, those to one address together, and pages.
#[derive(Default)]
pub(super) struct Harvest {
    pub visits: Vec<Visit>,
    pub pages: Vec<FetchedPage>,
}

impl Harvest {
    pub fn len(&self) -> usize {
        self.visits.len() + self.pages.len()
    }

    pub fn add(&mut self, other: Harvest) {
        self.visits.extend(other.visits);
        self.pages.extend(other.pages);
    }
}
