//! The function under an attribute. Its body stays unparsed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Visibility, token};

use crate::error::rule::Rule;
use crate::error::{Errors, parse_to_the_end};

/// A function whose body stays tokens. So a function that is being typed still expands, and the compiler itself reports
/// mistakes in its body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

impl Function {
    /// Reads the item under `attribute`, which is written as in `#[task]`.
    pub(crate) fn read(item: TokenStream, attribute: &str, errors: &mut Errors) -> Option<Self> {
        let is_function = is_function(item.clone());
        let read = parse_to_the_end(item, Self::parse);
        read.map_err(|error| {
            // The compiler parses the item before the attribute does, and has reported most mistakes itself.
            let problem = if is_function {
                format!(
                    "`{attribute}` cannot read the function from here on; write `async fn name() {{ .. }}`"
                )
            } else {
                format!("`{attribute}` goes on an `async fn`; this is not one")
            };
            errors.push(Rule::NotAFunction.error_at(error.span(), problem));
        })
        .ok()
    }
}

impl Function {
    /// Attributes that apply to the struct of the same name too, `#[doc(hidden)]` and `#[deprecated]`.
    pub(crate) fn shared_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| {
            let hidden = attribute.path().is_ident("doc") && mentions(attribute.to_token_stream(), "hidden");
            hidden || is_any(attribute, &["deprecated"])
        })
    }

    /// Takes the `#[derive(..)]`s, which are for the struct of a job.
    pub(crate) fn take_derives(&mut self) -> Vec<Attribute> {
        let (derives, others) =
            self.attributes.drain(..).partition(|attribute| attribute.path().is_ident("derive"));
        self.attributes = others;
        derives
    }

    /// Whether the signature names a lifetime that it does not declare. The compiler reports it, and would report it again for each
    /// generated item that repeats the type.
    pub(crate) fn has_unknown_lifetime(&self) -> bool {
        let Signature { generics, inputs, output, .. } = &self.signature;
        let types = || {
            let mut types = inputs.to_token_stream();
            output.to_tokens(&mut types);
            types
        };
        // Types such as `dyn for<'a> Fn(&'a str)` declare it themselves.
        generics.params.is_empty() && names_lifetime(types()) && !mentions(types(), "for")
    }

    /// Whether the body contains the word as an identifier, or inside a literal.
    pub(crate) fn body_mentions(&self, word: &str) -> bool {
        mentions(self.body.clone(), word)
    }
}

/// Whether the attribute is one of these.
pub(crate) fn is_any(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

/// Whether the tokens contain the word as an identifier, or inside a literal.
pub(crate) fn mentions(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(group.stream(), word),
        TokenTree::Literal(literal) => literal.to_string().contains(word),
        TokenTree::Punct(_) => false,
    })
}

/// Whether the tokens contain a lifetime other than `'static` and `'_`.
fn names_lifetime(tokens: TokenStream) -> bool {
    let mut after_quote = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => std::mem::take(&mut after_quote) && word != "static" && word != "_",
        TokenTree::Group(group) => names_lifetime(group.stream()),
        TokenTree::Punct(punct) => {
            after_quote = punct.as_char() == '\'';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body } = self;
        tokens.extend(quote!(#(#attributes)* #visibility #signature #body));
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: body(input)?,
        })
    }
}

/// Reads the braces and all in them. A function without a body is declared in a trait or in an `extern` block.
fn body(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if !input.peek(token::Brace) {
        return Err(input.error("it has no body"));
    }
    Ok(input.parse::<TokenTree>()?.into())
}

/// Whether the item begins as a function does. In `type F = fn();`, punctuation precedes the word `fn`.
fn is_function(item: TokenStream) -> bool {
    let begins = |token: &TokenTree| !matches!(token, TokenTree::Punct(punct) if punct.as_char() != '#');
    item.into_iter().take_while(begins).any(|token| match token {
        TokenTree::Ident(ident) => ident == "fn",
        TokenTree::Group(group) => group.delimiter() == Delimiter::None && is_function(group.stream()),
        _ => false,
    })
}
