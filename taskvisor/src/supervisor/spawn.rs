//! Turns a spec into a running task: validates it, reserves its name, spawns its actor.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;

use tokio::time::Instant;

use super::TaskHandle;
use super::link::{check_interrupt_on_loss, has_links};
use crate::event::EventName;
use crate::policy::{Policy, RareOptions, RareSettings, ScheduleKind, ScheduleSettings, Settings};
use crate::runtime::actor::TaskActor;
use crate::runtime::body::{ErasedBody, Needs, TaskRef, TaskSpec};
use crate::runtime::cell::{Flag, RareSetup, RegistryKey, TaskCell, UpdateSetup};
use crate::runtime::instances::InstanceOf;
use crate::runtime::instrument::metrics::DeclaredName;
use crate::runtime::limits::LimitKey;
use crate::runtime::registry::RegisterError;
use crate::runtime::registry::registration::Registration;
use crate::runtime::registry::slot::NoRoom;
use crate::runtime::schedule::{Schedule, schedule_problems};
use crate::runtime::shared::Shared;
use crate::task::{EMPTY_NAME, RuntimeError, TaskId, is_blank};

/// The problem of a task with instances that is added as one task.
const ONE_TASK: &str =
    "it has `instances`, and `add_task` adds one task: call `add_instances`, or remove `instances`";

/// The problem of a parameter `Instance` of a task without instances.
pub(crate) const NO_INSTANCE: &str = "it has a parameter `Instance`, but is not an instance: add it as a task with `instances`, or \
                                      remove the parameter";

/// A registered task whose actor is not spawned. Dropping it frees an added task's name without an event, and aborts a
/// submission.
pub(crate) struct UnspawnedActor {
    registration: Registration,
    body: ErasedBody,
    policy: Policy,
}

impl UnspawnedActor {
    #[cfg(feature = "controller")]
    pub(crate) fn new(registration: Registration, body: ErasedBody, policy: Policy) -> Self {
        Self { registration, body, policy }
    }

    pub(crate) fn handle(&self) -> TaskHandle {
        TaskHandle::new(Arc::clone(self.registration.cell()), self.registration.shared())
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        self.registration.shared()
    }

    /// Accepts the task, and publishes `Added` before its first poll would.
    pub(super) fn publish_added(&mut self, now: Instant) {
        self.registration.accept();
        self.registration.publish_added(Some(now));
    }

    pub(crate) fn into_actor(self) -> TaskActor {
        TaskActor::new(self.registration, self.body, self.policy)
    }

    /// Adds the task to the start-up set, if it declares its readiness or is critical. Called before the start of any task that is
    /// added together. Returns whether it did.
    pub(crate) fn join_startup_set(&self, shared: &Shared) -> bool {
        let is_critical = self.cell().rare().is_some_and(|rare| rare.options().is_critical());
        let joins = self.policy.readiness.is_some() || is_critical;
        if joins {
            // A task that others need is in the set twice, which changes nothing.
            shared.startup_set.insert(self.registration.cell());
        }
        if is_critical {
            shared.liveness.add(self.registration.cell());
        }
        joins
    }

    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        self.registration.cell()
    }

    /// Frees the name, and returns what was taken out of the spec.
    #[cold]
    pub(crate) fn withdraw(self, spec: &mut TaskSpec) {
        let Self { registration, body, .. } = self;
        let cell = Arc::clone(registration.cell());
        drop(registration);
        restore_parts(&mut spec.task, cell, body);
    }

    /// Spawns the actor. `shared` is the supervisor of the registration; the caller passes it to save a clone.
    pub(crate) fn start(mut self, shared: &Shared) {
        if shared.startup_set.count().has_replaceable() {
            shared.replace_failed(self.cell());
        }
        // Before the caller has a handle: an operation on the task follows.
        if shared.bus.wants(EventName::Added) {
            self.publish_added(shared.now());
        }
        let actor = self.into_actor();
        // Always bound here: `check_ready` binds before a name is reserved.
        if let Some(runtime) = shared.runtime.get() {
            shared.startup_set.begin();
            runtime.spawn(actor);
        }
    }
}

impl Shared {
    /// Validates a task and reserves its name. Takes the name and the body out of the spec, unless the task is refused.
    pub(crate) fn reserve(self: &Arc<Self>, spec: &mut TaskSpec) -> Result<UnspawnedActor, RuntimeError> {
        if spec.has_instances() {
            return Err(self.invalid_task(spec, Some(ONE_TASK)));
        }
        let unspawned = self.reserve_one(spec, None)?;
        // Read after the name was taken: see `InstanceSets`.
        if self.instances.has_any() && self.instances.find(unspawned.cell().name()).is_some() {
            let name = unspawned.cell().name().to_owned();
            unspawned.withdraw(spec);
            return Err(RuntimeError::NameTaken { name });
        }
        Ok(unspawned)
    }

    /// As `reserve`, for a task or for one instance.
    // Inline: a task without instances pays for none of this.
    #[inline(always)]
    pub(super) fn reserve_one(
        self: &Arc<Self>,
        spec: &mut TaskSpec,
        instance: Option<InstanceOf>,
    ) -> Result<UnspawnedActor, RuntimeError> {
        let schedule = spec.schedule.as_deref();
        if spec.rare.as_deref().is_some_and(|rare| rare.task_problems().is_some()) {
            return Err(self.invalid_task(spec, None));
        }
        let is_instance = instance.is_some();
        let (policy, rare) =
            self.resolve(&spec.task, &spec.settings, spec.rare.as_deref(), schedule, is_instance)?;
        if has_links(spec) {
            check_interrupt_on_loss(spec.name(), &spec.settings, spec.dependencies.as_deref())?;
        }
        let now = self.now();
        let schedule = schedule.and_then(|schedule| self.schedule(schedule, now));
        let rare = if rare.is_some() || schedule.is_some() || is_instance || self.allows_updates() {
            Some(self.rare_setup(spec, rare, schedule, instance, now))
        } else {
            None
        };
        let key = RegistryKey::Name;
        let declared = DeclaredName::new(spec.declared.map(|declared| declared.name));
        let (cell, body) = self.take_parts(&mut spec.task, declared, &spec.settings, rare, key, now);
        if policy.is_never_ready(&spec.settings, never_returns(spec)) {
            cell.set_flag(Flag::NeverReady);
        }
        match Registration::register(Arc::clone(self), cell) {
            Ok(registration) => {
                #[cfg(feature = "schedule")]
                self.watch_clock(registration.cell());
                Ok(UnspawnedActor { registration, body, policy })
            }
            Err((refusal, cell)) => {
                let reason = self.register_error(refusal, &cell);
                restore_parts(&mut spec.task, cell, body);
                Err(reason)
            }
        }
    }

    /// What is rare about a task that is added now.
    #[cold]
    fn rare_setup(
        &self,
        spec: &TaskSpec,
        options: Option<Box<RareOptions>>,
        schedule: Option<Box<Schedule>>,
        instance: Option<InstanceOf>,
        now: Instant,
    ) -> Box<RareSetup> {
        let name = instance.as_ref().map_or(spec.name(), |instance| &instance.name);
        let options = options.map(|options| *options).unwrap_or_default();
        let limits = self.limits.find(&options, LimitKey::Task(name.into()), name, now);
        let setup = UpdateSetup { needs: spec.task.needs, never_returns: never_returns(spec) };
        let updates = self.allows_updates().then_some(setup);
        Box::new(RareSetup { options, schedule, limits, instance, updates })
    }

    /// The schedule of a task that is added now.
    #[cold]
    fn schedule(&self, settings: &ScheduleSettings, now: Instant) -> Option<Box<Schedule>> {
        #[cfg(feature = "schedule")]
        let clock = Arc::clone(&self.date_clock);
        #[cfg(not(feature = "schedule"))]
        let clock = ();
        // On the clock of the runtime, for a simulated date.
        let _entered = self.runtime.get().map(tokio::runtime::Handle::enter);
        Schedule::new(settings, now, clock).map(Box::new)
    }

    /// Creates the cell of a task, and takes its name and its body out of `task`. If the task is refused, `restore_parts` returns
    /// them.
    // Borrowed, not moved: both are large, and copies of them are measurable.
    pub(crate) fn take_parts(
        &self,
        task: &mut TaskRef,
        declared: DeclaredName,
        settings: &Settings,
        rare: Option<Box<RareSetup>>,
        key: RegistryKey,
        now: Instant,
    ) -> (Arc<TaskCell>, ErasedBody) {
        let TaskRef { name, body, .. } = task;
        let id = TaskId::next();
        let hash = self.registry.hash(&key, name, id);
        let mut cell = TaskCell::new(id, mem::take(name), key, hash, settings.stop_timeout(), now);
        if let Some(rare) = rare {
            cell = cell.with_rare(*rare, now);
        }
        cell.set_series(self.registry.metrics().series_id(cell.base_name(), declared));
        if let Some(time) = settings.start_timeout() {
            cell.set_start_timeout(time);
        }
        (Arc::new(cell), body.take())
    }

    /// Validates a task and its settings, and returns its policy and its rare options. Reserves nothing.
    pub(crate) fn resolve(
        self: &Arc<Self>,
        task: &TaskRef,
        settings: &Settings,
        rare: Option<&RareSettings>,
        schedule: Option<&ScheduleSettings>,
        is_instance: bool,
    ) -> Result<(Policy, Option<Box<RareOptions>>), RuntimeError> {
        self.resolve_named(task.name(), task.needs, settings, rare, schedule, is_instance)
    }

    /// As `resolve`, for a task of this name with these parameters.
    #[inline(always)]
    pub(super) fn resolve_named(
        self: &Arc<Self>,
        name: &str,
        parameters: fn(&mut Needs<'_>),
        settings: &Settings,
        rare: Option<&RareSettings>,
        schedule: Option<&ScheduleSettings>,
        is_instance: bool,
    ) -> Result<(Policy, Option<Box<RareOptions>>), RuntimeError> {
        self.check_ready()?;
        let mut needs = Needs::new(&self.states);
        parameters(&mut needs);
        let invalid = || self.invalid_spec(name, settings, rare, schedule, &needs, is_instance);
        let mut policy = settings.resolve(&self.defaults).map_err(|_| invalid())?;
        if let Some(schedule) = schedule {
            policy.schedule = checked_kind(schedule, settings).ok_or_else(invalid)?;
        }
        let options = RareSettings::resolve(rare, &self.config, &policy).map_err(|_| invalid())?;
        if is_blank(name) || needs.needs_instance() && !is_instance {
            return Err(invalid());
        }
        settings.resolve_readiness(needs.notifies(), &mut policy).map_err(|_| invalid())?;
        let types = needs.missing();
        if types.is_empty() {
            let counts_once_started = policy.readiness.is_none();
            let options = options.map(|mut options| {
                options.counts_once_started = options.is_critical && counts_once_started;
                options
            });
            return Ok((policy, options));
        }
        Err(self.states.missing_error(name, types))
    }

    /// The error of a task with wrong options: every problem at once.
    #[cold]
    fn invalid_spec(
        &self,
        name: &str,
        settings: &Settings,
        rare: Option<&RareSettings>,
        schedule: Option<&ScheduleSettings>,
        needs: &Needs<'_>,
        is_instance: bool,
    ) -> RuntimeError {
        let mut reasons = schedule_problems(schedule, settings);
        let kind = schedule.map_or(ScheduleKind::None, ScheduleSettings::kind);
        reasons.extend(settings.all_problems(rare, kind, &self.config, &self.defaults, needs.notifies()));
        if needs.needs_instance() && !is_instance {
            reasons.push(NO_INSTANCE.into());
        }
        if is_blank(name) {
            reasons.push(EMPTY_NAME.into());
        }
        RuntimeError::InvalidSpec { name: name.to_owned(), reasons }
    }

    /// The error of a refused task: `problem`, and every other problem of its spec.
    #[cold]
    pub(super) fn invalid_task(
        self: &Arc<Self>,
        spec: &TaskSpec,
        problem: Option<&'static str>,
    ) -> RuntimeError {
        let (rare, schedule) = (spec.rare.as_deref(), spec.schedule.as_deref());
        let mut reasons: Vec<_> =
            problem.into_iter().chain(rare.and_then(RareSettings::task_problems)).map(Cow::from).collect();
        if let Err(RuntimeError::InvalidSpec { reasons: others, .. }) =
            self.resolve(&spec.task, &spec.settings, rare, schedule, spec.has_instances())
        {
            reasons.extend(others);
        }
        RuntimeError::InvalidSpec { name: spec.name().to_owned(), reasons }
    }

    /// Checks that the supervisor can accept tasks, and binds it to a runtime.
    pub(crate) fn check_ready(self: &Arc<Self>) -> Result<(), RuntimeError> {
        if let Some(build_error) = &self.build_error {
            return Err(build_error.clone());
        }
        if self.registry.is_closed() {
            return Err(self.closed_error());
        }
        self.bind().map(|_| ())
    }

    /// The error of a task or submission that the registry has refused.
    pub(crate) fn register_error(&self, refusal: RegisterError, cell: &TaskCell) -> RuntimeError {
        // Only a submission with a slot can lack room.
        let slot = || cell.slot().map(ToString::to_string).unwrap_or_default();
        match refusal {
            RegisterError::NameTaken => RuntimeError::NameTaken { name: cell.name().to_owned() },
            RegisterError::NoRoom(NoRoom::Busy) => RuntimeError::Busy { slot: slot() },
            RegisterError::NoRoom(NoRoom::QueueFull) => RuntimeError::QueueFull { slot: slot() },
            RegisterError::Closed => self.closed_error(),
        }
    }

    /// The error of a task or submission that arrives after admission closed.
    pub(crate) fn closed_error(&self) -> RuntimeError {
        if self.shutdown.borrow().runtime_gone {
            RuntimeError::RuntimeGone
        } else {
            RuntimeError::ShuttingDown
        }
    }
}

/// Whether the function of the task returns `!`.
fn never_returns(spec: &TaskSpec) -> bool {
    spec.declared.is_some_and(|declared| declared.never_returns)
}

/// Whether the task has a schedule. `None` if its options have problems.
#[cold]
fn checked_kind(schedule: &ScheduleSettings, settings: &Settings) -> Option<ScheduleKind> {
    schedule_problems(Some(schedule), settings).is_empty().then(|| schedule.kind())
}

/// Returns the name and the body of a refused task.
pub(crate) fn restore_parts(task: &mut TaskRef, cell: Arc<TaskCell>, body: ErasedBody) {
    // The refused cell is in no registry, so the name usually moves back without a copy. A snapshot of the graph may still own it.
    task.name = match Arc::try_unwrap(cell) {
        Ok(cell) => cell.into_name(),
        Err(cell) => cell.name().to_owned().into(),
    };
    task.body = body;
}
