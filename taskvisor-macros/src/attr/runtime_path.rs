//! The option `crate`: the path of the runtime crate.

use syn::Path;

/// The path through which generated code reaches the runtime crate.
#[derive(Default)]
pub(crate) enum RuntimePath {
    /// `::taskvisor`.
    #[default]
    Default,
    Renamed(Path),
    /// Invalid; already reported.
    Invalid,
}
