//! The end of a program: the shutdown, and what must hold after it whatever the program was.

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

/// Long enough for anything of a program to be over, once the shutdown is asked for.
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
        let flaws = lock(&fixture.flaws).clone();
        let fixture = Arc::into_inner(fixture);
        let fixture = fixture.unwrap_or_else(|| panic!("something of a task is kept: {}", flaws.join("; ")));
        let Fixture { trace, began, crowd, .. } = fixture;
        let event_log = trace.check();
        let (heard, most) = (crowd.heard(), crowd.most());
        Played {
            began,
            event_log,
            tasks,
            answers,
            views,
            heard,
            most,
            returned,
            report,
            listener_logs,
            flaws,
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
                self.check_all_asked();
                self.fixture.stop().await;
            }
            _ => self.fixture.stop().await,
        }
    }

    fn check_all_asked(&self) {
        for status in lock(&self.fixture.accepted).iter().map(|task| task.handle.status()) {
            if !status.stopping && !matches!(status.phase, Phase::Ended(_)) {
                self.fixture.flaw(format!("not asked to stop when the supervisor was dropped: {status:?}"));
            }
        }
    }

    /// When the shutdown was through: everybody who waited for it was told then, and later callers at once.
    async fn returned(&self, run: Option<Run>) -> (Option<Result<Report, String>>, Instant) {
        let mut waited = Vec::new();
        for stop in take(&self.fixture.stops) {
            match timeout(PATIENCE, stop).await {
                Ok(Ok(Ok(told))) => waited.push(told),
                other => self.fixture.flaw(format!("a shutdown that ended like this: {other:?}")),
            }
        }
        let mut report = None;
        if let Some(run) = run {
            match timeout(PATIENCE, run).await {
                Ok(Ok((result, returned))) => {
                    waited.extend(result.is_ok().then_some(Waited { called: self.fixture.began, returned }));
                    report = Some(result);
                }
                other => self.fixture.flaw(format!("a run that ended like this: {other:?}")),
            }
        }
        let first = waited.iter().map(|waited| waited.returned).min().unwrap_or_else(Instant::now);
        if waited.iter().any(|waited| waited.returned != first.max(waited.called)) {
            self.fixture.flaw(format!("the shutdown was told at different times: {waited:?}"));
        }
        (report, first)
    }

    /// Everybody was counted out, and nobody is let in any more.
    fn check_nothing_is_left(&self) {
        let left = view(&self.fixture.supervisor, self.fixture.began);
        if !left.tasks.is_empty() || !left.slots.is_empty() {
            self.fixture.flaw(format!("left after the shutdown: {left:?}"));
        }
        if let Some(name) = NAMES.iter().find(|name| self.fixture.supervisor.is_alive(name)) {
            self.fixture.flaw(format!("`{name}` is taken after the shutdown"));
        }
        let late = TaskSpec::with_defaults(TaskFn::arc("late", || async { Ok(()) }), &Config::default());
        if self.fixture.supervisor.add_task(late).is_ok() {
            self.fixture.flaw("a task was accepted after the shutdown".to_owned());
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
                        self.fixture.flaw(format!("an answer that ended like this: {other:?}"));
                        Answer::Nothing
                    }
                },
            });
        }
        answers
    }

    /// The outcome of every task, for those who waited and for one who comes late.
    async fn all_ended(&self) -> Vec<PlayedTask> {
        let mut tasks = Vec::new();
        for Accepted { handle, probe, over } in take(&self.fixture.accepted) {
            let Ok(Ok((over, fate))) = timeout(PATIENCE, over).await else {
                self.fixture.flaw(format!("{handle:?} never ended: {:?}", handle.status()));
                continue;
            };
            let late = handle.outcome().await;
            if TaskOutcome::of(&late) != fate {
                self.fixture.flaw(format!("{handle:?} ended twice: {fate:?}, then {late}"));
            }
            self.fixture.trace.ended(&handle, late);
            tasks.push(PlayedTask { handle, over, fate, last: probe.last() });
        }
        tasks
    }

    /// After the shutdown returned nothing happens, however long one waits.
    async fn check_nothing_moves(&self) {
        let before = self.fixture.trace.so_far().events().len();
        sleep(PATIENCE).await;
        let after = self.fixture.trace.so_far().events().len();
        if before != after {
            self.fixture.flaw(format!("{} events after the shutdown", after - before));
        }
    }
}

fn take<T>(mutex: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut *lock(mutex))
}
