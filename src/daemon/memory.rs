//! Memory that is free and given back.

/// Gives memory that was used and is free now back to the system.
///
/// glibc keeps what a burst of work has freed, for each thread apart: after composing all feeds, reading a large feeds.toml or printing the status of ten
/// thousand sources, half of what is resident holds nothing. It takes milliseconds and stops whoever allocates meanwhile, so it is for quiet moments.
/// Other allocators give back by themselves; there it does nothing.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `malloc_trim` takes a size and touches free memory only; it may be called from any thread at any time (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}
