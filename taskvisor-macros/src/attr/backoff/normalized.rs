//! A backoff in another notation, as it is written here.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::Lit;

use crate::attr::corrected::{content, without_brackets};
use crate::attr::duration;
use crate::attr::names::{flat, is_punct, split};
use crate::error::advice::OptionsOf;
use crate::error::nearest::{nearest, same_word};
use crate::text::text_of;

use super::{GRAMMAR, JITTER_WORDS, KIND_WORDS};

/// What the items of a list say.
#[derive(Default)]
struct Found {
    kind: Option<&'static str>,
    parts: Vec<(String, String)>,
}

/// The backoff of a list with its kind in another place, with values without their parts, or with colons. `kind` stands before
/// the list. Without any kind, the waits grow.
pub(crate) fn normalized(kind: Option<&str>, list: TokenStream) -> Option<String> {
    let mut found = Found::default();
    if let Some(kind) = kind {
        found.kind = kind_of(kind);
    }
    found.read(list)?;
    let kind = found.kind.unwrap_or("exp");
    if found.parts.is_empty() {
        return Some(format!("backoff = \"{kind}\""));
    }
    let parts: Vec<String> = found.parts.iter().map(|(part, value)| format!("{part} = {value}")).collect();
    Some(format!("backoff({kind}, {})", parts.join(", ")))
}

/// Whether each item is in its place: the kind, then parts with their values.
pub(super) fn is_normal(list: TokenStream) -> bool {
    let items: Vec<Vec<TokenTree>> = split(list).into_iter().map(|item| item.into_iter().collect()).collect();
    let is_part = |item: &Vec<TokenTree>| {
        matches!(item.first(), Some(TokenTree::Ident(_)))
            && item.get(1).is_some_and(|token| is_punct(token, '='))
    };
    match items.split_first() {
        Some((kind, parts)) => matches!(kind.as_slice(), [TokenTree::Ident(_)]) && parts.iter().all(is_part),
        None => true,
    }
}

/// The first token of the first item that is not in its place.
pub(super) fn misplaced(list: TokenStream) -> TokenStream {
    let mut items = split(list).into_iter();
    let first = items.next().unwrap_or_default();
    let is_kind = matches!(first.clone().into_iter().collect::<Vec<_>>().as_slice(), [TokenTree::Ident(word)]
        if KIND_WORDS.iter().any(|kind| word == kind));
    let item = match is_kind {
        true => items.find(|item| {
            !is_normal(std::iter::once("exp,".parse().unwrap_or_default()).chain([item.clone()]).collect())
        }),
        false => None,
    };
    item.unwrap_or(first).into_iter().take(1).collect()
}

fn is_group(item: &TokenStream) -> bool {
    let mut tokens = item.clone().into_iter();
    matches!((tokens.next(), tokens.next()), (Some(TokenTree::Group(_)), None))
}

/// Whether the word is in capitals.
fn is_constant(word: &Ident) -> bool {
    !word.to_string().contains(char::is_lowercase)
}

fn kind_of(word: &str) -> Option<&'static str> {
    let word = if same_word(word, "fixed") { "constant" } else { word };
    nearest(word, KIND_WORDS.iter().copied())
}

impl Found {
    fn read(&mut self, list: TokenStream) -> Option<()> {
        let list = without_brackets(flat(list));
        split(list).into_iter().try_for_each(|item| match is_group(&item) {
            true => self.read(item),
            false => self.read_item(item),
        })
    }

    fn read_item(&mut self, item: TokenStream) -> Option<()> {
        let tokens: Vec<TokenTree> = item.into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Ident(word)] if is_constant(word) => None,
            [TokenTree::Ident(word)] => self.read_word(&word.to_string()),
            [TokenTree::Literal(literal)] => self.read_literal(&Lit::new(literal.clone())),
            [TokenTree::Ident(word), TokenTree::Group(group)] if group.delimiter() != Delimiter::None => {
                let word = word.to_string();
                match known_part(&word) {
                    Some(_) => self.read_part(&word, group.stream()),
                    None if word == "backoff" => self.read(group.stream()),
                    None => {
                        self.read_kind(&word)?;
                        self.read(group.stream())
                    }
                }
            }
            // A path, such as `BackoffKind::Exponential`. Behind a module, the word is a constant.
            [.., TokenTree::Ident(owner), first, second, TokenTree::Ident(word)]
                if is_punct(first, ':') && is_punct(second, ':') =>
            {
                let is_type = owner.to_string().starts_with(char::is_uppercase);
                if is_type && !is_constant(word) { self.read_kind(&word.to_string()) } else { None }
            }
            [TokenTree::Ident(word), separator, value @ ..]
                if (is_punct(separator, '=') || is_punct(separator, ':')) && !value.is_empty() =>
            {
                self.read_part(&word.to_string(), value.iter().cloned().collect())
            }
            _ => None,
        }
    }

    fn read_kind(&mut self, word: &str) -> Option<()> {
        let kind = kind_of(word).filter(|_| self.kind.is_none())?;
        self.kind = Some(kind);
        Some(())
    }

    fn read_word(&mut self, word: &str) -> Option<()> {
        let jitter = JITTER_WORDS.iter().find(|jitter| same_word(jitter, word));
        match jitter {
            // `none` is a kind too, and ambiguous.
            Some(jitter) if *jitter != "none" => self.push("jitter", &format!("\"{jitter}\"")),
            _ => self.read_kind(word),
        }
    }

    fn read_literal(&mut self, literal: &Lit) -> Option<()> {
        let text = content(literal);
        match literal {
            Lit::Str(_) if duration::parse(&text).is_ok() => self.push_delay(&text),
            Lit::Str(_) => self.read_word(&text),
            Lit::Int(number) if !number.suffix().is_empty() && duration::parse(&text).is_ok() => {
                self.push_delay(&text)
            }
            Lit::Int(_) | Lit::Float(_) => {
                let factor = text.parse::<f64>().ok().filter(|factor| *factor >= 1.0)?;
                self.push("factor", &format!("{factor:?}"))
            }
            _ => None,
        }
    }

    fn push_delay(&mut self, delay: &str) -> Option<()> {
        let part = if self.parts.iter().any(|(part, _)| part == "first") { "max" } else { "first" };
        self.push(part, &format!("\"{delay}\""))
    }

    fn read_part(&mut self, word: &str, value: TokenStream) -> Option<()> {
        let value = without_brackets(value);
        if ["kind", "type", "strategy", "policy"].contains(&word) {
            let text = text_of(value);
            let text = text.rsplit("::").next().unwrap_or(&text).trim_matches('"');
            return self.read_kind(text);
        }
        let part = part_of(word)?;
        let text = text_of(value);
        let jitter = JITTER_WORDS.iter().find(|jitter| part == "jitter" && same_word(jitter, &text));
        self.push(part, &jitter.map_or(text, |jitter| format!("\"{jitter}\"")))
    }

    fn push(&mut self, part: &str, value: &str) -> Option<()> {
        if self.parts.iter().any(|(other, _)| other == part) {
            return None;
        }
        self.parts.push((part.to_owned(), value.to_owned()));
        Some(())
    }
}

/// A part, also under the name of another library, if the table says so.
fn part_of(word: &str) -> Option<&'static str> {
    known_part(word).or_else(|| {
        let (_, advice) = OptionsOf::Backoff.advice().find(|(other, _)| same_word(other, word))?;
        known_part(advice.text.strip_prefix("write `")?.split(" = ").next()?)
    })
}

fn known_part(word: &str) -> Option<&'static str> {
    GRAMMAR.options.iter().map(|(name, ..)| *name).find(|name| *name == word)
}
