//! What the code of an application sets, without its overrides: a reload begins with it.

use crate::app::App;
use crate::app::check::Checked;
use crate::app::discover::Discovered;
#[cfg(feature = "controller")]
use crate::app::listed::ListedJob;
use crate::app::listed::{ListedSubscriber, ListedTask};
use crate::app::options::MainOptions;
use crate::app::overridden::Overridden;
use crate::app::problem::{Problem, SourceLocation};
use crate::app::tune::Change;
use crate::policy::Config;
#[cfg(feature = "controller")]
use crate::runtime::body::JobDescriptor;

/// The options of an application before the overrides, with the specs of its declarations without their bodies.
pub(in crate::app) struct Base {
    config: Config,
    configured: Option<SourceLocation>,
    timeout_configured: Option<SourceLocation>,
    tasks: Vec<ListedTask>,
    subscribers: Vec<ListedSubscriber>,
    #[cfg(feature = "controller")]
    jobs: Vec<ListedJob>,
    #[cfg(feature = "controller")]
    disabled_jobs: Vec<&'static JobDescriptor>,
    changes: Vec<Change>,
    pub(super) found: Discovered,
    pub(super) options: MainOptions,
}

impl App {
    /// Copies what the code sets.
    pub(super) fn base(&self, found: &Discovered, options: &MainOptions) -> Base {
        Base {
            config: self.config.clone(),
            configured: self.configured,
            timeout_configured: self.timeout_configured,
            tasks: self.tasks.iter().map(ListedTask::without_body).collect(),
            subscribers: self.subscribers.iter().map(ListedSubscriber::without_body).collect(),
            #[cfg(feature = "controller")]
            jobs: self.jobs.clone(),
            #[cfg(feature = "controller")]
            disabled_jobs: self.disabled_jobs.clone(),
            changes: self.changes.clone(),
            found: found.clone(),
            options: *options,
        }
    }
}

impl Base {
    /// An application that cannot run, to apply overrides to.
    pub(super) fn app(&self) -> App {
        let mut app = App::new(self.config.clone(), &Default::default());
        app.configured = self.configured;
        app.timeout_configured = self.timeout_configured;
        app.tasks = self.tasks.iter().map(ListedTask::without_body).collect();
        app.subscribers = self.subscribers.iter().map(ListedSubscriber::without_body).collect();
        #[cfg(feature = "controller")]
        {
            app.jobs.clone_from(&self.jobs);
            app.disabled_jobs.clone_from(&self.disabled_jobs);
        }
        app.changes.clone_from(&self.changes);
        app
    }
}

impl App {
    /// The problems of options, as at a start. The other checks of a start depend on nothing that a file changes.
    pub(super) fn option_problems(&mut self, found: &Discovered, options: &MainOptions) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.make_critical(options);
        self.check_settings(options, &mut problems);
        self.check_config(options, &mut problems);
        self.check_dependencies(found, options, Checked::AfterSetup, &mut problems);
        problems
    }
}

impl ListedTask {
    /// A copy with the options only. It cannot run.
    fn without_body(&self) -> Self {
        Self {
            spec: self.spec.without_body(),
            location: self.location,
            descriptor: self.descriptor,
            tuned: self.tuned,
            overridden: Overridden::default(),
        }
    }
}

impl ListedSubscriber {
    /// A copy with the options only. It cannot run.
    fn without_body(&self) -> Self {
        Self {
            subscriber: self.subscriber.without_work(),
            location: self.location,
            descriptor: self.descriptor,
            tuned: self.tuned,
            overridden: Overridden::default(),
        }
    }
}
