//! The handle of a supervisor: its methods to add, find and stop tasks.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Weak};

use tokio::time::Instant;

use super::link::has_links;
use super::operator::Started;
use super::{AddError, TaskHandle};
use crate::runtime::body::{AppContext, FromApp, IntoTaskSpec, TaskContext, TaskSpec};
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::task::{Report, RuntimeError, TaskId, TaskStatus};

/// A handle of a supervisor. It owns nothing: store it anywhere, or extract it as a parameter of a task.
///
/// After the supervisor was dropped, it lists no tasks, and refuses new ones with
/// [`ShuttingDown`](RuntimeError::ShuttingDown). [`Supervisor`](crate::Supervisor) dereferences to it.
///
/// ```
/// use taskvisor::{Config, Supervisor, SupervisorHandle, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let handle: SupervisorHandle = supervisor.handle();
/// let watch = TaskFn::arc("watch", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
/// handle.add_task(TaskSpec::once(watch))?;
/// assert!(handle.is_alive("watch"));
/// assert_eq!(handle.tasks().len(), 1);
///
/// let was_first = handle.cancel("watch").await?; // requests the stop, and waits for the outcome
/// assert!(was_first && handle.task("watch").is_none());
/// # Ok(())
/// # }
/// ```
pub struct SupervisorHandle(SharedRef);

enum SharedRef {
    /// The handle inside of a `Supervisor`, which owns the state anyway: no upgrade for each call.
    Strong(Arc<Shared>),
    Weak(Weak<Shared>),
}

impl Clone for SupervisorHandle {
    fn clone(&self) -> Self {
        // Always weak: only clones of `Supervisor` share ownership.
        Self(SharedRef::Weak(match &self.0 {
            SharedRef::Strong(shared) => Arc::downgrade(shared),
            SharedRef::Weak(shared) => Weak::clone(shared),
        }))
    }
}

impl SupervisorHandle {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self(SharedRef::Weak(Arc::downgrade(shared)))
    }

    pub(crate) fn owning(shared: &Arc<Shared>) -> Self {
        Self(SharedRef::Strong(Arc::clone(shared)))
    }

    pub(crate) fn shared(&self) -> Result<Cow<'_, Arc<Shared>>, RuntimeError> {
        match &self.0 {
            SharedRef::Strong(shared) => Ok(Cow::Borrowed(shared)),
            SharedRef::Weak(shared) => shared.upgrade().map(Cow::Owned).ok_or(RuntimeError::ShuttingDown),
        }
    }

    /// Adds a task and starts it. The task is accepted if the call returns `Ok`, and never runs otherwise.
    ///
    /// The call works before, during and without `run`, and from any thread. The supervisor needs a Tokio runtime with
    /// timers: the one it was built in or with, or else that of the caller.
    ///
    /// # Errors
    ///
    /// The name is taken, a state is missing, the options of the task contradict each other, it has `instances` (call
    /// [`add_instances`](Self::add_instances)), the supervisor is shutting down, it has no runtime, or its builder had an error. The
    /// error carries the spec.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let config = Config::default();
    /// let supervisor = Supervisor::new(config.clone(), Vec::new());
    /// let hello = TaskFn::arc("hello", || async { Ok(println!("hello")) });
    /// let handle = supervisor.add_task(TaskSpec::with_defaults(hello, &config))?;
    /// assert!(handle.outcome().await.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_task(&self, spec: impl IntoTaskSpec) -> Result<TaskHandle, AddError> {
        self.start_task(spec.into_task_spec())
    }

    fn start_task(&self, mut spec: TaskSpec) -> Result<TaskHandle, AddError> {
        match self.try_start(&mut spec, None, |_, _| ()) {
            Ok(handle) => Ok(handle),
            Err(reason) => Err(AddError::new(reason, spec)),
        }
    }

    /// Adds a task, by an operation if an operator starts it. Leaves a spec that is refused as it was.
    /// `before` is called before the task is spawned, and after its name is reserved.
    // Borrowed, not moved: it is large, and copies of it are measurable.
    pub(super) fn try_start(
        &self,
        spec: &mut TaskSpec,
        started_by: Option<Started<'_>>,
        before: impl FnOnce(&Arc<Shared>, &Arc<TaskCell>),
    ) -> Result<TaskHandle, RuntimeError> {
        let shared = self.shared()?;
        let mut unspawned = shared.reserve(spec)?;
        let has_links = has_links(spec) || shared.graph.has_dependents();
        if has_links {
            match shared.link(unspawned.cell(), spec) {
                Ok(needed) => shared.confirm_link(unspawned.cell(), spec, needed),
                Err(reason) => {
                    unspawned.withdraw(spec);
                    return Err(reason);
                }
            }
        }
        before(&shared, unspawned.cell());
        let handle = unspawned.handle();
        if let Some(started_by) = started_by {
            unspawned.publish_start(started_by);
        }
        let is_awaited = unspawned.join_startup_set(&shared) || has_links;
        unspawned.start(&shared);
        if is_awaited {
            shared.watch_start();
        }
        Ok(handle)
    }

    /// Restarts an added task, or all its instances, and returns at once. See [`TaskHandle::restart`].
    ///
    /// # Errors
    ///
    /// No task has this name, the task is paused, a stop of it was requested, or the supervisor is shutting down or was dropped. Then
    /// nothing was interrupted. With instances, the error of the first one, if all of them have one.
    pub fn restart(&self, name: &str) -> Result<(), RuntimeError> {
        self.control(name, |task| task.restart_by(None)).map(|_| ())
    }

    /// Calls `act` for an added task, or for each of its instances. Returns whether it returned `true` for one of them. Fails during a
    /// shutdown, and if `act` fails for all of them.
    pub(super) fn control(
        &self,
        name: &str,
        act: impl Fn(&TaskHandle) -> Result<bool, RuntimeError>,
    ) -> Result<bool, RuntimeError> {
        let shared = self.shared()?;
        if shared.registry.is_closed() {
            return Err(shared.closed_error());
        }
        let results: Vec<_> = self.require_tasks(name)?.iter().map(act).collect();
        // Instances may be in different phases: one that is stopping must not prevent the pause of the others.
        if let (true, Some(Err(error))) = (results.iter().all(Result::is_err), results.first()) {
            return Err(error.clone());
        }
        Ok(results.iter().any(|result| matches!(result, Ok(true))))
    }

    /// Returns the added task with this name. Instances have names of their own, such as `consume/0`: see
    /// [`instances`](Self::instances).
    ///
    /// It never returns a submission, because the name of a submission is a label and need not be unique. Find submissions
    /// by id, with [`task_by_id`](Self::task_by_id).
    #[must_use]
    pub fn task(&self, name: &str) -> Option<TaskHandle> {
        let shared = self.shared().ok()?;
        let cell = shared.registry.find(name)?;
        Some(TaskHandle::new(cell, &shared))
    }

    /// Returns the live task with this id: an added task, or a submission that runs or waits for its slot. Take the id from
    /// an event or from a [`TaskStatus`].
    ///
    /// The search takes time linear in the number of tasks. It is meant for operators' tools; on hot paths keep the
    /// [`TaskHandle`].
    #[must_use]
    pub fn task_by_id(&self, id: TaskId) -> Option<TaskHandle> {
        let shared = self.shared().ok()?;
        let cell = shared.registry.find_by_id(id)?;
        Some(TaskHandle::new(cell, &shared))
    }

    /// Returns whether an added task with this name, or one of its instances, is live: running, waiting, or blocking its thread past its
    /// grace.
    #[must_use]
    pub fn is_alive(&self, name: &str) -> bool {
        self.shared().is_ok_and(|shared| shared.registry.find(name).is_some())
            || !self.instances(name).is_empty()
    }

    /// Returns a snapshot of all live tasks, the oldest first: added tasks, and submissions that run or wait for their slots. A task with
    /// instances is one row, whose [`TaskStatus::instances`] lists them.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// supervisor.add_task(TaskSpec::once(TaskFn::arc("ping", || async { Ok(()) })))?;
    /// for task in supervisor.tasks() {
    ///     println!("{}#{}: {}", task.name, task.id, task.phase); // ping#1: waiting for its slot
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskStatus> {
        match self.shared() {
            Ok(shared) => shared.rows(&shared.registry.cells()),
            Err(_) => Vec::new(),
        }
    }

    /// Requests the shutdown, and returns at once. It can be called from anywhere, also from a task.
    ///
    /// Admission closes, and all tasks receive a stop request, the newest first, with the configured grace. If tasks depend on each
    /// other, they receive it in waves: a task once all tasks that depend on it have ended or are past their deadlines. A wave may
    /// take an equal share of what is left of the grace, or the `stop_timeout` of its tasks. A task with
    /// [`StopOrder::Last`](crate::StopOrder::Last) is in a wave after all others. A running attempt of a task with
    /// [`OnShutdown::Finish`](crate::OnShutdown::Finish) receives its stop request later.
    ///
    /// A repeated call changes nothing. With a [`shutdown_delay`](crate::Config::with_shutdown_delay), admission closes only after it.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, SupervisorHandle, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let last = TaskFn::arc("last", |supervisor: SupervisorHandle| async move { Ok(supervisor.stop()) });
    /// let report = supervisor.run(vec![TaskSpec::once(last)]).await?; // returns after the shutdown
    /// assert_eq!(report.canceled, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop(&self) {
        if let Ok(shared) = self.shared() {
            shared.request_shutdown(shared.config.grace);
        }
    }

    /// Returns when the grace of the shutdown ends: tasks that are still running then are aborted. Of a shutdown that begins because no
    /// task is live, when it began. `None` before a shutdown, and after the supervisor was dropped.
    ///
    /// A [`shutdown_delay`](crate::Config::with_shutdown_delay) is a part of the grace, and a repeated request does not move its end.
    ///
    /// ```
    /// use taskvisor::Supervisor;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let supervisor = Supervisor::default();
    /// assert_eq!(supervisor.grace_deadline(), None);
    /// supervisor.stop();
    /// assert!(supervisor.grace_deadline().is_some());
    /// # }
    /// ```
    #[must_use]
    pub fn grace_deadline(&self) -> Option<Instant> {
        self.shared().ok()?.shutdown.borrow().grace_deadline
    }

    /// Requests the shutdown as [`stop`](Self::stop) does, and waits until it is over: all tasks have stopped or were aborted
    /// at their deadlines, and the subscribers have drained. Every caller gets the same report.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let watch = TaskFn::arc("watch", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// supervisor.add_task(TaskSpec::once(watch))?;
    /// let report = supervisor.shutdown().await?;
    /// assert_eq!(report.canceled, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`GraceExceeded`](RuntimeError::GraceExceeded), which carries the report, if a task was aborted at its deadline
    ///   or blocks its thread past it.
    /// - [`CriticalTask`](RuntimeError::CriticalTask), which carries the report too, if the failure of a critical task has caused the
    ///   shutdown. It takes precedence over `GraceExceeded`.
    /// - [`WouldDeadlock`](RuntimeError::WouldDeadlock) if the caller is a task or a subscriber of this supervisor. The
    ///   shutdown is requested nevertheless.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped during the wait, the shutdown remains requested.
    pub async fn shutdown(&self) -> Result<Report, RuntimeError> {
        let Ok(shared) = self.shared() else { return Ok(Report::default()) };
        shared.request_shutdown(shared.config.grace);
        if shared.is_caller_inside() {
            return Err(RuntimeError::WouldDeadlock);
        }
        if shared.bind().is_err() {
            // Without a runtime it never accepted a task, and there is no driver to wait for.
            return Ok(shared.report());
        }
        shared.wait_for_shutdown().await
    }

    /// The task of this name, or its instances: at least one.
    pub(super) fn require_tasks(&self, name: &str) -> Result<Vec<TaskHandle>, RuntimeError> {
        let tasks = self.task(name).map_or_else(|| self.instances(name), |task| vec![task]);
        if tasks.is_empty() { Err(RuntimeError::UnknownTask { name: name.to_owned() }) } else { Ok(tasks) }
    }
}

impl fmt::Debug for SupervisorHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupervisorHandle").finish_non_exhaustive()
    }
}

impl FromApp for SupervisorHandle {
    fn from_app(app: &AppContext) -> Self {
        app.supervisor()
    }
}

impl AppContext {
    /// Returns a handle of the supervisor that runs the application.
    #[must_use]
    pub fn supervisor(&self) -> SupervisorHandle {
        SupervisorHandle::new(self.shared())
    }
}

impl TaskContext {
    /// Returns a handle of the supervisor that runs this task.
    #[must_use]
    pub fn supervisor(&self) -> SupervisorHandle {
        self.app().supervisor()
    }
}
