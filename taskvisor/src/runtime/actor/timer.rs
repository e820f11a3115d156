//! The timers of an actor.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::sync::StopTimer;

pin_project! {
    /// The timers of one actor.
    pub(crate) struct ActorTimer {
        // For timeouts, delays between attempts, and reports of long waits.
        #[pin]
        sleep: Sleep,
        // For the deadline of a stop, which must be enforced even if the timers of the runtime do not fire.
        stop: Option<StopTimer>,
    }
}

impl ActorTimer {
    pub(crate) fn new(due: Instant) -> Self {
        Self { sleep: sleep_until(due), stop: None }
    }

    pub(crate) fn due(&self) -> Instant {
        self.sleep.deadline()
    }

    pub(crate) fn has_fired(&self) -> bool {
        self.sleep.is_elapsed()
    }

    pub(crate) fn set(self: Pin<&mut Self>, due: Instant) {
        let mut sleep = self.project().sleep;
        // A reset removes the timer from the wheel and inserts it again: skip it in each poll of a running attempt.
        if sleep.deadline() != due {
            sleep.as_mut().reset(due);
        }
    }

    /// Ready at the time that was set last.
    pub(crate) fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Unconstrained: a body that has used up the cooperative budget must not postpone its own timeout.
        pin!(unconstrained(self.project().sleep)).poll(context)
    }

    /// Ready at the deadline of a stop.
    pub(crate) fn poll_stop(self: Pin<&mut Self>, due: Instant, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.project().stop.get_or_insert_with(|| StopTimer::new(due));
        if timer.due() != due {
            timer.reset(due);
        }
        pin!(unconstrained(timer)).poll(context)
    }
}
