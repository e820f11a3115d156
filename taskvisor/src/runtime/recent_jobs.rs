//! The submissions of a supervisor that are live or have ended recently, by their ids.
//!
//! # Invariant
//!
//! A submission is found from before it is accepted until `limit` others have ended after it. `submit` adds it before it is registered, and
//! `end` replaces it under one lock before it is deregistered and before its outcome is visible: so the id of an accepted submission is
//! always found, live or ended. The model in `models/recent_jobs.rs` shows it.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::time::Instant;

use super::cell::TaskCell;
use crate::sync::{Mutex, RandomState};
use crate::task::{EndedJob, Named, Outcome, TaskId, TaskName};

/// Exists only if `recent_jobs` of the configuration is not zero: otherwise neither a submission nor its end takes the lock.
// One lock for all submissions, taken twice for each of them. The lookup must find every live one without a search of the registry,
// because any client may send ids to a web handler.
#[derive(Debug)]
pub(crate) struct RecentJobs {
    limit: usize,
    jobs: Mutex<Jobs>,
}

#[derive(Debug, Default)]
struct Jobs {
    by_id: HashMap<TaskId, Entry, RandomState>,
    /// The submissions that have ended, oldest first.
    ended: VecDeque<Arc<EndedJob>>,
}

#[derive(Debug)]
enum Entry {
    Live { cell: Arc<TaskCell>, submitted_at: Instant },
    Ended(Arc<EndedJob>),
}

/// A submission that was found.
#[derive(Debug)]
pub(crate) enum Found {
    Live(Arc<TaskCell>),
    Ended(Arc<EndedJob>),
}

impl RecentJobs {
    /// Returns `None` for a limit of zero.
    pub(crate) fn new(limit: usize) -> Option<Self> {
        (limit > 0).then(|| Self { limit, jobs: Mutex::default() })
    }

    /// Adds a submission that is about to be registered.
    pub(crate) fn submit(&self, cell: &Arc<TaskCell>, submitted_at: Instant) {
        let entry = Entry::Live { cell: Arc::clone(cell), submitted_at };
        // An id is used once, so that no other entry is replaced.
        self.jobs.lock().by_id.insert(cell.id(), entry);
    }

    /// Removes a submission that was refused. No caller has its id.
    pub(crate) fn withdraw(&self, id: TaskId) {
        let _removed = self.jobs.lock().by_id.remove(&id);
    }

    /// Records the end of a submission. Called before it is deregistered.
    #[cold]
    pub(crate) fn end(&self, cell: &Arc<TaskCell>, outcome: Outcome, ended_at: Instant) {
        let (attempts, started_at) = cell.attempts_so_far();
        let name = TaskName::of(Arc::new(JobName(cell.shared_name())));
        let mut job = EndedJob {
            id: cell.id(),
            name,
            slot: cell.slot().cloned(),
            outcome,
            attempts,
            // Replaced below.
            submitted_at: ended_at,
            started_at,
            ended_at,
        };
        // Dropped after the lock: an outcome holds an error of the user, and a cell more than that.
        let (_live, _evicted);
        let mut jobs = self.jobs.lock();
        if let Some(Entry::Live { submitted_at, .. }) = jobs.by_id.get(&job.id) {
            job.submitted_at = *submitted_at;
        }
        let job = Arc::new(job);
        _live = jobs.by_id.insert(job.id, Entry::Ended(Arc::clone(&job)));
        jobs.ended.push_back(job);
        _evicted = if jobs.ended.len() > self.limit { jobs.pop_oldest() } else { None };
        drop(jobs);
    }

    pub(crate) fn find(&self, id: TaskId) -> Option<Found> {
        match self.jobs.lock().by_id.get(&id)? {
            Entry::Live { cell, .. } => Some(Found::Live(Arc::clone(cell))),
            Entry::Ended(job) => Some(Found::Ended(Arc::clone(job))),
        }
    }

    /// Returns the submissions that have ended, the last one first.
    pub(crate) fn ended(&self) -> Vec<Arc<EndedJob>> {
        self.jobs.lock().ended.iter().rev().map(Arc::clone).collect()
    }
}

impl Jobs {
    fn pop_oldest(&mut self) -> Option<(Arc<EndedJob>, Option<Entry>)> {
        let oldest = self.ended.pop_front()?;
        let entry = self.by_id.remove(&oldest.id);
        Some((oldest, entry))
    }
}

/// The name of a job that has ended.
// Not the cell: it is much larger, and it holds the value of the job while the handle exists.
#[derive(Debug)]
struct JobName(Cow<'static, str>);

impl Named for JobName {
    fn name(&self) -> &str {
        &self.0
    }
}
