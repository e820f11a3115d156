//! Jobs: submissions.

use taskvisor::{EndedJob, JobStatus, TaskId, TaskStatus};

use super::Snapshot;
use super::history::count;
use super::phase::{phase_name, phase_text};
use super::task::next_attempt;
use crate::answer::{EndedJobAnswer, JobAnswer, JobListAnswer, JobState, LiveJobAnswer, VERSION};
use crate::clock::milliseconds;
use crate::failure::{bounded, failure_answer, shortened_outcome};

impl Snapshot<'_> {
    /// At most `limit` live jobs and as many ended ones. `kept` says how many ended ones are kept, as far as the dashboard knows.
    pub(crate) fn job_list(&self, limit: usize, kept: usize) -> JobListAnswer {
        let live = self.supervisor.tasks();
        let live: Vec<_> = live.iter().filter(|status| status.is_submission()).collect();
        let ended = self.supervisor.recent_jobs();
        JobListAnswer {
            version: VERSION,
            now: self.moment.now_text(),
            live_total: count(live.len()),
            live: live.into_iter().take(limit).map(|status| self.live_job(status)).collect(),
            ended: ended.iter().take(limit).map(|job| self.ended_job(job)).collect(),
            kept: count(kept.max(ended.len())),
        }
    }

    pub(crate) fn job(&self, id: TaskId) -> Option<JobAnswer> {
        let (live, ended) = match self.supervisor.job_status(id)? {
            JobStatus::Live(status) => (Some(self.live_job(&status)), None),
            JobStatus::Ended(job) => (None, Some(self.ended_job(&job))),
            // `JobStatus` may grow.
            _ => return None,
        };
        let state = if live.is_some() { JobState::Live } else { JobState::Ended };
        Some(JobAnswer { version: VERSION, now: self.moment.now_text(), state, live, ended })
    }

    fn live_job(&self, status: &TaskStatus) -> LiveJobAnswer {
        LiveJobAnswer {
            id: status.id.get(),
            name: status.name.to_string(),
            slot: status.slot.as_ref().map(|slot| bounded(slot.to_string())),
            phase: phase_name(status),
            phase_text: phase_text(status),
            since: self.moment.time(status.since),
            attempt: status.attempt,
            failures: status.failures,
            next_attempt: next_attempt(status).map(|next| self.moment.time(next)),
            last_error: status.last_error.as_ref().map(failure_answer),
            stopping: status.stopping,
        }
    }

    fn ended_job(&self, job: &EndedJob) -> EndedJobAnswer {
        EndedJobAnswer {
            id: job.id.get(),
            name: job.name.to_string(),
            slot: job.slot.as_ref().map(|slot| bounded(slot.to_string())),
            outcome: bounded(shortened_outcome(&job.outcome).to_string()),
            completed: job.outcome.is_completed(),
            attempts: job.attempts,
            submitted_at: self.moment.time(job.submitted_at),
            started_at: job.started_at.map(|at| self.moment.time(at)),
            ended_at: self.moment.time(job.ended_at),
            waited_ms: milliseconds(job.wait()),
            ran_ms: job.ran().map(milliseconds),
        }
    }
}
