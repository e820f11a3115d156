//! Submits a task or a job to the runtime.

use std::sync::Arc;

use taskvisor::{ControllerSpec, TaskHandle};

use crate::body::Body;
use crate::fixture::Fixture;
use crate::program::{Admission, SLOTS, Sort, Work};
use crate::specs::{millis, spec};
use crate::vocabulary::{Answer, Refusal};

impl Fixture {
    pub(crate) fn submit(
        self: &Arc<Self>,
        slot: Option<usize>,
        admission: Admission,
        sort: Sort,
        work: &Work,
    ) -> Answer {
        let probe = Arc::default();
        let body = Body::new(work, &probe, self);
        let slot = slot.map(|slot| SLOTS[slot]);
        let submitted = match (sort, slot) {
            (Sort::Task, Some(slot)) => {
                let own_name = format!("s{}", self.next_command());
                let name = work.rare.limited.label().map_or(own_name, str::to_owned);
                let task = body.task(name);
                let spec = spec(work, task);
                let submission = ControllerSpec::new(spec, admission.into())
                    .with_slot(slot)
                    .with_expires(work.expires.map(millis))
                    .with_capacity(work.rare.capacity.unwrap_or(1));
                self.supervisor.submit(submission).map_err(|error| {
                    let reason = Refusal::of(error.reason());
                    self.refused(reason, error.into_submission(), &probe)
                })
            }
            #[cfg(feature = "macros")]
            _ => self.submit_job(slot, admission, sort, body, work, &probe),
            #[cfg(not(feature = "macros"))]
            _ => unreachable!("there are no jobs"),
        };
        match submitted {
            Ok(task) => {
                let capacity = work.rare.capacity.filter(|_| sort == Sort::Task).unwrap_or(1);
                self.enter(slot, admission, capacity, &task);
                let policy = sort.policy(work, &self.defaults);
                let work = match sort {
                    Sort::Task => work.clone(),
                    Sort::Once | Sort::Retried | Sort::Limited => work.clone().of_a_job(sort),
                };
                self.accept(task, probe, policy.as_ref(), &work)
            }
            Err(refused) => refused,
        }
    }

    /// Registers the task with the recorder, which checks the owner of the slot.
    fn enter(&self, slot: Option<&str>, admission: Admission, capacity: usize, task: &TaskHandle) {
        self.trace.set_capacity(task, capacity);
        match slot {
            // Owners beside each other start in any order, because they wait for other things too.
            Some(slot) if admission == Admission::Queue && capacity == 1 => self.trace.in_order(task, slot),
            Some(slot) => self.trace.in_slot(task, slot),
            None => {}
        }
    }
}

impl From<Admission> for taskvisor::Admission {
    fn from(admission: Admission) -> Self {
        match admission {
            Admission::Queue => Self::Queue,
            Admission::Replace => Self::Replace,
            Admission::DropIfRunning => Self::DropIfRunning,
            Admission::Latest => Self::Latest,
        }
    }
}
