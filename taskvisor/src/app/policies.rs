//! The options that apply to the declarations of an application, each with its origin.
//!
//! They are computed when someone asks: an application of a thousand tasks starts without a text for each option.

use std::collections::HashMap;

use super::App;
#[cfg(feature = "controller")]
use super::option_table::JOB;
use super::option_table::{DEFAULTS, OptionRow, ShownAs, TASK};
use super::options::MainOptions;
use super::overridden::Overridden;
use super::problem::SourceLocation;
use crate::policy::Config;
#[cfg(feature = "controller")]
use crate::runtime::body::JobSpec;
use crate::runtime::body::{Location, TaskDescriptor, TaskSpec};
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

/// The specs of an application. Its supervisor holds them, for `TaskHandle::policy`.
#[derive(Debug)]
pub(super) struct Policies {
    pub(super) config: ConfigOrigins,
    // By name: the names of tasks are unique. Boxed specs would save nothing, since most tasks are declared.
    tasks: HashMap<String, Tracked<TaskSpec>>,
    /// The label of a job need not be unique: then the first one is found.
    #[cfg(feature = "controller")]
    jobs: HashMap<&'static str, Tracked<JobSpec>>,
}

impl App {
    /// Copies the specs, without their bodies.
    pub(super) fn policies(&self, options: &MainOptions) -> Policies {
        let task = |task: &super::listed::ListedTask| {
            let tracked = Tracked {
                spec: task.spec.without_body(),
                origins: Origins {
                    code: task.location,
                    is_declared: !task.is_by_hand(),
                    tuned: task.tuned,
                    overridden: task.overridden.clone(),
                },
            };
            (task.spec.name().to_owned(), tracked)
        };
        Policies {
            config: self.config_origins(options),
            tasks: self.tasks.iter().map(task).collect(),
            #[cfg(feature = "controller")]
            jobs: self
                .jobs
                .iter()
                .rev()
                .map(|job| {
                    let origins = Origins {
                        code: job.location(),
                        is_declared: true,
                        tuned: job.tuned,
                        overridden: job.overridden.clone(),
                    };
                    (job.spec.name(), Tracked { spec: job.spec.clone(), origins })
                })
                .collect(),
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

impl Policies {
    /// Returns the options of the task of this name, or else of the job.
    pub(super) fn find(this: &Mutex<Self>, name: &str) -> Option<Vec<PolicyOption>> {
        let task = {
            let policies = this.lock();
            let task = policies.tasks.get(name);
            task.map(|task| (task.spec.without_body(), task.origins.clone(), policies.config.clone()))
        };
        // Without the lock: the parameters of the task are asked whether they notify, which may be user code.
        if let Some((spec, origins, config)) = task {
            return Some(origins.options(
                TASK,
                &spec,
                spec.declared.map(TaskSpec::declared).as_ref(),
                &config,
            ));
        }
        #[cfg(feature = "controller")]
        {
            let policies = this.lock();
            let job = policies.jobs.get(name)?;
            let declared = JobSpec::declared(job.spec.descriptor);
            return Some(job.origins.options(JOB, &job.spec, Some(&declared), &policies.config));
        }
        #[cfg(not(feature = "controller"))]
        None
    }
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
        let option = |row: &OptionRow<S>| {
            let shown = (row.show)(spec, &config.config);
            let origin = match (self.overridden.origin(row.name), shown.of) {
                (Some(origin), _) => origin.clone(),
                (None, ShownAs::Default) => OptionOrigin::Default,
                (None, ShownAs::Inherited) => config.origin_of_default(row.name),
                (None, ShownAs::Own) => {
                    let by_attribute = declared.map(|declared| (row.show)(declared, &config.config));
                    self.code_origin(by_attribute.is_none_or(|declared| declared == shown), config)
                }
            };
            PolicyOption::new(row.name, shown.text, origin)
        };
        rows.iter().map(option).collect()
    }

    /// The origin of an option that the code sets. `is_first` says that the attribute or the added spec has this value already.
    fn code_origin(&self, is_first: bool, config: &ConfigOrigins) -> OptionOrigin {
        let (file, line) = (self.code.file(), self.code.line());
        match self.tuned {
            _ if is_first && self.is_declared => OptionOrigin::Attribute { file, line },
            _ if is_first => OptionOrigin::Added { file, line },
            Some(tuned) => OptionOrigin::Tune { file: tuned.file(), line: tuned.line() },
            // `critical = "all"` is the only option of `#[taskvisor::main]` that sets one of a task.
            None => config.by_main(),
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
