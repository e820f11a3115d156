//! The end of the process, whatever blocks: signals from the first line of the set-up on, and the watchdog's last word.
//!
//! What the end needs is made at the start: the threads that listen to signals, that write to stderr, and that watch the
//! deadlines. The watchdog keeps nothing alive whose destructor is the user's, so that it never runs one.
//!
//! | while | a signal | the watchdog ends the process |
//! |---|---|---|
//! | the runtime is built | as during the set-up | when its threads do not start within 10 s |
//! | the set-up runs | drops the set-up; a second one skips the grace | when the grace is over |
//! | the application runs | requests the stop; a second one skips the grace | when the driver of the shutdown is overdue |
//! | states are dropped | changes nothing | when the drain is over |
//! | the process exits | changes nothing | after 5 s, by an abort |

use std::process::{self, ExitCode};
use std::sync::{Arc, OnceLock};
use std::task::{Wake, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::GRACE_EXCEEDED;
use super::running::{Running, Verdict, dropping_still};
use super::stderr::{self, say};
use crate::policy::Config;
use crate::runtime::body::Dropping;
use crate::runtime::cell::saturating_deadline;
use crate::runtime::shared::Shared;
use crate::supervisor::shutdown::TAKEOVER_MARGIN;
use crate::supervisor::signals::{Signal, Signals};
use crate::sync::Mutex;
use crate::sync::watchdog::{self, Watch};

/// How long the threads of the runtime may take to start.
const BUILD: Duration = Duration::from_secs(10);

/// How long what runs at the exit of the process may take, such as the destructors of thread locals. Sanitizers and coverage
/// tools work then too.
const EXIT: Duration = Duration::from_secs(5);

pub(super) struct Process {
    grace: Duration,
    phase: Mutex<Phase>,
    /// Notified when a signal interrupts the set-up.
    interrupted: Notify,
    /// Which state is being dropped.
    dropping: Arc<Dropping>,
    /// When the watchdog looks next: the earliest moment that anybody asked for, because each look arranges the one after
    /// it.
    next_look: Mutex<Option<Instant>>,
    signals: OnceLock<Signals>,
}

#[derive(Clone)]
enum Phase {
    /// Tokio creates its threads. Where it gets the first of them but not all, it panics, and waits for ever for the first.
    Building {
        due: Instant,
    },
    SetUp,
    Interrupted {
        signal: Signal,
        due: Instant,
        hurried: bool,
    },
    Running(Running),
    /// The result is known, and what is left is dropped.
    Leaving {
        due: Instant,
    },
    /// Nothing is left but the exit itself.
    Exiting {
        due: Instant,
    },
    /// The application is over, and its caller goes on.
    Over,
}

impl Process {
    /// Makes everything that the end will need.
    pub(super) fn start(grace: Option<Duration>) -> Result<Arc<Self>, String> {
        let thread = |error: std::io::Error| format!("cannot create a thread: {error}");
        stderr::start().map_err(thread)?;
        watchdog::keep().map_err(thread)?;
        let this = Arc::new(Self {
            grace: grace.unwrap_or_else(|| Config::default().grace),
            phase: Mutex::new(Phase::Building { due: saturating_deadline(Instant::now(), BUILD) }),
            interrupted: Notify::new(),
            dropping: Arc::default(),
            next_look: Mutex::default(),
            signals: OnceLock::new(),
        });
        let process = Arc::clone(&this);
        let signals = Signals::listen(move |signal| process.signaled(signal));
        let _ = this.signals.set(signals.map_err(|error| error.to_string())?);
        this.look_at(saturating_deadline(Instant::now(), BUILD));
        Ok(this)
    }

    /// The runtime is built.
    pub(super) fn set_up(&self) {
        let mut phase = self.phase.lock();
        if matches!(*phase, Phase::Building { .. }) {
            *phase = Phase::SetUp;
        }
    }

    pub(super) fn dropping(&self) -> &Arc<Dropping> {
        &self.dropping
    }

    /// Completes when a signal comes before [`run`](Self::run) is called.
    pub(super) async fn interruption(&self) -> Signal {
        loop {
            if let Phase::Interrupted { signal, .. } = *self.phase.lock() {
                return signal;
            }
            self.interrupted.notified().await;
        }
    }

    /// From here on signals stop this supervisor; unless one has come before.
    pub(super) fn run(self: &Arc<Self>, shared: &Arc<Shared>) -> Result<(), Signal> {
        let running = Running::new(shared);
        {
            let mut phase = self.phase.lock();
            if let Phase::Interrupted { signal, .. } = *phase {
                return Err(signal);
            }
            *phase = Phase::Running(running);
        }
        let process = Arc::clone(self);
        // Looked at on the watchdog's own thread: this is called by whatever thread changes the stop.
        let _ = shared.stop_observer.set(Box::new(move || process.look_at(Instant::now())));
        Ok(())
    }

    /// The process ends now, by `due` at the latest.
    pub(super) fn leave(self: &Arc<Self>, due: Instant) {
        let due = saturating_deadline(due, TAKEOVER_MARGIN);
        {
            let mut phase = self.phase.lock();
            // The set-up that a signal has interrupted keeps the deadline of the signal.
            if matches!(*phase, Phase::Interrupted { .. }) {
                return;
            }
            *phase = Phase::Leaving { due };
        }
        self.look_at(due);
    }

    /// The last thing before the function returns, with which the process `ends` or not.
    pub(super) fn exit(self: &Arc<Self>, code: ExitCode, ends: bool) -> ExitCode {
        stderr::flush();
        if ends {
            let due = saturating_deadline(Instant::now(), EXIT);
            *self.phase.lock() = Phase::Exiting { due };
            self.look_at(due);
        } else {
            *self.phase.lock() = Phase::Over;
        }
        code
    }

    fn signaled(self: &Arc<Self>, signal: Signal) {
        let now = Instant::now();
        let (stop, look) = {
            let mut phase = self.phase.lock();
            match &mut *phase {
                Phase::Building { .. } | Phase::SetUp => {
                    let due = saturating_deadline(now, self.grace);
                    *phase = Phase::Interrupted { signal, due, hurried: false };
                    (None, Some(due))
                }
                Phase::Interrupted { due, hurried, .. } => {
                    *hurried = true;
                    *due = now.min(*due);
                    (None, Some(now))
                }
                Phase::Running(running) => (running.stop_request(), None),
                Phase::Leaving { .. } | Phase::Exiting { .. } | Phase::Over => (None, None),
            }
        };
        self.interrupted.notify_one();
        if let Some((shared, grace)) = stop {
            shared.request_stop_all(grace);
        }
        if let Some(due) = look {
            self.look_at(due);
        }
    }

    /// Has the watchdog look at `due`, or earlier.
    fn look_at(self: &Arc<Self>, due: Instant) {
        {
            let mut next = self.next_look.lock();
            if next.is_some_and(|earlier| earlier <= due) {
                return;
            }
            *next = Some(due);
        }
        // Written down before it is arranged: a look at this very moment must find it. What was arranged for later is not
        // withdrawn; it finds that it is not the next one.
        if let Some(watch) = Watch::new(due.into_std(), Waker::from(Arc::clone(self))) {
            watch.detach();
        }
    }

    /// Whether the look that is due now is the next one.
    fn is_look_due(&self) -> bool {
        let mut next = self.next_look.lock();
        let due = next.is_some_and(|due| due <= Instant::now());
        if due {
            *next = None;
        }
        due
    }

    fn look(&self) -> Verdict {
        let now = Instant::now();
        // A copy: what follows takes other locks.
        let phase = self.phase.lock().clone();
        match phase {
            Phase::SetUp | Phase::Over => Verdict::Sleep,
            Phase::Running(running) => running.look(now, &self.dropping),
            Phase::Building { due }
            | Phase::Interrupted { due, .. }
            | Phase::Leaving { due }
            | Phase::Exiting { due }
                if now < due =>
            {
                Verdict::LookAgain(due)
            }
            Phase::Building { .. } => {
                let reason = "cannot build the Tokio runtime: its threads do not start".to_owned();
                Verdict::Exit { code: 1, reason }
            }
            Phase::Interrupted { signal, hurried, .. } => {
                let reason = match (self.dropping.current(), hurried) {
                    (Some(state), _) => dropping_still(state),
                    (None, true) => {
                        format!("{signal} twice during the set-up, which still blocks its thread")
                    }
                    (None, false) => {
                        format!("{signal} during the set-up, which still blocks its thread after the grace")
                    }
                };
                Verdict::Exit { code: signal.exit_code(), reason }
            }
            Phase::Leaving { .. } => {
                let reason = match self.dropping.current() {
                    Some(state) => dropping_still(state),
                    None => "past the drain, a destructor still blocks the main thread".to_owned(),
                };
                Verdict::Exit { code: GRACE_EXCEEDED, reason }
            }
            Phase::Exiting { .. } => abort(),
        }
    }
}

impl Wake for Process {
    /// Runs on the watchdog's thread, and only there.
    fn wake(self: Arc<Self>) {
        if !self.is_look_due() {
            return;
        }
        match self.look() {
            Verdict::Sleep => {}
            Verdict::LookAgain(due) => self.look_at(due),
            Verdict::Exit { code, reason } => {
                say(format_args!("error: {reason}"));
                stderr::flush();
                process::exit(i32::from(code));
            }
        }
    }
}

/// What is left when the exit itself hangs, as in a destructor of a thread local or in a function that `atexit` knows:
/// another exit would wait for the first.
fn abort() -> ! {
    say("error: the process does not exit: something that runs at its exit blocks");
    stderr::flush();
    process::abort()
}
