//! The works, each written by hand on Tokio and with taskvisor.

mod resident;
mod slots;

use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use taskvisor::{
    BackoffPolicy, CancellationToken, Config, RestartPolicy, Supervisor, TaskError, TaskFn, TaskSpec,
};

use crate::Work;
use crate::count::{Cost, Meter};

pub const ALL: &[Work] = &[
    Work {
        name: "one-shot, add and await one by one",
        operations: 100_000,
        raw: one_by_one_raw,
        ours: one_by_one,
    },
    Work {
        name: "one-shot, a burst of 20,000, formatted names",
        operations: 20_000,
        raw: burst_raw,
        ours: burst,
    },
    Work {
        name: "restart of a failing task, no backoff",
        operations: 100_000,
        raw: restart_raw,
        ours: restart,
    },
    Work {
        name: "parked task (bytes)",
        operations: 20_000,
        raw: resident::parked_raw,
        ours: resident::parked,
    },
    Work {
        name: "parked task with its token taken (bytes)",
        operations: 20_000,
        raw: resident::parked_raw,
        ours: resident::parked_token,
    },
    Work {
        name: "cancel one by one, to outcome",
        operations: 20_000,
        raw: resident::cancel_raw,
        ours: resident::cancel,
    },
    Work {
        name: "shutdown of 10,000 parked tasks",
        operations: 10_000,
        raw: resident::shutdown_raw,
        ours: resident::shutdown,
    },
    Work {
        name: "64 slots, queued, to outcome",
        operations: 20_000,
        raw: slots::slots_raw,
        ours: slots::slots,
    },
    Work {
        name: "64 slots, jobs with a value",
        operations: 20_000,
        raw: slots::slots_raw,
        ours: slots::slots_jobs,
    },
    Work {
        name: "submit to an idle slot, one by one",
        operations: 50_000,
        raw: one_by_one_raw,
        ours: slots::idle_slot,
    },
];

/// On one thread: what is measured is the work, not the wake-up of another core.
fn on_one_thread<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

fn supervisor() -> Supervisor {
    Supervisor::new(Config::default(), Vec::new())
}

fn once(name: impl Into<std::borrow::Cow<'static, str>>) -> TaskSpec {
    let task = TaskFn::arc(name, || async { Ok(()) });
    TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::NONE, None)
}

fn one_by_one_raw(operations: u64) -> Cost {
    on_one_thread(async {
        let stop = CancellationToken::new();
        let meter = Meter::start();
        for _ in 0..operations {
            let token = stop.child_token();
            let result = tokio::spawn(async move {
                black_box(token.is_cancelled());
                Ok::<(), TaskError>(())
            });
            black_box(result.await.is_ok());
        }
        meter.stop()
    })
}

fn one_by_one(operations: u64) -> Cost {
    on_one_thread(async {
        let supervisor = supervisor();
        let meter = Meter::start();
        for _ in 0..operations {
            let handle = supervisor.add_task(once("one-shot")).expect("the name is free");
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}

fn burst_raw(operations: u64) -> Cost {
    on_one_thread(async {
        let stop = CancellationToken::new();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let token = stop.child_token();
            handles.push(tokio::spawn(async move {
                black_box(token.is_cancelled());
                Ok::<(), TaskError>(())
            }));
        }
        for handle in handles {
            black_box(handle.await.is_ok());
        }
        meter.stop()
    })
}

fn burst(operations: u64) -> Cost {
    on_one_thread(async {
        let supervisor = supervisor();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            handles.push(supervisor.add_task(once(format!("task-{number}"))).expect("the name is free"));
        }
        for handle in handles {
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}

/// By hand: a failed attempt is spawned again by whoever awaits it, so that its panic is caught.
fn restart_raw(operations: u64) -> Cost {
    on_one_thread(async {
        let meter = Meter::start();
        for _ in 0..operations {
            let failed = tokio::spawn(async { Err::<(), _>(TaskError::fail(Oops)) }).await;
            black_box(failed.is_ok_and(|result| result.is_err()));
        }
        meter.stop()
    })
}

fn restart(operations: u64) -> Cost {
    on_one_thread(async {
        let supervisor = supervisor();
        let left = Arc::new(AtomicU64::new(operations));
        let task = TaskFn::arc("restart", move || {
            let failed = left.fetch_sub(1, Relaxed) > 1;
            async move { if failed { Err(TaskError::fail(Oops)) } else { Ok(()) } }
        });
        let spec = TaskSpec::new(task, RestartPolicy::OnFailure, BackoffPolicy::NONE, None);
        let meter = Meter::start();
        let handle = supervisor.add_task(spec).expect("the name is free");
        assert!(handle.outcome().await.is_completed());
        meter.stop()
    })
}

/// Without data, so that boxing it allocates nothing.
#[derive(Debug)]
struct Oops;

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("oops")
    }
}

impl std::error::Error for Oops {}
