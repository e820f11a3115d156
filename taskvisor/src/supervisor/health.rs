//! The health of a supervisor: the counts of `runtime/health` if all is well, and otherwise a list of what is wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::SupervisorHandle;
use crate::runtime::cell::{Overdue, Symptom, TaskCell, has_stuck_tasks};
use crate::runtime::shared::Shared;
use crate::task::{Health, HealthReason, HealthReasonKind, TaskId, TaskName};

/// How often a list is made anew because it was out of date.
const MAX_LISTINGS: usize = 3;

impl SupervisorHandle {
    /// Returns the health: whether the supervisor is live, ready and started, and what is wrong. The page `docs/operations.md` has a
    /// table of the reasons.
    ///
    /// It is ready while each task of the start-up set is ready, which [`ready`](Self::ready) describes, and no shutdown was
    /// requested. Without such tasks, it is ready from the start of its first task or of `run` on. Unlike `ready`, which waits until
    /// each task has been ready once, it is not ready again whenever a task of the set loses its readiness: by a failed attempt, a
    /// restart, a pause, a stop request, or its end unless it has completed. A task that joins the set later counts at once. A critical
    /// task that declares no readiness, and that no other depends on, counts as ready once its first attempt has begun, while it is
    /// neither paused nor stopped.
    ///
    /// If all is well, the call takes a few nanoseconds: it reads counters, takes no lock, and looks at no task.
    ///
    /// After the supervisor was dropped, it is not ready, and is shutting down.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// assert!(!supervisor.health().started);
    ///
    /// let feed = TaskFn::arc("feed", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// supervisor.add_task(TaskSpec::once(feed))?;
    /// let health = supervisor.health();
    /// assert!(health.live && health.ready && health.started && health.reasons.is_empty());
    ///
    /// supervisor.stop();
    /// assert_eq!(supervisor.health().to_string(), "not ready: shutting down");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn health(&self) -> Health {
        match self.shared() {
            Ok(shared) => shared.health(),
            Err(_) => {
                let since = Instant::now();
                Health { live: true, ready: false, started: true, since, reasons: vec![shutting_down(since)] }
            }
        }
    }
}

impl Shared {
    fn health(&self) -> Health {
        let count = self.startup_set.count();
        let ready = count.is_ready();
        if ready && !self.suspects.has_any() && !self.liveness.is_blocked() && !has_stuck_tasks() {
            return Health {
                live: true,
                ready,
                started: true,
                since: count.changed_at(),
                reasons: Vec::new(),
            };
        }
        self.listed_health()
    }

    #[cold]
    fn listed_health(&self) -> Health {
        let count = self.startup_set.count();
        for _ in 1..MAX_LISTINGS {
            let ready = count.is_ready();
            let health = self.list_health(ready);
            // A task may have changed meanwhile: a caller expects the reasons of what it reads.
            let blocks_ready = health.reasons.iter().any(|reason| reason.blocks_ready);
            let is_complete = ready != blocks_ready || !count.has_begun();
            if is_complete && ready == count.is_ready() {
                return health;
            }
        }
        self.list_health(count.is_ready())
    }

    fn list_health(&self, ready: bool) -> Health {
        let count = self.startup_set.count();
        let (live, started, since) = (!self.liveness.is_blocked(), count.has_started(), count.changed_at());
        // One for each task: of two, the one that says more.
        let mut reasons = BTreeMap::<TaskId, HealthReason>::new();
        let mut add = |cell: &Arc<TaskCell>, kind| {
            let reason = reason(cell, kind);
            match reasons.get_mut(&cell.id()) {
                Some(known) if known.kind.rank() <= reason.kind.rank() => {}
                Some(known) => *known = reason,
                None => drop(reasons.insert(cell.id(), reason)),
            }
        };
        for cell in self.suspects.find() {
            if let Some(symptom) = cell.symptom() {
                add(&cell, kind_of(symptom));
            }
        }
        for (cell, overdue) in self.liveness.blocked() {
            let kind = match overdue {
                Overdue::Heartbeat(_) => HealthReasonKind::Stalled,
                Overdue::Request(_) => HealthReasonKind::Stuck,
            };
            add(&cell, kind);
        }
        if has_stuck_tasks() {
            let is_stuck = |cell: &Arc<TaskCell>| cell.symptom() == Some(Symptom::Stuck);
            self.registry.cells().iter().filter(|cell| is_stuck(cell)).for_each(|cell| {
                add(cell, HealthReasonKind::Stuck);
            });
        }
        if count.has_unready_tasks() {
            for cell in self.startup_set.tasks() {
                if cell.holds_up_since().is_some() {
                    add(&cell, cell.symptom().map_or(HealthReasonKind::NotReady, kind_of));
                }
            }
        }
        let mut reasons = Vec::from_iter(reasons.into_values());
        if count.is_shutting_down() {
            let requested_at = self.shutdown.borrow().requested_at;
            reasons.push(shutting_down(requested_at.unwrap_or(since)));
        }
        // Stable: otherwise in the order in which the tasks were added.
        reasons.sort_by_key(|reason| (!reason.blocks_ready, reason.kind.rank()));
        Health { live, ready, started, since, reasons }
    }

    /// Forgets the failed tasks that a task which starts replaces, because it has their name.
    #[cold]
    pub(super) fn replace_failed(&self, cell: &TaskCell) {
        self.startup_set.replace(cell);
        self.suspects.replace(cell);
    }
}

fn kind_of(symptom: Symptom) -> HealthReasonKind {
    match symptom {
        Symptom::GaveUp => HealthReasonKind::GaveUp,
        Symptom::Stalled => HealthReasonKind::Stalled,
        Symptom::Stuck => HealthReasonKind::Stuck,
        Symptom::Paused => HealthReasonKind::Paused,
    }
}

fn reason(cell: &Arc<TaskCell>, kind: HealthReasonKind) -> HealthReason {
    let status = cell.status();
    let held_up_since = cell.holds_up_since();
    let since = match kind {
        HealthReasonKind::NotReady => held_up_since.unwrap_or(status.since),
        _ => status.since,
    };
    HealthReason {
        kind,
        task: Some(TaskName::of(Arc::clone(cell) as _)),
        since,
        last_error: status.last_error,
        failures: status.failures,
        blocks_ready: held_up_since.is_some(),
    }
}

fn shutting_down(since: Instant) -> HealthReason {
    HealthReason {
        kind: HealthReasonKind::ShuttingDown,
        task: None,
        since,
        last_error: None,
        failures: 0,
        blocks_ready: true,
    }
}
