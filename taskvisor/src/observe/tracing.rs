//! Events as events of `tracing`.

use std::fmt;
use std::time::Duration;

use humantime::format_duration;
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::{Level, dispatcher, event};

use super::fields::{Fields, millis};
use super::repeats::{Folded, Lines, Repeats};
use crate::event::{Event, EventKind};
use crate::runtime::subscriber::{Subscribe, Subscriber};
use crate::task::{Outcome, WaitingOn};

/// A subscriber that writes each event as an event of `tracing`, with the target `taskvisor::task`.
///
/// ```text
/// WARN taskvisor::task: failed task="poll_feed" id=3 attempt=2 error="connection refused" ran_ms=4
/// WARN taskvisor::task: same error, 17 times in 5m task="poll_feed" id=3 attempt=19 error="connection refused" repeats=17 over_ms=300000
/// ```
///
/// Its name is `tracing`. It installs nothing: without a subscriber of `tracing`, its events go nowhere. An application then still
/// writes failures to stderr.
///
#[cfg_attr(feature = "macros", doc = "```standalone_crate")]
#[cfg_attr(not(feature = "macros"), doc = "```ignore")]
/// use taskvisor::prelude::*;
/// use taskvisor::TracingSubscriber;
///
/// #[task]
/// async fn poll() {}
///
/// #[taskvisor::main]
/// async fn main(app: &mut App) {
///     // tracing_subscriber::fmt::init();
///     app.subscriber(TracingSubscriber::new());
/// }
/// ```
///
/// # Levels
///
/// | level | events |
/// |---|---|
/// | `ERROR` | `gave_up`, `aborted`; `ended` of an aborted or stuck task, and of a critical task that has failed |
/// | `WARN` | `failed`, `timed_out`, `stalled`, `panicked`, `run_failed`; `ended` of any other task that has failed; `delayed`, unless by a dependency or a rate limit; `still_starting`, `still_stopping`, `subscriber_panicked`, `lagged`; `reloaded` with problems |
/// | `INFO` | `backoff`, `ready`, `not_ready`, `interrupted`, `skipped`, `refused`, `clock_stepped`, `operated`, `shutdown_requested`, `stopped`; `ended`, `delayed` and `reloaded` otherwise |
/// | `DEBUG` | `added`, `queued`, `admitted`, `scheduled`, `started`, `succeeded`, `snoozed`, `canceled`, `removed` |
///
/// # Fields
///
/// The message is the [label](crate::EventName::label) of the event, or that of a folded line. Fields that an event does not have are
/// not recorded.
///
/// | field | what | of the events |
/// |---|---|---|
/// | `task`, `id` | the name and the id of the task | all of a task; `refused` has no `id` |
/// | `slot` | the slot of a submission | all of a submission with a slot |
/// | `instance` | the number of an instance | all of an instance |
/// | `attempt` | the number of the attempt | all of an attempt, and `backoff` |
/// | `error` | the error with its sources, the message of a panic, or the reason of a refusal | failures, `interrupted`, `backoff`, `run_failed`, `gave_up`, `ended`, `refused`, `reloaded`, `subscriber_panicked` |
/// | `ran_ms` | how long the attempt ran | `succeeded`, `snoozed`, `failed` |
/// | `delay_ms` | the time until the next attempt | `backoff`, `snoozed` |
/// | `limit_ms` | the limit that was exceeded: the timeout, the heartbeat, or the time of `max_failures` | `timed_out`, `stalled`, `gave_up` |
/// | `failures` | the number of failures | `backoff`, `run_failed`, `gave_up` |
/// | `outcome` | `completed`, `failed`, `canceled`, `aborted` or `rejected` | `ended` |
/// | `cause` | of the stop, the rejection, the interrupt, the lost readiness or the skip | `ended`, `interrupted`, `not_ready`, `skipped` |
/// | `due` | the time of the occurrence | `scheduled`, `skipped`, `run_failed` |
/// | `ticks` | the number of ticks | `skipped` |
/// | `on`, `of`, `held_by`, `waited_ms` | what the task waits for, whose permits, which tasks hold them, since when | `delayed` |
/// | `after_ms` | how long it took | `ready`, `still_starting`, `still_stopping` |
/// | `blocking` | the tasks that hold it up | `still_starting`, `still_stopping` |
/// | `by_ms` | the step of the clock; negative if it was set back | `clock_stepped` |
/// | `changed`, `needs_restart` | the options that have changed, and those that apply after a restart | `reloaded` |
/// | `action`, `by` | the operation, and the label of the caller | `operated` |
/// | `subscriber` | the name of the subscriber | `subscriber_panicked` |
/// | `lost` | the number of lost events | `lagged` |
/// | `repeats`, `over_ms` | how many failures were folded, and over which time | a folded line |
///
/// # Identical failures in a row
///
/// If attempts of one task fail in a row with the same kind and the same error, then only the first one is written, with its
/// `backoff` or `run_failed`. The others are counted, and written as one line at level `WARN`:
///
/// - before another result of an attempt, another error, or the end of the task is written;
/// - with a failure, if the last line is at least five minutes old.
///
/// A subscriber that is limited to some events ([`with_events`](Subscriber::with_events)) does not see the other events: a
/// row then continues across a success.
#[derive(Default)]
pub struct TracingSubscriber {
    repeats: Repeats,
}

impl TracingSubscriber {
    /// Creates a subscriber.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Subscribe for TracingSubscriber {
    async fn on_event(&mut self, event: &Event) {
        let Lines { folded, event: is_written } = self.repeats.observe(event);
        for folded in folded {
            write_folded(folded);
        }
        let level = level(event);
        // Checked before the texts are made.
        if is_written && is_enabled(level) {
            write(level, event.kind.name().label(), &Fields::of(event));
        }
    }

    fn adjust(subscriber: &mut Subscriber) {
        subscriber.name = "tracing".into();
        subscriber.is_heard = dispatcher::has_been_set;
    }
}

impl fmt::Debug for TracingSubscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracingSubscriber").finish_non_exhaustive()
    }
}

fn level(event: &Event) -> Level {
    match &event.kind {
        EventKind::GaveUp { .. } | EventKind::Aborted { .. } => Level::ERROR,
        EventKind::Ended { outcome } => match outcome {
            Outcome::Aborted => Level::ERROR,
            Outcome::Failed(_) if event.subject().is_some_and(|task| task.is_critical()) => Level::ERROR,
            Outcome::Failed(_) => Level::WARN,
            Outcome::Completed | Outcome::Canceled { .. } | Outcome::Rejected(_) => Level::INFO,
        },
        EventKind::Reloaded { problems, .. } if !problems.is_empty() => Level::WARN,
        EventKind::Reloaded { .. } => Level::INFO,
        // The task that it waits for reports its own failures; a wait is the purpose of a rate limit.
        EventKind::Delayed { on: WaitingOn::Dependency { .. } | WaitingOn::Rate { .. }, .. } => Level::INFO,
        EventKind::Failed { .. }
        | EventKind::TimedOut { .. }
        | EventKind::Stalled { .. }
        | EventKind::Panicked { .. }
        | EventKind::RunFailed { .. }
        | EventKind::Delayed { .. }
        | EventKind::StillStarting { .. }
        | EventKind::StillStopping { .. }
        | EventKind::SubscriberPanicked { .. }
        | EventKind::Lagged { .. } => Level::WARN,
        EventKind::Backoff { .. }
        | EventKind::Ready { .. }
        | EventKind::NotReady { .. }
        | EventKind::Interrupted { .. }
        | EventKind::Skipped { .. }
        | EventKind::Refused { .. }
        | EventKind::ClockStepped { .. }
        | EventKind::Operated { .. }
        | EventKind::ShutdownRequested
        | EventKind::Stopped => Level::INFO,
        EventKind::Added
        | EventKind::Queued { .. }
        | EventKind::Admitted
        | EventKind::Scheduled { .. }
        | EventKind::Started { .. }
        | EventKind::Succeeded { .. }
        | EventKind::Snoozed { .. }
        | EventKind::Canceled { .. }
        | EventKind::Removed => Level::DEBUG,
    }
}

fn is_enabled(level: Level) -> bool {
    level <= STATIC_MAX_LEVEL && level <= LevelFilter::current()
}

fn write_folded(folded: Folded) {
    let Folded { subject, error, attempt, count, over } = folded;
    // Whole seconds, or below one whole milliseconds.
    let unit = if over >= Duration::from_secs(1) { 1_000 } else { 1 };
    let unit = Duration::from_millis(millis(over) / unit * unit);
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let message = format!("same error, {times} in {}", format_duration(unit));
    let fields = Fields {
        task: Some(subject.name().to_owned()),
        id: Some(subject.id().get()),
        slot: subject.slot().map(|slot| (**slot).to_owned()),
        instance: subject.instance().map(|instance| u64::try_from(instance).unwrap_or(u64::MAX)),
        attempt,
        error: Some(error).filter(|error| !error.is_empty()),
        repeats: Some(count),
        over_ms: Some(millis(over)),
        ..Fields::default()
    };
    write(Level::WARN, &message, &fields);
}

/// Writes one event of `tracing`. The level of a call is a constant, so that there is a call for each.
macro_rules! write_at {
    ($level:expr, $message:expr, $fields:expr) => {{
        let fields: &Fields = $fields;
        event!(
            target: crate::runtime::instrument::spans::TARGET,
            // A worker has no span, unless the user's runtime is driven inside of one.
            parent: None,
            $level,
            task = fields.task.as_deref(),
            id = fields.id,
            slot = fields.slot.as_deref(),
            instance = fields.instance,
            attempt = fields.attempt,
            outcome = fields.outcome,
            cause = fields.cause.as_deref(),
            error = fields.error.as_deref(),
            ran_ms = fields.ran_ms,
            delay_ms = fields.delay_ms,
            limit_ms = fields.limit_ms,
            failures = fields.failures,
            repeats = fields.repeats,
            over_ms = fields.over_ms,
            due = fields.due.as_deref(),
            ticks = fields.ticks,
            on = fields.on.as_deref(),
            of = fields.of.as_deref(),
            held_by = fields.held_by.as_deref(),
            waited_ms = fields.waited_ms,
            after_ms = fields.after_ms,
            blocking = fields.blocking.as_deref(),
            by_ms = fields.by_ms,
            subscriber = fields.subscriber.as_deref(),
            changed = fields.changed.as_deref(),
            needs_restart = fields.needs_restart.as_deref(),
            action = fields.action.as_deref(),
            by = fields.by.as_deref(),
            lost = fields.lost,
            "{}",
            $message
        );
    }};
}

fn write(level: Level, message: &str, fields: &Fields) {
    match level {
        Level::ERROR => write_at!(Level::ERROR, message, fields),
        Level::WARN => write_at!(Level::WARN, message, fields),
        Level::INFO => write_at!(Level::INFO, message, fields),
        _ => write_at!(Level::DEBUG, message, fields),
    }
}
