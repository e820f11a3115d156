//! Compiles and runs the programs of the cookbook, in `docs/cookbook`, as documentation tests.

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/systemd_and_kubernetes.md")]
mod systemd_and_kubernetes {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/blocking_work.md")]
mod blocking_work {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/worker_pool.md")]
mod worker_pool {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/library_crate.md")]
mod library_crate {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/from_spawn_loops.md")]
mod from_spawn_loops {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/nested_supervisors.md")]
mod nested_supervisors {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/change_declarations.md")]
mod change_declarations {}
