//! Checks an application before it starts. Reports all problems at once, each with its source location.

use std::borrow::Cow;
use std::collections::BTreeMap;

use humantime::format_duration;

use super::declared::DeclarationKind;
use super::discover::Discovered;
use super::listed::ListedSubscriber;
use super::options::{MainOptions, crates_option};
use super::problem::{Place, Problem, SourceLocation};
use super::{App, critical};
use crate::policy::{Policy, RareSettings, Setting, Settings};
use crate::runtime::body::{Needs, TaskSpec};
use crate::runtime::instances::NOT_SHARED;
use crate::runtime::schedule::schedule_problems;
use crate::supervisor::spawn::NO_INSTANCE;
use crate::task::{EMPTY_NAME, MissingStates, RegisteredBy, is_blank};

/// The missing states: each type with the source location and the name of every declaration that needs it.
type Missing = BTreeMap<&'static str, Vec<(SourceLocation, String)>>;

/// When an application is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// As declared. What the setup may add is not missing: states, work, and tasks of crates that are not named.
    BeforeSetup,
    /// Before its start.
    AfterSetup,
}

impl App {
    /// Returns all problems that prevent a start, ordered by file and line.
    pub(super) fn problems(
        &mut self,
        found: &Discovered,
        options: &MainOptions,
        checked: Checked,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let may_get_work = checked == Checked::BeforeSetup;
        let has_work = may_get_work || !self.tasks.is_empty() || self.has_jobs();
        problems.extend(found.problems(has_work, options));
        // Duplicates are removed before the checks by name: each would otherwise be reported twice.
        self.remove_linked_duplicates(found, options, &mut problems);
        self.remove_relisted(&mut problems);
        // Before the checks of settings, which may contradict it.
        self.make_critical(options);
        self.check_names(&mut problems);
        self.check_changes(found, options, &mut problems);
        self.check_settings(options, &mut problems);
        self.check_config(options, &mut problems);
        if checked == Checked::AfterSetup {
            self.check_states(&mut problems);
        }
        self.check_dependencies(found, options, checked, &mut problems);
        self.check_selected_tasks(found, options, checked, &mut problems);
        problems.sort();
        problems
    }

    pub(super) fn check_config(&self, options: &MainOptions, problems: &mut Vec<Problem>) {
        let location = self.configured.unwrap_or_else(|| SourceLocation::from(&options.location));
        for reason in self.config.problems() {
            let place = self.overridden.place_of(reason).unwrap_or_else(|| location.into());
            problems.push(Problem::new(place, reason));
        }
    }

    pub(super) fn check_settings(&self, options: &MainOptions, problems: &mut Vec<Problem>) {
        let defaults = Policy::defaults(&self.config);
        for task in &self.tasks {
            let (name, settings) = (task.spec.name(), &task.spec.settings);
            problems.extend(empty_name(name, task.location));
            let mut needs = Needs::new(&self.states);
            (task.spec.task.needs)(&mut needs);
            let (rare, schedule) = (task.spec.rare.as_deref(), task.spec.schedule.as_deref());
            let kind = task.spec.schedule_kind();
            let reasons = settings.all_problems(rare, kind, &self.config, &defaults, needs.notifies());
            let reasons = reasons.into_iter().chain(instance_problems(&task.spec, &needs).map(Cow::from));
            for reason in schedule_problems(schedule, settings).into_iter().chain(reasons) {
                let reason = critical::explain(self.explain(reason, settings), &task.spec, options);
                problems.push(Problem::new(task.place_of(&reason), format!("task `{name}`: {reason}")));
            }
        }
        for listed in &self.subscribers {
            problems.extend(empty_name(&listed.subscriber.name, listed.location));
        }
        #[cfg(feature = "controller")]
        for job in &self.jobs {
            let name = job.spec.name();
            problems.extend(empty_name(name, job.location()));
            for reason in job.spec.problems(&self.config, &defaults) {
                problems.push(Problem::new(job.place_of(&reason), format!("job `{name}`: {reason}")));
            }
        }
    }

    /// Adds values and places to the problem of a setting that contradicts the configuration of the application.
    fn explain(&self, reason: Cow<'static, str>, settings: &Settings) -> Cow<'static, str> {
        match (settings.stable_after, settings.timeout, self.config.timeout, self.timeout_configured()) {
            (Setting::Set(stable_after), Setting::Inherit, Some(timeout), Some(location))
                if reason == Settings::BEYOND_INHERITED_TIMEOUT =>
            {
                let (stable_after, timeout) = (format_duration(stable_after), format_duration(timeout));
                format!(
                    "`stable_after` is {stable_after}, but the `timeout` of the configuration is {timeout} ({location}), and \
                     no attempt ever runs that long: make it shorter, leave it out, or set a longer `timeout` here"
                )
                .into()
            }
            _ => reason,
        }
    }

    /// Where the `timeout` of the configuration was set.
    fn timeout_configured(&self) -> Option<Place> {
        let overridden = self.overridden.origin("timeout").map(|origin| Place::Option(origin.clone()));
        overridden.or_else(|| self.timeout_configured.map(Place::from))
    }

    fn check_states(&self, problems: &mut Vec<Problem>) {
        for (type_name, first, again) in &self.duplicate_states {
            let reason = format!(
                "a second state of type `{type_name}` is registered, the first at {first}; wrap one of them in a newtype"
            );
            problems.push(Problem::new(*again, reason));
        }
        let registered = self.states.type_names();
        for (type_name, mut users) in self.missing() {
            users.sort();
            let missing = MissingStates::new(&[type_name], &registered, RegisteredBy::App);
            let needed_by: Vec<_> =
                users.iter().map(|(location, user)| format!("{user} ({location})")).collect();
            let reason = format!(
                "{} is needed by {}, but {}; {}",
                missing.parameter(type_name),
                needed_by.join(", "),
                missing.absence(&[type_name]),
                missing.advice(&[type_name]),
            );
            problems.push(Problem::new(users[0].0, reason));
        }
    }

    fn missing(&self) -> Missing {
        let mut missing = Missing::new();
        let mut collect = |needs: fn(&mut Needs<'_>), location: SourceLocation, user: String| {
            let mut found = Needs::new(&self.states);
            needs(&mut found);
            for type_name in found.missing() {
                missing.entry(type_name).or_default().push((location, user.clone()));
            }
        };
        for task in &self.tasks {
            collect(task.spec.task.needs, task.location, format!("task `{}`", task.spec.name()));
        }
        for ListedSubscriber { subscriber, location, .. } in &self.subscribers {
            collect(subscriber.needs, *location, format!("subscriber `{}`", subscriber.name));
        }
        #[cfg(feature = "controller")]
        for job in &self.jobs {
            collect(job.spec.descriptor.needs, job.location(), format!("job `{}`", job.spec.name()));
        }
        missing
    }

    /// Whether jobs may be submitted although no task is declared.
    fn has_jobs(&self) -> bool {
        #[cfg(feature = "controller")]
        return !self.jobs.is_empty();
        #[cfg(not(feature = "controller"))]
        return false;
    }
}

/// The problems of a task that has instances, or of one that has options of instances without having any.
fn instance_problems(spec: &TaskSpec, needs: &Needs<'_>) -> impl Iterator<Item = &'static str> + use<> {
    let lacks_instances = needs.needs_instance() && !spec.has_instances();
    let is_not_shared = spec.has_instances() && spec.body_source().is_none();
    let limits = spec.rare.as_deref().and_then(RareSettings::task_problems);
    let problems = [lacks_instances.then_some(NO_INSTANCE), is_not_shared.then_some(NOT_SHARED), limits];
    problems.into_iter().flatten()
}

fn empty_name(name: &str, location: SourceLocation) -> Option<Problem> {
    is_blank(name).then(|| Problem::new(location, EMPTY_NAME))
}

impl Discovered {
    /// Returns the problems of the linked crates and of the option `crates`.
    fn problems(&self, has_work: bool, options: &MainOptions) -> Vec<Problem> {
        let problem = |reason: String| Problem::new(&options.location, reason);
        if !self.is_supported {
            let advice = "declarations cannot be found on this platform: list the tasks by hand, with \
                          `app.task(ping::spec())`";
            return if has_work { Vec::new() } else { vec![problem(advice.to_owned())] };
        }
        let empty =
            self.without_declarations.iter().map(|krate| problem(self.declares_nothing(krate, options)));
        let mut problems: Vec<_> = empty.collect();
        // If a named crate was not found but an unnamed one declares work, the crate is renamed here: report only that.
        if !has_work && (self.without_declarations.is_empty() || self.unnamed.is_empty()) {
            problems.push(problem(self.nothing_to_run(options)));
        }
        problems
    }

    /// The reason for a named crate without declarations. It suggests a renamed dependency: declarations carry the crate's own
    /// name, and only the user knows the name in `Cargo.toml`.
    fn declares_nothing(&self, krate: &str, options: &MainOptions) -> String {
        let nothing = format!("`crates = [{krate}]`: no crate named `{krate}` declares anything");
        let Some((own, declarations)) = self.unnamed.first_key_value() else {
            return format!("{nothing}; leave it out");
        };
        let linked: Vec<_> = self.unnamed.keys().map(|krate| format!("`{krate}`")).collect();
        let crates = options.crates.iter().map(|named| if *named == krate { *own } else { *named });
        format!(
            "{nothing}, while {} does and is not named ({}); if `{krate}` is another name for it, write `extern crate \
             {krate} as {own};` at the root of this crate, and {}; if not, leave it out",
            linked.join(" or "),
            declarations[0].with_location(),
            crates_option(crates),
        )
    }

    fn nothing_to_run(&self, options: &MainOptions) -> String {
        let named = || options.crates.iter().copied();
        let mut advice =
            vec!["declare one with `#[task]`".to_owned(), "list one with `app.task(…)`".to_owned()];
        // No work is left, so every declared task and job was disabled.
        let disabled: Vec<_> =
            self.declared.iter().filter(|one| one.kind != DeclarationKind::Subscriber).collect();
        if let Some(first) = disabled.first() {
            advice.push(format!("keep one declaration enabled, such as the {}", first.with_location()));
        }
        if !self.unnamed.is_empty() {
            let linked: Vec<_> = self.unnamed.keys().map(|krate| format!("`{krate}`")).collect();
            let crates = crates_option(named().chain(self.unnamed.keys().copied()));
            advice.push(format!("write {crates} to run what {} declares", linked.join(" or ")));
        }
        let own = options.location.package.map(|package| package.replace('-', "_"));
        if let Some(own) = own.filter(|own| !options.crates.contains(&own.as_str())) {
            advice.push(format!(
                "write {} if `lib.rs` of this package declares some, because the compiler links only crates that a \
                 source line names",
                crates_option(named().chain([own.as_str()])),
            ));
        }
        format!("there is no task to run: {}", advice.join(", or "))
    }
}
