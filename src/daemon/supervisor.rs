//! What the service manager is told, where there is one (sd_notify(3)).

use std::env;
use std::future::pending;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Local, Utc};
use sd_notify::NotifyState;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::pulse::Pulse;
use crate::store::Outlook;

/// How often the line that `systemctl status` shows is looked at. It changes by the minute at most.
const STATUS_EVERY: Duration = Duration::from_secs(30);

/// What may wait to be said, while the service manager does not listen: minutes of it. What is beyond is not said.
const UNSAID: usize = 32;

/// How long the end waits for the service manager to hear of it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Speaks to the service manager, on a thread of its own: it may not listen for a while, its socket fills, and whoever speaks stands still. That must be
/// neither the loop nor a thread that serves.
#[derive(Clone)]
pub(super) struct Voice(Option<SyncSender<Words>>);

type Words = Box<dyn FnOnce() + Send>;

impl Voice {
    /// Silent where nobody listens.
    fn raise() -> Voice {
        if env::var_os("NOTIFY_SOCKET").is_none() {
            return Voice(None);
        }
        let (said, unsaid) = sync_channel::<Words>(UNSAID);
        let speak = move || unsaid.iter().for_each(|words| words());
        let thread = thread::Builder::new().name("supervisor".into());
        if let Err(error) = thread.spawn(speak) {
            tracing::warn!(%error, "the service manager cannot be told anything");
            return Voice(None);
        }
        Voice(Some(said))
    }

    fn says(&self, words: impl FnOnce() + Send + 'static) {
        if let Some(said) = &self.0
            && said.try_send(Box::new(words)).is_err()
        {
            tracing::debug!("the service manager does not listen");
        }
    }
}

/// The service manager, and what it was told last.
pub(super) struct Supervisor {
    voice: Voice,
    said: String,
    looked: Option<Instant>,
}

impl Supervisor {
    pub fn new() -> Self {
        Supervisor {
            voice: Voice::raise(),
            said: String::new(),
            looked: None,
        }
    }

    /// Another who speaks to it.
    pub fn voice(&self) -> Voice {
        self.voice.clone()
    }

    /// The feeds can be read.
    pub fn ready(&mut self) {
        self.voice.says(|| notify(&[NotifyState::Ready]));
        self.looked = None;
    }

    /// feeds.toml is being read again. `ready` ends it. The time stamp is what `Type=notify-reload` goes by.
    pub fn reloading(&self) {
        let now = NotifyState::monotonic_usec_now();
        self.voice.says(move || match now {
            Ok(now) => notify(&[NotifyState::Reloading, now]),
            Err(_) => notify(&[NotifyState::Reloading]),
        });
    }

    /// The end begins. Waits a moment until that is heard: the process may be gone before.
    pub async fn stopping(&self) {
        let (heard, hears) = oneshot::channel();
        self.voice.says(move || {
            notify(&[
                NotifyState::Stopping,
                NotifyState::Status("ending: answers under way are finished"),
            ]);
            let _ = heard.send(());
        });
        // Nobody listens, or not in time: the end does not wait for that.
        let _ = timeout(LAST_WORDS, hears).await;
    }

    /// Says in words what it is at.
    pub fn says(&mut self, words: &str) {
        if self.said != words {
            words.clone_into(&mut self.said);
            let words = words.to_owned();
            self.voice
                .says(move || notify(&[NotifyState::Status(&words)]));
        }
    }

    /// Whether it is time to look what could be said. Never, when nobody would hear it.
    pub fn wants_status(&mut self, now: Instant) -> bool {
        let is_time = self
            .looked
            .is_none_or(|looked| now.saturating_duration_since(looked) >= STATUS_EVERY);
        if self.voice.0.is_some() && is_time {
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
pub(super) async fn feed_watchdog(pulses: Vec<Arc<Pulse>>, voice: Voice) {
    let Some(within) = sd_notify::watchdog_enabled() else {
        return pending().await;
    };
    let mut hangs = false;
    loop {
        let now = Instant::now();
        let turns = pulses.iter().all(|pulse| pulse.turns(now));
        if turns {
            voice.says(|| notify(&[NotifyState::Watchdog]));
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
    use std::sync::mpsc::channel;

    #[test]
    fn who_speaks_to_a_deaf_service_manager_does_not_stand_still() {
        let (said, unsaid) = sync_channel::<Words>(UNSAID);
        let (voice, (tell, told)) = (Voice(Some(said)), channel());
        for number in 0..UNSAID + 9 {
            let tell = tell.clone();
            voice.says(move || tell.send(number).unwrap());
        }
        // It listens again: in order, and what there was no room for was not said.
        drop((voice, tell));
        unsaid.iter().for_each(|words| words());
        assert_eq!(
            told.iter().collect::<Vec<_>>(),
            (0..UNSAID).collect::<Vec<_>>()
        );
    }

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
