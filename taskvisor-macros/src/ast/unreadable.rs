//! A function that cannot be read, most often because it is being typed.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::ast::role::Role;
use crate::span::attribute_span;

/// Whether the compiler has reported the mistake: it parses the item before the attribute does.
///
/// Only mistakes that no version of the compiler accepts count, so that each unreadable function has an error.
pub(crate) fn is_reported(item: &TokenStream) -> bool {
    let Some(parts) = Parts::read(item) else { return false };
    let Some(Parameters { group, behind }) = parts.parameters else { return true };
    let wrong_order = parts.before.iter().position(|word| word == "unsafe" || word == "extern");
    let wrong_order =
        wrong_order.is_some_and(|place| parts.before[place..].iter().any(|word| word == "async"));
    // `:`, `=>` and `=` in place of `->`; the parser of the compiler knows all of them.
    let wrong_arrow =
        matches!(&behind, Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), ':' | '='));
    wrong_order || wrong_arrow || split(group.stream()).iter().any(|parameter| is_incomplete(parameter))
}

/// The item as it is emitted beside the error, so that the compiler reports nothing of its own.
pub(crate) fn emitted(item: TokenStream, role: Role) -> TokenStream {
    let Some(parts) = Parts::read(&item) else { return item };
    // The compiler rejects `= expression;` as a body, and cannot parse it again.
    if parts.is_assigned() {
        return TokenStream::new();
    }
    let is_async = parts.before.iter().any(|word| word == "async");
    let item = if is_async { with_body(item) } else { item };
    // `main` cannot be `async`, and only the attribute makes it a function that is not.
    if is_async && role == Role::Setup && parts.name == "main" {
        return quote_spanned! {attribute_span()=>
            fn main() {
                #[allow(dead_code)]
                #item
            }
        };
    }
    item
}

/// The function with a body in place of `;`. Without `async` it may stand in an `extern` block, where it cannot have one.
fn with_body(item: TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = item.clone().into_iter().collect();
    match trees.pop() {
        Some(TokenTree::Punct(semicolon)) if semicolon.as_char() == ';' => {
            let trees: TokenStream = trees.into_iter().collect();
            quote!(#trees { ::core::unreachable!() })
        }
        _ => item,
    }
}

/// Whether the item is a function that ends with `;`.
pub(crate) fn has_no_body(item: &TokenStream) -> bool {
    let last = item.clone().into_iter().last();
    Parts::read(item).is_some() && matches!(last, Some(TokenTree::Punct(punct)) if punct.as_char() == ';')
}

/// The parts of a function as far as they are there.
struct Parts {
    /// The words before `fn`.
    before: Vec<String>,
    name: String,
    parameters: Option<Parameters>,
}

struct Parameters {
    group: Group,
    /// The token after them.
    behind: Option<TokenTree>,
}

impl Parts {
    fn read(item: &TokenStream) -> Option<Self> {
        let mut before = Vec::new();
        let mut tokens = visible(item.clone()).into_iter();
        loop {
            match tokens.next()? {
                TokenTree::Ident(word) if word == "fn" => break,
                TokenTree::Ident(word) => before.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() != '#' => return None,
                _ => {}
            }
        }
        let name = match tokens.next()? {
            TokenTree::Ident(name) => name.to_string(),
            _ => return None,
        };
        let mut tokens = tokens.skip_while(|token| {
            !is_group(token, Delimiter::Parenthesis) && !is_group(token, Delimiter::Brace)
        });
        let parameters = match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                Some(Parameters { group, behind: tokens.next() })
            }
            _ => None,
        };
        Some(Self { before, name, parameters })
    }
}

impl Parts {
    /// Whether `=` follows the parameters, but not `=>`.
    fn is_assigned(&self) -> bool {
        match self.parameters.as_ref().and_then(|parameters| parameters.behind.as_ref()) {
            Some(TokenTree::Punct(punct)) => punct.as_char() == '=' && punct.spacing() == Spacing::Alone,
            _ => false,
        }
    }
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// The tokens without invisible groups.
fn visible(tokens: TokenStream) -> Vec<TokenTree> {
    let one = |token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => visible(group.stream()),
        other => vec![other],
    };
    tokens.into_iter().flat_map(one).collect()
}

/// The parameters, at the commas that no angle brackets surround.
fn split(parameters: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut all = vec![Vec::new()];
    let mut depth = Depth::default();
    for token in visible(parameters) {
        if depth.is_outside(&token) && is_punct(&token, ',') {
            all.push(Vec::new());
        } else if let Some(last) = all.last_mut() {
            last.push(token);
        }
    }
    all.retain(|parameter| !parameter.is_empty());
    all
}

/// Whether the parameter has no type, a value, or another parameter after it without a comma.
fn is_incomplete(parameter: &[TokenTree]) -> bool {
    if parameter.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "self")) {
        return false;
    }
    let mut depth = Depth::default();
    let mut colons = Vec::new();
    let mut has_value = false;
    let mut in_path = false;
    for (place, token) in parameter.iter().enumerate() {
        if !depth.is_outside(token) {
            continue;
        }
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                if in_path {
                    in_path = false;
                } else if punct.spacing() == Spacing::Joint && is_next(parameter, place, ':') {
                    in_path = true;
                } else {
                    colons.push(place);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '=' => has_value |= !colons.is_empty(),
            _ => {}
        }
    }
    if depth.open > 0 {
        return true;
    }
    let is_variadic = parameter.iter().all(|token| is_punct(token, '.')) && parameter.len() == 3;
    match colons.as_slice() {
        [] => !is_variadic,
        [colon] => has_value || *colon + 1 == parameter.len(),
        _ => true,
    }
}

fn is_next(tokens: &[TokenTree], place: usize, punct: char) -> bool {
    tokens.get(place + 1).is_some_and(|next| is_punct(next, punct))
}

fn is_punct(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == punct)
}

/// How many angle brackets are open.
#[derive(Default)]
struct Depth {
    open: usize,
    after_dash: bool,
}

impl Depth {
    /// Reads a token. Returns `true` if it is outside of all angle brackets.
    fn is_outside(&mut self, token: &TokenTree) -> bool {
        let TokenTree::Punct(punct) = token else {
            self.after_dash = false;
            return self.open == 0;
        };
        let is_arrow = self.after_dash && punct.as_char() == '>';
        self.after_dash = punct.as_char() == '-';
        match punct.as_char() {
            '<' => self.open += 1,
            '>' if !is_arrow => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        self.open == 0
    }
}
