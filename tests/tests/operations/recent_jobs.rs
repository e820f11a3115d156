//! Jobs that are found by their ids, during their lives and after their ends.

use std::time::Duration;

use taskvisor::{
    Config, ControllerSpec, EndedJob, JobStatus, Outcome, Phase, Rejection, RuntimeError, StopCause,
    TaskHandle, TaskId,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn keeping(recent_jobs: usize) -> Harness {
    Harness::with_config(Config::default().with_recent_jobs(recent_jobs))
}

fn submit(harness: &Harness, name: &'static str, slot: Option<&str>, step: Step) -> TaskHandle {
    let spec = ControllerSpec::queue(harness.spec(Rules::never(), Script::task(name, [step])));
    let spec = match slot {
        Some(slot) => spec.with_slot(slot),
        None => spec,
    };
    let task = harness.submit(spec).expect("it is accepted");
    harness.watch(&task);
    task
}

fn ended(harness: &Harness, id: TaskId) -> EndedJob {
    match harness.job_status(id) {
        Some(JobStatus::Ended(job)) => job,
        other => panic!("it has not ended: {other:?}"),
    }
}

fn kept(harness: &Harness) -> Vec<TaskId> {
    harness.recent_jobs().iter().map(|job| job.id).collect()
}

#[tokio::test(start_paused = true)]
async fn a_job_is_live_and_then_ended() {
    let harness = keeping(2);
    let submitted_at = Instant::now();
    let owner = submit(&harness, "owner", Some("tenant-7"), Step::SucceedAfter(2 * SECOND));
    let waiting = submit(&harness, "waits", Some("tenant-7"), Step::FailAfter(SECOND, "down"));
    sleep(SECOND).await;
    for (task, runs) in [(&owner, true), (&waiting, false)] {
        let Some(JobStatus::Live(status)) = harness.job_status(task.id()) else { panic!("it is live") };
        assert_eq!((status.id, status.slot.as_deref()), (task.id(), Some("tenant-7")));
        assert_eq!(status.phase.is_running(), runs);
    }
    waiting.outcome().await;
    let job = ended(&harness, waiting.id());
    assert_eq!((job.id, &*job.name, job.slot.as_deref()), (waiting.id(), "waits", Some("tenant-7")));
    assert!(matches!(&job.outcome, Outcome::Failed(error) if error.to_string() == "down"));
    assert_eq!((job.attempts, job.submitted_at), (1, submitted_at));
    assert_eq!(job.started_at, Some(submitted_at + 2 * SECOND));
    assert_eq!(job.ended_at, submitted_at + 3 * SECOND);
    assert_eq!((job.wait(), job.ran()), (2 * SECOND, Some(SECOND)));
    assert_eq!(kept(&harness), [waiting.id(), owner.id()], "newest first");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn attempts_count_from_the_first_one() {
    let harness = keeping(1);
    let rules = Rules::on_failure().constant_backoff(SECOND);
    let steps: Vec<_> = (0..30).map(|_| Step::Fail("down")).chain([Step::Succeed]).collect();
    let began = Instant::now();
    let spec = ControllerSpec::queue(harness.spec(rules, Script::task("work", steps)));
    let task = harness.submit(spec).expect("it is accepted");
    harness.watch(&task);
    task.outcome().await;
    let job = ended(&harness, task.id());
    assert_eq!((job.attempts, job.started_at, job.ran()), (31, Some(began), Some(30 * SECOND)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_never_started_waited_until_its_end() {
    let harness = keeping(3);
    let owner = submit(&harness, "owner", Some("slot"), Step::UntilStopped);
    let cleared = submit(&harness, "cleared", Some("slot"), Step::Succeed);
    sleep(SECOND).await;
    assert!(harness.clear_slot("slot"));
    cleared.outcome().await;
    let job = ended(&harness, cleared.id());
    assert_eq!(job.outcome, Outcome::Rejected(Rejection::Cleared));
    assert_eq!((job.attempts, job.started_at, job.ran(), job.wait()), (0, None, None, SECOND));
    owner.outcome().await;
    assert_eq!(ended(&harness, owner.id()).outcome, Outcome::canceled(StopCause::Clear));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_ends_stay_and_older_ones_are_forgotten() {
    let harness = keeping(3);
    let mut ids = Vec::new();
    for ended in 1..=10_usize {
        let task = submit(&harness, "work", None, Step::Succeed);
        task.outcome().await;
        ids.insert(0, task.id());
        assert_eq!(kept(&harness), ids[..ended.min(3)]);
        for (age, id) in ids.iter().enumerate() {
            assert_eq!(harness.job_status(*id).is_some(), age < 3, "{ended} have ended, {age} after it");
        }
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn by_default_only_live_jobs_are_found() {
    let harness = Harness::new();
    let task = submit(&harness, "work", None, Step::SucceedAfter(SECOND));
    assert!(matches!(harness.job_status(task.id()), Some(JobStatus::Live(_))));
    task.outcome().await;
    assert!(harness.job_status(task.id()).is_none() && harness.recent_jobs().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_added_task_and_a_refused_job_are_not_found() {
    for recent_jobs in [0, 5] {
        let harness = keeping(recent_jobs);
        let added = harness.add(Rules::never(), Script::task("added", [Step::SucceedAfter(SECOND)]));
        assert!(harness.job_status(added.id()).is_none());
        let owner = submit(&harness, "owner", Some("slot"), Step::SucceedAfter(SECOND));
        let spec = harness.spec(Rules::never(), Script::task("refused", [Step::Succeed]));
        let refused = harness.submit(ControllerSpec::drop_if_running(spec).with_slot("slot"));
        assert!(refused.is_err_and(|error| error.reason().is_busy()));
        // Ids are given in order: those between and after the accepted ones belong to no job.
        let next = TaskId::try_from(owner.id().get() + 1).expect("not zero");
        assert!(harness.job_status(next).is_none());
        owner.outcome().await;
        added.outcome().await;
        let expected = if recent_jobs == 0 { Vec::new() } else { vec![owner.id()] };
        assert_eq!(kept(&harness), expected);
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_of_the_end_finds_it() {
    use std::sync::{Arc, Mutex};
    use taskvisor::{Event, EventKind, Subscribe, Supervisor, SupervisorHandle};

    struct Finds(Arc<Mutex<Option<SupervisorHandle>>>, Arc<Mutex<Vec<bool>>>);
    impl Subscribe for Finds {
        async fn on_event(&mut self, event: &Event) {
            if let (EventKind::Ended { .. }, Some(id)) = (&event.kind, event.id()) {
                let handle = self.0.lock().expect("no holder panics").clone().expect("it was set");
                let found = matches!(handle.job_status(id), Some(JobStatus::Ended(_)));
                self.1.lock().expect("no holder panics").push(found);
            }
        }
    }
    let (handle, found) = (Arc::default(), Arc::default());
    let subscriber = taskvisor::Subscriber::new(Finds(Arc::clone(&handle), Arc::clone(&found)));
    let supervisor = Supervisor::new(Config::default().with_recent_jobs(1), vec![subscriber]);
    *handle.lock().expect("no holder panics") = Some(supervisor.handle());
    let spec = ControllerSpec::queue(Rules::never().spec(Script::task("work", [Step::Succeed])));
    supervisor.submit(spec).expect("it is accepted").outcome().await;
    supervisor.shutdown().await.expect("it stops");
    assert_eq!(*found.lock().expect("no holder panics"), [true]);
}

#[tokio::test(start_paused = true)]
async fn too_many_recent_jobs_are_refused() {
    let config = Config::default().with_recent_jobs(Config::MAX_RECENT_JOBS + 1);
    assert_eq!(config.recent_jobs(), 65_537);
    let supervisor = taskvisor::Supervisor::new(config, Vec::new());
    let spec = ControllerSpec::queue(Rules::never().spec(Script::task("work", [Step::Succeed])));
    let refused = supervisor.submit(spec).expect_err("the configuration is invalid");
    assert!(matches!(refused.reason(), RuntimeError::InvalidConfig { .. }), "{refused}");
    assert!(refused.to_string().contains("`recent_jobs` is above 65,536"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_shown_while_the_job_is_live() {
    let harness = keeping(1);
    let task = submit(&harness, "work", None, Step::Hang);
    harness.settle().await;
    harness.cancel(&task);
    let Some(JobStatus::Live(status)) = harness.job_status(task.id()) else { panic!("it is live") };
    assert!(status.stopping && matches!(status.phase, Phase::Running { .. }));
    task.outcome().await;
    assert_eq!(ended(&harness, task.id()).outcome, Outcome::Aborted);
    harness.finish().await;
}
