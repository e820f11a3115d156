//! Waits until tasks are ready: one of them, or the start-up set.

use std::future::poll_fn;
use std::sync::Arc;

use super::{SupervisorHandle, TaskHandle};
use crate::runtime::cell::{ReadyPoll, TaskCell};
use crate::runtime::shared::Shared;
use crate::runtime::startup_set::{AwaitedTasks, StartupSet};
use crate::sync::wakers::WaiterId;
use crate::sync::{Raced, race};
use crate::task::{Outcome, StartError, StopCause};

impl TaskHandle {
    /// Waits until the task is ready. See [`Readiness`](crate::Readiness) for when that is.
    ///
    /// Completes at once if the task is ready. A task may stop being ready before the caller is polled; then the call waits until
    /// it is ready again. A task that awaits its own readiness waits until its stop is requested.
    ///
    /// ```
    /// use taskvisor::{Readiness, Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let poll = TaskFn::arc("poll", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// let poll = supervisor.add_task(TaskSpec::once(poll).with_ready(Readiness::Start))?;
    /// assert_eq!(poll.ready().await, Ok(()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The outcome, if the task ended without being ready. A task that has completed is ready.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe. Any number of callers can wait.
    pub async fn ready(&self) -> Result<(), Outcome> {
        let mut waiting = ReadyWaiter { cell: self.cell(), waiter: None };
        let found = poll_fn(|context| waiting.cell.poll_ready(false, &mut waiting.waiter, context)).await;
        drop(waiting);
        if found == ReadyPoll::Ready {
            return Ok(());
        }
        // Its end is decided by now, or will be soon. This future enforces the deadline of the stop.
        match self.outcome().await {
            Outcome::Completed => Ok(()),
            outcome => Err(outcome),
        }
    }
}

/// A registration of [`TaskHandle::ready`].
struct ReadyWaiter<'a> {
    cell: &'a TaskCell,
    waiter: Option<WaiterId>,
}

impl Drop for ReadyWaiter<'_> {
    fn drop(&mut self) {
        if self.waiter.is_some() {
            self.cell.remove_waiter(self.waiter);
        }
    }
}

impl SupervisorHandle {
    /// Waits until the added task with this name is ready, or all live instances of it. See [`TaskHandle::ready`].
    ///
    /// # Errors
    ///
    /// No added task has this name, it ended without being ready, or the supervisor was dropped. An instance that
    /// [`scale`](Self::scale) has stopped is no error.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe. Any number of callers can wait.
    pub async fn wait_ready(&self, name: &str) -> Result<(), StartError> {
        self.shared().map_err(|_| StartError::ShuttingDown)?;
        let tasks = self.task(name).map_or_else(|| self.instances(name), |task| vec![task]);
        if tasks.is_empty() {
            return Err(StartError::UnknownTask { name: name.to_owned() });
        }
        for task in &tasks {
            ignore_scaled(wait_for(task).await)?;
        }
        Ok(())
    }

    /// Waits until the supervisor has started: each task of the start-up set has been ready. These are the added tasks that declare
    /// their readiness, by a parameter [`Ready`](crate::Ready), by `ready = …` or by [`TaskSpec::with_ready`], those that other
    /// tasks or submissions depend on, and critical ones. A critical task that declares no readiness, and that no other depends on,
    /// counts once its first attempt has started. A task with `cron` or a [`start_delay`](crate::TaskSpec::with_start_delay) is not in the set.
    /// Tasks may be added during the wait. If it takes 10 s or longer,
    /// [`StillStarting`](crate::EventKind::StillStarting) says which of them is not ready. The call first waits for the start of a
    /// task or of `run`; without tasks in the set it completes then.
    ///
    /// A task that was canceled is not in the set any more. One that has failed is, until a task of its name is added again.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec, Ready};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// for name in ["database", "server"] {
    ///     let task = TaskFn::arc(name, |ctx: TaskContext, ready: Ready| async move {
    ///         ready.notify();
    ///         Ok(ctx.cancelled().await)
    ///     });
    ///     supervisor.add_task(TaskSpec::inherit(task))?;
    /// }
    /// supervisor.ready().await?;
    /// println!("started");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// One of these tasks ended without being ready, gave up and was paused, or the shutdown began.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe. Any number of callers can wait.
    ///
    /// [`TaskSpec::with_ready`]: crate::TaskSpec::with_ready
    pub async fn ready(&self) -> Result<(), StartError> {
        let shared = self.shared().map_err(|_| StartError::ShuttingDown)?;
        // The shutdown comes first: it ends the tasks, and is the reason to report.
        match race(shared.wait_for_shutdown_request(), shared.wait_for_startup_set()).await {
            Raced::Left(()) => Err(StartError::ShuttingDown),
            Raced::Right(result) => result,
        }
    }
}

/// An instance that is not wanted any more holds nothing up.
fn ignore_scaled(result: Result<(), StartError>) -> Result<(), StartError> {
    match result {
        Err(StartError::Ended { outcome: Outcome::Canceled { cause: StopCause::Scale, .. }, .. }) => Ok(()),
        result => result,
    }
}

async fn wait_for(task: &TaskHandle) -> Result<(), StartError> {
    let ended = |outcome| StartError::Ended { name: task.name().to_owned(), outcome };
    task.ready().await.map_err(ended)
}

/// Waits for a task of the start-up set, as `wait_for` does. A task that gives up and is paused ends the wait, and a critical task
/// may count as ready once it has started.
pub(super) async fn wait_for_start(task: &TaskHandle) -> Result<(), StartError> {
    let mut waiting = ReadyWaiter { cell: task.cell(), waiter: None };
    let found = poll_fn(|context| waiting.cell.poll_ready(true, &mut waiting.waiter, context)).await;
    drop(waiting);
    match found {
        ReadyPoll::Ready => Ok(()),
        ReadyPoll::Ending => wait_for(task).await,
        ReadyPoll::GaveUp => {
            Err(StartError::GaveUp { name: task.name().to_owned(), last: task.cell().last_error() })
        }
    }
}

impl Shared {
    async fn wait_for_shutdown_request(&self) {
        let mut shutdown = self.shutdown.subscribe();
        // An error is unreachable while `self` is borrowed, because `self` owns the sender.
        let _ = shutdown.wait_for(|shutdown| shutdown.grace_deadline.is_some()).await;
    }

    async fn wait_for_startup_set(self: &Arc<Self>) -> Result<(), StartError> {
        let set = &self.startup_set;
        let mut waiting = SetWaiter { set, waiter: None };
        poll_fn(|context| set.poll_begun(&mut waiting.waiter, context)).await;
        drop(waiting);
        let mut awaited = AwaitedTasks::default();
        while let Some(task) = awaited.next(set) {
            ignore_scaled(wait_for_start(&TaskHandle::new(Arc::clone(&task), self)).await)?;
            awaited.was_ready(task.id());
        }
        Ok(())
    }
}

/// A registration of a caller that waits for the first task.
struct SetWaiter<'a> {
    set: &'a StartupSet,
    waiter: Option<WaiterId>,
}

impl Drop for SetWaiter<'_> {
    fn drop(&mut self) {
        if self.waiter.is_some() {
            self.set.remove_waiter(self.waiter);
        }
    }
}
