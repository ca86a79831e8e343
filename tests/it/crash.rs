//! Power cuts: whenever the process dies, what a visit had committed is there, whole, and the next process goes on from it.

mod book;
mod killing;
mod migrating;
mod processes;
mod readers;
mod world;

/// Numbers that look random and are the same every time (Lehmer's generator).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed % 0x7fff_fffe + 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0 * 48_271 % 0x7fff_ffff;
        usize::try_from(self.0).expect("31 bits") % limit
    }
}
