//! The hot paths, each run so many times on one thread.

use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;

use taskvisor::{
    BackoffPolicy, CancellationToken, Config, ControllerSpec, Event, RestartPolicy, Subscribe, Supervisor,
    SupervisorBuilder, TaskContext, TaskError, TaskFn, TaskRef, TaskSpec, job,
};

/// A hot path: its name, and a function that runs it a given number of times.
pub type HotPath = (&'static str, fn(u64));

pub const PATHS: [HotPath; 13] = [
    ("raw one-shot (spawn, child token, await)", raw),
    ("one-shot", one_shot),
    ("one-shot of a burst, formatted name", burst),
    ("one-shot with one subscriber, five events", observed),
    ("restart", restart),
    ("submit to an idle slot", submit_idle),
    ("submit to one of 64 slots, queued", submit_queued),
    ("job with a value, one of 64 slots, queued", submit_job),
    ("job with a value, one of 64 slots, queued, kept", submit_kept_job),
    ("cancel of a task that waits for its stop", cancel),
    ("cancel of a task that waits on its token", cancel_by_token),
    ("listing of one task among 1,000", list),
    ("heartbeat of a running attempt", heartbeat),
];

fn on_one_thread<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

fn supervisor() -> Supervisor {
    builder(Config::default()).build()
}

fn builder(config: Config) -> SupervisorBuilder {
    let builder = Supervisor::builder(config);
    #[cfg(feature = "http")]
    if std::env::var_os("DASHBOARD").is_some() {
        return taskvisor_axum::Dashboard::new().install_on(builder);
    }
    builder
}

fn spec(task: taskvisor::TaskRef) -> TaskSpec {
    TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::none(), None)
}

fn once() -> TaskSpec {
    spec(TaskFn::arc("work", || async { Ok(()) }))
}

fn raw(times: u64) {
    on_one_thread(async {
        let stop = CancellationToken::new();
        for _ in 0..times {
            let token = stop.child_token();
            let task = tokio::spawn(async move {
                black_box(token.is_cancelled());
                Ok::<(), TaskError>(())
            });
            black_box(task.await.is_ok());
        }
    });
}

fn one_shot(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        for _ in 0..times {
            let task = supervisor.add_task(once()).expect("the name is free");
            assert!(task.outcome().await.is_completed());
        }
    });
}

fn burst(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        let mut tasks = Vec::with_capacity(times as usize);
        for number in 0..times {
            let work = TaskFn::arc(format!("task-{number}"), || async { Ok(()) });
            tasks.push(supervisor.add_task(spec(work)).expect("the name is free"));
        }
        for task in tasks {
            assert!(task.outcome().await.is_completed());
        }
    });
}

struct Counts(u64);

impl Subscribe for Counts {
    async fn on_event(&mut self, event: &Event) {
        self.0 += u64::from(event.task().is_some());
    }
}

fn observed(times: u64) {
    on_one_thread(async {
        let counts = taskvisor::Subscriber::new(Counts(0)).with_queue(65_536);
        let supervisor = Supervisor::new(Config::default(), vec![counts]);
        for _ in 0..times {
            let task = supervisor.add_task(once()).expect("the name is free");
            assert!(task.outcome().await.is_completed());
        }
        supervisor.shutdown().await.expect("no task is stuck");
    });
}

#[derive(Debug)]
struct Oops;

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("oops")
    }
}

impl std::error::Error for Oops {}

fn restart(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        let left = Arc::new(AtomicU64::new(times));
        let task = TaskFn::arc("restart", move || {
            let failed = left.fetch_sub(1, Relaxed) > 1;
            async move { if failed { Err(TaskError::fail(Oops)) } else { Ok(()) } }
        });
        let spec = TaskSpec::new(task, RestartPolicy::OnFailure, BackoffPolicy::none(), None);
        let task = supervisor.add_task(spec).expect("the name is free");
        assert!(task.outcome().await.is_completed());
    });
}

fn with_room() -> Supervisor {
    with_room_and(Config::default())
}

fn with_room_and(config: Config) -> Supervisor {
    builder(config).controller(|controller| controller.with_per_slot(1_000_000).with_total(1_000_000)).build()
}

fn submit_idle(times: u64) {
    let key: Arc<str> = "slot".into();
    on_one_thread(async {
        let supervisor = supervisor();
        for _ in 0..times {
            let spec = ControllerSpec::queue(once()).with_slot(Arc::clone(&key));
            let task = supervisor.submit(spec).expect("the slot is idle");
            assert!(task.outcome().await.is_completed());
        }
    });
}

fn submit_queued(times: u64) {
    let keys: Vec<Arc<str>> = (0..64).map(|number| format!("slot-{number}").into()).collect();
    on_one_thread(async {
        let supervisor = with_room();
        let mut tasks = Vec::with_capacity(times as usize);
        for number in 0..times as usize {
            let spec = ControllerSpec::queue(once()).with_slot(Arc::clone(&keys[number % keys.len()]));
            tasks.push(supervisor.submit(spec).expect("there is room"));
        }
        for task in tasks {
            assert!(task.outcome().await.is_completed());
        }
    });
}

#[job(slot = "slot-{key}", queue = 1_000_000)]
async fn answer(key: u64) -> u64 {
    black_box(key)
}

fn submit_job(times: u64) {
    submit_jobs(times, Config::default());
}

/// The difference from `submit_job` is what `recent_jobs` costs a job: its submission, its end, and the end that it evicts.
fn submit_kept_job(times: u64) {
    submit_jobs(times, Config::default().with_recent_jobs(100));
}

fn submit_jobs(times: u64, config: Config) {
    on_one_thread(async {
        let supervisor = with_room_and(config);
        let mut jobs = Vec::with_capacity(times as usize);
        for number in 0..times {
            jobs.push(supervisor.submit(answer { key: number % 64 }).expect("there is room"));
        }
        for job in jobs {
            assert!(job.await.is_ok());
        }
    });
}

fn cancel(times: u64) {
    cancel_each(times, || {
        TaskFn::arc("waits", |context: TaskContext| async move {
            context.cancelled().await;
            Err(TaskError::Canceled)
        })
    });
}

fn cancel_by_token(times: u64) {
    cancel_each(times, || {
        TaskFn::arc("waits", |token: CancellationToken| async move {
            token.cancelled().await;
            Err(TaskError::Canceled)
        })
    });
}

fn cancel_each(times: u64, waits: fn() -> TaskRef) {
    on_one_thread(async {
        let supervisor = supervisor();
        for _ in 0..times {
            let task = supervisor.add_task(spec(waits())).expect("the name is free");
            tokio::task::yield_now().await;
            assert!(task.cancel());
            assert!(task.outcome().await.is_canceled());
        }
    });
}

fn list(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        for number in 0..1_000 {
            let stays = TaskFn::arc(format!("task-{number}"), || poll_fn(|_| Poll::Pending));
            supervisor.add_task(spec(stays)).expect("the name is free");
        }
        for _ in 0..times / 500 {
            assert_eq!(supervisor.tasks().len(), 1_000);
        }
    });
}

fn heartbeat(times: u64) {
    on_one_thread(async {
        let task = TaskFn::arc("beats", move |context: TaskContext| async move {
            for _ in 0..times {
                context.heartbeat();
            }
            Ok(())
        });
        let spec = spec(task).with_heartbeat(std::time::Duration::from_secs(60));
        let supervisor = supervisor();
        let task = supervisor.add_task(spec).expect("the name is free");
        assert!(task.outcome().await.is_completed());
    });
}
