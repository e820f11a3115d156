//! What the paths answer about tasks in every phase.

use std::collections::HashMap;

use taskvisor::{TaskFn, TaskSpec};
use taskvisor_axum::Dashboard;
use taskvisor_axum::answer::{
    AttentionKind, EdgeKind, GraphAnswer, HealthAnswer, JobAnswer, JobListAnswer, JobState, PhaseName,
    SlotListAnswer, StatusAnswer, TaskDetailAnswer, TaskListAnswer, Verdict,
};

use crate::phases::{add_all, endless, failing};
use crate::support::{Server, eventually};

async fn server() -> Server {
    let server = Server::start(Dashboard::new()).await;
    add_all(&server.handle()).await;
    // The subscriber of the dashboard may not have handled the end of this task yet.
    while server.get("/tasks?name=once&phase=ended").await.json::<TaskListAnswer>().total == 0 {}
    server
}

#[tokio::test]
async fn every_task_is_listed_by_name_with_its_phase() {
    let server = server().await;
    let list: TaskListAnswer = server.json("/tasks").await;
    let found: Vec<_> =
        list.tasks.iter().map(|task| (task.name.as_str(), task.phase_text.as_str())).collect();
    let expected = [
        ("backing_off", "backing off after a failure"),
        ("crash_loop", "backing off after 4 failures in a row"),
        ("dashboard", "running"),
        ("gave_up", "paused after it gave up"),
        ("once", "completed"),
        ("paused", "paused"),
        ("running", "running"),
        ("sleeping", "waiting for its next run"),
        ("waited_for", "running"),
        ("waiting", "waiting for `waited_for`"),
        ("workers", "running"),
    ];
    assert_eq!(found, expected);
    assert_eq!((list.total, list.next_cursor), (11, None));
}

#[tokio::test]
async fn a_row_says_why_since_when_and_what_is_next() {
    let server = server().await;
    let list: TaskListAnswer = server.json("/tasks").await;
    let tasks: HashMap<_, _> = list.tasks.into_iter().map(|task| (task.name.clone(), task)).collect();
    let looping = &tasks["crash_loop"];
    assert!(looping.next_attempt.as_ref().is_some_and(|next| *next > list.now), "{looping:?}");
    let error = looping.last_error.as_ref().expect("it has failed");
    assert_eq!((error.kind.as_str(), error.message.as_str(), error.attempt), ("error", "not again", 4));
    let history = looping.history.expect("it is one task");
    assert_eq!((history.count, history.failed), (4, 4));
    assert!(history.p50_ms <= history.p95_ms && history.p95_ms.is_some());

    let window = tasks["backing_off"].failures_in_window.expect("it has `max_failures`");
    assert_eq!((window.failures, window.limit, window.within_ms), (1, 5, 36_000_000));
    assert_eq!(looping.failures_in_window, None);

    let causes = tasks["backing_off"].last_error.as_ref().map(|error| error.causes.clone());
    assert_eq!(causes.unwrap_or_default(), ["connection refused"]);
    let waits_for = tasks["waiting"].waits_for.as_ref().expect("it waits");
    assert_eq!((waits_for.kind.as_str(), waits_for.name.as_deref()), ("dependency", Some("waited_for")));
    assert!(tasks["gave_up"].gave_up && !tasks["paused"].gave_up);
    assert_eq!(tasks["workers"].instances, Some(2));
    assert!(tasks["running"].last_progress.is_some() && tasks["waiting"].last_progress.is_none());
    assert!(tasks.values().all(|task| task.since <= list.now));
}

#[tokio::test]
async fn the_attention_list_begins_with_the_worst() {
    let server = server().await;
    let status: StatusAnswer = server.json("/status").await;
    let found: Vec<_> =
        status.attention.iter().map(|one| (one.kind, one.task.as_deref().unwrap_or(""))).collect();
    let expected = [
        (AttentionKind::GaveUp, "gave_up"),
        (AttentionKind::CrashLooping, "crash_loop"),
        (AttentionKind::NotReady, "waited_for"),
        (AttentionKind::WaitingForDependency, "waiting"),
        (AttentionKind::Paused, "paused"),
    ];
    assert_eq!(found, expected);
    assert_eq!(status.verdict, Verdict::Degraded);
    assert!(status.text.starts_with("DEGRADED: `gave_up` gave up, 3 failures in "), "{}", status.text);
    assert!(status.text.ends_with("; and 4 more"), "{}", status.text);
    let counts = status.counts;
    // `running`, `waited_for`, the dashboard and the workers, which count once.
    assert_eq!((counts.running, counts.backing_off, counts.paused), (4, 2, 2));
    assert_eq!((counts.waiting, counts.sleeping, counts.ended), (1, 1, 1));
    assert_eq!((counts.tasks, counts.jobs, counts.queued_jobs), (11, 3, 2));
}

#[tokio::test]
async fn a_service_in_which_all_is_well_says_so() {
    let server = Server::start(Dashboard::new().with_name("billing")).await;
    let status: StatusAnswer = server.json("/status").await;
    assert_eq!((status.verdict, status.text.as_str()), (Verdict::Ok, "OK: 1 task, 1 running"));
    assert_eq!((status.name.as_str(), status.attention_total), ("billing", 0));
    assert!(status.live && status.ready && status.started && status.events);
    assert_eq!((status.actions, status.grace_ends_at), (Vec::new(), None));
}

#[tokio::test]
async fn a_task_that_was_not_ready_yet_is_a_start() {
    let server = Server::start(Dashboard::new()).await;
    let status: StatusAnswer = server.json("/status").await;
    assert_eq!(status.verdict, Verdict::Ok);
    let slow = endless("slow").with_ready(taskvisor::Readiness::Notify);
    server.handle().add_task(slow).expect("a valid task");
    let status: StatusAnswer = server.json("/status").await;
    // It was started before: only the first start counts.
    assert_eq!((status.verdict, status.ready), (Verdict::Degraded, false));
}

#[tokio::test]
async fn the_detail_has_attempts_and_relations() {
    let server = server().await;
    let detail: TaskDetailAnswer = server.json("/tasks/crash_loop").await;
    let attempts: Vec<_> = detail.attempts.iter().map(|one| (one.attempt, one.result.as_str())).collect();
    assert_eq!(attempts, [(1, "failed"), (2, "failed"), (3, "failed"), (4, "failed")]);
    assert_eq!(detail.attempts[3].error.as_deref(), Some("not again"));
    assert!(detail.task.attempts.is_none());

    let detail: TaskDetailAnswer = server.json("/tasks/waiting").await;
    assert_eq!((detail.needs.as_slice(), detail.after.len()), (&["waited_for".to_owned()][..], 0));
    let detail: TaskDetailAnswer = server.json("/tasks/waited_for").await;
    assert_eq!(detail.dependents, ["waiting"]);
}

#[tokio::test]
async fn instances_are_found_by_both_names() {
    let server = server().await;
    let detail: TaskDetailAnswer = server.json("/tasks/workers").await;
    let names: Vec<_> = detail.instances.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["workers/0", "workers/1"]);
    let detail: TaskDetailAnswer = server.json("/tasks/workers%2F1").await;
    assert_eq!((detail.task.name.as_str(), detail.instances.len()), ("workers/1", 0));
}

#[tokio::test]
async fn a_task_that_has_ended_is_still_known() {
    let server = Server::start(Dashboard::new()).await;
    let task = server.handle().add_task(failing("short").with_max_retries(0)).expect("a valid task");
    task.outcome().await;
    // The subscriber may not have handled the event yet.
    let mut found = server.get("/tasks/short").await;
    for _ in 0..1_000 {
        if found.status == 200 && found.json::<TaskDetailAnswer>().task.phase == PhaseName::Ended {
            break;
        }
        tokio::task::yield_now().await;
        found = server.get("/tasks/short").await;
    }
    let detail: TaskDetailAnswer = found.json();
    assert_eq!((detail.task.phase, detail.task.gave_up), (PhaseName::Ended, true));
    assert_eq!(detail.task.phase_text, "failed: the feed cannot be read: connection refused");
    let status: StatusAnswer = server.json("/status").await;
    assert_eq!(status.attention.first().map(|one| one.kind), Some(AttentionKind::GaveUp));
}

#[tokio::test]
async fn pages_hold_every_task_once() {
    let server = Server::start(Dashboard::new()).await;
    for number in 0..250 {
        server.handle().add_task(endless(format!("task-{number:03}"))).expect("a valid task");
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page: TaskListAnswer = server.json(&format!("/tasks?limit=100{cursor}")).await;
        assert_eq!(page.total, 251);
        names.extend(page.tasks.into_iter().map(|task| task.name));
        let Some(next) = page.next_cursor else { break };
        assert_eq!(names.len() % 100, 0);
        cursor = format!("&cursor={next}");
    }
    let expected = (0..250).map(|number| format!("task-{number:03}"));
    assert_eq!(names, std::iter::once("dashboard".to_owned()).chain(expected).collect::<Vec<_>>());
}

#[tokio::test]
async fn filters_select_by_name_part_and_phase() {
    let server = server().await;
    for (filter, expected) in [
        ("phase=paused", vec!["gave_up", "paused"]),
        ("contains=WAIT", vec!["waited_for", "waiting"]),
        ("name=once&name=running&name=unknown", vec!["once", "running"]),
        ("phase=running&contains=ing", vec!["running"]),
    ] {
        let list: TaskListAnswer = server.json(&format!("/tasks?{filter}")).await;
        let names: Vec<_> = list.tasks.iter().map(|task| task.name.as_str()).collect();
        assert_eq!((names.len() as u64, names), (list.total, expected), "{filter}");
    }
    let list: TaskListAnswer = server.json("/tasks?name=crash_loop&attempts=true").await;
    assert_eq!(list.tasks[0].attempts.as_ref().map(Vec::len), Some(4));
}

#[tokio::test]
async fn jobs_are_found_during_their_life_and_after_it() {
    let server = Server::start(Dashboard::new()).await;
    add_all(&server.handle()).await;
    let list: JobListAnswer = server.json("/jobs").await;
    let live: Vec<_> = list.live.iter().map(|job| (job.name.as_str(), job.phase)).collect();
    let expected =
        [("first", PhaseName::Running), ("second", PhaseName::Waiting), ("third", PhaseName::Waiting)];
    assert_eq!(live, expected);
    assert_eq!((list.live_total, list.ended.len(), list.kept), (3, 0, 1_000));

    let id = list.live[1].id;
    let job: JobAnswer = server.json(&format!("/jobs/{id}")).await;
    assert_eq!(
        (job.state, job.live.map(|job| job.phase_text)),
        (JobState::Live, Some("waiting for its slot".to_owned()))
    );
    server.handle().clear_slot("tenant-1");
    let handle = server.handle();
    eventually(|| handle.recent_jobs().len() == 2).await;
    let job: JobAnswer = server.json(&format!("/jobs/{id}")).await;
    assert_eq!(job.state, JobState::Ended);
    assert_eq!(job.ended.map(|job| (job.completed, job.started_at)), Some((false, None)));
}

#[tokio::test]
async fn slots_show_owners_and_waiting_submissions() {
    let server = server().await;
    let list: SlotListAnswer = server.json("/slots").await;
    let slot = &list.slots[0];
    assert_eq!((slot.key.as_str(), slot.capacity, slot.growing), ("tenant-1", 1, false));
    let names = |members: &[taskvisor_axum::answer::SlotMember]| {
        members.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&slot.owners), names(&slot.waiting)),
        (vec!["first".into()], vec!["second".into(), "third".into()])
    );
}

#[tokio::test]
async fn the_graph_has_nodes_and_edges() {
    let server = server().await;
    let graph: GraphAnswer = server.json("/graph").await;
    let nodes: Vec<_> = graph.nodes.iter().map(|node| (node.name.as_str(), node.phase)).collect();
    assert_eq!(nodes, [("waited_for", Some(PhaseName::Running)), ("waiting", Some(PhaseName::Waiting))]);
    let edges: Vec<_> =
        graph.edges.iter().map(|edge| (edge.from.as_str(), edge.to.as_str(), edge.kind)).collect();
    assert_eq!(edges, [("waiting", "waited_for", EdgeKind::Needs)]);
    assert!(!graph.truncated);
}

#[tokio::test]
async fn probes_answer_by_their_code() {
    let server = server().await;
    let answer = server.get("/health/ready").await;
    let health: HealthAnswer = answer.json();
    assert_eq!((answer.status, health.ok, health.ready), (503, false, false));
    assert!(health.reasons.iter().any(|one| one.kind == "not_ready" && one.blocks_ready), "{health:?}");
    let live: HealthAnswer = server.json("/health/live").await;
    assert!(live.ok && !live.ready);
}

#[tokio::test]
async fn json_keeps_names_and_errors_as_they_are() {
    let name = "<script>alert(\"1\")</script>\u{1b}[31m";
    let server = Server::start(Dashboard::new()).await;
    let task = TaskFn::shared(name, || async { Err(taskvisor::TaskError::fatal("</script> & \"more\"")) });
    let task = server.handle().add_task(TaskSpec::on_failure(task)).expect("a valid task");
    task.outcome().await;
    let handle = server.handle();
    eventually(|| handle.task(name).is_none()).await;
    let answer = server.get("/tasks").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let status: StatusAnswer = server.json("/status").await;
    let error = status.attention[0].last_error.as_ref().map(|error| error.message.as_str());
    assert_eq!((status.attention[0].task.as_deref(), error), (Some(name), Some("</script> & \"more\"")));
}
