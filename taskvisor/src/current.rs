//! Whose code runs on this thread just now, so that a task that waits for its own end is told instead of deadlocking.

use std::cell::Cell;

use crate::id::TaskId;

/// Somebody's code: a task's, or a subscriber's if `task` is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The address of the supervisor it belongs to, for as long as that lives.
    pub(crate) supervisor: usize,
    pub(crate) task: Option<TaskId>,
}

thread_local! {
    static CALLER: Cell<Option<Caller>> = const { Cell::new(None) };
}

/// Who is being polled on this thread.
pub(crate) fn caller() -> Option<Caller> {
    CALLER.get()
}

/// Marks the code run while it lives; nests.
#[must_use]
pub(crate) fn enter(caller: Caller) -> Entered {
    Entered(CALLER.replace(Some(caller)))
}

pub(crate) struct Entered(Option<Caller>);

impl Drop for Entered {
    fn drop(&mut self) {
        CALLER.set(self.0);
    }
}
