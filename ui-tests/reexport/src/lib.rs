//! Imports the runtime as `sup`, declares with it, and re-exports it under other names.

#![forbid(unsafe_code, dead_code)]
#![deny(
    missing_docs,
    unreachable_pub,
    unnameable_types,
    missing_debug_implementations,
    missing_copy_implementations
)]

use std::future::ready;
use std::sync::atomic::{AtomicU32, Ordering};

use sup::{Event, TaskContext};

pub use sup as runtime;

/// Once more: deeper, and behind a keyword.
pub mod deep {
    /// Everything in the runtime.
    pub mod r#type {
        pub use sup::*;
    }
}

static RUNS: AtomicU32 = AtomicU32::new(0);

/// How often [`tick`] has run.
pub fn runs() -> u32 {
    RUNS.load(Ordering::SeqCst)
}

/// Runs in every application that names this library.
#[sup::task(crate = ::sup, name = "library.tick", restart = "never")]
pub async fn tick(context: &TaskContext) {
    let by_its_name = context.name() == tick::NAME;
    RUNS.fetch_add(ready(by_its_name).await.into(), Ordering::SeqCst);
}

/// A job that runs when a dependent submits it.
#[sup::job(crate = ::sup, slot = "{tenant}")]
pub async fn double(tenant: u8, number: u32, _context: TaskContext) -> u32 {
    2 * ready(number).await
}

/// Sees the events of every application that names this library.
#[sup::subscriber(crate = ::sup, on(Ended))]
pub async fn watch(event: &Event) {
    drop(ready(event.clone()).await);
}

/// Declares a task in the crate that calls it, which may not depend on the runtime.
#[macro_export]
macro_rules! supervised {
    ($name:ident($context:ident) $body:block) => {
        #[$crate::runtime::task(crate = $crate::runtime, timeout = "5s")]
        async fn $name($context: &$crate::runtime::TaskContext) $body
    };
}

/// The same for a job, whose name, slot and arguments are all written here.
#[macro_export]
macro_rules! greeting_job {
    () => {
        #[$crate::deep::r#type::job(crate = $crate::deep::r#type, slot = "{name}-{times:02}")]
        async fn greet(name: &'static str, times: usize) -> String {
            ::std::future::ready(name.repeat(times)).await
        }
    };
}
