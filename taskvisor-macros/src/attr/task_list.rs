//! A list of tasks, named by the paths of their functions.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, Path};

use crate::attr::arguments::Argument;
use crate::attr::names::{flat, split};
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::span::{attribute_span, span_at};

/// The rules of a list.
pub(crate) struct TaskListRules {
    pub(crate) without_brackets: Rule,
    pub(crate) empty: Rule,
    pub(crate) duplicate: Rule,
    pub(crate) in_quotes: Rule,
    pub(crate) not_a_path: Rule,
}

/// The paths of a list, each once.
pub(crate) fn read(
    argument: &Argument<'_>,
    rules: &TaskListRules,
    errors: &mut Errors,
) -> syn::Result<Vec<Path>> {
    let list: TokenStream = argument.brackets(rules.without_brackets)?.parse()?;
    if list.is_empty() {
        let problem = format!("`{}` names no task; name at least one, or leave it out", argument.key);
        return Err(argument.error(rules.empty, problem));
    }
    let corrected = argument.corrected(list.clone());
    let mut paths: Vec<Path> = Vec::new();
    for item in split(flat(list)) {
        match read_path(item, rules) {
            Ok(path) if paths.iter().any(|other| same_path(other, &path)) => {
                let problem = format!("`{}` is named twice; keep one of the two", shown(&path));
                errors.on(&path, rules.duplicate, problem);
            }
            Ok(path) => paths.push(path),
            Err((wrong, rule, problem)) => match &corrected {
                // It shows the whole list as it should be written, so it is the only error of the list.
                Some(option) => return Err(rule.error(wrong, format!("{problem}; write `{option}`"))),
                None => errors.on(wrong, rule, format!("{problem}, as in `{}`", argument.example)),
            },
        }
    }
    Ok(paths)
}

/// The error has the wrong tokens, the rule that they break, and the problem.
fn read_path(item: TokenStream, rules: &TaskListRules) -> Result<Path, (TokenStream, Rule, &'static str)> {
    if syn::parse2::<syn::LitStr>(item.clone()).is_ok() {
        return Err((item, rules.in_quotes, "a task is named without quotes, by the path of its function"));
    }
    let is_name = |path: &Path| {
        let keywords = ["crate", "self", "super", "Self"];
        path.segments.last().is_some_and(|last| !keywords.iter().any(|word| last.ident == word))
    };
    match syn::parse::Parser::parse2(Path::parse_mod_style, item.clone()) {
        Ok(path) if is_name(&path) => Ok(path),
        _ => Err((item, rules.not_a_path, "a task is named by the path of its function")),
    }
}

/// Whether both paths are written with the same words.
pub(crate) fn same_path(left: &Path, right: &Path) -> bool {
    let words = |path: &Path| path.segments.iter().map(|segment| segment.ident.unraw()).collect::<Vec<_>>();
    left.leading_colon.is_some() == right.leading_colon.is_some() && words(left) == words(right)
}

pub(crate) fn shown(path: &Path) -> String {
    crate::text::text_of(path.to_token_stream())
}

/// The functions that return the descriptors of the tasks. `of` is the trait that each task must implement.
// A path is used as a type, not imported by `use`: an import of a generated type is ambiguous if a crate has the same name, or if a
// function declares a task of the name of another outside of it.
pub(crate) fn descriptors(paths: &[Path], of: &str) -> Vec<TokenStream> {
    let of = Ident::new(of, attribute_span());
    let descriptor =
        |path: &Path| quote_spanned!(span_at(path.span())=> <#path as __taskvisor::#of>::descriptor);
    paths.iter().map(descriptor).collect()
}
