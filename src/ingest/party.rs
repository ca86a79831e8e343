//! Sources that share one address: one request serves them all (F19).

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::ask::{Force, is_of, visit};
use super::fetch::{Ask, Failed, Fetch, Got};
use super::visit::{Answer, Arrival, Memory, Validators};
use crate::source::Source;

/// One of those who visit together.
#[derive(Clone, Debug)]
pub struct Guest {
    pub source: Source,
    pub memory: Memory,
}

/// Who visits one address together.
#[derive(Clone, Debug)]
pub struct Party {
    /// Asks, in its own manners.
    pub leader: Guest,
    /// Have the same address as the leader and read what it was answered.
    pub followers: Vec<Guest>,
    /// How many published feeds draw on one of them (F29).
    pub subscribers: usize,
}

/// Visits an address once for all who share it. One outcome for each, the leader's first, then those of the followers in their order.
///
/// The request is conditional only when all of them hold the same validators from the same issuer: a 304 is no answer to one who holds nothing (F3).
pub async fn visit_together<F: Fetch>(
    party: Party,
    force: Force,
    fetch: &F,
    now: DateTime<Utc>,
) -> Vec<(Arrival, Option<Answer>)> {
    let Party {
        leader,
        followers,
        subscribers,
    } = party;
    let held = |guest: &Guest| {
        let Memory {
            validators,
            validated_url,
            ..
        } = &guest.memory;
        let is_of = is_of(&guest.memory, &guest.source);
        (validators.clone(), validated_url.clone(), is_of)
    };
    let alike = followers.iter().all(|guest| held(guest) == held(&leader));
    let asking = Asking {
        fetch,
        subscribers,
        conditional: alike,
        remembers: !followers.is_empty(),
        answered: Mutex::new(None),
    };
    let mut outcomes = vec![visit(&leader.source, leader.memory, force, &asking, now).await];
    let answered = asking
        .answered
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let Some(answered) = answered else {
        return outcomes;
    };
    let told = Told(answered);
    for guest in followers {
        outcomes.push(visit(&guest.source, guest.memory, force, &told, now).await);
    }
    outcomes
}

/// The leader's question, as all want it asked; remembers the last answer.
struct Asking<'a, F> {
    fetch: &'a F,
    subscribers: usize,
    conditional: bool,
    remembers: bool,
    answered: Mutex<Option<Result<Got, Failed>>>,
}

impl<F: Fetch> Fetch for Asking<'_, F> {
    async fn fetch(&self, ask: &Ask) -> Result<Got, Failed> {
        let mut ask = ask.clone();
        ask.subscribers = self.subscribers;
        if !self.conditional {
            ask.validators = Validators::default();
        }
        let answer = self.fetch.fetch(&ask).await;
        if self.remembers {
            let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
            *answered = Some(answer.clone());
        }
        answer
    }
}

/// What the leader was answered.
struct Told(Result<Got, Failed>);

impl Fetch for Told {
    async fn fetch(&self, _: &Ask) -> Result<Got, Failed> {
        self.0.clone()
    }
}
