//! What an attempt can report, its progress and what follows it, and what it can query: the reason and the deadline of its stop.

use std::time::Duration;

use tokio::time::Instant;

use super::TaskContext;
use crate::runtime::cell::Conclusion;
use crate::task::{InterruptCause, ScheduledTime, StopCause};

/// The return type of a function without a value: `()`, or `Result<(), E>` with any error.
///
/// Sealed: no other type can implement it.
#[diagnostic::on_unimplemented(
    message = "`snooze` and `done` return `()` or `Ok(())`, and this function returns `{Self}`",
    label = "not the return type of a function without a value",
    note = "a function that returns `!` never ends: let it return `()`, or `Result<(), E>`",
    note = "a job with a value ends with it: return the value; to try again later, return an error with `.retry_after(delay)`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `no-value`"
)]
pub trait NoValue: sealed::NoValue {
    #[doc(hidden)]
    fn no_value() -> Self;
}

#[diagnostic::do_not_recommend]
impl sealed::NoValue for () {}

#[diagnostic::do_not_recommend]
impl NoValue for () {
    fn no_value() -> Self {}
}

#[diagnostic::do_not_recommend]
impl<E> sealed::NoValue for Result<(), E> {}

#[diagnostic::do_not_recommend]
impl<E> NoValue for Result<(), E> {
    fn no_value() -> Self {
        Ok(())
    }
}

/// Other crates cannot name this trait, so they cannot implement the public one.
mod sealed {
    pub trait NoValue {}
}

impl TaskContext {
    /// Ends the attempt as a snooze, because it has nothing to do now: another attempt follows after `delay`, under every restart
    /// policy. Write `return ctx.snooze(delay)`, in a function that returns `()` or a `Result<(), E>`.
    ///
    /// A snooze is neither a failure nor a success: the count of failures, `max_failures` and the readiness stay as they are, and
    /// the task publishes [`Snoozed`](crate::EventKind::Snoozed). The call takes effect when the attempt returns without an error.
    /// After a stop request or an interrupt it has no effect. Of several calls of `snooze` and `done`, the last one applies. The
    /// permit is released during the delay; a job keeps its slot.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::prelude::*;
    ///
    /// async fn settle(ctx: TaskContext) -> Result<(), TaskError> {
    ///     let open = true; // ask whether the market is open
    ///     if !open {
    ///         return ctx.snooze(Duration::from_secs(600));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    // Not `must_use`: an unused value does not compile, because its type is unknown.
    #[allow(clippy::must_use_candidate, reason = "the type of an unused value is not known")]
    pub fn snooze<R: NoValue>(&self, delay: Duration) -> R {
        self.cell().conclude(self.attempt(), Conclusion::Snooze(delay));
        R::no_value()
    }

    /// Completes the task: it ends as [`Completed`](crate::Outcome::Completed) under every restart policy. Write `return
    /// ctx.done()`, in a function that returns `()` or a `Result<(), E>`.
    ///
    /// The call takes effect when the attempt returns without an error. After a stop request or an interrupt it has no effect.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let drain = TaskFn::arc("drain", |ctx: TaskContext| async move {
    ///     let is_empty = true; // look whether the old queue has any work left
    ///     if is_empty {
    ///         return ctx.done();
    ///     }
    ///     Ok(())
    /// });
    /// let supervisor = Supervisor::default();
    /// let drain = supervisor.add_task(TaskSpec::always(drain, Duration::from_secs(1)))?;
    /// assert!(drain.outcome().await.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    #[allow(clippy::must_use_candidate, reason = "the type of an unused value is not known")]
    pub fn done<R: NoValue>(&self) -> R {
        self.cell().conclude(self.attempt(), Conclusion::Done);
        R::no_value()
    }

    /// Sends a heartbeat, which shows that the attempt makes progress. Without the option
    /// [`heartbeat`](crate::TaskSpec::with_heartbeat) it does nothing.
    ///
    /// A clone of the context can send it from a task or a thread that the body has spawned. Once the attempt has ended, the call
    /// has no effect. It takes no lock, and reads the clock once.
    #[inline]
    pub fn heartbeat(&self) {
        if let Some(rare) = self.cell().rare().filter(|rare| rare.options().heartbeat().is_some()) {
            rare.heartbeat().beat(self.attempt(), Instant::now());
        }
    }

    /// Returns when the run of this attempt was due, for a task with [`every`](crate::TaskSpec::with_every) or `cron`. A retry belongs
    /// to the run of the attempt before it, unless a tick has ended its backoff.
    ///
    /// `None` for a task without a schedule, and for a run that an operator started. A context that outlives its run may return
    /// `None`.
    #[must_use]
    pub fn scheduled_at(&self) -> Option<ScheduledTime> {
        self.cell().rare()?.schedule()?.occurrence(self.attempt())
    }

    /// Returns why a stop of the task was requested, if one was. `None` after an interrupt, which has an
    /// [`interrupt_cause`](Self::interrupt_cause), and once the attempt has ended.
    ///
    /// ```
    /// use taskvisor::prelude::*;
    /// use taskvisor::StopCause;
    ///
    /// async fn upload(ctx: TaskContext) {
    ///     ctx.cancelled().await;
    ///     match (ctx.stop_cause(), ctx.stop_deadline()) {
    ///         (Some(StopCause::Shutdown), Some(deadline)) => println!("flush until {deadline:?}"),
    ///         _ => println!("another upload follows"),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn stop_cause(&self) -> Option<StopCause> {
        self.cell().stop_cause(self.attempt())
    }

    /// Returns why the attempt was interrupted, if it was and no stop was requested since. `None` once the attempt has ended.
    #[must_use]
    pub fn interrupt_cause(&self) -> Option<InterruptCause> {
        self.cell().interrupt_cause(self.attempt())
    }

    /// Returns the deadline by which the attempt must return, if its stop was requested or it was interrupted. At the deadline its
    /// future is dropped. A later request may bring the deadline forward. `None` once the attempt has ended.
    #[must_use]
    pub fn stop_deadline(&self) -> Option<Instant> {
        self.cell().return_deadline(self.attempt())
    }
}
