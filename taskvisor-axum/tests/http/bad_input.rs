//! Refused requests: each is answered with a JSON error that says what is wrong, and has changed nothing.

use taskvisor_axum::Dashboard;
use taskvisor_axum::answer::{ErrorAnswer, ErrorCode, TaskListAnswer, VERSION};

use crate::controls::{code, permit_users};
use crate::phases::endless;
use crate::recorded::Recorded;
use crate::support::{Answer, Server};

const PERMITTED: [(&str, &str); 2] = [("taskvisor-control", "1"), ("user", "on-call")];

/// A server with the task `work`, which no refused request may change.
struct Untouched {
    server: Server,
    recorded: Recorded,
    events: usize,
    tasks: String,
}

impl Untouched {
    async fn new() -> Self {
        let (recorded, builder) = Recorded::builder();
        let server = Server::start_with(Dashboard::new().with_controls(permit_users), builder).await;
        for name in ["work", "consume/0"] {
            let task = server.handle().add_task(endless(name)).expect("a valid task");
            task.started().await.expect("it starts");
        }
        let events = recorded.count(&server).await;
        let tasks = tasks(&server).await;
        assert!(events > 0, "the events are recorded");
        Self { server, recorded, events: 0, tasks }
    }

    async fn check(self) {
        assert_eq!(self.recorded.count(&self.server).await, self.events, "an event was published");
        assert_eq!(tasks(&self.server).await, self.tasks);
    }
}

/// The tasks, without the fields that change with time.
async fn tasks(server: &Server) -> String {
    let list: TaskListAnswer = server.json("/tasks").await;
    let described = list.tasks.iter().filter(|task| task.name != "the last of the recorded tasks");
    described.map(|task| format!("{} {} {:?} {}\n", task.name, task.id, task.phase, task.since)).collect()
}

/// Checks that an answer is an error with this code, and returns its message.
fn refused(answer: &Answer, status: u16, expected: ErrorCode) -> ErrorAnswer {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (status, Some("application/json")),
        "{answer:?}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let error: ErrorAnswer = answer.json();
    assert_eq!((error.version, error.error.code), (VERSION, expected), "{answer:?}");
    assert!(error.error.message.len() < 1_500, "{}", error.error.message.len());
    error
}

#[tokio::test]
async fn metrics_that_panic_are_an_error() {
    let server = Server::start(Dashboard::new().with_metrics(|| panic!("of the test"))).await;
    let answer = server.get("/metrics").await;
    assert_eq!((answer.status, code(&answer)), (500, ErrorCode::MetricsPanicked));
    assert_eq!(server.get("/health/live").await.status, 200);
}

#[tokio::test]
async fn a_path_that_does_not_exist_lists_those_that_do() {
    let untouched = Untouched::new().await;
    let long = format!("/{}", "x".repeat(60_000));
    let paths = ["/nothing", "/tasks/", "//", "/status/", "/STATUS", "/%20", "/health", "/tasks/a/b/c"];
    for path in paths.into_iter().chain([long.as_str()]) {
        for method in ["GET", "POST", "DELETE"] {
            let answer = untouched.server.request(method, path, &PERMITTED, "").await;
            let error = refused(&answer, 404, ErrorCode::UnknownPath);
            assert!(error.error.allowed.contains(&"/tasks/{name}".to_owned()));
        }
    }
    untouched.check().await;
}

#[tokio::test]
async fn a_path_that_is_no_utf8_is_refused() {
    let untouched = Untouched::new().await;
    for path in ["/tasks/%FF", "/tasks/%C3%28", "/jobs/%FF"] {
        let error = refused(&untouched.server.get(path).await, 400, ErrorCode::BadParameter);
        assert!(error.error.message.contains("percent-encoded UTF-8"), "{}", error.error.message);
    }
    for path in ["/tasks/%FF/pause", "/tasks/work/%FF"] {
        let answer = untouched.server.request("POST", path, &PERMITTED, "").await;
        refused(&answer, 400, ErrorCode::BadParameter);
        refused(&untouched.server.get(path).await, 400, ErrorCode::BadParameter);
    }
    untouched.check().await;
}

#[tokio::test]
async fn names_that_look_like_paths_are_only_names() {
    let untouched = Untouched::new().await;
    for name in
        ["..%2F..%2Fetc%2Fpasswd", "..", "%00", "%2F", "%25", "work%2F", "%0d%0aset-cookie:a=b", "%zz", ""]
    {
        let expected = if name.is_empty() { ErrorCode::UnknownPath } else { ErrorCode::UnknownTask };
        refused(&untouched.server.get(&format!("/tasks/{name}")).await, 404, expected);
        let answer = untouched.server.request("POST", &format!("/tasks/{name}/pause"), &PERMITTED, "").await;
        refused(&answer, 404, ErrorCode::UnknownTask);
        assert_eq!(answer.header("set-cookie"), None);
    }
    // A name whose `/` is not encoded reads like an action.
    for method in ["GET", "POST"] {
        let answer = untouched.server.request(method, "/tasks/consume/0", &PERMITTED, "").await;
        let error = refused(&answer, 404, ErrorCode::UnknownAction);
        assert!(error.error.message.contains("`%2F`"), "{}", error.error.message);
    }
    untouched.check().await;
}

#[tokio::test]
async fn another_method_names_the_right_one() {
    let untouched = Untouched::new().await;
    let read =
        ["/", "/status", "/health/live", "/tasks", "/tasks/work", "/slots", "/jobs", "/jobs/1", "/graph"];
    for path in read.into_iter().chain(["/model", "/events", "/metrics", "/openapi.json"]) {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "BREW"] {
            let answer = untouched.server.request(method, path, &PERMITTED, "").await;
            let error = refused(&answer, 405, ErrorCode::MethodNotAllowed);
            assert_eq!(
                (error.error.allowed, answer.header("allow")),
                (vec!["GET".into(), "HEAD".into()], Some("GET, HEAD"))
            );
        }
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let answer = untouched.server.request(method, "/tasks/work/pause", &PERMITTED, "").await;
        let error = refused(&answer, 405, ErrorCode::MethodNotAllowed);
        assert_eq!((error.error.allowed, answer.header("allow")), (vec!["POST".into()], Some("POST")));
    }
    untouched.check().await;
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let server = Untouched::new().await.server;
    let read = [
        "/",
        "/status",
        "/health/live",
        "/health/ready",
        "/health/started",
        "/tasks",
        "/tasks/work",
        "/slots",
    ];
    let others =
        ["/jobs", "/jobs/1", "/graph", "/model", "/metrics", "/openapi.json", "/nothing", "/tasks?limit=0"];
    for path in read.into_iter().chain(others) {
        let answer = server.request("HEAD", path, &[], "").await;
        let expected = server.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (expected.status, ""), "{path}");
        assert_eq!(answer.header("content-type"), expected.header("content-type"), "{path}");
    }
    let answer = server.request("HEAD", "/events", &[], "").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")));
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_never_ignored() {
    let untouched = Untouched::new().await;
    let names =
        "name=work&".repeat(3) + &(0..201).map(|number| format!("name={number}&")).collect::<String>();
    for (query, expected) in [
        ("limit=0", "`limit`"),
        ("limit=-1", "`limit`"),
        ("limit=1001", "1 to 1000"),
        ("limit=99999999999999999999999", "`limit`"),
        ("limit=ten", "`limit`"),
        ("limit=", "`limit`"),
        ("limit=1&limit=2", "twice"),
        ("phase=dead", "`phase` cannot be `dead`"),
        ("phase=Running", "`phase`"),
        ("phase=", "`phase`"),
        ("attempts=yes", "`true` or `false`"),
        ("limti=5", "did you mean `limit`?"),
        ("force", "there is no parameter `force`"),
        ("name=%FF", "UTF-8"),
        ("%FF=1", "UTF-8"),
        (&names, "200"),
    ] {
        let error =
            refused(&untouched.server.get(&format!("/tasks?{query}")).await, 400, ErrorCode::BadParameter);
        assert!(error.error.message.contains(expected), "{query}: {}", error.error.message);
    }
    let error = untouched.server.get("/tasks?phase=dead").await.json::<ErrorAnswer>().error;
    assert!(error.allowed.contains(&"backing_off".to_owned()));
    for query in ["/jobs?limit=0", "/jobs?limit=1001", "/jobs?cursor=1", "/events?befor=1"] {
        refused(&untouched.server.get(query).await, 400, ErrorCode::BadParameter);
    }
    for cursor in ["", "x", "..", "%FF%FE", &"A".repeat(5_000)] {
        let answer = untouched.server.get(&format!("/tasks?cursor={cursor}")).await;
        let expected = if cursor.contains('%') { ErrorCode::BadParameter } else { ErrorCode::BadCursor };
        refused(&answer, 400, expected);
    }
    untouched.check().await;
}

#[tokio::test]
async fn an_unknown_task_or_job_is_not_found() {
    let untouched = Untouched::new().await;
    let answer = untouched.server.get("/tasks/wrok").await;
    let error = refused(&answer, 404, ErrorCode::UnknownTask);
    assert_eq!(error.error.allowed, ["work"]);
    for job in ["1", "0", "999999999999", "-1", "work", "%20", "99999999999999999999999999"] {
        refused(&untouched.server.get(&format!("/jobs/{job}")).await, 404, ErrorCode::UnknownJob);
    }
    for path in ["/model", "/metrics"] {
        refused(&untouched.server.get(path).await, 404, ErrorCode::NotInstalled);
    }
    untouched.check().await;
}

#[tokio::test]
async fn an_action_with_a_bad_body_changes_nothing() {
    let untouched = Untouched::new().await;
    let spaces = " ".repeat(1_025);
    let mebibytes = "x".repeat(3 << 20);
    for (body, status, expected) in [
        ("{\"force\": true}", 400, ErrorCode::BadBody),
        ("[]", 400, ErrorCode::BadBody),
        ("null", 400, ErrorCode::BadBody),
        ("{", 400, ErrorCode::BadBody),
        ("action=cancel", 400, ErrorCode::BadBody),
        ("\u{feff}{}", 400, ErrorCode::BadBody),
        (&spaces, 413, ErrorCode::BodyTooLong),
        (&mebibytes, 413, ErrorCode::BodyTooLong),
    ] {
        let answer = untouched.server.request("POST", "/tasks/work/pause", &PERMITTED, body).await;
        refused(&answer, status, expected);
    }
    untouched.check().await;
}

const CHUNKED: &str = "POST /tasks/work/pause HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntaskvisor-control: 1\r\nuser: a\r\n\
                       transfer-encoding: chunked\r\n\r\n";

#[tokio::test]
async fn a_chunked_body_is_bounded_too() {
    let untouched = Untouched::new().await;
    let chunk = format!("200\r\n{}\r\n", "x".repeat(0x200));
    for (body, status, expected) in [
        (chunk.repeat(3) + "0\r\n\r\n", 413, ErrorCode::BodyTooLong),
        ("no number\r\n".to_owned(), 400, ErrorCode::BadBody),
    ] {
        refused(&untouched.server.send(&format!("{CHUNKED}{body}")).await, status, expected);
    }
    untouched.check().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let untouched = Untouched::new().await;
    for request in [
        format!("{CHUNKED}1\r\n{{\r\n"),
        CHUNKED.replace("transfer-encoding: chunked", "content-length: 2") + "{",
    ] {
        untouched.server.break_off(&request).await;
    }
    untouched.check().await;
}

#[tokio::test]
async fn a_request_for_an_action_is_checked_in_order() {
    let untouched = Untouched::new().await;
    let user = [("user", "on-call")];
    let header = [("taskvisor-control", "1")];
    for (path, headers, status, expected) in [
        ("/tasks/nothing/explode", &PERMITTED[..], 404, ErrorCode::UnknownAction),
        ("/tasks/work/scale", &PERMITTED[..], 404, ErrorCode::UnknownAction),
        ("/tasks/work/cancel?dry_run=true", &PERMITTED[..], 400, ErrorCode::BadParameter),
        ("/tasks/work/cancel?%FF", &PERMITTED[..], 400, ErrorCode::BadParameter),
        ("/tasks/nothing/pause", &user[..], 403, ErrorCode::MissingHeader),
        ("/tasks/nothing/pause", &header[..], 403, ErrorCode::Forbidden),
        ("/tasks/nothing/pause", &PERMITTED[..], 404, ErrorCode::UnknownTask),
        ("/tasks/nothing/start", &PERMITTED[..], 404, ErrorCode::UnknownTask),
        ("/tasks/work/start", &PERMITTED[..], 409, ErrorCode::Conflict),
    ] {
        let answer = untouched.server.request("POST", path, headers, "").await;
        assert_eq!(code(&answer), expected, "{path}");
        refused(&answer, status, expected);
    }
    untouched.check().await;
}

#[tokio::test]
async fn an_id_of_an_event_must_be_of_this_run() {
    let untouched = Untouched::new().await;
    for id in ["x", "5", "-", "run-", "18446744073709551616"] {
        let answer = untouched.server.request("GET", "/events", &[("last-event-id", id)], "").await;
        refused(&answer, 400, ErrorCode::BadEventId);
        refused(&untouched.server.get(&format!("/events?after={id}")).await, 400, ErrorCode::BadEventId);
    }
    let answer = untouched.server.request("GET", "/events", &[("last-event-id", "0123abcd-7")], "").await;
    refused(&answer, 410, ErrorCode::OtherRun);
    refused(&untouched.server.get("/events?after=0123abcd-7").await, 410, ErrorCode::OtherRun);
    untouched.check().await;
}
