//! An application: everything that is declared, given and listed, checked before any of it starts.

mod declarations;
mod options;
mod returned;
mod stderr;
mod problem;
mod discover;
mod duplicates;
mod check;
mod notes;
mod running;
mod process;
mod exit_code;
mod entry;

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::ptr;
use std::sync::Arc;

pub use declarations::{EventParameter, SubscriberDescriptor, TaskDescriptor, backoff};
pub use entry::{SetupParameter, run_main};
pub use options::{Flavor, MainOptions};
pub use returned::{IntoSetupResult, IntoTaskResult, SetupResult};

use self::problem::SourceLocation;
#[cfg(feature = "controller")]
use crate::job::JobDescriptor;
use crate::policy::Config;
#[cfg(feature = "controller")]
use crate::policy::ControllerConfig;
use crate::runtime::body::{Dropping, Location, States, TaskSpec};
use crate::runtime::subscriber::Subscriber;

/// The exit code of a process whose grace or drain was exceeded. `timeout(1)` exits with it, too.
const GRACE_EXCEEDED: u8 = 124;

/// What the set-up under `#[taskvisor::main]` gives to the application.
///
/// ```no_run
/// use taskvisor::prelude::*;
///
/// struct Db;
///
/// #[task(restart = "always")]
/// async fn ping(db: State<Db>) {}
///
/// #[taskvisor::main]
/// async fn main(app: &mut App) -> Result<(), std::io::Error> {
///     app.state(Db);
///     app.config(|config| config.max_concurrent = Some(8));
///     Ok(())
/// }
/// ```
pub struct App {
    config: Config,
    /// Where it was changed last.
    configured: Option<SourceLocation>,
    states: States,
    /// Where each of them was given.
    given: HashMap<TypeId, SourceLocation>,
    /// Types given more than once: where first, and where again.
    twice: Vec<(&'static str, SourceLocation, SourceLocation)>,
    subscribers: Vec<Subscriber>,
    tasks: Vec<ListedTask>,
    #[cfg(feature = "controller")]
    controller: ControllerConfig,
    #[cfg(feature = "controller")]
    jobs: Vec<&'static JobDescriptor>,
}

/// A task of the application, and where it comes from.
struct ListedTask {
    spec: TaskSpec,
    place: SourceLocation,
    /// Whether the set-up gave it.
    by_hand: bool,
}

impl ListedTask {
    /// Whether it is what is declared there. Several declarations of one macro share the place, but not the location.
    fn is_declared_at(&self, location: &'static Location) -> bool {
        self.spec.location.is_some_and(|own| ptr::eq(own, location))
    }
}

impl App {
    fn new(config: Config, dropping: &Arc<Dropping>) -> Self {
        Self {
            config,
            configured: None,
            states: States::observed(dropping),
            given: HashMap::new(),
            twice: Vec::new(),
            subscribers: Vec::new(),
            tasks: Vec::new(),
            #[cfg(feature = "controller")]
            controller: ControllerConfig::default(),
            #[cfg(feature = "controller")]
            jobs: Vec::new(),
        }
    }

    /// Gives a state, injected as `State<T>`. One of each type; a second is refused at start.
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(&mut self, state: T) -> &mut Self {
        let place = SourceLocation::caller();
        let first = *self.given.entry(TypeId::of::<T>()).or_insert(place);
        if !self.states.insert(state) {
            self.twice.push((type_name::<T>(), first, place));
        }
        self
    }

    /// Adds a subscriber beside the declared ones.
    pub fn subscriber(&mut self, subscriber: impl Into<Subscriber>) -> &mut Self {
        self.subscribers.push(subscriber.into());
        self
    }

    /// Adds a task beside the declared ones: built by hand, or the `spec()` of a declaration that is not found by
    /// itself.
    ///
    /// A declared task starts by itself, and adding its `spec()` is refused at the start, also with other rules. Its
    /// attribute takes constants; a task with a value that is known only at run time is not declared, but added:
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use taskvisor::prelude::*;
    ///
    /// async fn ping(ctx: TaskContext) -> Result<(), TaskError> {
    ///     println!("attempt {}", ctx.attempt());
    ///     Ok(())
    /// }
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    ///     let limit = Duration::from_secs(std::env::var("PING_TIMEOUT")?.parse()?);
    ///     app.task(TaskSpec::inherit(TaskFn::arc("ping", ping)).with_timeout(limit));
    ///     Ok(())
    /// }
    /// ```
    #[track_caller]
    pub fn task(&mut self, spec: TaskSpec) -> &mut Self {
        self.tasks.push(ListedTask { spec, place: SourceLocation::caller(), by_hand: true });
        self
    }

    /// Changes how many submissions may wait for their slots.
    #[cfg(feature = "controller")]
    pub fn controller(&mut self, change: impl FnOnce(&mut ControllerConfig)) -> &mut Self {
        change(&mut self.controller);
        self
    }

    /// Changes the configuration. The attribute's options are its defaults; what is set here wins.
    #[track_caller]
    pub fn config(&mut self, change: impl FnOnce(&mut Config)) -> &mut Self {
        self.configured = Some(SourceLocation::caller());
        change(&mut self.config);
        self
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}
