//! The options that apply to the declarations of an application, each with its origin.
//!
//! They are computed at each call: an application of a thousand tasks starts without formatting a text for each option.

use std::collections::BTreeMap;

use super::App;
#[cfg(feature = "controller")]
use super::listed::ListedJob;
use super::listed::{ListedSubscriber, ListedTask};
#[cfg(feature = "controller")]
use super::option_table::JOB;
use super::option_table::{Applies, DEFAULTS, OptionRow, ShownAs, TASK};
use super::options::MainOptions;
use super::overridden::Overridden;
use super::problem::SourceLocation;
use crate::policy::Config;
#[cfg(feature = "controller")]
use crate::runtime::body::JobSpec;
use crate::runtime::body::TaskSpec;
#[cfg(feature = "config")]
use crate::runtime::subscriber::Subscriber;
use crate::sync::Mutex;
use crate::task::{OptionOrigin, PolicyOption};

/// The origins of the configuration.
#[derive(Clone, Debug)]
pub(super) struct ConfigOrigins {
    pub(super) config: Config,
    /// The configuration before the setup: the options of `#[taskvisor::main]`.
    pub(super) declared: Config,
    pub(super) main: SourceLocation,
    /// The last call of `app.config`.
    pub(super) configured: Option<SourceLocation>,
    pub(super) overridden: Overridden,
}

/// The spec of a declaration, and what has set its options.
#[derive(Debug)]
pub(super) struct Tracked<S> {
    /// The spec without its body.
    pub(super) spec: S,
    pub(super) origins: Origins,
}

/// What has set the options of a declaration.
#[derive(Clone, Debug)]
pub(super) struct Origins {
    /// The attribute, or for a task without one the call that has added it.
    code: SourceLocation,
    is_declared: bool,
    tuned: Option<SourceLocation>,
    overridden: Overridden,
}

/// The specs of an application.
#[derive(Debug)]
pub(super) struct PolicySet {
    pub(super) config: ConfigOrigins,
    // By name: the names of tasks are unique.
    pub(super) tasks: BTreeMap<String, Tracked<TaskSpec>>,
    /// The tasks that a file or a variable disables. After a reload they may be live, because `enabled` needs a restart.
    disabled: BTreeMap<String, Tracked<TaskSpec>>,
    /// The label of a job need not be unique: then the first one is found.
    #[cfg(feature = "controller")]
    pub(super) jobs: BTreeMap<&'static str, Tracked<JobSpec>>,
    #[cfg(feature = "config")]
    pub(super) subscribers: BTreeMap<String, Tracked<Subscriber>>,
    /// What enables or disables declarations.
    #[cfg(feature = "config")]
    pub(super) switches: super::overrides::SwitchOrigins,
}

/// The specs with which an application was started, and those after a reload. Its supervisor holds them, for `TaskHandle::policy`.
#[derive(Debug)]
pub(super) struct Policies {
    started: PolicySet,
    reloaded: Option<PolicySet>,
}

/// The spec of one declaration, with the configuration that it inherits from.
struct Found<S> {
    spec: S,
    origins: Origins,
    config: ConfigOrigins,
}

impl App {
    /// Copies the specs, without their bodies.
    pub(super) fn policies(&self, options: &MainOptions) -> PolicySet {
        let task = |task: &ListedTask| {
            let tracked = Tracked { spec: task.spec.without_body(), origins: task.origins() };
            (task.spec.name().to_owned(), tracked)
        };
        #[cfg(feature = "config")]
        let subscriber = |listed: &ListedSubscriber| {
            let (spec, origins) = (listed.subscriber.without_work(), listed.origins());
            (listed.subscriber.name.to_string(), Tracked { spec, origins })
        };
        PolicySet {
            config: self.config_origins(options),
            tasks: self.tasks.iter().map(task).collect(),
            disabled: self.disabled.iter().map(|one| task(&one.task)).collect(),
            #[cfg(feature = "controller")]
            jobs: self
                .jobs
                .iter()
                .rev()
                .map(|job| (job.spec.name(), Tracked { spec: job.spec.clone(), origins: job.origins() }))
                .collect(),
            #[cfg(feature = "config")]
            subscribers: self.subscribers.iter().rev().map(subscriber).collect(),
            #[cfg(feature = "config")]
            switches: self.switches.clone(),
        }
    }

    pub(super) fn config_origins(&self, options: &MainOptions) -> ConfigOrigins {
        ConfigOrigins {
            config: self.config.clone(),
            declared: options.config(),
            main: SourceLocation::from(&options.location),
            configured: self.configured,
            overridden: self.overridden.clone(),
        }
    }
}

impl ListedTask {
    pub(super) fn origins(&self) -> Origins {
        let (code, is_declared) = (self.location, !self.is_by_hand());
        Origins { code, is_declared, tuned: self.tuned, overridden: self.overridden.clone() }
    }
}

impl ListedSubscriber {
    pub(super) fn origins(&self) -> Origins {
        let (code, is_declared) = (self.location, !self.is_by_hand());
        Origins { code, is_declared, tuned: self.tuned, overridden: self.overridden.clone() }
    }
}

#[cfg(feature = "controller")]
impl ListedJob {
    pub(super) fn origins(&self) -> Origins {
        let (code, is_declared) = (self.location(), true);
        Origins { code, is_declared, tuned: self.tuned, overridden: self.overridden.clone() }
    }
}

impl PolicySet {
    /// The options of a task that was started, also if it is disabled by now.
    pub(super) fn started_task(&self, name: &str) -> Option<&Tracked<TaskSpec>> {
        self.tasks.get(name).or_else(|| self.disabled.get(name))
    }

    fn task(&self, name: &str) -> Option<Found<TaskSpec>> {
        let Tracked { spec, origins } = self.started_task(name)?;
        Some(Found { spec: spec.without_body(), origins: origins.clone(), config: self.config.clone() })
    }

    #[cfg(feature = "controller")]
    fn job(&self, name: &str) -> Option<Found<JobSpec>> {
        let Tracked { spec, origins } = self.jobs.get(name)?;
        Some(Found { spec: spec.clone(), origins: origins.clone(), config: self.config.clone() })
    }
}

impl Policies {
    pub(super) fn new(started: PolicySet) -> Self {
        Self { started, reloaded: None }
    }

    #[cfg(feature = "config")]
    pub(super) fn reload(this: &Mutex<Self>, policies: PolicySet) {
        // Bound to a variable, so that the old specs are dropped after the lock: they hold bodies of the user.
        let _replaced = this.lock().reloaded.replace(policies);
    }

    /// Returns the options of the task of this name, or else of the job.
    pub(super) fn find(this: &Mutex<Self>, name: &str) -> Option<Vec<PolicyOption>> {
        // Copied, because finding out whether the parameters of a task notify may call user code.
        let (started, reloaded) = {
            let policies = this.lock();
            (policies.started.task(name), policies.reloaded.as_ref().and_then(|set| set.task(name)))
        };
        if let Some(started) = started {
            return Some(merged(TASK, &started, reloaded.as_ref(), |spec| {
                spec.declared.map(TaskSpec::declared)
            }));
        }
        #[cfg(feature = "controller")]
        {
            let (started, reloaded) = {
                let policies = this.lock();
                (policies.started.job(name), policies.reloaded.as_ref().and_then(|set| set.job(name)))
            };
            let declared = |spec: &JobSpec| Some(JobSpec::declared(spec.descriptor));
            started.map(|started| merged(JOB, &started, reloaded.as_ref(), declared))
        }
        #[cfg(not(feature = "controller"))]
        None
    }
}

/// The options that apply: those of the start, if they need a restart, and the others of the last reload.
fn merged<S>(
    rows: &[OptionRow<S>],
    started: &Found<S>,
    reloaded: Option<&Found<S>>,
    declared: impl Fn(&S) -> Option<S>,
) -> Vec<PolicyOption> {
    let options = |found: &Found<S>| {
        found.origins.options(rows, &found.spec, declared(&found.spec).as_ref(), &found.config)
    };
    let started = options(started);
    let Some(reloaded) = reloaded.map(options) else { return started };
    let pairs = rows.iter().zip(started).zip(reloaded);
    pairs.map(|((row, old), new)| if row.applies == Applies::Restart { old } else { new }).collect()
}

impl Origins {
    /// The options of a declaration. `declared` is its spec with the options of the attribute only.
    pub(super) fn options<S>(
        &self,
        rows: &[OptionRow<S>],
        spec: &S,
        declared: Option<&S>,
        config: &ConfigOrigins,
    ) -> Vec<PolicyOption> {
        rows.iter().map(|row| self.option(row, spec, declared, config)).collect()
    }

    /// One option: see `options`.
    pub(super) fn option<S>(
        &self,
        row: &OptionRow<S>,
        spec: &S,
        declared: Option<&S>,
        config: &ConfigOrigins,
    ) -> PolicyOption {
        let shown = (row.show)(spec, &config.config);
        let origin = match (self.overridden.origin(row.name), shown.of) {
            (Some(origin), _) => origin.clone(),
            (None, ShownAs::Default) => OptionOrigin::Default,
            (None, ShownAs::Main) => config.by_main(),
            (None, ShownAs::Inherited) => config.origin_of_default(row.name),
            (None, ShownAs::Own | ShownAs::Implied) => {
                let by_attribute = declared.map(|declared| (row.show)(declared, &config.config));
                let is_first = by_attribute.is_none_or(|declared| declared == shown);
                let implied = self.implied_origin().filter(|_| shown.of == ShownAs::Implied);
                implied.cloned().unwrap_or_else(|| self.code_origin(is_first))
            }
        };
        PolicyOption::new(row.name, shown.text, origin)
    }

    /// The origin of an overridden option that implies the restart policy.
    fn implied_origin(&self) -> Option<&OptionOrigin> {
        // The options of tasks come before those of jobs: a task may have the latter, too, where they imply nothing.
        const IMPLYING: [&str; 6] = ["every", "cron", "delay", "backoff", "max_retries", "max_failures"];
        IMPLYING.iter().find_map(|option| self.overridden.origin(option))
    }

    /// The origin of an option that the code sets. `is_first`: the attribute or the added spec has this value already.
    fn code_origin(&self, is_first: bool) -> OptionOrigin {
        let (file, line) = (self.code.file(), self.code.line());
        match self.tuned {
            Some(tuned) if !is_first => OptionOrigin::Tune { file: tuned.file(), line: tuned.line() },
            _ if self.is_declared => OptionOrigin::Attribute { file, line },
            _ => OptionOrigin::Added { file, line },
        }
    }
}

impl ConfigOrigins {
    fn by_main(&self) -> OptionOrigin {
        OptionOrigin::Attribute { file: self.main.file(), line: self.main.line() }
    }

    /// The origin of a default of all tasks.
    fn origin_of_default(&self, name: &str) -> OptionOrigin {
        let row = DEFAULTS.iter().find(|row| row.name == name);
        row.map_or(OptionOrigin::Default, |row| self.origin(row))
    }

    fn origin(&self, row: &OptionRow<Config>) -> OptionOrigin {
        let shown = (row.show)(&self.config, &self.config);
        match (self.overridden.origin(row.name), self.configured) {
            (Some(origin), _) => origin.clone(),
            _ if shown.of == ShownAs::Default => OptionOrigin::Default,
            _ if (row.show)(&self.declared, &self.config) == shown => self.by_main(),
            (None, Some(configured)) => {
                OptionOrigin::Config { file: configured.file(), line: configured.line() }
            }
            (None, None) => OptionOrigin::Default,
        }
    }

    /// The options of the application, in the order of `rows`.
    pub(super) fn options(&self, rows: &[OptionRow<Config>]) -> Vec<PolicyOption> {
        let option = |row: &OptionRow<Config>| {
            PolicyOption::new(row.name, (row.show)(&self.config, &self.config).text, self.origin(row))
        };
        rows.iter().map(option).collect()
    }
}
