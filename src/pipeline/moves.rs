//! Where a source is asked, and when it is believed to have moved (F22–F24).
//!
//! The operator's file is never edited: the store keeps where the source has moved to, it is asked there from then on, and `status` says what to write into
//! feeds.toml. What is believed is what was told again and again; a hotel's login page redirects permanently as well.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::ingest::fetch::names_private;
use crate::ingest::{Fresh, Memory, Visit};
use crate::link;
use crate::source::{Place, Source, with_userinfo_of, without_userinfo};
use crate::store::{Evidence, Kept, Moves, Store, StoreError};

/// How many visits in a row must tell of the same new address (F22).
const TELLINGS: u32 = 5;

/// How much time must lie between the first and the last of them: longer than a weekend's mistake (F22).
const SPAN: TimeDelta = TimeDelta::hours(48);

/// After how many failures in a row at a new address the one in feeds.toml is asked again.
const FALLBACK: u32 = 5;

/// The source as it is to be asked now: at the address it has moved to, or, once, at one that is on trial.
///
/// Credentials go along within their own origin only (F38). On trial nothing private may be reached, unless the operator's own address is (F23).
pub fn at_its_place(source: &Source, moves: &Moves) -> Source {
    let mut source = source.clone();
    let Place::Url(operators) = &source.place else {
        return source;
    };
    let trial = moves.evidence.as_ref().filter(|evidence| evidence.on_trial);
    if trial.is_some() && !names_private(operators) {
        source.manners.allow_private_addresses = false;
    }
    let to = trial
        .map(|evidence| &evidence.to)
        .or(moves.moved_to.as_ref());
    source.place = Place::Url(address(operators, to));
    source
}

/// An address that a source has moved to, as it is asked: with the operator's credentials where they belong.
fn address(operators: &Url, to: Option<&String>) -> Url {
    to.and_then(|to| link::resolve(to, None))
        .map_or_else(|| operators.clone(), |to| with_userinfo_of(operators, &to))
}

/// What is known of a source's moves after a visit, and whether that is anything new.
pub(super) struct Moved {
    pub moves: Moves,
    /// What to remember in place of what the visit left, so that the next one, elsewhere, is as conditional as this one was (F7).
    pub memory: Option<Memory>,
}

/// Weighs what a visit that went well says of where its source lives. `fresh` is what it read, if it read anything; an answer that nothing has changed tells
/// of the feed as it is known. Called before anything of the visit is stored.
pub(super) fn after_success(
    store: &Store,
    source: &Source,
    visit: &Visit,
    kept: &Kept,
    fresh: Option<&Fresh>,
    memory: &Memory,
) -> Result<Moved, StoreError> {
    let mut moves = kept.moves.clone();
    let (Place::Url(operators), Some(answer)) = (&source.place, &visit.answer) else {
        return Ok(Moved {
            moves,
            memory: None,
        });
    };
    let known = is_known(store, source, fresh)?;
    if let Some(trial) = moves.evidence.take_if(|evidence| evidence.on_trial) {
        return Ok(settle_down(operators, moves, trial.to, memory, visit.at));
    }
    if let Some(fresh) = fresh {
        let said = fresh.channel.new_url.as_deref();
        moves.new_url = said
            .and_then(|url| link::resolve(url, None))
            .map(|url| bare(&url));
    }
    let here = address(operators, moves.moved_to.as_ref());
    let permanent = answer.permanent.as_ref().filter(|_| !answer.inward);
    let is_redirect = permanent.is_some();
    let target = permanent
        .or(moves.new_url.as_ref())
        .filter(|to| **to != bare(&here) && is_acceptable(operators, &here, to));
    let Some(target) = target.cloned() else {
        moves.evidence = None;
        return Ok(Moved {
            moves,
            memory: None,
        });
    };
    let mut evidence = match moves.evidence.take() {
        Some(evidence) if evidence.to == target => evidence,
        _ => Evidence {
            to: target,
            since: visit.at,
            visits: 0,
            on_trial: false,
        },
    };
    evidence.visits = evidence.visits.saturating_add(u32::from(known));
    let is_enough = evidence.visits >= TELLINGS && visit.at - evidence.since >= SPAN;
    let is_free = is_enough && store.source_at(&evidence.to, &source.id)?.is_none();
    if is_free && is_redirect {
        return Ok(settle_down(operators, moves, evidence.to, memory, visit.at));
    }
    evidence.on_trial = is_free;
    moves.evidence = Some(evidence).filter(|evidence| evidence.visits > 0);
    Ok(Moved {
        moves,
        memory: None,
    })
}

/// What remains of a source's moves after a visit that failed. A trial that fails is over; a new address that keeps failing, or says that it is gone, is given
/// up for the one in feeds.toml.
pub(super) fn after_failure(kept: &Kept, failures: u32, is_gone: bool) -> Moves {
    let mut moves = kept.moves.clone();
    moves.evidence.take_if(|evidence| evidence.on_trial);
    if moves.moved_to.is_some() && (is_gone || failures >= FALLBACK) {
        return Moves::default();
    }
    moves
}

/// Whether what was read shares an entry with what the source has said before.
pub(super) fn is_known(
    store: &Store,
    source: &Source,
    fresh: Option<&Fresh>,
) -> Result<bool, StoreError> {
    let Some(fresh) = fresh else {
        return Ok(true);
    };
    let ids = fresh.entries.iter().map(|entry| entry.id.as_str());
    store.knows_any(&source.id, ids)
}

/// From now on the source is asked there.
fn settle_down(
    operators: &Url,
    mut moves: Moves,
    to: String,
    memory: &Memory,
    now: DateTime<Utc>,
) -> Moved {
    // Moved back to where feeds.toml says.
    let is_away = to != bare(operators);
    moves.moved_at = is_away.then_some(now);
    moves.moved_to = is_away.then_some(to);
    moves.new_url = None;
    moves.evidence = None;
    let memory = memory
        .clone()
        .readdressed(&address(operators, moves.moved_to.as_ref()));
    Moved {
        moves,
        memory: Some(memory),
    }
}

/// F23: never from https to plain http, and never from a public address to a private one.
fn is_acceptable(operators: &Url, here: &Url, to: &str) -> bool {
    let Some(to) = link::resolve(to, None) else {
        return false;
    };
    let is_secure = |url: &Url| url.scheme() == "https";
    let loses = |from: &Url| is_secure(from) && !is_secure(&to);
    !loses(operators) && !loses(here) && (!names_private(&to) || names_private(operators))
}

/// The server that a source with these moves is asked at.
pub(super) fn server(source: &Source, moves: &Moves) -> Option<String> {
    match &source.place {
        Place::Url(operators) => link::server(&address(operators, moves.moved_to.as_ref())),
        // Only feeds are followed where they move: a page or a sitemap shows by nothing that it is still the same.
        other => other.url().and_then(link::server),
    }
}

/// As addresses are kept and compared: without credentials and fragment.
fn bare(url: &Url) -> String {
    let mut url = without_userinfo(url);
    url.set_fragment(None);
    url.into()
}
