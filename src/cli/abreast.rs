//! Work on many things of one sort, on all cores: a feed may hold five thousand entries, and each is read apart from the others.

use std::num::NonZero;
use std::panic;
use std::thread;

/// What `make` makes of each thing and its number, in their order. A panic in it is one of the caller.
pub(super) fn abreast<'a, T: Sync, U: Send>(
    things: &'a [T],
    make: impl Fn(usize, &'a T) -> U + Sync,
) -> Vec<U> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = things.len().div_ceil(cores).max(1);
    let make = &make;
    let numbered = |(part, things): (usize, &'a [T])| -> Vec<U> {
        let numbers = part * share..;
        numbers
            .zip(things)
            .map(|(at, thing)| make(at, thing))
            .collect()
    };
    let numbered = &numbered;
    thread::scope(|scope| {
        let parts = things.chunks(share).enumerate();
        let workers: Vec<_> = parts
            .map(|part| scope.spawn(move || numbered(part)))
            .collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|made| made.unwrap_or_else(|payload| panic::resume_unwind(payload)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_stands_in_the_order_of_the_things() {
        for count in [0, 1, 2, 3, 1_000] {
            let things: Vec<usize> = (0..count).collect();
            let made = abreast(&things, |at, thing| (at, *thing));
            let wanted: Vec<_> = things.iter().map(|thing| (*thing, *thing)).collect();
            assert_eq!(made, wanted);
        }
    }

    #[test]
    #[should_panic(expected = "seven")]
    fn a_panic_is_the_callers() {
        abreast(&[7], |_, _| panic!("seven"));
    }
}
