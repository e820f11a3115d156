//! A service with tasks in every phase that can be reached without blocking a thread.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, ControllerSpec, MaxFailures, OnGiveUp, Phase, Readiness, Supervisor,
    SupervisorHandle, TaskContext, TaskError, TaskFn, TaskSpec,
};
use taskvisor_axum::{Dashboard, serve};
use tokio::sync::Notify;

use crate::program::{Run, run};

/// A delay that no test waits for.
const LONG: Duration = Duration::from_secs(3_600);

/// The token that permits controls.
pub(crate) const TOKEN: &str = "open-sesame";

/// A supervisor whose dashboard listens.
pub(crate) struct Service {
    pub(crate) supervisor: Supervisor,
    pub(crate) url: String,
}

impl Service {
    /// All is well: the only task is the dashboard.
    pub(crate) async fn start() -> Self {
        Self::start_with(Self::dashboard(), "127.0.0.1:0").await
    }

    pub(crate) async fn start_with(dashboard: Dashboard, address: &str) -> Self {
        let supervisor = Self::supervisor(dashboard);
        let task = supervisor.add_task(serve(address)).expect("a valid task");
        task.ready().await.expect("it listens");
        let address = supervisor.handle().state::<Dashboard>().and_then(|dashboard| dashboard.address());
        Self { supervisor, url: format!("http://{}", address.expect("it listens")) }
    }

    /// A dashboard with controls.
    pub(crate) fn dashboard() -> Dashboard {
        Dashboard::new().with_name("shop").with_controls(|request| {
            let sent = request.headers().get("authorization")?;
            (sent == &format!("Bearer {TOKEN}")).then(|| "terminal".to_owned())
        })
    }

    pub(crate) fn supervisor(dashboard: Dashboard) -> Supervisor {
        dashboard.install_on(Supervisor::builder(Config::default())).build()
    }

    /// A service with tasks in many phases.
    pub(crate) async fn start_troubled() -> Self {
        let service = Self::start().await;
        add_all(&service.supervisor.handle()).await;
        // The dashboard learns of ends from events, which arrive later.
        eventually(|| service.run(&["tasks", "--phase", "ended"]).stdout.contains(r#""total":2"#)).await;
        service
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(&self.url, arguments)
    }

    /// Runs a command that controls tasks.
    pub(crate) fn control(&self, arguments: &[&str]) -> Run {
        self.run(&[&["--token", TOKEN], arguments].concat())
    }

    /// The phase of a live task.
    pub(crate) fn phase(&self, name: &str) -> Option<Phase> {
        self.supervisor.handle().task(name).map(|task| task.status().phase)
    }
}

/// A task that runs until it is stopped.
pub(crate) fn endless(name: impl Into<String>) -> TaskSpec {
    TaskSpec::once(TaskFn::arc(name.into(), |context: TaskContext| async move {
        context.cancelled().await;
        Ok(())
    }))
}

/// A task whose attempts fail.
fn failing(name: &'static str) -> TaskSpec {
    #[derive(Debug)]
    struct Unreadable(io::Error);

    impl std::fmt::Display for Unreadable {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the feed cannot be read")
        }
    }

    impl std::error::Error for Unreadable {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let fail = || async { Err(TaskError::fail(Unreadable(io::Error::other("reset by\u{1b}[2J the peer")))) };
    TaskSpec::on_failure(TaskFn::shared(name, fail))
}

async fn add_all(supervisor: &SupervisorHandle) {
    let add = |spec: TaskSpec| supervisor.add_task(spec).expect("a valid task");
    let paused = add(endless("archive"));
    paused.started().await.expect("it starts");
    paused.pause().expect("it can be paused");
    let backing_off = add(failing("feed")
        .with_backoff(BackoffPolicy::constant(LONG))
        .with_max_failures(MaxFailures::new(5, LONG * 10)));
    let at_once = BackoffPolicy::constant(Duration::ZERO);
    let gave_up =
        add(failing("billing").with_backoff(at_once).with_max_retries(2).with_on_give_up(OnGiveUp::Pause));
    let database = add(endless("database").with_ready(Readiness::Notify));
    // It ends only once another task depends on it: a task cannot depend on one that has ended.
    let is_needed = Arc::new(Notify::new());
    let migrate = TaskFn::arc("migrate", {
        let is_needed = is_needed.clone();
        move || {
            let is_needed = is_needed.clone();
            async move {
                is_needed.notified().await;
                Ok(())
            }
        }
    });
    let ended = add(TaskSpec::once(migrate));
    let waiting = add(endless("web").with_needs(["database"]).with_after(["migrate"]));
    is_needed.notify_one();
    let sleeping = add(TaskSpec::always(TaskFn::shared("cleanup", || async { Ok(()) }), LONG));
    let failed = add(TaskSpec::once(TaskFn::arc("import", || async { Err(TaskError::fatal("no file")) })));
    let named = add(endless("evil\u{1b}[31m"));
    let workers = TaskFn::shared("consume", |context: TaskContext| async move {
        context.cancelled().await;
        Ok(())
    });
    let workers =
        supervisor.add_instances(TaskSpec::once(workers).with_instances(2)).expect("valid instances");
    for name in ["first", "second"] {
        supervisor.submit(ControllerSpec::queue(endless(name)).with_slot("tenant-1")).expect("a valid job");
    }
    let done = TaskFn::arc("report", || async { Ok(()) });
    let job = supervisor
        .submit(ControllerSpec::queue(TaskSpec::once(done)).with_slot("tenant-2"))
        .expect("a valid job");
    job.outcome().await;
    ended.outcome().await;
    failed.outcome().await;
    eventually(|| {
        let is = |task: &taskvisor::TaskHandle, phase: fn(&Phase) -> bool| phase(&task.status().phase);
        is(&paused, Phase::is_paused)
            && is(&backing_off, Phase::is_sleeping)
            && is(&gave_up, Phase::is_paused)
            && is(&database, Phase::is_running)
            && is(&waiting, Phase::is_waiting)
            && is(&sleeping, Phase::is_sleeping)
            && is(&named, Phase::is_running)
            && workers.iter().all(|worker| is(worker, Phase::is_running))
    })
    .await;
}

/// Waits until a condition holds that other threads bring about.
pub(crate) async fn eventually(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it holds in the end");
}
