//! Tasks with instances: adding them, and changing how many run.

use std::ops::Range;
use std::sync::Arc;

use super::link::has_links;
use super::operator::{By, Started};
use super::spawn::UnspawnedActor;
use super::{AddError, SupervisorHandle, TaskHandle};
use crate::policy::MAX_INSTANCES;
use crate::runtime::body::{IntoTaskSpec, TaskSpec};
use crate::runtime::cell::{StopRequest, TaskCell};
use crate::runtime::dependency::Linked;
use crate::runtime::instances::{InstanceOf, InstanceSet, Missing, NOT_SHARED, TaskTemplate};
use crate::runtime::shared::Shared;
use crate::task::{Named, Operation, RuntimeError, StopCause};

impl SupervisorHandle {
    /// Adds a task with [`instances`](TaskSpec::with_instances), and starts all of them. Returns their handles, in the order of their
    /// numbers. Either all instances are accepted, or none is.
    ///
    /// A spec without `instances` is added as one task.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let consume = TaskFn::shared("consume", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// let workers = supervisor.add_instances(TaskSpec::once(consume).with_instances(4))?;
    /// assert_eq!(workers.len(), 4);
    /// assert_eq!(workers[0].name(), "consume/0");
    /// assert_eq!(supervisor.tasks()[0].instances().len(), 4); // one row lists all of them
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`add_task`](Self::add_task). A spec is also refused if the body of its task can be created only once, or if one of the names
    /// `consume`, `consume/0` and so on is taken. The error carries the spec.
    pub fn add_instances(&self, spec: impl IntoTaskSpec) -> Result<Vec<TaskHandle>, AddError> {
        let spec = spec.into_task_spec();
        if !spec.has_instances() {
            return self.add_task(spec).map(|task| vec![task]);
        }
        match self.shared().and_then(|shared| shared.add_instances(&spec)) {
            Ok(handles) => Ok(handles),
            Err(reason) => Err(AddError::new(reason, spec)),
        }
    }

    /// Returns the live instances of a task with [`instances`](TaskSpec::with_instances), by its base name, in the order of their
    /// numbers. Instances that are stopping are among them. Empty if there is no such task.
    #[must_use]
    pub fn instances(&self, name: &str) -> Vec<TaskHandle> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        let Some(set) = shared.instances.find_known(name) else { return Vec::new() };
        set.live().into_iter().map(|cell| TaskHandle::new(cell, &shared)).collect()
    }

    /// Changes how many instances of a task run, by its base name, and returns at once. Returns the number before.
    ///
    /// Missing instances are started, also those that have ended by themselves. Surplus instances receive a stop request, the highest
    /// number first, with the configured grace and [`StopCause::Scale`], in whatever phase they are: waiting, running, in a backoff, or
    /// paused. If a number is wanted again while its instance is still stopping, the next instance starts when that one has ended.
    ///
    /// Zero stops all instances. The task stays known, and can be scaled up again. Without any other live task,
    /// [`run`](crate::Supervisor::run) then ends.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let consume = TaskFn::shared("consume", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// supervisor.add_instances(TaskSpec::once(consume).with_instances(4))?;
    /// assert_eq!(supervisor.scale("consume", 8)?, 4);
    /// assert_eq!(supervisor.instances("consume").len(), 8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No task has this name ([`UnknownTask`](RuntimeError::UnknownTask)), it has no instances or is one itself
    /// ([`NotScalable`](RuntimeError::NotScalable)), the number is above [`TaskSpec::MAX_INSTANCES`]
    /// ([`TooManyInstances`](RuntimeError::TooManyInstances)), or the supervisor is shutting down or was dropped. Then nothing was
    /// changed. If the name of an instance is taken by another task ([`NameTaken`](RuntimeError::NameTaken)), the instances before it
    /// were started.
    pub fn scale(&self, name: &str, instances: usize) -> Result<usize, RuntimeError> {
        self.scale_by(name, instances, None)
    }

    pub(super) fn scale_by(&self, name: &str, instances: usize, by: By<'_>) -> Result<usize, RuntimeError> {
        let shared = self.shared()?;
        if shared.registry.is_closed() {
            return Err(shared.closed_error());
        }
        let is_task = shared.registry.find(name).is_some();
        let Some(set) = shared.instances.find_known(name).filter(|_| !is_task) else {
            let name = name.to_owned();
            return Err(if is_task {
                RuntimeError::NotScalable { name }
            } else {
                RuntimeError::UnknownTask { name }
            });
        };
        if instances > MAX_INSTANCES {
            return Err(RuntimeError::TooManyInstances { name: name.to_owned(), instances });
        }
        // A concurrent `add_instances` has not accepted the set yet, and may still refuse it.
        let Some(scaled) = set.set_target(instances) else {
            return Err(RuntimeError::UnknownTask { name: name.to_owned() });
        };
        for cell in &scaled.surplus {
            if shared.stop_surplus(cell) {
                shared.publish_operated(cell, Operation::Scale, by);
            }
        }
        let started = Started { action: Operation::Scale, by };
        shared.start_missing(&set, 0..instances, Missing::OrEnded, Some(started))?;
        Ok(scaled.before)
    }
}

/// A set whose instances are reserved and have not started. Dropping it removes the set.
pub(super) struct ReservedSet {
    shared: Arc<Shared>,
    set: Arc<InstanceSet>,
    /// The set of the same name whose instances have ended.
    replaced: Option<Arc<InstanceSet>>,
    is_confirmed: bool,
}

impl ReservedSet {
    /// Keeps the set: nothing can be refused any more.
    pub(super) fn confirm(mut self) {
        self.is_confirmed = true;
        self.set.accept();
    }
}

impl Drop for ReservedSet {
    fn drop(&mut self) {
        if !self.is_confirmed {
            self.shared.instances.restore(&self.set, self.replaced.take());
        }
    }
}

impl Shared {
    fn add_instances(self: &Arc<Self>, spec: &TaskSpec) -> Result<Vec<TaskHandle>, RuntimeError> {
        let (actors, reserved) = self.reserve_instances(spec)?;
        let (mut linked, mut errors) = (Vec::new(), Vec::new());
        let has_links = has_links(spec) || self.graph.has_dependents();
        for actor in actors.iter().filter(|_| has_links) {
            match self.link(actor.cell(), spec) {
                Ok(needed) => linked.push((actor, needed)),
                Err(error) => errors.push(error),
            }
        }
        // All instances have the same dependencies, and so the same problems.
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
        for (actor, needed) in linked {
            self.confirm_link(actor.cell(), spec, needed);
        }
        reserved.confirm();
        let handles = actors.iter().map(UnspawnedActor::handle).collect();
        let mut is_awaited = has_links;
        for actor in &actors {
            is_awaited |= actor.join_startup_set(self);
        }
        for actor in actors {
            actor.start(self);
        }
        if is_awaited {
            self.watch_start();
        }
        Ok(handles)
    }

    /// Validates a task with instances, and reserves the names of all of them, or of none.
    pub(super) fn reserve_instances(
        self: &Arc<Self>,
        spec: &TaskSpec,
    ) -> Result<(Vec<UnspawnedActor>, ReservedSet), RuntimeError> {
        let Some(template) = TaskTemplate::of(spec) else {
            return Err(self.invalid_task(spec, Some(NOT_SHARED)));
        };
        let (rare, schedule) = (spec.rare.as_deref(), spec.schedule.as_deref());
        // Before the set exists: the number of instances may be far too large.
        self.resolve(&spec.task, &spec.settings, rare, schedule, true)?;
        let set = Arc::new(InstanceSet::new(spec.name(), template, spec.instances().or(1)));
        let Some(replaced) = self.instances.insert(&set, &self.registry) else {
            return Err(RuntimeError::NameTaken { name: spec.name().to_owned() });
        };
        let reserved =
            ReservedSet { shared: Arc::clone(self), set: Arc::clone(&set), replaced, is_confirmed: false };
        let (mut actors, number) = (Vec::new(), spec.instances().or(1));
        while let Some(index) = set.claim(actors.len()..number, Missing::Never) {
            let template = set.template();
            let actor = self.reserve_instance(&set, index, &mut set.spec(&template, index))?;
            set.join(index, actor.cell());
            #[cfg(any(feature = "config", test))]
            self.follow_template(&set, template, actor.cell());
            actors.push(actor);
        }
        Ok((actors, reserved))
    }

    /// Reserves the name of a claimed instance. Gives the claim back if it is refused.
    fn reserve_instance(
        self: &Arc<Self>,
        set: &Arc<InstanceSet>,
        index: usize,
        spec: &mut TaskSpec,
    ) -> Result<UnspawnedActor, RuntimeError> {
        let reserved = self.reserve_one(spec, Some(InstanceOf::new(set, index)));
        reserved.inspect_err(|_| set.release(index))
    }

    /// Starts the instances of these numbers that a set lacks, and returns them. If one is refused, those before it were started.
    pub(super) fn start_missing(
        self: &Arc<Self>,
        set: &Arc<InstanceSet>,
        mut numbers: Range<usize>,
        missing: Missing,
        started_by: Option<Started<'_>>,
    ) -> Result<Vec<TaskHandle>, RuntimeError> {
        let mut started = Vec::new();
        while let Some(index) = set.claim(numbers.clone(), missing) {
            // Each number once. A number that another call has claimed is left to that call. A number whose instance is leaving is left
            // to the end of that instance.
            numbers.start = index + 1;
            started.push(self.start_instance(set, index, started_by)?);
        }
        Ok(started)
    }

    /// Starts the instance of a claimed number.
    fn start_instance(
        self: &Arc<Self>,
        set: &Arc<InstanceSet>,
        index: usize,
        started_by: Option<Started<'_>>,
    ) -> Result<TaskHandle, RuntimeError> {
        // After the claim, which keeps the set from being over: if a task or another set takes the base name now, it or this instance
        // is refused.
        if self.registry.find(set.name()).is_some() || !self.instances.has(set) {
            set.release(index);
            return Err(RuntimeError::NameTaken { name: set.name().to_owned() });
        }
        let template = set.template();
        let mut spec = set.spec(&template, index);
        let mut actor = self.reserve_instance(set, index, &mut spec)?;
        let mut has_links = has_links(&spec) || self.graph.has_dependents();
        let mut linked = Linked::new();
        if has_links {
            match self.link(actor.cell(), &spec) {
                Ok(needed) => linked = needed,
                Err(error) => {
                    // Frees the name, before the number can be claimed again.
                    drop(actor);
                    set.release(index);
                    return Err(error);
                }
            }
        }
        let (cell, is_wanted) = (Arc::clone(actor.cell()), set.join(index, actor.cell()));
        #[cfg(any(feature = "config", test))]
        self.follow_template(set, template, &cell);
        // Read after the instance has joined: a dependent that is linked meanwhile finds it in the set, or is found here.
        has_links |= self.graph.has_dependents();
        if has_links {
            self.confirm_link(&cell, &spec, linked);
        }
        if let Some(started_by) = started_by {
            actor.publish_start(started_by);
        }
        let handle = actor.handle();
        let is_awaited = actor.join_startup_set(self) || has_links;
        actor.start(self);
        if is_awaited {
            self.watch_start();
        }
        if !is_wanted {
            self.stop_surplus(&cell);
        }
        Ok(handle)
    }

    /// Starts the next instance of a number whose instance ends. Called before the end of that one is counted, so that the supervisor
    /// does not become idle in between.
    #[cold]
    pub(crate) fn replace_instance(self: &Arc<Self>, set: &Arc<InstanceSet>, index: usize) {
        // Refused during a shutdown, or if another task has taken the name meanwhile. Nothing can report it: no caller waits.
        let _ = self.start_missing(set, index..index + 1, Missing::Never, None);
    }

    /// Returns whether this was the first request to stop the instance.
    fn stop_surplus(&self, cell: &TaskCell) -> bool {
        cell.request_stop(StopRequest::stop(StopCause::Scale, self.now(), self.config.grace))
    }
}
