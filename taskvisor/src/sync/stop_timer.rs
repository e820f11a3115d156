//! A timer for the deadline of a stop.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, Sleep, sleep_until};

use super::watchdog::Watch;

/// Completes at a deadline, also on a runtime without timers, and on one whose timers do not fire any more (see
/// [`watchdog`](super::watchdog)).
///
/// Where the clock of the runtime is paused, it is a timer of Tokio's: only that makes the clock move on.
pub(crate) struct StopTimer {
    due: Instant,
    armed: Armed,
}

enum Armed {
    No,
    /// Woken by the watchdog, with the waker it has.
    Watched {
        _watch: Watch,
        waker: Waker,
    },
    Runtime(Pin<Box<Sleep>>),
}

impl StopTimer {
    pub(crate) fn new(due: Instant) -> Self {
        Self { due, armed: Armed::No }
    }

    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    pub(crate) fn reset(&mut self, due: Instant) {
        self.due = due;
        self.armed = Armed::No;
    }
}

impl Future for StopTimer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.due {
            self.armed = Armed::No;
            return Poll::Ready(());
        }
        match &mut self.armed {
            Armed::Watched { waker, .. } if waker.will_wake(context.waker()) => Poll::Pending,
            Armed::Runtime(sleep) => sleep.as_mut().poll(context),
            Armed::No | Armed::Watched { .. } => {
                self.armed = arm(self.due, context.waker());
                match &mut self.armed {
                    Armed::Runtime(sleep) => sleep.as_mut().poll(context),
                    Armed::No | Armed::Watched { .. } => Poll::Pending,
                }
            }
        }
    }
}

fn arm(due: Instant, waker: &Waker) -> Armed {
    if is_clock_real() {
        if let Some(watch) = Watch::new(due.into_std(), waker.clone()) {
            return Armed::Watched { _watch: watch, waker: waker.clone() };
        }
    }
    Armed::Runtime(Box::pin(sleep_until(due)))
}

/// Whether Tokio's clock is the system's here. A paused clock stands still, so that it does not lie between two readings
/// of the system's.
fn is_clock_real() -> bool {
    // Models have no time, and their wakers must not be called from a thread that loom does not know.
    if cfg!(all(test, taskvisor_loom)) {
        return false;
    }
    let before = std::time::Instant::now();
    let tokio = Instant::now().into_std();
    (before..=std::time::Instant::now()).contains(&tokio)
}
