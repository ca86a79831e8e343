//! Where chance comes from.

use std::hash::{BuildHasher, RandomState};

use crate::schedule::Chance;

/// A draw nobody can foresee, from the keys that the system gives the standard library's hash tables. Good for spreading visits, and for no secret.
pub(super) fn draw() -> Chance {
    Chance(RandomState::new().hash_one(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f18_two_draws_differ() {
        let draws: Vec<Chance> = (0..4).map(|_| draw()).collect();
        assert!(draws.windows(2).any(|pair| pair[0] != pair[1]), "{draws:?}");
    }
}
