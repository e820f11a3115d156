//! The end of a program: the shutdown, and the conditions that hold after it for every program.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{Config, Phase, Report, TaskFn, TaskSpec};
use tokio::time::{Instant, sleep, timeout};

use crate::body::lock;
use crate::fixture::{Accepted, Answered, Fixture, Waited};
use crate::listeners::ListenerLog;
use crate::play::{Played, PlayedTask, Player, Run};
use crate::program::{NAMES, ShutdownTrigger};
use crate::view::view;
use crate::vocabulary::{Answer, TaskOutcome, View};

/// An upper bound on the time that a program takes to end after the shutdown request.
const PATIENCE: Duration = Duration::from_secs(60);

impl Player<'_> {
    pub(crate) async fn finish(
        mut self,
        run: Option<Run>,
        views: Vec<View>,
        listener_logs: Vec<ListenerLog>,
    ) -> Played {
        self.begin_the_end(&run).await;
        let (report, returned) = self.returned(run).await;
        self.check_nothing_is_left();
        let answers = self.all_answers().await;
        let tasks = self.all_ended().await;
        self.check_nothing_moves().await;
        let Self { fixture, owner, .. } = self;
        drop(owner);
        let problems = lock(&fixture.problems).clone();
        let fixture = Arc::into_inner(fixture);
        let fixture =
            fixture.unwrap_or_else(|| panic!("something of a task is kept: {}", problems.join("; ")));
        let Fixture { trace, began, crowd, .. } = fixture;
        let event_log = trace.check();
        let (stop_order, most) = (crowd.stop_order(), crowd.most());
        Played {
            began,
            event_log,
            tasks,
            answers,
            views,
            stop_order,
            most,
            returned,
            report,
            listener_logs,
            problems,
        }
    }

    async fn begin_the_end(&mut self, run: &Option<Run>) {
        let goes_on = run.as_ref().is_some_and(|run| !run.is_finished());
        let until = self.until.take();
        match self.program.shutdown_trigger {
            ShutdownTrigger::Until if goes_on => {
                let _ = until.map(|until| until.send(()));
            }
            ShutdownTrigger::Dropped if !goes_on => {
                self.owner = None;
                self.check_all_stopping();
                self.fixture.stop().await;
            }
            _ => self.fixture.stop().await,
        }
    }

    fn check_all_stopping(&self) {
        let accepted = lock(&self.fixture.accepted);
        // The tasks of a later wave do not stop yet.
        if accepted.iter().any(|task| task.depends) {
            return;
        }
        for status in accepted.iter().map(|task| task.handle.status()) {
            if !status.stopping && !matches!(status.phase, Phase::Ended(_)) {
                self.fixture.problem(format!("no stop request when the supervisor was dropped: {status:?}"));
            }
        }
    }

    /// Returns when the shutdown completed. All of its callers must return then, and later callers at once.
    async fn returned(&self, run: Option<Run>) -> (Option<Result<Report, String>>, Instant) {
        let mut waited = Vec::new();
        for stop in take(&self.fixture.stops) {
            match timeout(PATIENCE, stop).await {
                Ok(Ok(Ok(call))) => waited.push(call),
                other => self.fixture.problem(format!("a shutdown that ended like this: {other:?}")),
            }
        }
        let mut report = None;
        if let Some(run) = run {
            match timeout(PATIENCE, run).await {
                Ok(Ok((result, returned))) => {
                    waited.extend(result.is_ok().then_some(Waited { called: self.fixture.began, returned }));
                    report = Some(result);
                }
                other => self.fixture.problem(format!("a run that ended like this: {other:?}")),
            }
        }
        let first = waited.iter().map(|waited| waited.returned).min().unwrap_or_else(Instant::now);
        if waited.iter().any(|waited| waited.returned != first.max(waited.called)) {
            self.fixture.problem(format!("calls of the shutdown returned at different times: {waited:?}"));
        }
        (report, first)
    }

    /// Checks that no task, slot or name is left, and that the supervisor accepts no task.
    fn check_nothing_is_left(&self) {
        let left = view(&self.fixture.supervisor, self.fixture.began);
        if !left.tasks.is_empty() || !left.slots.is_empty() {
            self.fixture.problem(format!("left after the shutdown: {left:?}"));
        }
        if let Some(name) = NAMES.iter().find(|name| self.fixture.supervisor.is_alive(name)) {
            self.fixture.problem(format!("`{name}` is taken after the shutdown"));
        }
        let late = TaskSpec::with_defaults(TaskFn::arc("late", || async { Ok(()) }), &Config::default());
        if self.fixture.supervisor.add_task(late).is_ok() {
            self.fixture.problem("a task was accepted after the shutdown".to_owned());
        }
    }

    async fn all_answers(&self) -> Vec<Answer> {
        let mut answers = Vec::new();
        for answer in take(&self.fixture.answers) {
            answers.push(match answer {
                Answered::Now(answer) => answer,
                Answered::Later(answer) => match timeout(PATIENCE, answer).await {
                    Ok(Ok(answer)) => answer,
                    other => {
                        self.fixture.problem(format!("an answer that ended like this: {other:?}"));
                        Answer::Nothing
                    }
                },
            });
        }
        answers
    }

    /// Collects the outcome of every task, and checks that a late caller gets the same outcome.
    async fn all_ended(&self) -> Vec<PlayedTask> {
        let mut tasks = Vec::new();
        for Accepted { handle, probe, over, ready, .. } in take(&self.fixture.accepted) {
            let Ok(Ok((over, fate))) = timeout(PATIENCE, over).await else {
                self.fixture.problem(format!("{handle:?} never ended: {:?}", handle.status()));
                continue;
            };
            let Ok(Ok(ready)) = timeout(PATIENCE, ready).await else {
                self.fixture.problem(format!("a caller waits for ever until {handle:?} is ready"));
                continue;
            };
            let late = handle.outcome().await;
            if TaskOutcome::of(&late) != fate {
                self.fixture.problem(format!("{handle:?} ended twice: {fate:?}, then {late}"));
            }
            self.fixture.trace.ended(&handle, late);
            tasks.push(PlayedTask { handle, over, fate, last: probe.last(), ready });
        }
        tasks
    }

    /// Checks that no event follows the return of the shutdown.
    async fn check_nothing_moves(&self) {
        let before = self.fixture.trace.so_far().events().len();
        sleep(PATIENCE).await;
        let after = self.fixture.trace.so_far().events().len();
        if before != after {
            self.fixture.problem(format!("{} events after the shutdown", after - before));
        }
    }
}

fn take<T>(mutex: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut *lock(mutex))
}
