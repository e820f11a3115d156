//! Queries on token trees: their locations and their text.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// The text of each token, brackets included. Spacing and invisible groups are ignored.
pub(super) fn flat(stream: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    flatten(stream, &mut words);
    words
}

fn flatten(stream: TokenStream, words: &mut Vec<String>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => {
                        flatten(group.stream(), words);
                        continue;
                    }
                };
                words.push(open.to_owned());
                flatten(group.stream(), words);
                words.push(close.to_owned());
            }
            other => words.push(other.to_string()),
        }
    }
}

/// The tokens as the parser prints them, which drops empty lists: `<>`, and `where`.
pub(super) fn printed(stream: TokenStream) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in flat(stream) {
        match (words.last().map(String::as_str), word.as_str()) {
            (Some("<"), ">") => {
                words.pop();
                continue;
            }
            (Some("where"), "{") => {
                words.pop();
            }
            _ => {}
        }
        words.push(word);
    }
    words
}

/// The tokens with their spacing, groups and spans.
pub(super) fn exact(stream: TokenStream) -> Vec<String> {
    stream.into_iter().map(|tree| format!("{tree:?}")).collect()
}

/// The last group in braces, where the body of a function is.
pub(super) fn body(item: &TokenStream) -> Option<Group> {
    match visible(item.clone()).pop() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

/// The item with another body.
pub(super) fn with_body(item: &TokenStream, body: Group) -> TokenStream {
    let mut trees = visible(item.clone());
    trees.pop();
    trees.push(body.into());
    trees.into_iter().collect()
}

/// Removes invisible groups, and the attributes for which `unwanted` returns `true`, at any depth.
pub(super) fn without_attributes(stream: TokenStream, unwanted: &dyn Fn(&[String]) -> bool) -> TokenStream {
    let mut trees: Vec<TokenTree> = Vec::new();
    for tree in visible(stream) {
        let TokenTree::Group(group) = tree else {
            trees.push(tree);
            continue;
        };
        let follows_hash = matches!(trees.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if follows_hash && group.delimiter() == Delimiter::Bracket && unwanted(&flat(group.stream())) {
            trees.pop();
        } else {
            trees.push(Group::new(group.delimiter(), without_attributes(group.stream(), unwanted)).into());
        }
    }
    trees.into_iter().collect()
}

/// The trees outside of all groups but invisible ones.
fn visible(stream: TokenStream) -> Vec<TokenTree> {
    let one = |tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => visible(group.stream()),
        other => vec![other],
    };
    stream.into_iter().flat_map(one).collect()
}

/// Whether the tokens contain the word.
pub(super) fn mentions(stream: TokenStream, word: &str) -> bool {
    stream.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(group.stream(), word),
        _ => false,
    })
}

/// The message of a `compile_error!`, and its first and last span.
pub(super) struct Reported {
    pub(super) message: String,
    pub(super) first: Span,
    pub(super) last: Span,
}

/// Every `compile_error!` in the tokens.
pub(super) fn reported(stream: TokenStream) -> Vec<Reported> {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut found = Vec::new();
    for (place, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(name) if name == "compile_error" => {
                if let Some(TokenTree::Group(group)) = trees.get(place + 2) {
                    let message = syn::parse2::<syn::LitStr>(group.stream());
                    let message = message.map(|message| message.value()).unwrap_or_default();
                    found.push(Reported { message, first: name.span(), last: group.span() });
                }
            }
            TokenTree::Group(group) => found.extend(reported(group.stream())),
            _ => {}
        }
    }
    found
}
