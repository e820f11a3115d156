//! How an application changes its declared jobs.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{JobDescriptor, JobSpec};
use crate::sync::Mutex;

/// How an application changes the submissions of a declared job.
#[derive(Clone, Debug)]
pub(crate) enum JobOverride {
    /// Its submissions are refused.
    Disabled,
    // Shared: each submission of the job clones it.
    Tuned(Arc<JobSpec>),
}

/// The changes of an application's jobs, by the address of their descriptors.
#[derive(Debug, Default)]
pub(crate) struct JobOverrides(HashMap<usize, JobOverride>);

impl JobOverrides {
    pub(crate) fn insert(&mut self, job: &'static JobDescriptor, change: JobOverride) {
        self.0.insert(address(job), change);
    }

    pub(crate) fn get(&self, job: &'static JobDescriptor) -> Option<&JobOverride> {
        self.0.get(&address(job))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn address(job: &'static JobDescriptor) -> usize {
    std::ptr::from_ref(job).addr()
}

/// The changes that apply to the next submissions of a supervisor.
#[derive(Debug, Default)]
pub(crate) struct JobOverrideTable {
    /// Whether there is a change. Written under the lock.
    // So that a submission of an application that changes no job reads one word. Relaxed, and not loom's: a submission that happens
    // after `replace` reads what that has written, and a concurrent one may read either.
    has_any: AtomicBool,
    current: Mutex<JobOverrides>,
}

impl JobOverrideTable {
    /// Returns how a job is changed. The answer stays valid for the submission that has read it.
    #[inline]
    pub(crate) fn get(&self, job: &'static JobDescriptor) -> Option<JobOverride> {
        if self.has_any.load(Ordering::Relaxed) { self.current.lock().get(job).cloned() } else { None }
    }

    /// Replaces all changes. They apply to submissions from now on: one that waits or runs keeps its options.
    pub(crate) fn replace(&self, overrides: JobOverrides) {
        // Dropped after the lock.
        let _replaced = {
            let mut current = self.current.lock();
            self.has_any.store(!overrides.is_empty(), Ordering::Relaxed);
            std::mem::replace(&mut *current, overrides)
        };
    }
}
