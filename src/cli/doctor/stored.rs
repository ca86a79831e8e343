//! What is wrong in the store.

use chrono::{DateTime, Utc};
use rustix::process::{Pid, test_kill_process};

use super::fault::Fault;
use super::remedies::remedy;
use crate::config::Config;
use crate::store::{Ailment, Store, StoreError};

pub(super) fn faults(config: &Config, deep: bool, now: DateTime<Utc>) -> Vec<Fault> {
    match examined(config, deep, now) {
        Ok(faults) => faults,
        // Nothing was ever stored: nothing can be wrong with it.
        Err(StoreError::Missing { .. }) => Vec::new(),
        Err(error) => vec![unusable(config, &error)],
    }
}

fn examined(config: &Config, deep: bool, now: DateTime<Utc>) -> Result<Vec<Fault>, StoreError> {
    if config
        .store
        .path
        .metadata()
        .is_ok_and(|facts| facts.len() == 0)
    {
        return Err(StoreError::Empty {
            path: config.store.path.display().to_string(),
        });
    }
    let store = Store::open_read_only(&config.store.path)?;
    let feeds: Vec<String> = config.feeds.iter().map(|feed| feed.id.clone()).collect();
    let ailments = store.examine(&feeds, deep, now)?;
    let is_damaged = ailments
        .iter()
        .any(|ailment| ailment.name == "store-damaged");
    let mut faults: Vec<Fault> = ailments
        .iter()
        .map(|ailment| fault(config, ailment))
        .collect();
    if !is_damaged {
        let holders = store.lease_holders(now)?;
        faults.extend(
            holders
                .into_iter()
                .filter(|(owner, _)| is_dead(owner))
                .map(dead_owner),
        );
    }
    Ok(faults)
}

fn fault(config: &Config, ailment: &Ailment) -> Fault {
    let (what, advice) = remedy(ailment.name);
    let more = ailment.count.saturating_sub(ailment.places.len() as u64);
    let mut places = ailment.places.join("; ");
    if more > 0 {
        places.push_str(&format!("; and {more} more"));
    }
    let place = match ailment.name {
        "store-damaged" => format!("{}: {places}", config.store.path.display()),
        _ => places,
    };
    Fault::new(ailment.name, place, what, advice)
}

/// A store that cannot be looked into. The message says what to do by itself.
fn unusable(config: &Config, error: &StoreError) -> Fault {
    let name = match error {
        StoreError::NotAStore { .. } => "store-foreign",
        StoreError::Empty { .. } => "store-empty",
        StoreError::Newer { .. } => "store-newer",
        StoreError::Older { .. } => "store-older",
        StoreError::Locked => "store-locked",
        StoreError::Damaged(_) => "store-damaged",
        _ => "store-unreadable",
    };
    let said = error.to_string();
    let (what, advice) = said.split_once(". ").unwrap_or((&said, remedy(name).1));
    Fault::new(name, config.store.path.display().to_string(), what, advice)
}

/// Whether the process that a lease names has ended, as far as this machine can tell.
fn is_dead(owner: &str) -> bool {
    let number = owner.split('-').next().and_then(|text| text.parse().ok());
    number
        .and_then(Pid::from_raw)
        .is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

fn dead_owner((owner, count): (String, u64)) -> Fault {
    let (what, advice) = remedy("lease-of-the-dead");
    Fault::new(
        "lease-of-the-dead",
        format!("{count} held by process {owner}"),
        what,
        advice,
    )
}
