//! What a task did lately: its latest attempts, and the failures in the window of `max_failures`.

use tokio::time::Instant;

use super::TaskHandle;
use crate::task::{AttemptRecord, FailuresInWindow};

impl TaskHandle {
    /// Returns the latest attempts that have ended, oldest first: at most 20. A running attempt is not among them.
    ///
    /// It can be read at any time, also after the end of the task. The first failure or the second attempt allocates about 1.5 KiB
    /// for it; a task that succeeds at its first attempt allocates nothing.
    ///
    /// The errors become text when the history is read. So each of them is kept until 20 later attempts have ended, or until the task
    /// has ended and its handles are dropped: let no error own what must be freed soon, such as a connection.
    #[must_use]
    pub fn history(&self) -> Vec<AttemptRecord> {
        self.cell().history()
    }

    /// Returns the failures that count for [`max_failures`](crate::TaskSpec::with_max_failures), and this limit. `None` without it.
    ///
    /// A failure counts until it is older than the time of the limit. [`restart`](Self::restart) clears the window, and so does the pause
    /// of a task that gave up. Failures that the outage of a needed task explains are taken out of it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{BackoffPolicy, MaxFailures, Supervisor, TaskError, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let feed = TaskFn::arc("feed", || async { Err(TaskError::fail("no such host")) });
    /// let limit = MaxFailures::new(5, Duration::from_secs(600));
    /// let backoff = BackoffPolicy::constant(Duration::from_secs(60));
    /// let task = supervisor.add_task(TaskSpec::on_failure(feed).with_max_failures(limit).with_backoff(backoff))?;
    /// tokio::time::sleep(Duration::from_secs(90)).await;
    /// assert_eq!(task.failures_in_window().map(|window| window.to_string()).as_deref(), Some("2 of 5 in 10m"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn failures_in_window(&self) -> Option<FailuresInWindow> {
        // Before the lock, which the next failure of the task waits for.
        let now = Instant::now();
        self.cell().rare()?.failures().lock().failures(now)
    }
}
