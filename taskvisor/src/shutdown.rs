//! The end of a supervisor: close, ask, wait, abort, drain. One driver does it; everybody else waits for its result.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::cell::{Ask, MARGIN, TaskCell, later};
use crate::context::AppContext;
use crate::current;
use crate::events::{EventKind, EventName};
use crate::outcome::{Rejection, StopCause};
use crate::panics::contain;
use crate::refusal::{RuntimeError, StuckTask};
use crate::shared::{Shared, Stop};
use crate::status::Phase;
use crate::sync::watch;
use crate::wakers::Place;

impl Shared {
    /// The runtime all tasks are spawned on: the one given, or the first one a call came from.
    pub(crate) fn bind(self: &Arc<Self>) -> Result<&Handle, RuntimeError> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let current = Handle::try_current().map_err(|_| RuntimeError::NoRuntime)?;
        Ok(self.bind_to(current))
    }

    pub(crate) fn bind_to(self: &Arc<Self>, runtime: Handle) -> &Handle {
        let mut first = false;
        let bound = self.runtime.get_or_init(|| {
            first = true;
            runtime
        });
        if first {
            let waiting = std::mem::take(&mut *self.subscribers.lock());
            let app = AppContext::new(Arc::clone(self) as _);
            let workers: Vec<_> = waiting
                .into_iter()
                .map(|(subscriber, inbox)| {
                    bound.spawn(subscriber.into_work(app.clone(), inbox)).abort_handle()
                })
                .collect();
            *self.workers.lock() = workers;
            bound.spawn(drive(Driver::new(self)));
        }
        bound
    }

    /// Closes admission and asks every task to stop, the newest first. Asked again, it can only hurry.
    pub(crate) fn ask_all_to_stop(&self, grace: Duration) {
        let now = Instant::now();
        let deadline = later(now, grace);
        // The door is shut and the end told before the driver can see it: finding nobody in, it would be through at once.
        let inside = self.registry.close();
        if inside.first && self.bus.wants(EventName::ShutdownRequested) {
            self.bus.publish(now, None, EventKind::ShutdownRequested);
        }
        for cell in inside.waiting {
            cell.ask(Ask::reject(Rejection::ShuttingDown, now));
        }
        for cell in inside.running.iter().rev() {
            cell.ask(Ask::stop(StopCause::Shutdown, now, grace));
        }
        self.room.notify_waiters();
        self.stop.send_if_modified(|stop| {
            let earlier = stop.result.is_none() && stop.deadline.is_none_or(|known| deadline < known);
            if earlier {
                stop.deadline = Some(deadline);
            }
            stop.asked |= inside.first;
            earlier || inside.first
        });
    }

    /// Begins the end if nothing runs or waits, in one step with closing admission.
    pub(crate) fn stop_if_idle(&self) -> bool {
        let idle = self.registry.close_if_idle();
        if idle {
            self.stop.send_modify(|stop| {
                stop.deadline.get_or_insert_with(Instant::now);
                stop.asked = true;
            });
        }
        idle
    }

    /// The result of the shutdown, the same for everybody who waits. If the driver cannot give it, because its runtime
    /// is gone or blocked, whoever waits on another one finds out who is left.
    pub(crate) async fn stopped(&self) -> Result<(), RuntimeError> {
        match first(self.answered(), self.overdue()).await {
            First::Left(result) => result,
            First::Right(()) => {
                self.force_all(Instant::now());
                sleep(MARGIN).await;
                let now = Instant::now();
                let (stuck, others) = self.force_all(now);
                let left: Vec<_> = stuck.iter().chain(&others).map(|cell| describe(cell, now)).collect();
                if left.is_empty() { Ok(()) } else { Err(RuntimeError::Stuck(left.into())) }
            }
        }
    }

    async fn answered(&self) -> Result<(), RuntimeError> {
        match self.stop.subscribe().wait_for(|stop| stop.result.is_some()).await {
            Ok(stop) => stop.result.clone().unwrap_or(Ok(()))?,
            Err(_) => return Ok(()),
        }
        // At once, unless the runtime was dropped under the tasks: then they are being dropped.
        self.idle().await;
        Ok(())
    }

    /// Completes when the driver should have answered long ago.
    async fn overdue(&self) {
        let mut stop = self.stop.subscribe();
        let deadline =
            stop.wait_for(|stop| stop.deadline.is_some()).await.ok().and_then(|stop| stop.deadline);
        let due = later(later(deadline.unwrap_or_else(Instant::now), self.config.drain), 20 * MARGIN);
        // Outside a runtime with timers there is nothing to tell the time by.
        let known = if Handle::try_current().is_ok() { contain(|| sleep_until(due)).ok() } else { None };
        match known {
            Some(alarm) => alarm.await,
            None => pending().await,
        }
    }

    /// Completes when nothing runs or waits.
    pub(crate) async fn idle(&self) {
        let mut waiting = Waiting { shared: self, place: None };
        poll_fn(|context| self.registry.poll_idle(&mut waiting.place, context)).await;
    }

    pub(crate) fn is_caller_inside(&self) -> bool {
        current::caller().is_some_and(|caller| caller.supervisor == self.address())
    }
}

/// Among those who wait for idleness until it is dropped.
struct Waiting<'a> {
    shared: &'a Shared,
    place: Option<Place>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.registry.forget_idle(self.place);
    }
}

/// Answers those who wait for the shutdown, whatever becomes of the driver.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    result: Result<(), RuntimeError>,
}

impl Driver {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), result: Ok(()) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let result = std::mem::replace(&mut self.result, Ok(()));
        self.shared.registry.close();
        self.shared.stop.send_modify(|stop| {
            stop.deadline.get_or_insert_with(Instant::now);
            stop.result = Some(result);
        });
    }
}

pub(crate) async fn drive(mut driver: Driver) {
    let shared = Arc::clone(&driver.shared);
    let mut stop = shared.stop.subscribe();
    // The sender lives in `shared`, so it cannot be gone.
    let _ = stop.wait_for(|stop| stop.asked && stop.deadline.is_some()).await;
    let stuck = until_gone(&shared, &mut stop).await;
    if shared.bus.wants(EventName::Stopped) {
        shared.bus.publish(Instant::now(), None, EventKind::Stopped);
    }
    shared.bus.close();
    let _ = timeout(shared.config.drain, shared.bus.drained()).await;
    let workers = std::mem::take(&mut *shared.workers.lock());
    for worker in workers {
        worker.abort();
    }
    if !stuck.is_empty() {
        driver.result = Err(RuntimeError::Stuck(stuck.into()));
    }
}

/// Waits until all tasks are gone; past the deadline, ends those that block. Says who is left.
async fn until_gone(shared: &Shared, stop: &mut watch::Receiver<Stop>) -> Vec<StuckTask> {
    let (mut tries, mut left, mut checked) = (0, usize::MAX, None::<Instant>);
    loop {
        let deadline = stop.borrow_and_update().deadline.unwrap_or_else(Instant::now);
        let due = later(checked.map_or(deadline, |checked| checked.max(deadline)), MARGIN);
        match first(shared.idle(), first(stop.changed(), sleep_until(due))).await {
            First::Left(()) => return Vec::new(),
            First::Right(First::Left(_)) => continue,
            First::Right(First::Right(())) => tries += 1,
        }
        let now = Instant::now();
        checked = Some(now);
        let (stuck, others) = shared.force_all(now);
        // While others still go, they are given time.
        if others.len() < left {
            left = others.len();
            tries = 0;
        }
        // One that is not inside a poll is about to end; if it does not, its thread is blocked by another.
        if others.is_empty() && !stuck.is_empty() || tries == 2 {
            return stuck.iter().chain(&others).map(|cell| describe(cell, now)).collect();
        }
    }
}

impl Shared {
    /// Ends in their place those tasks that block past their grace: who blocks, and who is there beside them. It has to be
    /// called twice, a margin apart: nobody is given up who was seen once.
    pub(crate) fn force_all(&self, now: Instant) -> (Vec<Arc<TaskCell>>, Vec<Arc<TaskCell>>) {
        let cells = self.registry.cells();
        for cell in &cells {
            cell.force(now);
        }
        let left = cells.into_iter().filter(|cell| !matches!(cell.status().phase, Phase::Ended(_)));
        left.partition(|cell| matches!(cell.status().phase, Phase::Stuck { .. }))
    }
}

pub(crate) fn describe(cell: &TaskCell, now: Instant) -> StuckTask {
    let status = cell.status();
    StuckTask {
        name: status.name.into_owned(),
        id: status.id,
        running_for: now.saturating_duration_since(status.since),
    }
}

pub(crate) enum First<A, B> {
    Left(A),
    Right(B),
}

/// Which of two completes first; the other is dropped. If both do, the left one.
pub(crate) async fn first<A: Future, B: Future>(left: A, right: B) -> First<A::Output, B::Output> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|context| {
        if let Poll::Ready(output) = left.as_mut().poll(context) {
            return Poll::Ready(First::Left(output));
        }
        right.as_mut().poll(context).map(First::Right)
    })
    .await
}
