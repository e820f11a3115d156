//! Requests that fail: exit code 1, and a message.

use std::net::TcpListener;

use crate::fake_server::{FakeServer, json, response};
use crate::program::run;

const COMMANDS: [&[&str]; 9] = [
    &["status"],
    &["tasks"],
    &["task", "feed"],
    &["jobs"],
    &["slots"],
    &["graph"],
    &["events"],
    &["pause", "feed"],
    &["resume", "feed"],
];

#[test]
fn a_service_that_is_not_there_is_named() {
    // The port is free again: nothing listens there.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    for arguments in COMMANDS {
        run(&url, arguments).expect_failure(
            1,
            &[&format!("cannot reach `{url}`: the connection was refused"), "`--url`", "`TASKVISOR_URL`"],
        );
    }
}

#[test]
fn a_host_without_an_address_is_named() {
    run("http://nowhere.invalid", &["status"]).expect_failure(1, &["cannot reach `http://nowhere.invalid`"]);
}

#[test]
fn a_connection_that_is_closed_fails_the_request() {
    let server = FakeServer::start(|_, _| None);
    run(&server.url(), &["status"])
        .expect_failure(1, &["cannot reach", "the connection was closed before the answer"]);
}

#[test]
fn a_refusal_has_the_reason_of_the_service() {
    let body =
        r#"{"version":1,"error":{"code":"conflict","message":"`feed` has ended","allowed":["start"]}}"#;
    let server = FakeServer::answering(response("409 Conflict", "application/json", body));
    let url = format!("(status 409 Conflict, `{}/tasks/feed/pause`)", server.url());
    run(&server.url(), &["pause", "feed"])
        .expect_failure(1, &["error: `feed` has ended", &url, "possible: start"]);
}

#[test]
fn a_refusal_of_a_later_version_is_shown() {
    let body = r#"{"version":2,"error":{"code":"too_tired","message":"try tomorrow"}}"#;
    let server = FakeServer::answering(response("403 Forbidden", "application/json", body));
    run(&server.url(), &["events"]).expect_failure(1, &["error: try tomorrow", "`--token`"]);
}

#[test]
fn a_refusal_by_a_middleware_suggests_a_token() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let server = FakeServer::answering(response(status, "text/plain", "sign in first"));
        run(&server.url(), &["status"]).expect_failure(1, &[status, "`sign in first`", "`--token`"]);
    }
}

#[test]
fn control_characters_in_a_refusal_are_escaped() {
    let body =
        r#"{"version":1,"error":{"code":"gone","message":"\u001b]0;owned\u0007","allowed":["\u001b[2J"]}}"#;
    let server = FakeServer::answering(response("503 Service Unavailable", "application/json", body));
    let run = run(&server.url(), &["status"]);
    run.expect_failure(1, &[r"\u{1b}]0;owned\u{7}", r"\u{1b}[2J"]);
    assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
}

#[test]
fn an_answer_of_a_later_version_is_refused() {
    let server = FakeServer::answering(json(r#"{"version":2}"#));
    for arguments in COMMANDS.iter().filter(|arguments| arguments[0] != "events") {
        for form in ["--json", "--table"] {
            run(&server.url(), &[arguments, &[form][..]].concat())
                .expect_failure(1, &["answers in version 2", "versions up to 1", "update this program"]);
        }
    }
}

#[test]
fn an_answer_with_an_unknown_value_is_refused_in_a_table() {
    let body = r#"{"version":1,"now":"","task":"feed","action":"pause","changed":"perhaps","text":""}"#;
    let server = FakeServer::answering(json(body));
    let pause = ["pause", "feed"];
    run(&server.url(), &[&pause[..], &["--table"]].concat()).expect_failure(1, &["perhaps", "`--json`"]);
    // JSON is printed as it was sent: its consumer decides about the value.
    assert_eq!(run(&server.url(), &pause).expect_success().trim_end(), body);
}

#[test]
fn the_answer_of_another_server_is_recognized() {
    for (answer, expected) in [
        (
            response("200 OK", "text/html", "<html>\u{1b}[31m</html>"),
            r"is not JSON of a dashboard; it begins with `<html>\u{1b}",
        ),
        (json("[1]"), "is not JSON of a dashboard"),
        (
            response("502 Bad Gateway", "text/plain", "no upstream"),
            "answers with status 502 Bad Gateway: `no upstream`",
        ),
        (response("404 Not Found", "text/plain", ""), "answers with status 404 Not Found\n"),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://elsewhere/\r\ncontent-length: 0\r\n\r\n".to_owned(),
            "redirects to `http://elsewhere/`",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n".to_owned(), "is not HTTP"),
    ] {
        let server = FakeServer::answering(answer);
        run(&server.url(), &["status"]).expect_failure(1, &[expected, "`--url`"]);
        if !expected.contains("JSON") {
            run(&server.url(), &["events"]).expect_failure(1, &[expected, "`--url`"]);
        }
    }
    let server = FakeServer::answering(json(r#"{"version":1}"#));
    run(&server.url(), &["events"]).expect_failure(1, &["is not an event stream"]);
}

#[test]
fn a_list_that_does_not_end_is_refused() {
    let server = FakeServer::answering(json(
        r#"{"version":1,"now":"2026-11-29T16:30:00.000Z","tasks":[],"total":0,"next_cursor":"again"}"#,
    ));
    run(&server.url(), &["tasks"]).expect_failure(1, &["does not end", "`again`"]);
    assert_eq!(server.requests().len(), 2);
}
