//! The real binary, killed at random moments under load, hundreds of times on one store.

use std::env;
use std::fs::{self, OpenOptions};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Dice;
use super::book::{Book, check_integrity};
use super::readers::Readers;
use super::world::World;
use crate::newsroom::{ALL, Newsroom, until};

/// Kills in the form that every change has to pass.
const KILLS: usize = 200;

/// Every process of the test logs here.
const LOG: &str = "killed.log";

/// What is killed in a round.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Victims {
    Daemon,
    Refresh,
    DaemonAndRefresh,
    DaemonAndBackup,
}

struct Scene<'a> {
    world: &'a World,
    newsroom: &'a Newsroom,
    address: &'a Mutex<SocketAddr>,
    dice: Dice,
    /// How long a daemon takes from its start until it answers, on this machine and under this load.
    start: Duration,
    kills: usize,
    /// What held when the last process died.
    book: Book,
}

#[test]
fn f4_f9_f48_a_daemon_killed_at_any_moment_loses_nothing_and_asks_nothing_twice() {
    let seed = env::var("CRASH_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    kill_often(seed.unwrap_or(20_251_109), KILLS);
}

/// `CRASH_KILLS=5000 cargo test --test it -- --ignored killed_thousands`, with `CRASH_SEED` to see a failure again.
#[test]
#[ignore = "takes ten minutes"]
fn f4_f9_f48_a_daemon_killed_thousands_of_times_loses_nothing() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = number("CRASH_SEED").unwrap_or_else(|| now.map_or(1, |since| since.as_secs()));
    let kills = number("CRASH_KILLS").unwrap_or(3000);
    kill_often(seed, usize::try_from(kills).expect("a number of kills"));
}

fn kill_often(seed: u64, kills: usize) {
    // Shown when the test fails.
    println!("CRASH_SEED={seed}");
    let world = World::begin(seed);
    let newsroom = Newsroom::with(&format!("{}{}", world.sections(), ALL.trim_end()));
    newsroom.run(&["refresh", "--quiet"]).ended(0);
    let address = Mutex::new(place(&newsroom));
    let readers = Readers::default();
    thread::scope(|scope| {
        let reading = [(); 2].map(|()| scope.spawn(|| readers.read(&address)));
        let mut scene = Scene {
            world: &world,
            newsroom: &newsroom,
            address: &address,
            dice: Dice::new(seed),
            start: Duration::ZERO,
            kills: 0,
            book: Book::read(&newsroom.store()),
        };
        scene.start = scene.measure();
        // The readers must end too when this fails.
        let _stop = StopReaders(&readers);
        while scene.kills < kills && !reading.iter().any(|reader| reader.is_finished()) {
            scene.round();
        }
        scene.goes_on();
    });
    assert!(readers.answers() > kills, "{} answers", readers.answers());
    let log = fs::read_to_string(newsroom.path(LOG)).expect("a log");
    for word in ["panicked", "ERROR"] {
        let line = log.lines().find(|line| line.contains(word));
        assert_eq!(line, None, "in {} lines", log.lines().count());
    }
}

struct StopReaders<'a>(&'a Readers);

impl Drop for StopReaders<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Gives feeds.toml a place to listen at.
fn place(newsroom: &Newsroom) -> SocketAddr {
    let daemon = newsroom.daemon();
    let address = daemon.address();
    daemon.stop();
    address
}

impl Scene<'_> {
    fn spawn(&self, args: &[&str]) -> Child {
        let path = self.newsroom.path(LOG);
        let mut log = OpenOptions::new();
        let log = log.create(true).append(true).open(path).expect("a log");
        let mut command = self.newsroom.command(args);
        command.stdout(Stdio::null()).stderr(log);
        command.spawn().expect("the binary starts")
    }

    fn measure(&self) -> Duration {
        let began = Instant::now();
        let daemon = self.newsroom.daemon();
        *self.address.lock().expect("nobody panics with it") = daemon.address();
        daemon.kill();
        began.elapsed()
    }

    /// Starts some processes with much to do, and kills them at some moment.
    fn round(&mut self) {
        let victims = match self.dice.below(10) {
            0..=4 => Victims::Daemon,
            5 => Victims::Refresh,
            6 | 7 => Victims::DaemonAndRefresh,
            _ => Victims::DaemonAndBackup,
        };
        self.plan();
        let mut children = Vec::new();
        if victims != Victims::Refresh {
            children.push(self.spawn(&["run"]));
        }
        let second: &[&str] = match victims {
            Victims::Daemon => &[],
            Victims::Refresh | Victims::DaemonAndRefresh => &["refresh", "--quiet", "--now"],
            Victims::DaemonAndBackup => &["backup", "copy.db", "--force", "--quiet"],
        };
        if !second.is_empty() {
            // Beside a daemon that works, and not only beside one that starts.
            self.pause(self.start * u32::from(victims != Victims::Refresh));
            children.push(self.spawn(second));
        }
        self.pause(self.start * 5 / 2);
        for mut child in children.into_iter().rev() {
            self.kill(&mut child, victims);
        }
        self.look(victims);
    }

    /// Sources become due one after the other, beginning when a daemon that starts now may be up.
    fn plan(&mut self) {
        let store = self.newsroom.store();
        let soon = chrono::Utc::now() + self.start * 2 / 3;
        for id in self.world.asked_of_each().into_keys() {
            let due = soon.timestamp_millis() + self.dice.below(150) as i64;
            let planned = "UPDATE sources SET due = ?2, leased_until = 0 WHERE id = ?1";
            store.execute(planned, (id, due)).expect("planned");
        }
        let pages = "UPDATE pages SET due = 0, leased_until = 0 WHERE due IS NOT NULL";
        store.execute(pages, []).expect("planned");
    }

    /// Not to wait for anything: to die at another point of the work each time.
    fn pause(&mut self, at_most: Duration) {
        let micros = at_most.as_micros() as usize + 1;
        thread::sleep(Duration::from_micros(self.dice.below(micros) as u64));
    }

    fn kill(&mut self, child: &mut Child, victims: Victims) {
        child.kill().expect("killed");
        let status = child.wait().expect("dead");
        if status.signal() == Some(9) {
            self.kills += 1;
            return;
        }
        // Rounds and backups may be done before; a daemon ends by itself only when another test has taken its port meanwhile.
        if !status.success() {
            let log = fs::read_to_string(self.newsroom.path(LOG)).expect("a log");
            let last = log.lines().last().unwrap_or_default();
            assert!(
                last.contains("another process listens there"),
                "{victims:?}: {status}: {last}"
            );
            *self.address.lock().expect("nobody panics with it") = place(self.newsroom);
        }
    }

    /// The store as the dead left it.
    fn look(&mut self, victims: Victims) {
        let store = self.newsroom.store();
        check_integrity(&store);
        let after = Book::read(&store);
        after.is_whole(self.world);
        self.book.is_kept_in(&after);
        if victims == Victims::DaemonAndBackup {
            self.copy_is_whole(&after);
        }
        for (source, version) in &after.validators {
            self.world.holds(source, *version);
        }
        self.book = after;
        assert_eq!(self.world.faults(), Vec::<String>::new());
    }

    /// A backup is there whole or not at all, and holds what was committed when it began.
    fn copy_is_whole(&self, after: &Book) {
        let path = self.newsroom.path("copy.db");
        if !path.exists() {
            return;
        }
        let copy = rusqlite::Connection::open(&path).expect("a store");
        check_integrity(&copy);
        let copied = Book::read(&copy);
        copied.is_whole(self.world);
        copied.is_kept_in(after);
    }

    /// A last daemon, left alone, brings everything up to date and asks nothing that was not held to be new.
    fn goes_on(&mut self) {
        let last = self.world.rest();
        self.newsroom.due_soon();
        let daemon = self.newsroom.daemon();
        *self.address.lock().expect("nobody panics with it") = daemon.address();
        let book = until("every source up to date", || {
            let now = Book::read(&self.newsroom.store());
            (now.validators == last).then_some(now)
        });
        self.book.is_kept_in(&book);
        book.is_whole(self.world);
        assert_eq!(self.world.faults(), Vec::<String>::new());
        daemon.stop();
        check_integrity(&self.newsroom.store());
        let (kills, asked) = (self.kills, self.world.asked());
        println!(
            "{kills} kills, {asked} questions, {} entries",
            book.entries.len()
        );
        assert!(
            asked > kills,
            "too little was done for the kills to mean anything"
        );
        for leftover in ["copy.db-journal", "headwater.db.new"] {
            assert!(!self.newsroom.path(leftover).exists(), "{leftover}");
        }
    }
}
