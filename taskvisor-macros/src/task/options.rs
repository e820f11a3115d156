//! What can be said about a task in its attribute.

use proc_macro2::TokenStream;
use syn::Expr;

use crate::arguments::{self, Argument, Grammar};
use crate::declaration::Runtime;
use crate::errors::Errors;
use crate::settings::{self, Settings};
use crate::value::Given;

const GRAMMAR: Grammar = Grammar {
    options: &[
        ("name", "name = \"ping\""),
        ("restart", "restart = \"always\""),
        ("backoff", "backoff = \"exp\""),
        ("timeout", "timeout = \"5s\""),
        ("max_retries", "max_retries = 3"),
        ("every", "every = \"30s\""),
        ("stable_after", "stable_after = \"1m\""),
        ("crate", "crate = ::taskvisor"),
    ],
    instead: &[
        settings::INSTEAD,
        &[
            ("policy", "write `restart = \"always\"`"),
            ("restart_policy", "write `restart = \"always\"`"),
            ("always", "write `restart = \"always\"`"),
            ("interval", "write `every = \"30s\"` for the time between a success and the next attempt"),
            ("period", "write `every = \"30s\"` for the time between a success and the next attempt"),
            ("repeat", "write `every = \"30s\"` for the time between a success and the next attempt"),
            (
                "delay",
                "write `backoff(constant, first = \"1s\")` for the wait after a failure, \
                 or `every = \"1s\"` for the wait after a success",
            ),
            ("reset_after", "write `stable_after = \"1m\"`"),
            ("id", "write `name = \"ping\"`"),
            ("slot", "it belongs to a job, which is submitted under it; a task starts with the application"),
        ],
    ],
};

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<Given<Expr>>,
    pub(super) settings: Settings,
    pub(super) runtime: Runtime,
}

impl Options {
    pub(super) fn read(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        arguments::read_all(arguments, &GRAMMAR, errors, &mut |argument, errors| {
            options.set(argument, errors)
        });
        options.settings.check(errors);
        options
    }

    fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "name" => self.name = Some(argument.name()?),
            "crate" => {
                self.runtime = Runtime::Unknown;
                self.runtime = Runtime::At(argument.crate_path()?);
            }
            _ => return self.settings.set(argument, errors),
        }
        Ok(true)
    }
}
