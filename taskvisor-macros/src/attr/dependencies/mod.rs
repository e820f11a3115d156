//! The tasks that a declaration depends on: the options `after` and `needs`.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Path;
use syn::ext::IdentExt;

use crate::attr::arguments::Argument;
use crate::attr::names::{flat, split};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;

/// The lists of tasks. A list with a mistake has the paths that could be read.
#[derive(Default)]
pub(crate) struct Dependencies {
    pub(crate) after: Option<OptionValue<Vec<Path>>>,
    pub(crate) needs: Option<OptionValue<Vec<Path>>>,
}

impl Dependencies {
    /// Reads one list. The grammar of the attribute decides which are allowed.
    pub(crate) fn set(&mut self, argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<bool> {
        let list = match argument.key.to_string().as_str() {
            "after" => &mut self.after,
            "needs" => &mut self.needs,
            _ => return Ok(false),
        };
        // A list that cannot be read still is one, on which other options may depend.
        *list = Some(argument.option_value(Vec::new()));
        *list = Some(argument.option_value(read(argument, errors)?));
        Ok(true)
    }
}

/// The paths of a list, each once.
fn read(argument: &Argument<'_>, errors: &mut Errors) -> syn::Result<Vec<Path>> {
    let list: TokenStream = argument.brackets(Rule::DependenciesWithoutBrackets)?.parse()?;
    if list.is_empty() {
        let problem = format!("`{}` names no task; name at least one, or leave it out", argument.key);
        return Err(argument.error(Rule::EmptyDependencies, problem));
    }
    let corrected = argument.corrected(list.clone());
    let mut paths: Vec<Path> = Vec::new();
    for item in split(flat(list)) {
        match read_path(item) {
            Ok(path) if paths.iter().any(|other| same_path(other, &path)) => {
                let problem = format!("`{}` is named twice; keep one of the two", shown(&path));
                errors.on(&path, Rule::DuplicateDependency, problem);
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
fn read_path(item: TokenStream) -> Result<Path, (TokenStream, Rule, &'static str)> {
    if syn::parse2::<syn::LitStr>(item.clone()).is_ok() {
        return Err((
            item,
            Rule::DependencyInQuotes,
            "a task is named without quotes, by the path of its function",
        ));
    }
    let is_name = |path: &Path| {
        let keywords = ["crate", "self", "super", "Self"];
        path.segments.last().is_some_and(|last| !keywords.iter().any(|word| last.ident == word))
    };
    match syn::parse::Parser::parse2(Path::parse_mod_style, item.clone()) {
        Ok(path) if is_name(&path) => Ok(path),
        _ => Err((item, Rule::DependencyNotAPath, "a task is named by the path of its function")),
    }
}

/// Whether both paths are written with the same words.
fn same_path(left: &Path, right: &Path) -> bool {
    let words = |path: &Path| path.segments.iter().map(|segment| segment.ident.unraw()).collect::<Vec<_>>();
    left.leading_colon.is_some() == right.leading_colon.is_some() && words(left) == words(right)
}

fn shown(path: &Path) -> String {
    crate::text::text_of(path.to_token_stream())
}
