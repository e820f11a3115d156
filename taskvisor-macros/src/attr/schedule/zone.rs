//! The option `tz`.

use quote::{ToTokens, quote};
use syn::{Expr, Lit, LitStr};

use crate::attr::arguments::Argument;
use crate::attr::constant::{Constant, Value};
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;

use super::zone_in;

const EMPTY: &str =
    "`tz` is empty; write the name of a time zone, as in `tz = \"Europe/Berlin\"`, or leave it out for UTC";

const ZONE: &str = "a time zone is a name in a string";

impl Argument<'_> {
    /// The name of a time zone, or a const expression. The runtime looks it up, in the database of the machine on which it runs.
    pub(crate) fn zone(&self) -> syn::Result<OptionValue<Value<LitStr>>> {
        let expression = self.expression()?;
        let value = match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) if text.value().trim().is_empty() => {
                    return Err(Rule::EmptyTz.error(text, EMPTY));
                }
                Lit::Str(text) => Value::Literal(text.clone()),
                other => return Err(self.wrong(other, Rule::WrongValueType, ZONE)),
            },
            _ if is_name(&expression) => {
                let problem = "a time zone is written in quotes";
                return Err(self.wrong_expression(&expression, Rule::MissingQuotes, problem));
            }
            _ if self.is_wrapped(&expression) => {
                return Err(self.wrong(&expression, Rule::WrongValueType, ZONE));
            }
            _ => {
                let mut constant = Constant::new(expression);
                constant.require(Rule::EmptyTz, quote!(!__TASKVISOR_VALUE.trim_ascii().is_empty()), EMPTY);
                Value::Constant(constant)
            }
        };
        Ok(self.option_value(value))
    }
}

/// Whether the expression is a name without its quotes: `local`, `Europe/Berlin`. A constant is in capitals, or has a path.
fn is_name(expression: &Expr) -> bool {
    match expression {
        Expr::Path(path) => {
            path.path.get_ident().is_some_and(|word| word.to_string().contains(char::is_lowercase))
        }
        Expr::Binary(binary) => {
            matches!(binary.op, syn::BinOp::Div(_) | syn::BinOp::Sub(_) | syn::BinOp::Add(_))
                && zone_in(expression.to_token_stream()).is_some()
        }
        _ => false,
    }
}
