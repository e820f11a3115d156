//! The state of the targets, derived from the events of their probes.

use std::sync::{Mutex, PoisonError};

use taskvisor::prelude::*;
use tokio::time::Instant;

use crate::targets::{Target, Targets};

/// Prints every change of state, and a table after `Stopped`, which is the last event.
#[subscriber(on(Succeeded, Failed, TimedOut, Stopped))]
async fn report(event: &Event, board: State<Board>) {
    match &event.kind {
        EventKind::Succeeded { .. } => board.record(event, Ok(())),
        EventKind::Failed { error, .. } => board.record(event, Err(error.to_string())),
        EventKind::TimedOut { timeout, .. } => {
            board.record(event, Err(format!("no answer within {timeout:?}")))
        }
        EventKind::Stopped => board.print(),
        _ => {}
    }
}

/// One row for each target.
pub(crate) struct Board {
    started: Instant,
    rows: Mutex<Vec<Row>>,
}

struct Row {
    target: Target,
    /// The result of the latest check. An error is the reason why the target is down.
    latest: Option<Result<(), String>>,
    /// When the state last changed.
    since: Instant,
    checks: u32,
    failures: u32,
}

impl Board {
    pub(crate) fn new(targets: &Targets) -> Self {
        let started = Instant::now();
        let row = |target: &Target| Row {
            target: target.clone(),
            latest: None,
            since: started,
            checks: 0,
            failures: 0,
        };
        Self { started, rows: Mutex::new(targets.iter().map(row).collect()) }
    }

    fn record(&self, event: &Event, found: Result<(), String>) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let row = rows.iter_mut().find(|row| event.task() == Some(&row.target.task_name()));
        match (row, &found) {
            (Some(row), _) => {
                if let Some(change) = row.update(event.at, found) {
                    let time = event.at.saturating_duration_since(self.started).as_secs_f64();
                    println!("[{time:6.1}s] {:<10} {change}", row.target.name);
                }
            }
            // Another task failed. It has no row, but its failure is printed.
            (None, Err(_)) => eprintln!("{event}"),
            (None, Ok(())) => {}
        }
    }

    fn print(&self) {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        println!("\n{:<10} {:<22} {:>6} {:>6}  state", "target", "address", "checks", "failed");
        for Row { target, latest, checks, failures, .. } in rows.iter() {
            let state = match latest {
                None => "never checked",
                Some(Ok(())) => "UP",
                Some(Err(reason)) => &format!("DOWN: {reason}"),
            };
            println!("{:<10} {:<22} {checks:>6} {failures:>6}  {state}", target.name, target.address);
        }
    }
}

impl Row {
    /// Updates the row, and describes the change of state, if there is one.
    fn update(&mut self, at: Instant, found: Result<(), String>) -> Option<String> {
        self.checks += 1;
        self.failures += u32::from(found.is_err());
        let change = match (&self.latest, &found) {
            (Some(Ok(())), Ok(())) | (Some(Err(_)), Err(_)) => None,
            (None, Ok(())) => Some("UP".to_owned()),
            (Some(Err(_)), Ok(())) => {
                let outage = at.saturating_duration_since(self.since).as_secs_f64();
                Some(format!("back UP after {outage:.1}s"))
            }
            (_, Err(reason)) => Some(format!("DOWN: {reason}")),
        };
        if change.is_some() {
            self.since = at;
        }
        self.latest = Some(found);
        change
    }
}
