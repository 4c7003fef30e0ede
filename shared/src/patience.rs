//! How long a request may take. Everything that waits has a limit of its own, but limits add up, and
//! a function that is cut off half-way undoes nothing. So a request asks the store only for as long
//! as a letter can then still be handed over, and what was done for it be undone.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, timeout_at};

/// A mail that was not accepted in this time was not sent.
pub const OF_A_MAIL: Duration = Duration::from_secs(5);

/// What undoing gets, whenever it begins.
pub const OF_UNDOING: Duration = Duration::from_secs(3);

/// What is left for an answer when all time has been used.
const TO_SPARE: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// When the store is no longer asked.
    static END: Instant;
}

/// Does the work of a request in time before the function is cut off. A time that is over is none:
/// stand-ins for Lambda say such.
pub fn before<T>(cut_off: SystemTime, work: impl Future<Output = T>) -> impl Future<Output = T> {
    let work = Box::pin(work);
    let left = cut_off.duration_since(SystemTime::now()).ok();
    let of_the_store = left.map(of_the_store);
    async move {
        match of_the_store {
            Some(time) => END.scope(Instant::now() + time, work).await,
            None => work.await,
        }
    }
}

/// What is left when mail and undoing have theirs. Where that is next to nothing, since the function has
/// been given little, everybody gets less.
fn of_the_store(left: Duration) -> Duration {
    let others = OF_A_MAIL + OF_UNDOING + TO_SPARE;
    left.saturating_sub(others).max(left * 2 / 5)
}

/// Takes something back that must not stay, also when the store is no longer asked for anything else.
pub(crate) async fn of_undoing<T>(work: impl Future<Output = T>) -> T {
    match end() {
        Some(_) => END.scope(Instant::now() + OF_UNDOING, work).await,
        None => work.await,
    }
}

/// Waits for an answer of the store as long as there is time for it; none if there is not.
pub(crate) async fn wait_for<T>(answer: impl Future<Output = T>) -> Option<T> {
    match end() {
        Some(end) => timeout_at(end, answer).await.ok(),
        None => Some(answer.await),
    }
}

/// Sleeps, but not beyond the end.
pub(crate) async fn sleep(time: Duration) {
    wait_for(tokio::time::sleep(time)).await;
}

fn end() -> Option<Instant> {
    END.try_with(|end| *end).ok()
}
