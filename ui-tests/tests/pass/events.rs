//! A subscriber can select every event by its name.

use taskvisor::{Event, EventName};

/// A subscriber receives `Lagged` whether or not it selects it.
const NAMES: [EventName; 32] = [
    EventName::Added,
    EventName::Queued,
    EventName::Admitted,
    EventName::Delayed,
    EventName::Scheduled,
    EventName::Skipped,
    EventName::Started,
    EventName::Ready,
    EventName::NotReady,
    EventName::Succeeded,
    EventName::Failed,
    EventName::TimedOut,
    EventName::Panicked,
    EventName::Canceled,
    EventName::Interrupted,
    EventName::Stalled,
    EventName::Snoozed,
    EventName::Aborted,
    EventName::Backoff,
    EventName::RunFailed,
    EventName::GaveUp,
    EventName::Ended,
    EventName::Removed,
    EventName::Operated,
    EventName::Refused,
    EventName::StillStarting,
    EventName::StillStopping,
    EventName::ClockStepped,
    EventName::Reloaded,
    EventName::ShutdownRequested,
    EventName::Stopped,
    EventName::SubscriberPanicked,
];

#[taskvisor::subscriber(on(
    Added,
    Queued,
    Admitted,
    Delayed,
    Scheduled,
    Skipped,
    Started,
    Ready,
    NotReady,
    Succeeded,
    Failed,
    TimedOut,
    Panicked,
    Canceled,
    Interrupted,
    Stalled,
    Snoozed,
    Aborted,
    Backoff,
    RunFailed,
    GaveUp,
    Ended,
    Removed,
    Operated,
    Refused,
    StillStarting,
    StillStopping,
    ClockStepped,
    Reloaded,
    ShutdownRequested,
    Stopped,
    SubscriberPanicked,
))]
async fn all(_: &Event) {}

fn main() {
    assert_eq!(all::NAME, "all");
    let others: Vec<_> = EventName::ALL.iter().filter(|name| !NAMES.contains(name)).collect();
    assert_eq!(others, [&EventName::Lagged]);
}
