//! What taskvisor costs beside hand-written Tokio: every work in turn on both, in interleaved rounds, medians.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -- [rounds]`

mod count;
mod works;

use std::time::Duration;

use crate::count::Cost;

/// One work, done by both.
struct Work {
    name: &'static str,
    operations: u64,
    raw: fn(u64) -> Cost,
    ours: fn(u64) -> Cost,
}

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(11);
    println!(
        "{:<44} {:>10} {:>10} {:>7}   {:>6} {:>6}   {:>6} {:>6}",
        "", "raw", "ours", "ratio", "allocs", "", "bytes", ""
    );
    for work in works::ALL {
        let (mut raw, mut ours) = (Vec::new(), Vec::new());
        (work.raw)(work.operations / 10);
        (work.ours)(work.operations / 10);
        for _ in 0..rounds {
            raw.push((work.raw)(work.operations));
            ours.push((work.ours)(work.operations));
        }
        let (raw, ours) = (median(raw), median(ours));
        let each = |cost: &Cost| cost.time.as_nanos() as f64 / work.operations as f64;
        let per = |number: u64| number as f64 / work.operations as f64;
        println!(
            "{:<44} {:>7.0} ns {:>7.0} ns {:>6.2}x   {:>6.2} {:>6.2}   {:>6.0} {:>6.0}",
            work.name,
            each(&raw),
            each(&ours),
            each(&ours) / each(&raw),
            per(raw.allocations),
            per(ours.allocations),
            per(raw.live_bytes),
            per(ours.live_bytes),
        );
    }
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by_key(|cost| cost.time);
    let middle = costs.len() / 2;
    costs.swap_remove(middle)
}

impl Cost {
    fn of(time: Duration, allocations: u64, live_bytes: u64) -> Self {
        Self { time, allocations, live_bytes }
    }
}
