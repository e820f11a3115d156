//! Compares the options of an application before and after a reload.

use std::collections::{BTreeMap, BTreeSet};

use super::applied::ENABLED;
#[cfg(feature = "controller")]
use crate::app::option_table::JOB;
use crate::app::option_table::{Applies, DEFAULTS, MAIN, OptionRow, SUBSCRIBER, ShownAs, TASK};
use crate::app::policies::{ConfigOrigins, PolicySet, Tracked};
use crate::policy::Config;
#[cfg(feature = "controller")]
use crate::runtime::body::JobSpec;
use crate::runtime::body::TaskSpec;
use crate::task::{ChangedOption, OptionOrigin, PolicyOption};

/// What a reload changes.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) changed: Vec<ChangedOption>,
    pub(super) needs_restart: Vec<ChangedOption>,
    /// The tasks with an option that applies at their next attempt, also if it is inherited.
    pub(super) tasks: BTreeSet<String>,
    /// Whether the option of a job has changed.
    pub(super) jobs: bool,
}

/// The three states of the options: those with which the application was started, those of the last reload, and those of the file.
#[derive(Clone, Copy)]
pub(super) struct States<'a> {
    pub(super) started: &'a PolicySet,
    pub(super) current: &'a PolicySet,
    pub(super) next: &'a PolicySet,
}

impl Difference {
    pub(super) fn between(states: States<'_>) -> Self {
        let mut difference = Self::default();
        difference.compare_config("defaults", DEFAULTS, states);
        difference.compare_config("main", MAIN, states);
        difference.compare_tasks(states);
        difference.compare_subscribers(states);
        #[cfg(feature = "controller")]
        difference.compare_jobs(states);
        difference
    }

    fn compare_config(&mut self, of: &str, rows: &[OptionRow<Config>], states: States<'_>) {
        let shown = |set: &PolicySet| set.config.options(rows);
        let (started, current, next) = (shown(states.started), shown(states.current), shown(states.next));
        for (((row, started), current), next) in rows.iter().zip(started).zip(current).zip(next) {
            self.compare(of, row.applies, [started, current], next);
        }
    }

    fn compare_tasks(&mut self, states: States<'_>) {
        let tasks = |set: &'_ PolicySet| set.tasks.keys().cloned().collect::<BTreeSet<_>>();
        self.compare_presence("task", &tasks(states.started), &tasks(states.next), states.next);
        let declared = |spec: &TaskSpec| spec.declared.map(TaskSpec::declared);
        for (name, started) in &states.started.tasks {
            let current = states.current.started_task(name).unwrap_or(started);
            // The setup disables it, and the file no longer enables it.
            let Some(next) = states.next.started_task(name) else { continue };
            let compared = Compared {
                of: format!("task `{name}`"),
                versions: [
                    (started, &states.started.config),
                    (current, &states.current.config),
                    (next, &states.next.config),
                ],
            };
            if self.compare_rows(TASK, &compared, declared) {
                self.tasks.insert(name.clone());
            }
        }
    }

    fn compare_subscribers(&mut self, states: States<'_>) {
        let names = |set: &'_ PolicySet| set.subscribers.keys().cloned().collect::<BTreeSet<_>>();
        self.compare_presence("subscriber", &names(states.started), &names(states.next), states.next);
        for (name, next) in &states.next.subscribers {
            let Some(started) = states.started.subscribers.get(name) else { continue };
            let (started, next) = ((started, &states.started.config), (next, &states.next.config));
            let compared =
                Compared { of: format!("subscriber `{name}`"), versions: [started, started, next] };
            self.compare_rows(SUBSCRIBER, &compared, |_| None);
        }
    }

    #[cfg(feature = "controller")]
    fn compare_jobs(&mut self, states: States<'_>) {
        let declared = |spec: &JobSpec| Some(JobSpec::declared(spec.descriptor));
        let names = |set: &PolicySet| set.jobs.keys().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let (before, after) = (names(states.current), names(states.next));
        for name in before.symmetric_difference(&after) {
            self.jobs = true;
            let to = after.contains(name);
            self.changed.push(switched(format!("job `{name}`"), to, states.next.switch_origin("job", name)));
        }
        for (name, next) in &states.next.jobs {
            let Some(current) = states.current.jobs.get(name) else { continue };
            let started = states.started.jobs.get(name).unwrap_or(current);
            let compared = Compared {
                of: format!("job `{name}`"),
                versions: [
                    (started, &states.started.config),
                    (current, &states.current.config),
                    (next, &states.next.config),
                ],
            };
            self.jobs |= self.compare_rows(JOB, &compared, declared);
        }
    }

    /// Compares each option of one declaration. Returns whether one differs that applies without a restart, also an inherited one.
    fn compare_rows<S>(
        &mut self,
        rows: &[OptionRow<S>],
        compared: &Compared<'_, S>,
        declared: impl Fn(&S) -> Option<S>,
    ) -> bool {
        let mut differs = false;
        let [started, current, next] = compared.versions;
        let attribute = declared(&next.0.spec);
        for row in rows {
            let option = |(tracked, config): (&Tracked<S>, &ConfigOrigins)| {
                tracked.origins.option(row, &tracked.spec, attribute.as_ref(), config)
            };
            let (started, current, after) = (option(started), option(current), option(next));
            differs |= row.applies != Applies::Restart && current.value != after.value;
            // An inherited value is listed once, with the defaults.
            let is_derived = |version: (&Tracked<S>, &ConfigOrigins)| {
                !matches!((row.show)(&version.0.spec, &version.1.config).of, ShownAs::Own | ShownAs::Implied)
            };
            if !(compared.versions.into_iter().all(is_derived)) {
                self.compare(&compared.of, row.applies, [started, current], after);
            }
        }
        differs
    }

    fn compare(&mut self, of: &str, applies: Applies, before: [PolicyOption; 2], after: PolicyOption) {
        let [started, current] = before;
        let (list, before) = match applies {
            Applies::Restart => (&mut self.needs_restart, started),
            Applies::NextAttempt | Applies::NextSubmission => (&mut self.changed, current),
        };
        if before.value != after.value {
            let PolicyOption { name: option, value: to, origin } = after;
            list.push(ChangedOption { of: of.to_owned(), option, from: before.value, to, origin });
        }
    }

    fn compare_presence(
        &mut self,
        kind: &str,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
        next: &PolicySet,
    ) {
        for name in before.symmetric_difference(after) {
            let origin = next.switch_origin(kind, name);
            self.needs_restart.push(switched(format!("{kind} `{name}`"), after.contains(name), origin));
        }
    }
}

fn switched(of: String, to: bool, origin: OptionOrigin) -> ChangedOption {
    ChangedOption { of, option: ENABLED, from: (!to).to_string(), to: to.to_string(), origin }
}

/// One declaration in its three states.
struct Compared<'a, S> {
    of: String,
    versions: [(&'a Tracked<S>, &'a ConfigOrigins); 3],
}

/// The origins of `enabled`, by the kind and the name of a declaration.
pub(in crate::app) type SwitchOrigins = BTreeMap<(&'static str, String), OptionOrigin>;

impl PolicySet {
    fn switch_origin(&self, kind: &str, name: &str) -> OptionOrigin {
        let found = self.switches.iter().find(|((of, switched), _)| *of == kind && switched == name);
        // Without an origin, the file no longer sets the option, and the code decides.
        found.map_or(OptionOrigin::Default, |(_, origin)| origin.clone())
    }
}
