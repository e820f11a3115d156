//! What an application says on stderr: every reason, in words.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::events::{Event, EventKind, EventName, EventSet};
use crate::line::on_one_line;
use crate::subscriber::Subscribe;

/// Writes a line to stderr, and only one: messages come from anywhere. A closed stderr is no reason to stop.
pub(super) fn say(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", on_one_line(&line.to_string()));
}

pub(super) fn fail(reason: impl fmt::Display) -> ExitCode {
    say(format_args!("error: {reason}"));
    ExitCode::FAILURE
}

/// The same with as many lines as the reason has: the set-up is the application's own, and may draw what is wrong.
pub(super) fn fail_in_lines(reason: impl fmt::Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {reason}");
    ExitCode::FAILURE
}

/// What an application without a subscriber says on stderr: never nothing when something went wrong.
pub(super) struct Trouble;

impl Trouble {
    pub(super) const EVENTS: EventSet = EventSet::of(&[
        EventName::Failed,
        EventName::TimedOut,
        EventName::Panicked,
        EventName::Aborted,
        EventName::Ended,
    ]);
}

impl Subscribe for Trouble {
    async fn on_event(&mut self, event: &Event) {
        let expected = matches!(&event.kind, EventKind::Ended { outcome } if !outcome.is_failed());
        if !expected {
            say(event);
        }
    }
}
