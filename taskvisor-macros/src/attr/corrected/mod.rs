//! A wrong value as it should be written, for the message.

mod limit;
mod list;
mod rate;
mod slot;
mod tasks;

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

use crate::attr::arguments::Argument;
use crate::attr::duration;
use crate::attr::grammar::Form;
use crate::attr::names::flat;
use crate::attr::schedule::{cron_in, zone_in};
use crate::error::nearest::same_word;
use crate::text::text_of;

use self::limit::limit_in;
use self::list::{crates_in, events_in};
use self::slot::slot_in;

pub(super) use self::rate::rate_in;
pub(super) use self::tasks::tasks_in;

/// The words of units in calls such as `5.secs()`, and their units.
const UNITS: &[(&str, &str)] = &[
    ("s", "s"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("from_secs", "s"),
    ("ms", "ms"),
    ("millis", "ms"),
    ("milliseconds", "ms"),
    ("from_millis", "ms"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("from_mins", "m"),
    ("hour", "h"),
    ("hours", "h"),
    ("from_hours", "h"),
    ("day", "day"),
    ("days", "days"),
];

const NUMBER_WORDS: [&str; 11] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

impl Argument<'_> {
    /// The option with the value that the tokens contain, if there is exactly one.
    pub(crate) fn corrected(&self, tokens: TokenStream) -> Option<String> {
        let tokens = flat(tokens);
        let value = match self.form {
            Form::Duration => format!("\"{}\"", duration_in(tokens)?),
            Form::Count => count_in(tokens)?,
            Form::Factor => factor_in(tokens)?,
            Form::MaxFailures => format!("\"{}\"", limit_in(tokens)?),
            Form::RateLimit => format!("\"{}\"", rate_in(tokens)?),
            Form::Flag => flag_in(tokens)?.to_owned(),
            Form::Predicate => predicate_in(tokens)?,
            Form::Keyword(words, _) => format!("\"{}\"", keyword_in(tokens, words)?),
            Form::Name => format!("\"{}\"", name_in(tokens)?),
            Form::Slot => format!("\"{}\"", slot_in(tokens, &self.context.names.parameters)?),
            Form::Cron => format!("\"{}\"", cron_in(tokens)?),
            Form::Zone => format!("\"{}\"", zone_in(tokens)?),
            Form::Events(words) => return Some(format!("{}({})", self.key, events_in(tokens, words)?)),
            Form::Crates => format!("[{}]", crates_in(tokens)?),
            Form::Tasks => format!("[{}]", tasks_in(tokens)?),
            Form::Path => path_in(tokens)?,
        };
        Some(format!("{} = {value}", self.key))
    }
}

fn duration_in(tokens: TokenStream) -> Option<String> {
    let written = text_of(tokens.clone());
    if duration::parse(&written).is_ok_and(|time| !time.is_zero()) {
        return Some(written);
    }
    let unit = words(tokens.clone()).iter().find_map(|word| UNITS.iter().find(|(name, _)| name == word));
    let text = content(&only(literals(tokens))?);
    let is_number = text.starts_with(|first: char| first.is_ascii_digit());
    let text = text.replace('_', "");
    let suffixes = ["u8", "u16", "u32", "u64", "u128", "usize", "i32", "i64", "f64"];
    let text = suffixes.iter().find_map(|suffix| text.strip_suffix(suffix)).unwrap_or(&text).to_owned();
    match duration::parse(&text) {
        Ok(time) if !time.is_zero() => Some(text),
        Ok(_) => None,
        Err(_) if !is_number => duration::rewritten(&text),
        Err(_) => {
            let number = text.strip_suffix(".0").unwrap_or(&text);
            let text = format!("{number}{}", unit.map_or("s", |(_, unit)| *unit));
            duration::parse(&text)
                .is_ok_and(|time| !time.is_zero())
                .then_some(text)
                .or_else(|| duration::rewritten(number))
        }
    }
}

fn count_in(tokens: TokenStream) -> Option<String> {
    let number = match only(literals(tokens.clone())) {
        Some(literal) => content(&literal),
        None => only(words(tokens))?,
    };
    let digits: String =
        number.trim().chars().take_while(|letter| letter.is_ascii_digit() || *letter == '_').collect();
    let rest = number.trim()[digits.len()..].trim_start_matches(".0");
    let is_suffix = rest.is_empty()
        || rest.starts_with(|letter: char| letter != 'e' && letter.is_alphabetic() || letter == ' ');
    let spelled = NUMBER_WORDS.iter().position(|word| *word == number).map(|number| number.to_string());
    let count = if digits.is_empty() || !is_suffix { spelled? } else { digits };
    count.replace('_', "").parse::<u32>().is_ok_and(|number| number > 0).then_some(count)
}

fn factor_in(tokens: TokenStream) -> Option<String> {
    let number = content(&only(literals(tokens))?);
    let number = number.trim_end_matches(|letter: char| letter.is_alphabetic()).to_owned();
    number.parse::<f64>().is_ok_and(|factor| factor.is_finite() && factor >= 1.0).then_some(number)
}

fn flag_in(tokens: TokenStream) -> Option<&'static str> {
    let word = match only(literals(tokens.clone())) {
        Some(literal) => content(&literal),
        None => only(words(tokens))?,
    };
    let is_one_of = |words: &[&str]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
    if is_one_of(&["true", "yes", "on", "1"]) {
        return Some("true");
    }
    is_one_of(&["false", "no", "off", "0"]).then_some("false")
}

/// The path of a function that is written in quotes, by reference, or as a call without arguments.
fn predicate_in(tokens: TokenStream) -> Option<String> {
    let written = match only(literals(tokens.clone())) {
        Some(literal) => content(&literal),
        None => text_of(without_brackets(tokens)),
    };
    let path = written.trim_start_matches('&').trim_end_matches("()");
    let is_path = syn::parse_str::<syn::Path>(path).is_ok();
    (is_path && path.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == ':'))
        .then(|| path.to_owned())
}

fn keyword_in(tokens: TokenStream, keywords: &[&'static str]) -> Option<&'static str> {
    let written = match only(literals(tokens.clone())) {
        Some(literal) => content(&literal),
        None => {
            let path = text_of(tokens);
            path.rsplit("::")
                .next()
                .unwrap_or(&path)
                .trim_matches(['{', '}', '[', ']', '(', ')', ' '])
                .to_owned()
        }
    };
    keywords.iter().copied().find(|keyword| same_word(keyword, &written))
}

fn name_in(tokens: TokenStream) -> Option<String> {
    if let Some(literal) = only(literals(tokens.clone())) {
        return Some(content(&literal)).filter(|text| !text.trim().is_empty());
    }
    let written = text_of(tokens);
    let is_name = written.chars().all(|letter| letter.is_alphanumeric() || "_-.:/ ".contains(letter));
    (is_name && written.contains(char::is_lowercase)).then_some(written)
}

/// The path of a crate, which begins at the root.
fn path_in(tokens: TokenStream) -> Option<String> {
    let written = match only(literals(tokens.clone())) {
        Some(literal) => content(&literal),
        None => text_of(without_brackets(tokens)),
    };
    let is_path = written.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':');
    let root = if written.starts_with("::") || written.starts_with("crate") { "" } else { "::" };
    (is_path && written.contains(char::is_alphabetic)).then(|| format!("{root}{written}"))
}

/// The tokens inside of brackets that contain all of them.
pub(super) fn without_brackets(tokens: TokenStream) -> TokenStream {
    let mut all = tokens.clone().into_iter();
    match (all.next(), all.next()) {
        (Some(TokenTree::Group(group)), None) => without_brackets(group.stream()),
        _ => tokens,
    }
}

fn only<T>(found: Vec<T>) -> Option<T> {
    let mut found = found.into_iter();
    found.next().filter(|_| found.next().is_none())
}

/// All literals, also those inside of brackets.
pub(crate) fn literals(tokens: TokenStream) -> Vec<Lit> {
    let of_token = |token| match token {
        TokenTree::Group(group) => literals(group.stream()),
        TokenTree::Literal(literal) => vec![Lit::new(literal)],
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(of_token).collect()
}

/// All words, also those inside of brackets.
fn words(tokens: TokenStream) -> Vec<String> {
    let of_token = |token| match token {
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Ident(word) => vec![word.to_string()],
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(of_token).collect()
}

/// The text of a literal without its quotes and its prefix.
pub(crate) fn content(literal: &Lit) -> String {
    match literal {
        Lit::Str(text) => text.value(),
        Lit::ByteStr(text) => String::from_utf8_lossy(&text.value()).into_owned(),
        Lit::CStr(text) => text.value().to_string_lossy().into_owned(),
        Lit::Char(character) => character.value().to_string(),
        Lit::Byte(byte) => char::from(byte.value()).to_string(),
        Lit::Int(number) => format!("{}{}", number.base10_digits(), number.suffix()),
        Lit::Float(number) => format!("{}{}", number.base10_digits(), number.suffix()),
        Lit::Bool(value) => value.value.to_string(),
        other => quote::ToTokens::to_token_stream(other).to_string(),
    }
}
