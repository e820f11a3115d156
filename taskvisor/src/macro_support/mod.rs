//! Items that generated code names, and the documentation of the attributes.

#[cfg(feature = "controller")]
mod argument;
mod attributes;
mod declaration;
mod fatal_if;
#[cfg(feature = "controller")]
mod job_return;
mod main_attribute;
mod probe;
mod shared_state;
#[cfg(feature = "controller")]
mod slot_key;
pub mod when_it_does_not_compile;

#[cfg(feature = "controller")]
pub use argument::{ClonedArgument, JobArgument, NoExtractor};
#[cfg(feature = "controller")]
pub use attributes::job;
pub use attributes::{subscriber, task};
pub use declaration::write_declaration;
#[cfg(feature = "controller")]
pub use declaration::{Fields, Known, has_fields};
pub use fatal_if::FallibleReturn;
#[cfg(feature = "controller")]
pub use job_return::{EraseJob, JobOutput, JobReturn, JobValue, Sendable};
pub use main_attribute::main;
pub use probe::{NotAResult, NotBoxed, Probe};
#[cfg(feature = "controller")]
pub use probe::{NotAnExtractor, NotSendable, NotShareable};
pub use shared_state::SharedState;
#[cfg(feature = "controller")]
pub use slot_key::slot_key;
