//! Values that no option has: words for "no limit", words of other libraries, parameters of the function.

use quote::ToTokens;
use syn::{Expr, Lit, Path, UnOp};

use crate::attr::arguments::Argument;
use crate::attr::grammar::Form;
use crate::attr::value::way_to_constant;
use crate::error::nearest::same_word;
use crate::error::rule::Rule;
use crate::error::values::{advice, advice_for_no_limit, advice_for_parameter, is_no_limit};
use crate::text::text_of;

/// The types whose `MAX` means "no limit".
const NUMBER_TYPES: [&str; 9] = ["u8", "u16", "u32", "u64", "u128", "usize", "i32", "i64", "f64"];

impl Argument<'_> {
    /// The error of a value that no option has.
    pub(super) fn unsuitable(&self, value: &Expr) -> Option<syn::Error> {
        // A queue of `usize::MAX` is one without a limit.
        let is_queue = self.key == "queue" && text_of(value.to_token_stream()).ends_with("usize::MAX");
        self.run_time_value(value).or_else(|| {
            let word = word_of(value, self.form).filter(|_| !is_queue)?;
            self.unsuitable_value(value, &word, way_to_constant(value))
        })
    }

    fn run_time_value(&self, value: &Expr) -> Option<syn::Error> {
        let parameter = self.context.names.parameter_in(value.to_token_stream())?;
        let advice = advice_for_parameter(self.context.grammar.of, &self.key.to_string())?;
        let function = &self.context.names.function;
        let written = text_of(value.to_token_stream());
        let field = written.split("self.").nth(1).unwrap_or_default();
        let field =
            field.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
        let shown = if parameter == "self" { format!("self.{field}") } else { parameter.to_string() };
        let named = shown.trim_start_matches("self.");
        let advice = advice.replace("VALUE", &written.replace("self.", "")).replace("NAME", function);
        let advice = advice.replace("PARAMETER", named);
        let problem =
            format!("`{shown}` is a parameter of `{function}`, and an option is a constant; {advice}");
        Some(Rule::RunTimeValue.error(parameter, problem))
    }

    /// The error of a word that other libraries have as the value of such an option.
    pub(crate) fn unsuitable_word(&self, tokens: impl ToTokens, word: &str) -> Option<syn::Error> {
        self.unsuitable_value(tokens, word, "")
    }

    /// The same with an end of the message.
    pub(super) fn unsuitable_value(
        &self,
        tokens: impl ToTokens,
        word: &str,
        end: &str,
    ) -> Option<syn::Error> {
        if let Form::Keyword(words, _) = self.form {
            if words.iter().any(|keyword| same_word(keyword, word)) {
                return None;
            }
        }
        let (of, key) = (self.context.grammar.of, self.key.to_string());
        if let Some(advice) = advice(of, &key, word) {
            let written = shown(&tokens);
            return Some(
                Rule::UnknownValue
                    .error(tokens, format!("unknown value {written} for `{key}`; {advice}{end}")),
            );
        }
        let advice = is_no_limit(word).then(|| advice_for_no_limit(of, &key)).flatten()?;
        let written = text_of(tokens.to_token_stream());
        Some(Rule::NoLimitValue.error(tokens, format!("`{written}` is no value of `{key}`; {advice}{end}")))
    }
}

/// The value in backticks, or in its own quotes.
pub(super) fn shown(tokens: &impl ToTokens) -> String {
    let written = text_of(tokens.to_token_stream());
    if written.starts_with('"') { written } else { format!("`{written}`") }
}

/// The value as a word of the table. A word in capitals is the name of a constant.
fn word_of(value: &Expr, form: Form) -> Option<String> {
    let is_text = matches!(form, Form::Name | Form::Slot | Form::Cron);
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) if !is_text => Some(text.value()),
            Lit::Bool(value) => Some(value.value.to_string()),
            Lit::Float(_) if matches!(form, Form::Keyword(..)) => Some("fraction".to_owned()),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match &*unary.expr {
            Expr::Lit(literal) => {
                Some(format!("-{}", literal.to_token_stream())).filter(|word| is_no_limit(word))
            }
            _ => None,
        },
        Expr::Infer(_) => Some("_".to_owned()),
        Expr::Tuple(tuple) if tuple.elems.is_empty() => Some("()".to_owned()),
        Expr::Range(range) if range.start.is_none() && range.end.is_none() => Some("..".to_owned()),
        Expr::Path(path) if is_largest(&path.path) => Some("max".to_owned()),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if is_largest(&path.path) => Some("max".to_owned()),
            _ => None,
        },
        Expr::Path(path) => {
            let word = path.path.get_ident()?.to_string();
            let is_word = if form == Form::Name { word == "None" } else { word.contains(char::is_lowercase) };
            is_word.then_some(word)
        }
        _ => None,
    }
}

/// Whether the path is `u32::MAX`, `Duration::MAX`, `f64::INFINITY` or the like.
fn is_largest(path: &Path) -> bool {
    let mut segments = path.segments.iter().rev();
    let largest = segments
        .next()
        .is_some_and(|last| ["MAX", "INFINITY", "max_value"].iter().any(|word| last.ident == word));
    let of_type = segments.next();
    largest
        && of_type.is_some_and(|word| {
            word.ident == "Duration" || NUMBER_TYPES.iter().any(|name| word.ident == name)
        })
}
