#![no_main]

use std::panic;

/// Every panic ends the run, contained or not, but those of feed-rs: they are known, and would end every run at once.
fn forgive_feed_rs() {
    let ends = panic::take_hook();
    panic::set_hook(Box::new(move |told| {
        let is_foreign = told
            .location()
            .is_some_and(|location| location.file().contains("/feed-rs-"));
        if !is_foreign {
            ends(told);
        }
    }));
}

libfuzzer_sys::fuzz_target!(init: forgive_feed_rs(), |bytes: &[u8]| checks::contained(bytes));
