//! When the only worker is blocked, nobody is left to end the process in order: then it is ended from outside.

use std::process;
use std::sync::{Arc, Weak};

use tokio::time::{Instant, sleep_until};

use super::stderr::say;
use crate::builder::Supervisor;
use crate::cell::later;
use crate::handle::{MARGIN, TaskHandle};
use crate::refusal::RuntimeError;
use crate::report::Report;
use crate::run::{finish, start};
use crate::shared::Shared;
use crate::shutdown::{First, describe, first};
use crate::signals::Signals;
use crate::spec::TaskSpec;

/// What `timeout(1)` exits with, too.
pub(super) const GRACE_EXCEEDED: u8 = 124;

impl Supervisor {
    /// Runs like `run`, and if it `stays`, until a stop is asked; but if the shutdown itself does not come to an end,
    /// ends the process.
    pub(super) async fn run_application(
        &self,
        specs: Vec<TaskSpec>,
        stays: bool,
    ) -> (Result<Report, RuntimeError>, Vec<TaskHandle>) {
        let shared = Arc::clone(self.owned());
        match start(&shared, specs, || Signals::listen(&shared, watch).map(Some)) {
            Ok((_listening, tasks)) if stays => {
                let stopped = shared.stopped().await;
                (stopped.map(|()| shared.tally.report()), tasks)
            }
            Ok((_listening, tasks)) => (finish(&shared).await, tasks),
            Err(error) => (Err(error), Vec::new()),
        }
    }
}

/// Waits on a thread of its own until grace and drain are over.
async fn watch(shared: Weak<Shared>) {
    let Some(mut stop) = shared.upgrade().map(|shared| shared.stop.subscribe()) else { return };
    loop {
        let Ok(deadline) = stop.wait_for(|stop| stop.deadline.is_some()).await.map(|stop| stop.deadline)
        else {
            return;
        };
        let Some(shared) = shared.upgrade() else { return };
        // The driver takes up to three margins, for those that are about to end.
        let due = later(later(deadline.unwrap_or_else(Instant::now), shared.config.drain), 5 * MARGIN);
        match first(stop.changed(), sleep_until(due)).await {
            First::Left(Ok(())) => {}
            First::Left(Err(_)) => return,
            First::Right(()) => exit(&shared),
        }
    }
}

fn exit(shared: &Shared) {
    let now = Instant::now();
    let (stuck, others) = shared.force_all(now);
    // Those beside them only wait for a thread.
    let named = if stuck.is_empty() { others } else { stuck };
    let named: Vec<_> = named.iter().map(|cell| describe(cell, now)).collect();
    say(format_args!("error: {}", RuntimeError::Stuck(named.into())));
    process::exit(i32::from(GRACE_EXCEEDED));
}
