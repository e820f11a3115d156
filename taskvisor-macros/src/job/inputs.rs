//! The parameters of a job: some are injected, the others are its arguments.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{
    Attribute, FnArg, GenericArgument, Ident, Meta, Pat, PatType, PathArguments, PathSegment, Signature, Type,
};

use crate::ast::attribute::is_inject;
use crate::ast::function::mentions;
use crate::ast::parameter::{Parameter, cfgs, ungrouped};
use crate::error::Errors;
use crate::error::rule::Rule;

use super::borrow::find_borrow;

/// The types that are injected without `#[inject]`, by the last segment of their paths.
const INJECTED: [&str; 3] = ["TaskContext", "CancellationToken", "SupervisorHandle"];

pub(super) enum Input {
    /// Passed with the submission, and stored until it runs.
    Argument(Argument),
    /// Made for each attempt.
    Injected { pattern: Pat, parameter: Parameter },
    /// Neither. An error has been reported.
    Unusable { pattern: Pat },
}

/// An argument of the job, which is a field of its struct.
pub(super) struct Argument {
    /// Its `#[cfg]`s: everything generated from it is removed together with it.
    pub(super) cfgs: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) of_type: Type,
}

impl Argument {
    /// The name without `r#`.
    pub(super) fn unraw_name(&self) -> String {
        self.name.unraw().to_string()
    }
}

pub(super) fn arguments(inputs: &[Input]) -> impl Iterator<Item = &Argument> {
    inputs.iter().filter_map(|input| match input {
        Input::Argument(argument) => Some(argument),
        Input::Injected { .. } | Input::Unusable { .. } => None,
    })
}

pub(super) fn injected(inputs: &[Input]) -> impl Iterator<Item = &Parameter> {
    inputs.iter().filter_map(|input| match input {
        Input::Injected { parameter, .. } => Some(parameter),
        Input::Argument(_) | Input::Unusable { .. } => None,
    })
}

impl Input {
    pub(super) fn read_all(signature: &Signature, errors: &mut Errors) -> Vec<Self> {
        let mut names = Vec::new();
        let typed = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some((input, typed)),
            FnArg::Receiver(_) => None,
        });
        typed.map(|(input, typed)| Self::read(input, typed, &mut names, errors)).collect()
    }

    fn read(input: &FnArg, typed: &PatType, names: &mut Vec<Ident>, errors: &mut Errors) -> Self {
        let pattern = (*typed.pat).clone();
        let unusable = Self::Unusable { pattern: pattern.clone() };
        if is_marked(&typed.attrs, errors) || is_injected(&typed.ty) {
            let parameter = Parameter::read(input, errors);
            return parameter.map_or(unusable, |parameter| Self::Injected { pattern, parameter });
        }
        let cfgs = cfgs(&typed.attrs);
        match (name(&pattern, errors), is_owned(&typed.ty, errors)) {
            // The compiler itself reports two arguments of the same name. With `#[cfg]`s, only one of them may exist.
            (Some(name), true) if !(names.contains(&name) && cfgs.is_empty()) => {
                names.push(name.clone());
                Self::Argument(Argument { cfgs, name, of_type: (*typed.ty).clone() })
            }
            _ => unusable,
        }
    }
}

/// Whether a parameter carries `#[inject]`.
fn is_marked(attributes: &[Attribute], errors: &mut Errors) -> bool {
    let mut marks = attributes.iter().filter(|attribute| is_inject(attribute)).peekable();
    let is_marked = marks.peek().is_some();
    for mark in marks {
        if !matches!(mark.meta, Meta::Path(_)) {
            errors.on(
                &mark.meta,
                Rule::InjectWithAValue,
                "`#[inject]` takes nothing: the parameter's type says what to pass",
            );
        }
    }
    is_marked
}

/// Whether the type is an extractor by its spelling.
fn is_injected(of_type: &Type) -> bool {
    let of_type = match ungrouped(of_type) {
        Type::Reference(reference) => ungrouped(&reference.elem),
        other => other,
    };
    let Some(last) = last_segment(of_type) else { return false };
    match &last.arguments {
        PathArguments::AngleBracketed(generics) if last.ident == "Option" => {
            generics.args.iter().any(|generic| match generic {
                GenericArgument::Type(inner) => last_segment(inner).is_some_and(|last| last.ident == "State"),
                _ => false,
            })
        }
        // Without a type argument it is a type of the user with the same name.
        PathArguments::AngleBracketed(_) if last.ident == "State" => true,
        _ => INJECTED.iter().any(|word| last.ident == word),
    }
}

fn last_segment(of_type: &Type) -> Option<&PathSegment> {
    match ungrouped(of_type) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The name of an argument.
fn name(pattern: &Pat, errors: &mut Errors) -> Option<Ident> {
    match pattern {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            Some(pattern.ident.clone())
        }
        Pat::Wild(_) => {
            errors.on(
                pattern,
                Rule::ArgumentPattern,
                "an argument of a job needs a name, under which it is submitted; write one, or remove it",
            );
            None
        }
        _ => {
            errors.on(
                pattern,
                Rule::ArgumentPattern,
                "an argument of a job is one name, under which it is submitted; take it apart inside, \
                 or mark an extractor with `#[inject]`",
            );
            None
        }
    }
}

fn is_owned(of_type: &Type, errors: &mut Errors) -> bool {
    if let Some(borrowed) = find_borrow(of_type) {
        errors.on(
            borrowed,
            Rule::BorrowedArgument,
            "a job's argument is stored until the job runs: make it owned, such as `String`; \
             an extractor that is borrowed is marked `#[inject]`",
        );
        return false;
    }
    // `impl Trait` is reported with the signature.
    !mentions(of_type.to_token_stream(), "impl")
}
