//! The options of `#[job]`.

use proc_macro2::TokenStream;
use syn::{Expr, Lit, LitStr};

use crate::attr::arguments::{self, Argument, Grammar};
use crate::attr::constant::Value;
use crate::attr::keyword::Keywords;
use crate::attr::runtime_path::RuntimePath;
use crate::attr::settings::Settings;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::advice::OptionsOf;
use crate::error::rule::Rule;

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Job,
    options: &[
        ("slot", "slot = \"tenant-{tenant}\""),
        ("admission", "admission = \"replace\""),
        ("queue", "queue = 8"),
        ("name", "name = \"sync\""),
        ("timeout", "timeout = \"30s\""),
        ("stop_timeout", "stop_timeout = \"2s\""),
        ("max_retries", "max_retries = 3"),
        ("backoff", "backoff = \"exp\""),
        ("restart", "restart = \"on-failure\""),
        ("crate", "crate = ::taskvisor"),
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

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) slot: Slot,
    pub(super) admission: Option<OptionValue<Value<Admission>>>,
    pub(super) queue: Option<OptionValue<Value<u32>>>,
    pub(super) name: Option<OptionValue<Expr>>,
    pub(super) settings: Settings,
    pub(super) runtime: RuntimePath,
}

/// The key under which submissions compete.
#[derive(Default)]
pub(super) enum Slot {
    #[default]
    None,
    Format(LitStr),
    /// Invalid; already reported.
    Invalid,
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
            "slot" => {
                // Stays `Invalid` if reading fails.
                self.slot = Slot::Invalid;
                self.slot = Slot::Format(read_slot(argument)?);
            }
            "admission" => self.admission = Some(argument.keyword(ADMISSIONS)?),
            "queue" => {
                let none = "to refuse waiting submissions, write `admission = \"drop-if-running\"`";
                self.queue = Some(argument.count(none)?);
            }
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

fn read_slot(argument: &Argument<'_>) -> syn::Result<LitStr> {
    match argument.expression()? {
        Expr::Lit(literal) => match literal.lit {
            Lit::Str(text) if text.value().trim().is_empty() => Err(argument.wrong(
                text,
                Rule::EmptySlot,
                "a slot cannot be empty: it is the key under which submissions compete",
            )),
            Lit::Str(text) => Ok(text),
            other => Err(argument.wrong(other, Rule::WrongValueType, "a slot is a format string in quotes")),
        },
        other => Err(argument.wrong(
            other,
            Rule::SlotNotALiteral,
            "a slot is written out in quotes, because its arguments are looked up in the text",
        )),
    }
}
