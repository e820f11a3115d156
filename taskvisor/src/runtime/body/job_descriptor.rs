//! Declared jobs as plain data.

use super::{DeclaredDependencies, Location, Needs};
use crate::policy::{RareSettings, Settings};
use crate::runtime::registry::slot::Admission;

/// A job as it was declared: plain data, built by the compiler.
///
#[cfg_attr(feature = "macros", doc = "```no_run")]
#[cfg_attr(not(feature = "macros"), doc = "```ignore")]
/// use taskvisor::prelude::*;
///
/// /// Prints the jobs of the application, such as `sync(tenant: u64)`.
/// #[task]
/// async fn list(supervisor: SupervisorHandle) {
///     for job in supervisor.jobs() {
///         let parameters: Vec<_> = job.parameters.iter().map(|p| format!("{}: {}", p.name, p.type_name)).collect();
///         println!("{}({})", job.name, parameters.join(", "));
///     }
/// }
/// ```
#[derive(Debug)]
pub struct JobDescriptor {
    /// Its name, which is a label and need not be unique.
    pub name: &'static str,
    /// The source line of its declaration.
    pub location: Location,
    #[doc(hidden)]
    pub settings: Settings,
    #[doc(hidden)]
    pub rare: RareSettings,
    /// The option `slot` as written: a format string over the arguments, such as `tenant-{tenant}`, or the value of a constant. `None`
    /// if the job has no slot of its own.
    pub slot: Option<&'static str>,
    /// How a submission is admitted if its slot is taken.
    pub admission: Admission,
    /// How many submissions may wait for one of its slots. `None` falls back to the configuration of the controller.
    pub queue: Option<usize>,
    /// How many submissions may run in one of its slots at once. `None` stands for one.
    pub capacity: Option<usize>,
    /// Its arguments.
    pub parameters: &'static [JobParameter],
    #[doc(hidden)]
    pub dependencies: DeclaredDependencies,
    #[doc(hidden)]
    pub needs: fn(&mut Needs<'_>),
}

/// An argument of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobParameter {
    /// Its name.
    pub name: &'static str,
    /// Its type, as written in the source.
    pub type_name: &'static str,
}
