//! The supervisor: owns a set of tasks from the first one added to the end of the shutdown.

mod add_error;
mod bind;
mod blocking;
mod builder;
mod cancel;
#[cfg(feature = "schedule")]
mod clock_watch;
mod critical;
mod dependencies;
#[cfg(feature = "macros")]
mod description;
mod handle;
#[cfg(all(feature = "config", feature = "macros"))]
pub(crate) mod hangups;
mod health;
mod history;
pub(crate) mod link;
mod operator;
mod pause;
#[cfg(all(feature = "config", feature = "macros"))]
mod reload;
#[cfg(feature = "macros")]
mod policy;
mod ready;
pub(crate) mod run;
mod rows;
mod scale;
pub(crate) mod shutdown;
mod shutdown_delay;
pub(crate) mod signals;
pub(crate) mod spawn;
mod start;
mod state;
mod still_waiting;
pub(crate) mod stop_waves;
pub(crate) mod stuck;
mod task_handle;
mod test_context;
mod trigger;
#[cfg(any(feature = "config", test))]
mod update;

pub use add_error::AddError;
pub use builder::SupervisorBuilder;
pub use handle::SupervisorHandle;
#[cfg(feature = "controller")]
pub(crate) use operator::By;
pub use operator::Operator;
pub use task_handle::{OutcomeFuture, TaskHandle};
pub use test_context::TestContext;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::policy::{Config, ControllerConfig};
#[cfg(feature = "controller")]
use crate::runtime::body::JobOverrides;
use crate::runtime::body::States;
use crate::runtime::shared::Shared;
use crate::runtime::subscriber::Subscriber;

/// Owns a set of supervised tasks.
///
/// Clones share ownership. Dropping the last clone requests the stop of all tasks and returns at once. It dereferences to
/// [`SupervisorHandle`], which has the methods to manage tasks and owns nothing.
///
/// It runs only the tasks that it is given. A function under `#[task]` or `#[subscriber]` starts by itself only under
/// `#[taskvisor::main]`; elsewhere, pass its `spec()` or `subscriber()`. If a program runs a supervisor and starts none of its
/// declarations, [`run`](Self::run) and [`run_until`](Self::run_until) write a note to stderr, once. Tests get no note, nor do
/// programs whose file has neither the name of their crate nor that of their package.
///
/// ```no_run
/// use std::time::Duration;
/// use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
///
/// #[tokio::main]
/// async fn main() -> Result<(), taskvisor::RuntimeError> {
///     let supervisor = Supervisor::new(Config::default(), Vec::new());
///     let ping = TaskFn::arc("ping", || async { Ok(println!("pong")) });
///     let spec = TaskSpec::always(ping, Duration::from_secs(10));
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

/// Creates a supervisor with the default `Config` and without subscribers.
impl Default for Supervisor {
    fn default() -> Self {
        Self::new(Config::default(), Vec::new())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // Without a delay: no owner is left that could look at the health.
        self.shared.stop_tasks(self.shared.config.grace, None);
    }
}

impl Supervisor {
    /// Creates a supervisor on the current Tokio runtime. Outside of one, it binds to the runtime of the first call that needs
    /// one.
    #[must_use]
    pub fn new(config: Config, subscribers: Vec<Subscriber>) -> Self {
        let mut builder = Self::builder(config);
        builder.subscribers = subscribers;
        builder.build()
    }

    /// Returns a builder, which also takes states and the handle of a runtime.
    #[must_use]
    pub fn builder(config: Config) -> SupervisorBuilder {
        SupervisorBuilder {
            config,
            controller: ControllerConfig::default(),
            #[cfg(feature = "controller")]
            jobs: Vec::new(),
            #[cfg(feature = "controller")]
            job_overrides: JobOverrides::default(),
            disabled_tasks: Vec::new(),
            states: States::default(),
            subscribers: Vec::new(),
            runtime: None,
            build_errors: Vec::new(),
        }
    }

    /// Returns a handle that owns nothing.
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
