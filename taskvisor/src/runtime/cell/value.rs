//! The value of a job: it stays in the body that returned it, and moves into the cell at the end of the task.

use super::{Links, TaskCell};
use crate::runtime::body::ErasedBody;
use crate::sync::Ordering;

impl TaskCell {
    /// Takes the value of a job that has completed. `None` if there is none, or if it was taken before.
    pub(crate) fn take_value<V: 'static>(&self) -> Option<V> {
        self.take_body()?.take_value()
    }

    /// Drops the value of a job, now or when the job returns it.
    pub(crate) fn detach(&self) {
        // Release pairs with the acquire in `is_detached`. `finish` checks the flag under the lock: it sees the flag, or this
        // lock comes later and finds the value.
        self.is_detached.store(true, Ordering::Release);
        drop(self.take_body());
    }

    fn take_body(&self) -> Option<ErasedBody> {
        match &mut self.state.lock().links {
            Links::Value(body) => body.take(),
            Links::Live(_) => None,
        }
    }

    pub(crate) fn is_detached(&self) -> bool {
        self.is_detached.load(Ordering::Acquire)
    }
}
