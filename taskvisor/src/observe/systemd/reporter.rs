//! Sends the messages when they are due.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::drain::Drain;
use super::notifier::Notifier;
use super::status::status;
use super::watchdog::{Watchdog, is_healthy};
use crate::runtime::cell::saturating_deadline;
use crate::runtime::shared::{Shared, ShutdownState};
use crate::supervisor::SupervisorHandle;
use crate::sync::{Raced, StopTimer, race};

/// The shortest time between two texts, and between two extensions.
const TICK: Duration = Duration::from_secs(1);

/// How long after a change of the stage the text is made: at that moment, tasks have not begun or ended yet.
const SETTLING: Duration = Duration::from_millis(100);

/// The text is made again after this many times the time that it took: with very many tasks, less often than once a second.
const REST: u32 = 100;

/// Reports the state of a supervisor.
pub(crate) struct Reporter {
    notifier: Arc<Notifier>,
    // Weak, and only upgraded for a moment: a report must not keep the states of the application alive.
    supervisor: SupervisorHandle,
    watchdog: Option<Watchdog>,
    /// When the next text is due, at the latest.
    tick: Instant,
    /// The earliest time of the next text.
    earliest: Instant,
    /// The last text that was sent.
    sent: String,
    is_stopping: bool,
    drain: Drain,
}

impl Reporter {
    pub(crate) fn new(notifier: Arc<Notifier>, supervisor: SupervisorHandle) -> Self {
        let now = Instant::now();
        Self {
            notifier,
            supervisor,
            watchdog: Watchdog::from_environment(now),
            tick: saturating_deadline(now, TICK),
            earliest: now,
            sent: String::new(),
            is_stopping: false,
            drain: Drain::default(),
        }
    }

    #[cfg(all(test, not(taskvisor_loom), target_os = "linux"))]
    pub(super) fn with_watchdog(mut self, interval: Duration) -> Self {
        self.watchdog = Some(Watchdog::new(interval, Instant::now()));
        self
    }

    /// Reports as `report` does, and then that the process is alive, until the runtime ends: destructors of states may take their time.
    #[cfg(feature = "macros")]
    pub(crate) async fn report_to_end(mut self) {
        self.report().await;
        loop {
            let now = Instant::now();
            self.watch(now);
            match &self.watchdog {
                Some(watchdog) => StopTimer::new(watchdog.next()).await,
                None => return,
            }
        }
    }

    /// Reports until the shutdown is over.
    pub(crate) async fn report(&mut self) {
        let Ok(shared) = self.supervisor.shared() else { return self.notifier.stopping() };
        let mut shutdown = shared.shutdown.subscribe();
        drop(shared);
        let supervisor = self.supervisor.clone();
        // It owns the shared state, until a shutdown is requested at the latest.
        let mut started = pin!(async move { supervisor.ready().await });
        let mut is_starting = true;
        // Whether a task of the start-up set has failed. A task of its name that is added later may make the supervisor ready.
        let mut has_failed = false;
        loop {
            let state = shutdown.borrow_and_update().clone();
            self.act(&state, has_failed);
            if state.stuck_tasks.is_some() {
                return;
            }
            let due = self.watchdog.as_ref().map_or(self.tick, |watchdog| watchdog.next().min(self.tick));
            let start = async { if is_starting { started.as_mut().await } else { pending().await } };
            match race(start, race(shutdown.changed(), StopTimer::new(due))).await {
                Raced::Left(result) => {
                    is_starting = false;
                    has_failed = result.is_err();
                    if result.is_ok() && self.notifier.ready() {
                        self.hasten_text();
                    }
                }
                // The supervisor was dropped.
                Raced::Right(Raced::Left(Err(_))) => return self.notifier.stopping(),
                Raced::Right(_) => {}
            }
        }
    }

    /// Sends what is due.
    fn act(&mut self, state: &ShutdownState, has_failed: bool) {
        let now = Instant::now();
        // First, so that a start which fails because of a shutdown is never reported as ready.
        if state.grace_deadline.is_some() && !self.is_stopping {
            self.is_stopping = true;
            self.notifier.stopping();
            self.hasten_text();
        }
        self.watch(now);
        let Ok(shared) = self.supervisor.shared().map(|shared| Arc::clone(&shared)) else { return };
        if now < self.tick {
            return;
        }
        if has_failed && shared.startup_set.count().has_started() {
            self.notifier.ready();
        }
        self.notifier.send_again();
        if let Some(extension) = self.drain.extension(&shared, state, now) {
            self.notifier.send(&format!("EXTEND_TIMEOUT_USEC={}", extension.as_micros()));
        }
        self.send_status(&shared, now);
    }

    /// Sends `WATCHDOG=1`, if it is due and the supervisor is healthy. After its drop, no task can be unhealthy.
    fn watch(&mut self, now: Instant) {
        let Self { notifier, supervisor, watchdog, .. } = self;
        let Some(watchdog) = watchdog else { return };
        watchdog.send_due(now, || {
            let is_healthy = supervisor.shared().map_or(true, |shared| is_healthy(&shared));
            is_healthy && notifier.send("WATCHDOG=1")
        });
    }

    /// Makes the next text due, once the tasks have settled in the new stage.
    fn hasten_text(&mut self) {
        let settled = saturating_deadline(Instant::now(), SETTLING);
        self.tick = self.tick.min(settled.max(self.earliest));
    }

    /// Sends the text, if it has changed.
    fn send_status(&mut self, shared: &Shared, now: Instant) {
        let stage = self.notifier.stage();
        // A large supervisor takes long to list: then the next text waits in proportion.
        let began = Instant::now();
        let text = status(shared, stage);
        self.tick = saturating_deadline(now, TICK.max(began.elapsed() * REST));
        self.earliest = self.tick;
        if text != self.sent && self.notifier.send(&format!("STATUS={text}")) {
            self.sent = text;
        }
    }
}
