//! Interleaved rounds: each round runs every system once.

use std::time::Duration;

use crate::count::{Cost, counting};
use crate::flavor::Flavor;
use crate::work::{Entry, System, Work};

/// The time limit of an entry for each flavor, once it has run the rounds that a median needs.
const PATIENCE: Duration = Duration::from_millis(1500);
const FEWEST: usize = 3;

/// What one system needs for one operation.
pub struct Measured {
    pub system: System,
    pub flavor: Flavor,
    pub nanos: f64,
    pub allocations: f64,
    pub live_bytes: f64,
}

/// Each entry of the work, on each of its runtimes. The first round is not timed: it warms up and counts allocations.
pub fn measure(work: &Work, rounds: usize) -> Vec<Measured> {
    work.flavors.iter().flat_map(|&flavor| on(flavor, work.entries, rounds)).collect()
}

fn on(flavor: Flavor, entries: &[Entry], rounds: usize) -> Vec<Measured> {
    counting(true);
    let counted: Vec<Cost> = entries.iter().map(|entry| (entry.run)(flavor, entry.operations)).collect();
    counting(false);
    let mut times = vec![Vec::new(); entries.len()];
    for _ in 0..rounds {
        for (entry, times) in entries.iter().zip(&mut times) {
            if times.len() < FEWEST || times.iter().sum::<Duration>() < PATIENCE {
                times.push((entry.run)(flavor, entry.operations).time);
            }
        }
    }
    let measured = entries.iter().zip(counted).zip(times).map(|((entry, counted), times)| {
        let each = |amount: f64| amount / entry.operations as f64;
        Measured {
            system: entry.system,
            flavor,
            nanos: each(median(times).as_nanos() as f64),
            allocations: each(counted.allocations as f64),
            live_bytes: each(counted.live_bytes as f64),
        }
    });
    measured.collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
