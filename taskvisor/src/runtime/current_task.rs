//! The user code that is being polled on this thread.
//!
//! It serves two purposes. A task that awaits its own end gets an error instead of a deadlock. A body that awaits its own
//! stop needs no waker, because the stop request wakes its actor, which polls the body again.

use std::cell::Cell;
use std::num::NonZero;
use std::ptr::NonNull;
use std::task::Waker;

use crate::sync::thread_local;
use crate::task::TaskId;

/// The owner of the user code that is running: a task, or a subscriber if `task` is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The address of its supervisor, unique while the supervisor lives.
    pub(crate) supervisor: usize,
    pub(crate) task: Option<TaskId>,
    /// The waker of the actor, while it polls the body. `None` while it builds or drops the body.
    pub(crate) waker: Option<WakerIdentity>,
}

/// Identifies a waker by the pointers that [`Waker::will_wake`] compares. Valid while the waker lives.
// Not a clone of the waker: that would count a reference in every poll.
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

/// Returns the owner of the user code that is running on this thread.
pub(crate) fn caller() -> Option<Caller> {
    CALLER.with(Cell::get)
}

/// Whether the body of `task` is being polled on this thread, with the waker of its actor.
pub(crate) fn is_body_of(task: TaskId, waker: &Waker) -> bool {
    // The waker is compared, because a combinator such as `FuturesUnordered` polls its futures with wakers of its own. It
    // polls a future again only after that waker was woken, so that such a future has to register it.
    caller().is_some_and(|caller| caller.task == Some(task) && caller.waker == Some(WakerIdentity::of(waker)))
}

/// Sets the caller until the guard is dropped. Guards nest.
#[must_use = "the caller is reset when the guard is dropped"]
pub(crate) fn enter(caller: Caller) -> EnterGuard {
    EnterGuard(CALLER.with(|current| current.replace(Some(caller))))
}

/// Restores the previous caller when it is dropped.
// One task can poll another inside its own poll, for instance by dropping a runtime or by blocking on a local executor.
pub(crate) struct EnterGuard(Option<Caller>);

impl Drop for EnterGuard {
    fn drop(&mut self) {
        CALLER.with(|current| current.set(self.0));
    }
}
