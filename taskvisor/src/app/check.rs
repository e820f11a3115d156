//! Everything that is wrong with an application, all at once, each with its place.

use std::collections::BTreeMap;

use super::App;
use super::discover::Found;
use crate::extract::Needs;
use crate::refusal::near_miss;

/// Types that nobody gave, with who asks for them and where.
type Missing = BTreeMap<&'static str, Vec<(String, String)>>;

impl App {
    /// Everything that keeps it from starting, in words.
    pub(super) fn problems(&self, found: &Found) -> Vec<String> {
        let mut problems = Vec::new();
        problems.extend(self.config.check().err().map(str::to_owned));
        self.check_names(&mut problems);
        self.check_settings(&mut problems);
        self.check_states(&mut problems);
        for krate in &found.empty {
            problems.push(format!(
                "`crates = [{krate}]`: that crate declares nothing; if the dependency is renamed, \
                 name it as its own package does (`crates` links it by the name written there)"
            ));
        }
        if self.tasks.is_empty() && !self.has_jobs() {
            problems.push(nothing_to_run(found));
        }
        problems
    }

    fn check_names(&self, problems: &mut Vec<String>) {
        let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for task in &self.tasks {
            places.entry(task.spec.name()).or_default().push(&task.place);
        }
        for (name, places) in places.into_iter().filter(|(_, places)| places.len() > 1) {
            problems.push(format!(
                "{}: more than one task is named `{name}` ({}); give one of them another name, as in \
                 `#[task(name = \"{name}-2\")]`",
                places[0],
                places.join(", "),
            ));
        }
    }

    fn check_settings(&self, problems: &mut Vec<String>) {
        for task in &self.tasks {
            let (place, name) = (&task.place, task.spec.name());
            if name.is_empty() {
                problems.push(format!("{place}: a task needs a name that is not empty"));
            }
            for reason in task.spec.settings.resolve(&self.config).err().into_iter().flatten() {
                problems.push(format!("{place}: task `{name}`: {reason}"));
            }
        }
    }

    fn check_states(&self, problems: &mut Vec<String>) {
        for (type_name, caller) in &self.twice {
            problems.push(format!(
                "{}:{}: a state of type `{type_name}` is given twice; wrap one of them in a type of its own",
                caller.file(),
                caller.line(),
            ));
        }
        let mut missing = Missing::new();
        for task in &self.tasks {
            for type_name in self.missing(task.spec.task.needs) {
                let who = format!("task `{}`", task.spec.name());
                missing.entry(type_name).or_default().push((task.place.clone(), who));
            }
        }
        for subscriber in &self.subscribers {
            for type_name in self.missing(subscriber.needs) {
                let place = subscriber.location.map_or_else(|| "the set-up".to_owned(), ToString::to_string);
                let who = format!("subscriber `{}`", subscriber.name);
                missing.entry(type_name).or_default().push((place, who));
            }
        }
        #[cfg(feature = "controller")]
        self.jobs_that_miss(&mut missing);
        for (type_name, askers) in missing {
            let who: Vec<_> = askers.iter().map(|(place, who)| format!("{who} ({place})")).collect();
            let near = self.states.near_miss(type_name).map(|given| near_miss(&[type_name], given));
            problems.push(format!(
                "{}: `State<{type_name}>` is needed by {}, but nobody gave one: call `app.state(…)` in the set-up{}",
                askers[0].0,
                who.join(", "),
                near.map(|near| format!("; {near}")).unwrap_or_default(),
            ));
        }
    }

    /// Whether something may still be submitted when no task is left.
    pub(super) fn has_jobs(&self) -> bool {
        #[cfg(feature = "controller")]
        return !self.jobs.is_empty();
        #[cfg(not(feature = "controller"))]
        return false;
    }

    #[cfg(feature = "controller")]
    fn jobs_that_miss(&self, missing: &mut Missing) {
        for job in &self.jobs {
            for type_name in self.missing(job.needs) {
                let who = format!("job `{}`", job.name);
                missing.entry(type_name).or_default().push((job.location.to_string(), who));
            }
        }
    }

    fn missing(&self, needs: fn(&mut Needs<'_>)) -> Vec<&'static str> {
        let mut found = Needs::new(&self.states);
        needs(&mut found);
        found.missing()
    }
}

fn nothing_to_run(found: &Found) -> String {
    if !found.works {
        return "declarations cannot be found on this platform: list the tasks by hand, with \
                `app.task(ping::spec())`"
            .to_owned();
    }
    "there is no task to run: declare one with `#[task]`, or list one with `app.task(…)`. The compiler links only \
     crates that a source line names, the package's own `lib.rs` included: name the crate that declares them, as in \
     `#[taskvisor::main(crates = [billing])]`"
        .to_owned()
}
