//! When the only worker is blocked, nobody is left to end the process in order: then it is ended from outside.

use std::process;
use std::sync::{Arc, Weak, mpsc};
use std::thread;

use tokio::time::{Instant, sleep_until};

use super::stderr::say;
use crate::builder::Supervisor;
use crate::cell::MARGIN;
use crate::cell::later;
use crate::handle::TaskHandle;
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
        // Not kept while it waits: whoever drops it last runs the destructors of the states.
        let Some(drain) = shared.upgrade().map(|shared| shared.config.drain) else { return };
        // The driver takes up to four margins, for those that are about to end.
        let due = later(later(deadline.unwrap_or_else(Instant::now), drain), 6 * MARGIN);
        match first(stop.changed(), sleep_until(due)).await {
            First::Left(Ok(())) => {}
            First::Left(Err(_)) => return,
            First::Right(()) => match shared.upgrade() {
                Some(shared) => exit(&shared),
                None => return,
            },
        }
    }
}

fn exit(shared: &Shared) {
    let reason = blame(shared);
    let (told, tell) = mpsc::channel();
    // Apart, because a stderr that is full or locked by what blocks must not keep the process.
    thread::spawn(move || {
        say(format_args!("error: {reason}"));
        let _ = told.send(());
    });
    let _ = tell.recv_timeout(10 * MARGIN);
    process::exit(i32::from(GRACE_EXCEEDED));
}

/// Who blocks: tasks inside a poll, or else subscribers at an event. The others only wait for a thread.
fn blame(shared: &Shared) -> String {
    // Looked at twice: nothing but a poll that goes on blocks. This thread has nothing else to do.
    shared.force_all(Instant::now());
    thread::sleep(MARGIN);
    let now = Instant::now();
    let (stuck, _) = shared.force_all(now);
    if !stuck.is_empty() {
        let stuck: Vec<_> = stuck.iter().map(|cell| describe(cell, now)).collect();
        return RuntimeError::Stuck(stuck.into()).to_string();
    }
    let subscribers = shared.bus.handling();
    if subscribers.is_empty() {
        return "past the grace, the threads of the runtime are blocked, but not by a task".to_owned();
    }
    format!("past the grace, subscribers still handle an event: `{}`", subscribers.join("`, `"))
}
