//! The path of a function.

use syn::{Expr, ExprPath};

use crate::attr::arguments::Argument;
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;

impl Argument<'_> {
    /// The path of a function that decides about an error.
    pub(crate) fn predicate(&self) -> syn::Result<OptionValue<ExprPath>> {
        match self.expression()? {
            Expr::Path(path) if path.attrs.is_empty() => Ok(self.option_value(path)),
            other => {
                let problem = "the value is the path of a function that takes the error by reference and returns `bool`";
                Err(self.wrong(&other, Rule::FatalIfNotAPath, problem))
            }
        }
    }
}
