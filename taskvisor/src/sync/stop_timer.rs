//! The timer of a stop deadline.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, Sleep, sleep_until};

use super::watchdog::Watch;

/// Completes at the deadline of a stop.
///
/// The [`watchdog`](super::watchdog) thread wakes it, so that it also completes on a runtime without timers, and on one
/// whose timers no longer fire. With a paused clock it is a timer of Tokio's, because only a pending timer makes a paused
/// clock advance.
pub(crate) struct StopTimer {
    due: Instant,
    armed: Armed,
}

enum Armed {
    /// No wake-up is pending.
    No,
    /// The watchdog wakes `waker` at the deadline.
    Watchdog { _watch: Watch, waker: Waker },
    /// Tokio's timer wakes the task.
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
        // The clock decides, not the wake-up: a deadline in the past needs no timer at all, and where the runtime's timers
        // no longer fire, any poll after the deadline completes.
        if Instant::now() >= self.due {
            self.armed = Armed::No;
            return Poll::Ready(());
        }
        match &mut self.armed {
            // The same waker is armed already. Arming again would take the watchdog's lock in every poll.
            Armed::Watchdog { waker, .. } if waker.will_wake(context.waker()) => Poll::Pending,
            Armed::Runtime(sleep) => sleep.as_mut().poll(context),
            Armed::No | Armed::Watchdog { .. } => {
                self.armed = arm(self.due, context.waker());
                match &mut self.armed {
                    // A new `Sleep` registers its waker only when it is polled.
                    Armed::Runtime(sleep) => sleep.as_mut().poll(context),
                    Armed::No | Armed::Watchdog { .. } => Poll::Pending,
                }
            }
        }
    }
}

fn arm(due: Instant, waker: &Waker) -> Armed {
    if is_clock_real() {
        if let Some(watch) = Watch::new(due.into_std(), waker.clone()) {
            return Armed::Watchdog { _watch: watch, waker: waker.clone() };
        }
    }
    // Also reached if the system refuses a thread. Tokio's timer then enforces the deadline while its runtime is healthy.
    Armed::Runtime(Box::pin(sleep_until(due)))
}

/// Whether Tokio's clock is the system clock on this thread.
fn is_clock_real() -> bool {
    // Models have no time, and loom panics if a thread that it did not create calls a waker.
    if cfg!(all(test, taskvisor_loom)) {
        return false;
    }
    // Tokio has no public query for a paused clock. A paused clock stands still, so that its reading does not lie between
    // two readings of the system clock.
    let before = std::time::Instant::now();
    let tokio = Instant::now().into_std();
    (before..=std::time::Instant::now()).contains(&tokio)
}
