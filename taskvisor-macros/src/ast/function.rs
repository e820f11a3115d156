//! The function under an attribute. Its body stays unparsed.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Visibility, token};

use crate::ast::role::Role;
use crate::ast::unreadable;
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
    /// Reads the item under an attribute. If it is no readable function, returns what to emit in its place.
    pub(crate) fn read(item: &TokenStream, role: Role, errors: &mut Errors) -> Result<Self, TokenStream> {
        parse_to_the_end(item.clone(), Self::parse).map_err(|error| {
            if !unreadable::is_reported(item) {
                let problem = problem(item, role);
                errors.push(Rule::NotAFunction.error_at(error.span(), problem));
            }
            unreadable::emitted(item.clone(), role)
        })
    }
}

fn problem(item: &TokenStream, role: Role) -> String {
    let attribute = role.attribute();
    if unreadable::has_no_body(item) {
        let what = role.what();
        format!(
            "{what} has a body; write `{{ .. }}` in place of `;`, and if this is a method, a free function"
        )
    } else if is_function(item.clone()) {
        format!("`{attribute}` cannot read the function from here on; write `async fn name() {{ .. }}`")
    } else {
        format!("`{attribute}` goes on an `async fn`; this is not one")
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

    /// The first `Self` in the signature, which an `impl` block or a trait around the function gives it.
    pub(crate) fn names_self(&self) -> Option<Ident> {
        let signature = &self.signature;
        [signature.inputs.to_token_stream(), signature.output.to_token_stream()]
            .into_iter()
            .find_map(find_self)
    }

    /// Whether the function belongs to an `impl` block or a trait, which cannot contain the generated items.
    pub(crate) fn is_associated(&self) -> bool {
        self.signature.receiver().is_some() || self.names_self().is_some()
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

fn find_self(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => Some(ident),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
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
