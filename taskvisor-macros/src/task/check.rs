//! The rules of a task: of its options, and of its function.

use crate::ast::function::Function;
use crate::ast::role::Role;
use crate::attr::names::Names;
use crate::attr::rare::Retries;
use crate::attr::schedule::WrittenKeys;
use crate::attr::settings::Restart;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::{returned, signature};

use super::options::Options;

impl Options {
    /// Reports contradictions, each at the key to remove.
    pub(super) fn check(&mut self, names: &Names, errors: &mut Errors) {
        self.settings.check(errors);
        let written = WrittenKeys(&self.written);
        self.schedule.check(&written, &mut self.settings, &self.rare, errors);
        let retries = if written.have_ticks() {
            Retries::AtTicks
        } else {
            Retries::AfterBackoff(self.default_restart())
        };
        self.rare.check(&mut self.settings, retries, errors);
        self.limits.check_burst(errors);
        self.limits.check_instances(errors);
        self.dependencies.check(names, &self.settings, errors);
    }

    /// The restart policy without the option `restart`: what repeats a task implies `restart = "always"`.
    pub(super) fn default_restart(&self) -> Option<Restart> {
        (self.settings.delay.is_some() || self.schedule.has_ticks()).then_some(Restart::Always)
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
