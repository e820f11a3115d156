//! Literals inside of calls and brackets that give another type than the option's: `Some("5s")`, `"ping".to_string()`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Path};

use crate::attr::arguments::Argument;
use crate::attr::grammar::Form;

/// Calls that are never the constant of an option.
const CALLS: [&str; 12] = [
    "Some",
    "Ok",
    "Box::new",
    "String::from",
    "Into::into",
    "from_secs",
    "from_millis",
    "from_mins",
    "from_hours",
    "Option::Some",
    "Arc::new",
    "ToString::to_string",
];

/// Methods of literals that are not constant, or give another type.
const METHODS: [&str; 24] = [
    "into",
    "try_into",
    "to_string",
    "to_owned",
    "parse",
    "unwrap",
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "ms",
    "millis",
    "milliseconds",
    "min",
    "mins",
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "clone",
    "as_str",
];

impl Argument<'_> {
    /// Whether the expression is such a literal. An expression of numbers alone is no duration, and no keyword.
    pub(crate) fn is_wrapped(&self, expression: &Expr) -> bool {
        if matches!(
            self.form,
            Form::Duration | Form::MaxFailures | Form::RateLimit | Form::Flag | Form::Keyword(..)
        ) && is_literal_only(expression.to_token_stream())
        {
            return true;
        }
        match expression {
            Expr::Array(_) | Expr::Tuple(_) | Expr::Range(_) => is_literal_only(expression.to_token_stream()),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => is_wrapper(&path.path) && is_literal_only(call.args.to_token_stream()),
                _ => false,
            },
            Expr::MethodCall(call) => {
                let receiver = &call.receiver;
                METHODS.iter().any(|name| call.method == name)
                    && (is_literal_only(receiver.to_token_stream()) || self.is_wrapped(receiver))
            }
            Expr::Try(tried) => self.is_wrapped(&tried.expr),
            _ => false,
        }
    }
}

/// The argument of a call such as `Some(..)`.
pub(super) fn argument_of_wrapper(expression: &Expr) -> Option<&Expr> {
    match expression {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if is_wrapper(&path.path) && call.args.len() == 1 => call.args.first(),
            _ => None,
        },
        _ => None,
    }
}

fn is_wrapper(path: &Path) -> bool {
    let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    CALLS.contains(&words.join("::").as_str())
}

/// Whether the tokens are literals and punctuation.
fn is_literal_only(tokens: TokenStream) -> bool {
    let mut has_literal = false;
    let only = tokens.into_iter().all(|token| match token {
        TokenTree::Ident(_) => false,
        TokenTree::Literal(_) => {
            has_literal = true;
            true
        }
        TokenTree::Group(group) => {
            let inner = is_literal_only(group.stream());
            has_literal |= inner;
            inner
        }
        TokenTree::Punct(_) => true,
    });
    only && has_literal
}
