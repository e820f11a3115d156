//! A thousand functions. The argument is the number of functions to spawn by hand. The work "start-up" runs this
//! program.

#[path = "../polled.rs"]
mod polled;

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use taskvisor::CancellationToken;

static TASKS: AtomicU64 = AtomicU64::new(0);

/// Boxed, or each function would have a runtime's task type of its own: a program five times as large, and no faster.
fn spawn_boxed(
    stop: &CancellationToken,
    task: fn(CancellationToken) -> Pin<Box<dyn Future<Output = ()> + Send>>,
) {
    tokio::spawn(task(stop.child_token()));
}

macro_rules! spawned {
    () => {
        pub fn spawn(stop: &taskvisor::CancellationToken) {
            crate::spawn_boxed(stop, |token| {
                Box::pin(async move {
                    crate::polled::polled(crate::TASKS.load(std::sync::atomic::Ordering::Relaxed));
                    drop(token);
                })
            });
        }
    };
}

macro_rules! ten {
    ($what:ident) => {
        ten!($what in a b c d e f g h i j);
    };
    ($what:ident in $($module:ident)*) => {
        $(pub mod $module {
            $what!();
        })*
        pub fn spawn(stop: &taskvisor::CancellationToken) {
            $($module::spawn(stop);)*
        }
    };
}

macro_rules! ten_spawned {
    () => {
        ten!(spawned);
    };
}

macro_rules! hundred_spawned {
    () => {
        ten!(ten_spawned);
    };
}

ten!(hundred_spawned);

#[tokio::main(worker_threads = 2)]
async fn main() {
    let stop = CancellationToken::new();
    let tasks = std::env::args().nth(1).and_then(|number| number.parse().ok()).expect("how many tasks");
    TASKS.store(tasks, Relaxed);
    match tasks {
        1 => a::a::a::spawn(&stop),
        100 => a::spawn(&stop),
        _ => spawn(&stop),
    }
    stop.cancelled().await;
}
