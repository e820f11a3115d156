//! The timers of an actor.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::sync::StopTimer;

pin_project! {
    /// Made when an actor first needs a timer: most tasks never do.
    pub(crate) struct ActorTimer {
        // For the timeout and the waits between attempts.
        #[pin]
        sleep: Sleep,
        // For the deadline of a stop, which has to be enforced even if the timers of the runtime do not fire.
        stop: Option<StopTimer>,
    }
}

impl ActorTimer {
    pub(crate) fn new(due: Instant) -> Self {
        Self { sleep: sleep_until(due), stop: None }
    }

    pub(crate) fn set(self: Pin<&mut Self>, due: Instant) {
        let mut sleep = self.project().sleep;
        if sleep.deadline() != due {
            sleep.as_mut().reset(due);
        }
    }

    /// Ready when the time that was set has come. Unconstrained, because a body that used up its budget must not put off its
    /// own deadline.
    pub(crate) fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        pin!(unconstrained(self.project().sleep)).poll(context)
    }

    /// Ready when the deadline of a stop has come.
    pub(crate) fn poll_stop(self: Pin<&mut Self>, due: Instant, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.project().stop.get_or_insert_with(|| StopTimer::new(due));
        if timer.due() != due {
            timer.reset(due);
        }
        pin!(unconstrained(timer)).poll(context)
    }
}
