//! Reading documents off the async threads.

use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

use super::visit::Failure;

/// Documents read at once beyond one a core: some wait for a disk.
const SPARE: usize = 1;

/// Places for those that are read at once. A document's tree takes many times its size, and more at once than there are cores would be no quicker.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, usize::from);
    Semaphore::new(cores + SPARE)
});

/// Does the work on a thread of its own, when it is its turn. A panic in it is a failure of this one visit.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    // Only a closed semaphore refuses, and this one is never closed.
    let _place = PLACES.acquire().await;
    let task = tokio::task::spawn_blocking(work);
    task.await
        .map_err(|lost| Failure::Panicked(lost.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_and_gives_its_place_back() {
        for _ in 0..available_parallelism().map_or(1, usize::from) + SPARE + 1 {
            let lost = aside(|| std::panic::resume_unwind(Box::new("lost"))).await;
            assert!(matches!(lost, Err::<(), _>(Failure::Panicked(_))));
        }
        assert_eq!(aside(|| 7).await, Ok(7));
    }
}
