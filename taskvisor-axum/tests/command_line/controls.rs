//! The commands that control tasks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{Phase, TaskFn, TaskSpec};
use taskvisor_axum::answer::ControlAnswer;
use taskvisor_axum::{Dashboard, serve};
use tokio::sync::oneshot;

use crate::service::{Service, TOKEN, endless, eventually};

/// A service with the running task `feed`.
async fn service() -> Service {
    let service = Service::start().await;
    let feed: TaskSpec = endless("feed");
    service.supervisor.add_task(feed).unwrap().started().await.unwrap();
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_and_resume_say_whether_they_changed_anything() {
    let service = service().await;
    let is = |phase: fn(&Phase) -> bool| service.phase("feed").as_ref().is_some_and(phase);
    let first = service.control(&["pause", "feed", "--table"]).expect_success();
    assert!(first.starts_with("`feed` pauses"), "{first}");
    eventually(|| is(Phase::is_paused)).await;
    let second: ControlAnswer =
        serde_json::from_str(&service.control(&["pause", "feed"]).expect_success()).unwrap();
    assert_eq!((&*second.task, &*second.action, second.changed), ("feed", "pause", false));
    let third: ControlAnswer =
        serde_json::from_str(&service.control(&["resume", "feed"]).expect_success()).unwrap();
    assert!(third.changed, "{third:?}");
    eventually(|| is(Phase::is_running)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_may_wait_for_the_end_of_the_attempt() {
    let service = service().await;
    service.control(&["pause", "--after-attempt", "feed"]).expect_success();
    let feed = service.supervisor.handle().task("feed").unwrap().status();
    assert!(feed.pausing && feed.phase.is_running(), "{feed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn restart_begins_another_attempt() {
    let service = service().await;
    service.control(&["restart", "feed"]).expect_success();
    let feed = service.supervisor.handle().task("feed").unwrap();
    eventually(|| feed.status().attempt == 2 && feed.status().phase.is_running()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trigger_ends_the_wait_for_the_next_attempt() {
    let service = Service::start_troubled().await;
    let feed = service.supervisor.handle().task("feed").unwrap();
    service.control(&["trigger", "feed"]).expect_success();
    eventually(|| feed.status().failures == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn start_begins_an_ended_task_anew() {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let migrate = TaskFn::shared("migrate", move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    });
    let supervisor = Service::supervisor(Service::dashboard());
    let handle = supervisor.handle();
    let (stop, stopped) = oneshot::channel::<()>();
    // Only a task that was given to the run can start anew.
    let run = tokio::spawn(async move {
        supervisor.run_until(vec![serve("127.0.0.1:0"), TaskSpec::once(migrate)], stopped).await
    });
    let address = || handle.state::<Dashboard>().and_then(|dashboard| dashboard.address());
    eventually(|| {
        address().is_some() && runs.load(Ordering::SeqCst) == 1 && handle.task("migrate").is_none()
    })
    .await;
    let url = format!("http://{}", address().unwrap());
    let started =
        crate::program::run(&url, &["start", "migrate", "--token", TOKEN, "--table"]).expect_success();
    assert_eq!(started, "`migrate` starts anew\n");
    eventually(|| runs.load(Ordering::SeqCst) == 2).await;
    stop.send(()).unwrap();
    run.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_cannot_start_is_refused() {
    let service = service().await;
    service.control(&["start", "feed"]).expect_failure(1, &["`feed`", "/tasks/feed/start"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_ends_a_task() {
    let service = service().await;
    service.control(&["cancel", "feed"]).expect_success();
    eventually(|| service.phase("feed").is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_controlled_by_its_own_name() {
    let service = Service::start_troubled().await;
    service.control(&["pause", "consume/1"]).expect_success();
    eventually(|| service.phase("consume/1").as_ref().is_some_and(Phase::is_paused)).await;
    assert!(service.phase("consume/0").as_ref().is_some_and(Phase::is_running));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_unknown_cannot_be_controlled() {
    let service = service().await;
    service.control(&["pause", "fed"]).expect_failure(1, &["`fed`", "did you mean `feed`?", "404 Not Found"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_changes_nothing() {
    let service = service().await;
    for arguments in [&["pause", "feed"][..], &["pause", "feed", "--token", "guess"]] {
        service.run(arguments).expect_failure(1, &["does not permit `pause`", "403 Forbidden", "`--token`"]);
    }
    assert!(service.phase("feed").as_ref().is_some_and(Phase::is_running));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_controls_says_so() {
    let service = Service::start_with(Dashboard::new(), "127.0.0.1:0").await;
    service
        .control(&["cancel", "dashboard"])
        .expect_failure(1, &["controls are off", "405 Method Not Allowed"]);
    assert!(service.phase("dashboard").as_ref().is_some_and(Phase::is_running));
}
