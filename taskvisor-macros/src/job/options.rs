//! The options of `#[job]`.

use proc_macro2::TokenStream;
use syn::{Ident, LitStr, Token};

use crate::attr::arguments::{self, Argument, Context};
use crate::attr::backoff;
use crate::attr::constant::Value;
use crate::attr::dependencies::Dependencies;
use crate::attr::grammar::{Form, Grammar};
use crate::attr::keyword::{Keywords, words};
use crate::attr::limits::Limits;
use crate::attr::names::Names;
use crate::attr::rare::{ON_SHUTDOWN, RareSettings};
use crate::attr::runtime_path::RuntimePath;
use crate::attr::settings::{RESTART, Settings};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::advice::OptionsOf;
use crate::error::rule::Rule;

use super::slot_option;
pub(super) use super::slot_option::Slot;

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Job,
    options: &[
        ("slot", Form::Slot, "slot = \"tenant-{tenant}\""),
        ("admission", Form::Keyword(&words::<_, 4>(ADMISSIONS), "Admission"), "admission = \"replace\""),
        ("queue", Form::Count, "queue = 8"),
        ("name", Form::Name, "name = \"sync\""),
        ("timeout", Form::Duration, "timeout = \"30s\""),
        ("stop_timeout", Form::Duration, "stop_timeout = \"2s\""),
        ("max_retries", Form::Count, "max_retries = 3"),
        ("backoff", backoff::FORM, "backoff = \"exp\""),
        ("restart", RESTART, "restart = \"on-failure\""),
        ("needs", Form::Tasks, "needs = [connect]"),
        ("interrupt_on_loss", Form::Duration, "interrupt_on_loss = \"5s\""),
        ("expires", Form::Duration, "expires = \"30s\""),
        ("max_failures", Form::MaxFailures, "max_failures = \"5 in 10m\""),
        ("fatal_if", Form::Predicate, "fatal_if = is_permanent"),
        ("heartbeat", Form::Duration, "heartbeat = \"30s\""),
        ("on_shutdown", ON_SHUTDOWN, "on_shutdown = \"finish\""),
        ("max_concurrent", Form::Count, "max_concurrent = 4"),
        ("rate_limit", Form::RateLimit, "rate_limit = \"10/m\""),
        ("burst", Form::Count, "burst = 3"),
        ("capacity", Form::Count, "capacity = 2"),
        ("crate", Form::Path, "crate = ::taskvisor"),
    ],
};

const ADMISSIONS: &Keywords<Admission> = &[
    ("queue", Admission::Queue),
    ("replace", Admission::Replace),
    ("drop-if-running", Admission::DropIfRunning),
    ("latest", Admission::Latest),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    Queue,
    Replace,
    DropIfRunning,
    Latest,
}

impl Admission {
    /// Its keyword in the attribute.
    pub(super) fn word(self) -> &'static str {
        ADMISSIONS.iter().find(|(_, admission)| *admission == self).map_or("", |(word, _)| word)
    }
}

pub(super) const REPEATS: &str = "a job cannot have `restart = \"always\"`: run again after each success, it would never end, \
                       and its value would never arrive; write `restart = \"on-failure\"`";

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) slot: Slot,
    pub(super) admission: Option<OptionValue<Value<Admission>>>,
    pub(super) queue: Option<OptionValue<Value<u32>>>,
    pub(super) capacity: Option<OptionValue<Value<u32>>>,
    pub(super) name: Option<OptionValue<Value<LitStr>>>,
    pub(super) settings: Settings,
    pub(super) rare: RareSettings,
    pub(super) limits: Limits,
    pub(super) dependencies: Dependencies,
    pub(super) runtime: RuntimePath,
}

impl Options {
    pub(super) fn read(arguments: TokenStream, names: &Names, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let context = Context { grammar: &GRAMMAR, names };
        arguments::read_all(arguments, context, errors, &mut |argument, errors| {
            options.set(argument, errors)
        });
        options.check(names, errors);
        options
    }

    fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "slot" => {
                // Stays `Invalid` if reading fails.
                self.slot = Slot::Invalid;
                self.slot = slot_option::read(argument)?;
            }
            "restart" => {
                if let Some(error) = always_without_quotes(argument) {
                    return Err(error);
                }
                return self.settings.set(argument, errors);
            }
            "admission" => self.admission = Some(argument.keyword(ADMISSIONS)?),
            "queue" => {
                let none = "to refuse waiting submissions, write `admission = \"drop-if-running\"`";
                self.queue = Some(argument.count(none)?);
            }
            "capacity" => {
                let none = "no submission could run; leave it out for one at a time";
                self.capacity = Some(argument.count(none)?);
            }
            "name" => self.name = Some(argument.name()?),
            "crate" => {
                // Stays `Invalid` if reading fails.
                self.runtime = RuntimePath::Invalid;
                self.runtime = RuntimePath::Renamed(argument.crate_path()?);
            }
            _ => {
                let is_known =
                    self.dependencies.set(argument, errors)? || self.settings.set(argument, errors)?;
                return Ok(is_known || self.rare.set(argument)? || self.limits.set(argument)?);
            }
        }
        Ok(true)
    }
}

/// The error of `restart = Always`. In quotes it would be wrong too.
fn always_without_quotes(argument: &Argument<'_>) -> Option<syn::Error> {
    let fork = argument.input.fork();
    fork.parse::<Token![=]>().ok()?;
    let value = fork.parse::<Ident>().ok()?;
    let is_always =
        (fork.is_empty() || fork.peek(Token![,])) && ["Always", "always"].iter().any(|word| value == word);
    is_always.then(|| Rule::JobWithRestartAlways.error(value, REPEATS))
}
