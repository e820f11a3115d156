//! Items that generated code names, and the documentation of the attributes.

#[cfg(feature = "controller")]
mod argument;
mod attributes;
mod probe;
#[cfg(feature = "controller")]
mod slot_key;
pub mod when_it_does_not_compile;

#[cfg(feature = "controller")]
pub use argument::{CloneArgument, JobArgument, NoExtractor, SendArgument};
#[cfg(feature = "controller")]
pub use attributes::job;
pub use attributes::{main, subscriber, task};
#[cfg(feature = "controller")]
pub use probe::{IntoJobResult, JobOutput, NotAResult, NotAnExtractor};
pub use probe::{NotBoxed, Probe};
#[cfg(feature = "controller")]
pub use slot_key::slot_key;
