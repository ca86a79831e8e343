//! What each fault in the store means, and what to do about it.

const REPORT: &str = "please report it; it costs nothing else, and feeds go on";

type Remedy = (&'static str, &'static str);

/// What is wrong, and what to do.
pub(super) fn remedy(name: &str) -> Remedy {
    let known = of_rows(name).or_else(|| of_work(name));
    known.unwrap_or((
        "it is not as it should be",
        "look at the message, and at the log",
    ))
}

/// What the tables say of each other.
fn of_rows(name: &str) -> Option<Remedy> {
    Some(match name {
        "store-damaged" => (
            "the file is damaged, as by a failing disk or a copy made while it was written",
            "stop headwater, move the store away with its -wal and -shm, and put a backup in its place; without one, `sqlite3 STORE .recover` saves what can be read",
        ),
        "dangling-reference" => (
            "rows point at others that are not there, as after a repair by hand",
            "put a backup in its place, or delete those rows: `PRAGMA foreign_key_check` in sqlite3 names each",
        ),
        "entry-twice" => (
            "an entry is there twice, which its index forbids: the index is damaged",
            "run `sqlite3 STORE REINDEX` after taking the duplicates out, or put a backup in its place",
        ),
        "public-id-twice" => (
            "two stories have one id, so that readers take them for one: an index is damaged",
            "run `sqlite3 STORE REINDEX` after taking one of them out, or put a backup in its place",
        ),
        "entry-without-verdict" => (
            "entries are in a story for no reason that is known",
            "nothing breaks, but `explain` has no answer; a backup may have it",
        ),
        "entry-without-fingerprint" => (
            "entries are not recognised when another source says the same",
            REPORT,
        ),
        "story-without-entries" => (
            "stories without any entry: nothing can be published of them",
            REPORT,
        ),
        "story-without-speaker" => ("stories for which none of their own entries speaks", REPORT),
        "leader-missing" => (
            "sources are asked for by another of the same address, which is listed no more",
            "start headwater, or let it reload: it finds another",
        ),
        "publication-of-gone-feed" => (
            "stories are held as published by feeds that are not in feeds.toml any more, and are never dropped",
            "start the daemon, which ends that; or put the feed back",
        ),
        _ => return None,
    })
}

/// What is done with sources, and when.
fn of_work(name: &str) -> Option<Remedy> {
    Some(match name {
        "lease-of-the-dead" => (
            "sources are claimed by a process that has ended without giving them back",
            "nothing, if it ended in the last minute: claims end by themselves. If it lives in another container, all is well",
        ),
        "lease-too-long" => (
            "claims end later than any is made for: the clock was ahead when they were made",
            "look at the clock; stop headwater and start it again when the clock is right, or wait until then",
        ),
        "source-stuck" => (
            "due for over an hour while others were visited",
            "`headwater refresh SOURCE` visits it now; if it is stuck again, please report it",
        ),
        "nobody-visits" => (
            "nothing was visited for over a day, though sources are due",
            "start the daemon, or see whether the timer or cron job runs `headwater refresh`",
        ),
        "visit-in-the-future" => (
            "visits are recorded for times that have not come: this clock is behind, or was ahead then",
            "look at the clock (`timedatectl`); schedules are right again once it has passed those times",
        ),
        "source-failing" => (
            "nothing could be read of it for two weeks",
            "`headwater status SOURCE` says why; change its address, or take it out of feeds.toml",
        ),
        "visit-panicked" => (
            "headwater failed on a visit within the last week; what was stored is kept",
            "please report it, with the message and the source's address",
        ),
        "document-kept" => (
            "a parser failed on its document, which is kept",
            "`headwater inspect --kept SOURCE --raw` prints it, for a bug report; it goes once the source reads well",
        ),
        _ => return None,
    })
}
