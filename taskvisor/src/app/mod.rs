//! An application: discovers and checks its declarations, runs its supervisor, and ends its process.

mod declarations;
mod absence;
mod dependencies;
mod options;
#[cfg(feature = "config")]
// Connected with the table of the options.
#[allow(dead_code, unused_imports)]
mod overrides;
mod returned;
mod stderr;
mod option_table;
mod problem;
mod overridden;
mod policies;
mod declared;
mod disabled;
mod listed;
mod mistaken_calls;
mod discover;
mod tune;
mod duplicates;
mod check;
mod critical;
mod selected_tasks;
mod notes;
mod never_started;
mod running;
mod process;
mod exit_code;
mod describe;
#[cfg(feature = "systemd")]
mod service_manager;
mod entry;

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

pub use declarations::{EventParameter, SubscriberDescriptor, backoff};
pub use declared::{Declaration, DeclarationKind, Declared};
pub use entry::{SetupParameter, run_main};
#[cfg(feature = "controller")]
pub use mistaken_calls::SubmittedInTheSetup;
pub use mistaken_calls::{HasSpec, SpecOfADeclaration};
pub use options::{Flavor, MainOptions};
pub use returned::{SetupResult, SetupReturn, TaskReturn};

use self::disabled::DisabledByOverride;
use self::discover::Discovered;
#[cfg(feature = "controller")]
use self::listed::ListedJob;
use self::listed::{ListedSubscriber, ListedTask};
use self::overridden::Overridden;
#[cfg(feature = "config")]
use self::overrides::OverridesFile;
use self::problem::SourceLocation;
use self::tune::Change;
use crate::policy::Config;
#[cfg(feature = "controller")]
use crate::policy::ControllerConfig;
#[cfg(feature = "controller")]
use crate::runtime::body::JobDescriptor;
use crate::runtime::body::{Dropping, IntoTaskSpec, States};
use crate::runtime::subscriber::IntoSubscriber;
#[cfg(feature = "config")]
use crate::supervisor::hangups::Hangups;

/// The exit code of a process whose grace or drain was exceeded. `timeout(1)` exits with it, too.
const GRACE_EXCEEDED: u8 = 124;

/// The application, as the setup under `#[taskvisor::main]` configures it.
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
///     app.config(|config| config.with_max_concurrent(8));
///     Ok(())
/// }
/// ```
pub struct App {
    config: Config,
    /// The last call that changed `config`.
    configured: Option<SourceLocation>,
    /// The last call that changed the `timeout` of `config`.
    timeout_configured: Option<SourceLocation>,
    states: States,
    /// The call that registered each state.
    state_locations: HashMap<TypeId, SourceLocation>,
    /// Types with more than one state: the first call and the repeated call.
    duplicate_states: Vec<(&'static str, SourceLocation, SourceLocation)>,
    /// The result of the discovery, which precedes the setup.
    found: Discovered,
    /// The calls of `tune` and `disable`.
    changes: Vec<Change>,
    #[cfg(feature = "config")]
    overrides_file: Option<OverridesFile>,
    /// The listener to SIGHUP, from the call of `overrides` on.
    #[cfg(feature = "config")]
    hangups: Option<std::io::Result<Hangups>>,
    /// The options before the overrides, if they can be read again.
    #[cfg(feature = "config")]
    base: Option<overrides::Base>,
    /// The declarations that a file or a variable enables or disables.
    #[cfg(feature = "config")]
    switches: overrides::SwitchOrigins,
    /// The tasks that a file or a variable has disabled.
    disabled: Vec<DisabledByOverride>,
    /// The options of the configuration that were overridden.
    overridden: Overridden,
    /// Whether the supervisor keeps a description of the application.
    keeps_description: bool,
    /// The declared ones, then those that the setup lists.
    subscribers: Vec<ListedSubscriber>,
    tasks: Vec<ListedTask>,
    #[cfg(feature = "controller")]
    controller: ControllerConfig,
    #[cfg(feature = "controller")]
    jobs: Vec<ListedJob>,
    /// Those that the setup has disabled, of any linked crate.
    #[cfg(feature = "controller")]
    disabled_jobs: Vec<&'static JobDescriptor>,
}

impl App {
    fn new(config: Config, dropping: &Arc<Dropping>) -> Self {
        Self {
            config,
            configured: None,
            timeout_configured: None,
            states: States::observed(dropping),
            state_locations: HashMap::new(),
            duplicate_states: Vec::new(),
            found: Discovered::default(),
            changes: Vec::new(),
            #[cfg(feature = "config")]
            overrides_file: None,
            #[cfg(feature = "config")]
            hangups: None,
            #[cfg(feature = "config")]
            base: None,
            #[cfg(feature = "config")]
            switches: overrides::SwitchOrigins::new(),
            disabled: Vec::new(),
            overridden: Overridden::default(),
            keeps_description: false,
            subscribers: Vec::new(),
            tasks: Vec::new(),
            #[cfg(feature = "controller")]
            controller: ControllerConfig::default(),
            #[cfg(feature = "controller")]
            jobs: Vec::new(),
            #[cfg(feature = "controller")]
            disabled_jobs: Vec::new(),
        }
    }

    /// Registers a state, which tasks and subscribers extract as `State<T>`. A second state of one type is an error at start.
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(&mut self, state: T) -> &mut Self {
        let location = SourceLocation::caller();
        let first = *self.state_locations.entry(TypeId::of::<T>()).or_insert(location);
        if !self.states.insert(state) {
            self.duplicate_states.push((type_name::<T>(), first, location));
        }
        self
    }

    /// Adds a subscriber to the declared ones.
    ///
    /// A declared subscriber starts by itself. Adding it here is an error at start, even with other options: change it with
    /// [`tune`](Self::tune).
    #[track_caller]
    pub fn subscriber(&mut self, subscriber: impl IntoSubscriber) -> &mut Self {
        let (subscriber, location) = (subscriber.into_subscriber(), SourceLocation::caller());
        let overridden = Overridden::default();
        let listed = ListedSubscriber { subscriber, location, descriptor: None, tuned: None, overridden };
        self.subscribers.push(listed);
        self
    }

    /// Adds a task to the declared ones: a hand-written task, or the `spec()` of a declaration that is not discovered.
    ///
    /// A declared task starts by itself. Adding its `spec()` is an error at start, even with other options: change a declared
    /// task with [`tune`](Self::tune). Add tasks here whose names, or whose number, are known only at run
    /// time:
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use taskvisor::prelude::*;
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) {
    ///     for region in ["north", "south"] {
    ///         let poll = TaskFn::arc(format!("poll-{region}"), move || async move {
    ///             println!("polling {region}");
    ///             Ok(())
    ///         });
    ///         app.task(TaskSpec::inherit(poll).with_timeout(Duration::from_secs(5)));
    ///     }
    /// }
    /// ```
    #[track_caller]
    pub fn task(&mut self, spec: impl IntoTaskSpec) -> &mut Self {
        self.tasks.push(ListedTask {
            spec: spec.into_task_spec(),
            location: SourceLocation::caller(),
            descriptor: None,
            tuned: None,
            overridden: Overridden::default(),
        });
        self
    }

    /// Changes the limits of the controller: how many submissions may wait for their slots.
    ///
    /// `change` receives the current limits and returns the new ones.
    #[cfg(feature = "controller")]
    pub fn controller(&mut self, change: impl FnOnce(ControllerConfig) -> ControllerConfig) -> &mut Self {
        self.controller = change(self.controller.clone());
        self
    }

    /// Changes the configuration. It overrides the options of the attribute.
    ///
    /// `change` receives the current configuration and returns the new one.
    #[track_caller]
    pub fn config(&mut self, change: impl FnOnce(Config) -> Config) -> &mut Self {
        let (location, timeout) = (SourceLocation::caller(), self.config.timeout);
        self.configured = Some(location);
        self.config = change(self.config.clone());
        if self.config.timeout != timeout {
            self.timeout_configured = Some(location);
        }
        self
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}
