//! Everything that is wrong with an application, all at once, each with its place.

use std::collections::BTreeMap;

use super::App;
use super::discover::Discovered;
use super::options::{MainOptions, naming};
use super::problem::{Problem, SourceLocation};
use crate::policy::Config;
use crate::runtime::body::Needs;
use crate::task::near_miss;

/// Types that nobody gave, with who asks for them and where.
type Missing = BTreeMap<&'static str, Vec<(SourceLocation, String)>>;

impl App {
    /// Everything that keeps it from starting, in the order of file and line.
    pub(super) fn problems(&mut self, found: &Discovered, options: &MainOptions) -> Vec<Problem> {
        let mut problems = Vec::new();
        let runs = !self.tasks.is_empty() || self.has_jobs();
        problems.extend(found.problems(runs, options));
        self.take_out_twins(found, options, &mut problems);
        self.take_out_repeated(&mut problems);
        self.check_names(&mut problems);
        self.check_settings(&mut problems);
        self.check_config(options, &mut problems);
        self.check_states(&mut problems);
        problems.sort();
        problems
    }

    fn check_config(&self, options: &MainOptions, problems: &mut Vec<Problem>) {
        let place = self.configured.unwrap_or_else(|| SourceLocation::from(&options.location));
        // One after the other, because a check stops at the first.
        let limits = Config { timeout: None, ..self.config.clone() };
        let defaults = Config { max_concurrent: None, ..self.config.clone() };
        let wrong = [limits, defaults].into_iter().filter_map(|config| config.check().err());
        problems.extend(wrong.map(|reason| Problem::new(place, reason)));
    }

    fn check_settings(&self, problems: &mut Vec<Problem>) {
        // What is wrong with it is told once, and not for each task that inherits it.
        let timeout = self.config.timeout.filter(|timeout| !timeout.is_zero());
        let config = Config { timeout, ..self.config.clone() };
        for task in &self.tasks {
            let name = task.spec.name();
            if name.is_empty() {
                problems.push(Problem::new(task.place, "a task needs a name that is not empty"));
            }
            for reason in task.spec.settings.resolve(&config).err().into_iter().flatten() {
                problems.push(Problem::new(task.place, format!("task `{name}`: {reason}")));
            }
        }
    }

    fn check_states(&self, problems: &mut Vec<Problem>) {
        for (type_name, first, again) in &self.twice {
            let reason = format!(
                "a state of type `{type_name}` is given twice, before at {first}; wrap one of them in a type of its own"
            );
            problems.push(Problem::new(*again, reason));
        }
        for (type_name, mut askers) in self.missing() {
            askers.sort();
            let who: Vec<_> = askers.iter().map(|(place, who)| format!("{who} ({place})")).collect();
            let reason = format!(
                "`State<{type_name}>` is needed by {}, but nobody gave one: call `app.state(…)` in the set-up{}",
                who.join(", "),
                self.near_miss(type_name).map(|near| format!("; {near}")).unwrap_or_default(),
            );
            problems.push(Problem::new(askers[0].0, reason));
        }
    }

    fn missing(&self) -> Missing {
        let mut missing = Missing::new();
        let mut ask = |needs: fn(&mut Needs<'_>), place: SourceLocation, who: String| {
            let mut found = Needs::new(&self.states);
            needs(&mut found);
            for type_name in found.missing() {
                missing.entry(type_name).or_default().push((place, who.clone()));
            }
        };
        for task in &self.tasks {
            ask(task.spec.task.needs, task.place, format!("task `{}`", task.spec.name()));
        }
        for subscriber in &self.subscribers {
            // One that is built by hand needs nothing.
            let Some(location) = subscriber.location else { continue };
            ask(subscriber.needs, location.into(), format!("subscriber `{}`", subscriber.name));
        }
        #[cfg(feature = "controller")]
        for job in &self.jobs {
            ask(job.needs, SourceLocation::from(&job.location), format!("job `{}`", job.name));
        }
        missing
    }

    fn near_miss(&self, type_name: &str) -> Option<String> {
        let given = self.states.near_miss(type_name)?;
        if given == type_name {
            return Some(
                "given is a type of that name from another version of its crate, see `cargo tree -d`"
                    .to_owned(),
            );
        }
        Some(near_miss(&[type_name], given))
    }

    /// Whether something may still be submitted when no task is left.
    fn has_jobs(&self) -> bool {
        #[cfg(feature = "controller")]
        return !self.jobs.is_empty();
        #[cfg(not(feature = "controller"))]
        return false;
    }
}

impl Discovered {
    /// What is wrong with the crates that are linked and those that are named.
    fn problems(&self, runs: bool, options: &MainOptions) -> Vec<Problem> {
        let problem = |reason: String| Problem::new(&options.location, reason);
        if !self.works {
            let advice = "declarations cannot be found on this platform: list the tasks by hand, with \
                          `app.task(ping::spec())`";
            return if runs { Vec::new() } else { vec![problem(advice.to_owned())] };
        }
        let empty = self.empty.iter().map(|krate| problem(self.declares_nothing(krate, options)));
        let mut problems: Vec<_> = empty.collect();
        // One that goes by another name will have something to run.
        if !runs && (self.empty.is_empty() || self.unnamed.is_empty()) {
            problems.push(problem(self.nothing_to_run(options)));
        }
        problems
    }

    /// How a dependency is called here is not how its declarations call it, and only the user knows both names.
    fn declares_nothing(&self, krate: &str, options: &MainOptions) -> String {
        let nothing = format!("`crates = [{krate}]`: no crate that calls itself `{krate}` declares anything");
        let Some((own, declarations)) = self.unnamed.first_key_value() else {
            return format!("{nothing}; leave it out");
        };
        let linked: Vec<_> = self.unnamed.keys().map(|krate| format!("`{krate}`")).collect();
        let crates = options.crates.iter().map(|named| if *named == krate { *own } else { *named });
        format!(
            "{nothing}, while {} does and is not named ({}); if `{krate}` is another name for it, write `extern crate \
             {krate} as {own};` at the root of this crate, and {}; if not, leave it out",
            linked.join(" or "),
            declarations[0].with_place(),
            naming(crates),
        )
    }

    fn nothing_to_run(&self, options: &MainOptions) -> String {
        let named = || options.crates.iter().copied();
        let mut advice =
            vec!["declare one with `#[task]`".to_owned(), "list one with `app.task(…)`".to_owned()];
        if !self.unnamed.is_empty() {
            let linked: Vec<_> = self.unnamed.keys().map(|krate| format!("`{krate}`")).collect();
            let crates = naming(named().chain(self.unnamed.keys().copied()));
            advice.push(format!("write {crates} to run what {} declares", linked.join(" or ")));
        }
        let own = options.location.package.map(|package| package.replace('-', "_"));
        if let Some(own) = own.filter(|own| !options.crates.contains(&own.as_str())) {
            advice.push(format!(
                "write {} if `lib.rs` of this package declares some, because the compiler links only crates that a \
                 source line names",
                naming(named().chain([own.as_str()])),
            ));
        }
        format!("there is no task to run: {}", advice.join(", or "))
    }
}
