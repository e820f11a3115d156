//! Controls: who may do what, and what happens then.

use std::future::pending;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use taskvisor::{TaskFn, TaskSpec};
use taskvisor_axum::answer::{ControlAnswer, ErrorAnswer, ErrorCode, StatusAnswer, TaskListAnswer};
use taskvisor_axum::{ControlRequest, Dashboard, router};
use tokio::net::TcpListener;

use crate::phases::endless;
use crate::recorded::Recorded;
use crate::support::{Answer, Server, eventually};

const ACTIONS: [&str; 7] =
    ["pause", "pause_after_attempt", "resume", "restart", "trigger", "start", "cancel"];

/// Permits everything to a caller with the header `user`.
pub(crate) fn permit_users(request: &ControlRequest<'_>) -> Option<String> {
    Some(request.headers().get("user")?.to_str().ok()?.to_owned())
}

async fn server() -> (Server, Recorded) {
    let (recorded, builder) = Recorded::builder();
    let server = Server::start_with(Dashboard::new().with_controls(permit_users), builder).await;
    let work = server.handle().add_task(endless("work")).expect("a valid task");
    work.started().await.expect("it starts");
    (server, recorded)
}

impl Server {
    /// Sends an action as a user who is permitted everything.
    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.request("POST", path, &[("taskvisor-control", "1"), ("user", "on-call")], "").await
    }

    async fn act(&self, path: &str) -> ControlAnswer {
        let answer = self.post(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }
}

pub(crate) fn code(answer: &Answer) -> ErrorCode {
    answer.json::<ErrorAnswer>().error.code
}

#[tokio::test]
async fn without_controls_nothing_can_be_changed() {
    let (recorded, builder) = Recorded::builder();
    let server = Server::start_with(Dashboard::new(), builder).await;
    server.handle().add_task(endless("work")).expect("a valid task");
    assert_eq!(server.json::<StatusAnswer>("/status").await.actions, [""; 0]);
    for action in ACTIONS {
        let answer = server.post(&format!("/tasks/work/{action}")).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("")), "{answer:?}");
        assert!(answer.json::<ErrorAnswer>().error.message.contains("`Dashboard::with_controls`"));
    }
    assert_eq!(recorded.operations(&server).await, [""; 0]);
}

#[tokio::test]
async fn each_action_acts_under_the_name_of_the_operator() {
    let (server, recorded) = server().await;
    assert_eq!(server.json::<StatusAnswer>("/status").await.actions, ACTIONS);
    let work = server.handle().task("work").expect("it runs");
    let answer = server.act("/tasks/work/pause_after_attempt").await;
    assert!(answer.changed && work.status().pausing);
    assert_eq!((answer.task.as_str(), answer.action.as_str()), ("work", "pause_after_attempt"));
    assert!(server.act("/tasks/work/pause").await.changed);
    eventually(|| work.status().phase.is_paused()).await;
    let answer = server.act("/tasks/work/pause").await;
    assert_eq!((answer.changed, answer.text.as_str()), (false, "`work` is paused already"));
    assert!(server.act("/tasks/work/resume").await.changed);
    eventually(|| work.status().attempt == 2).await;
    assert!(!server.act("/tasks/work/trigger").await.changed);
    assert!(server.act("/tasks/work/restart").await.changed);
    eventually(|| work.status().attempt == 3).await;
    assert!(server.act("/tasks/work/cancel").await.changed);
    work.outcome().await;
    let expected = ["pause_after_attempt", "pause", "resume", "restart", "cancel"];
    assert_eq!(
        recorded.operations(&server).await,
        expected.map(|action| format!("work {action} by on-call"))
    );
}

#[tokio::test]
async fn an_ended_task_can_only_be_started() {
    let (server, recorded) = server().await;
    let supervisor = server.supervisor.clone();
    let migrate = TaskSpec::once(TaskFn::shared("migrate", || async { Ok(()) }));
    tokio::spawn(async move { supervisor.run_until(vec![migrate], pending::<()>()).await });
    // The dashboard is a subscriber too: it may be late.
    let mut answer = server.get("/tasks?name=migrate&phase=ended").await;
    while answer.json::<TaskListAnswer>().total == 0 {
        tokio::task::yield_now().await;
        answer = server.get("/tasks?name=migrate&phase=ended").await;
    }
    for action in ["pause", "cancel", "restart"] {
        let answer = server.post(&format!("/tasks/migrate/{action}")).await;
        assert_eq!((answer.status, code(&answer)), (409, ErrorCode::Conflict), "{answer:?}");
    }
    assert!(server.act("/tasks/migrate/start").await.changed);
    assert_eq!(recorded.operations(&server).await, ["migrate start by on-call"]);
}

#[tokio::test]
async fn instances_are_controlled_together_and_alone() {
    let (server, recorded) = server().await;
    let consume = TaskFn::shared("consume", |ctx: taskvisor::TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let spec = TaskSpec::once(consume).with_instances(2);
    let consume = server.handle().add_instances(spec).expect("valid instances");
    assert!(server.act("/tasks/consume%2F1/pause").await.changed);
    assert!(server.act("/tasks/consume/pause").await.changed);
    assert!(!server.act("/tasks/consume/pause").await.changed);
    eventually(|| consume.iter().all(|one| one.status().phase.is_paused())).await;
    let expected = ["consume/1 pause by on-call", "consume/0 pause by on-call"];
    assert_eq!(recorded.operations(&server).await, expected);
}

#[tokio::test]
async fn of_many_at_once_one_changes_it() {
    let (server, recorded) = server().await;
    let server = std::sync::Arc::new(server);
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let server = std::sync::Arc::clone(&server);
            tokio::spawn(async move { server.act("/tasks/work/pause").await.changed })
        })
        .collect();
    let mut changed = 0;
    for caller in callers {
        changed += usize::from(caller.await.expect("it does not panic"));
    }
    assert_eq!(changed, 1);
    assert_eq!(recorded.operations(&server).await, ["work pause by on-call"]);
}

#[tokio::test]
async fn the_dashboard_can_cancel_itself() {
    let (server, _recorded) = server().await;
    let dashboard = server.handle().task("dashboard").expect("it runs");
    // The answer must arrive, although the server stops.
    assert!(server.act("/tasks/dashboard/cancel").await.changed);
    dashboard.outcome().await;
}

#[tokio::test]
async fn another_site_cannot_act() {
    let (server, recorded) = server().await;
    // What a form can send, with all that the browser adds.
    let form = [("origin", "http://evil.example"), ("content-type", "text/plain"), ("user", "on-call")];
    let answer = server.request("POST", "/tasks/work/cancel", &form, "{}").await;
    assert_eq!((answer.status, code(&answer)), (403, ErrorCode::MissingHeader));
    // What a script's request with the header begins with.
    let preflight = [
        ("origin", "http://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "taskvisor-control"),
    ];
    let answer = server.request("OPTIONS", "/tasks/work/cancel", &preflight, "").await;
    assert_eq!(answer.status, 405);
    assert!(!answer.head.to_lowercase().contains("access-control"), "{answer:?}");
    assert_eq!(recorded.operations(&server).await, [""; 0]);
}

#[tokio::test]
async fn the_closure_can_refuse_and_panic() {
    let (recorded, builder) = Recorded::builder();
    let controls = |request: &ControlRequest<'_>| match request.task() {
        "panic" => panic!("no session store"),
        "work" => permit_users(request),
        _ => None,
    };
    let server = Server::start_with(Dashboard::new().with_controls(controls), builder).await;
    server.handle().add_task(endless("work")).expect("a valid task");
    let answer = server.request("POST", "/tasks/work/pause", &[("taskvisor-control", "")], "").await;
    assert_eq!((answer.status, code(&answer)), (403, ErrorCode::Forbidden));
    for task in ["panic", "unknown", "panic"] {
        let answer = server.post(&format!("/tasks/{task}/pause")).await;
        assert_eq!((answer.status, code(&answer)), (403, ErrorCode::Forbidden), "{task}");
        assert!(!answer.body.contains("session"));
    }
    assert!(server.act("/tasks/work/pause").await.changed);
    assert_eq!(recorded.operations(&server).await, ["work pause by on-call"]);
}

/// The user, whom a middleware of the application has authenticated.
#[derive(Clone)]
struct User(&'static str);

#[tokio::test]
async fn a_nested_router_gets_the_user_of_a_middleware() {
    let (recorded, builder) = Recorded::builder();
    let controls =
        |request: &ControlRequest<'_>| request.extensions().get::<User>().map(|user| user.0.to_owned());
    let mut server = Server::start_with(Dashboard::new().with_controls(controls), builder).await;
    server.handle().add_task(endless("work/0")).expect("a valid task");
    let authenticate = from_fn(async |mut request: Request, next: Next| {
        request.extensions_mut().insert(User("alice"));
        next.run(request).await
    });
    // With a parameter of its own, which must not be taken for the name of a task.
    let routes = router(server.handle());
    let app = axum::Router::new()
        .nest("/merged/{tenant}/admin", routes.clone())
        .nest_service("/of/{tenant}/admin", routes)
        .layer(authenticate);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    server.address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, app).await });
    for (place, action) in [("/of/acme/admin", "pause"), ("/merged/acme/admin", "resume")] {
        assert!(server.act(&format!("{place}/tasks/work%2F0/{action}")).await.changed);
        assert_eq!(recorded.operations(&server).await, [format!("work/0 {action} by alice")]);
        let answer = server.get(&format!("{place}/nothing")).await;
        assert_eq!((answer.status, code(&answer)), (404, ErrorCode::UnknownPath));
        let answer = server.request("DELETE", &format!("{place}/tasks"), &[], "").await;
        assert_eq!((answer.status, code(&answer)), (405, ErrorCode::MethodNotAllowed));
    }
}
