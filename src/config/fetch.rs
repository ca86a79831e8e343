//! `[fetch]` and `[defaults]`: how politely sources are visited, and when. A source may override both.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use chrono_tz::Tz;

use super::keys::{DEFAULTS, FETCH};
use super::ledger::{Ledger, Wrong};
use super::section::{Section, Text};
use super::tree::Tree;
use super::value;
use crate::schedule::Schedule;
use crate::source::Manners;

/// Visits at once if nothing is said.
const CONCURRENCY: usize = 64;

/// Most visits at once: each holds a connection and up to `max_bytes` in memory.
const MAX_CONCURRENCY: usize = 1_024;

/// Most visits at once to one host. Browsers open six; more is no longer polite (F19).
const MAX_PER_HOST: usize = 16;

/// Bounds between two starts at one host (F19). No pause at all is for one's own machines.
const HOST_INTERVAL: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(3_600);

/// Bounds between two visits: above 31 days a source is not followed any more (F11).
const MIN_INTERVAL: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(31 * 86_400);

/// Bounds of one visit.
const TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(600);

/// Bounds of a body: below 1 KB there is no feed, above 1 GB no memory (F36).
const MAX_BYTES: RangeInclusive<u64> = 1_000..=1_000_000_000;

/// When a source is visited if nothing is said.
const SCHEDULE: &str = "@hourly";

/// Reads `[fetch]`: visits at once, and the manners every source starts from.
pub(super) fn fetch(tree: &Tree, ledger: &mut Ledger) -> (usize, Manners) {
    let section = tree.section(&FETCH, ledger);
    let concurrency = section.whole("concurrency", 1..=MAX_CONCURRENCY, ledger);
    (
        concurrency.unwrap_or(CONCURRENCY),
        manners(&section, &Manners::default(), ledger),
    )
}

/// The manners a section sets, and those of `base` where it sets none.
pub(super) fn manners(section: &Section, base: &Manners, ledger: &mut Ledger) -> Manners {
    let mut time = |key, bounds: RangeInclusive<Duration>, base| {
        section
            .read(key, ledger, |text| value::duration(text, bounds))
            .unwrap_or(base)
    };
    let host_interval = time("host_interval", HOST_INTERVAL, base.host_interval);
    let min_interval = time("min_interval", MIN_INTERVAL, base.min_interval);
    let timeout = time("timeout", TIMEOUT, base.timeout);
    let max_bytes =
        section.read_or_number("max_bytes", ledger, |text| value::size(text, MAX_BYTES));
    Manners {
        contact: section
            .address("contact", ledger, value::contact)
            .or_else(|| base.contact.clone()),
        per_host: section
            .whole("per_host", 1..=MAX_PER_HOST, ledger)
            .unwrap_or(base.per_host),
        host_interval,
        min_interval,
        timeout,
        max_bytes: max_bytes.unwrap_or(base.max_bytes),
        allow_private_addresses: section
            .truth("allow_private_addresses", ledger)
            .unwrap_or(base.allow_private_addresses),
    }
}

/// `[defaults]`: when a source is visited that does not say, and whether its articles' pages are read.
pub(super) struct Defaults<'a> {
    schedule: Option<Text<'a>>,
    zone: Tz,
    /// For sources on the web.
    pub full_text: bool,
    /// The default schedule in each zone it was asked for; `None` where it is faulty, which has been noted.
    read: HashMap<Tz, Option<Schedule>>,
}

impl<'a> Defaults<'a> {
    pub fn open(tree: &'a Tree<'a>, ledger: &mut Ledger) -> Defaults<'a> {
        let section = tree.section(&DEFAULTS, ledger);
        let zone = zone(&section, ledger).unwrap_or(Tz::UTC);
        let mut defaults = Defaults {
            schedule: section.text("schedule", ledger),
            zone,
            full_text: section.truth("full_text", ledger).unwrap_or(false),
            read: HashMap::new(),
        };
        // Read here, so that a fault in it is found even if every source has a schedule of its own.
        defaults.schedule_in(zone, ledger);
        defaults
    }

    /// The zone and the schedule of a source. No schedule means that it is faulty.
    pub fn times(&mut self, source: &Section, ledger: &mut Ledger) -> (Tz, Option<Schedule>) {
        let zone = zone(source, ledger).unwrap_or(self.zone);
        let schedule = match source.has("schedule") {
            true => source.read("schedule", ledger, |text| value::schedule(text, zone)),
            false => self.schedule_in(zone, ledger),
        };
        (zone, schedule)
    }

    fn schedule_in(&mut self, zone: Tz, ledger: &mut Ledger) -> Option<Schedule> {
        let read = || match &self.schedule {
            Some(text) => text.read("schedule", ledger, |text| value::schedule(text, zone)),
            None => value::schedule(SCHEDULE, zone).ok(),
        };
        self.read.entry(zone).or_insert_with(read).clone()
    }
}

fn zone(section: &Section, ledger: &mut Ledger) -> Option<Tz> {
    let text = section.text("timezone", ledger)?;
    let wrong = match value::zone(text.value) {
        Ok(zone) => return Some(zone),
        Err(wrong) => wrong,
    };
    let meant = wrong
        .help
        .or_else(|| ledger.did_you_mean(text.value, value::zones()));
    let help =
        meant.unwrap_or_else(|| "zones are named after places, as in \"Asia/Kolkata\"".into());
    ledger.wrong(
        "timezone",
        &text.span,
        text.value,
        Wrong {
            help: Some(help),
            ..Wrong::new(wrong.message)
        },
    );
    None
}
