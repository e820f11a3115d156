//! The `stop_timeout` of a task, which can be replaced.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::policy::Milliseconds;

/// The `stop_timeout`, or none.
// Not loom's atomic, and relaxed: the actor writes it between two attempts. A reader that holds the lock of the state while an attempt
// runs sees the value of this attempt, because the attempt began under this lock.
#[derive(Debug)]
pub(super) struct StopTimeout(AtomicU32);

impl StopTimeout {
    const NONE: u32 = 0;

    pub(super) fn new(time: Option<Milliseconds>) -> Self {
        Self(AtomicU32::new(Self::stored(time)))
    }

    #[inline]
    pub(super) fn get(&self) -> Option<Milliseconds> {
        Milliseconds::from_count(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn set(&self, time: Option<Milliseconds>) {
        self.0.store(Self::stored(time), Ordering::Relaxed);
    }

    fn stored(time: Option<Milliseconds>) -> u32 {
        time.map_or(Self::NONE, Milliseconds::count)
    }
}
