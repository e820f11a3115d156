//! Whose code runs on this thread just now: so that a task that waits for its own end is told instead of deadlocking, and one
//! that waits for its stop needs no waker for it.

use std::cell::Cell;
use std::num::NonZero;
use std::ptr::NonNull;
use std::task::Waker;

use crate::sync::thread_local;
use crate::task::TaskId;

/// Somebody's code: a task's, or a subscriber's if `task` is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The address of the supervisor it belongs to, for as long as that lives.
    pub(crate) supervisor: usize,
    pub(crate) task: Option<TaskId>,
    /// What wakes the actor that polls the body of the task just now.
    pub(crate) waker: Option<WakerIdentity>,
}

/// Tells wakers apart, as [`Waker::will_wake`] does, for as long as they live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WakerIdentity {
    data: usize,
    vtable: NonZero<usize>,
}

impl WakerIdentity {
    pub(crate) fn of(waker: &Waker) -> Self {
        Self { data: waker.data().addr(), vtable: NonNull::from(waker.vtable()).addr() }
    }
}

thread_local! {
    static CALLER: Cell<Option<Caller>> = const { Cell::new(None) };
}

/// Who is being polled on this thread.
pub(crate) fn caller() -> Option<Caller> {
    CALLER.with(Cell::get)
}

/// Whether this is the body of the task, polled by its actor with the actor's own waker.
pub(crate) fn is_body_of(task: TaskId, waker: &Waker) -> bool {
    caller().is_some_and(|caller| caller.task == Some(task) && caller.waker == Some(WakerIdentity::of(waker)))
}

/// Marks the code run while it lives; nests.
#[must_use]
pub(crate) fn enter(caller: Caller) -> Entered {
    Entered(CALLER.with(|current| current.replace(Some(caller))))
}

pub(crate) struct Entered(Option<Caller>);

impl Drop for Entered {
    fn drop(&mut self) {
        CALLER.with(|current| current.set(self.0));
    }
}
