//! The owner of a supervisor, and how it is built.

use std::any::type_name;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::config::{Config, ControllerConfig};
use crate::extract::Needs;
use crate::refusal::RuntimeError;
use crate::shared::Shared;
use crate::state::States;
use crate::subscriber::Subscriber;
use crate::supervisor::SupervisorHandle;

/// Owns a set of supervised tasks.
///
/// Clones own it together; when the last one is dropped, all tasks are asked to stop, and nobody is blocked. It
/// dereferences to [`SupervisorHandle`], which has the methods to manage tasks and owns nothing.
///
/// ```no_run
/// use taskvisor::{BackoffPolicy, Config, RestartPolicy, Supervisor, TaskFn, TaskSpec};
///
/// #[tokio::main]
/// async fn main() -> Result<(), taskvisor::RuntimeError> {
///     let supervisor = Supervisor::new(Config::default(), Vec::new());
///     let ping = TaskFn::arc("ping", || async { Ok(println!("pong")) });
///     let spec = TaskSpec::new(ping, RestartPolicy::Always, BackoffPolicy::default(), None);
///     let report = supervisor.run(vec![spec]).await?; // until SIGINT or SIGTERM
///     println!("{report}");
///     Ok(())
/// }
/// ```
pub struct Supervisor {
    handle: SupervisorHandle,
    owner: Arc<Owner>,
}

struct Owner {
    shared: Arc<Shared>,
}

impl Clone for Supervisor {
    fn clone(&self) -> Self {
        Self { handle: SupervisorHandle::owning(self.owned()), owner: Arc::clone(&self.owner) }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.ask_all_to_stop(self.shared.config.grace);
    }
}

impl Supervisor {
    /// A supervisor on the Tokio runtime it is built in; outside one, on the first it is called from.
    #[must_use]
    pub fn new(config: Config, subscribers: Vec<Subscriber>) -> Self {
        let mut builder = Self::builder(config);
        builder.subscribers = subscribers;
        builder.build()
    }

    /// A supervisor that needs more than subscribers: states, or the handle of a runtime.
    #[must_use]
    pub fn builder(config: Config) -> SupervisorBuilder {
        SupervisorBuilder {
            config,
            controller: ControllerConfig::default(),
            states: States::default(),
            subscribers: Vec::new(),
            runtime: None,
            flaws: Vec::new(),
        }
    }

    /// A way to it that owns nothing.
    #[must_use]
    pub fn handle(&self) -> SupervisorHandle {
        self.handle.clone()
    }

    pub(crate) fn owned(&self) -> &Arc<Shared> {
        &self.owner.shared
    }
}

impl Deref for Supervisor {
    type Target = SupervisorHandle;

    fn deref(&self) -> &SupervisorHandle {
        &self.handle
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor").field("config", &self.owner.shared.config).finish_non_exhaustive()
    }
}

/// Builds a [`Supervisor`].
///
/// What is wrong with it, such as a state given twice, is told by the first call that can fail.
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
    config: Config,
    pub(crate) controller: ControllerConfig,
    pub(crate) states: States,
    pub(crate) subscribers: Vec<Subscriber>,
    runtime: Option<Handle>,
    flaws: Vec<RuntimeError>,
}

impl SupervisorBuilder {
    /// Gives a state, to be injected as `State<T>`.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        if !self.states.insert(state) {
            self.flaws.push(RuntimeError::StateTwice { type_name: type_name::<T>() });
        }
        self
    }

    /// Adds a subscriber.
    #[must_use]
    pub fn subscriber(mut self, subscriber: impl Into<Subscriber>) -> Self {
        self.subscribers.push(subscriber.into());
        self
    }

    /// How many submissions may wait for their slots.
    #[cfg(feature = "controller")]
    #[must_use]
    pub fn controller(mut self, config: ControllerConfig) -> Self {
        self.controller = config;
        self
    }

    /// Binds it to a runtime, so that it can be built and used outside one.
    #[must_use]
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The supervisor.
    #[must_use]
    pub fn build(mut self) -> Supervisor {
        self.check_subscribers();
        let shared = Shared::new(self.config, self.controller, self.states, self.subscribers, self.flaws);
        if let Some(runtime) = self.runtime.or_else(|| Handle::try_current().ok()) {
            shared.bind_to(runtime);
        }
        Supervisor { handle: SupervisorHandle::owning(&shared), owner: Arc::new(Owner { shared }) }
    }

    fn check_subscribers(&mut self) {
        for subscriber in &self.subscribers {
            let mut needs = Needs::new(&self.states);
            (subscriber.needs)(&mut needs);
            let types = needs.missing();
            if !types.is_empty() {
                let near = types.iter().find_map(|name| self.states.near_miss(name));
                let name = subscriber.name.to_string();
                self.flaws.push(RuntimeError::MissingState { name, types, near });
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
