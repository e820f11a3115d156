//! Starting tasks again after their end.

use std::sync::Arc;

use super::operator::{By, Started};
use super::{SupervisorHandle, TaskHandle};
use crate::runtime::cell::TaskCell;
use crate::runtime::instances::{InstanceSet, Missing};
use crate::runtime::shared::Shared;
use crate::runtime::startable::Startable;
use crate::sync::nearest::nearest;
use crate::task::{Operation, RuntimeError};

impl SupervisorHandle {
    /// Starts an ended task anew, and returns at once: a task of the application, or one that was passed to
    /// [`run`](crate::Supervisor::run) or [`run_until`](crate::Supervisor::run_until). It is added with the options with which it was
    /// started, as a new task: its id is another one, and its attempts and failures are counted from the beginning. Returns its handle.
    ///
    /// By the base name of a task with [`instances`](crate::TaskSpec::with_instances), the instances that have ended are started, up to
    /// the number of the latest [`scale`](Self::scale). Returns their handles: none if that number is zero. The name of an instance, such
    /// as `consume/2`, starts that one.
    ///
    /// Once the last task has ended, the supervisor is about to return from `run`, and so is an application. From then on the call is
    /// refused, because the supervisor is shutting down.
    ///
    /// ```
    /// use taskvisor::{Supervisor, SupervisorHandle, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let migrate = TaskFn::shared("migrate", || async { Ok(println!("migrating")) });
    /// let admin = TaskFn::arc("admin", |supervisor: SupervisorHandle| async move {
    ///     let Some(first) = supervisor.task("migrate") else { return Ok(()) };
    ///     first.outcome().await;
    ///     let again = supervisor.start("migrate").map_err(|error| error.to_string())?;
    ///     Ok(assert!(again[0].outcome().await.is_completed()))
    /// });
    /// let specs = vec![TaskSpec::once(admin), TaskSpec::once(migrate)];
    /// let report = Supervisor::default().run_until(specs, std::future::pending::<()>()).await?;
    /// assert_eq!(report.completed, 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - The task is still running ([`StillRunning`](RuntimeError::StillRunning)), or it is stopping
    ///   ([`Stopping`](RuntimeError::Stopping)).
    /// - No such task is known ([`NotDeclared`](RuntimeError::NotDeclared)). A task that was added by [`add_task`](Self::add_task) is not.
    /// - The application has disabled it ([`Disabled`](RuntimeError::Disabled)).
    /// - Its body could be created only once ([`SingleUse`](RuntimeError::SingleUse)).
    /// - It is refused as by [`add_task`](Self::add_task), for example because a task that it needs has ended.
    /// - The supervisor is shutting down or was dropped.
    ///
    /// Then nothing was started, but for the instances before one that was refused.
    pub fn start(&self, name: &str) -> Result<Vec<TaskHandle>, RuntimeError> {
        self.start_by(name, None)
    }

    pub(super) fn start_by(&self, name: &str, by: By<'_>) -> Result<Vec<TaskHandle>, RuntimeError> {
        let shared = self.shared()?;
        if shared.registry.is_closed() {
            return Err(shared.closed_error());
        }
        // Instances too, by their own names.
        if let Some(task) = self.task(name) {
            return Err(live_error(name, &[task]));
        }
        let started = Started { action: Operation::Start, by };
        if let Some(set) = shared.accepted_set(name) {
            return self.start_instances(name, &set, started);
        }
        match shared.startable.find(name) {
            Some(Startable::Template(template)) => {
                let mut spec = template.spec(name.to_owned());
                let follow = |shared: &Arc<Shared>, cell: &Arc<TaskCell>| {
                    #[cfg(any(feature = "config", test))]
                    shared.follow_startable(&template, cell);
                    #[cfg(not(any(feature = "config", test)))]
                    let _ = (shared, cell);
                };
                match self.try_start(&mut spec, Some(started), follow) {
                    // Another caller has started it meanwhile.
                    Err(RuntimeError::NameTaken { name }) => Err(RuntimeError::StillRunning { name }),
                    task => task.map(|task| vec![task]),
                }
            }
            Some(Startable::SingleUse) => Err(RuntimeError::SingleUse { name: name.to_owned() }),
            Some(Startable::Disabled) => Err(RuntimeError::Disabled { name: name.to_owned() }),
            None => match shared.ended_instance(name) {
                Some((set, index)) => {
                    let started =
                        shared.start_missing(&set, index..index + 1, Missing::OrEnded, Some(started))?;
                    // Another caller has started it meanwhile, or `scale` has lowered the number.
                    if started.is_empty() { Err(shared.unknown_start(name)) } else { Ok(started) }
                }
                None => Err(shared.unknown_start(name)),
            },
        }
    }

    fn start_instances(
        &self,
        name: &str,
        set: &Arc<InstanceSet>,
        started: Started<'_>,
    ) -> Result<Vec<TaskHandle>, RuntimeError> {
        let shared = self.shared()?;
        let started = shared.start_missing(set, 0..usize::MAX, Missing::OrEnded, Some(started))?;
        let live = self.instances(name);
        // Without live instances, none is wanted.
        if started.is_empty() && !live.is_empty() { Err(live_error(name, &live)) } else { Ok(started) }
    }
}

/// The error of a start of tasks that have not ended.
fn live_error(name: &str, live: &[TaskHandle]) -> RuntimeError {
    let name = name.to_owned();
    if live.iter().all(|task| task.status().stopping) {
        RuntimeError::Stopping { name }
    } else {
        RuntimeError::StillRunning { name }
    }
}

impl Shared {
    /// The instances of this base name. Those of a concurrent `add_instances` may still be refused.
    fn accepted_set(&self, name: &str) -> Option<Arc<InstanceSet>> {
        self.instances.find_known(name).filter(|set| set.is_accepted())
    }

    /// The set and the number of an instance, by its own name. It is not live.
    fn ended_instance(&self, name: &str) -> Option<(Arc<InstanceSet>, usize)> {
        let (base, number) = name.rsplit_once('/')?;
        let index: usize = number.parse().ok()?;
        // Not `consume/02`, which is no name of an instance.
        if index.to_string() != number { None } else { self.accepted_set(base).map(|set| (set, index)) }
    }

    /// The error of a start by a name that is not known.
    #[cold]
    fn unknown_start(&self, name: &str) -> RuntimeError {
        let known = [self.startable.names(), self.instances.names()].concat();
        let nearest = nearest(name, known.iter().map(|known| &**known)).map(ToOwned::to_owned);
        RuntimeError::NotDeclared { name: name.to_owned(), nearest }
    }
}
