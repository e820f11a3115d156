//! A crate that denies all it can: nothing that the attributes write raises a lint.

#![forbid(unsafe_code, dead_code, non_camel_case_types)]
#![deny(warnings, missing_docs, unreachable_pub, unnameable_types, unused_qualifications)]
#![deny(rust_2018_idioms, single_use_lifetimes, trivial_casts, unused_lifetimes, unused_results)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
// What they would say about the functions below, attributes or not.
#![allow(clippy::unused_async, clippy::missing_errors_doc, clippy::redundant_pub_crate)]

use std::fmt;
use std::time::Duration;

use taskvisor::{App, Event, RestartPolicy, State, SupervisorHandle, TaskContext};

/// A constant.
pub const IDLE: Duration = Duration::from_secs(60);

/// With every option, some of them in words.
#[taskvisor::task(
    name = "everything",
    restart = "always",
    backoff(exp, first = "10ms", max = "1s", factor = 1.5, jitter = "full"),
    timeout = "5s",
    max_retries = 3,
    every = "1m",
    stable_after = "3s"
)]
pub async fn literals(
    ctx: TaskContext,
    State(limit): State<u32>,
    name: &State<String>,
) -> Result<(), fmt::Error> {
    tokio::task::yield_now().await;
    let _ = (ctx.attempt(), limit, &**name);
    Ok(())
}

/// With every option, all of them as expressions.
#[taskvisor::task(
    restart = RestartPolicy::Always,
    backoff = taskvisor::BackoffPolicy::NONE,
    timeout = IDLE,
    max_retries = 1 + 2,
    every = IDLE,
    stable_after = IDLE
)]
pub(crate) async fn expressions() {}

#[taskvisor::task]
#[deprecated = "an attribute of the user's"]
async fn old() {}

/// Arguments of all sizes.
#[taskvisor::job(
    slot = "tenant-{tenant:04}-{name}-{list:?}",
    admission = "queue",
    queue = 8,
    name = "copy",
    timeout = "30s",
    max_retries = 3,
    backoff = "exp"
)]
pub async fn copy(
    mut tenant: u64,
    name: String,
    list: Vec<u8>,
    State(limit): State<u32>,
    #[inject] ctx: &TaskContext,
) -> Result<u64, fmt::Error> {
    tokio::task::yield_now().await;
    tenant += u64::from(*limit) + ctx.attempt();
    drop((name, list));
    Ok(tenant)
}

/// With nothing at all.
#[taskvisor::job(slot = "nightly")]
pub async fn nightly() {}

#[taskvisor::job]
#[deprecated = "an attribute of the user's"]
async fn old_job(_tenant: u8) -> u8 {
    1
}

/// With nothing at all.
#[taskvisor::subscriber]
pub async fn everything(_: &Event) {}

#[taskvisor::subscriber(on(Failed, TimedOut), queue = 16, name = "some")]
async fn some(event: &Event, handle: SupervisorHandle, name: &State<String>) {
    let _ = (event, handle, &**name);
}

mod inner {
    #[taskvisor::task]
    pub(super) async fn hidden() {}

    #[taskvisor::job(slot = "{tenant}")]
    pub(super) async fn hidden_job(tenant: u8) -> u8 {
        tenant
    }
}

/// Leaves before anything runs: the set-up gives none of the states.
#[taskvisor::main(flavor = "multi_thread", worker_threads = 1, grace = "1s", max_concurrent = 2)]
async fn main(_: &mut App) {
    assert_eq!(literals::NAME, "everything");
    assert_eq!(some::NAME, "some");
    assert_eq!(inner::hidden::spec().name(), "hidden");
    assert_eq!(inner::hidden_job::NAME, "hidden_job");
    assert_eq!(inner::hidden_job { tenant: 1 }.tenant, 1);
    std::process::exit(0);
}
