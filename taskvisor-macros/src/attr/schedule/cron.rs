//! The option `cron`.

use syn::{Expr, Lit, LitStr, Token};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::duration;
use crate::attr::value::{OptionValue, up_to_comma};
use crate::error::rule::Rule;

use super::cron_in;

const CRON: &str = "a cron expression is a string";

const CRON_IN_QUOTES: &str = "a cron expression is written in quotes";

/// The error without the feature, which says how to enable it.
pub(super) const FEATURE_MISSING: &str = "`cron` needs the feature `schedule`; write `taskvisor = { version = \"..\", features = \
                                          [\"schedule\"] }` in `Cargo.toml`, or `every = \"30s\"` here, which needs none";

impl Argument<'_> {
    /// A cron expression: a string that is parsed now, or a const expression that the runtime parses.
    pub(crate) fn cron(&self) -> syn::Result<OptionValue<Value<LitStr>>> {
        let value = self.cron_value()?;
        if cfg!(feature = "schedule") {
            Ok(self.option_value(value))
        } else {
            Err(self.error(Rule::CronWithoutFeature, FEATURE_MISSING))
        }
    }

    fn cron_value(&self) -> syn::Result<Value<LitStr>> {
        if let Some(error) = self.cron_without_quotes() {
            return Err(error);
        }
        let expression = self.expression()?;
        match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => self.cron_literal(text).map(Value::Literal),
                other => Err(self.wrong(other, Rule::WrongValueType, CRON)),
            },
            _ if self.is_wrapped(&expression) => Err(self.wrong(&expression, Rule::WrongValueType, CRON)),
            _ => Ok(Value::Constant(Constant::new(expression))),
        }
    }

    /// The error of `cron = 0 3 * * *`, of which an expression would be the beginning.
    fn cron_without_quotes(&self) -> Option<syn::Error> {
        let fork = self.input.fork();
        fork.parse::<Token![=]>().ok()?;
        let is_text = fork.peek(LitStr);
        let tokens = up_to_comma(&fork);
        if is_text || cron_in(tokens.clone()).is_none() || syn::parse2::<Expr>(tokens.clone()).is_ok() {
            return None;
        }
        Some(self.wrong(tokens, Rule::MissingQuotes, CRON_IN_QUOTES))
    }

    fn cron_literal(&self, text: &LitStr) -> syn::Result<LitStr> {
        let written = text.value();
        // The advice for `daily` is `@daily`, which would be the same word.
        let is_word = !written.starts_with('@') && !written.contains(char::is_whitespace);
        if let Some(error) = is_word.then(|| self.unsuitable_word(text, &written)).flatten() {
            return Err(error);
        }
        if duration::parse(&written).is_ok_and(|time| !time.is_zero()) {
            let problem = format!(
                "\"{written}\" is a duration, not a cron expression; write `every = \"{written}\"` for a fixed time between two ticks"
            );
            return Err(Rule::InvalidCron.error(text, problem));
        }
        match problem(&written) {
            Some(problem) => Err(Rule::InvalidCron.error(text, problem)),
            None => Ok(text.clone()),
        }
    }
}

/// Why no task can have the expression.
#[cfg(feature = "schedule")]
fn problem(expression: &str) -> Option<String> {
    super::cron_expression::parse(expression).err()
}

/// Without the feature, no expression is accepted, and none can be parsed.
#[cfg(not(feature = "schedule"))]
fn problem(_: &str) -> Option<String> {
    None
}
