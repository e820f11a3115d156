//! The parameters of a job: some are injected, the others are its arguments.

use syn::ext::IdentExt;
use syn::{Attribute, Ident, Meta, Pat, PatType, ReturnType, Signature, Type};

use crate::ast::attribute::is_inject;
use crate::ast::borrow::find_borrow;
use crate::ast::parameter::{Parameter, cfgs, typed};
use crate::ast::role::Role;
use crate::ast::spelling::text;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::argument::{check_argument, taken_apart};
use crate::valid::generics::{check_lifetimes, is_generic};
use crate::valid::instance::is_no_argument;
use crate::valid::parameter::{self, check_shape};
use crate::valid::state::{self, is_injected};

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
    /// Reads the parameters. Reports those that are neither an argument nor injected.
    pub(super) fn read_all(signature: &Signature, errors: &mut Errors) -> Vec<Self> {
        let mut found = Errors::default();
        let mut names = Vec::new();
        let read = |typed: &PatType| {
            // A generic parameter has been reported.
            if is_generic(signature, &typed.ty) {
                return Self::Unusable { pattern: (*typed.pat).clone() };
            }
            Self::read(typed, &mut names, &mut found)
        };
        let inputs = typed(signature).map(read).collect();
        // A lifetime of a borrowed value disappears with the borrow.
        if found.is_empty() && returns_owned(signature) {
            check_lifetimes(signature, Role::Job, &mut found);
        }
        errors.append(found);
        inputs
    }

    fn read(typed: &PatType, names: &mut Vec<Ident>, errors: &mut Errors) -> Self {
        let pattern = (*typed.pat).clone();
        let unusable = Self::Unusable { pattern: pattern.clone() };
        if is_marked(&typed.attrs, errors) || is_injected(&typed.ty) || is_no_argument(typed) {
            let parameter = parameter::read(typed, Role::Job, errors);
            return parameter.map_or(unusable, |parameter| Self::Injected { pattern, parameter });
        }
        let cfgs = cfgs(&typed.attrs);
        let Some(name) = name(typed, errors) else { return unusable };
        let is_argument = check_shape(typed, Role::Job, errors)
            && state::check_pointer(typed, errors)
            && check_argument(typed, find_borrow(&typed.ty), errors);
        // The compiler itself reports two arguments of the same name. With `#[cfg]`s, only one of them may exist.
        if !is_argument || (names.contains(&name) && cfgs.is_empty()) {
            return unusable;
        }
        names.push(name.clone());
        Self::Argument(Argument { cfgs, name, of_type: (*typed.ty).clone() })
    }
}

/// Whether the value of the job is free of borrows.
fn returns_owned(signature: &Signature) -> bool {
    match &signature.output {
        ReturnType::Type(_, returned) => find_borrow(returned).is_none(),
        ReturnType::Default => true,
    }
}

/// Whether a parameter carries `#[inject]`.
fn is_marked(attributes: &[Attribute], errors: &mut Errors) -> bool {
    let mut marks = attributes.iter().filter(|attribute| is_inject(attribute)).peekable();
    let is_marked = marks.peek().is_some();
    for mark in marks {
        if !matches!(mark.meta, Meta::Path(_)) {
            errors.on(&mark.meta, Rule::InjectWithAValue, "`#[inject]` takes no value; write `#[inject]`");
        }
    }
    is_marked
}

/// The name of an argument.
fn name(typed: &PatType, errors: &mut Errors) -> Option<Ident> {
    let pattern = &*typed.pat;
    let message = match pattern {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            return Some(pattern.ident.clone());
        }
        Pat::Wild(_) => format!(
            "an argument of a job needs a name, under which it is submitted; write `name: {}`, or remove it",
            text(&typed.ty)
        ),
        Pat::Ident(pattern) => {
            let (name, of_type) = (&pattern.ident, text(&typed.ty));
            format!(
                "an argument of a job is one name, under which it is submitted; write `{name}: {of_type}`"
            )
        }
        _ => format!("an argument of a job is one name, under which it is submitted; {}", plain(typed)),
    };
    errors.on(pattern, Rule::ArgumentPattern, message);
    None
}

/// What to write instead of a pattern.
fn plain(typed: &PatType) -> String {
    let of_type = &typed.ty;
    match &*typed.pat {
        Pat::Tuple(_) => match taken_apart(typed) {
            Some(parameters) => format!("write `{parameters}`"),
            None => format!("write `name: {}`, and take it apart inside", text(of_type)),
        },
        Pat::TupleStruct(pattern)
            if pattern.path.segments.last().is_some_and(|last| last.ident == "State") =>
        {
            format!("write `{}: State<{}>` to inject it", text(pattern), text(of_type))
        }
        _ => format!(
            "write `name: {}`, and take it apart inside, or mark an extractor with `#[inject]`",
            text(of_type)
        ),
    }
}
