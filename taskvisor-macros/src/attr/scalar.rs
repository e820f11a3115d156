//! Scalar values: durations, numbers, names.

use std::time::Duration;

use quote::{ToTokens, quote};
use syn::{Expr, Lit, UnOp};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::duration;
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;

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
            let written = literal.to_token_stream().to_string();
            let unit_is_there = duration::parse(&written).is_ok_and(|duration| !duration.is_zero());
            return Err(if unit_is_there {
                Rule::MissingQuotes.error(literal, format!("a duration is written in quotes: \"{written}\""))
            } else {
                self.wrong(literal, Rule::WrongValueType, "a duration is written in quotes, with its unit")
            });
        };
        let duration = duration::parse(&text.value()).map_err(|(rule, problem)| rule.error(text, problem))?;
        match zero {
            Zero::Refused(reason) if duration.is_zero() => {
                Err(Rule::ZeroDuration.error(text, self.too_short(reason)))
            }
            _ => Ok(duration),
        }
    }

    fn too_short(&self, reason: &str) -> String {
        format!("`{}` must be longer than zero: {reason}", self.key)
    }

    /// A count of at least one; `none` says what to write instead of zero.
    pub(crate) fn count(&self, none: &str) -> syn::Result<OptionValue<Value<u32>>> {
        let expression = self.expression()?;
        let too_small = format!("`{}` must be at least 1: {none}", self.key);
        let value = match &expression {
            _ if is_negative(&expression) => return Err(Rule::NegativeCount.error(&expression, too_small)),
            Expr::Lit(literal) => match whole_number(&literal.lit) {
                Some(Ok(0)) => return Err(Rule::ZeroCount.error(literal, too_small)),
                Some(Ok(count)) => Value::Literal(count),
                Some(Err(_)) => {
                    return Err(self.wrong(literal, Rule::CountTooLarge, "the number is above 4294967295"));
                }
                None => {
                    return Err(self.wrong(
                        literal,
                        Rule::WrongValueType,
                        "a count is a whole number, without quotes",
                    ));
                }
            },
            _ => {
                let mut constant = Constant::new(expression);
                constant.require(Rule::ZeroCount, quote!(__TASKVISOR_VALUE != 0), too_small);
                Value::Constant(constant)
            }
        };
        Ok(self.option_value(value))
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

    /// A name: a string that is not empty, or a const expression.
    pub(crate) fn name(&self) -> syn::Result<OptionValue<Expr>> {
        let expression = self.expression()?;
        if let Expr::Lit(literal) = &expression {
            match &literal.lit {
                Lit::Str(text) if text.value().trim().is_empty() => {
                    return Err(self.wrong(
                        text,
                        Rule::EmptyName,
                        "a name cannot be empty: events and errors show it",
                    ));
                }
                Lit::Str(_) => {}
                other => return Err(self.wrong(other, Rule::WrongValueType, "a name is a string")),
            }
        }
        Ok(self.option_value(expression))
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
