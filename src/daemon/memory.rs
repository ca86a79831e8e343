//! Memory that is free, given back.
//!
//! glibc keeps what a burst of work has freed, for each thread apart, and the more the larger the burst was: after composing all feeds, reading a large
//! feeds.toml or telling the status of ten thousand sources, two thirds of what was resident held nothing. Other allocators give back by themselves; there
//! nothing is done here. This is the only file that may say `unsafe`, for two calls into the C library that no crate wraps.

/// Free memory at the end of a thread's heap that is not worth giving back: half a megabyte, several times what a visit uses, so that usual work does not
/// ask the system for the same memory over and over.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const WORTH_KEEPING: libc::c_int = 512 * 1024;

/// Has every thread give back what it frees at the end of its heap, as long as the process lives. Without it, glibc raises that limit to 64 MB as it sees
/// larger pieces freed.
pub(super) fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` sets a number that the allocator reads; any value is sound, and any thread may call it at any time (mallopt(3)).
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, WORTH_KEEPING);
    }
}

/// Gives back what is free between what is used, too. Takes milliseconds and stops whoever allocates meanwhile, so it is for quiet moments.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `malloc_trim` touches free memory only, and any thread may call it at any time (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}
