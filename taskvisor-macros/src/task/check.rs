//! The rules of a task: of its options, and of its function.

use crate::ast::function::Function;
use crate::ast::role::Role;
use crate::attr::names::Names;
use crate::attr::settings::Restart;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::{returned, signature};

use super::options::Options;

impl Options {
    /// Reports contradictions, each at the key to remove.
    pub(super) fn check(&mut self, names: &Names, errors: &mut Errors) {
        self.settings.check(errors);
        let default_restart = self.settings.every.as_ref().map(|_| Restart::Always);
        self.rare.check(&mut self.settings, default_restart, errors);
        self.dependencies.check(names, &self.settings, errors);
    }
}

/// Reports all but the parameters' types.
pub(super) fn check_function(function: &Function, errors: &mut Errors) {
    let signature = &function.signature;
    signature::check(function, Role::Task, Rule::NotAsync, errors);
    signature::check_marks(signature, Role::Task, errors);
    if returned::check(signature, Role::Task, errors) {
        returned::check_impl_trait(&signature.output, Role::Task, errors);
    }
}
