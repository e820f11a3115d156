//! Each answer of the handler, with a supervisor and without a server.

use std::sync::{Arc, Mutex};

use axum::http::Request;
use taskvisor::{
    Config, ControllerSpec, Event, EventKind, EventName, Subscribe, Subscriber, Supervisor, TaskContext,
    TaskFn, TaskSpec,
};
use tokio::task::yield_now;

use super::*;
use crate::answer::ErrorDetail;
use crate::controls::ControlRequest;

/// The operations that were published: `pause by on-call`.
struct Operations(Arc<Mutex<Vec<String>>>);

impl Subscribe for Operations {
    async fn on_event(&mut self, event: &Event) {
        if let EventKind::Operated { action, by, .. } = &event.kind {
            let by = by.as_deref().unwrap_or("no label");
            self.0.lock().unwrap().push(format!("{action} by {by}"));
        }
    }
}

struct Fixture {
    supervisor: Supervisor,
    dashboard: Dashboard,
    operations: Arc<Mutex<Vec<String>>>,
}

fn allow_header(parts: &ControlRequest<'_>) -> Option<String> {
    parts.headers().get("user").map(|user| user.to_str().unwrap().to_owned())
}

impl Fixture {
    /// `feed` runs until it is stopped. `deaf` takes no notice of a stop request.
    async fn new() -> Self {
        let operations = Arc::default();
        let subscriber =
            Subscriber::new(Operations(Arc::clone(&operations))).with_events(EventName::Operated);
        let supervisor = Supervisor::new(Config::default(), vec![subscriber]);
        let feed = TaskFn::arc("feed", |ctx: TaskContext| async move {
            ctx.cancelled().await;
            Ok(())
        });
        let deaf = TaskFn::arc("deaf", std::future::pending);
        supervisor.add_task(TaskSpec::once(feed)).unwrap();
        supervisor.add_task(TaskSpec::once(deaf)).unwrap();
        let fixture =
            Self { supervisor, dashboard: Dashboard::new().with_controls(allow_header), operations };
        fixture.settle().await;
        fixture
    }

    async fn settle(&self) {
        for _ in 0..20 {
            yield_now().await;
        }
    }

    async fn send(&self, path: (&str, &str), request: Request<Body>) -> Result<ControlAnswer, ErrorDetail> {
        let (parts, body) = request.into_parts();
        let answer = answer(&self.supervisor, &self.dashboard, path, &parts, body).await;
        self.settle().await;
        answer.map(|Json(answer)| answer).map_err(Refusal::into_detail)
    }

    async fn post(&self, task: &str, action: &str) -> Result<ControlAnswer, ErrorDetail> {
        self.send((task, action), permitted().body(Body::empty()).unwrap()).await
    }

    fn operations(&self) -> Vec<String> {
        std::mem::take(&mut self.operations.lock().unwrap())
    }
}

fn permitted() -> axum::http::request::Builder {
    Request::post("/").header(HEADER, "1").header("user", "on-call")
}

#[tokio::test(start_paused = true)]
async fn each_action_is_an_event_with_the_label() {
    let fixture = Fixture::new().await;
    for (action, changed) in [
        ("trigger", false),
        ("pause_after_attempt", true),
        ("pause", true),
        ("pause", false),
        ("pause_after_attempt", false),
        ("resume", true),
        ("resume", false),
        ("restart", true),
    ] {
        let answer = fixture.post("feed", action).await.expect(action);
        assert_eq!((answer.changed, &*answer.action, &*answer.task), (changed, action, "feed"));
        assert!(answer.text.starts_with("`feed` "), "{}", answer.text);
        let expected = changed.then(|| format!("{action} by on-call"));
        assert_eq!(fixture.operations(), Vec::from_iter(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_does_not_wait_for_the_end() {
    let fixture = Fixture::new().await;
    let deaf = fixture.supervisor.task("deaf").unwrap();
    let answer = fixture.post("deaf", "cancel").await.unwrap();
    assert!(answer.changed && !deaf.is_finished() && deaf.status().stopping);
    assert!(!fixture.post("deaf", "cancel").await.unwrap().changed);
    assert_eq!(fixture.operations(), ["cancel by on-call"]);
    let error = fixture.post("deaf", "pause").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    assert!(error.message.contains("`deaf` is stopping"), "{}", error.message);
}

#[tokio::test(start_paused = true)]
async fn an_action_that_the_phase_does_not_permit_is_refused() {
    let fixture = Fixture::new().await;
    for (action, expected) in [("start", "`feed` is still running"), ("restart", "`feed` is paused")] {
        let error = fixture.post("feed", action).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict);
        assert!(error.message.starts_with(expected), "{}", error.message);
        fixture.supervisor.pause("feed").unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_task_names_the_nearest() {
    let fixture = Fixture::new().await;
    for action in ["pause", "cancel"] {
        let error = fixture.post("fed", action).await.unwrap_err();
        assert_eq!((error.code, &*error.allowed), (ErrorCode::UnknownTask, &["feed".to_owned()][..]));
        assert!(error.message.ends_with("did you mean `feed`?"), "{}", error.message);
    }
    let error = fixture.post("fed", "start").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownTask);
    let error = fixture.post(&"x".repeat(100_000), "pause").await.unwrap_err();
    assert_eq!((error.code, error.allowed.len()), (ErrorCode::UnknownTask, 0));
    assert!(error.message.len() < 2_000);
}

#[tokio::test(start_paused = true)]
async fn the_name_of_jobs_is_told_from_an_unknown_task() {
    let fixture = Fixture::new().await;
    let import = TaskFn::arc("import", std::future::pending);
    fixture.supervisor.submit(ControllerSpec::queue(TaskSpec::once(import)).with_slot("a")).unwrap();
    let error = fixture.post("import", "cancel").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownTask);
    assert!(error.message.starts_with("`import` is no task, but the name of jobs"), "{}", error.message);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_complete_changes_nothing() {
    let mut fixture = Fixture::new().await;
    let long = "x".repeat(small_body_max() + 1);
    let spaces = " ".repeat(small_body_max() + 1);
    for (action, request, expected) in [
        ("puase", permitted().body(Body::empty()), ErrorCode::UnknownAction),
        ("scale", permitted().body(Body::empty()), ErrorCode::UnknownAction),
        ("Pause", permitted().body(Body::empty()), ErrorCode::UnknownAction),
        ("pause", Request::post("/").header("user", "x").body(Body::empty()), ErrorCode::MissingHeader),
        ("pause", permitted().body(Body::from(long)), ErrorCode::BodyTooLong),
        ("pause", permitted().body(Body::from(spaces)), ErrorCode::BodyTooLong),
        ("pause", permitted().body(Body::from("pause=1")), ErrorCode::BadBody),
        ("pause", permitted().body(Body::from("{\"force\":true}")), ErrorCode::BadBody),
        ("pause", permitted().body(Body::from("[]")), ErrorCode::BadBody),
        ("pause", permitted().body(Body::from("{}{}")), ErrorCode::BadBody),
        ("pause", permitted().body(Body::from(vec![0xff])), ErrorCode::BadBody),
        ("pause", Request::post("/").header(HEADER, "").body(Body::empty()), ErrorCode::Forbidden),
    ] {
        let error = fixture.send(("feed", action), request.unwrap()).await.unwrap_err();
        assert_eq!(error.code, expected, "{}", error.message);
    }
    fixture.dashboard = Dashboard::new();
    assert_eq!(fixture.post("feed", "pause").await.unwrap_err().code, ErrorCode::MethodNotAllowed);
    assert_eq!(fixture.operations(), [""; 0]);
    assert!(fixture.supervisor.task("feed").unwrap().status().phase.is_running());
}

fn small_body_max() -> usize {
    super::super::small_body::MAX_BODY
}

#[tokio::test(start_paused = true)]
async fn an_empty_object_is_a_body() {
    let fixture = Fixture::new().await;
    let request = permitted().body(Body::from(" {}\r\n")).unwrap();
    assert!(fixture.send(("feed", "pause"), request).await.unwrap().changed);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_arrives_is_refused() {
    let fixture = Fixture::new().await;
    struct Never;
    impl futures_core::Stream for Never {
        type Item = Result<axum::body::Bytes, std::io::Error>;
        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Pending
        }
    }
    let request = permitted().body(Body::from_stream(Never)).unwrap();
    let error = fixture.send(("feed", "pause"), request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::BadBody);
    assert!(error.message.contains("within 10 s"), "{}", error.message);
    assert_eq!(fixture.operations(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_closure_sees_the_request_and_decides() {
    let mut fixture = Fixture::new().await;
    fixture.dashboard = Dashboard::new().with_controls(|request| {
        let user = request.extensions().get::<&str>().copied()?;
        let is_permitted = request.task() == "feed" && request.action() == Operation::Pause;
        is_permitted.then(|| user.repeat(1_000))
    });
    let request = |with_user: bool| {
        let mut request = permitted().body(Body::empty()).unwrap();
        if with_user {
            request.extensions_mut().insert("ops");
        }
        request
    };
    // Without a permission, an unknown task looks like a known one.
    for (path, with_user) in
        [(("feed", "pause"), false), (("feed", "cancel"), true), (("unknown", "pause"), true)]
    {
        let error = fixture.send(path, request(with_user)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden, "{path:?}");
    }
    assert_eq!(fixture.operations(), [""; 0]);
    assert!(fixture.send(("feed", "pause"), request(true)).await.unwrap().changed);
    let operation = fixture.operations().remove(0);
    assert!(operation.starts_with("pause by opsops") && operation.len() < 300, "{operation}");
}

#[tokio::test(start_paused = true)]
async fn a_closure_that_panics_refuses() {
    let mut fixture = Fixture::new().await;
    fixture.dashboard = Dashboard::new().with_controls(|_| panic!("no database"));
    for _ in 0..2 {
        let error = fixture.post("feed", "cancel").await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        assert!(
            error.message.contains("panicked") && !error.message.contains("database"),
            "{}",
            error.message
        );
    }
    assert_eq!(fixture.operations(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_refuses_each_action() {
    let fixture = Fixture::new().await;
    fixture.supervisor.stop();
    for action in actions() {
        let error = fixture.post("deaf", action).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict, "{action}");
    }
    assert_eq!(fixture.operations(), [""; 0]);
}

#[test]
fn a_misspelled_action_is_recognized() {
    let error = parse_action("puase").unwrap_err().into_detail();
    assert_eq!(error.message, "there is no action `puase`: did you mean `pause`?");
    assert_eq!(error.allowed, Vec::from_iter(actions()));
    let error = parse_action("0").unwrap_err().into_detail();
    assert!(error.message.ends_with("write one of the allowed ones, and `/` inside of a name as `%2F`"));
}
