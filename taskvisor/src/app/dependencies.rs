//! Checks the dependencies between the tasks and jobs of an application, before anything starts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::App;
use super::absence::{self, Absence};
use super::check::Checked;
use super::discover::Discovered;
use super::listed::ListedTask;
use super::options::MainOptions;
use super::overridden::Overridden;
use super::problem::{Place, Problem, SourceLocation};
use crate::policy::Policy;
use crate::runtime::body::{Dependencies, Dependency, Needs};
use crate::runtime::dependency::{cycle_path, repeated_dependency};
use crate::supervisor::link::LOSES_NOTHING;

/// A task or a job that depends on tasks.
struct Dependent<'a> {
    /// Such as "task `consume`".
    label: String,
    name: &'a str,
    options_at: SourceLocation,
    overridden: &'a Overridden,
    dependencies: &'a Dependencies,
}

/// What a dependency is checked against.
struct Application<'a> {
    found: &'a Discovered,
    options: &'a MainOptions,
    checked: Checked,
    never_ready_tasks: &'a BTreeMap<&'a str, &'a ListedTask>,
}

impl App {
    pub(super) fn check_dependencies(
        &self,
        found: &Discovered,
        options: &MainOptions,
        checked: Checked,
        problems: &mut Vec<Problem>,
    ) {
        let never_ready_tasks = self.never_ready();
        let application = Application { found, options, checked, never_ready_tasks: &never_ready_tasks };
        for task in &self.tasks {
            let (name, options_at, overridden) = (task.spec.name(), task.options_at(), &task.overridden);
            if task.spec.interrupt_on_loss().own().is_some() && task.spec.needs().next().is_none() {
                let place = task.place_of("`interrupt_on_loss` `needs`");
                problems.push(Problem::new(place, format!("task `{name}`: {LOSES_NOTHING}")));
            }
            let Some(dependencies) = &task.spec.dependencies else { continue };
            let label = format!("task `{name}`");
            let dependent = Dependent { label, name, options_at, overridden, dependencies };
            self.check_dependent(&dependent, &application, problems);
        }
        #[cfg(feature = "controller")]
        for job in &self.jobs {
            let Some(dependencies) = Dependencies::declared(&job.spec.descriptor.dependencies) else {
                continue;
            };
            let (label, options_at) = (format!("job `{}`", job.spec.name()), job.options_at());
            let (name, overridden, dependencies) = ("", &job.overridden, &dependencies);
            let dependent = Dependent { label, name, options_at, overridden, dependencies };
            self.check_dependent(&dependent, &application, problems);
        }
        self.check_cycles(problems);
    }

    fn check_dependent(
        &self,
        dependent: &Dependent<'_>,
        application: &Application<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let Dependent { label, name, options_at, overridden, dependencies } = dependent;
        let mut report = |reason: String| {
            let place = overridden.place_of(&reason).unwrap_or_else(|| (*options_at).into());
            problems.push(Problem::new(place, format!("{label}: {reason}")));
        };
        let Application { found, options, checked, never_ready_tasks } = *application;
        for (dependency, kind) in dependencies.unique() {
            let option = kind.label();
            if dependency.name == *name {
                report(format!("it is in its own `{option}`, and would wait for itself: remove it there"));
            } else if let Some(absence) = self.absence(&dependency.name, dependency.declared, found) {
                if checked == Checked::BeforeSetup && absence.may_be_added() {
                    continue;
                }
                report(does_not_run(&absence, dependency, option, label, options));
            } else if let Some(task) = never_ready_tasks.get(&*dependency.name) {
                report(is_never_ready(option, task));
            }
        }
        for name in dependencies.repeated() {
            report(repeated_dependency(name));
        }
    }

    /// The tasks that can never be ready, by name.
    fn never_ready(&self) -> BTreeMap<&str, &ListedTask> {
        let defaults = Policy::defaults(&self.config);
        let never = self.tasks.iter().filter(|task| {
            let mut needs = Needs::new(&self.states);
            (task.spec.task.needs)(&mut needs);
            let settings = &task.spec.settings;
            // A task with wrong settings is reported already.
            let Ok(mut policy) = settings.resolve(&defaults) else { return false };
            policy.schedule = task.spec.schedule_kind();
            let is_wrong = settings.resolve_readiness(needs.notifies(), &mut policy).is_err();
            !is_wrong && policy.is_never_ready(settings, never_returns(task))
        });
        never.map(|task| (task.spec.name(), task)).collect()
    }

    /// Reports each cycle once, at the first of its tasks.
    fn check_cycles(&self, problems: &mut Vec<Problem>) {
        let tasks: BTreeMap<&str, &ListedTask> =
            self.tasks.iter().map(|task| (task.spec.name(), task)).collect();
        let depends_on = |name: &str| {
            let dependencies = tasks.get(name).and_then(|task| task.spec.dependencies.as_deref());
            let names = dependencies.into_iter().flat_map(|dependencies| dependencies.iter());
            names.map(|(dependency, _)| &*dependency.name).collect::<Vec<_>>()
        };
        let mut reported = BTreeSet::new();
        for (&name, task) in &tasks {
            // A task that names itself is reported by its own problem.
            let begins = depends_on(name).into_iter().filter(|other| *other != name);
            if reported.contains(name) {
                continue;
            }
            let Some(path) = cycle_path(begins, name, depends_on) else { continue };
            reported.extend(path.iter().copied());
            let mut text = format!("`{name}`");
            let (mut from, mut place) = (name, None);
            for to in path {
                let at =
                    tasks.get(from).map_or_else(|| task.options_at().into(), |from| depends_at(from, to));
                place.get_or_insert_with(|| at.clone());
                let _ = write!(text, " waits for `{to}` ({at})");
                if to != name {
                    let _ = write!(text, ", `{to}`");
                }
                from = to;
            }
            let reason = format!(
                "these tasks wait for each other, and none could ever start: {text}; remove one of these dependencies"
            );
            problems.push(Problem::new(place.unwrap_or_else(|| task.options_at().into()), reason));
        }
    }
}

/// Where a task was made to wait for another one.
fn depends_at(task: &ListedTask, on: &str) -> Place {
    let dependencies = task.spec.dependencies.as_deref().into_iter();
    let found = dependencies.flat_map(|all| all.iter()).find(|(dependency, _)| &*dependency.name == on);
    found.map_or_else(|| task.options_at().into(), |(_, kind)| task.place_of(&format!("`{}`", kind.label())))
}

/// The problem of a dependency that is not among the tasks of the application.
fn does_not_run(
    absence: &Absence,
    dependency: &Dependency,
    option: &str,
    label: &str,
    options: &MainOptions,
) -> String {
    let name = &dependency.name;
    match absence {
        Absence::Job(location) => format!(
            "`{option}` names `{name}` ({location}), which is a job, and only a task can be ready: remove it there"
        ),
        Absence::Unknown => format!(
            "`{option}` names `{name}`, and no task of the application has this name: declare one with `#[task]`, add one \
             with `app.task(…)`, or remove it there"
        ),
        Absence::Disabled(location) => format!(
            "`{option}` names `{name}` ({location}), which the setup has disabled: remove the call of `app.disable`, or disable {label} too"
        ),
        Absence::Overridden(origin) => {
            format!("{}: remove that, or disable {label} too", absence::overridden(option, name, origin))
        }
        Absence::InUnnamedCrate(location) => absence::in_unnamed_crate(option, name, location, options),
        Absence::NotListed(location) => absence::not_listed(option, name, location),
    }
}

/// The problem of a dependency that can never be ready.
fn is_never_ready(option: &str, task: &ListedTask) -> String {
    let (name, at) = (task.spec.name(), task.place_of("`ready`"));
    // An attempt that never returns never succeeds.
    let success = if never_returns(task) { "" } else { ", or `ready = \"success\"` if its attempts end" };
    format!(
        "`{option}` names `{name}` ({at}), which runs without end and never says that it is ready: give it a parameter `Ready`, or \
         write `ready = \"start\"` there{success}"
    )
}

fn never_returns(task: &ListedTask) -> bool {
    task.spec.declared.is_some_and(|descriptor| descriptor.never_returns)
}
