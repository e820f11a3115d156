//! The attributes from tokens to tokens, without a compiler.

mod advice;
mod arbitrary;
mod jobs;
mod mistakes;
mod notations;
mod snapshots;
mod values;

use std::str::FromStr;

use proc_macro2::TokenStream;

fn tokens(source: &str) -> TokenStream {
    TokenStream::from_str(source).unwrap_or_else(|_| panic!("the test's source is not Rust: {source}"))
}

/// What `expand` makes of `#[attribute(arguments)] item`, as readable code.
fn expanded(expand: fn(TokenStream, TokenStream) -> TokenStream, arguments: &str, item: &str) -> String {
    let expansion = expand(tokens(arguments), tokens(item));
    prettyplease::unparse(&syn::parse2(expansion).expect("the expansion is Rust"))
}

/// The messages of all errors in an expansion, in the order in which they stand there.
fn messages(expansion: TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expansion).expect("the expansion is Rust");
    let macros = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) => Some(item.mac),
        _ => None,
    });
    macros
        .filter(|mac| mac.path.segments.last().is_some_and(|last| last.ident == "compile_error"))
        .map(|mac| mac.parse_body::<syn::LitStr>().expect("an error has a message").value())
        .collect()
}

/// The same for an entry point, whose errors stand inside of its `main`.
fn messages_inside(expansion: TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expansion).expect("the expansion is Rust");
    let Some(syn::Item::Fn(main)) = file.items.into_iter().next() else { panic!("there is no main") };
    let macros = main.block.stmts.into_iter().filter_map(|statement| match statement {
        syn::Stmt::Macro(statement) => Some(statement.mac),
        syn::Stmt::Item(syn::Item::Macro(item)) => Some(item.mac),
        _ => None,
    });
    let errors =
        macros.filter(|mac| mac.path.segments.last().is_some_and(|last| last.ident == "compile_error"));
    errors.map(|mac| mac.parse_body::<syn::LitStr>().expect("an error has a message").value()).collect()
}

/// There is this one message.
#[track_caller]
fn one(messages: Vec<String>, beginning: &str) {
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(messages[0].starts_with(beginning), "{}", messages[0]);
}
