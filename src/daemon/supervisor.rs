//! What the service manager is told, where there is one (sd_notify(3)).

use std::env;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Local, Utc};
use sd_notify::NotifyState;

use super::pulse::Pulse;
use crate::store::Outlook;

/// How often the line that `systemctl status` shows is looked at. It changes by the minute at most.
const STATUS_EVERY: Duration = Duration::from_secs(30);

/// The service manager, and what it was told last.
pub(super) struct Supervisor {
    is_there: bool,
    said: String,
    looked: Option<Instant>,
}

impl Supervisor {
    pub fn new() -> Self {
        Supervisor {
            is_there: env::var_os("NOTIFY_SOCKET").is_some(),
            said: String::new(),
            looked: None,
        }
    }

    /// The feeds can be read.
    pub fn ready(&mut self) {
        notify(&[NotifyState::Ready]);
        self.looked = None;
    }

    /// feeds.toml is being read again. `ready` ends it. The time stamp is what `Type=notify-reload` goes by.
    pub fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => notify(&[NotifyState::Reloading, now]),
            Err(_) => notify(&[NotifyState::Reloading]),
        }
    }

    pub fn stopping(&self) {
        notify(&[
            NotifyState::Stopping,
            NotifyState::Status("ending: answers under way are finished"),
        ]);
    }

    /// Says in words what it is at.
    pub fn says(&mut self, words: &str) {
        if self.said != words {
            notify(&[NotifyState::Status(words)]);
            words.clone_into(&mut self.said);
        }
    }

    /// Whether it is time to look what could be said. Never, when nobody would hear it.
    pub fn wants_status(&mut self, now: Instant) -> bool {
        let is_time = self
            .looked
            .is_none_or(|looked| now.saturating_duration_since(looked) >= STATUS_EVERY);
        if self.is_there && is_time {
            self.looked = Some(now);
            return true;
        }
        false
    }
}

/// One line about how things stand, by the clock of this machine, as the journal has it.
pub(super) fn line(outlook: &Outlook, is_refused: bool) -> String {
    let mut line = format!("{} sources, {} failing", outlook.sources, outlook.failing);
    if outlook.due > 0 {
        line.push_str(&format!(", {} due", outlook.due));
    }
    match outlook.next_due {
        Some(at) => line.push_str(&format!(", next visit {}", clock(at))),
        None if outlook.due > 0 => {}
        None => line.push_str(", no visit to come"),
    }
    if is_refused {
        line.push_str("; feeds.toml is wrong and not in force, see the log");
    }
    line
}

fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%H:%M").to_string()
}

/// Tells the watchdog that all is well, for as long as all pulses turn. Runs until it is dropped.
pub(super) async fn feed_watchdog(pulses: Vec<Arc<Pulse>>) {
    let Some(within) = sd_notify::watchdog_enabled() else {
        return pending().await;
    };
    let mut hangs = false;
    loop {
        let now = Instant::now();
        let turns = pulses.iter().all(|pulse| pulse.turns(now));
        if turns {
            notify(&[NotifyState::Watchdog]);
        } else if !hangs {
            tracing::error!(
                "the daemon hangs: the watchdog is fed no more, and the service manager will end it"
            );
        }
        hangs = !turns;
        // Half of the time allowed, as sd_watchdog_enabled(3) advises.
        tokio::time::sleep(within / 2).await;
    }
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager could not be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_how_things_stand() {
        let mut outlook = Outlook {
            sources: 1000,
            failing: 3,
            next_due: DateTime::from_timestamp(1_760_000_000, 0),
            ..Outlook::default()
        };
        let said = line(&outlook, false);
        assert!(
            said.starts_with("1000 sources, 3 failing, next visit "),
            "{said}"
        );
        assert_eq!(
            said.split(' ').next_back().map(str::len),
            Some("14:07".len())
        );
        (outlook.due, outlook.next_due) = (2, None);
        assert_eq!(
            line(&outlook, true),
            "1000 sources, 3 failing, 2 due; feeds.toml is wrong and not in force, see the log"
        );
        outlook.due = 0;
        assert!(line(&outlook, false).ends_with("no visit to come"));
    }
}
