//! The parameter `Instance`, which depends on an option.

use crate::ast::parameter::Parameter;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::instance::{is_instance, way_to_own_type};

use super::options::Options;

impl Options {
    /// Reports a parameter `Instance` of a task without `instances`, at its type.
    ///
    /// It is recognized by its name. Under another name, it is found when the task is added.
    pub(super) fn check_instance_parameters(&self, parameters: &[Parameter], errors: &mut Errors) {
        if self.limits.has("instances") {
            return;
        }
        for Parameter { of_type, .. } in parameters.iter().filter(|parameter| is_instance(&parameter.of_type))
        {
            let problem = format!(
                "`Instance` is the number of an instance, and this task has no `instances`; write `instances = 4` in the attribute, or \
                 remove the parameter{}",
                way_to_own_type(of_type)
            );
            errors.on(of_type, Rule::InstanceParameterWithoutInstances, problem);
        }
    }
}
