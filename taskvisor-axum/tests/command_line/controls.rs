//! The commands that control tasks.

use taskvisor::{Phase, TaskSpec};
use taskvisor_axum::Dashboard;
use taskvisor_axum::answer::ControlAnswer;

use crate::service::{Service, endless, eventually};

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
    let service = service().await;
    // Only tasks of the application can start anew: an error that says so is what this service has.
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
    let service = Service::start_with(Dashboard::new()).await;
    service
        .control(&["cancel", "dashboard"])
        .expect_failure(1, &["controls are off", "405 Method Not Allowed"]);
    assert!(service.phase("dashboard").as_ref().is_some_and(Phase::is_running));
}
