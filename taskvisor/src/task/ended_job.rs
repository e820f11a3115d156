//! A submission that has ended.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Outcome, TaskId, TaskName};

/// A job, or another submission, that has ended. See [`Config::with_recent_jobs`](crate::Config::with_recent_jobs).
///
/// It does not have the value of the job, whose type only the [`JobHandle`](crate::JobHandle) knows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EndedJob {
    /// The id of the submission.
    pub id: TaskId,
    /// The name of the job.
    pub name: TaskName,
    /// The slot. `None` for a submission without one.
    pub slot: Option<Arc<str>>,
    /// The outcome. It keeps the error of a failed job, as long as the job is kept.
    pub outcome: Outcome,
    /// The number of attempts. Zero if the submission never started.
    pub attempts: u64,
    /// When the submission was accepted.
    pub submitted_at: Instant,
    /// When the first attempt began. `None` if the submission never started.
    pub started_at: Option<Instant>,
    /// When the submission ended.
    pub ended_at: Instant,
}

impl EndedJob {
    /// Returns how long the submission waited for its first attempt, or, if it never started, for its end.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.started_at.unwrap_or(self.ended_at).saturating_duration_since(self.submitted_at)
    }

    /// Returns the time from the start of the first attempt to the end, with the delays between attempts. `None` if the submission
    /// never started.
    #[must_use]
    pub fn ran(&self) -> Option<Duration> {
        self.started_at.map(|started_at| self.ended_at.saturating_duration_since(started_at))
    }
}
