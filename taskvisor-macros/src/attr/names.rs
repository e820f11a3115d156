//! The names of the function under the attribute. An option that contains one of them is a mistake.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// The name of the function and of its parameters. A function that is being typed has them too, so they are read from tokens.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) function: String,
    pub(crate) parameters: Vec<String>,
}

impl Names {
    pub(crate) fn read(item: TokenStream) -> Self {
        let mut tokens = flat(item).into_iter().skip_while(|token| !is_word(token, "fn"));
        let function = match tokens.nth(1) {
            Some(TokenTree::Ident(name)) => name.unraw().to_string(),
            _ => return Self::default(),
        };
        let list = tokens.find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
            _ => None,
        });
        let parameters = list.into_iter().flat_map(split).flat_map(bound_names).collect();
        Self { function, parameters }
    }

    /// The first word of the expression that is a parameter, or `self`. An expression that declares names of its own, which may
    /// equal those of parameters, has none.
    pub(crate) fn parameter_in(&self, expression: TokenStream) -> Option<Ident> {
        let expression = flat(expression);
        if declares_names(expression.clone()) { None } else { self.first_parameter(expression) }
    }

    fn first_parameter(&self, expression: TokenStream) -> Option<Ident> {
        let tokens: Vec<_> = flat(expression).into_iter().collect();
        tokens.iter().enumerate().find_map(|(index, token)| match token {
            TokenTree::Ident(word) => {
                let before = index.checked_sub(1).map(|before| &tokens[before]);
                // A field, the end of a path, or a label.
                let is_part =
                    before.is_some_and(|before| ['.', ':', '\''].iter().any(|sign| is_punct(before, *sign)));
                let is_more = tokens.get(index + 1).is_some_and(|next| is_punct(next, ':') || is_call(next));
                let is_value = !is_part && !is_more && self.has_parameter(word);
                is_value.then(|| word.clone())
            }
            // The words of a macro are its own, as in `stringify!(db)`. No constant is made by `format!`.
            TokenTree::Group(group) if macro_before(&tokens[..index]).is_none_or(|name| name == "format") => {
                self.first_parameter(group.stream())
            }
            _ => None,
        })
    }

    pub(crate) fn has_parameter(&self, word: &Ident) -> bool {
        let name = word.unraw().to_string();
        // The methods of the generated struct would have its fields.
        name == "self" && !self.parameters.is_empty() || self.parameters.contains(&name)
    }
}

/// The items between the commas of a list. Commas inside of `<..>` separate none.
pub(crate) fn split(list: TokenStream) -> Vec<TokenStream> {
    let mut items = vec![Vec::new()];
    let (mut depth, mut before) = (0_usize, ' ');
    for token in list {
        let punct = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match punct {
            '<' => depth += 1,
            '>' if before != '-' && before != '=' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = punct;
        match items.last_mut() {
            Some(item) if punct != ',' || depth > 0 => item.push(token),
            _ => items.push(Vec::new()),
        }
    }
    let items = items.into_iter().filter(|item| !item.is_empty());
    items.map(|item| item.into_iter().collect()).collect()
}

/// The macro that is called with the group behind the tokens.
fn macro_before(tokens: &[TokenTree]) -> Option<&Ident> {
    match tokens {
        [.., TokenTree::Ident(name), sign] if is_punct(sign, '!') => Some(name),
        _ => None,
    }
}

/// Whether there is a `let`, an item, a closure or an arm of a `match`.
fn declares_names(expression: TokenStream) -> bool {
    let mut before = None;
    expression.into_iter().any(|token| {
        let is_arrow = is_punct(&token, '>') && before.as_ref().is_some_and(|before| is_punct(before, '='));
        let declares = match &token {
            TokenTree::Ident(word) => ["let", "fn", "const", "static", "use"].iter().any(|name| word == name),
            TokenTree::Group(group) => declares_names(group.stream()),
            token => is_arrow || is_punct(token, '|'),
        };
        before = Some(token);
        declares
    })
}

/// The names that a parameter binds: the words before its `:` in lower case. `State(db)` binds `db`.
fn bound_names(parameter: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut tokens = parameter.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // The words of a path name no parameter.
            TokenTree::Punct(sign) if sign.as_char() == ':' && sign.spacing() == Spacing::Joint => {
                tokens.next();
                names.clear();
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' => break,
            TokenTree::Ident(word) => names.push(word.unraw().to_string()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                names.extend(split(group.stream()).into_iter().flat_map(bound_by_field));
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => {
                names.extend(split(group.stream()).into_iter().flat_map(bound_names));
            }
            _ => {}
        }
    }
    let is_name = |name: &String| {
        let keyword = ["mut", "ref", "self"].contains(&name.as_str());
        !keyword && name.starts_with(|first: char| first.is_lowercase() || first == '_') && name != "_"
    };
    names.into_iter().filter(is_name).collect()
}

/// The names that the pattern of a field binds: `id` binds `id`, and `id: tenant` binds `tenant`.
fn bound_by_field(field: TokenStream) -> Vec<String> {
    let pattern: TokenStream =
        field.clone().into_iter().skip_while(|token| !is_punct(token, ':')).skip(1).collect();
    bound_names(if pattern.is_empty() { field } else { pattern })
}

/// The tokens without the invisible groups of `macro_rules` fragments.
pub(crate) fn flat(tokens: TokenStream) -> TokenStream {
    let flat_token = |token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => flat(group.stream()),
        other => other.into(),
    };
    tokens.into_iter().flat_map(flat_token).collect()
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

pub(crate) fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

fn is_call(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn read(item: &str) -> Names {
        Names::read(TokenStream::from_str(item).expect("the test's source is Rust"))
    }

    #[test]
    fn the_names_of_a_function_and_its_parameters() {
        for (item, function, parameters) in [
            ("async fn ping() {}", "ping", &[][..]),
            ("pub(crate) async fn r#loop(mut a: u8, r#type: u8) {}", "loop", &["a", "type"][..]),
            ("#[x(fn)] async fn f(a: Map<u8, b::C>, State(d): State<E>) {}", "f", &["a", "d"][..]),
            ("async fn f<T>(#[inject] a: fn(u8) -> Map<u8, u8>, (b, _): (u8, u8)) {}", "f", &["a", "b"][..]),
            (
                "async fn f(a::State(b): a::State<u8>, c::D { e, f: (g, _), .. }: c::D) {}",
                "f",
                &["b", "e", "g"][..],
            ),
            ("async fn f(&self, a", "f", &[][..]),
            ("struct F(a);", "", &[][..]),
        ] {
            let Ok(tokens) = TokenStream::from_str(item) else { continue };
            let names = Names::read(tokens);
            assert_eq!(
                (names.function.as_str(), names.parameters.as_slice()),
                (function, &*owned(parameters))
            );
        }
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_parameter_is_found_as_a_value_only() {
        let names = read("async fn f(wait: u8) {}");
        for (expression, found) in [
            ("wait", true),
            ("Duration::from_secs(wait)", true),
            ("self.wait", true),
            ("wait.into()", true),
            ("limits.wait", false),
            ("limits::wait", false),
            ("wait::LIMIT", false),
            ("wait(5)", false),
            ("WAIT", false),
            ("wait != 3", true),
            ("format!(\"{}\", wait)", true),
            ("concat!(\"a-\", stringify!(wait))", false),
            ("names::label!(wait)", false),
            ("{ let wait = 5; Duration::from_secs(wait) }", false),
            ("const { let wait = 5; secs(wait) }", false),
            ("{ const fn of(wait: u64) -> u64 { wait } of(5) }", false),
            ("{ use limits::wait; twice(wait) }", false),
            ("match LIMIT { Some(wait) => wait, None => 1 }", false),
            ("LIMIT.map(|wait| wait)", false),
            ("Limits { wait: 5 }.wait", false),
            ("'wait: loop { break 'wait 5 }", false),
        ] {
            let tokens = TokenStream::from_str(expression).expect("the test's source is Rust");
            assert_eq!(names.parameter_in(tokens).is_some(), found, "{expression}");
        }
    }
}
