//! The event stream.

use std::io::Read;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::fake_server::{FakeServer, response, stream};
use crate::program::{command, run};

fn event(id: &str, kind: &str, task: Option<&str>) -> Value {
    json!({
        "version": 1, "id": id, "at": "2026-11-29T16:30:05.123Z", "kind": kind, "task": task, "task_id": null, "instance": null,
        "is_submission": false, "slot": null, "attempt": null, "ran_ms": null, "error": null, "text": format!("{kind} text"),
    })
}

fn message(id: &str, kind: &str, task: Option<&str>) -> String {
    format!("id: {id}\ndata: {}\n\n", event(id, kind, task))
}

const MISSED: &str = "id: r-8\nevent: missed\ndata: {\"version\":1,\"missed\":5}\n\n";

#[test]
fn events_are_printed_as_one_object_on_a_line() {
    let server = FakeServer::answering(stream(&format!(
        "retry: 100\n\n{}{MISSED}",
        message("r-1", "added", Some("a"))
    )));
    let run = run(&server.url(), &["events", "--after", "start", "--reconnect-for", "0s"]);
    assert_eq!(run.stdout, format!("{}\n{{\"version\":1,\"missed\":5}}\n", event("r-1", "added", Some("a"))));
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("did not return within 0s: the service has closed the stream"), "{run:?}");
    assert_eq!(server.requests()[0].line, "GET /events?after=start");
    assert_eq!(server.requests()[0].header("last-event-id"), None);
}

#[test]
fn events_are_printed_as_lines_of_text() {
    let body = message("r-1", "added", Some("a\u{1b}[31m")) + MISSED + &message("r-9", "stopped", None);
    let server = FakeServer::answering(stream(&body));
    let run = run(&server.url(), &["events", "--table", "--reconnect-for", "0s"]);
    assert_eq!(
        run.stdout,
        "16:30:05.123Z  a\\u{1b}[31m  added text\n… 5 events are missing here …\n16:30:05.123Z  -  stopped text\n"
    );
    assert_eq!(server.requests()[0].line, "GET /events");
}

#[test]
fn events_of_jobs_can_be_left_out() {
    let mut of_a_job = event("r-2", "added", Some("send_mail"));
    of_a_job["is_submission"] = true.into();
    let body = format!("{}id: r-2\ndata: {of_a_job}\n\n", message("r-1", "added", Some("a")));
    let server = FakeServer::answering(stream(&body));
    let printed = |arguments: &[&str]| {
        let arguments = [&["events", "--table", "--reconnect-for", "0s"], arguments].concat();
        run(&server.url(), &arguments).stdout.lines().count()
    };
    assert_eq!((printed(&[]), printed(&["--no-jobs"])), (2, 1));
}

#[test]
fn events_are_selected_by_task_and_kind() {
    let body = [
        ("added", "feed"),
        ("added", "feed/12"),
        ("added", "feed/x"),
        ("added", "feeds"),
        ("failed", "feed"),
        ("added", "b"),
    ]
    .map(|(kind, task)| message("r-1", kind, Some(task)))
    .concat();
    let server = FakeServer::answering(stream(&(body + MISSED)));
    let printed = |arguments: &[&str]| {
        let arguments = [&["events", "--table", "--reconnect-for", "0s"], arguments].concat();
        let lines: Vec<_> = run(&server.url(), &arguments).stdout.lines().map(str::to_owned).collect();
        // A missing event may be one that the filter selects.
        assert_eq!(lines.last().unwrap(), "… 5 events are missing here …");
        lines[..lines.len() - 1]
            .iter()
            .map(|line| line["16:30:05.123Z  ".len()..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        printed(&["--task", "feed"]),
        ["feed  added text", "feed/12  added text", "feed  failed text"]
    );
    assert_eq!(printed(&["--kind", "failed", "--kind", "stopped"]), ["feed  failed text"]);
    assert_eq!(printed(&["--task", "feed", "--task", "b", "--kind", "added"]).len(), 3);
}

#[test]
fn a_broken_stream_is_resumed_until_the_service_has_shut_down() {
    let server = FakeServer::start(|request, number| {
        let id = request.header("last-event-id");
        match number {
            0 => {
                assert_eq!(id, None);
                Some(stream(&format!(
                    "retry: 100\n\n{}id: r-2\ndata: {{\"cut\"",
                    message("r-1", "added", Some("a"))
                )))
            }
            1 => {
                assert_eq!((id, &*request.line), (Some("r-1"), "GET /events"));
                Some(response("503 Service Unavailable", "application/json", "{}"))
            }
            2 => {
                assert_eq!(id, Some("r-1"));
                Some(stream(&(MISSED.to_owned() + &message("r-9", "stopped", None))))
            }
            3 => {
                assert_eq!(id, Some("r-9"));
                let body =
                    r#"{"version":1,"error":{"code":"other_run","message":"of another run","allowed":[]}}"#;
                Some(response("410 Gone", "application/json", body))
            }
            4 => {
                assert_eq!((id, &*request.line), (None, "GET /events?after=start"));
                let shutdown = message("s-2", "shutdown_requested", None);
                Some(stream(&(message("s-1", "added", Some("a")) + &shutdown)))
            }
            // The stream has ended, and the service goes on with its shutdown.
            5 => Some(stream("")),
            _ => None,
        }
    });
    let run = run(&server.url(), &["events", "--reconnect-for", "1s"]);
    let ids: Vec<_> = run
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap_or("missed").to_owned()
        })
        .collect();
    assert_eq!(ids, ["r-1", "missed", "r-9", "s-1", "s-2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        run.stderr,
        format!(
            "note: the service has restarted: its events follow from their start\nnote: `{}` has shut down\n",
            server.url()
        )
    );
}

#[test]
fn a_restarted_service_that_breaks_has_not_shut_down() {
    let server = FakeServer::start(|_, number| match number {
        0 => Some(stream(&format!("retry: 100\n\n{}", message("r-1", "shutdown_requested", None)))),
        1 => Some(response("410 Gone", "application/json", "{}")),
        2 => Some(stream(&message("s-1", "added", Some("a")))),
        _ => None,
    });
    let run = run(&server.url(), &["events", "--reconnect-for", "1s"]);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 2), "{run:?}");
    assert!(run.stderr.contains("broke, and did not return within 1s"), "{run:?}");
}

#[test]
fn a_service_that_does_not_return_ends_the_events() {
    let server = FakeServer::start(|_, number| {
        (number == 0).then(|| stream(&format!("retry: 100\n\n{}", message("r-1", "added", Some("a")))))
    });
    let run = run(&server.url(), &["events", "--reconnect-for", "300ms"]);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 1));
    for text in ["broke, and did not return within 300ms", "cannot reach", "`--reconnect-for`"] {
        assert!(run.stderr.contains(text), "{run:?}");
    }
}

#[test]
fn a_stream_that_is_refused_later_ends_the_events() {
    let server = FakeServer::start(|_, number| {
        Some(match number {
            0 => stream("retry: 100\n\n"),
            _ => response("403 Forbidden", "text/plain", "no"),
        })
    });
    run(&server.url(), &["events"])
        .expect_failure(1, &["cannot follow the events any more", "403 Forbidden"]);
}

#[test]
fn an_event_that_cannot_be_read_ends_the_events() {
    for (data, expected) in [
        ("nonsense", "not one of version 1"),
        (r#"{"version":2,"kind":"added"}"#, "answers in version 2"),
        (r#"{"version":1,"kind":"added"}"#, "not one of version 1"),
    ] {
        let server = FakeServer::answering(stream(&format!("data: {data}\n\n")));
        run(&server.url(), &["events", "--table"]).expect_failure(1, &[expected]);
    }
}

#[test]
fn a_reader_that_has_read_enough_ends_the_program_silently() {
    let many = message("r-1", "added", Some("a")).repeat(5_000);
    let server = FakeServer::answering(stream(&many));
    let url = server.url();
    let mut command = command(&["events", "--url", &url]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""));
}
