//! Executes a program on a paused runtime of one thread, and records everything observable.

use std::sync::Arc;

use taskvisor::{Report, Supervisor, TaskHandle};
use tests::{EventLog, Trace};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::body::Body;
use crate::fixture::{Fixture, begun, report_of};
use crate::listeners::ListenerLog;
use crate::program::{Ms, NAMES, Program};
use crate::readiness::ReadyWait;
use crate::specs::{config, millis, spec};
use crate::view::view;
use crate::vocabulary::{Answer, Received, TaskOutcome, View};

/// The observations of one execution.
pub(crate) struct Played {
    pub(crate) began: Instant,
    pub(crate) event_log: EventLog,
    pub(crate) tasks: Vec<PlayedTask>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) views: Vec<View>,
    /// The tasks that observed a stop request, in that order.
    pub(crate) stop_order: Vec<usize>,
    /// The largest number of concurrent attempts.
    pub(crate) most: usize,
    /// When the shutdown returned.
    pub(crate) returned: Instant,
    /// The result of the run, if the program has one: a report, or the refusal of all its tasks.
    pub(crate) report: Option<Result<Report, String>>,
    pub(crate) listener_logs: Vec<ListenerLog>,
    /// The violated invariants.
    pub(crate) problems: Vec<String>,
}

pub(crate) struct PlayedTask {
    pub(crate) handle: TaskHandle,
    /// When a waiter saw the outcome.
    pub(crate) over: Ms,
    pub(crate) fate: TaskOutcome,
    /// What the context of each attempt held.
    pub(crate) last: Vec<Received>,
    /// What a caller saw that waited until the task was ready.
    pub(crate) ready: ReadyWait,
}

/// Executes a program.
pub(crate) struct Player<'a> {
    pub(crate) program: &'a Program,
    pub(crate) fixture: Arc<Fixture>,
    pub(crate) owner: Option<Supervisor>,
    /// Completes the future of `run_until`.
    pub(crate) until: Option<oneshot::Sender<()>>,
}

/// A run, and when it returned.
pub(crate) type Run = JoinHandle<(Result<Report, String>, Instant)>;

/// A state that lives as long as the supervisor.
struct Witness(#[expect(dead_code, reason = "it is only counted")] Arc<()>);

pub(crate) fn play(program: &Program) -> Played {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    fastrand::seed(program.chance);
    runtime.block_on(async {
        let witness = Arc::new(());
        let mut played = Player::play(program, Witness(Arc::clone(&witness))).await;
        // An aborted Tokio task drops its future when it is polled next.
        sleep(millis(1)).await;
        if Arc::strong_count(&witness) > 1 {
            played.problems.push("the supervisor is alive after its end".to_owned());
        }
        played
    })
}

impl<'a> Player<'a> {
    async fn play(program: &'a Program, witness: Witness) -> Played {
        let (trace, mut listener_logs) = (Trace::new(), Vec::new());
        let mut builder = Supervisor::builder(config(&program.limits)).state(witness);
        #[cfg(feature = "controller")]
        {
            let (per_slot, total) = (program.limits.per_slot, program.limits.total);
            builder = builder.controller(|controller| controller.with_per_slot(per_slot).with_total(total));
        }
        for (number, listener) in program.listeners.iter().enumerate() {
            let (listener_log, subscriber) = ListenerLog::new(*listener, number);
            builder = builder.subscriber(subscriber);
            listener_logs.push(listener_log);
        }
        let owner = builder.subscriber(trace.subscriber()).build();
        let fixture = Arc::new(Fixture::new(owner.handle(), trace, program.limits.defaults));
        let mut player = Self { program, fixture, owner: Some(owner), until: None };
        let run = player.run().await;
        let views = player.execute_all().await;
        player.finish(run, views, listener_logs).await
    }

    /// Starts the run, if the program has one. Its first poll accepts all of its tasks or none.
    async fn run(&mut self) -> Option<Run> {
        let tasks = self.program.run.as_ref()?;
        let (mut specs, mut probes) = (Vec::new(), Vec::new());
        for (name, work) in tasks {
            let probe = Arc::default();
            let task = Body::new(work, &probe, &self.fixture).task(NAMES[*name].to_owned());
            specs.push(spec(work, task));
            probes.push(probe);
        }
        let supervisor = self.owner.clone()?;
        let (until, come) = oneshot::channel();
        self.until = Some(until);
        let run = begun(async move {
            let report = supervisor.run_until(specs, come).await;
            (report_of(report).map_err(|error| error.to_string()), Instant::now())
        });
        let run = run.await;
        for ((name, work), probe) in tasks.iter().zip(probes) {
            if let Some(handle) = self.fixture.supervisor.task(NAMES[*name]) {
                self.fixture.accept(handle, probe, work.policy.as_ref(), work);
            }
        }
        Some(run)
    }

    /// Issues all commands, each in its moment. Returns the view before each burst and the last one before the shutdown.
    async fn execute_all(&mut self) -> Vec<View> {
        let (mut views, mut at) = (Vec::new(), 0);
        let observe = || view(&self.fixture.supervisor, self.fixture.began);
        for burst in &self.program.bursts {
            at += burst.after;
            sleep_until(self.fixture.began + millis(at)).await;
            views.push(observe());
            for command in &burst.commands {
                self.fixture.execute(command, false).await;
            }
        }
        sleep_until(self.fixture.began + millis(at + self.program.rest)).await;
        views.push(observe());
        views
    }
}
