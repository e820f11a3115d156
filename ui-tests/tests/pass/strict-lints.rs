//! A crate that denies every lint it can: the generated code raises none of them.

#![deny(dead_code)]
#![forbid(unsafe_code, non_camel_case_types, unreachable_code, unused_imports, unused_must_use)]
#![deny(warnings, missing_docs, unreachable_pub, unnameable_types, unused_qualifications)]
#![deny(rust_2018_idioms, single_use_lifetimes, trivial_casts, unused_lifetimes, unused_results)]
#![deny(trivial_numeric_casts, let_underscore_drop, unit_bindings, variant_size_differences)]
#![deny(missing_debug_implementations, missing_copy_implementations, redundant_lifetimes, redundant_imports)]
#![deny(explicit_outlives_requirements, meta_variable_misuse, macro_use_extern_crate, unused_macro_rules)]
#![deny(future_incompatible, keyword_idents_2018, keyword_idents_2024, tail_expr_drop_order)]
#![deny(closure_returning_async_block, impl_trait_redundant_captures, ffi_unwind_calls, unused_import_braces)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
// Some restriction lints, which a crate enables one by one.
#![deny(clippy::allow_attributes, clippy::allow_attributes_without_reason, clippy::as_conversions)]
#![deny(clippy::arithmetic_side_effects, clippy::exhaustive_structs, clippy::impl_trait_in_params)]
#![deny(
    clippy::missing_docs_in_private_items,
    clippy::missing_inline_in_public_items,
    clippy::min_ident_chars
)]
#![deny(clippy::missing_trait_methods, clippy::multiple_inherent_impl, clippy::pub_use, clippy::ref_patterns)]
#![deny(clippy::shadow_reuse, clippy::shadow_same, clippy::shadow_unrelated, clippy::std_instead_of_core)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::wildcard_imports
)]

use core::fmt;
use core::time::Duration;
use std::process::ExitCode;

use taskvisor::{
    Admission, App, Event, JitterPolicy, Missed, Overlap, RestartPolicy, State, SupervisorHandle, TaskContext,
};
use tokio::task::yield_now;

/// A constant.
const IDLE: Duration = Duration::from_secs(60);

/// With every option, some of them in words.
#[taskvisor::task(
    name = "everything",
    restart = "always",
    backoff(exp, first = "10ms", max = "1s", factor = 1.5, jitter = "full"),
    timeout = "5s",
    max_retries = 3,
    every = "1m",
    start_delay = "1ms",
    overlap = "queue",
    missed = "skip",
    stable_after = "3s",
    stop_timeout = "3s"
)]
async fn literals(
    ctx: TaskContext,
    State(limit): State<u32>,
    name: &State<String>,
) -> Result<(), fmt::Error> {
    yield_now().await;
    drop((ctx.attempt(), limit, &**name));
    Ok(())
}

/// With every option, all of them as expressions.
#[taskvisor::task(
    restart = RestartPolicy::Always,
    backoff(exp, first = IDLE, max = IDLE, factor = 1.0 + 0.5, jitter = JitterPolicy::None),
    timeout = IDLE,
    max_retries = 1 + 2,
    every = IDLE,
    start_delay = Duration::from_millis(1),
    overlap = Overlap::Queue,
    missed = Missed::Skip,
    stable_after = Duration::from_secs(30),
    stop_timeout = IDLE
)]
async fn expressions() {
    yield_now().await;
}

/// At dates.
#[taskvisor::task(cron = "0 3 * * *", tz = "UTC")]
async fn at_night() {
    yield_now().await;
}

/// Never returns.
#[taskvisor::task]
async fn never(_: &TaskContext) -> ! {
    core::future::pending().await
}

/// Only the runtime calls this function.
#[taskvisor::task]
#[deprecated = "an attribute of the user's"]
async fn old() {
    yield_now().await;
}

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
async fn copy(
    mut tenant: u64,
    name: String,
    list: Vec<u8>,
    State(limit): State<u32>,
    #[inject] ctx: &TaskContext,
) -> Result<u64, fmt::Error> {
    yield_now().await;
    tenant = tenant.saturating_add(u64::from(*limit)).saturating_add(ctx.attempt());
    drop((name, list));
    Ok(tenant)
}

/// With constants, a slot that uses what the body does not, and a borrowed value.
#[taskvisor::job(slot = "{tenant}", admission = Admission::Queue, queue = 1 + 1, restart = RestartPolicy::Never)]
async fn scheduled(tenant: u8) -> &'static str {
    yield_now().await;
    "done"
}

/// Without options, and never submitted.
#[taskvisor::job]
async fn nightly() {
    yield_now().await;
}

/// Never submitted, either.
#[taskvisor::job]
#[deprecated = "an attribute of the user's"]
async fn old_job(_tenant: u8) -> u8 {
    yield_now().await;
    1
}

/// Without options.
#[taskvisor::subscriber]
async fn everything(_: &Event) {
    yield_now().await;
}

/// With every option.
#[taskvisor::subscriber(on(Failed, TimedOut), queue = 8 + 8, name = "some")]
async fn some(event: &Event, handle: SupervisorHandle, name: &State<String>) {
    yield_now().await;
    drop((event, handle, &**name));
}

/// A private module.
#[expect(clippy::redundant_pub_crate, reason = "`unreachable_pub` wants the opposite")]
mod inner {
    /// Hidden.
    #[taskvisor::task]
    pub(super) async fn hidden() {
        super::yield_now().await;
    }

    /// Hidden, and with an argument.
    #[taskvisor::job(slot = "{tenant}")]
    pub(super) async fn hidden_job(tenant: u8) -> u8 {
        super::yield_now().await;
        tenant
    }
}

/// Fails, so that no task runs.
#[taskvisor::main(flavor = "multi_thread", worker_threads = 1, grace = "1s", max_concurrent = 2)]
async fn start(_: &mut App) -> Result<(), fmt::Error> {
    yield_now().await;
    Err(fmt::Error)
}

fn main() {
    assert_eq!(start(), ExitCode::FAILURE);
    assert_eq!((literals::NAME, some::NAME, everything::NAME), ("everything", "some", "everything"));
    assert_eq!(inner::hidden::spec().name(), "hidden");
    assert_eq!(inner::hidden_job { tenant: 1 }.tenant, 1);
    assert_eq!(scheduled { tenant: 1 }.tenant, 1);
}
