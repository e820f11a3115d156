//! `taskvisor status`, and its exit codes.

use std::sync::Arc;

use serde_json::Value;
use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
use taskvisor_axum::answer::{StatusAnswer, Verdict};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::program::run;
use crate::service::{Service, endless, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn status_exits_with_0_if_all_is_well() {
    let service = Service::start().await;
    let table = service.run(&["status", "--table"]).expect_success();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines[0], "OK: 1 task, 1 running");
    for expected in [
        "service        shop, observed for ",
        "ready          yes, live: yes, started: yes",
        "tasks          1: 1 running",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(expected)), "`{expected}` is missing:\n{table}");
    }
    assert!(!table.contains("ATTENTION"), "{table}");
    let status: StatusAnswer = serde_json::from_str(&service.run(&["status"]).expect_success()).unwrap();
    assert_eq!((status.verdict, &*status.name), (Verdict::Ok, "shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_exits_with_3_if_the_service_is_degraded() {
    let service = Service::start_troubled().await;
    let table = service.run(&["status", "--table"]);
    assert_eq!((table.code, &*table.stderr), (3, ""), "{table:?}");
    assert!(table.stdout.starts_with("DEGRADED: `"), "{}", table.stdout);
    let rows: Vec<_> =
        table.stdout.lines().skip_while(|line| !line.starts_with("NEEDS ATTENTION (")).skip(1).collect();
    let row = |task: &str| {
        let found = rows.iter().find(|row| row.split("  ").next() == Some(task));
        *found.unwrap_or_else(|| panic!("{task} is missing:\n{}", table.stdout))
    };
    assert!(rows[0].starts_with("TASK "), "{rows:?}");
    assert!(row("billing").contains("gave up, 3 failures"), "{rows:?}");
    assert!(row("billing").ends_with(r"the feed cannot be read: reset by\u{1b}[2J the peer"), "{rows:?}");
    assert!(row("import").contains("gave up, and has ended"), "{rows:?}");
    assert!(row("web").contains("waiting for `database`"), "{rows:?}");
    assert!(row("archive").contains("paused"), "{rows:?}");
    assert!(row("database").contains("so that the service is not ready"), "{rows:?}");

    let json = service.run(&["status"]);
    assert_eq!((json.code, &*json.stderr), (3, ""));
    assert_eq!(serde_json::from_str::<Value>(&json.stdout).unwrap()["verdict"], "degraded");
    // Only `status` has an exit code for the verdict.
    service.run(&["tasks"]).expect_success();
    service.run(&["task", "billing"]).expect_success();
}

#[tokio::test(flavor = "multi_thread")]
async fn status_exits_with_3_while_the_service_shuts_down() {
    let supervisor = Supervisor::builder(Config::default()).build();
    let release = Arc::new(Notify::new());
    let held = release.clone();
    let slow = TaskFn::shared("slow", move || {
        let held = held.clone();
        async move {
            held.notified().await;
            Ok(())
        }
    });
    supervisor.add_task(TaskSpec::once(slow)).unwrap().started().await.unwrap();
    // Not `serve`, which ends with the supervisor.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = taskvisor_axum::router(supervisor.handle());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let handle = supervisor.handle();
    let shutdown = tokio::spawn(async move { supervisor.shutdown().await });
    eventually(|| {
        !handle.health().live || handle.health().reasons.iter().any(|reason| reason.task.is_none())
    })
    .await;

    let status = run(&url, &["status", "--table"]);
    assert_eq!(status.code, 3, "{status:?}");
    assert!(status.stdout.starts_with("SHUTTING DOWN"), "{status:?}");
    assert!(status.stdout.contains("\ngrace          ends in "), "{status:?}");
    release.notify_one();
    shutdown.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_router_is_reached_with_or_without_a_slash() {
    let service = Service::start().await;
    service.supervisor.add_task(endless("feed")).unwrap().started().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().nest("/admin", taskvisor_axum::router(service.supervisor.handle()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    for path in ["/admin", "/admin/"] {
        run(&format!("http://{address}{path}"), &["status"]).expect_success();
        run(&format!("http://{address}{path}"), &["task", "feed"]).expect_success();
    }
    run(&format!("http://{address}"), &["status"])
        .expect_failure(1, &["404 Not Found", "under which it is nested"]);
}
