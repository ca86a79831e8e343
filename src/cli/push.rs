//! What `status` says of push: the hub, how the subscription stands, and why there is none.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::out;
use crate::date;
use crate::push::State;
use crate::store::SourceFacts;

/// The hub a source names, and the subscription there.
#[derive(Serialize)]
pub(super) struct PushSheet {
    #[serde(skip_serializing_if = "Option::is_none")]
    hub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    /// pending, active or denied; `none` without a subscription.
    state: &'static str,
    /// Whether deliveries stand in for polls.
    trusted: bool,
    /// Why there is no subscription, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until: Option<String>,
    /// When the hub is asked next.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_asked: Option<String>,
    deliveries: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_delivery: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_delivery: Option<String>,
    /// Ignored for want of a right signature.
    refused: u64,
    /// When a poll found news that the hub had not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    missed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// `None` when a source names no hub and has none.
pub(super) fn push_sheet(source: &SourceFacts) -> Option<PushSheet> {
    let (announced, sub) = (source.announced.as_ref(), source.subscription.as_ref());
    if announced.is_none() && sub.is_none() {
        return None;
    }
    let told = announced.map(|told| &told.announced);
    let evidence = sub.map(|sub| sub.evidence.clone()).unwrap_or_default();
    let obstacle = announced.and_then(|told| told.obstacle);
    Some(PushSheet {
        hub: sub
            .map(|sub| sub.hub.clone())
            .or_else(|| told.map(|told| told.hub.clone())),
        topic: sub
            .map(|sub| sub.topic.clone())
            .or_else(|| told.map(|told| told.topic.clone())),
        state: sub.map_or("none", |sub| sub.state.as_str()),
        trusted: sub.is_some_and(|sub| sub.is_trusted(Utc::now())),
        why_not: obstacle
            .filter(|_| sub.is_none())
            .map(|obstacle| obstacle.as_str()),
        lease_until: sub.and_then(|sub| sub.lease_until).map(date::rfc3339),
        next_asked: sub.map(|sub| date::rfc3339(sub.due)),
        deliveries: evidence.deliveries,
        first_delivery: evidence.first_delivery.map(date::rfc3339),
        last_delivery: evidence.last_delivery.map(date::rfc3339),
        refused: evidence.refused,
        missed: evidence.missed.map(date::rfc3339),
        problem: sub.and_then(|sub| sub.problem.clone()),
    })
}

/// For the table: nothing where no hub is named.
pub(super) fn push_in_a_word(source: &SourceFacts, now: DateTime<Utc>) -> String {
    match (&source.subscription, &source.announced) {
        (Some(sub), _) if sub.state == State::Active => match sub.is_trusted(now) {
            true => format!("{} deliveries", sub.evidence.deliveries),
            false if sub.evidence.missed.is_some() => "distrusted".into(),
            false => "awaited".into(),
        },
        (Some(sub), _) => sub.state.as_str().into(),
        (None, Some(told)) => told.obstacle.map_or("", |why| why.as_str()).into(),
        (None, None) => String::new(),
    }
}

/// Lines for one source in full.
pub(super) fn push_in_words(source: &SourceFacts) -> String {
    let Some(sheet) = push_sheet(source) else {
        // Of files nobody would expect it.
        let answered = source.last.as_ref().and_then(|visit| visit.status);
        return answered.map_or(String::new(), |_| {
            "  push: it names no hub; it is polled\n".into()
        });
    };
    let hub = out::tame(sheet.hub.as_deref().unwrap_or_default());
    let Some(sub) = &source.subscription else {
        let why = source.announced.as_ref().and_then(|told| told.obstacle);
        let why = why.map_or("a running daemon subscribes", |why| why.sentence());
        return format!("  push: not subscribed at {hub}: {why}\n");
    };
    let state = match sub.state {
        State::Active => format!(
            "subscribed at {hub} until {}",
            sheet.lease_until.as_deref().unwrap_or("now")
        ),
        State::Denied => format!("{hub} does not want to; it is asked again"),
        State::Pending | State::Ending | State::Over => {
            format!("waiting for {hub} to verify")
        }
    };
    let mut text = format!(
        "  push: {state}; {} deliveries, {} ignored\n",
        sheet.deliveries, sheet.refused
    );
    let rhythm = match (sheet.trusted, &sheet.missed, &sheet.first_delivery) {
        (true, _, Some(since)) => format!("polled slowly since {since}, when it first delivered"),
        (_, Some(at), _) => format!(
            "polled as scheduled: on {at} a poll found news that the hub had not sent; it takes three deliveries to be trusted again"
        ),
        _ => "polled as scheduled until its first delivery".into(),
    };
    text.push_str(&format!("    {rhythm}\n"));
    if let Some(problem) = &sheet.problem {
        text.push_str(&format!("    {}\n", out::tame(problem)));
    }
    text
}
