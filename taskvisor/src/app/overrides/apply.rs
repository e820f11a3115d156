//! Applies overrides to the configuration and to the declarations of an application.

use std::mem;

use super::applied::Applied;
use super::merged::Overrides;
use super::section::Section;
use crate::app::App;
use crate::app::declared::DeclarationKind;
use crate::app::disabled::DisabledByOverride;
use crate::app::discover::Discovered;
#[cfg(feature = "controller")]
use crate::app::listed::ListedJob;
use crate::app::listed::{ListedSubscriber, ListedTask};
#[cfg(feature = "controller")]
use crate::app::option_table::JOB;
use crate::app::option_table::{DEFAULTS, MAIN, SUBSCRIBER, TASK};
use crate::app::overridden::Overridden;
use crate::app::problem::Problem;
#[cfg(feature = "controller")]
use crate::runtime::body::JobSpec;
use crate::runtime::body::Location;

impl App {
    /// Applies what a file and variables set. The problems are those of single values, also of disabled declarations; the checks that
    /// follow find contradictions. An option with a problem keeps its value.
    pub(in crate::app) fn apply_overrides(
        &mut self,
        overrides: &Overrides,
        found: &Discovered,
    ) -> Vec<Problem> {
        let mut applied = Applied::new(overrides);
        for (section, rows) in [(Section::Defaults, DEFAULTS), (Section::Main, MAIN)] {
            let config = self.config.clone();
            self.config = applied.apply(section, None, rows, config, &mut self.overridden);
        }
        self.override_tasks(&mut applied, found);
        self.override_subscribers(&mut applied, found);
        #[cfg(feature = "controller")]
        self.override_jobs(&mut applied, found);
        self.switches = applied.switches;
        applied.problems
    }

    fn override_tasks(&mut self, applied: &mut Applied<'_>, found: &Discovered) {
        for (location, is_enabled) in self.take_back(applied, found, Section::Task) {
            let Some(task) = ListedTask::find(location) else { continue };
            if is_enabled {
                self.tasks.push(task);
            } else {
                let name = task.spec.name().to_owned();
                applied.check(Section::Task, &name, TASK, task.spec);
            }
        }
        for mut task in mem::take(&mut self.tasks) {
            let name = task.spec.name().to_owned();
            task.spec = applied.apply(Section::Task, Some(&name), TASK, task.spec, &mut task.overridden);
            match applied.disabled(Section::Task, &name) {
                Some(origin) => self.disabled.push(DisabledByOverride { task, origin }),
                None => self.tasks.push(task),
            }
        }
    }

    fn override_subscribers(&mut self, applied: &mut Applied<'_>, found: &Discovered) {
        for (location, is_enabled) in self.take_back(applied, found, Section::Subscriber) {
            let Some(listed) = ListedSubscriber::find(location) else { continue };
            if is_enabled {
                self.subscribers.push(listed);
            } else {
                let name = listed.subscriber.name.to_string();
                applied.check(Section::Subscriber, &name, SUBSCRIBER, listed.subscriber);
            }
        }
        for mut listed in mem::take(&mut self.subscribers) {
            let (name, overridden) = (listed.subscriber.name.to_string(), &mut listed.overridden);
            listed.subscriber =
                applied.apply(Section::Subscriber, Some(&name), SUBSCRIBER, listed.subscriber, overridden);
            if applied.disabled(Section::Subscriber, &name).is_none() {
                self.subscribers.push(listed);
            }
        }
    }

    #[cfg(feature = "controller")]
    fn override_jobs(&mut self, applied: &mut Applied<'_>, found: &Discovered) {
        for (location, is_enabled) in self.take_back(applied, found, Section::Job) {
            let mut disabled = self.disabled_jobs.iter();
            let found = disabled.position(|job| std::ptr::eq(&raw const job.location, location));
            let Some(index) = found else { continue };
            if is_enabled {
                self.jobs.push(ListedJob::declared(self.disabled_jobs.remove(index)));
            } else {
                let job = self.disabled_jobs[index];
                applied.check(Section::Job, job.name, JOB, JobSpec::declared(job));
            }
        }
        for mut job in mem::take(&mut self.jobs) {
            let name = job.spec.name();
            job.spec = applied.apply(Section::Job, Some(name), JOB, job.spec, &mut job.overridden);
            match applied.disabled(Section::Job, name) {
                Some(_) => self.disabled_jobs.push(job.spec.descriptor),
                None => self.jobs.push(job),
            }
        }
    }

    /// Takes back each `app.disable` of a declaration that is enabled from outside. Returns the declarations that the setup has
    /// disabled, and whether each one is enabled.
    fn take_back(
        &mut self,
        applied: &mut Applied<'_>,
        found: &Discovered,
        section: Section,
    ) -> Vec<(&'static Location, bool)> {
        let is_disabled = |kind, location| section == Section::of(kind) && self.is_disabled(location);
        let disabled = found.declared.iter().filter(|one| is_disabled(one.kind, one.location));
        let switched: Vec<_> =
            disabled.map(|one| (one.location, applied.enabled(section, one.name))).collect();
        for (location, _) in switched.iter().filter(|(_, is_enabled)| *is_enabled) {
            self.enable(location);
        }
        switched
    }
}

impl Section {
    fn of(kind: DeclarationKind) -> Self {
        match kind {
            DeclarationKind::Task => Self::Task,
            DeclarationKind::Job => Self::Job,
            DeclarationKind::Subscriber => Self::Subscriber,
        }
    }
}
