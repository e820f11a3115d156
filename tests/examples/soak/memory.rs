//! The memory of the process, over time.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const MIB: u64 = 1 << 20;

/// Measures the memory on a thread until `stop`.
pub(crate) struct Memory {
    over: Arc<AtomicBool>,
    measuring: JoinHandle<Vec<u64>>,
}

/// The maximum in the first and in the last quarter of the time, in bytes. The first tenth of the time, in which the
/// queues and lists grow to their limits, is left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Memory {
    pub(crate) fn watch(limit: Duration) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let pause = (limit / 400).clamp(Duration::from_millis(5), Duration::from_millis(500));
        let until = (Arc::clone(&over), Instant::now() + limit);
        let measuring = thread::spawn(move || {
            let mut sizes = Vec::with_capacity(1024);
            // The shutdown after the time limit is no load.
            while !until.0.load(Ordering::Relaxed) && Instant::now() < until.1 {
                sizes.extend(resident());
                thread::sleep(pause);
            }
            sizes
        });
        Self { over, measuring }
    }

    /// `None` where the system does not report the memory.
    pub(crate) fn stop(self) -> Option<Growth> {
        self.over.store(true, Ordering::Relaxed);
        Growth::of(&self.measuring.join().unwrap_or_default())
    }
}

impl Growth {
    fn of(sizes: &[u64]) -> Option<Self> {
        let steady = &sizes[sizes.len() / 10..];
        let quarter = steady.len() / 4;
        let first = steady[..quarter].iter().max()?;
        let last = steady[steady.len() - quarter..].iter().max()?;
        Some(Self { first: *first, last: *last })
    }

    /// The limit for the last quarter.
    pub(crate) fn limit(self) -> u64 {
        self.first + self.first / 4 + 4 * MIB
    }

    pub(crate) fn is_flat(self) -> bool {
        self.last <= self.limit()
    }
}

pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB as f64)
}

/// Reads `status`, which Linux gives in kB: `statm` counts pages of an unknown size.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}
