//! Ends the process in bounded time, even if a body or a destructor blocks.
//!
//! The threads that the end needs are created at the start: one listens to signals, one writes to stderr, one is the watchdog.
//! The watchdog owns no value with a user's destructor, so it never runs one.
//!
//! | phase | a signal | the watchdog ends the process |
//! |---|---|---|
//! | the runtime is built | as during the setup | if its threads do not start within [`BUILD_TIMEOUT`], 10 s |
//! | the setup runs | drops the setup; a second one skips the grace | after a signal, when the grace is over |
//! | the application runs | requests the stop; a second one skips the delay and the grace | when the driver is overdue, see the table in `supervisor/shutdown.rs` |
//! | states are dropped | has no effect | [`TAKEOVER_MARGIN`], 0.2 s, after the end of the drain |
//! | the process exits | has no effect | after [`EXIT_TIMEOUT`], 5 s, by an abort |

use std::process::{self, ExitCode};
use std::sync::{Arc, OnceLock};
use std::task::{Wake, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::GRACE_EXCEEDED;
use super::running::{Running, WatchdogAction, describe_blocking_destructor};
use super::stderr::{self, write_line};
use crate::policy::Config;
use crate::runtime::body::Dropping;
use crate::runtime::cell::saturating_deadline;
use crate::runtime::shared::Shared;
use crate::supervisor::shutdown::TAKEOVER_MARGIN;
use crate::supervisor::signals::{Signal, Signals};
use crate::sync::Mutex;
use crate::sync::watchdog::{self, Watch};

/// How long the threads of the runtime may take to start.
const BUILD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the exit of the process may take. Destructors of thread locals and exit handlers run then, also those of
/// sanitizers and coverage tools.
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Process {
    grace: Duration,
    phase: Mutex<ProcessPhase>,
    /// Notified when a signal interrupts the setup.
    interrupted: Notify,
    /// The state whose destructor runs.
    dropping: Arc<Dropping>,
    /// The time of the next check: the earliest requested one, because each check schedules its successor.
    next_check: Mutex<Option<Instant>>,
    signals: OnceLock<Signals>,
}

#[derive(Clone)]
enum ProcessPhase {
    /// Tokio creates its threads. If it gets only some of them, it panics, and waits forever for those it got.
    Building {
        due: Instant,
    },
    Setup,
    Interrupted {
        signal: Signal,
        due: Instant,
        skips_grace: bool,
    },
    Running(Running),
    /// The result is known. States and the runtime are being dropped.
    TearingDown {
        due: Instant,
    },
    /// The process is about to exit.
    Exiting {
        due: Instant,
    },
    /// The application is over, and its caller continues: it is not the `main` of the process.
    Returned,
}

impl Process {
    /// Creates the threads that the end will need.
    pub(super) fn start(grace: Option<Duration>) -> Result<Arc<Self>, String> {
        let thread = |error: std::io::Error| format!("cannot create a thread: {error}");
        stderr::start().map_err(thread)?;
        watchdog::keep().map_err(thread)?;
        let this = Arc::new(Self {
            grace: grace.unwrap_or_else(|| Config::default().grace),
            phase: Mutex::new(ProcessPhase::Building {
                due: saturating_deadline(Instant::now(), BUILD_TIMEOUT),
            }),
            interrupted: Notify::new(),
            dropping: Arc::default(),
            next_check: Mutex::default(),
            signals: OnceLock::new(),
        });
        let process = Arc::clone(&this);
        let signals = Signals::listen(move |signal| process.signaled(signal));
        let _ = this.signals.set(signals.map_err(|error| error.to_string())?);
        this.schedule_check(saturating_deadline(Instant::now(), BUILD_TIMEOUT));
        Ok(this)
    }

    /// Begins the phase of the setup, once the runtime is built.
    pub(super) fn begin_setup(&self) {
        let mut phase = self.phase.lock();
        // A signal during the build has moved on to `Interrupted`, which stays.
        if matches!(*phase, ProcessPhase::Building { .. }) {
            *phase = ProcessPhase::Setup;
        }
    }

    pub(super) fn dropping(&self) -> &Arc<Dropping> {
        &self.dropping
    }

    /// Completes when a signal comes before [`begin_running`](Self::begin_running) is called.
    pub(super) async fn interruption(&self) -> Signal {
        loop {
            // No lost wake-up: `notify_one` stores a permit if it comes between this check and the wait.
            if let ProcessPhase::Interrupted { signal, .. } = *self.phase.lock() {
                return signal;
            }
            self.interrupted.notified().await;
        }
    }

    /// Begins the run: routes signals to this supervisor from now on. Fails with the signal if the setup was interrupted.
    pub(super) fn begin_running(self: &Arc<Self>, shared: &Arc<Shared>) -> Result<(), Signal> {
        let running = Running::new(shared);
        {
            let mut phase = self.phase.lock();
            if let ProcessPhase::Interrupted { signal, .. } = *phase {
                return Err(signal);
            }
            *phase = ProcessPhase::Running(running);
        }
        let process = Arc::clone(self);
        // Any thread may change the shutdown state, even inside a poll. It only schedules the check, which the watchdog's
        // thread runs.
        let _ = shared.shutdown_observer.set(Box::new(move || process.schedule_check(Instant::now())));
        // As above. From the first critical task on, each check schedules the next one.
        let process = Arc::clone(self);
        shared.liveness.observe(move || process.schedule_check(Instant::now()));
        Ok(())
    }

    /// Begins the teardown, which must end by `due`.
    pub(super) fn begin_teardown(self: &Arc<Self>, due: Instant) {
        let due = saturating_deadline(due, TAKEOVER_MARGIN);
        {
            let mut phase = self.phase.lock();
            // An interrupted setup keeps the deadline of its signal.
            if matches!(*phase, ProcessPhase::Interrupted { .. }) {
                return;
            }
            *phase = ProcessPhase::TearingDown { due };
        }
        self.schedule_check(due);
    }

    /// Flushes the output, right before `run_main` returns. `ends` tells whether the process exits then.
    pub(super) fn exit(self: &Arc<Self>, code: ExitCode, ends: bool) -> ExitCode {
        stderr::flush();
        if ends {
            let due = saturating_deadline(Instant::now(), EXIT_TIMEOUT);
            *self.phase.lock() = ProcessPhase::Exiting { due };
            self.schedule_check(due);
        } else {
            *self.phase.lock() = ProcessPhase::Returned;
        }
        code
    }

    fn signaled(self: &Arc<Self>, signal: Signal) {
        let now = Instant::now();
        // Decided under the lock, applied after it: the shutdown takes the registry's locks, and its observer calls
        // `schedule_check`.
        let (shutdown, check) = {
            let mut phase = self.phase.lock();
            match &mut *phase {
                ProcessPhase::Building { .. } | ProcessPhase::Setup => {
                    let due = saturating_deadline(now, self.grace);
                    *phase = ProcessPhase::Interrupted { signal, due, skips_grace: false };
                    (None, Some(due))
                }
                ProcessPhase::Interrupted { due, skips_grace, .. } => {
                    *skips_grace = true;
                    // The earlier one: the grace may be over already.
                    *due = now.min(*due);
                    (None, Some(now))
                }
                ProcessPhase::Running(running) => (running.take_grace(), None),
                ProcessPhase::TearingDown { .. } | ProcessPhase::Exiting { .. } | ProcessPhase::Returned => {
                    (None, None)
                }
            }
        };
        // Stores a permit if `interruption` does not wait yet. After the setup nothing waits, and the permit has no effect.
        self.interrupted.notify_one();
        if let Some((shared, grace)) = shutdown {
            shared.request_shutdown_by_signal(grace);
        }
        if let Some(due) = check {
            self.schedule_check(due);
        }
    }

    /// Schedules a check by the watchdog at `due`, unless an earlier one is scheduled.
    fn schedule_check(self: &Arc<Self>, due: Instant) {
        {
            let mut next = self.next_check.lock();
            if next.is_some_and(|earlier| earlier <= due) {
                return;
            }
            *next = Some(due);
        }
        // Store `next_check` before creating the watch, which may fire at once. Later watches are not removed; when they fire,
        // `take_due_check` finds nothing due.
        if let Some(watch) = Watch::new(due.into_std(), Waker::from(Arc::clone(self))) {
            watch.detach();
        }
    }

    /// Takes the next check if it is due.
    fn take_due_check(&self) -> bool {
        let mut next = self.next_check.lock();
        let due = next.is_some_and(|due| due <= Instant::now());
        if due {
            *next = None;
        }
        due
    }

    fn check(&self) -> WatchdogAction {
        let now = Instant::now();
        // A clone, so that the lock is not held: the check takes the locks of the registry and may sleep.
        let phase = self.phase.lock().clone();
        match phase {
            ProcessPhase::Setup | ProcessPhase::Returned => WatchdogAction::Sleep,
            ProcessPhase::Running(running) => running.check(now, &self.dropping),
            ProcessPhase::Building { due }
            | ProcessPhase::Interrupted { due, .. }
            | ProcessPhase::TearingDown { due }
            | ProcessPhase::Exiting { due }
                if now < due =>
            {
                WatchdogAction::CheckAgain(due)
            }
            ProcessPhase::Building { .. } => {
                let reason = "cannot build the Tokio runtime: its threads do not start".to_owned();
                WatchdogAction::Exit { code: 1, reason }
            }
            ProcessPhase::Interrupted { signal, skips_grace, .. } => {
                let reason = match (self.dropping.current(), skips_grace) {
                    (Some(state), _) => describe_blocking_destructor(state),
                    (None, true) => {
                        format!("{signal} twice during the setup, which still blocks its thread")
                    }
                    (None, false) => {
                        format!("{signal} during the setup, which still blocks its thread after the grace")
                    }
                };
                WatchdogAction::Exit { code: signal.exit_code(), reason }
            }
            ProcessPhase::TearingDown { .. } => {
                let reason = match self.dropping.current() {
                    Some(state) => describe_blocking_destructor(state),
                    None => "past the drain, a destructor still blocks the main thread".to_owned(),
                };
                WatchdogAction::Exit { code: GRACE_EXCEEDED, reason }
            }
            ProcessPhase::Exiting { .. } => abort(),
        }
    }
}

impl Wake for Process {
    /// Runs the check. Called only on the watchdog's thread.
    fn wake(self: Arc<Self>) {
        if !self.take_due_check() {
            return;
        }
        match self.check() {
            WatchdogAction::Sleep => {}
            WatchdogAction::CheckAgain(due) => self.schedule_check(due),
            WatchdogAction::Exit { code, reason } => {
                write_line(format_args!("error: {reason}"));
                stderr::flush();
                process::exit(i32::from(code));
            }
        }
    }
}

/// Aborts the process. Used if the exit itself hangs, in a destructor of a thread local or in an exit handler: a second exit
/// would wait for the first.
fn abort() -> ! {
    write_line("error: the process does not exit: a destructor or an exit handler blocks");
    stderr::flush();
    process::abort()
}
