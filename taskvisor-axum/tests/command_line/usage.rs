//! Wrong commands: exit code 2, and no request.

use crate::program::{command, finish, run};

#[test]
fn wrong_usage_exits_with_2() {
    let url = "http://127.0.0.1:1";
    for (arguments, expected) in [
        (&["frobnicate"][..], "frobnicate"),
        (&["task"], "<NAME>"),
        (&["task", ""], "a value is required for '<NAME>'"),
        (&["tasks", "--phase", "asleep"], "possible values: waiting, running, backing_off"),
        (&["jobs", "--limit", "0"], "0 is not in 1..=1000"),
        (&["events", "--kind", "exploded"], "possible values: added, queued"),
        (&["events", "--after", "yesterday"], "possible values: start"),
        (&["events", "--reconnect-for", "long"], "--reconnect-for"),
        (&["--json", "--table", "status"], "cannot be used with"),
        (&["--json", "status", "--table"], "contradict each other"),
    ] {
        run(url, arguments).expect_failure(2, &[expected]);
    }
}

#[test]
fn no_command_prints_the_help_and_exits_with_2() {
    let run = finish(command(&[]));
    assert_eq!((run.code, &*run.stdout), (2, ""));
    assert!(run.stderr.contains("Usage: taskvisor"), "{run:?}");
}

#[test]
fn an_address_that_cannot_work_is_wrong_usage() {
    for (url, expected) in [
        ("https://service", "this program speaks http only, without TLS"),
        ("127.0.0.1:9900", "it has no scheme; write it as in `http://127.0.0.1:9900`"),
        ("", "it is empty"),
    ] {
        run(url, &["status"]).expect_failure(2, &[expected, "--url"]);
        let mut command = command(&["status"]);
        command.env("TASKVISOR_URL", url);
        finish(command).expect_failure(2, &[expected]);
    }
}

#[test]
fn a_token_that_no_header_carries_is_not_printed() {
    for token in ["two words", "line\nbreak", "größe"] {
        let run = run("http://127.0.0.1:1", &["--token", token, "status"]);
        run.expect_failure(2, &["`--token`", "TASKVISOR_TOKEN"]);
        assert!(!run.stderr.contains(token), "{run:?}");
    }
}
