//! The tasks whose events a subscriber receives: the option `task`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Ident, Path};

use crate::attr::task_list::{self, TaskListRules, shown};
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::span::attribute_span;

pub(super) const RULES: TaskListRules = TaskListRules {
    without_brackets: Rule::TasksWithoutBrackets,
    empty: Rule::EmptyTaskList,
    duplicate: Rule::DuplicateTask,
    in_quotes: Rule::TaskInQuotes,
    not_a_path: Rule::TaskNotAPath,
};

/// The events of submissions and of the supervisor, which are never about a task.
const EVENTS_OF_NO_TASK: &[&str] = &[
    "Queued",
    "Admitted",
    "Refused",
    "StillStarting",
    "StillStopping",
    "ShutdownRequested",
    "Stopped",
    "SubscriberPanicked",
];

/// Reports the selected events that are never about a task, each at its name.
pub(super) fn check(tasks: &[Path], events: &[Ident], errors: &mut Errors) {
    let listed: Vec<String> = tasks.iter().map(shown).collect();
    // A list with a mistake may be empty.
    let listed = if listed.is_empty() { String::new() } else { format!(" = [{}]", listed.join(", ")) };
    for event in events.iter().filter(|event| EVENTS_OF_NO_TASK.iter().any(|name| *event == name)) {
        let problem = format!(
            "`{event}` is never about a `#[task]`, so `task{listed}` excludes it; remove it here, or name it in a subscriber \
             without `task`"
        );
        errors.on(event, Rule::EventOfNoTask, problem);
    }
}

/// The value of the descriptor's field.
pub(super) fn expand(tasks: &[Path]) -> TokenStream {
    let tasks = task_list::descriptors(tasks, "SelectedTask");
    quote_spanned!(attribute_span()=> &[#(#tasks),*])
}

/// The check of the paths alone, for a function with mistakes.
pub(super) fn checks(tasks: &[Path]) -> TokenStream {
    if tasks.is_empty() {
        return TokenStream::new();
    }
    let tasks = expand(tasks);
    quote_spanned!(attribute_span()=> const _: &[fn() -> &'static __taskvisor::TaskDescriptor] = #tasks;)
}
