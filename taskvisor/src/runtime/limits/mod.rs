//! The limits that the attempts of one declaration share: how many run at once, and how often they begin.
//!
//! | file | what it holds |
//! |---|---|
//! | `table.rs` | the limits of all declarations of a supervisor |
//! | `rate.rs` | when an attempt may begin under a rate limit |
//! | `holders.rs` | which tasks hold the permits |
//!
//! The gates that acquire permits and tokens are in `runtime/actor`.

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

/// The limits of one declaration. The cells of its tasks share them, and `LimitTable` keeps them for later tasks.
#[derive(Debug)]
pub(crate) struct AttemptLimits {
    /// The name of the task or of the job.
    name: Box<str>,
    permits: Option<Arc<Semaphore>>,
    rate: Option<RateGate>,
    /// The id of the task whose attempt was the last to begin with the only permit. Zero before the first one, and if there are more
    /// permits.
    // An attempt that awaits another attempt of its declaration would wait for the permit for ever. Relaxed: a running attempt compares
    // the value with its own id, which its own actor has written. Any other value says that it does not hold the permit.
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

    /// Records that an attempt of `task` begins, which holds a permit.
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
