//! The rate limit of an attribute: `"10/m"`.

use std::time::Duration;

use quote::quote;
use syn::{BinOp, Expr, Lit, LitStr};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::duration;
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;

/// The longest period, as in the runtime: one year.
const MAX_PERIOD: Duration = Duration::from_secs(366 * 24 * 3600);

/// The units that stand without a number.
const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3600), ("d", 24 * 3600)];

const LIMIT: &str = "the value is a number of attempts in a period, in quotes";

const NO_ATTEMPTS: &str = "`rate_limit` allows no attempt, so none would begin; write how many may begin in the period, as in \
                           `rate_limit = \"10/m\"`";

const TOO_MANY: &str =
    "`rate_limit` allows more than 4294967295 attempts; allow fewer, or leave it out for no limit";

const NO_TIME: &str = "the period of `rate_limit` is zero, so it would limit nothing; write the period in which attempts are counted, as in \
                       `rate_limit = \"10/m\"`, or leave it out for no limit";

const TOO_LONG: &str =
    "the period of `rate_limit` is longer than a year; write a shorter one, as in `rate_limit = \"10/d\"`";

const NO_BURST: &str = "the burst of `rate_limit` is 0, so no attempt would begin; leave `with_burst` out for attempts that are evenly \
                        spaced";

/// How many attempts may begin in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimit {
    pub(crate) attempts: u32,
    pub(crate) period: Duration,
}

impl Argument<'_> {
    /// Reads a rate limit.
    pub(crate) fn rate_limit(&self) -> syn::Result<OptionValue<Value<RateLimit>>> {
        let expression = self.expression()?;
        let value = match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Value::Literal(self.parse_rate_limit(text)?),
                _ => return Err(self.wrong(literal, Rule::WrongValueType, LIMIT)),
            },
            _ if self.is_wrapped(&expression) || self.is_quotient(&expression) => {
                return Err(self.wrong(&expression, Rule::WrongValueType, LIMIT));
            }
            _ => Value::Constant(constant(expression)),
        };
        Ok(self.option_value(value))
    }

    /// Whether the value is a rate without its quotes, such as `10 / m`.
    fn is_quotient(&self, expression: &Expr) -> bool {
        let is_division = matches!(expression, Expr::Binary(binary) if matches!(binary.op, BinOp::Div(_)));
        is_division && self.corrected(quote!(#expression)).is_some()
    }

    fn parse_rate_limit(&self, text: &LitStr) -> syn::Result<RateLimit> {
        let written = text.value();
        parse(&written).map_err(|invalid| match invalid {
            Invalid::Form => {
                let problem = format!("invalid rate limit \"{written}\": it is no number of attempts in a period");
                self.wrong(text, Rule::InvalidRateLimit, &problem)
            }
            Invalid::Number => {
                let problem = format!("invalid rate limit \"{written}\": the number of attempts is not whole");
                self.wrong(text, Rule::InvalidRateLimit, &problem)
            }
            Invalid::Unit if self.corrected(quote!(#text)).is_some() => {
                self.wrong(text, Rule::InvalidRateLimit, &format!("invalid rate limit \"{written}\""))
            }
            Invalid::Unit => {
                let problem = format!(
                    "invalid rate limit \"{written}\": the period is none of `s`, `m`, `h` and `d`, and no duration such as `14d`; write, \
                     for example, `{}`",
                    self.example
                );
                Rule::InvalidRateLimit.error(text, problem)
            }
            Invalid::Duration(rule, problem) => rule.error(text, problem),
        })
    }
}

/// Why a text is no rate limit.
pub(crate) enum Invalid {
    /// It is no number and a time with `/` between them.
    Form,
    /// The number has a fraction.
    Number,
    /// The time is a word, which is no unit.
    Unit,
    /// It breaks this rule; the message is complete.
    Duration(Rule, String),
}

/// Parses `"10/s"`, `"10/m"`, `"10/30s"`, as the runtime does.
pub(crate) fn parse(written: &str) -> Result<RateLimit, Invalid> {
    let (attempts, period) = written.split_once('/').ok_or(Invalid::Form)?;
    let (attempts, period) = (attempts.trim(), period.trim());
    let is_number = !attempts.is_empty() && attempts.chars().all(|letter| letter.is_ascii_digit());
    if attempts.contains('.') && attempts.parse::<f64>().is_ok() {
        return Err(Invalid::Number);
    }
    if !is_number || period.is_empty() || period.contains('/') {
        return Err(Invalid::Form);
    }
    let period = match UNITS.iter().find(|(unit, _)| *unit == period) {
        Some((_, seconds)) => Duration::from_secs(*seconds),
        None if !period.starts_with(|first: char| first.is_ascii_digit()) => return Err(Invalid::Unit),
        None => duration::parse(period).map_err(|(rule, problem)| Invalid::Duration(rule, problem))?,
    };
    let refused = |rule, problem: &str| Err(Invalid::Duration(rule, problem.to_owned()));
    match attempts.parse() {
        Ok(0) => refused(Rule::ZeroCount, NO_ATTEMPTS),
        Ok(_) if period.is_zero() => refused(Rule::ZeroDuration, NO_TIME),
        Ok(_) if period > MAX_PERIOD => refused(Rule::DurationTooLong, TOO_LONG),
        Ok(attempts) => Ok(RateLimit { attempts, period }),
        Err(_) => refused(Rule::CountTooLarge, TOO_MANY),
    }
}

/// A constant, whose value the compiler checks.
fn constant(expression: Expr) -> Constant {
    let mut constant = Constant::new(expression);
    constant.require(Rule::ZeroCount, quote!(__TASKVISOR_VALUE.attempts() != 0), NO_ATTEMPTS);
    constant.require(Rule::ZeroDuration, quote!(!__TASKVISOR_VALUE.period().is_zero()), NO_TIME);
    let in_range = quote! {
        __TASKVISOR_VALUE.period().as_nanos() <= __taskvisor::RateLimit::MAX_PERIOD.as_nanos()
    };
    constant.require(Rule::DurationTooLong, in_range, TOO_LONG);
    constant.require(Rule::ZeroCount, quote!(__TASKVISOR_VALUE.burst() != 0), NO_BURST);
    constant
}
