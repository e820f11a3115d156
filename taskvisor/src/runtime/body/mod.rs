//! The definition of a task: its body, its spec, and the context, extractors and states of its attempts.

mod cancellation;
mod context;
mod controls;
mod dependencies;
mod erased;
mod extract;
mod instance;
mod into_spec;
#[cfg(feature = "controller")]
mod job_descriptor;
#[cfg(feature = "controller")]
#[cfg_attr(not(feature = "macros"), allow(dead_code, reason = "only an application changes jobs"))]
mod job_overrides;
#[cfg(feature = "controller")]
#[cfg_attr(not(feature = "macros"), allow(dead_code, reason = "only an application changes jobs"))]
mod job_spec;
mod ready;
mod spec;
mod spec_dependencies;
mod spec_limits;
mod spec_rare;
mod spec_schedule;
mod state;
mod task_descriptor;
mod task_ref;

pub use context::{AppContext, TaskContext};
pub use controls::NoValue;
#[cfg(feature = "controller")]
pub use erased::erase_job;
pub use erased::{ErasedBody, erase, erase_without_context};
pub use extract::{FromApp, FromContext, Needs};
pub use instance::Instance;
pub use into_spec::IntoTaskSpec;
#[cfg(feature = "controller")]
pub use job_descriptor::{JobDescriptor, JobParameter};
#[cfg(feature = "controller")]
pub use job_spec::JobSpec;
pub use ready::Ready;
pub use spec::{Location, TaskSpec};
pub use state::State;
pub use task_descriptor::{DeclaredDependencies, DeclaredTask, SelectedTask, TaskDescriptor};
pub use task_ref::{Handler, Task, TaskFn, TaskRef};

pub(crate) use dependencies::{Dependencies, Dependency};
#[cfg(feature = "tracing")]
pub(crate) use erased::{AttemptCell, MakeContext};
#[cfg(feature = "controller")]
pub(crate) use job_overrides::{JobOverride, JobOverrideTable, JobOverrides};
#[cfg(feature = "macros")]
pub(crate) use state::Dropping;
pub(crate) use state::States;
