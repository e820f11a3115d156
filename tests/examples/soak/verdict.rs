//! The checks after the load test.

use std::fmt::Display;

use taskvisor::Report;

use crate::counts::{COLUMNS, Column, Counts};
use crate::report::Findings;

/// Descriptions of the failed checks.
#[derive(Default)]
pub(crate) struct Verdict(pub(crate) Vec<String>);

impl Verdict {
    pub(crate) fn on(findings: &Findings) -> Self {
        let mut verdict = Self::default();
        for (row, counts) in &findings.rows {
            verdict.row(row, counts);
        }
        verdict.totals(findings);
        verdict.events(findings);
        #[cfg(feature = "metrics")]
        verdict.metrics(findings);
        verdict.nothing_is_left(findings);
        if let Some(growth) = findings.memory {
            verdict.holds("the memory is flat", growth.is_flat());
        }
        verdict
    }

    /// Each accepted task has exactly one outcome, and it is the promised one.
    fn row(&mut self, row: &str, counts: &Counts) {
        self.equal(
            format_args!("{row}: ended, of the accepted tasks"),
            counts.ended(),
            counts.get(Column::Accepted),
        );
        let (mistakes, words) = counts.mistakes();
        self.equal(format_args!("{row}: mistakes"), mistakes, 0);
        self.0.extend(words.into_iter().map(|words| format!("{row}: {words}")));
    }

    /// The supervisor counted the same, and each kind of outcome occurred.
    fn totals(&mut self, findings: &Findings) {
        for (column, name) in COLUMNS {
            let counted = findings.total(column);
            if let Some(reported) = reported(&findings.report, column) {
                self.equal(format_args!("{name}, by the report"), reported, counted);
            }
            if column != Column::Late {
                self.holds(format_args!("some are {name}"), counted > 0);
            }
        }
        let listed = findings.report.failures.len();
        self.holds("the report lists no more failures than its limit", listed <= Report::MAX_LISTED);
    }

    /// Every event was handled or reported as lost.
    fn events(&mut self, findings: &Findings) {
        let (heard, accepted) = (&findings.listeners, findings.total(Column::Accepted));
        self.equal("events received by `ledger`", heard.ledger.total(), 3 * accepted);
        self.equal("events received by `attempts`", heard.attempts.total(), 2 * findings.world.attempts());
        self.equal("events received by `slow`", heard.slow.total(), accepted);
        self.equal("events received by `clumsy`", heard.clumsy.total(), accepted);
        self.holds("`slow` loses events", heard.slow.lost() > 0);
        self.holds("`clumsy` panics", heard.clumsy.panicked() > 0);
        // A closed bus publishes nothing more.
        self.holds(
            "`witness` received no panic that did not happen",
            heard.witness.total() <= heard.clumsy.panicked(),
        );
        let (certain, possible) = findings.refusals();
        let published = heard.refusals.handled() - heard.refusals.patient();
        let in_bounds = published <= possible && published + heard.refusals.lost() >= certain;
        self.holds(format_args!("{published} refusals published, of {certain} to {possible}"), in_bounds);
        let passing = heard.refusals.passing();
        self.equal("refusals published for a submission that still waits for room", passing, 0);
    }

    /// The metrics say the same.
    #[cfg(feature = "metrics")]
    fn metrics(&mut self, findings: &Findings) {
        use crate::counts::ENDS;
        use crate::measured::{left, sum};

        let (world, heard) = (&findings.world, &findings.listeners);
        let mut equal = |metric: &str, label: &str, wanted: u64| {
            let got = u64::try_from(sum(metric, label)).unwrap_or_default();
            self.equal(format_args!("the metric {metric}{{{label}}}"), got, wanted);
        };
        equal("attempts_total", "", world.attempts());
        equal("attempt_seconds", "", world.attempts());
        equal("restarts_total", "", world.retries());
        equal("give_ups_total", "", world.give_ups());
        for (column, name) in COLUMNS.into_iter().filter(|(column, _)| ENDS.contains(column)) {
            equal("ended_total", &format!("outcome={name}"), findings.total(column));
        }
        equal("refused_total", "why=busy", findings.total(Column::Busy));
        equal("refused_total", "why=queue_full", findings.total(Column::Full));
        for (name, heard) in heard.all() {
            equal("events_lost_total", &format!("subscriber={name}"), heard.lost());
        }
        for gauge in ["task_state", "ready", "slot_waiting"] {
            self.0.extend(left(gauge).into_iter().map(|line| format!("at the end: {line}")));
        }
        self.holds("the slots were waited for", sum("slot_wait_seconds", "") > 0);
    }

    fn nothing_is_left(&mut self, findings: &Findings) {
        let (supervisor, world) = (&findings.supervisor, &findings.world);
        self.equal("tasks listed at the end", supervisor.tasks().len(), 0);
        self.equal("slots listed at the end", supervisor.slots().len(), 0);
        self.equal("attempts and values left alive", world.alive(), 0);
        self.equal("times that two attempts were in one slot", world.overlaps(), 0);
        self.holds("the observer listed the tasks", world.snapshots() > 0);
    }

    fn equal<T: PartialEq + Display>(&mut self, what: impl Display, got: T, wanted: T) {
        if got != wanted {
            self.0.push(format!("{what}: {got} instead of {wanted}"));
        }
    }

    fn holds(&mut self, what: impl Display, holds: bool) {
        if !holds {
            self.0.push(format!("not so: {what}"));
        }
    }
}

fn reported(report: &Report, column: Column) -> Option<u64> {
    match column {
        Column::Completed => Some(report.completed),
        Column::Canceled => Some(report.canceled),
        Column::Failed => Some(report.failed),
        Column::Aborted => Some(report.aborted),
        Column::Rejected => Some(report.rejected),
        _ => None,
    }
}
