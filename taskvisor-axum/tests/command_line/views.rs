//! `taskvisor graph`, `slots` and `jobs`.

use taskvisor_axum::answer::{GraphAnswer, JobListAnswer, SlotListAnswer};

use crate::service::Service;

/// The rows of a table, each with its columns.
fn rows(table: &str) -> Vec<Vec<&str>> {
    table
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn graph_lists_dependencies_with_the_states_of_both_tasks() {
    let service = Service::start_troubled().await;
    let table = service.run(&["graph", "--table"]).expect_success();
    let rows = rows(&table);
    assert_eq!(rows[0], ["TASK", "STATE", "OPTION", "DEPENDS ON", "STATE"]);
    assert_eq!(rows[1][..4], ["web", "waiting, needs attention", "needs", "database"]);
    // The name is not repeated.
    assert_eq!(rows[2], ["after", "migrate", "ended, ready"]);
    assert_eq!(rows.len(), 3, "{table}");
    let graph: GraphAnswer = serde_json::from_str(&service.run(&["graph"]).expect_success()).unwrap();
    assert_eq!((graph.nodes.len(), graph.edges.len()), (3, 2));
    let lonely = Service::start().await;
    assert_eq!(lonely.run(&["graph", "--table"]).expect_success(), "no task depends on another one\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_lists_owners_and_waiting_jobs() {
    let service = Service::start_troubled().await;
    let table = service.run(&["slots", "--table"]).expect_success();
    let rows = rows(&table);
    assert_eq!(rows[0], ["SLOT", "TAKEN", "WAITING", "LONGEST WAIT", "OWNED BY"]);
    assert_eq!(rows[1][..3], ["tenant-1", "1 of 1", "1"]);
    assert!(rows[1][4].starts_with("first ("), "{table}");
    let slots: SlotListAnswer = serde_json::from_str(&service.run(&["slots"]).expect_success()).unwrap();
    assert_eq!(slots.total, 1);
    let free = Service::start().await;
    assert_eq!(free.run(&["slots", "--table"]).expect_success(), "no slot is taken\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_lists_live_and_ended_ones() {
    let service = Service::start_troubled().await;
    let table = service.run(&["jobs", "--table"]).expect_success();
    let rows = rows(&table);
    assert_eq!(rows[0], ["LIVE (2)"]);
    assert_eq!(rows[2][1..3], ["first", "running"]);
    assert_eq!(rows[3][1..3], ["second", "waiting for its slot"]);
    assert!(table.contains("\nENDED (the latest 1)\n"), "{table}");
    let last = rows.last().unwrap();
    assert_eq!((last[1], last[3], *last.last().unwrap()), ("report", "tenant-2", "completed"), "{table}");
    let jobs: JobListAnswer = serde_json::from_str(&service.run(&["jobs"]).expect_success()).unwrap();
    assert_eq!((jobs.live_total, jobs.ended.len()), (2, 1));

    let limited = service.run(&["jobs", "--table", "--limit", "1"]).expect_success();
    assert!(limited.contains("first") && limited.contains("… and 1 more"), "{limited}");
    assert!(!limited.contains("second"), "{limited}");
}
