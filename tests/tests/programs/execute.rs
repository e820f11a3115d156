//! Executes a command on the runtime.

use std::sync::Arc;

use taskvisor::{RuntimeError, SupervisorHandle, TaskHandle};
use tokio::time::Instant;

use crate::body::{Body, Probe, lock};
use crate::fixture::{Answered, Fixture, Waited, begun, report_of};
use crate::program::{Command, Ms, NAMES, Name, Work, meant};
use crate::specs::{millis, moment, spec};
use crate::vocabulary::{Answer, Refusal};

impl Fixture {
    /// Executes a command, from inside a task or from outside, and records its answer.
    pub(crate) async fn execute(self: &Arc<Self>, command: &Command, inside: bool) {
        let answer = self.answer(command, inside).await;
        lock(&self.answers).push(answer);
        self.report_stopping_tasks();
    }

    async fn answer(self: &Arc<Self>, command: &Command, inside: bool) -> Answered {
        Answered::Now(match command {
            Command::Add { name, work } => self.add(*name, work),
            Command::AddInstances { pool, instances, work } => self.add_instances(*pool, *instances, work),
            Command::Scale { pool, instances } => self.scale(*pool, *instances),
            Command::Operate { pool, operation } => self.operate(*pool, *operation),
            #[cfg(feature = "controller")]
            Command::Submit { slot, admission, sort, work } => self.submit(*slot, *admission, *sort, work),
            #[cfg(not(feature = "controller"))]
            Command::Submit { .. } => unreachable!("there are no slots to submit to"),
            Command::Cancel { before, grace } => match (self.meant(*before), grace) {
                (Some(task), Some(grace)) => Answer::StopRequested(task.cancel_with_grace(millis(*grace))),
                (Some(task), None) => Answer::StopRequested(task.cancel()),
                (None, _) => Answer::Nothing,
            },
            Command::Restart { before } => match self.meant(*before) {
                Some(task) => match task.restart() {
                    Ok(()) => {
                        self.trace.restarted(&task);
                        Answer::Restarted
                    }
                    Err(error) => Answer::Refused(vec![Refusal::of(&error)]),
                },
                None => Answer::Nothing,
            },
            Command::Pause { before } => match self.meant(*before) {
                Some(task) => match task.pause() {
                    Ok(first) => {
                        self.trace.paused(&task);
                        Answer::Paused(first)
                    }
                    Err(error) => Answer::Refused(vec![Refusal::of(&error)]),
                },
                None => Answer::Nothing,
            },
            Command::PauseAfter { before } => match self.meant(*before) {
                Some(task) => match task.pause_after_attempt() {
                    Ok(first) => {
                        self.trace.pauses_later(&task);
                        Answer::Paused(first)
                    }
                    Err(error) => Answer::Refused(vec![Refusal::of(&error)]),
                },
                None => Answer::Nothing,
            },
            Command::Resume { before } => match self.meant(*before) {
                Some(task) => match task.resume() {
                    Ok(was_paused) => Answer::Resumed(was_paused),
                    Err(error) => Answer::Refused(vec![Refusal::of(&error)]),
                },
                None => Answer::Nothing,
            },
            Command::Trigger { before } => match self.meant(*before) {
                Some(task) => match task.trigger() {
                    Ok(ended) => {
                        self.trace.triggered(&task);
                        Answer::Triggered(ended)
                    }
                    Err(error) => Answer::Refused(vec![Refusal::of(&error)]),
                },
                None => Answer::Nothing,
            },
            Command::CancelNamed { name, grace } => return self.cancel_and_wait(*name, *grace).await,
            Command::Remove { name } => match self.supervisor.remove_task(NAMES[*name]) {
                Ok(first) => Answer::StopRequested(first),
                Err(error) => unknown(&error),
            },
            #[cfg(feature = "controller")]
            Command::Clear { slot } => {
                Answer::Cleared(self.supervisor.clear_slot(crate::program::SLOTS[*slot]))
            }
            #[cfg(not(feature = "controller"))]
            Command::Clear { .. } => unreachable!("there are no slots to clear"),
            Command::Stop if inside => {
                self.stop_from_inside().await;
                Answer::Done
            }
            Command::Stop => {
                self.stop().await;
                Answer::Done
            }
        })
    }

    fn meant(&self, before: usize) -> Option<TaskHandle> {
        let accepted = lock(&self.accepted);
        meant(before, accepted.len()).map(|number| accepted[number].handle.clone())
    }

    /// Requests the shutdown, and spawns a waiter for it.
    pub(crate) async fn stop(&self) {
        let stop = begun(wait_for_the_end(self.supervisor.clone())).await;
        lock(&self.stops).push(stop);
        self.report_stopping_tasks();
    }

    /// Requests the shutdown from inside a task. The call must fail, because a task cannot await its own shutdown.
    async fn stop_from_inside(&self) {
        match self.supervisor.shutdown().await {
            Err(RuntimeError::WouldDeadlock) => {}
            other => self.problem(format!("a task waited for the shutdown: {other:?}")),
        }
        let stop = tokio::spawn(wait_for_the_end(self.supervisor.clone()));
        lock(&self.stops).push(stop);
    }

    fn add(self: &Arc<Self>, name: Name, work: &Work) -> Answer {
        let probe = Arc::default();
        let task = Body::new(work, &probe, self).task(NAMES[name].to_owned());
        match self.supervisor.add_task(spec(work, task)) {
            Ok(task) => self.accept(task, probe, work.policy.as_ref(), work),
            Err(error) => {
                let reason = Refusal::of(error.reason());
                self.refused(reason, error.into_spec(), &probe)
            }
        }
    }

    /// Checks that a refused task returns to its caller, and that the runtime keeps no part of it.
    pub(crate) fn refused<S>(&self, reason: Refusal, comes_back: S, probe: &Arc<Probe>) -> Answer {
        if probe.is_dropped() {
            self.problem("the runtime dropped a refused task");
        }
        drop(comes_back);
        if !probe.is_dropped() {
            self.problem("the runtime keeps a part of a refused task");
        }
        Answer::Refused(vec![reason])
    }

    async fn cancel_and_wait(&self, name: Name, grace: Option<Ms>) -> Answered {
        let (supervisor, began) = (self.supervisor.clone(), self.began);
        let cancel = begun(async move {
            let canceled = match grace {
                Some(grace) => supervisor.cancel_with_grace(NAMES[name], millis(grace)).await,
                None => supervisor.cancel(NAMES[name]).await,
            };
            match canceled {
                Ok(first) => Answer::CanceledAndEnded(first, moment(began.elapsed())),
                Err(error) => unknown(&error),
            }
        });
        Answered::Later(cancel.await)
    }
}

async fn wait_for_the_end(supervisor: SupervisorHandle) -> Result<Waited, String> {
    let called = Instant::now();
    let shutdown = supervisor.shutdown().await;
    report_of(shutdown)
        .map(|_| Waited { called, returned: Instant::now() })
        .map_err(|error| error.to_string())
}

fn unknown(error: &RuntimeError) -> Answer {
    match error {
        RuntimeError::UnknownTask { .. } => Answer::UnknownTask,
        other => Answer::Refused(vec![Refusal::of(other)]),
    }
}
