//! The output of a program whose start is measured: when its first task and its last task were first polled.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

/// Each of `tasks` tasks calls this function; the last call ends the program.
pub fn polled(tasks: u64) {
    static POLLED: AtomicU64 = AtomicU64::new(0);
    static FIRST: OnceLock<u128> = OnceLock::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is set").as_nanos();
    let first = FIRST.get_or_init(|| now);
    if POLLED.fetch_add(1, Relaxed) + 1 == tasks {
        println!("{first} {now}");
        std::process::exit(0);
    }
}
