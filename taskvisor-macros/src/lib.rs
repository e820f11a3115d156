//! The attributes of `taskvisor`, which re-exports and documents them.
//!
//! An attribute parses its arguments (`attr`) and the function under it (`ast`), checks both, and generates code (`expand`): the
//! function stays as written, and data that describes it is emitted beside it. Each mistake is reported where it is written,
//! together with all others (`error`). The folder of an attribute has the same stages: `options`, `check`, `expand`. The rules
//! of options are in a `check.rs` beside the options; `valid` holds only the rules of signatures that the attributes share.

#![forbid(unsafe_code)]

// A module imports only from modules declared above it.
mod error;
mod span;
mod text;
mod attr;
mod ast;
mod valid;
mod expand;

// The attributes.
mod entry;
mod subscriber;
mod task;
mod job;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Declares an `async fn` as a task, which starts with the application.
#[proc_macro_attribute]
pub fn task(arguments: TokenStream, item: TokenStream) -> TokenStream {
    task::task(arguments.into(), item.into()).into()
}

/// Declares an `async fn` as a job, which is submitted with arguments and returns a value.
#[proc_macro_attribute]
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    job::job(arguments.into(), item.into()).into()
}

/// Declares an `async fn` as a subscriber, which is called with the events of all tasks.
#[proc_macro_attribute]
pub fn subscriber(arguments: TokenStream, item: TokenStream) -> TokenStream {
    subscriber::subscriber(arguments.into(), item.into()).into()
}

/// Makes an `async fn main` the setup of an application, which then runs all that is declared.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::main(arguments.into(), item.into()).into()
}

/// Not public API. Emits the tokens of its arguments after its item.
///
/// An attribute is removed together with an item that cannot stand where it is. So in an `impl` block, all that is generated for a
/// declaration is one error.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn beside(items: TokenStream, item: TokenStream) -> TokenStream {
    [item, items].into_iter().collect()
}
