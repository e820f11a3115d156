//! Applies overrides to the configuration and to the declarations of an application.

use std::mem;

use super::difference::SwitchOrigins;
use super::merged::Overrides;
use super::section::Section;
use crate::app::App;
use crate::app::declared::DeclarationKind;
use crate::app::disabled::DisabledByOverride;
use crate::app::discover::Discovered;
#[cfg(feature = "controller")]
use crate::app::listed::ListedJob;
use crate::app::listed::ListedTask;
#[cfg(feature = "controller")]
use crate::app::option_table::JOB;
use crate::app::option_table::{DEFAULTS, MAIN, OptionRow, SUBSCRIBER, TASK};
use crate::app::overridden::Overridden;
use crate::app::problem::{Place, Problem};
use crate::task::OptionOrigin;

/// The option that disables a declaration. It is in no table, because no builder sets it.
pub(in crate::app) const ENABLED: &str = "enabled";

impl App {
    /// Applies what a file and variables set. The problems are those of single values; the checks that follow find contradictions.
    /// An option with a problem keeps its value.
    pub(in crate::app) fn apply_overrides(
        &mut self,
        overrides: &Overrides,
        found: &Discovered,
    ) -> Vec<Problem> {
        let mut applied = Applied { overrides, problems: Vec::new(), switches: SwitchOrigins::new() };
        for (section, rows) in [(Section::Defaults, DEFAULTS), (Section::Main, MAIN)] {
            let config = self.config.clone();
            self.config = applied.apply(section, None, rows, config, &mut self.overridden);
        }
        self.override_tasks(&mut applied, found);
        let subscribers = mem::take(&mut self.subscribers);
        for mut listed in subscribers {
            let name = listed.subscriber.name.to_string();
            let disabled = applied.disabled(Section::Subscriber, &name);
            if disabled.is_some() {
                continue;
            }
            let overridden = &mut listed.overridden;
            listed.subscriber =
                applied.apply(Section::Subscriber, Some(&name), SUBSCRIBER, listed.subscriber, overridden);
            self.subscribers.push(listed);
        }
        #[cfg(feature = "controller")]
        self.override_jobs(&mut applied, found);
        self.switches = applied.switches;
        applied.problems
    }

    fn override_tasks(&mut self, applied: &mut Applied<'_>, found: &Discovered) {
        self.enable_tasks(applied, found);
        for mut task in mem::take(&mut self.tasks) {
            let name = task.spec.name().to_owned();
            match applied.disabled(Section::Task, &name) {
                Some(origin) => {
                    let location = task.spec.location();
                    self.disabled.push(DisabledByOverride { name, location, origin });
                }
                None => {
                    let overridden = &mut task.overridden;
                    task.spec = applied.apply(Section::Task, Some(&name), TASK, task.spec, overridden);
                    self.tasks.push(task);
                }
            }
        }
    }

    /// Takes back the `app.disable` of declared tasks that are enabled from outside.
    fn enable_tasks(&mut self, applied: &mut Applied<'_>, found: &Discovered) {
        let tasks = found.declared.iter().filter(|one| one.kind == DeclarationKind::Task);
        for declaration in tasks {
            let is_disabled = self.is_disabled(declaration.location);
            if is_disabled && applied.enabled(Section::Task, declaration.name) {
                self.enable(declaration.location);
                self.tasks.extend(ListedTask::find(declaration.location));
            }
        }
    }

    #[cfg(feature = "controller")]
    fn override_jobs(&mut self, applied: &mut Applied<'_>, found: &Discovered) {
        let jobs = found.declared.iter().filter(|one| one.kind == DeclarationKind::Job);
        for declaration in jobs {
            let is_disabled = self.is_disabled(declaration.location);
            if is_disabled && applied.enabled(Section::Job, declaration.name) {
                self.enable(declaration.location);
                let found = self
                    .disabled_jobs
                    .iter()
                    .position(|job| std::ptr::eq(&raw const job.location, declaration.location));
                let job = found.map(|index| self.disabled_jobs.remove(index));
                self.jobs.extend(job.map(ListedJob::declared));
            }
        }
        for mut job in mem::take(&mut self.jobs) {
            let name = job.spec.name();
            if applied.disabled(Section::Job, name).is_some() {
                self.disabled_jobs.push(job.spec.descriptor);
                continue;
            }
            job.spec = applied.apply(Section::Job, Some(name), JOB, job.spec, &mut job.overridden);
            self.jobs.push(job);
        }
    }
}

struct Applied<'a> {
    overrides: &'a Overrides,
    problems: Vec<Problem>,
    switches: SwitchOrigins,
}

impl Applied<'_> {
    /// Applies the options of one section, in the order of `rows`.
    fn apply<S>(
        &mut self,
        section: Section,
        name: Option<&str>,
        rows: &[OptionRow<S>],
        mut spec: S,
        overridden: &mut Overridden,
    ) -> S {
        let Some(options) = self.overrides.options(section, name) else { return spec };
        for row in rows {
            let Some(one) = options.get(row.name) else { continue };
            match (row.set)(&spec, &one.value) {
                Ok(change) => {
                    spec = change(spec);
                    overridden.insert(row.name, OptionOrigin::from(&one.origin));
                }
                Err(reason) => {
                    let reason = format!("`{}` of {}: {reason}", row.name, section.header(name));
                    self.problems.push(Problem::new(Place::File(one.origin.clone()), reason));
                }
            }
        }
        spec
    }

    /// Returns the origin, if the declaration is disabled.
    fn disabled(&mut self, section: Section, name: &str) -> Option<OptionOrigin> {
        self.switch(section, name, false)
    }

    /// Whether a file or a variable enables the declaration.
    fn enabled(&mut self, section: Section, name: &str) -> bool {
        self.switch(section, name, true).is_some()
    }

    fn switch(&mut self, section: Section, name: &str, to: bool) -> Option<OptionOrigin> {
        let one = self.overrides.options(section, Some(name))?.get(ENABLED)?;
        self.switches.insert((section.word(), name.to_owned()), OptionOrigin::from(&one.origin));
        match one.value.boolean() {
            Ok(value) => (value == to).then(|| OptionOrigin::from(&one.origin)),
            Err(reason) => {
                let place = Place::File(one.origin.clone());
                let reason = format!("`{ENABLED}` of {}: {reason}", section.header(Some(name)));
                // Asked for both values.
                if !to {
                    self.problems.push(Problem::new(place, reason));
                }
                None
            }
        }
    }
}
