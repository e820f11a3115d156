//! A wrong value as it should be written, for the message.

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

use crate::attr::arguments::Argument;
use crate::attr::duration;
use crate::attr::grammar::Form;
use crate::attr::names::{flat, split};
use crate::error::nearest::same_word;
use crate::text::text_of;

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

const NUMBERS: [&str; 11] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

impl Argument<'_> {
    /// The option with the value that the tokens contain, if there is exactly one.
    pub(crate) fn corrected(&self, tokens: TokenStream) -> Option<String> {
        let tokens = flat(tokens);
        let value = match self.form {
            Form::Duration => format!("\"{}\"", duration_in(tokens)?),
            Form::Count => count_in(tokens)?,
            Form::Factor => factor_in(tokens)?,
            Form::Keyword(words, _) => format!("\"{}\"", keyword_in(tokens, words)?),
            Form::Name => format!("\"{}\"", name_in(tokens)?),
            Form::Slot => format!("\"{}\"", self.slot_in(tokens)?),
            Form::Events(words) => return Some(format!("{}({})", self.key, words_in(tokens, Some(words))?)),
            Form::Crates => format!("[{}]", words_in(tokens, None)?),
            Form::Path => return None,
        };
        Some(format!("{} = {value}", self.key))
    }

    /// The text of a slot with the arguments in it: `"t-{}", tenant` is `t-{tenant}`.
    fn slot_in(&self, tokens: TokenStream) -> Option<String> {
        let names = &self.context.names.parameters;
        let words = words(tokens.clone()).into_iter().filter(|word| names.contains(word));
        let mut arguments = words.map(|word| format!("{{{word}}}"));
        let texts = literals(tokens.clone()).into_iter().filter(|literal| matches!(literal, Lit::Str(_)));
        let texts: Vec<String> = texts.map(|text| content(&text)).collect();
        if texts.len() > 1 {
            return arguments.next().is_none().then(|| texts.concat());
        }
        let Some(text) = texts.into_iter().next() else {
            let all: Vec<String> = arguments.collect();
            return if all.is_empty() { name_in(tokens) } else { Some(all.join("-")) };
        };
        let mut filled = text;
        while let Some(start) = filled.find("{}") {
            filled.replace_range(start..start + 2, &arguments.next()?);
        }
        Some(filled).filter(|text| !text.trim().is_empty())
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
    let is_suffix = rest.is_empty() || rest.starts_with(['i', 'u']) || rest.starts_with(".0");
    let spelled = NUMBERS.iter().position(|word| *word == number).map(|number| number.to_string());
    let count = if digits.is_empty() || !is_suffix { spelled? } else { digits };
    count.replace('_', "").parse::<u32>().is_ok_and(|number| number > 0).then_some(count)
}

fn factor_in(tokens: TokenStream) -> Option<String> {
    let number = content(&only(literals(tokens))?);
    let number = number.trim_end_matches(|letter: char| letter.is_alphabetic()).to_owned();
    number.parse::<f64>().is_ok_and(|factor| factor.is_finite() && factor >= 1.0).then_some(number)
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

/// The words of a list, with or without quotes, separated by anything. If they are chosen from `known`, all of them must be.
fn words_in(tokens: TokenStream, known: Option<&[&str]>) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for item in split(ungrouped(tokens)) {
        let literals = literals(item.clone());
        let written = match literals.is_empty() {
            true => words(item),
            false => literals.iter().map(content).collect(),
        };
        let separate = |text: &String| text.split([',', '|', ' ']).map(str::to_owned).collect::<Vec<_>>();
        for word in written.iter().flat_map(separate).filter(|word| !word.is_empty()) {
            let word = match known {
                Some(known) => match known.iter().find(|known| same_word(known, &word)) {
                    Some(known) => (*known).to_owned(),
                    // The type of a path, or a word of a condition.
                    None if word.starts_with("Event")
                        || ["any", "or", "and", "of", "vec"].contains(&&*word) =>
                    {
                        continue;
                    }
                    None => return None,
                },
                None => word.replace('-', "_"),
            };
            if !found.contains(&word) {
                found.push(word);
            }
        }
    }
    let are_names =
        found.iter().all(|word| word.chars().all(|letter| letter.is_alphanumeric() || letter == '_'));
    (!found.is_empty() && are_names).then(|| found.join(", "))
}

/// The tokens inside of brackets that contain all of them.
pub(super) fn ungrouped(tokens: TokenStream) -> TokenStream {
    let mut all = tokens.clone().into_iter();
    match (all.next(), all.next()) {
        (Some(TokenTree::Group(group)), None) => ungrouped(group.stream()),
        _ => tokens,
    }
}

fn only<T>(found: Vec<T>) -> Option<T> {
    let mut found = found.into_iter();
    found.next().filter(|_| found.next().is_none())
}

/// All literals, also those inside of brackets.
pub(super) fn literals(tokens: TokenStream) -> Vec<Lit> {
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
pub(super) fn content(literal: &Lit) -> String {
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
