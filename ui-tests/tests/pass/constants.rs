//! Options that the compiler evaluates: constants, calls of `const fn`, conditions, macros.

use std::process::ExitCode;
use std::time::Duration;

use taskvisor::{
    Admission, App, BackoffPolicy, Event, JitterPolicy, JobExt, Missed, Overlap, RestartPolicy,
    SupervisorHandle, TaskContext,
};

const PREFIX: &str = "app.ping";
const IDLE: Duration = Duration::from_millis(3 * SECOND);
const SECOND: u64 = 1000;
const NAME: &str = "shadowing";
const SCHEDULE: &str = "0 3 * * *";
const MISSED: Missed = Missed::Skip;
const QUEUE: usize = 2 + 6;
const ADMISSION: Admission = if QUEUE > 4 { Admission::Queue } else { Admission::Replace };

struct Limits;

impl Limits {
    const RETRIES: u32 = 4;
    const QUEUE: usize = 8;
    const FACTOR: f64 = 1.5;
    const OVERLAP: Overlap = Overlap::Queue;
}

const fn twice(duration: Duration) -> Duration {
    duration.saturating_mul(2)
}

#[taskvisor::task(
    name = PREFIX,
    restart = if cfg!(any()) { RestartPolicy::OnFailure } else { RestartPolicy::Always },
    backoff(exp, first = IDLE, max = twice(IDLE), factor = Limits::FACTOR + 0.5, jitter = JitterPolicy::None),
    timeout = Duration::from_secs(5),
    max_retries = Limits::RETRIES,
    every = twice(IDLE),
    stable_after = IDLE,
)]
async fn ping(context: TaskContext) {
    context.cancelled().await;
}

#[taskvisor::task(cron = SCHEDULE, tz = concat!("U", "TC"), overlap = Limits::OVERLAP, missed = MISSED, start_delay = twice(IDLE))]
async fn nightly(context: TaskContext) {
    context.cancelled().await;
}

#[taskvisor::task(delay = IDLE)]
async fn repeated(context: TaskContext) {
    context.cancelled().await;
}

#[taskvisor::task(backoff = BackoffPolicy::constant(IDLE), name = NAME)]
async fn steady() {
    tokio::task::yield_now().await;
}

#[taskvisor::task(
    name = concat!("app", ".", "block"),
    timeout = const {
        let seconds = SECOND / 500;
        Duration::from_secs(seconds)
    },
    max_retries = match ADMISSION {
        Admission::Queue => u32::MAX,
        _ => 1,
    },
)]
async fn block() {
    tokio::task::yield_now().await;
}

/// Constants in lower case, and functions with the names of keywords, have a path.
#[allow(non_upper_case_globals)]
mod settings {
    use super::{Admission, BackoffPolicy, IDLE, JitterPolicy, RestartPolicy};

    pub(super) const name: &str = "in.lower.case";
    pub(super) const never: RestartPolicy = RestartPolicy::Never;
    pub(super) const fn always() -> RestartPolicy {
        RestartPolicy::Always
    }
    pub(super) const exp: BackoffPolicy = BackoffPolicy::constant(IDLE);
    pub(super) const full: JitterPolicy = JitterPolicy::Full;
    pub(super) const none: u32 = 3;
    pub(super) const queue: Admission = Admission::Queue;
}

#[taskvisor::task(name = settings::name, restart = settings::never, timeout = twice(IDLE))]
async fn lower_case() {
    tokio::task::yield_now().await;
}

#[taskvisor::task(restart = settings::always(), backoff = settings::exp, max_retries = settings::none)]
async fn with_paths() {
    tokio::task::yield_now().await;
}

#[taskvisor::task(backoff(exp, jitter = settings::full))]
async fn jittered() {
    tokio::task::yield_now().await;
}

/// The values name parameters, but not those of the function.
#[taskvisor::job(
    name = concat!("tenant.", stringify!(tenant)),
    slot = "{tenant}:wait",
    admission = settings::queue,
    queue = usize::MAX,
    timeout = const {
        let wait = 5;
        Duration::from_secs(wait)
    },
    max_retries = match settings::none {
        0 => 1,
        tenant => tenant,
    },
)]
async fn same_words(tenant: u64, wait: u64) {
    let _ = (tenant, wait);
}

#[taskvisor::task(name = env!("CARGO_PKG_NAME"), max_retries = RETRIES.0[1])]
async fn environment() {
    tokio::task::yield_now().await;
}

/// Declared behind its use.
const RETRIES: ([u32; 2],) = ([0, 1],);

#[taskvisor::job(
    slot = "{tenant}",
    admission = ADMISSION,
    queue = QUEUE,
    name = "sync.tenant",
    restart = RestartPolicy::OnFailure,
    backoff(constant, first = IDLE),
    max_retries = 1 + 2,
    timeout = twice(IDLE)
)]
async fn sync_tenant(tenant: u64) -> u64 {
    tokio::task::yield_now().await;
    tenant
}

#[taskvisor::subscriber(queue = Limits::QUEUE, name = NAME)]
async fn log(event: &Event) {
    tokio::task::yield_now().await;
    assert!(!event.to_string().is_empty());
}

#[taskvisor::task(restart = RestartPolicy::Never)]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    // A constant of the attribute is one of the submission, too.
    let job = sync_tenant { tenant: 4 }.with_timeout(twice(IDLE));
    assert_eq!(supervisor.submit(job)?.await?, 4);
    let declared = supervisor.jobs();
    let sync = declared.iter().find(|job| job.name == "sync.tenant").expect("the job is declared");
    assert_eq!((sync.admission, sync.queue), (ADMISSION, Some(QUEUE)));
    supervisor.stop();
    Ok(())
}

#[taskvisor::main(grace = twice(IDLE), worker_threads = 1 + 1, max_concurrent = Limits::QUEUE)]
async fn start(_: &mut App) {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    assert_eq!((ping::NAME, steady::spec().name(), block::NAME), ("app.ping", "shadowing", "app.block"));
    assert_eq!((log::NAME, sync_tenant::NAME), ("shadowing", "sync.tenant"));
    assert!(environment::NAME.starts_with("ui-tests"));
    let names = [lower_case::NAME, with_paths::NAME, jittered::NAME, same_words::NAME];
    assert_eq!(names, ["in.lower.case", "with_paths", "jittered", "tenant.tenant"]);
    start()
}
