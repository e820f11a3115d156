//! The options of `#[task]`.

use proc_macro2::TokenStream;
use syn::Expr;

use crate::attr::arguments::{self, Argument, Grammar};
use crate::attr::runtime_path::RuntimePath;
use crate::attr::settings::Settings;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::advice::OptionsOf;

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Task,
    options: &[
        ("name", "name = \"ping\""),
        ("restart", "restart = \"always\""),
        ("backoff", "backoff = \"exp\""),
        ("timeout", "timeout = \"5s\""),
        ("max_retries", "max_retries = 3"),
        ("every", "every = \"30s\""),
        ("stable_after", "stable_after = \"1m\""),
        ("stop_timeout", "stop_timeout = \"2s\""),
        ("ready", "ready = \"notify\""),
        ("start_timeout", "start_timeout = \"30s\""),
        ("crate", "crate = ::taskvisor"),
    ],
};

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<OptionValue<Expr>>,
    pub(super) settings: Settings,
    pub(super) runtime: RuntimePath,
}

impl Options {
    pub(super) fn read(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        arguments::read_all(arguments, &GRAMMAR, errors, &mut |argument, errors| {
            options.set(argument, errors)
        });
        options.check(errors);
        options
    }

    fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "name" => self.name = Some(argument.name()?),
            "crate" => {
                // Stays `Invalid` if reading fails.
                self.runtime = RuntimePath::Invalid;
                self.runtime = RuntimePath::Renamed(argument.crate_path()?);
            }
            _ => return self.settings.set(argument, errors),
        }
        Ok(true)
    }
}
