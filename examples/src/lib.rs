//! Compiles and runs the programs of the cookbook, in `docs/cookbook`, as documentation tests.

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/systemd_and_kubernetes.md")]
mod systemd_and_kubernetes {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/blocking_work.md")]
mod blocking_work {}
