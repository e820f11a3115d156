//! The order of a shutdown: a task stops before the tasks that it depends on, within its share of the grace.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{
    Config, Outcome, Readiness, RuntimeError, StopCause, StopOrder, Supervisor, TaskContext, TaskFn,
    TaskHandle, TaskSpec,
};
use tokio::time::{Instant, sleep};

/// What the tasks of a test have done, and when.
#[derive(Clone)]
struct Diary {
    began: Instant,
    entries: Arc<Mutex<Vec<(String, Duration)>>>,
}

impl Diary {
    fn new() -> Self {
        Self { began: Instant::now(), entries: Arc::default() }
    }

    fn write(&self, entry: String) {
        self.entries.lock().unwrap().push((entry, self.began.elapsed()));
    }

    fn texts(&self) -> Vec<String> {
        self.entries.lock().unwrap().iter().map(|(text, _)| text.clone()).collect()
    }

    fn at(&self, text: &str) -> Duration {
        let entries = self.entries.lock().unwrap();
        entries.iter().find(|(entry, _)| entry == text).map(|(_, at)| *at).expect("it was written")
    }

    /// A task that is ready at its start, and needs `stops` after its stop request.
    fn task(&self, name: &'static str, stops: Duration) -> TaskSpec {
        let diary = self.clone();
        let task = TaskFn::arc(name, move |ctx: TaskContext| {
            let diary = diary.clone();
            async move {
                ctx.cancelled().await;
                diary.write(format!("{name} stops"));
                sleep(stops).await;
                diary.write(format!("{name} ends"));
                Ok(())
            }
        });
        TaskSpec::on_failure(task).with_ready(Readiness::Start)
    }
}

fn supervisor(grace: u64) -> Supervisor {
    Supervisor::new(Config::default().with_grace(Duration::from_secs(grace)), Vec::new())
}

fn add(supervisor: &Supervisor, spec: TaskSpec) -> TaskHandle {
    supervisor.add_task(spec).expect("it is accepted")
}

async fn started() {
    sleep(Duration::from_millis(1)).await;
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_task_stops_before_the_tasks_that_it_needs() {
    let (supervisor, diary) = (supervisor(20), Diary::new());
    add(&supervisor, diary.task("db", SECOND));
    add(&supervisor, diary.task("token", SECOND).with_needs(["db"]));
    add(&supervisor, diary.task("alone", SECOND));
    add(&supervisor, diary.task("consume", SECOND).with_needs(["db"]).with_after(["token"]));
    started().await;
    supervisor.shutdown().await.expect("all stop in time");
    let order = [
        "consume stops",
        "alone stops",
        "consume ends",
        "alone ends",
        "token stops",
        "token ends",
        "db stops",
        "db ends",
    ];
    assert_eq!(diary.texts(), order);
}

#[tokio::test(start_paused = true)]
async fn tasks_of_one_wave_stop_together_newest_first() {
    let (supervisor, diary) = (supervisor(20), Diary::new());
    for name in ["one", "two", "three"] {
        add(&supervisor, diary.task(name, SECOND));
    }
    started().await;
    supervisor.shutdown().await.expect("all stop in time");
    assert_eq!(diary.texts()[..3], ["three stops", "two stops", "one stops"]);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_stops_last_waits_for_all_others() {
    let (supervisor, diary) = (supervisor(20), Diary::new());
    add(&supervisor, diary.task("storage", SECOND));
    add(&supervisor, diary.task("metrics", SECOND).with_stop_order(StopOrder::Last).with_needs(["storage"]));
    add(&supervisor, diary.task("db", SECOND));
    add(&supervisor, diary.task("consume", SECOND).with_needs(["db"]));
    started().await;
    supervisor.shutdown().await.expect("all stop in time");
    let stops: Vec<_> = diary.texts().into_iter().filter(|text| text.ends_with("stops")).collect();
    assert_eq!(stops, ["consume stops", "db stops", "metrics stops", "storage stops"]);
}

#[tokio::test(start_paused = true)]
async fn a_wave_takes_at_most_its_share_of_the_grace() {
    let (supervisor, diary) = (supervisor(12), Diary::new());
    let db = add(&supervisor, diary.task("db", 100 * SECOND));
    let cache = add(&supervisor, diary.task("cache", SECOND).with_needs(["db"]));
    let consume = add(&supervisor, diary.task("consume", 100 * SECOND).with_needs(["cache"]));
    started().await;
    let requested = diary.began.elapsed();
    let report = supervisor.shutdown().await.expect_err("two are aborted");
    assert_eq!(report.to_string(), "aborted at the end of the grace: `consume`; `db`");
    let RuntimeError::GraceExceeded { report, .. } = report else { panic!("{report}") };
    let shares: Vec<_> = report.aborted_tasks.iter().map(|task| (&*task.name, task.grace_share)).collect();
    assert_eq!(shares, [("consume", Some(4 * SECOND)), ("db", None)]);
    // A third of 12 s, then half of the other 8 s; of these, `cache` leaves 3 s to `db`.
    assert_eq!(diary.at("cache stops") - requested, 4 * SECOND);
    assert_eq!(diary.at("db stops") - requested, 5 * SECOND);
    assert_eq!(diary.began.elapsed() - requested, 12 * SECOND);
    assert!(db.outcome().await.is_aborted() && consume.outcome().await.is_aborted());
    assert_eq!(cache.outcome().await, Outcome::canceled(StopCause::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn a_stop_timeout_replaces_the_share_of_a_task() {
    let (supervisor, diary) = (supervisor(12), Diary::new());
    add(&supervisor, diary.task("db", SECOND));
    add(&supervisor, diary.task("long", 9 * SECOND).with_needs(["db"]).with_stop_timeout(10 * SECOND));
    add(&supervisor, diary.task("short", 100 * SECOND).with_needs(["db"]).with_stop_timeout(SECOND));
    started().await;
    let requested = diary.began.elapsed();
    supervisor.shutdown().await.expect_err("`short` is aborted");
    assert_eq!(diary.at("long ends") - requested, 9 * SECOND);
    assert_eq!(diary.at("db stops") - requested, 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_keeps_the_order() {
    let (supervisor, diary) = (supervisor(20), Diary::new());
    add(&supervisor, diary.task("db", SECOND));
    add(&supervisor, diary.task("consume", 5 * SECOND).with_needs(["db"]));
    started().await;
    supervisor.stop();
    supervisor.stop();
    sleep(SECOND).await;
    assert_eq!(diary.texts(), ["consume stops"]);
    supervisor.shutdown().await.expect("all stop in time");
    assert_eq!(diary.texts(), ["consume stops", "consume ends", "db stops", "db ends"]);
}

/// Two threads request the shutdown at the same time: the second one must not mistake waves that are not known yet for none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_keep_the_order() {
    for _ in 0..50 {
        let (supervisor, diary) = (supervisor(20), Diary::new());
        add(&supervisor, diary.task("db", Duration::ZERO));
        add(&supervisor, diary.task("consume", Duration::from_millis(1)).with_needs(["db"]));
        for number in 0..100 {
            let task = TaskFn::arc(format!("task-{number}"), |ctx: TaskContext| async move {
                ctx.cancelled().await;
                Ok(())
            });
            add(&supervisor, TaskSpec::on_failure(task).with_needs(["db"]));
        }
        supervisor.ready().await.expect("all start");
        let handles = [supervisor.handle(), supervisor.handle()];
        let stopping = handles.map(|handle| std::thread::spawn(move || handle.stop()));
        supervisor.shutdown().await.expect("all stop in time");
        stopping.into_iter().for_each(|stopping| stopping.join().expect("it does not panic"));
        let ended = diary.texts().iter().position(|text| text == "consume ends");
        assert!(ended < diary.texts().iter().position(|text| text == "db stops"), "{:?}", diary.texts());
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_failed_during_the_shutdown_fails_no_dependent() {
    let (supervisor, diary) = (supervisor(20), Diary::new());
    let db = TaskFn::arc("db", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Err(taskvisor::TaskError::fatal("the pool is closed"))
    });
    add(&supervisor, TaskSpec::once(db).with_ready(Readiness::Start));
    let consume = add(&supervisor, diary.task("consume", SECOND).with_needs(["db"]));
    let waits = TaskFn::arc("never", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    add(&supervisor, TaskSpec::once(waits).with_ready(Readiness::Notify).with_start_timeout(100 * SECOND));
    let waiting = add(&supervisor, diary.task("waiting", SECOND).with_needs(["never", "db"]));
    started().await;
    let report = supervisor.shutdown().await.expect("all stop in time");
    assert_eq!(report.failed, 0, "{report:?}");
    let stopped = Outcome::canceled(StopCause::Shutdown);
    assert_eq!((consume.outcome().await, waiting.outcome().await), (stopped.clone(), stopped));
}

#[tokio::test(start_paused = true)]
async fn a_stop_requested_before_run_starts_nothing() {
    let (supervisor, diary) = (supervisor(20), Diary::new());
    supervisor.stop();
    let specs = vec![diary.task("consume", SECOND).with_needs(["db"]), diary.task("db", SECOND)];
    let report = supervisor.run(specs).await.expect("nothing runs");
    assert_eq!((report.canceled, report.completed), (0, 0));
    assert!(diary.texts().is_empty());
}
