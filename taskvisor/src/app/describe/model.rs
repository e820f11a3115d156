//! What an application declares, as plain data.

use std::time::SystemTime;

use super::schedule::ScheduleModel;
use crate::app::App;
#[cfg(feature = "controller")]
use crate::app::listed::ListedJob;
use crate::app::listed::{ListedSubscriber, ListedTask};
#[cfg(feature = "controller")]
use crate::app::option_table::JOB;
use crate::app::option_table::{DEFAULTS, MAIN, SUBSCRIBER, TASK};
use crate::app::options::MainOptions;
use crate::app::policies::ConfigOrigins;
use crate::app::problem::SourceLocation;
use crate::event::EventSet;
#[cfg(feature = "controller")]
use crate::runtime::body::JobSpec;
use crate::runtime::body::{Location, TaskSpec};
use crate::runtime::subscriber::Subscriber;
#[cfg(feature = "controller")]
use crate::task::OptionOrigin;
use crate::task::PolicyOption;

/// An application.
#[derive(Debug)]
pub(super) struct Model {
    /// The crate of the function with `#[taskvisor::main]`.
    pub(super) name: String,
    pub(super) location: SourceLocation,
    /// The options of the application.
    pub(super) main: Vec<PolicyOption>,
    /// The defaults of the options of tasks and jobs.
    pub(super) defaults: Vec<PolicyOption>,
    pub(super) tasks: Vec<TaskModel>,
    pub(super) jobs: Vec<JobModel>,
    pub(super) subscribers: Vec<SubscriberModel>,
}

/// The name and the location of a declaration.
#[derive(Clone, Debug)]
pub(super) struct DeclaredAs {
    pub(super) name: String,
    pub(super) location: SourceLocation,
    /// The crate.
    pub(super) krate: &'static str,
}

#[derive(Debug)]
pub(super) struct TaskModel {
    pub(super) declared: DeclaredAs,
    /// `None` for a task without instances.
    pub(super) instances: Option<usize>,
    pub(super) is_critical: bool,
    pub(super) schedule: Option<ScheduleModel>,
    pub(super) after: Vec<String>,
    pub(super) needs: Vec<String>,
    pub(super) options: Vec<PolicyOption>,
}

#[derive(Debug)]
pub(super) struct JobModel {
    pub(super) declared: DeclaredAs,
    /// The format string of the slot, as written.
    pub(super) slot: Option<&'static str>,
    /// The names and the types of the arguments.
    pub(super) arguments: Vec<(&'static str, &'static str)>,
    pub(super) needs: Vec<String>,
    pub(super) options: Vec<PolicyOption>,
}

#[derive(Debug)]
pub(super) struct SubscriberModel {
    pub(super) declared: DeclaredAs,
    /// The names of the events, as the attribute writes them. `None` for all events.
    pub(super) events: Option<Vec<String>>,
    /// The selected tasks. `None` for all tasks.
    pub(super) tasks: Option<Vec<String>>,
    pub(super) options: Vec<PolicyOption>,
}

impl Model {
    /// Reads a checked application. Schedules are shown as if it started at `now`.
    pub(super) fn new(app: &App, options: &MainOptions, now: SystemTime) -> Self {
        let config = app.config_origins(options);
        Self {
            name: options.location.krate().to_owned(),
            location: SourceLocation::from(&options.location),
            main: config.options(MAIN),
            defaults: config.options(DEFAULTS),
            tasks: app.tasks.iter().map(|task| TaskModel::new(task, &config, now)).collect(),
            #[cfg(feature = "controller")]
            jobs: app.jobs.iter().map(|job| JobModel::new(job, &config)).collect(),
            #[cfg(not(feature = "controller"))]
            jobs: Vec::new(),
            subscribers: app.subscribers.iter().map(|one| SubscriberModel::new(one, &config)).collect(),
        }
    }
}

impl DeclaredAs {
    fn new(name: &str, location: SourceLocation, declared: Option<&'static Location>) -> Self {
        Self { name: name.to_owned(), location, krate: declared.map_or("", Location::krate) }
    }
}

impl TaskModel {
    fn new(task: &ListedTask, config: &ConfigOrigins, now: SystemTime) -> Self {
        let spec = &task.spec;
        let declared = task.descriptor.map(TaskSpec::declared);
        Self {
            declared: DeclaredAs::new(spec.name(), task.location, spec.location()),
            instances: spec.instances().own(),
            is_critical: spec.critical().or(false),
            schedule: spec.schedule.as_deref().and_then(|schedule| ScheduleModel::new(schedule, now)),
            after: spec.after().map(str::to_owned).collect(),
            needs: spec.needs().map(str::to_owned).collect(),
            options: task.origins().options(TASK, spec, declared.as_ref(), config),
        }
    }
}

#[cfg(feature = "controller")]
impl JobModel {
    fn new(job: &ListedJob, config: &ConfigOrigins) -> Self {
        let (spec, descriptor) = (&job.spec, job.spec.descriptor);
        let mut options = job.origins().options(JOB, spec, Some(&JobSpec::declared(descriptor)), config);
        options.push(interrupt_on_loss(job));
        Self {
            declared: DeclaredAs::new(spec.name(), job.location(), Some(&descriptor.location)),
            slot: descriptor.slot,
            arguments: descriptor.parameters.iter().map(|one| (one.name, one.type_name)).collect(),
            needs: descriptor.dependencies.needs.iter().map(|task| task().name.to_owned()).collect(),
            options,
        }
    }
}

/// The option that only the attribute of a job sets, so that the table of the options lacks it.
#[cfg(feature = "controller")]
fn interrupt_on_loss(job: &ListedJob) -> PolicyOption {
    let location = job.location();
    let (value, origin) = match job.spec.settings.interrupt_on_loss.own() {
        Some(time) => (
            humantime::format_duration(time).to_string(),
            OptionOrigin::Attribute { file: location.file(), line: location.line() },
        ),
        None => ("none".to_owned(), OptionOrigin::Default),
    };
    PolicyOption::new("interrupt_on_loss", value, origin)
}

impl SubscriberModel {
    fn new(listed: &ListedSubscriber, config: &ConfigOrigins) -> Self {
        let subscriber = &listed.subscriber;
        let declared = listed.descriptor.map(Subscriber::declared);
        let events = (subscriber.events != EventSet::ALL)
            .then(|| subscriber.events.names().map(|name| format!("{name:?}")).collect());
        let tasks: Vec<_> = subscriber.tasks().map(str::to_owned).collect();
        Self {
            declared: DeclaredAs::new(&subscriber.name, listed.location, subscriber.location),
            events,
            tasks: (!tasks.is_empty()).then_some(tasks),
            options: listed.origins().options(SUBSCRIBER, subscriber, declared.as_ref(), config),
        }
    }
}
