//! The modules, paths, macro calls and `path` attributes of one source file.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, Macro, Meta, Path, Token, UseTree, Visibility};

use crate::workspace::Source;

/// Macros whose tokens become code of another crate.
const QUOTING: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

/// What one file contains.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) modules: Vec<Module>,
    pub(crate) paths: Vec<Written>,
}

/// A declared module, with its path from the root.
pub(crate) struct Module {
    pub(crate) path: Vec<String>,
    pub(crate) inline: bool,
    pub(crate) test_only: bool,
}

/// A path in the code.
pub(crate) struct Written {
    pub(crate) line: usize,
    /// Begins with `crate` if it leads into the crate. A glob is `*`, a macro call `name!`, an attribute `#[path]`.
    pub(crate) path: Vec<String>,
    /// The module that contains it.
    pub(crate) module: Vec<String>,
}

impl Written {
    pub(crate) fn is_in_crate(&self) -> bool {
        self.path[0] == "crate"
    }
}

/// Parses a source file and lists what it contains.
pub(crate) fn read(source: &Source) -> Content {
    let file = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.path));
    let mut reader = Reader { module: source.module(), content: Content::default() };
    reader.visit_file(&file);
    reader.content
}

/// The paths of a `use`, each with the span of its last name.
fn imports(tree: &UseTree, parent: &[String]) -> Vec<(Span, Vec<String>)> {
    let join = |name: &dyn ToString| [parent, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => imports(&path.tree, &join(&path.ident)),
        UseTree::Name(name) => vec![(name.ident.span(), join(&name.ident))],
        UseTree::Rename(rename) => vec![(rename.ident.span(), join(&rename.ident))],
        UseTree::Glob(glob) => vec![(glob.star_token.span, join(&"*"))],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| imports(tree, parent)).collect(),
    }
}

/// Whether an item exists only in tests: `cfg(test)` or `cfg(all(test, …))`.
fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg") && has(&attribute.meta, "test"))
}

/// Whether `name` is the attribute, or one of the things that it requires or sets.
fn has(attribute: &Meta, name: &str) -> bool {
    let Meta::List(list) = attribute else { return attribute.path().is_ident(name) };
    let is_transparent = ["cfg", "cfg_attr", "all"].iter().any(|outer| list.path.is_ident(outer));
    let arguments = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    is_transparent && arguments.is_ok_and(|arguments| arguments.iter().any(|argument| has(argument, name)))
}

/// Parses a `T`, or consumes nothing.
fn attempt<T>(input: ParseStream<'_>, parser: fn(ParseStream<'_>) -> syn::Result<T>) -> Option<T> {
    let ahead = input.fork();
    let parsed = parser(&ahead).ok()?;
    input.advance_to(&ahead);
    Some(parsed)
}

struct Reader {
    module: Vec<String>,
    content: Content,
}

impl Reader {
    fn add(&mut self, span: Span, mut path: Vec<String>) {
        if ["crate", "self", "super"].contains(&path[0].as_str()) {
            let mut resolved = self.module.clone();
            for segment in path {
                match segment.as_str() {
                    "crate" => resolved.clear(),
                    "self" => {}
                    "super" => drop(resolved.pop()),
                    _ => resolved.push(segment),
                }
            }
            path = [vec!["crate".to_owned()], resolved].concat();
        }
        let line = span.start().line;
        self.content.paths.push(Written { line, path, module: self.module.clone() });
    }

    /// Reads the tokens of a macro call, which may follow any grammar.
    fn read_tokens(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            if let Some(item) = attempt(input, ItemUse::parse) {
                self.visit_item_use(&item);
            } else if let Some(item) = attempt(input, ItemMod::parse) {
                self.visit_item_mod(&item);
            } else if let Some(call) = attempt(input, Macro::parse) {
                self.visit_macro(&call);
            } else if let Some(path) = attempt(input, Path::parse_mod_style) {
                self.visit_path(&path);
            } else if let TokenTree::Group(group) = input.parse()? {
                self.visit_token_stream(&group.stream());
            }
        }
        Ok(())
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        let (inline, test_only) = (item.content.is_some(), is_test_only(&item.attrs));
        self.content.modules.push(Module { path: self.module.clone(), inline, test_only });
        if item.attrs.iter().any(|attribute| has(&attribute.meta, "path")) {
            self.add(item.ident.span(), vec!["#[path]".to_owned()]);
        }
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (span, path) in imports(&item.tree, &[]) {
            self.add(span, path);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.segments.len() > 1 {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string());
            self.add(path.segments[0].ident.span(), segments.collect());
        }
        visit::visit_path(self, path);
    }

    // `pub(in …)` can only name a parent of the module.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        let name = &call.path.segments[call.path.segments.len() - 1].ident;
        self.add(name.span(), vec![format!("{name}!")]);
        if !QUOTING.iter().any(|quoting| name == quoting) {
            self.visit_token_stream(&call.tokens);
        }
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        let reader = |input: ParseStream<'_>| self.read_tokens(input);
        reader.parse2(tokens.clone()).expect("any token is accepted");
    }
}

#[cfg(test)]
fn paths(text: &str) -> Vec<String> {
    let paths = read(&Source::sample("src/a/b.rs", text)).paths.into_iter();
    paths.filter(Written::is_in_crate).map(|written| written.path[1..].join("::")).collect()
}

#[test]
fn use_trees_are_expanded() {
    let text = "use crate::{c, d::{self, e as f},\n g::*}; use super::h; use self::i; use j::k;";
    assert_eq!(paths(text), ["c", "d", "d::e", "g::*", "a::h", "a::b::i"]);
}

#[test]
fn paths_in_code_types_and_macros_are_found() {
    assert_eq!(paths("fn f(x: &crate::c::D<crate::e::F>) { crate::g::h::<u8>() }"), ["c::D", "e::F", "g::h"]);
    assert_eq!(paths("crate::c!(a != b, [$crate::d::e => (use crate::{f}; x)]);"), ["c", "d::e", "f"]);
    assert_eq!(paths("mod m { use super::c; } use super::super::d;"), ["a::b::c", "d"]);
}

#[test]
fn text_quoted_tokens_and_visibilities_hold_no_path() {
    let text = "//! [`A`](crate::a)\npub(in crate::a) const B: &str = \"crate::b\";";
    assert_eq!(paths(text), [""; 0]);
    assert_eq!(paths("quote!(crate::c); fn f() { vec![quote!(crate::c), Token![crate]] }"), [""; 0]);
}
