//! The limits that the attempts of one declaration share: how many run at once, and how often they begin.
//!
//! `table` finds the limits of a declaration, `rate` says when an attempt may begin, `holders` lists what holds the permits. The gates
//! that acquire them are in `runtime/actor`.

mod holders;
mod rate;
mod table;

use std::sync::Arc;

use tokio::sync::Semaphore;

pub(crate) use self::holders::HoldersCache;
pub(crate) use self::rate::{RateGate, RatePoll, RateTurn};
pub(crate) use self::table::{LimitKey, LimitTable};

use crate::policy::RateLimit;
use crate::sync::{AtomicU64, Ordering};
use crate::task::{LimitScope, Named, TaskId, TaskName};

/// The limits of one declaration. Its cells own them.
#[derive(Debug)]
pub(crate) struct AttemptLimits {
    /// The name of the task or of the job.
    name: Box<str>,
    permits: Option<Arc<Semaphore>>,
    rate: Option<RateGate>,
    /// The task that holds the permit, if there is only one permit: an attempt that awaits another one of the declaration would wait for
    /// ever. Zero if none does. Without meaning if there are more permits.
    // Relaxed: an attempt reads it, and it has written its own id before it began. Any other value says that it is not the holder.
    sole_holder: AtomicU64,
    is_sole: bool,
    holders: HoldersCache,
}

impl AttemptLimits {
    fn new(name: &str, max_concurrent: Option<usize>, rate_limit: Option<RateLimit>) -> Self {
        let permits = max_concurrent.map(|limit| limit.clamp(1, Semaphore::MAX_PERMITS));
        Self {
            name: name.into(),
            permits: permits.map(|limit| Arc::new(Semaphore::new(limit))),
            rate: rate_limit.map(|limit| RateGate::new(&limit)),
            sole_holder: AtomicU64::new(0),
            is_sole: max_concurrent == Some(1),
            holders: HoldersCache::default(),
        }
    }

    pub(crate) fn permits(&self) -> Option<&Arc<Semaphore>> {
        self.permits.as_ref()
    }

    pub(crate) fn rate(&self) -> Option<&RateGate> {
        self.rate.as_ref()
    }

    pub(crate) fn scope(self: &Arc<Self>) -> LimitScope {
        LimitScope::Task { name: TaskName::of(Arc::clone(self) as _) }
    }

    /// Records that an attempt of `task` begins.
    pub(crate) fn begin_attempt(&self, task: TaskId) {
        if self.is_sole {
            self.sole_holder.store(task.get(), Ordering::Relaxed);
        }
    }

    /// Whether `task`, whose attempt is running, holds the only permit.
    #[cfg(feature = "controller")]
    pub(crate) fn is_sole_holder(&self, task: TaskId) -> bool {
        self.is_sole && self.sole_holder.load(Ordering::Relaxed) == task.get()
    }
}

impl Named for AttemptLimits {
    fn name(&self) -> &str {
        &self.name
    }
}
