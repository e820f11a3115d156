//! Scalar values: durations and numbers.

use std::time::Duration;

use proc_macro2::Literal;
use quote::{ToTokens, quote};
use syn::{Expr, Lit, LitStr, UnOp};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::corrected::content;
use crate::attr::duration;
use crate::attr::schedule::is_cron;
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;
use crate::error::values::advice;

const TIME_IN_QUOTES: &str = "a duration is written in quotes, with its unit";

const COUNT: &str = "a count is a whole number, without quotes";

/// Whether a duration may be zero.
#[derive(Clone, Copy)]
pub(crate) enum Zero {
    Allowed,
    /// No; the text says why.
    Refused(&'static str),
}

impl Argument<'_> {
    pub(crate) fn duration(&self, zero: Zero) -> syn::Result<OptionValue<Value<Duration>>> {
        let expression = self.expression()?;
        let value = match &expression {
            Expr::Lit(literal) => Value::Literal(self.duration_literal(&literal.lit, zero)?),
            _ if is_negative(&expression) => {
                return Err(self.wrong(&expression, Rule::NegativeDuration, "a duration cannot be negative"));
            }
            _ if self.is_wrapped(&expression) => {
                return Err(self.wrong(&expression, Rule::WrongValueType, TIME_IN_QUOTES));
            }
            _ => {
                let mut constant = Constant::new(expression);
                if let Zero::Refused(reason) = zero {
                    constant.require(
                        Rule::ZeroDuration,
                        quote!(!__TASKVISOR_VALUE.is_zero()),
                        self.too_short(reason),
                    );
                }
                Value::Constant(constant)
            }
        };
        Ok(self.option_value(value))
    }

    fn duration_literal(&self, literal: &Lit, zero: Zero) -> syn::Result<Duration> {
        let Lit::Str(text) = literal else {
            let written = content(literal);
            let is_number = matches!(literal, Lit::Int(_) | Lit::Float(_));
            let is_zero = is_number && written.trim_matches(['0', '.', '_']).is_empty();
            return Err(match zero {
                Zero::Refused(reason) if is_zero => Rule::ZeroDuration.error(literal, self.too_short(reason)),
                Zero::Allowed if is_zero => Rule::WrongValueType
                    .error(literal, format!("{TIME_IN_QUOTES}; write `{} = \"0s\"`", self.key)),
                _ if is_number && duration::parse(&written).is_ok() => {
                    self.wrong(literal, Rule::MissingQuotes, "a duration is written in quotes")
                }
                _ => self.wrong(literal, Rule::WrongValueType, TIME_IN_QUOTES),
            });
        };
        if let Some(error) = self.cron_in_place_of_duration(text) {
            return Err(error);
        }
        let duration = duration::parse(&text.value()).map_err(|(rule, problem)| rule.error(text, problem))?;
        match zero {
            Zero::Refused(reason) if duration.is_zero() => {
                Err(Rule::ZeroDuration.error(text, self.too_short(reason)))
            }
            _ => Ok(duration),
        }
    }

    /// The error of a cron expression as the value of an option that has advice for it.
    fn cron_in_place_of_duration(&self, text: &LitStr) -> Option<syn::Error> {
        let written = text.value();
        let advice =
            advice(self.context.grammar.of, &self.key.to_string(), "cron").filter(|_| is_cron(&written))?;
        let advice = advice.replace("VALUE", &format!("{written:?}"));
        Some(
            Rule::UnknownValue.error(text, format!("unknown value {written:?} for `{}`; {advice}", self.key)),
        )
    }

    fn too_short(&self, reason: &str) -> String {
        format!("`{}` must be longer than zero: {reason}", self.key)
    }

    /// A count of at least one; `none` says what to write instead of zero.
    pub(crate) fn count(&self, none: &str) -> syn::Result<OptionValue<Value<u32>>> {
        self.read_count(none, None)
    }

    /// The same of at most `max`; `above` is the error of a larger count.
    pub(crate) fn count_up_to(
        &self,
        max: u32,
        above: &str,
        none: &str,
    ) -> syn::Result<OptionValue<Value<u32>>> {
        self.read_count(none, Some((max, above)))
    }

    fn read_count(&self, none: &str, most: Option<(u32, &str)>) -> syn::Result<OptionValue<Value<u32>>> {
        let expression = self.expression()?;
        let too_small = format!("`{}` must be at least 1: {none}", self.key);
        let value = match &expression {
            _ if is_negative(&expression) => return Err(Rule::NegativeCount.error(&expression, too_small)),
            Expr::Lit(literal) => match whole_number(&literal.lit) {
                Some(Ok(0)) => return Err(Rule::ZeroCount.error(literal, too_small)),
                Some(Ok(count)) if most.is_none_or(|(max, _)| count <= max) => Value::Literal(count),
                Some(_) => {
                    if let Some((_, above)) = most {
                        return Err(Rule::CountTooLarge.error(literal, above));
                    }
                    return Err(self.wrong(literal, Rule::CountTooLarge, "the number is above 4294967295"));
                }
                None => {
                    return Err(self.wrong(literal, Rule::WrongValueType, COUNT));
                }
            },
            _ if self.is_wrapped(&expression) || self.is_number_word(&expression) => {
                return Err(self.wrong_expression(&expression, Rule::WrongValueType, COUNT));
            }
            _ => {
                let mut constant = Constant::new(expression);
                constant.require(Rule::ZeroCount, quote!(__TASKVISOR_VALUE != 0), too_small);
                if let Some((max, above)) = most {
                    let max = Literal::u32_unsuffixed(max);
                    constant.require(Rule::CountTooLarge, quote!(__TASKVISOR_VALUE <= #max), above);
                }
                Value::Constant(constant)
            }
        };
        Ok(self.option_value(value))
    }

    /// Whether the value is a word such as `three`.
    fn is_number_word(&self, expression: &Expr) -> bool {
        matches!(expression, Expr::Path(_)) && self.corrected(expression.to_token_stream()).is_some()
    }

    /// A factor: a finite number of at least 1, with or without a fraction.
    pub(crate) fn factor(&self, reason: &str) -> syn::Result<OptionValue<Value<f64>>> {
        let expression = self.expression()?;
        let message = format!("`{}` must be a finite number of at least 1: {reason}", self.key);
        let out_of_range = || Err(Rule::FactorOutOfRange.error(&expression, &message));
        let value = match &expression {
            _ if is_negative(&expression) => return out_of_range(),
            Expr::Lit(literal) => match fraction(&literal.lit) {
                Some(number) if number.is_finite() && number >= 1.0 => Value::Literal(number),
                Some(_) => return out_of_range(),
                None => {
                    return Err(self.wrong(
                        literal,
                        Rule::WrongValueType,
                        "a factor is a number, without quotes",
                    ));
                }
            },
            _ => {
                let mut constant = Constant::new(expression);
                let in_range = quote! {
                    __TASKVISOR_VALUE >= 1.0 && __TASKVISOR_VALUE <= ::core::primitive::f64::MAX
                };
                constant.require(Rule::FactorOutOfRange, in_range, message);
                Value::Constant(constant)
            }
        };
        Ok(self.option_value(value))
    }
}

fn is_negative(expression: &Expr) -> bool {
    match expression {
        Expr::Unary(unary) => matches!((&unary.op, &*unary.expr), (UnOp::Neg(_), Expr::Lit(_))),
        _ => false,
    }
}

fn whole_number(literal: &Lit) -> Option<syn::Result<u32>> {
    match literal {
        Lit::Int(number) if matches!(number.suffix(), "" | "u32" | "usize") => Some(number.base10_parse()),
        _ => None,
    }
}

fn fraction(literal: &Lit) -> Option<f64> {
    match literal {
        Lit::Float(number) if matches!(number.suffix(), "" | "f64") => number.base10_parse().ok(),
        Lit::Int(number) if matches!(number.suffix(), "" | "f64") => number.base10_parse().ok(),
        _ => None,
    }
}
