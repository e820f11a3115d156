//! Checks the tasks that subscribers select, before anything starts.

use super::App;
use super::absence::{self, Absence};
use super::check::Checked;
use super::discover::Discovered;
use super::listed::ListedSubscriber;
use super::options::MainOptions;
use super::problem::Problem;
use crate::runtime::task_selector::{SELECTS_NOTHING, TaskSelector};

impl App {
    /// Reports selected tasks that do not run, and subscribers that can receive nothing.
    pub(super) fn check_selected_tasks(
        &self,
        found: &Discovered,
        options: &MainOptions,
        checked: Checked,
        problems: &mut Vec<Problem>,
    ) {
        for listed in &self.subscribers {
            let mut report = |reason: String| problems.push(problem(listed, &reason));
            for task in &listed.subscriber.tasks {
                let absence = self.absence(&task.name, task.declared, found);
                let absence =
                    absence.filter(|absence| checked == Checked::AfterSetup || !absence.may_be_added());
                if let Some(reason) = absence.and_then(|absence| does_not_run(&absence, task, options)) {
                    report(reason);
                }
            }
            if listed.subscriber.selects_nothing() {
                report(SELECTS_NOTHING.to_owned());
            }
        }
    }

    /// The notes on selected names that no task has yet.
    pub(super) fn unknown_selected_tasks(&self) -> impl Iterator<Item = Problem> {
        self.subscribers.iter().flat_map(|listed| {
            let unknown = listed.subscriber.tasks.iter().filter(|task| {
                task.declared.is_none() && !self.tasks.iter().any(|one| one.spec.name() == task.name)
            });
            unknown.map(|task| {
                let reason = format!(
                    "`with_tasks` names `{}`, and no task of the application has this name: correct the name, or add a task of this \
                     name later; until then the subscriber receives no event of it",
                    task.name
                );
                problem(listed, &reason)
            })
        })
    }
}

/// The problem of a selected task that does not run. An unknown name is no problem: a task of this name may be added later.
fn does_not_run(absence: &Absence, task: &TaskSelector, options: &MainOptions) -> Option<String> {
    let name = &task.name;
    let option = if task.declared.is_some() { "task" } else { "with_tasks" };
    Some(match absence {
        Absence::Unknown => return None,
        Absence::Job(location) => format!(
            "`{option}` names `{name}` ({location}), which is a job, and only the events of tasks are selected: remove it there"
        ),
        Absence::Disabled(location) => format!(
            "`{option}` names `{name}` ({location}), which the setup has disabled: remove the call of `app.disable`, or remove it there"
        ),
        Absence::Overridden(_) => return None,
        Absence::InUnnamedCrate(location) => absence::in_unnamed_crate(option, name, location, options),
        Absence::NotListed(location) => absence::not_listed(option, name, location),
    })
}

fn problem(listed: &ListedSubscriber, reason: &str) -> Problem {
    Problem::new(listed.options_at(), format!("subscriber `{}`: {reason}", listed.subscriber.name))
}
