//! The units and descriptions of all metrics.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// The names, in the order of the table in `docs/operations.md`.
pub(super) const ATTEMPTS: &str = "taskvisor_attempts_total";
pub(super) const ATTEMPT_SECONDS: &str = "taskvisor_attempt_seconds";
pub(super) const RESTARTS: &str = "taskvisor_restarts_total";
pub(super) const TASK_STATE: &str = "taskvisor_task_state";
pub(super) const READY: &str = "taskvisor_ready";
pub(super) const HEARTBEAT_AGE: &str = "taskvisor_heartbeat_age_seconds";
pub(super) const GIVE_UPS: &str = "taskvisor_give_ups_total";
pub(super) const ENDED: &str = "taskvisor_ended_total";
pub(super) const SLOT_WAITING: &str = "taskvisor_slot_waiting";
pub(super) const SLOT_WAIT_SECONDS: &str = "taskvisor_slot_wait_seconds";
#[cfg(feature = "controller")]
pub(super) const REFUSED: &str = "taskvisor_refused_total";
pub(super) const SHUTDOWN_SECONDS: &str = "taskvisor_shutdown_seconds";

/// Describes all of them to the recorder.
pub(super) fn describe() {
    use crate::event::bus::EVENTS_LOST;
    describe_counter!(ATTEMPTS, Unit::Count, "Attempts that have ended, by result.");
    describe_histogram!(ATTEMPT_SECONDS, Unit::Seconds, "How long attempts have taken.");
    describe_counter!(RESTARTS, Unit::Count, "Attempts after the first one of a task, by what came before.");
    describe_gauge!(TASK_STATE, Unit::Count, "Live tasks in each state.");
    describe_gauge!(READY, Unit::Count, "Live tasks that are ready.");
    describe_gauge!(
        HEARTBEAT_AGE,
        Unit::Seconds,
        "The largest age of the latest heartbeat of a running attempt."
    );
    describe_counter!(GIVE_UPS, Unit::Count, "How often tasks have given up.");
    describe_counter!(ENDED, Unit::Count, "Tasks that have ended, by outcome.");
    describe_gauge!(SLOT_WAITING, Unit::Count, "Submissions that wait for their slot.");
    describe_histogram!(SLOT_WAIT_SECONDS, Unit::Seconds, "How long submissions have waited for their slot.");
    #[cfg(feature = "controller")]
    describe_counter!(REFUSED, Unit::Count, "Submissions that were refused, by reason.");
    describe_counter!(EVENTS_LOST, Unit::Count, "Events that did not fit into the queue of a subscriber.");
    describe_gauge!(SHUTDOWN_SECONDS, Unit::Seconds, "How long the shutdown has taken, with its drain.");
}
