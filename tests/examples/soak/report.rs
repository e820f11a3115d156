//! The printed report.

use std::process::ExitCode;
use std::time::Duration;

use taskvisor::{Report, SupervisorHandle};

use crate::counts::{COLUMNS, Column};
use crate::driver::Row;
use crate::listeners::{Heard, Listeners};
use crate::memory::{Growth, mebibytes};
use crate::verdict::Verdict;
use crate::world::World;

/// The results of the load test.
pub(crate) struct Findings {
    pub(crate) took: Duration,
    pub(crate) rows: Vec<Row>,
    pub(crate) report: Report,
    pub(crate) memory: Option<Growth>,
    pub(crate) world: World,
    pub(crate) listeners: Listeners,
    pub(crate) supervisor: SupervisorHandle,
}

impl Findings {
    pub(crate) fn total(&self, column: Column) -> u64 {
        self.rows.iter().map(|(_, counts)| counts.get(column)).sum()
    }

    /// The minimum and the maximum of published refusals, including the two events of the shutdown. A refusal during
    /// the shutdown may come after the bus is closed.
    pub(crate) fn refusals(&self) -> (u64, u64) {
        let all = [Column::Busy, Column::Full, Column::Late].into_iter().map(|column| self.total(column));
        (self.world.certainly_refused() + 2, all.sum::<u64>() + 2)
    }

    pub(crate) fn print(&self, threads: usize) -> ExitCode {
        let accepted = self.total(Column::Accepted);
        let seconds = self.took.as_secs_f64();
        let speed = accepted as f64 / seconds;
        println!("{seconds:.1} s on {threads} threads: {accepted} tasks, {speed:.0} a second\n");
        self.print_tasks();
        self.print_events();
        let snapshots = self.world.snapshots();
        println!("everything was listed {snapshots} times");
        match self.memory {
            Some(growth) => println!(
                "memory: at most {} in the first quarter, {} in the last, which may have {}",
                mebibytes(growth.first),
                mebibytes(growth.last),
                mebibytes(growth.limit())
            ),
            None => println!("memory: not known on this system"),
        }
        let Verdict(wrong) = Verdict::on(self);
        for wrong in &wrong {
            eprintln!("error: {wrong}");
        }
        println!("{}", if wrong.is_empty() { "all counts are exact" } else { "NOT AS PROMISED" });
        if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn print_tasks(&self) {
        let names = COLUMNS.map(|(_, name)| name.to_owned());
        print_row("tasks", &names);
        for (row, counts) in &self.rows {
            print_row(row, &COLUMNS.map(|(column, _)| counts.get(column).to_string()));
        }
        print_row("all", &COLUMNS.map(|(column, _)| self.total(column).to_string()));
        let Report { completed, canceled, failed, aborted, rejected, .. } = &self.report;
        let ends = [completed, canceled, failed, aborted, rejected].map(ToString::to_string);
        print_row("by the report", &[&[String::new()], &ends[..]].concat());
        println!();
    }

    fn print_events(&self) {
        let accepted = self.total(Column::Accepted);
        let Listeners { ledger, attempts, slow, clumsy, refusals, witness } = &self.listeners;
        print_row("events", &["handled", "lost", "in all", "expected", "panicked"].map(str::to_owned));
        let print = |name: &str, heard: &Heard, expected: String| {
            let numbers = [heard.handled(), heard.lost(), heard.total()].map(|number| number.to_string());
            let panicked = heard.panicked().to_string();
            print_row(name, &[&numbers[..], &[expected, panicked]].concat());
        };
        print("ledger", ledger, (3 * accepted).to_string());
        print("attempts", attempts, (2 * self.world.attempts()).to_string());
        print("slow", slow, accepted.to_string());
        print("clumsy", clumsy, accepted.to_string());
        let (certain, _) = self.refusals();
        print("refusals", refusals, format!("{}+", certain + refusals.patient()));
        print("witness", witness, format!("{}-", clumsy.panicked()));
        println!();
    }
}

fn print_row(name: &str, cells: &[String]) {
    let cells: String = cells.iter().map(|cell| format!("{cell:>11}")).collect();
    println!("{name:<14}{}", cells.trim_end());
}
