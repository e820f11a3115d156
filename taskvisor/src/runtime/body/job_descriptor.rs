//! Declared jobs as plain data.

use super::{Location, Needs};
use crate::policy::Settings;
use crate::runtime::registry::slot::Admission;

/// A job as it was declared: plain data, built by the compiler.
#[derive(Debug)]
pub struct JobDescriptor {
    /// Its name, which is a label and need not be unique.
    pub name: &'static str,
    /// The source line of its declaration.
    pub location: Location,
    #[doc(hidden)]
    pub settings: Settings,
    /// How a submission is admitted if its slot is taken.
    pub admission: Admission,
    /// How many submissions may wait for one of its slots. `None` falls back to the configuration of the controller.
    pub queue: Option<usize>,
    /// Its arguments.
    pub parameters: &'static [JobParameter],
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
