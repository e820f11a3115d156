//! The tables on a terminal.

use std::fs::File;
use std::io::Read;
use std::process::Command;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::fake_server::{FakeServer, json};
use crate::program::command;

/// Runs the program with its output on a terminal with so many columns.
fn on_terminal(mut command: Command, columns: u16) -> String {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    tcsetwinsize(&terminal, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let mut child = command.stdout(terminal).spawn().unwrap();
    // It has the other copy of the terminal, whose end ends the output.
    drop(command);
    let mut output = Vec::new();
    // Linux reports the end as an error.
    let _ = File::from(controller).read_to_end(&mut output);
    assert!(child.wait().unwrap().success());
    String::from_utf8(output).unwrap().replace("\r\n", "\n")
}

/// A server with one failing task, whose name and error have commands for the terminal.
fn server() -> FakeServer {
    let body = serde_json::json!({
        "version": 1, "now": "2026-11-29T16:30:00.000Z", "total": 1, "next_cursor": null,
        "tasks": [{
            "name": "feed\u{1b}[2J", "id": 1, "phase": "backing_off", "phase_text": "backing off",
            "since": "2026-11-29T16:26:40.000Z", "waits_for": null, "gave_up": false, "overdue": false, "stopping": false,
            "pausing": false, "ready": false, "ready_since": null, "attempt": 3, "failures": 3, "total_failures": 3, "restarts": 2,
            "last_error": {
                "kind": "error", "attempt": 3, "message": "connection\u{9b}refused by the peer with a long explanation",
                "causes": ["out of cookies, which are baked on the day after tomorrow"],
            },
            "next_attempt": "2026-11-29T16:30:12.000Z", "next_run": null, "last_run": null, "skipped_ticks": 0,
            "last_progress": null, "heartbeat_age_ms": null, "instances": null, "history": null, "attempts": null,
        }],
    });
    FakeServer::answering(json(&body.to_string()))
}

#[test]
fn a_terminal_gets_a_table_in_colors() {
    let server = server();
    let output = on_terminal(command(&["tasks", "--url", &server.url()]), 200);
    assert!(output.contains("\u{1b}[1mNAME\u{1b}[0m"), "{output:?}");
    assert!(output.contains("\u{1b}[33mbacking off\u{1b}[0m"), "{output:?}");
    assert!(output.contains("the day after tomorrow"), "{output:?}");
}

#[test]
fn no_color_is_respected() {
    let server = server();
    let plain = on_terminal(
        {
            let mut command = command(&["tasks", "--url", &server.url()]);
            command.env("NO_COLOR", "1");
            command
        },
        200,
    );
    assert!(plain.contains("backing off") && !plain.contains('\u{1b}'), "{plain:?}");
    let mut dumb = command(&["tasks", "--url", &server.url()]);
    dumb.env("TERM", "dumb");
    assert!(!on_terminal(dumb, 200).contains('\u{1b}'));
    let mut empty = command(&["tasks", "--url", &server.url()]);
    empty.env("NO_COLOR", "");
    assert!(on_terminal(empty, 200).contains('\u{1b}'));
}

#[test]
fn lines_are_cut_to_the_width_of_the_terminal() {
    let server = server();
    let mut command = command(&["tasks", "--url", &server.url()]);
    command.env("NO_COLOR", "1");
    let output = on_terminal(command, 110);
    let lengths: Vec<_> = output.lines().map(|line| line.chars().count()).collect();
    assert_eq!((lengths.len(), lengths[1]), (3, 110), "{output}");
    assert!(output.contains(r"feed\u{1b}[2J  backing off  3m 20s  no"), "{output}");
    assert!(output.contains("in 12s") && output.contains('…') && !output.contains("tomorrow"), "{output}");
}

#[test]
fn a_terminal_gets_json_on_demand() {
    let server = server();
    let output = on_terminal(command(&["tasks", "--json", "--url", &server.url()]), 40);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&output).unwrap()["total"], 1);
}

#[test]
fn a_pipe_gets_a_table_on_demand_without_colors_or_cuts() {
    let server = server();
    let output = crate::program::run(&server.url(), &["tasks", "--table"]).expect_success();
    assert!(output.contains(r"feed\u{1b}[2J  backing off") && output.contains("tomorrow"), "{output}");
    assert!(!output.contains(['\u{1b}', '\u{9b}', '…']), "{output}");
}
