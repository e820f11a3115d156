//! The rules of a job: of its options, and of its function.

use quote::quote;
use syn::{Ident, ReturnType, Signature};

use crate::ast::borrow::find_borrow;
use crate::ast::function::Function;
use crate::ast::owned::{borrower, owned};
use crate::ast::returned::never_returns;
use crate::ast::role::Role;
use crate::ast::spelling::{has_impl_trait, text};
use crate::attr::constant::Value;
use crate::attr::names::Names;
use crate::attr::rare::Retries;
use crate::attr::settings::{Restart, Settings};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::{returned, signature};

use super::options::{Admission, Options, REPEATS, Slot};

impl Options {
    /// Reports contradictions, each at the key to remove.
    pub(super) fn check(&mut self, names: &Names, errors: &mut Errors) {
        self.settings.check(errors);
        self.rare.check(&mut self.settings, Retries::AfterBackoff(Some(Restart::OnFailure)), errors);
        self.limits.check_burst(errors);
        self.dependencies.check(names, &self.settings, errors);
        self.check_restart(errors);
        self.check_slot(errors);
        self.check_queue(errors);
        self.check_fatal_if(errors);
    }

    fn check_restart(&mut self, errors: &mut Errors) {
        match &mut self.settings.restart {
            Some(OptionValue { key, value: Value::Literal(Restart::Always) }) => {
                errors.on(key, Rule::JobWithRestartAlways, REPEATS)
            }
            Some(OptionValue { value: Value::Constant(constant), .. }) => constant.require(
                Rule::JobWithRestartAlways,
                quote!(!::core::matches!(__TASKVISOR_VALUE, __taskvisor::RestartPolicy::Always)),
                REPEATS,
            ),
            _ => {}
        }
    }

    /// Reports `fatal_if` on a job that makes one attempt. Not after another error: the invalid option may be the one that retries.
    fn check_fatal_if(&self, errors: &mut Errors) {
        let Some(OptionValue { key, .. }) = &self.rare.fatal_if else { return };
        if errors.is_empty() && self.settings.restart.is_none() && !self.implies_retries() {
            let problem = "`fatal_if` has no effect on a job that makes one attempt; write `max_retries = 3` beside it, or remove it";
            errors.on(key, Rule::FatalIfOfOneAttempt, problem);
        }
    }

    /// Whether an option implies `restart = "on-failure"`.
    pub(super) fn implies_retries(&self) -> bool {
        let Settings { max_retries, backoff, .. } = &self.settings;
        max_retries.is_some() || backoff.is_some() || self.rare.max_failures.is_some()
    }

    fn check_slot(&self, errors: &mut Errors) {
        if !matches!(self.slot, Slot::None) {
            return;
        }
        let admission = self.admission.as_ref().map(|given| (&given.key, Rule::AdmissionWithoutSlot));
        let queue = self.queue.as_ref().map(|given| (&given.key, Rule::QueueWithoutSlot));
        let capacity = self.capacity.as_ref().map(|given| (&given.key, Rule::CapacityWithoutSlot));
        for (key, rule) in [admission, queue, capacity].into_iter().flatten() {
            let message = format!(
                "`{key}` has no effect without `slot`, because submissions without a slot do not compete; \
                 remove `{key}`, or write `slot = \"..\"`"
            );
            errors.on(key, rule, message);
        }
    }

    fn check_queue(&mut self, errors: &mut Errors) {
        if matches!(self.slot, Slot::None) {
            return;
        }
        let Some(OptionValue { key, .. }) = &self.queue else { return };
        match self.admission.as_mut().map(|given| &mut given.value) {
            Some(Value::Literal(Admission::Queue)) | None => {}
            Some(Value::Literal(other)) => {
                let reason =
                    format!("with `admission = \"{}\"`, which does not use the queue limit", other.word());
                errors.on(key, Rule::QueueWithoutQueueAdmission, no_queue(key, &reason));
            }
            Some(Value::Constant(constant)) => constant.require_at(
                key.span(),
                Rule::QueueWithoutQueueAdmission,
                quote!(::core::matches!(__TASKVISOR_VALUE, __taskvisor::Admission::Queue)),
                no_queue(
                    key,
                    "with an `admission` other than `Admission::Queue`, which alone uses the queue limit",
                ),
            ),
        }
    }
}

fn no_queue(key: &Ident, reason: &str) -> String {
    format!("`{key}` has no effect {reason}; remove `{key}`, or write `admission = \"queue\"`")
}

/// Reports all but the parameters and the return type.
pub(super) fn check_function(function: &Function, errors: &mut Errors) {
    signature::check(function, Role::Job, Rule::NotAsync, errors);
}

/// Reports mistakes in the return type. Returns `true` if there are none, so that the compiler can check its bounds.
pub(super) fn check_returned(signature: &Signature, errors: &mut Errors) -> bool {
    if !returned::check(signature, Role::Job, errors) {
        return false;
    }
    let ReturnType::Type(_, returned) = &signature.output else { return true };
    if never_returns(&signature.output) {
        errors.on(
            returned,
            Rule::NeverOfAJob,
            "a job returns a value, and this one never would; remove the type, or write a `#[task]` \
             for what runs until it is stopped",
        );
    } else if has_impl_trait(returned) {
        errors.on(
            returned,
            Rule::ImplTraitOfAJob,
            "a job cannot return `impl Trait`, because `JobHandle` names the type of the value; name it",
        );
    } else if let Some(borrowed) = find_borrow(returned) {
        errors.on(
            borrowed,
            Rule::BorrowedValue,
            match borrower(returned) {
                Some(borrower) => format!(
                    "a job's value outlives the call; write a type that owns its values in place of `{}`",
                    text(borrower)
                ),
                None => {
                    format!("a job's value outlives the call; make it owned: `-> {}`", text(owned(returned)))
                }
            },
        );
    } else {
        return true;
    }
    false
}
