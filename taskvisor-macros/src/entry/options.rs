//! The options of `#[taskvisor::main]`.

use std::time::Duration;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Ident, LitStr, Path, Token};

use crate::attr::arguments::{self, Argument, Context};
use crate::attr::constant::Value;
use crate::attr::grammar::{Form, Grammar};
use crate::attr::keyword::{Keywords, words};
use crate::attr::names::Names;
use crate::attr::runtime_path::RuntimePath;
use crate::attr::scalar::Zero;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::advice::OptionsOf;
use crate::error::rule::Rule;

const GRAMMAR: Grammar = Grammar {
    of: OptionsOf::Main,
    options: &[
        ("flavor", Form::Keyword(&words::<_, 2>(FLAVORS), "Flavor"), "flavor = \"multi_thread\""),
        ("worker_threads", Form::Count, "worker_threads = 4"),
        ("grace", Form::Duration, "grace = \"15s\""),
        ("drain_timeout", Form::Duration, "drain_timeout = \"5s\""),
        ("shutdown_delay", Form::Duration, "shutdown_delay = \"5s\""),
        ("max_concurrent", Form::Count, "max_concurrent = 8"),
        ("critical", Form::Keyword(&words::<_, 1>(CRITICAL), "Critical"), "critical = \"all\""),
        ("crates", Form::Crates, "crates = [billing]"),
        ("crate", Form::Path, "crate = ::taskvisor"),
    ],
};

const FLAVORS: &Keywords<Flavor> =
    &[("multi_thread", Flavor::MultiThread), ("current_thread", Flavor::CurrentThread)];

const CRITICAL: &Keywords<Critical> = &[("all", Critical::All)];

/// The tasks that are critical by default.
#[derive(Clone, Copy)]
pub(super) enum Critical {
    All,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavor {
    MultiThread,
    CurrentThread,
}

/// The options as they were written.
#[derive(Default)]
pub(super) struct Options {
    pub(super) flavor: Option<OptionValue<Flavor>>,
    pub(super) worker_threads: Option<OptionValue<Value<u32>>>,
    pub(super) grace: Option<OptionValue<Value<Duration>>>,
    pub(super) drain_timeout: Option<OptionValue<Value<Duration>>>,
    pub(super) shutdown_delay: Option<OptionValue<Value<Duration>>>,
    pub(super) max_concurrent: Option<OptionValue<Value<u32>>>,
    pub(super) critical: Option<OptionValue<Critical>>,
    pub(super) crates: Vec<Ident>,
    pub(super) runtime: RuntimePath,
}

impl Options {
    pub(super) fn read(arguments: TokenStream, names: &Names, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let context = Context { grammar: &GRAMMAR, names };
        arguments::read_all(arguments, context, errors, &mut |argument, errors| {
            options.set(argument, errors)
        });
        options.check(errors);
        options
    }

    fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        match argument.key.to_string().as_str() {
            "flavor" => self.flavor = Some(argument.word(FLAVORS)?),
            "worker_threads" => {
                let none = "without a thread nothing runs; leave it out for one for each core";
                self.worker_threads = Some(argument.count(none)?);
            }
            "grace" => self.grace = Some(argument.duration(Zero::Allowed)?),
            "drain_timeout" => self.drain_timeout = Some(argument.duration(Zero::Allowed)?),
            "shutdown_delay" => self.shutdown_delay = Some(argument.duration(Zero::Allowed)?),
            "max_concurrent" => {
                self.max_concurrent = Some(argument.count("nothing could run; leave it out for no limit")?);
            }
            "critical" => self.critical = Some(read_critical(argument)?),
            "crates" => self.crates = read_crates(argument, errors)?,
            "crate" => {
                // Stays `Invalid` if reading fails.
                self.runtime = RuntimePath::Invalid;
                self.runtime = RuntimePath::Renamed(argument.crate_path()?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn read_critical(argument: &Argument<'_>) -> syn::Result<OptionValue<Critical>> {
    let ahead = argument.input.fork();
    let is_equals_sign = ahead.parse::<Token![=]>().is_ok() && !ahead.peek(Token![=]);
    match ahead.parse::<Expr>() {
        Ok(Expr::Array(tasks)) if is_equals_sign => Err(of_some_tasks(&tasks)),
        Ok(Expr::Path(path)) if is_equals_sign && is_function(&path.path) => Err(of_some_tasks(&path)),
        _ => argument.word(CRITICAL),
    }
}

/// Whether the path can be that of a task: neither the keyword without its quotes nor a constant.
fn is_function(path: &Path) -> bool {
    let last = path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
    last.starts_with(char::is_lowercase) && CRITICAL.iter().all(|(word, _)| last != *word)
}

fn of_some_tasks(tasks: impl ToTokens) -> syn::Error {
    Rule::CriticalOfSomeTasks.error(
        tasks,
        "`critical` names no tasks here; write `critical = \"all\"` for all declared tasks, or `critical = true` in the \
         `#[task(..)]` of each",
    )
}

fn read_crates(argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<Vec<Ident>> {
    let list = argument.brackets(Rule::CratesWithoutBrackets)?;
    if let Some(error) = in_quotes(argument, &list) {
        let _ = list.parse::<TokenStream>();
        return Err(error);
    }
    Ok(arguments::read_names(&list, read_crate, Rule::DuplicateCrate, errors))
}

/// The error of a list with crates in quotes.
fn in_quotes(argument: &Argument<'_>, list: ParseStream<'_>) -> Option<syn::Error> {
    let tokens: TokenStream = list.fork().parse().ok()?;
    let first = tokens.clone().into_iter().find(|token| matches!(token, TokenTree::Literal(_)))?;
    let option = argument.corrected(tokens)?;
    Some(Rule::CrateInQuotes.error(first, format!("a crate is named without quotes; write `{option}`")))
}

fn read_crate(list: ParseStream<'_>) -> syn::Result<Ident> {
    if list.peek(LitStr) {
        let text = list.parse::<LitStr>()?;
        let message = format!("a crate is named without quotes: `{}`", text.value().replace('-', "_"));
        return Err(Rule::CrateInQuotes.error(text, message));
    }
    if !list.peek(Ident::peek_any) {
        return Err(list
            .error(Rule::CrateNotAName.message("expected the name of a crate, as in `crates = [billing]`")));
    }
    let is_name = list.peek(Ident);
    let krate = list.call(Ident::parse_any)?;
    if krate == "crate" || krate == "self" || krate == "super" {
        let message = format!("`{krate}` is always included; name only other crates");
        return Err(Rule::OwnCrate.error(krate, message));
    }
    if !is_name {
        let message = format!("`{krate}` is a keyword; name a crate, as in `crates = [billing]`");
        return Err(Rule::CrateNotAName.error(krate, message));
    }
    if list.peek(Token![-]) {
        return Err(list.error(
            Rule::CrateWithHyphen.message("a crate's name is written as in `use`, with `_` for each `-`"),
        ));
    }
    if !list.is_empty() && !list.peek(Token![,]) {
        return Err(list.error(
            Rule::CratePath.message("expected `,`: a crate is one word, as in `crates = [billing]`"),
        ));
    }
    Ok(krate)
}
