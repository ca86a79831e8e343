//! Subscriptions in the store: begun and ended as sources and configuration have it, asked for, verified, accounted for.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, SubsecRound, Utc};

use super::pushed::{ping, resume};
use crate::config::{Config, Listening};
use crate::ingest::Validators;
use crate::ingest::fetch::{Ask, Declined, Form, Seeks};
use crate::link;
use crate::push::{
    Keys, Mode, Obstacle, PATH, Replied, State, Subscription, Verification, Wanted, acceptable,
    decide,
};
use crate::schedule;
use crate::store::{Announcement, Store, StoreError};

/// A hub that is to be asked now.
#[derive(Clone, Debug)]
pub struct HubAsk {
    pub token: String,
    pub source: String,
    /// When it was noted as asked.
    pub asked: DateTime<Utc>,
    pub form: Form,
}

/// Brings subscriptions in line with what sources announce and the operator wants: of everything, or only of what is announced anew. What is begun or ended
/// here, hubs are told later. `mint` makes the keys of a new one; without keys it is left for the next time.
pub fn reconcile(
    store: &Store,
    config: &Config,
    all: bool,
    now: DateTime<Utc>,
    mut mint: impl FnMut() -> Option<Keys>,
) -> Result<(), StoreError> {
    let fresh = store.announcements(all)?;
    if fresh.is_empty() && !all {
        return Ok(());
    }
    let listed = config.sources.iter();
    let listed: HashMap<&str, &Listening> = listed
        .map(|listening| (listening.source.id.as_str(), listening))
        .collect();
    store.transaction(|store| {
        let mut seen = BTreeSet::new();
        for announcement in &fresh {
            let id = announcement.source.as_str();
            seen.insert(id);
            let wanted = listed
                .get(id)
                .map_or(Err(None), |listening| wanted(config, listening, announcement));
            let mut held = store.held_subscriptions(id)?;
            let decision = decide(wanted.as_ref().ok(), &held);
            held.retain(|sub| decision.end.contains(&sub.token));
            for sub in held {
                end(store, config, sub, now)?;
            }
            if let (true, Ok(wanted)) = (decision.begin, &wanted) {
                let Some(keys) = mint() else { continue };
                let begun = Subscription::begin(id, wanted, keys, now);
                tracing::info!(source = %id, hub = %begun.hub, topic = %begun.topic, "its hub will be asked to send what is new");
                store.keep_subscription(&begun)?;
            }
            store.record_weighed(id, wanted.err().flatten())?;
        }
        if all {
            for sub in store.wanted_subscriptions()? {
                if !seen.contains(sub.source.as_str()) {
                    end(store, config, sub, now)?;
                }
            }
            for sub in store.past_subscriptions()? {
                if sub.is_forgettable(now) {
                    store.forget_subscription(&sub.token)?;
                }
            }
        }
        Ok(())
    })
}

/// What is to be subscribed to for a source; what is in the way, unless it is only that it announces nothing.
fn wanted(
    config: &Config,
    listening: &Listening,
    announcement: &Announcement,
) -> Result<Wanted, Option<Obstacle>> {
    let (source, server) = (&listening.source, config.server.as_ref());
    if announcement.address != source.place.shown() {
        return Err(None);
    }
    config.can_be_pushed(listening).map_err(Some)?;
    acceptable(&announcement.announced, source).map_err(Some)?;
    let server = server.ok_or(Some(Obstacle::NotServed))?;
    Ok(Wanted {
        announced: announcement.announced.clone(),
        base: server.address(PATH),
    })
}

fn end(
    store: &Store,
    config: &Config,
    mut sub: Subscription,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    tracing::info!(source = %sub.source, hub = %sub.hub, "this subscription is no longer wanted");
    sub.end(now);
    store.keep_subscription(&sub)?;
    resume(store, config, &sub.source, now)
}

/// Notes leases that have run out, and takes up to `limit` hubs that are to be asked now, noted as asked: no other process will ask them meanwhile, and
/// one that dies over it asks again after a pause.
pub fn claim_asks(
    store: &Store,
    config: &Config,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<HubAsk>, StoreError> {
    // As the store keeps it: by this instant an answer is matched with its question.
    let now = now.trunc_subsecs(3);
    let lapsed = store.lapsed_subscriptions(now)?;
    if lapsed.is_empty() && (limit == 0 || store.due_subscriptions(now, 1)?.is_empty()) {
        return Ok(Vec::new());
    }
    store.transaction(|store| {
        for mut sub in store.lapsed_subscriptions(now)? {
            sub.lapse(now);
            store.keep_subscription(&sub)?;
            tracing::warn!(source = %sub.source, hub = %sub.hub, "the lease ended before the hub had renewed it; the source is polled as scheduled");
            resume(store, config, &sub.source, now)?;
        }
        let mut asks = Vec::new();
        for mut sub in store.due_subscriptions(now, limit)? {
            let mode = sub.ask(now);
            store.keep_subscription(&sub)?;
            asks.extend(mode.and_then(|mode| ask(config, &sub, mode, now)));
        }
        Ok(asks)
    })
}

fn ask(config: &Config, sub: &Subscription, mode: Mode, now: DateTime<Utc>) -> Option<HubAsk> {
    let listening = config.source(&sub.source);
    // Of a source that is no longer listed the hub is asked in everybody's manners.
    let manners = listening.map_or(&config.manners, |listening| &listening.source.manners);
    let to = Ask {
        url: link::resolve(&sub.hub, None)?,
        validators: Validators::default(),
        manners: manners.clone(),
        feed_id: sub.source.clone(),
        subscribers: 0,
        seeks: Seeks::Feed,
    };
    Some(HubAsk {
        token: sub.token.clone(),
        source: sub.source.clone(),
        asked: now,
        form: Form {
            to,
            fields: sub.form(mode),
        },
    })
}

/// Keeps that a hub did not take what it was asked, and leaves its server alone if that is what it said (F14).
pub fn record_declined(
    store: &Store,
    ask: &HubAsk,
    declined: &Declined,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let retry_at = declined
        .retry_after
        .as_deref()
        .and_then(|value| schedule::retry_after(value, now));
    store.transaction(|store| {
        if let Some((until, server)) = retry_at.zip(declined.server.as_deref()) {
            store.hold(server, until, now)?;
        }
        let Some(mut sub) = store.subscription(&ask.token)? else {
            return Ok(());
        };
        sub.refused(ask.asked, &declined.why, retry_at, now);
        store.keep_subscription(&sub)
    })
}

/// Answers a hub's verification or denial (W4, W5). `None` when there is no such subscription.
pub fn verify(
    store: &Store,
    config: &Config,
    token: &str,
    said: &Verification,
    now: DateTime<Utc>,
) -> Result<Option<Replied>, StoreError> {
    store.transaction(|store| {
        let Some(mut sub) = store.subscription(token)? else {
            return Ok(None);
        };
        let replied = sub.verify(said, now);
        if replied != Replied::Refused {
            let (lease_until, problem) = (sub.lease_until, sub.problem.as_deref());
            tracing::info!(source = %sub.source, hub = %sub.hub, state = sub.state.as_str(), ?lease_until, problem, "the hub has spoken");
            store.keep_subscription(&sub)?;
        }
        if sub.state == State::Denied {
            resume(store, config, &sub.source, now)?;
        }
        Ok(Some(replied))
    })
}

/// Notes that a delivery will be acknowledged: from now on it is owed, whatever becomes of the process. False when there is no such subscription any more.
pub fn owe(store: &Store, token: &str) -> Result<bool, StoreError> {
    store.transaction(|store| {
        let Some(mut sub) = store.subscription(token)? else {
            return Ok(false);
        };
        sub.evidence.owed = sub.evidence.owed.saturating_add(1);
        store.keep_subscription(&sub)?;
        Ok(true)
    })
}

/// Counts a delivery that was not the hub's (W6).
pub fn count_refused(store: &Store, token: &str) -> Result<(), StoreError> {
    store.transaction(|store| {
        let Some(mut sub) = store.subscription(token)? else {
            return Ok(());
        };
        sub.evidence.refused = sub.evidence.refused.saturating_add(1);
        store.keep_subscription(&sub)
    })
}

/// Makes up at a start for what hubs may have sent in vain. Sources of which an earlier process acknowledged deliveries and did not live to settle them are
/// due as soon as they allow: they themselves have what was brought. Those that were polled slowly are polled as scheduled: nobody
/// heard their hubs meanwhile, and what that poll finds is not held against them.
pub fn make_up(store: &Store, config: &Config, now: DateTime<Utc>) -> Result<(), StoreError> {
    for mut sub in store.wanted_subscriptions()? {
        if sub.is_trusted(now) && sub.evidence.owed == 0 {
            sub.evidence.pinged = Some(now);
            store.keep_subscription(&sub)?;
            resume(store, config, &sub.source, now)?;
        }
    }
    for mut sub in store.owing_subscriptions()? {
        sub.evidence.owed = 0;
        sub.evidence.pinged = Some(now);
        store.keep_subscription(&sub)?;
        if let Some(listening) = config.source(&sub.source) {
            tracing::warn!(source = %sub.source, "its hub had sent news that was not stored when headwater ended; the source is asked for it");
            ping(store, listening, now)?;
        }
    }
    Ok(())
}
