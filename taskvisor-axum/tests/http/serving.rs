//! The server itself: its address, its headers, where it is nested, and how it stops.

use std::time::Duration;

use taskvisor::{BackoffPolicy, Config, Phase, Supervisor, TaskContext, TaskFn, TaskSpec};
use taskvisor_axum::answer::{ErrorAnswer, ErrorCode, HealthAnswer, StatusAnswer, Verdict};
use taskvisor_axum::{Dashboard, router, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::phases::endless;
use crate::support::{Server, eventually, exchange};

#[tokio::test]
async fn a_taken_port_fails_the_task_with_the_address() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = taken.local_addr().expect("it listens").to_string();
    let supervisor = Dashboard::new().install_on(Supervisor::builder(Config::default())).build();
    let task = serve(address.clone()).with_backoff(BackoffPolicy::constant(Duration::from_millis(1)));
    let task = supervisor.add_task(task).expect("a valid task");
    eventually(|| task.status().failures > 0).await;
    let error = task.status().last_error.expect("it has failed").to_string();
    assert!(error.starts_with(&format!("cannot listen on `{address}`: ")), "{error}");
    assert!(supervisor.health().reasons.iter().any(|reason| reason.blocks_ready), "it holds up the start");

    drop(taken);
    task.ready().await.expect("it listens once the port is free");
    let answer =
        exchange(&address, "GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_unreadable_address_fails_for_good() {
    for address in ["nowhere", "127.0.0.1:99x", "http://127.0.0.1:9900"] {
        let supervisor = Dashboard::new().install_on(Supervisor::builder(Config::default())).build();
        let task = supervisor.add_task(serve(address)).expect("a valid task");
        let outcome = task.outcome().await.to_string();
        assert!(outcome.contains(&format!("cannot listen on `{address}`: ")), "{outcome}");
        assert!(outcome.ends_with("write a host and a port, such as `127.0.0.1:9900`"), "{outcome}");
    }
}

#[tokio::test]
async fn it_needs_an_installed_dashboard() {
    let supervisor = Supervisor::default();
    let error = supervisor.add_task(serve("127.0.0.1:0")).expect_err("the state is missing").to_string();
    assert!(error.contains("Dashboard"), "{error}");
}

#[tokio::test]
async fn defaults_of_the_application_do_not_limit_the_server() {
    let config = Config::default().with_timeout(Duration::from_millis(1)).with_max_retries(0);
    let server = Server::start_with(Dashboard::new(), Supervisor::builder(config)).await;
    let task = server.handle().task("dashboard").expect("it serves");
    // The timeout of the configuration ends the attempt of `other`, which began later than that of the server.
    let other = TaskFn::arc("other", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let other = server.handle().add_task(TaskSpec::once(other)).expect("a valid task");
    other.outcome().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 1, .. }));
}

#[tokio::test]
async fn probes_are_answered_while_other_tasks_stop() {
    let server = Server::start(Dashboard::new()).await;
    let (release, released) = oneshot::channel::<()>();
    let released = std::sync::Mutex::new(Some(released));
    let slow = TaskFn::arc("slow", move |ctx: TaskContext| {
        let released = released.lock().expect("no panic").take();
        async move {
            ctx.cancelled().await;
            let _ = released.expect("one attempt").await;
            Ok(())
        }
    });
    let slow = server.handle().add_task(TaskSpec::once(slow)).expect("a valid task");
    slow.started().await.expect("it runs");
    server.handle().stop();
    eventually(|| slow.status().stopping).await;
    let answer = server.get("/health/ready").await;
    let health: HealthAnswer = answer.json();
    assert_eq!((answer.status, health.live), (503, true));
    let status: StatusAnswer = server.json("/status").await;
    assert_eq!(
        (status.verdict, status.text.as_str()),
        (Verdict::ShuttingDown, "SHUTTING DOWN: 2 tasks left")
    );
    release.send(()).expect("it waits");
    let report = server.supervisor.shutdown().await.expect("all tasks stop in time");
    assert!(report.stuck.is_empty());
}

#[tokio::test]
async fn connections_end_with_the_server() {
    let server = Server::start(Dashboard::new()).await;
    let mut stream = TcpStream::connect(server.address).await.expect("it listens");
    stream.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("it reads");
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.expect("it answers");
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let mut unfinished = TcpStream::connect(server.address).await.expect("it listens");
    unfinished.write_all(b"GET /status HTTP/1.1\r\nhost:").await.expect("it reads");

    server.handle().operator("on-call").pause("dashboard").expect("it runs");
    for mut connection in [stream, unfinished] {
        let until_closed = async { while matches!(connection.read(&mut [0; 4096]).await, Ok(1..)) {} };
        let closed = tokio::time::timeout(Duration::from_secs(30), until_closed).await;
        closed.expect("a paused server serves no stream");
    }
}

#[tokio::test]
async fn the_routes_work_where_they_are_nested() {
    let supervisor = Dashboard::new().install_on(Supervisor::builder(Config::default())).build();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it listens").to_string();
    let routes = axum::Router::new().nest_service("/admin", router(supervisor.handle()));
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    let get = async |path: &str| {
        exchange(&address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await
    };
    for path in ["/admin", "/admin/"] {
        let page = get(path).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, Some("text/html; charset=utf-8")),
            "{path}"
        );
    }
    assert_eq!(get("/admin/status").await.status, 200);
    let unknown: ErrorAnswer = get("/admin/unknown").await.json();
    assert_eq!(unknown.error.code, ErrorCode::UnknownPath);
    serving.abort();
}

#[tokio::test]
async fn without_a_dashboard_the_routes_are_read_only() {
    let supervisor = Supervisor::default();
    supervisor.add_task(endless("poll")).expect("a valid task");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it listens").to_string();
    let routes = router(supervisor.handle());
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    let get = async |path: &str| {
        exchange(&address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await
    };
    let status: StatusAnswer = get("/status").await.json();
    assert!(!status.events && !status.metrics && !status.model && status.actions.is_empty());
    for path in ["/events", "/metrics", "/model"] {
        let answer = get(path).await;
        let error: ErrorAnswer = answer.json();
        assert_eq!((answer.status, error.error.code), (404, ErrorCode::NotInstalled), "{path}");
        assert!(
            error.error.message.contains("`Dashboard::"),
            "it says what to write: {}",
            error.error.message
        );
    }
    serving.abort();
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    let server = Server::start(Dashboard::new()).await;
    for path in ["/", "/status", "/tasks/none", "/none", "/openapi.json", "/events?after=none"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
    let head = server.request("HEAD", "/status", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[tokio::test]
async fn the_page_permits_its_own_script_only() {
    let server = Server::start(Dashboard::new()).await;
    let (first, second) = (server.get("/").await, server.get("/").await);
    let policy = first.header("content-security-policy").expect("it has a policy");
    let nonce = policy.split("script-src 'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    let nonce = nonce.expect("scripts have a nonce");
    assert!(policy.starts_with("default-src 'none'; ") && policy.contains("connect-src 'self'"), "{policy}");
    for element in ["script", "style"] {
        let allowed = format!("<{element} nonce=\"{nonce}\">");
        assert_eq!(
            (first.body.matches(&format!("<{element}")).count(), first.body.matches(&allowed).count()),
            (1, 1)
        );
    }
    assert!(!second.body.contains(nonce), "each answer has its own");
    for forbidden in ["http://", "https://", "src=", " onclick", " style="] {
        let page = first.body.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(forbidden), "the page has `{forbidden}`");
    }
}
