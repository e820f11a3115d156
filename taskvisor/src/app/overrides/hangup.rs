//! Reloads the file at each SIGHUP, and reports the result on stderr.

use std::io;

use crate::app::stderr::write_line;
use crate::supervisor::SupervisorHandle;
use crate::supervisor::hangups::Hangups;
use crate::task::{ReloadError, Reloaded};

/// Begins to reload, once the tasks were started: a reload changes live tasks. Must be called on the runtime of the application. The
/// listener ends with the runtime, or with the supervisor.
pub(in crate::app) fn reload_at_hangups(hangups: io::Result<Hangups>, supervisor: SupervisorHandle) {
    match hangups {
        Ok(hangups) => {
            tokio::spawn(listen(hangups, supervisor));
        }
        Err(error) => write_line(format_args!(
            "note: SIGHUP cannot be listened to ({error}), and ends the process: read the file again with `reload()`"
        )),
    }
}

async fn listen(mut hangups: Hangups, supervisor: SupervisorHandle) {
    loop {
        hangups.next().await;
        let supervisor = supervisor.clone();
        // The file may be on a slow disk.
        match tokio::task::spawn_blocking(move || supervisor.reload()).await {
            Ok(Ok(reloaded)) => report(&reloaded),
            Ok(Err(error)) => report_error(&error),
            // The runtime is shutting down, or a parameter of a task has panicked, which the panic hook has reported.
            Err(_) => {}
        }
    }
}

fn report(Reloaded { changed, needs_restart, notes }: &Reloaded) {
    for note in notes {
        write_line(format_args!("note: {note}"));
    }
    for option in changed {
        write_line(format_args!("reloaded: {option}"));
    }
    for option in needs_restart {
        write_line(format_args!("note: {option}; it needs a restart, and was not applied"));
    }
    if changed.is_empty() && needs_restart.is_empty() {
        write_line("reloaded: nothing has changed");
    }
}

fn report_error(error: &ReloadError) {
    let ReloadError::Invalid { problems } = error else {
        return write_line(format_args!("error: the options were not reloaded: {error}"));
    };
    for problem in problems {
        write_line(format_args!("error: {problem}"));
    }
    let count =
        if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) };
    write_line(format_args!("error: the options were not reloaded, and nothing was changed: {count}"));
}
