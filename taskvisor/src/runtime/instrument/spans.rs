//! The spans of attempts and of jobs.
//!
//! A body is wrapped when a subscriber of `tracing` is interested: the wrapper holds the spans, and enters that of the attempt around
//! everything that the user wrote. So neither the actor nor the cell nor the queue of a slot grows, and a body that is not
//! wrapped is polled as without the feature.
//!
//! | span | made | parent | closed |
//! |---|---|---|---|
//! | `task{name, id, instance, attempt}` | when the attempt begins | none | when its future is dropped |
//! | `job{name, id, slot}` | when the submission is accepted | none; follows from the span of the submitter | when the body is dropped, or has left its value |
//! | `attempt{attempt}` | when the attempt of a job begins | its `job` | when its future is dropped |

use std::any::Any;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::{Level, Span, dispatcher, info_span};

use crate::error::TaskError;
use crate::runtime::body::{AttemptCell, ErasedBody, MakeContext};
use crate::runtime::cell::TaskCell;
use crate::sync::panics::contain;

/// Whether a subscriber may be interested in spans of level `INFO`. One atomic load; `info_span!` decides.
#[inline(always)]
pub(crate) fn may_be_enabled() -> bool {
    Level::INFO <= STATIC_MAX_LEVEL && Level::INFO <= LevelFilter::current()
}

/// Makes the span of a submission that was accepted, on the thread of its submitter.
#[inline(always)]
pub(crate) fn begin_job(body: &mut ErasedBody, cell: &TaskCell) {
    if may_be_enabled() {
        begin_submitted(body, cell);
    }
}

#[cold]
fn begin_submitted(body: &mut ErasedBody, cell: &TaskCell) {
    // Contained, because the subscriber is user code: the submission is accepted, and runs without a span then.
    let span = contain(|| {
        let span = job_span(cell);
        // Only its id: a handle of the submitter's span would keep that one open.
        if let Some(submitter) = Span::current().id().filter(|_| !span.is_disabled()) {
            span.follows_from(submitter);
        }
        span
    });
    if let Ok(span) = span {
        if !span.is_disabled() {
            body.wrap(|body| Box::pin(InstrumentedBody { body, attempt: Span::none(), job: span }));
        }
    }
}

/// Makes the body ready for spans, before the call that makes the future of an attempt.
#[inline(always)]
pub(crate) fn begin_attempt(body: &mut ErasedBody, cell: &TaskCell, attempt: u64) {
    if may_be_enabled() {
        prepare(body, cell, attempt);
    }
}

#[cold]
fn prepare(body: &mut ErasedBody, cell: &TaskCell, attempt: u64) {
    if body.is_instrumented() {
        return;
    }
    // Contained, because the subscriber is user code: the attempt then runs without a span.
    let spans = contain(|| {
        // A submission without a span was accepted before a subscriber was interested. Its submitter is not known any more.
        let job = if cell.holds_name() { Span::none() } else { job_span(cell) };
        (attempt_span(&job, cell, attempt), job)
    });
    if let Ok((attempt, job)) = spans {
        if !attempt.is_disabled() || !job.is_disabled() {
            body.wrap(|body| Box::pin(InstrumentedBody { body, attempt, job }));
        }
    }
}

fn job_span(cell: &TaskCell) -> Span {
    let slot = cell.slot().map(|slot| &**slot);
    info_span!(target: TARGET, parent: None, "job", name = cell.name(), id = cell.id().get(), slot)
}

/// The target of all spans and events.
pub(crate) const TARGET: &str = "taskvisor::task";

/// The span of an attempt.
fn attempt_span(job: &Span, cell: &TaskCell, attempt: u64) -> Span {
    // On the dispatcher of the job: another one, such as that of the thread, does not know the id of the parent.
    let child = job.with_subscriber(|(job, dispatch)| {
        dispatcher::with_default(
            dispatch,
            || info_span!(target: TARGET, parent: job.clone(), "attempt", attempt),
        )
    });
    child.unwrap_or_else(|| {
        let instance = cell.instance().map(|instance| instance.index);
        info_span!(
            target: TARGET,
            parent: None,
            "task",
            name = cell.name(),
            id = cell.id().get(),
            instance,
            attempt,
        )
    })
}

/// A body with its spans.
struct InstrumentedBody {
    // Dropped before the spans, which close when no user code of the task is left.
    body: Pin<Box<dyn AttemptCell>>,
    /// The span of the running attempt.
    attempt: Span,
    /// The span of a submission, until its body has left its value.
    job: Span,
}

impl AttemptCell for InstrumentedBody {
    fn start(self: Pin<&mut Self>, context: MakeContext<'_>) {
        let this = self.get_mut();
        // The first one is made before the body is wrapped.
        if this.attempt.is_none() {
            let context = context();
            this.attempt = attempt_span(&this.job, context.cell(), context.attempt());
        }
        let _entered = this.attempt.enter();
        this.body.as_mut().start(context);
    }

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), TaskError>> {
        let this = self.get_mut();
        let _entered = this.attempt.enter();
        this.body.as_mut().poll(context)
    }

    fn clear(self: Pin<&mut Self>) {
        let this = self.get_mut();
        // Taken out, so that it closes here even if a destructor panics.
        let attempt = mem::replace(&mut this.attempt, Span::none());
        let _entered = attempt.enter();
        this.body.as_mut().clear();
    }

    fn has_destructor(&self) -> bool {
        self.body.has_destructor()
    }

    fn is_instrumented(&self) -> bool {
        true
    }

    fn has_value(&self) -> bool {
        self.body.has_value()
    }

    fn release(self: Pin<&mut Self>) {
        let this = self.get_mut();
        // The handle of the job may keep the value for long after its end.
        let _closed = mem::replace(&mut this.job, Span::none());
        this.body.as_mut().release();
    }

    fn take_value(self: Pin<&mut Self>, place: &mut dyn Any) {
        self.get_mut().body.as_mut().take_value(place);
    }
}
