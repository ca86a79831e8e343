//! Copies of a store that is in use.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread;

use rusqlite::Connection;

use super::book::{Book, check_integrity};
use super::disk::limited;
use super::read_once;
use super::world::World;
use crate::newsroom::{ALL, Newsroom};

#[test]
fn a_backup_under_load_holds_all_that_was_committed_before_it_began() {
    let world = World::begin(5);
    let newsroom = Newsroom::with(&format!("{}{ALL}", world.sections()));
    newsroom.refresh(&["--now"]);
    let daemon = newsroom.daemon();
    for nth in 0..8 {
        newsroom.due_soon();
        let before = Book::read(&newsroom.store());
        let name = format!("copy{nth}.db");
        thread::scope(|scope| {
            scope.spawn(|| newsroom.run(&["refresh", "--now"]).ended(0));
            let told = newsroom.run(&["backup", &name, "--json"]).ended(0).json();
            let copy = Connection::open(newsroom.path(&name)).expect("a copy");
            check_integrity(&copy);
            let copied = Book::read(&copy);
            before.is_kept_in(&copied);
            copied.is_whole(&world);
            copied.is_kept_in(&Book::read(&newsroom.store()));
            assert_eq!(told["entries"], copied.entries.len());
        });
        let mode = fs::metadata(newsroom.path(&name))
            .expect("a file")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "for nobody else");
        assert!(!newsroom.path(&format!("{name}.part")).exists());
    }
    daemon.stop();
    // A copy in the store's place is a store like any other.
    let books = ["headwater.db", "copy7.db"].map(|name| newsroom.path(name));
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(newsroom.path(&format!("headwater.db{ending}")));
    }
    fs::rename(&books[1], &books[0]).expect("restored");
    let told = newsroom.run(&["doctor", "--deep", "--json"]).json();
    // It remembers who was at work when it was made.
    let faults = told["faults"].as_array().expect("faults");
    assert!(
        faults
            .iter()
            .all(|fault| fault["name"] == "lease-of-the-dead"),
        "{told}"
    );
    let before = Book::read(&newsroom.store());
    let daemon = newsroom.daemon();
    daemon.stop();
    before.is_kept_in(&Book::read(&newsroom.store()));
}

#[test]
fn a_backup_replaces_nothing_unasked_and_leaves_nothing_half_done() {
    let (_origin, newsroom) = read_once();
    newsroom.write("kept.db", "somebody's own");
    let told = newsroom.run(&["backup", "kept.db"]).ended(1).err;
    assert!(
        told.contains("left as it is") && told.contains("--force"),
        "{told}"
    );
    let kept = fs::read_to_string(newsroom.path("kept.db")).expect("read");
    assert_eq!(kept, "somebody's own");
    newsroom.run(&["backup", "kept.db", "--force"]).ended(0);
    check_integrity(&Connection::open(newsroom.path("kept.db")).expect("a copy"));
    for args in [
        &["backup", "headwater.db"][..],
        &["backup", "./headwater.db", "--force"],
    ] {
        let told = newsroom.run(args).ended(1).err;
        assert!(told.contains("is the store itself"), "{told}");
    }
    let told = newsroom
        .run(&["backup", "no/such/folder/copy.db"])
        .ended(1)
        .err;
    assert!(told.contains("Nothing of it was kept"), "{told}");
    // What one who was killed left, and one who is at work.
    newsroom.write("copy.db.part", "half a copy");
    newsroom.run(&["backup", "copy.db"]).ended(0);
    assert!(!newsroom.path("copy.db.part").exists());
    let at_work = fs::File::create(newsroom.path("other.db.part")).expect("a file");
    at_work.lock().expect("locked");
    let told = newsroom.run(&["backup", "other.db"]).ended(1).err;
    assert!(told.contains("being made just now"), "{told}");
    check_integrity(&newsroom.store());
    // Without a store there is nothing to copy, and none is begun.
    let empty = Newsroom::with("");
    let told = empty.run(&["backup", "copy.db"]).ended(1).err;
    assert!(told.contains("there is no store"), "{told}");
    assert!(!empty.path("copy.db").exists() && !empty.path("headwater.db").exists());
}

#[test]
fn a_backup_for_which_there_is_no_room_leaves_nothing() {
    let (_origin, newsroom) = read_once();
    // Fewer bytes than the store has, for any file that is written.
    let mut command: Command = limited(&newsroom, &["backup", "copy.db"], 100);
    let ran = command.output().expect("it runs");
    let told = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{told}");
    assert!(told.contains("could not be written"), "{told}");
    assert!(told.contains("Nothing of it was kept"), "{told}");
    let names = fs::read_dir(newsroom.path("")).expect("listed");
    let left: Vec<_> = names
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("copy"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    newsroom.run(&["backup", "copy.db"]).ended(0);
}
