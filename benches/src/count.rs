//! Time, allocations and live bytes of a piece of work.
//!
//! Counting costs time for each allocation, so it would slow down systems that allocate more. It is on in one run that
//! is not timed, and off in the timed runs.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub time: Duration,
    pub allocations: i64,
    /// What was allocated and not yet freed when the work was done.
    pub live_bytes: i64,
}

/// A stretch of work being measured.
#[derive(Clone, Copy)]
pub struct Meter {
    allocations: i64,
    live_bytes: i64,
    started: Instant,
}

impl Meter {
    pub fn start() -> Self {
        let (allocations, live_bytes) = so_far();
        Self { allocations, live_bytes, started: Instant::now() }
    }

    pub fn stop(self) -> Cost {
        let time = self.started.elapsed();
        let (allocations, live_bytes) = so_far();
        Cost { time, allocations: allocations - self.allocations, live_bytes: live_bytes - self.live_bytes }
    }
}

pub fn counting(on: bool) {
    COUNTING.store(on, Relaxed);
}

struct Counting;

/// Each thread counts on its own line of the cache, or threads would wait for each other here.
#[repr(align(128))]
struct Counts {
    allocations: AtomicI64,
    live_bytes: AtomicI64,
}

const THREADS: usize = 64;
static COUNTS: [Counts; THREADS] =
    [const { Counts { allocations: AtomicI64::new(0), live_bytes: AtomicI64::new(0) } }; THREADS];
static NEXT: AtomicUsize = AtomicUsize::new(0);
static COUNTING: AtomicBool = AtomicBool::new(false);

thread_local! {
    static MINE: Cell<usize> = const { Cell::new(usize::MAX) };
}

fn so_far() -> (i64, i64) {
    let sum =
        |count: fn(&Counts) -> &AtomicI64| COUNTS.iter().map(|counts| count(counts).load(Relaxed)).sum();
    (sum(|counts| &counts.allocations), sum(|counts| &counts.live_bytes))
}

fn count(allocations: i64, bytes: i64) {
    if !COUNTING.load(Relaxed) {
        return;
    }
    let mine = MINE.with(|mine| {
        if mine.get() == usize::MAX {
            mine.set(NEXT.fetch_add(1, Relaxed) % THREADS);
        }
        mine.get()
    });
    COUNTS[mine].allocations.fetch_add(allocations, Relaxed);
    COUNTS[mine].live_bytes.fetch_add(bytes, Relaxed);
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is passed on to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as i64 - layout.size() as i64);
        // SAFETY: as promised by the caller.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}
