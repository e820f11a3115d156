//! The example `uptime`, on real connections.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use super::process::Process;

#[test]
fn it_stops_by_itself_after_the_given_time() {
    let ended = Process::start("uptime", &["--for", "2s"]).end();
    ended.expect_code(0);
    let table = ended.stdout.split("\n\n").nth(1).expect("a table comes last");
    let names: Vec<_> = table.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["target", "web", "database", "mail"]);
    assert!(table.lines().any(|line| line.starts_with("mail") && line.contains("DOWN: ")), "{table}");
}

#[test]
fn all_bad_lines_of_the_targets_are_reported_together() {
    let lines =
        ["# all but the second are bad", "good localhost:80", "alone", "too many words", "", "good [::1]:80"];
    let more = ["portless localhost", "large localhost:65536", "six ::1:80", "hostless :80"];
    let file = targets("bad", &[&lines[..], &more[..]].concat().join("\n"));
    let ended = Process::start("uptime", &[&file.to_string_lossy()]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let expected = [
        (3, "expected `name host:port`, found `alone`: a line has two words"),
        (4, "expected `name host:port`, found `too many words`: a line has two words"),
        (6, "expected a new name, found `good` of line 2"),
        (7, "expected `name host:port`, found `portless localhost`: the port is missing"),
        (8, "expected `name host:port`, found `large localhost:65536`: `65536` is no port"),
        (9, "expected `name host:port`, found `six ::1:80`: an IPv6 address is written in brackets"),
        (10, "expected `name host:port`, found `hostless :80`: the host is missing"),
    ];
    for (number, reason) in expected {
        ended.expect_stderr(&format!("{}:{number}: {reason}", file.display()));
    }
    assert_eq!(ended.stderr.lines().count(), expected.len() + 1, "{}", ended.stderr);
}

#[test]
fn a_missing_file_is_reported_by_name() {
    let ended = Process::start("uptime", &["no-such-file"]).end();
    ended.expect_code(1);
    ended.expect_stderr("error: the setup failed: cannot read `no-such-file`: ");
}

#[test]
fn a_target_goes_down_and_comes_back() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let file = targets("lighthouse", &format!("lighthouse {address} # lit by the test"));
    let mut process = Process::start("uptime", &[&file.to_string_lossy()]);
    let up = process.wait_for(&["lighthouse"]);
    assert!(up.ends_with(" UP") && !up.contains("back"), "{up}");
    drop(listener);
    process.wait_for(&["lighthouse", "DOWN: "]);
    let _revived = TcpListener::bind(address).expect("the port is free again");
    process.wait_for(&["lighthouse", "back UP after "]);
    #[cfg(unix)]
    {
        process.signal("TERM");
        let ended = process.end();
        ended.expect_code(0);
        let row = ended.stdout.lines().last().unwrap_or_default();
        assert!(row.starts_with("lighthouse") && row.ends_with(" UP"), "{}", ended.stdout);
    }
}

#[cfg(unix)]
mod signals {
    use super::*;

    /// One of the default targets, at a port without a listener.
    const CLOSED: &str = "closed 127.0.0.1:27103";

    #[test]
    fn sigterm_stops_it_in_order_with_the_table() {
        let mut process = Process::start("uptime", &[&targets("sigterm", CLOSED).to_string_lossy()]);
        process.wait_for(&["closed", "DOWN: "]);
        process.signal("TERM");
        let ended = process.end();
        ended.expect_code(0);
        let rows = ended.stdout.lines().filter(|line| line.starts_with("closed"));
        assert_eq!(rows.count(), 1, "{}", ended.stdout);
    }

    #[test]
    fn a_second_sigint_changes_nothing_for_tasks_that_stop_in_time() {
        let mut process = Process::start("uptime", &[&targets("sigint", CLOSED).to_string_lossy()]);
        process.wait_for(&["closed", "DOWN: "]);
        process.signal("INT");
        process.signal("INT");
        let ended = process.end();
        ended.expect_code(0);
        ended.expect_stdout("target     address");
    }
}

/// A file of targets. Each test has its own.
fn targets(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("uptime-{name}.txt"));
    fs::write(&path, content).expect("cargo's own folder can be written to");
    path
}
