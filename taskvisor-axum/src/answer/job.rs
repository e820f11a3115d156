//! Jobs: submissions, live ones and ended ones.

use serde::{Deserialize, Serialize};

use super::{FailureAnswer, PhaseName};

/// `GET /jobs`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct JobListAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The live jobs, the oldest first.
    pub live: Vec<LiveJobAnswer>,
    /// How many jobs are live, also beyond those that are listed.
    pub live_total: u64,
    /// The jobs that have ended, the latest first.
    pub ended: Vec<EndedJobAnswer>,
    /// How many ended jobs the service keeps at most. 0: none.
    pub kept: u64,
}

/// `GET /jobs/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct JobAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// Whether it has ended.
    pub state: JobState,
    /// The job, if it is live.
    pub live: Option<LiveJobAnswer>,
    /// The job, if it has ended.
    pub ended: Option<EndedJobAnswer>,
}

/// Whether a job has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobState {
    /// It waits, runs, or backs off.
    Live,
    /// It has ended.
    Ended,
}

/// A live job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct LiveJobAnswer {
    /// Its id.
    pub id: u64,
    /// Its name: a label, which other jobs may have too.
    pub name: String,
    /// Its slot.
    pub slot: Option<String>,
    /// Its phase.
    pub phase: PhaseName,
    /// The phase in words, such as `waiting for its slot`.
    pub phase_text: String,
    /// When the phase began.
    pub since: String,
    /// The number of its latest attempt, or 0 before the first.
    pub attempt: u64,
    /// The number of consecutive failures.
    pub failures: u32,
    /// When the next attempt begins, if it is scheduled.
    pub next_attempt: Option<String>,
    /// The latest failure.
    pub last_error: Option<FailureAnswer>,
    /// Whether a stop was requested.
    pub stopping: bool,
}

/// An ended job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct EndedJobAnswer {
    /// Its id.
    pub id: u64,
    /// Its name: a label, which other jobs may have too.
    pub name: String,
    /// Its slot.
    pub slot: Option<String>,
    /// The outcome in words. At most 1 KiB.
    pub outcome: String,
    /// Whether it has completed.
    pub completed: bool,
    /// How many attempts it has made.
    pub attempts: u64,
    /// When it was submitted.
    pub submitted_at: String,
    /// When its first attempt began. `null` if none did.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: String,
    /// The time from its submission to the start of its first attempt, or to its end if none began.
    pub waited_ms: u64,
    /// The time from the start of its first attempt to its end. `null` if none began.
    pub ran_ms: Option<u64>,
}
