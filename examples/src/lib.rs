//! Compiles and runs the programs of the cookbook, in `docs/cookbook`, of `docs/lifecycle.md`, `docs/operations.md` and
//! `docs/schedules.md`, as documentation tests.

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/http_server.md")]
mod http_server {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/job_behind_a_handler.md")]
mod job_behind_a_handler {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/request_span.md")]
mod request_span {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/tracing.md")]
mod tracing {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/metrics.md")]
mod metrics {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook/unit_tests.md")]
mod unit_tests {}

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

#[cfg(doctest)]
#[doc = include_str!("../../docs/lifecycle.md")]
mod lifecycle {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/schedules.md")]
mod schedules {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/operations.md")]
mod operations {}
