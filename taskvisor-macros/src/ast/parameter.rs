//! The injected parameters: the type of each says what to pass.

use syn::{Attribute, FnArg, PatType, Signature, Type};

use crate::ast::spelling::{has_impl_trait, has_placeholder, is_named, state_of, type_arguments, ungrouped};

/// An injected parameter.
pub(crate) struct Parameter {
    /// Its `#[cfg]`s: the argument is removed together with the parameter.
    pub(crate) cfgs: Vec<Attribute>,
    /// Its type, without a leading `&`.
    pub(crate) of_type: Type,
    pub(crate) borrowed: bool,
}

impl Parameter {
    /// Reads a parameter that has passed the checks.
    pub(crate) fn read(typed: &PatType) -> Self {
        let cfgs = cfgs(&typed.attrs);
        match ungrouped(&typed.ty) {
            Type::Reference(reference) => Self { cfgs, of_type: (*reference.elem).clone(), borrowed: true },
            _ => Self { cfgs, of_type: (*typed.ty).clone(), borrowed: false },
        }
    }

    /// Whether its type is written as `State<T>` or `Option<State<T>>`.
    pub(crate) fn is_state(&self) -> bool {
        let of_type = &self.of_type;
        let is_state = |of_type: &Type| state_of(of_type).is_some();
        is_state(of_type)
            || is_named(of_type, &["Option"]) && type_arguments(of_type).into_iter().any(is_state)
    }

    /// Whether its type is written as `Ready`.
    pub(crate) fn is_ready(&self) -> bool {
        is_named(&self.of_type, &["Ready"])
    }

    /// Whether its type is one that never notifies that the task is ready.
    pub(crate) fn is_never_ready(&self) -> bool {
        self.is_state() || is_named(&self.of_type, &["TaskContext", "CancellationToken", "SupervisorHandle"])
    }

    /// Whether its type can be named elsewhere; an `impl Trait` and a `_` cannot.
    pub(crate) fn has_name(&self) -> bool {
        has_name(&self.of_type)
    }
}

/// Whether the type can be written again in generated code.
pub(crate) fn has_name(of_type: &Type) -> bool {
    !has_impl_trait(of_type) && !has_placeholder(of_type)
}

/// The `#[cfg]`s among a parameter's attributes.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// The parameters of a function, without `self`.
pub(crate) fn typed(signature: &Signature) -> impl Iterator<Item = &PatType> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    })
}

/// The parameters of a function, without `self`, to be changed.
pub(crate) fn typed_mut(signature: &mut Signature) -> impl Iterator<Item = &mut PatType> {
    signature.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    })
}
