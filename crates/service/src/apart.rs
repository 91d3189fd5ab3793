//! Work that keeps to one thread: a ledger's connection may not be looked at from two, so what holds one while it waits
//! cannot move between the threads that serve sockets.

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Runs a future on a thread that may wait, and ends it where it waits when this one is dropped.
///
/// # Panics
/// Where the future does.
pub async fn apart<F, T>(begin: impl FnOnce() -> F + Send + 'static) -> T
where
    F: Future<Output = T>,
    T: Send + 'static,
{
    // Dropped with this future, and told by that.
    let (_waited_for, alone) = oneshot::channel::<()>();
    let handle = Handle::current();
    let working = tokio::task::spawn_blocking(move || {
        handle.block_on(async move {
            tokio::select! {
                ended = begin() => Some(ended),
                _ = alone => None,
            }
        })
    });
    match working.await {
        Ok(ended) => ended.expect("it ends early only where nobody waits"),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is ending, and drops whoever waits here.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test(flavor = "multi_thread")]
    async fn what_may_not_move_runs_to_its_end() {
        let counted = apart(|| async {
            let cell = Cell::new(1);
            tokio::task::yield_now().await;
            cell.set(cell.get() + 1);
            cell.get()
        });
        assert_eq!(counted.await, 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_nobody_waits_for_ends() {
        struct Ends(Arc<AtomicBool>);
        impl Drop for Ends {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let has_ended = Arc::new(AtomicBool::new(false));
        let ends = Ends(Arc::clone(&has_ended));
        let (told, begun) = oneshot::channel::<()>();
        let waiting = tokio::spawn(apart(move || async move {
            let _ends = ends;
            drop(told);
            std::future::pending::<()>().await;
        }));
        drop(begun.await);
        waiting.abort();
        while !has_ended.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        assert!(waiting.await.is_err_and(|error| error.is_cancelled()));
    }
}
