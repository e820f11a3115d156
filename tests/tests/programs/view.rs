//! The observable state of a supervisor at one moment.

use taskvisor::{Phase, ScheduledTime, SupervisorHandle, TaskHandle, TaskStatus, WaitingOn};
use tokio::time::Instant;

use crate::specs::moment;
use crate::vocabulary::{Error, Seen, SeenPhase, SeenSlot, Tick, View};

pub(crate) fn view(supervisor: &SupervisorHandle, began: Instant) -> View {
    View {
        at: moment(began.elapsed()),
        tasks: statuses(supervisor).iter().map(|status| seen(status, began)).collect(),
        slots: slots(supervisor, began),
    }
}

/// All live tasks, the oldest first, and each instance by itself.
fn statuses(supervisor: &SupervisorHandle) -> Vec<TaskStatus> {
    let rows = supervisor.tasks();
    let open = |row: &TaskStatus| match row.instances() {
        [] => vec![row.clone()],
        instances => instances.to_vec(),
    };
    let mut statuses: Vec<_> = rows.iter().flat_map(open).collect();
    statuses.sort_by_key(|status| status.id);
    statuses
}

fn seen(status: &TaskStatus, began: Instant) -> Seen {
    let phase = match &status.phase {
        Phase::Waiting { on: WaitingOn::Slot, .. } => SeenPhase::ForSlot,
        Phase::Waiting { on: WaitingOn::Permit { of, .. }, .. } => SeenPhase::ForPermit(of.to_string()),
        Phase::Waiting { on: WaitingOn::Rate { until, .. }, .. } => {
            SeenPhase::ForRate(moment(*until - began))
        }
        Phase::Waiting { on: WaitingOn::Dependency { name, .. }, .. } => {
            SeenPhase::ForDependency(name.to_string())
        }
        Phase::Running { attempt, .. } => SeenPhase::Running(*attempt),
        Phase::Sleeping { attempt, until, .. } if status.next_attempt == Some(*until) => {
            SeenPhase::Sleeping(*attempt, *until - began)
        }
        Phase::Paused { gave_up, .. } => SeenPhase::Paused(*gave_up),
        other => SeenPhase::Strange(other.to_string()),
    };
    let is_exact = matches!(status.phase, Phase::Sleeping { .. }) || status.next_attempt.is_none();
    let phase = if is_exact { phase } else { SeenPhase::Strange("has a next attempt".to_owned()) };
    let tick = |time: Option<ScheduledTime>| time.map(|time| Tick::of(time, began));
    Seen {
        name: status.name.to_string(),
        slot: status.slot.as_deref().map(str::to_owned),
        phase,
        since: moment(status.since - began),
        attempt: status.attempt,
        failures: status.failures,
        last_error: status.last_error.as_ref().map(Error::of),
        stopping: status.stopping,
        next_run: tick(status.next_run()),
        last_run: tick(status.last_run()),
        skipped_ticks: status.skipped_ticks(),
    }
}

/// Whether the supervisor lists the task, or one of its slots holds it.
pub(crate) fn is_there(supervisor: &SupervisorHandle, task: &TaskHandle) -> bool {
    statuses(supervisor).iter().any(|status| status.id == task.id()) || owns(supervisor, task)
}

#[cfg(feature = "controller")]
fn owns(supervisor: &SupervisorHandle, task: &TaskHandle) -> bool {
    let slots = supervisor.slots();
    let waits = slots.iter().flat_map(|slot| &slot.waiting).any(|waiter| waiter.id == task.id());
    let others = slots.iter().flat_map(|slot| &slot.more_owners).any(|owner| owner.id == task.id());
    waits || others || slots.iter().any(|slot| slot.owner_id == task.id())
}

#[cfg(not(feature = "controller"))]
fn owns(_: &SupervisorHandle, _: &TaskHandle) -> bool {
    false
}

#[cfg(feature = "controller")]
fn slots(supervisor: &SupervisorHandle, began: Instant) -> Vec<SeenSlot> {
    let slot = |slot: &taskvisor::SlotStatus| SeenSlot {
        key: slot.key.to_string(),
        capacity: slot.capacity,
        owners: std::iter::once((slot.owner.clone(), moment(slot.since - began)))
            .chain(slot.more_owners.iter().map(|owner| (owner.name.clone(), moment(owner.since - began))))
            .collect(),
        waiting: slot
            .waiting
            .iter()
            .map(|waiter| format!("{} {:?}", waiter.name, waiter.admission))
            .collect(),
    };
    supervisor.slots().iter().map(slot).collect()
}

#[cfg(not(feature = "controller"))]
fn slots(_: &SupervisorHandle, _: Instant) -> Vec<SeenSlot> {
    Vec::new()
}
