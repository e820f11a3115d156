//! Each control in each phase of a task. The cells of the table in `docs/operations.md` are the expectations, so that neither can change
//! without the other. See contract 15.1.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use taskvisor::{
    Admission, Config, Phase, RuntimeError, Supervisor, TaskFn, TaskHandle, TaskRef, TaskStatus,
};
use tests::{Harness, Rules, Script, Step};
use tokio::sync::oneshot;
use tokio::time::sleep;

const DOCS: &str = include_str!("../../../docs/operations.md");

/// The first line of the table.
const HEAD: &str = "| phase of the task | `pause` | `pause_after_attempt` | `resume` | `restart` | `trigger` | `start` | `cancel` |";

const HOUR: Duration = Duration::from_secs(3_600);

/// A task in the phase of a row.
struct Fixture {
    harness: Harness,
    task: TaskHandle,
    /// How many operations have brought the task into its phase.
    operations: usize,
    /// Dropped to release a body that blocks its thread.
    release: Option<Sender<()>>,
}

/// The cells of each row, with the names of their columns.
fn table() -> BTreeMap<&'static str, Vec<(&'static str, &'static str)>> {
    fn cells(line: &str) -> impl Iterator<Item = &str> {
        line.trim_matches('|').split('|').map(str::trim)
    }
    let controls = || cells(HEAD).skip(1).map(|control| control.trim_matches('`'));
    let lines =
        DOCS.lines().skip_while(|line| *line != HEAD).skip(2).take_while(|line| line.starts_with('|'));
    let row = |line| {
        let mut cells = cells(line);
        (cells.next().unwrap_or_default(), controls().zip(cells).collect())
    };
    lines.map(row).collect()
}

/// Checks the cells of one row, each with a fixture of its own.
async fn check(row: &str, fixture: impl AsyncFn() -> Fixture) {
    let table = table();
    let cells = table.get(row).unwrap_or_else(|| panic!("the table has no row `{row}`"));
    assert_eq!(cells.len(), 7, "{row}");
    for (control, expected) in cells {
        let observed = observe(control, fixture().await).await;
        assert_eq!(observed, *expected, "`{control}` of a task in the phase `{row}`");
    }
}

/// Calls the control, and describes what it does in the words of the table.
async fn observe(control: &str, fixture: Fixture) -> String {
    let Fixture { harness, task, operations, release } = fixture;
    let before = task.status();
    let result = call(control, &harness, &task);
    let is_overdue = matches!(before.phase, Phase::Running { overdue: true, .. });
    drop(release);
    harness.settle().await;
    if is_overdue {
        // It passes its gates on the way, on another thread.
        until(|| {
            let status = task.status();
            status.attempt > before.attempt || status.phase.is_paused() || status.phase.is_ended()
        })
        .await;
    }
    let after = if control == "start" {
        harness.task(task.name()).unwrap_or_else(|| task.clone())
    } else {
        task.clone()
    };
    let word = match &result {
        Err(error) => format!("`{}`", variant(error)),
        Ok(false) => "nothing".to_owned(),
        Ok(true) => effect(&before, &after.status()).to_owned(),
    };
    let (_, event_log) = harness.try_finish().await;
    let on_task: Vec<_> =
        event_log.operations().into_iter().filter(|line| line.starts_with("work operated")).collect();
    let changed = usize::from(result == Ok(true));
    assert_eq!(on_task.len(), operations + changed, "{word}: {on_task:?}");
    assert!(changed == 0 || on_task.last().is_some_and(|line| line.ends_with(control)), "{on_task:?}");
    word
}

fn call(control: &str, harness: &Harness, task: &TaskHandle) -> Result<bool, RuntimeError> {
    match control {
        "pause" => harness.pause(task),
        "pause_after_attempt" => harness.pause_after_attempt(task),
        "resume" => task.resume(),
        "restart" => harness.restart(task).map(|()| true),
        "trigger" => harness.trigger_task(task),
        "start" => harness.start(task.name()).map(|started| !started.is_empty()),
        "cancel" => Ok(harness.cancel(task)),
        other => panic!("the table has a column `{other}`"),
    }
}

/// What a control that returned `true` has done.
fn effect(before: &TaskStatus, after: &TaskStatus) -> &'static str {
    match &after.phase {
        Phase::Running { .. } if after.id != before.id => "added anew",
        Phase::Running { .. } if after.attempt > before.attempt => "next attempt",
        Phase::Running { .. } if after.pausing => "pauses later",
        Phase::Running { .. } => "goes on",
        Phase::Paused { .. } => "pauses",
        Phase::Waiting { .. } => "waits on",
        Phase::Ended(_) => "ends",
        other => panic!("no word for `{other}`"),
    }
}

fn variant(error: &RuntimeError) -> String {
    format!("{error:?}").chars().take_while(|letter| letter.is_alphanumeric()).collect()
}

/// Runs the task `work` with these options, and another one that keeps the run from ending.
async fn run(harness: &Harness, rules: Rules, task: TaskRef) -> TaskHandle {
    let keeper = harness.spec(Rules::never(), Script::task("keeper", [Step::SucceedWhenStopped]));
    let specs = vec![harness.spec(rules, task), keeper];
    let supervisor = Supervisor::clone(harness);
    tokio::spawn(async move { supervisor.run_until(specs, std::future::pending::<()>()).await });
    until(|| harness.is_alive("work")).await;
    harness.settle().await;
    harness.task("work").unwrap_or_else(|| panic!("the task has ended"))
}

/// A script whose attempts return when they are interrupted or stopped.
fn script(steps: impl Into<Vec<Step>>) -> TaskRef {
    Script::shared("work", steps)
}

async fn scripted(rules: Rules, steps: impl Into<Vec<Step>>) -> Fixture {
    let harness = Harness::new();
    let task = run(&harness, rules, script(steps)).await;
    Fixture { harness, task, operations: 0, release: None }
}

async fn cooperative() -> Fixture {
    scripted(Rules::never(), [Step::SucceedWhenStopped]).await
}

/// Whether the phase of a fixture is the one that its row names.
fn assert_phase(fixture: &Fixture, is: impl Fn(&Phase) -> bool) {
    let phase = fixture.task.status().phase;
    assert!(is(&phase), "{phase}");
}

#[test]
fn the_table_has_a_row_for_each_phase() {
    let rows: Vec<_> = table().into_keys().collect();
    assert_eq!(
        rows,
        [
            "ended",
            "paused",
            "paused after it gave up",
            "running",
            "running, overdue",
            "running, pauses after it",
            "shutting down",
            "sleeping in a backoff",
            "sleeping in a delay",
            "sleeping until a tick",
            "stopping",
            "stuck",
            "waiting at its gates",
            "waiting for its slot",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_waits_for_its_slot() {
    check("waiting for its slot", async || {
        let harness = Harness::new();
        let owner = Script::task("owner", [Step::SucceedWhenStopped]);
        harness.submit_to("slot", Admission::Queue, Rules::never(), owner);
        let task = Script::task("work", [Step::SucceedWhenStopped]);
        let task = harness.submit_to("slot", Admission::Queue, Rules::never(), task);
        harness.settle().await;
        Fixture { harness, task, operations: 0, release: None }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_at_its_gates() {
    check("waiting at its gates", async || {
        let harness = Harness::with_config(Config::default().with_max_concurrent(1));
        harness.add(Rules::never(), Script::task("holder", [Step::SucceedWhenStopped]));
        let task = run(&harness, Rules::never(), script([Step::SucceedWhenStopped])).await;
        let fixture = Fixture { harness, task, operations: 0, release: None };
        assert_phase(&fixture, Phase::is_waiting);
        fixture
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_attempt_runs() {
    check("running", async || {
        let fixture = cooperative().await;
        assert_phase(&fixture, Phase::is_running);
        fixture
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_pauses_after_its_attempt() {
    check("running, pauses after it", async || {
        let fixture = cooperative().await;
        assert_eq!(fixture.harness.pause_after_attempt(&fixture.task), Ok(true));
        assert!(fixture.task.status().pausing);
        Fixture { operations: 1, ..fixture }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_in_a_backoff() {
    check("sleeping in a backoff", async || {
        let rules = Rules::on_failure().constant_backoff(HOUR);
        let fixture = scripted(rules, [Step::Fail("down"), Step::SucceedWhenStopped]).await;
        assert_phase(&fixture, Phase::is_sleeping);
        fixture
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_in_a_delay() {
    check("sleeping in a delay", async || {
        let rules = Rules::always().delay(HOUR);
        let fixture = scripted(rules, [Step::Succeed, Step::SucceedWhenStopped]).await;
        assert_phase(&fixture, Phase::is_sleeping);
        fixture
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_a_tick() {
    check("sleeping until a tick", async || {
        let fixture = scripted(Rules::every(HOUR), [Step::Succeed, Step::SucceedWhenStopped]).await;
        assert_phase(&fixture, Phase::is_sleeping);
        fixture
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_paused() {
    check("paused", async || {
        let fixture = cooperative().await;
        assert_eq!(fixture.harness.pause(&fixture.task), Ok(true));
        fixture.harness.settle().await;
        assert_phase(&fixture, |phase| matches!(phase, Phase::Paused { gave_up: false, .. }));
        Fixture { operations: 1, ..fixture }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_gave_up() {
    check("paused after it gave up", async || {
        let rules = Rules::on_failure().max_retries(0).pauses_when_it_gives_up();
        let fixture = scripted(rules, [Step::Fail("down"), Step::SucceedWhenStopped]).await;
        assert_phase(&fixture, |phase| matches!(phase, Phase::Paused { gave_up: true, .. }));
        fixture
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_stops() {
    check("stopping", async || {
        let fixture = scripted(Rules::never(), [Step::Hang]).await;
        assert!(fixture.harness.cancel(&fixture.task));
        assert!(fixture.task.status().stopping);
        Fixture { operations: 1, ..fixture }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_has_ended() {
    check("ended", async || {
        let harness = Harness::new();
        let task = run(&harness, Rules::never(), script([Step::SucceedAfter(HOUR)])).await;
        sleep(HOUR * 2).await;
        let fixture = Fixture { harness, task, operations: 0, release: None };
        assert_phase(&fixture, Phase::is_ended);
        fixture
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_of_a_supervisor_that_shuts_down() {
    check("shutting down", async || {
        let fixture = scripted(Rules::never(), [Step::Hang]).await;
        fixture.harness.stop();
        fixture.harness.trace().stop_requested(&fixture.task);
        fixture
    })
    .await;
}

/// A task whose first attempt blocks its thread until it is released, with a grace of zero.
async fn blocked() -> Fixture {
    let (release, blocked) = channel::<()>();
    let (entered, blocks) = oneshot::channel();
    let inside = Mutex::new(Some((entered, blocked)));
    let body = TaskFn::shared("work", move |ctx: taskvisor::TaskContext| {
        let inside = inside.lock().ok().and_then(|mut inside| inside.take());
        async move {
            if let Some((entered, blocked)) = inside {
                let _ = entered.send(());
                let _ = blocked.recv();
            }
            ctx.cancelled().await;
            Ok(())
        }
    });
    let config = Config::default().with_grace(Duration::from_millis(1)).with_drain_timeout(HOUR);
    let harness = Harness::with_config(config);
    let task = run(&harness, Rules::never(), body).await;
    blocks.await.unwrap_or_else(|_| panic!("the body never ran"));
    Fixture { harness, task, operations: 0, release: Some(release) }
}

/// Polls a condition that no event signals, until it holds.
async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

/// On real threads, because the body blocks one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_blocks_past_an_interrupt() {
    check("running, overdue", async || {
        let fixture = blocked().await;
        assert_eq!(fixture.harness.restart(&fixture.task), Ok(()));
        until(|| matches!(fixture.task.status().phase, Phase::Running { overdue: true, .. })).await;
        Fixture { operations: 1, ..fixture }
    })
    .await;
}

/// On real threads, because the body blocks one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_blocks_past_its_stop() {
    check("stuck", async || {
        let fixture = blocked().await;
        assert!(fixture.harness.cancel(&fixture.task));
        assert!(fixture.task.outcome().await.is_aborted());
        assert_phase(&fixture, Phase::is_stuck);
        Fixture { operations: 1, ..fixture }
    })
    .await;
}
