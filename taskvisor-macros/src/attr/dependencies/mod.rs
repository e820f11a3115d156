//! The tasks that a declaration depends on: the options `after` and `needs`.

mod check;
mod expand;

use syn::Path;

use crate::attr::arguments::Argument;
use crate::attr::task_list::{self, TaskListRules};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;

const RULES: TaskListRules = TaskListRules {
    without_brackets: Rule::DependenciesWithoutBrackets,
    empty: Rule::EmptyDependencies,
    duplicate: Rule::DuplicateDependency,
    in_quotes: Rule::DependencyInQuotes,
    not_a_path: Rule::DependencyNotAPath,
};

/// The lists of tasks. A list with a mistake has the paths that could be read.
#[derive(Default)]
pub(crate) struct Dependencies {
    pub(crate) after: Option<OptionValue<Vec<Path>>>,
    pub(crate) needs: Option<OptionValue<Vec<Path>>>,
}

impl Dependencies {
    /// Reads one list. The grammar of the attribute decides which are allowed.
    pub(crate) fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        let list = match argument.key.to_string().as_str() {
            "after" => &mut self.after,
            "needs" => &mut self.needs,
            _ => return Ok(false),
        };
        // A list that cannot be read still is one, on which other options may depend.
        *list = Some(argument.option_value(Vec::new()));
        *list = Some(argument.option_value(task_list::read(argument, &RULES, errors)?));
        Ok(true)
    }
}
