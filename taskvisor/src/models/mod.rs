//! Models of what threads share, explored by loom: every interleaving, up to a number of preemptions.
//!
//! They run the shipped files, whose locks and atomics `sync` replaces by loom's:
//! `RUSTFLAGS="--cfg taskvisor_loom" cargo test -p taskvisor --no-default-features --features controller --lib --release`.

mod cell;
mod queue;
mod registry;
mod slots;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use loom::future::block_on;
use tokio::time::Instant;

use crate::cell::{Key, TaskCell, Waiting};
use crate::config::Config;
use crate::id::TaskId;
use crate::outcome::Outcome;
use crate::settings::Settings;

/// Explores a model.
fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

fn cell(name: &'static str, now: Instant) -> Arc<TaskCell> {
    keyed(name, Key::Name, now)
}

fn submission(slot: &'static str, now: Instant) -> Arc<TaskCell> {
    keyed("submission", Key::Slot(slot.into()), now)
}

fn keyed(name: &'static str, key: Key, now: Instant) -> Arc<TaskCell> {
    let policy = Settings::INHERIT.resolve(&Config::default());
    Arc::new(TaskCell::new(TaskId::next(), name.into(), key, policy.expect("defaults are valid"), now))
}

/// Waits for the outcome as a handle does, but without a timer.
fn outcome(cell: &TaskCell) -> Outcome {
    let mut place = None;
    block_on(poll_fn(|context| match cell.poll_outcome(&mut place, context) {
        Waiting::Over(outcome) => Poll::Ready(outcome),
        Waiting::Until(_) => Poll::Pending,
    }))
}

const GRACE: Duration = Duration::from_secs(1);
