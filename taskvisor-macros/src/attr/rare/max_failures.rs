//! The limit of failures within a time: `"5 in 10m"`.

use std::fmt;
use std::time::Duration;

use humantime::format_duration;
use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Lit, LitStr};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::duration;
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;
use crate::span::attribute_span;

/// The largest number of failures, as in the runtime.
pub(crate) const MAX: u32 = 1_000;

const LIMIT: &str = "the value is a number of failures in a time, in quotes";

const NO_FAILURES: &str = "`max_failures` is 0, so the first failure would end the task; for no retry at all, write \
                           `restart = \"never\"`";

const TOO_MANY: &str =
    "`max_failures` is above 1,000, and each failure is remembered; allow fewer failures in a shorter time";

const NO_TIME: &str = "the time of `max_failures` is zero, so no two failures would be in it; write the time in which failures are \
                       counted, as in `max_failures = \"5 in 10m\"`";

/// How many failures are allowed within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxFailures {
    pub(crate) failures: u32,
    pub(crate) within: Duration,
}

/// Writes the form that is read, such as `5 in 10m`.
impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.failures, format_duration(self.within))
    }
}

impl Argument<'_> {
    /// A limit of failures within a time.
    pub(crate) fn max_failures(&self) -> syn::Result<OptionValue<Value<MaxFailures>>> {
        let expression = self.expression()?;
        let value = match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Value::Literal(self.parse_max_failures(text)?),
                _ => return Err(self.wrong(literal, Rule::WrongValueType, LIMIT)),
            },
            _ if self.is_wrapped(&expression) => {
                return Err(self.wrong(&expression, Rule::WrongValueType, LIMIT));
            }
            _ => Value::Constant(constant(expression)),
        };
        Ok(self.option_value(value))
    }

    fn parse_max_failures(&self, text: &LitStr) -> syn::Result<MaxFailures> {
        let written = text.value();
        let Some((failures, within)) = parts(&written) else {
            let problem = format!("invalid limit \"{written}\": it is no number of failures in a time");
            return Err(self.wrong(text, Rule::InvalidMaxFailures, &problem));
        };
        let within = duration::parse(within).map_err(|(rule, problem)| rule.error(text, problem))?;
        let Some(failures) = failures else { return Err(Rule::CountTooLarge.error(text, TOO_MANY)) };
        match failures {
            0 => Err(Rule::ZeroCount.error(text, NO_FAILURES)),
            _ if failures > MAX => Err(Rule::CountTooLarge.error(text, TOO_MANY)),
            _ if within.is_zero() => Err(Rule::ZeroDuration.error(text, NO_TIME)),
            _ => Ok(MaxFailures { failures, within }),
        }
    }
}

/// The number, or `None` if it is too large, and the text of the time.
fn parts(written: &str) -> Option<(Option<u32>, &str)> {
    let (failures, within) = written.split_once(" in ")?;
    let (failures, within) = (failures.trim(), within.trim());
    let is_number = !failures.is_empty() && failures.chars().all(|letter| letter.is_ascii_digit());
    (is_number && !within.is_empty()).then(|| (failures.parse().ok(), within))
}

/// A constant, whose value the compiler checks.
fn constant(expression: Expr) -> Constant {
    let mut constant = Constant::new(expression);
    constant.require(Rule::ZeroCount, quote!(__TASKVISOR_VALUE.failures() != 0), NO_FAILURES);
    constant.require(
        Rule::CountTooLarge,
        quote!(__TASKVISOR_VALUE.failures() <= __taskvisor::MaxFailures::MAX),
        TOO_MANY,
    );
    constant.require(Rule::ZeroDuration, quote!(!__TASKVISOR_VALUE.within().is_zero()), NO_TIME);
    constant
}

impl Value<MaxFailures> {
    pub(super) fn expand_max_failures(&self) -> TokenStream {
        let span = attribute_span();
        self.expand(&quote_spanned!(span=> __taskvisor::MaxFailures), |MaxFailures { failures, within }| {
            let failures = Literal::u32_unsuffixed(failures);
            let within = Value::Literal(within).expand_duration();
            quote_spanned!(span=> __taskvisor::MaxFailures::new(#failures, #within))
        })
    }
}
