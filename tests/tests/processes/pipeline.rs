//! The example with tasks that need each other: what waits, what recovers, and the order of the end.

use super::lines::Lines;
use super::process::Process;

/// The largest recovery spread, and what a busy machine adds.
const RECOVERY: f64 = 1.0 + 0.6;

impl Lines {
    /// The health reports between two lines.
    fn health(&self, from: &str, to: &str) -> Vec<&str> {
        let lines = &self.0[self.position(from)..self.position(to)];
        lines.iter().filter_map(|(_, line)| line.strip_prefix("health: ")).collect()
    }
}

#[test]
fn dependents_wait_recover_and_end_in_order() {
    let ended = Process::start("pipeline", &[]).end();
    ended.expect_code(0);
    assert_eq!(ended.stderr, "");
    let lines = Lines::parse(&ended.stdout);

    lines.expect_order(&["migrate ended completed", "db started attempt=1", "db ready"]);
    for dependent in ["invoices", "emails", "refund"] {
        lines.expect_order(&["db ready", "token ready", &format!("{dependent} started attempt=1")]);
    }
    // Printed by another task than the events.
    lines.position("order 7 is refunded with a token of 6 letters");

    let waits = "invoices is waiting for `db`, emails is waiting for `db`";
    let outage = lines.health("emails interrupted", "the database is back");
    assert!(!outage.is_empty() && outage.iter().all(|line| *line == waits), "{outage:?}");
    for consumer in ["invoices", "emails"] {
        let (interrupted, again) = (
            format!("{consumer} interrupted attempt=1 cause=dependency"),
            format!("{consumer} started attempt=2"),
        );
        lines.expect_order(&["the database goes down", "db not_ready reason=failed", &interrupted]);
        lines.expect_order(&[&interrupted, "the database is back", &again, "the example stops"]);
    }
    let failed = lines.0.iter().filter(|(_, line)| line.contains(" failed"));
    assert!(
        failed.clone().count() >= 3 && failed.clone().all(|(_, line)| line.starts_with("db ")),
        "{:#?}",
        lines.0
    );

    let back = lines.position("the database is back");
    let ready =
        lines.0[back..].iter().find(|(_, line)| line.starts_with("db ready")).expect("it is ready again").0;
    for consumer in ["invoices", "emails"] {
        let recovered = lines.time(&format!("{consumer} started attempt=2")) - ready;
        assert!(
            recovered <= RECOVERY,
            "`{consumer}` started {recovered} s after the connection: {:#?}",
            lines.0
        );
    }

    for consumer in ["invoices ended", "emails ended"] {
        for needed in ["db ended canceled by the shutdown", "token ended canceled by the shutdown"] {
            lines.expect_order(&["the example stops", consumer, needed, "health ended"]);
        }
    }
    assert_eq!(lines.position("health ended"), lines.0.len() - 1);
}
