//! What an installed dashboard keeps in memory: live bytes beyond those of the same supervisor without it.

use std::time::Duration;

use taskvisor::{Config, ControllerSpec, Supervisor};

use crate::count::{Meter, counting};
use crate::setup::{once, with_dashboard};

/// More than enough to fill the ring of 4,096 events.
const ENDS: usize = 2_000;
const JOBS: usize = 1_000;

pub fn measure() {
    counting(true);
    println!("\nMEMORY: KB");
    let plain = || Supervisor::new(Config::default(), Vec::new());
    let installed = || with_dashboard(Config::default());
    let line = |what: &str, more: i64, less: i64| println!("{:>9}  {what}", (more - less) / 1000);
    let idle = live(plain, |_| None);
    line("an installed dashboard, at the start", live(installed, |_| None), idle);
    let one_name = |_| Some("task".to_owned());
    line("with a full ring of 4,096 events", live(installed, one_name), live(plain, one_name));
    let names = |number| Some(format!("task-{number:05}"));
    line(
        "with a full ring, and 1,000 ended tasks of different names",
        live(installed, names),
        live(plain, names),
    );
    let kept = || Supervisor::new(Config::default().with_recent_jobs(JOBS), Vec::new());
    line("1,000 recent jobs, without a dashboard", jobs(kept), jobs(plain));
    counting(false);
}

/// The bytes of a supervisor after tasks of these names have ended, one after the other.
fn live(supervisor: impl Fn() -> Supervisor, name: impl Fn(usize) -> Option<String>) -> i64 {
    on_one_thread(async {
        let meter = Meter::start();
        let supervisor = supervisor();
        for name in (0..ENDS).map_while(name) {
            let task = supervisor.add_task(once(name)).expect("the name is free");
            assert!(task.outcome().await.is_completed());
        }
        settled(meter, supervisor).await
    })
}

fn jobs(supervisor: impl Fn() -> Supervisor) -> i64 {
    on_one_thread(async {
        let meter = Meter::start();
        let supervisor = supervisor();
        for number in 0..JOBS {
            let spec =
                ControllerSpec::queue(once("report".to_owned())).with_slot(format!("customer-{number}"));
            let job = supervisor.submit(spec).expect("the slot is idle");
            assert!(job.outcome().await.is_completed());
        }
        settled(meter, supervisor).await
    })
}

/// The live bytes once the subscriber has handled all events.
async fn settled(meter: Meter, supervisor: Supervisor) -> i64 {
    tokio::time::sleep(Duration::from_millis(100)).await;
    let bytes = meter.stop().live_bytes;
    supervisor.shutdown().await.expect("no task is stuck");
    bytes
}

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}
