//! Time, allocations and live bytes of a piece of work.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub struct Cost {
    pub time: Duration,
    pub allocations: u64,
    /// What was allocated and not yet freed when the work was done.
    pub live_bytes: u64,
}

/// A stretch of work being measured.
pub struct Meter {
    started: Instant,
    allocations: u64,
    live_bytes: u64,
}

impl Meter {
    pub fn start() -> Self {
        Self {
            allocations: ALLOCATIONS.load(Relaxed),
            live_bytes: LIVE_BYTES.load(Relaxed),
            started: Instant::now(),
        }
    }

    pub fn stop(self) -> Cost {
        let time = self.started.elapsed();
        Cost::of(
            time,
            ALLOCATIONS.load(Relaxed) - self.allocations,
            LIVE_BYTES.load(Relaxed).saturating_sub(self.live_bytes),
        )
    }
}

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE_BYTES: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        LIVE_BYTES.fetch_add(layout.size() as u64, Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}
