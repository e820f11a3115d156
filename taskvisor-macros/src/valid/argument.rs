//! The rules of a job's arguments.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Pat, PatType, Type};

use crate::ast::owned::{borrower, find_unsized, owned, owner, with_owners};
use crate::ast::spelling::{declaration, is_named, text, ungrouped};
use crate::error::Errors;
use crate::error::rule::Rule;

/// Checks an argument of a job, which is stored until the job runs.
pub(crate) fn check_argument(typed: &PatType, borrowed: Option<TokenStream>, errors: &mut Errors) -> bool {
    let of_type = ungrouped(&typed.ty);
    let stored = "a job's argument is stored until the job runs";
    if let Some(no_size) = find_unsized(of_type) {
        let owners = with_owners(of_type, &owner);
        let instead = match of_type {
            Type::TraitObject(_) => format!("{}` to inject it", declaration(typed, quote!(State<#owners>))),
            _ => format!("{}`", declaration(typed, owners)),
        };
        let message = format!("{stored}, so it needs a known size; write `{instead}");
        errors.on(no_size, Rule::UnsizedParameter, message);
        return false;
    }
    let Some(borrowed) = borrowed else { return true };
    let message = match of_type {
        Type::Reference(reference) if may_be_shared(&reference.elem) => {
            let (shared, elem) = (owner(&reference.elem), &reference.elem);
            let argument = match ungrouped(elem) {
                Type::TraitObject(_) => String::new(),
                _ => format!(
                    ", `{}` for an argument that is `Clone`, or `#[inject] {}` of an extractor",
                    declaration(typed, owned(elem)),
                    declaration(typed, quote!(&#elem))
                ),
            };
            format!("{stored}; write `{}` to inject it{argument}", declaration(typed, quote!(State<#shared>)))
        }
        other => match borrower(other) {
            Some(borrower) => {
                format!("{stored}; write a type that owns its values in place of `{}`", text(borrower))
            }
            None => format!("{stored}; make it owned: `{}`", declaration(typed, owned(other))),
        },
    };
    errors.on(borrowed, Rule::BorrowedArgument, message);
    false
}

/// Whether a value of the type may be shared by all jobs. A type of the standard library is rather an argument.
fn may_be_shared(of_type: &Type) -> bool {
    const VALUES: [&str; 32] = [
        "str", "String", "Path", "PathBuf", "OsStr", "OsString", "CStr", "CString", "bool", "char", "u8",
        "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
        "Vec", "Option", "HashMap", "HashSet", "VecDeque", "BTreeSet", "BTreeMap", "Duration",
    ];
    match ungrouped(of_type) {
        Type::Path(_) => !is_named(of_type, &VALUES),
        Type::TraitObject(_) => true,
        _ => false,
    }
}

/// The parameters of a tuple that is taken apart, one for each element.
pub(crate) fn taken_apart(typed: &PatType) -> Option<String> {
    let (Pat::Tuple(pattern), Type::Tuple(of_type)) = (&*typed.pat, ungrouped(&typed.ty)) else {
        return None;
    };
    if pattern.elems.len() != of_type.elems.len() {
        return None;
    }
    let parts = pattern.elems.iter().zip(&of_type.elems).map(|(name, of_type)| {
        let of_type = owned(of_type);
        format!("{}: {}", text(name), text(of_type))
    });
    Some(parts.collect::<Vec<_>>().join(", "))
}
