//! What is on its way from the network into the store.

use crate::ingest::Visit;
use crate::pipeline::{Delivery, FetchedPage};

/// What has ended and is to be stored: visits, those to one address together, pages, and what hubs sent.
#[derive(Default)]
pub(super) struct Harvest {
    pub visits: Vec<Visit>,
    pub pages: Vec<FetchedPage>,
    pub deliveries: Vec<Delivery>,
}

impl Harvest {
    pub fn len(&self) -> usize {
        self.visits.len() + self.pages.len() + self.deliveries.len()
    }

    pub fn add(&mut self, other: Harvest) {
        self.visits.extend(other.visits);
        self.pages.extend(other.pages);
        self.deliveries.extend(other.deliveries);
    }
}
