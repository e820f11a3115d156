//! Looking up a submission by its id, during its life and after its end.

use std::sync::Arc;

use crate::runtime::cell::TaskCell;
use crate::runtime::recent_jobs::Found;
use crate::runtime::shared::Shared;
use crate::supervisor::SupervisorHandle;
use crate::task::{EndedJob, TaskId, TaskStatus};

/// The status of a submission: see [`SupervisorHandle::job_status`].
// Not boxed: it is matched at once, and rarely stored.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JobStatus {
    /// It has not ended: it waits for its slot, runs, or waits between two attempts. Its phase is never `Ended`.
    Live(TaskStatus),
    /// It has ended.
    Ended(EndedJob),
}

impl SupervisorHandle {
    /// Returns the status of the submission with this id, or how it ended. So a web handler answers `GET /jobs/{id}` without a
    /// table of handles.
    ///
    /// With [`recent_jobs`](crate::Config::with_recent_jobs), a submission is found from its acceptance until that many others have
    /// ended after it. The call then takes one lock and constant time, whether the id is known or not. Without it, only a live
    /// submission is found, in a time linear in the number of tasks, as by [`task_by_id`](Self::task_by_id).
    ///
    /// An added task is not found. A job whose body blocks its thread past its grace is `Live` until the body returns, in the phase
    /// [`Stuck`](crate::Phase::Stuck). Every caller finds every job: check which job a user may see.
    ///
    #[cfg_attr(feature = "macros", doc = "```")]
    #[cfg_attr(not(feature = "macros"), doc = "```ignore")]
    /// use taskvisor::prelude::*;
    /// use taskvisor::JobStatus;
    ///
    /// #[job]
    /// async fn double(number: u32) -> u32 {
    ///     number * 2
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default().with_recent_jobs(100), Vec::new());
    /// let handle = supervisor.submit(double { number: 21 })?;
    /// let id = handle.id();
    /// assert!(matches!(supervisor.job_status(id), Some(JobStatus::Live(_))));
    ///
    /// handle.await?;
    /// let Some(JobStatus::Ended(job)) = supervisor.job_status(id) else { panic!("it was kept") };
    /// assert!(job.outcome.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn job_status(&self, id: TaskId) -> Option<JobStatus> {
        let shared = self.shared().ok()?;
        let Some(recent) = &shared.recent_jobs else {
            let cell = shared.registry.find_by_id(id).filter(|cell| !cell.holds_name())?;
            return live_status(&shared, &cell);
        };
        if let Found::Live(cell) = recent.find(id)? {
            if let Some(live) = live_status(&shared, &cell) {
                return Some(live);
            }
        }
        // It has ended, maybe since the first lookup: an end is recorded before it is visible in the cell.
        match recent.find(id)? {
            Found::Ended(job) => Some(JobStatus::Ended((*job).clone())),
            Found::Live(_) => None,
        }
    }

    /// Returns the submissions that have ended, the last one first: at most
    /// [`recent_jobs`](crate::Config::with_recent_jobs), and none by default.
    #[must_use]
    pub fn recent_jobs(&self) -> Vec<EndedJob> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        let jobs = shared.recent_jobs.as_ref().map(|recent| recent.ended()).unwrap_or_default();
        jobs.iter().map(|job| (**job).clone()).collect()
    }
}

/// The status of a submission that was found live. `None` if it has ended since.
fn live_status(shared: &Shared, cell: &Arc<TaskCell>) -> Option<JobStatus> {
    let status = shared.status(cell);
    if status.phase.is_ended() { None } else { Some(JobStatus::Live(status)) }
}
