//! The rules of a task: of its options, and of its function.

use crate::ast::function::Function;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::signature;

use super::options::Options;

impl Options {
    /// Reports contradictions, each at the key to remove.
    pub(super) fn check(&mut self, errors: &mut Errors) {
        self.settings.check(errors);
    }
}

/// Reports all but the parameters' types.
pub(super) fn check_function(function: &Function, errors: &mut Errors) {
    signature::check(&function.signature, "a task", Rule::NotAsync, errors);
    signature::check_attributes(&function.attributes, "#[task]", errors);
    signature::check_marks(&function.signature, "a task", errors);
    signature::check_returned(&function.signature.output, "a task", errors);
}
