//! The builder of a supervisor.

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::{Owner, Supervisor, SupervisorHandle};
use crate::policy::{Config, ControllerConfig};
#[cfg(feature = "controller")]
use crate::runtime::body::{JobDescriptor, JobOverrides};
use crate::runtime::body::{Needs, States};
use crate::runtime::shared::Shared;
use crate::runtime::startable::Startable;
use crate::runtime::subscriber::{IntoSubscriber, Subscriber};
use crate::runtime::task_selector::SELECTS_NOTHING;
use crate::task::{EMPTY_NAME, RuntimeError, is_blank};

/// Builds a [`Supervisor`].
///
/// [`build`](Self::build) does not fail. An error in the builder, such as a duplicate state, is returned by the first call
/// on the supervisor that can fail.
///
/// ```
/// use taskvisor::{Config, State, Supervisor, TaskFn, TaskSpec};
///
/// struct Greeting(&'static str);
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::default();
/// let supervisor = Supervisor::builder(config.clone()).state(Greeting("hello")).build();
/// let greet = TaskFn::arc("greet", |State(greeting): State<Greeting>| async move {
///     println!("{}", greeting.0);
///     Ok(())
/// });
/// let report = supervisor.run_until(vec![TaskSpec::with_defaults(greet, &config)], std::future::pending::<()>()).await?;
/// assert_eq!(report.completed, 1);
/// # Ok(())
/// # }
/// ```
pub struct SupervisorBuilder {
    pub(super) config: Config,
    pub(crate) controller: ControllerConfig,
    #[cfg(feature = "controller")]
    pub(crate) jobs: Vec<&'static JobDescriptor>,
    #[cfg(feature = "controller")]
    pub(crate) job_overrides: JobOverrides,
    /// The tasks that the application has disabled.
    pub(crate) disabled_tasks: Vec<Box<str>>,
    pub(crate) states: States,
    pub(crate) subscribers: Vec<Subscriber>,
    pub(super) runtime: Option<Handle>,
    pub(super) build_errors: Vec<RuntimeError>,
}

impl SupervisorBuilder {
    /// Registers a state, which tasks and subscribers extract as `State<T>`. Each type can have one state.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        if !self.states.insert(state) {
            self.build_errors.push(RuntimeError::DuplicateState { type_name: type_name::<T>() });
        }
        self
    }

    /// Adds a subscriber. A declared one can be added once under each name.
    #[must_use]
    pub fn subscriber(mut self, subscriber: impl IntoSubscriber) -> Self {
        self.subscribers.push(subscriber.into_subscriber());
        self
    }

    /// Changes the configuration: `change` receives the current one and returns the new one.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Config, Supervisor};
    ///
    /// let builder = Supervisor::builder(Config::default()).config(|config| config.with_grace(Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub fn config(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.config = change(self.config);
        self
    }

    /// Changes the limits of the controller: how many submissions may wait for their slots. `change` receives the current
    /// limits and returns the new ones.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor};
    ///
    /// let builder = Supervisor::builder(Config::default()).controller(|controller| controller.with_per_slot(8));
    /// ```
    #[cfg(feature = "controller")]
    #[must_use]
    pub fn controller(mut self, change: impl FnOnce(ControllerConfig) -> ControllerConfig) -> Self {
        self.controller = change(self.controller);
        self
    }

    /// Binds the supervisor to a runtime, so that it can be built and used outside of one.
    #[must_use]
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Builds the supervisor.
    #[must_use]
    pub fn build(mut self) -> Supervisor {
        self.check_subscribers();
        let shared =
            Shared::new(self.config, self.controller, self.states, self.subscribers, self.build_errors);
        for name in self.disabled_tasks {
            shared.startable.set(name, Startable::Disabled);
        }
        // Before the binding, which runs code of subscribers that may read the jobs.
        #[cfg(feature = "controller")]
        {
            let _ = shared.jobs.set(self.jobs);
            shared.job_overrides.replace(self.job_overrides);
        }
        if let Some(runtime) = self.runtime.or_else(|| Handle::try_current().ok()) {
            shared.bind_to(runtime);
        }
        Supervisor { handle: SupervisorHandle::owning(&shared), owner: Arc::new(Owner { shared }) }
    }

    fn check_subscribers(&mut self) {
        for (index, subscriber) in self.subscribers.iter().enumerate() {
            let name = || subscriber.name.to_string();
            if is_blank(&subscriber.name) {
                self.build_errors
                    .push(RuntimeError::InvalidSpec { name: name(), reasons: vec![EMPTY_NAME.into()] });
            }
            if subscriber.selects_nothing() {
                self.build_errors
                    .push(RuntimeError::InvalidSpec { name: name(), reasons: vec![SELECTS_NOTHING.into()] });
            }
            if self.subscribers[..index].iter().any(|earlier| earlier.is_same_as(subscriber)) {
                self.build_errors.push(RuntimeError::DuplicateSubscriber { name: name() });
            }
            let mut needs = Needs::new(&self.states);
            (subscriber.needs)(&mut needs);
            let types = needs.missing();
            if !types.is_empty() {
                self.build_errors.push(self.states.missing_error(&subscriber.name, types));
            }
        }
    }
}

impl fmt::Debug for SupervisorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupervisorBuilder")
            .field("config", &self.config)
            .field("subscribers", &self.subscribers)
            .finish_non_exhaustive()
    }
}
