//! The requests, and the answers as JSON.

use serde_json::{Value, json};

use crate::fake_server::{FakeServer, json as json_response};
use crate::program::{command, finish, run};

/// The lines of the requests that a command makes.
fn requests(prefix: &str, arguments: &[&str]) -> Vec<String> {
    let server = FakeServer::answering(json_response(r#"{"version":1}"#));
    run(&format!("{}{prefix}", server.url()), arguments).expect_success();
    server.requests().into_iter().map(|request| request.line).collect()
}

#[test]
fn each_command_makes_one_request_for_json() {
    for (arguments, expected) in [
        (&["tasks"][..], "GET /tasks?limit=1000"),
        (&["task", "consume/0"], "GET /tasks/consume%2F0"),
        (&["task", "../a b?#%"], "GET /tasks/..%2Fa%20b%3F%23%25"),
        (&["jobs"], "GET /jobs?limit=100"),
        (&["jobs", "--limit", "7"], "GET /jobs?limit=7"),
        (&["slots"], "GET /slots"),
        (&["graph"], "GET /graph"),
        (&["pause", "größe"], "POST /tasks/gr%C3%B6%C3%9Fe/pause"),
        (&["pause", "a", "--after-attempt"], "POST /tasks/a/pause_after_attempt"),
        (&["resume", "a"], "POST /tasks/a/resume"),
        (&["restart", "a"], "POST /tasks/a/restart"),
        (&["trigger", "a"], "POST /tasks/a/trigger"),
        (&["start", "a"], "POST /tasks/a/start"),
        (&["cancel", "a"], "POST /tasks/a/cancel"),
        (
            &["tasks", "--phase", "backing_off", "--contains", "a&b", "--name", "c", "--name", "d/0"],
            "GET /tasks?limit=1000&phase=backing_off&contains=a%26b&name=c&name=d%2F0",
        ),
    ] {
        assert_eq!(requests("", arguments), [expected]);
    }
}

#[test]
fn the_address_may_have_a_path() {
    assert_eq!(requests("/admin", &["slots"]), ["GET /admin/slots"]);
    assert_eq!(requests("/admin/", &["slots"]), ["GET /admin/slots"]);
}

#[test]
fn the_address_and_the_token_may_come_from_variables() {
    let server = FakeServer::answering(json_response(r#"{"version":1}"#));
    let mut from_variables = command(&["resume", "feed"]);
    from_variables.env("TASKVISOR_URL", server.url()).env("TASKVISOR_TOKEN", "secret");
    finish(from_variables).expect_success();
    let mut from_arguments = command(&["jobs", "--url", &server.url(), "--token", "other"]);
    from_arguments.env("TASKVISOR_URL", "http://127.0.0.1:1").env("TASKVISOR_TOKEN", "secret");
    finish(from_arguments).expect_success();
    let mut without = command(&["jobs"]);
    without.env("TASKVISOR_URL", server.url()).env("TASKVISOR_TOKEN", "");
    finish(without).expect_success();

    let requests = server.requests();
    assert_eq!(requests[0].header("authorization"), Some("Bearer secret"));
    assert_eq!(requests[0].header("taskvisor-control"), Some("taskvisor"));
    assert_eq!(requests[0].header("content-length"), Some("0"));
    assert_eq!(requests[1].header("authorization"), Some("Bearer other"));
    assert_eq!(requests[1].header("taskvisor-control"), None);
    assert_eq!(requests[2].header("authorization"), None);
}

#[test]
fn an_answer_is_printed_as_it_was_sent() {
    // With a field that this program does not know, and an order of its own.
    let body = r#"{ "zeta": [1.50, "\u001b"],  "version": 1 }"#;
    let server = FakeServer::answering(json_response(body));
    for arguments in [&["jobs"][..], &["slots"], &["graph"], &["tasks"], &["task", "a"], &["resume", "a"]] {
        assert_eq!(run(&server.url(), arguments).expect_success(), format!("{body}\n"));
    }
}

#[test]
fn all_pages_become_one_answer() {
    let server = FakeServer::start(|request, number| {
        let cursor = ["a b", "c"].get(number);
        if number > 0 {
            let expected = [
                "GET /tasks?limit=1000&contains=x&cursor=a%20b",
                "GET /tasks?limit=1000&contains=x&cursor=c",
            ][number - 1];
            assert_eq!(request.line, expected);
        }
        let page = json!({
            "version": 1, "now": "2026-11-29T16:30:00.000Z", "total": 3, "next_cursor": cursor,
            "tasks": [{ "name": format!("task-{number}"), "new": number }], "later": true,
        });
        Some(json_response(&page.to_string()))
    });
    let output = run(&server.url(), &["tasks", "--contains", "x"]).expect_success();
    let expected = json!({
        "version": 1, "now": "2026-11-29T16:30:00.000Z", "total": 3, "next_cursor": null,
        "tasks": (0..3).map(|number| json!({ "name": format!("task-{number}"), "new": number })).collect::<Vec<_>>(),
        "later": true,
    });
    assert_eq!(serde_json::from_str::<Value>(&output).unwrap(), expected);
    assert_eq!(output.lines().count(), 1);
}
