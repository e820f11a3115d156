//! The options of giving up, heartbeats and the end of the application: literals and constants, and what reaches the descriptor.

use std::error::Error;
use std::io;
use std::time::Duration;

use taskvisor::prelude::*;
use taskvisor::{MaxFailures, OnGiveUp, OnShutdown, Setting};

const LIMIT: MaxFailures = MaxFailures::new(5, Duration::from_secs(600));
const PAUSE: OnGiveUp = OnGiveUp::Pause;
const FINISH: OnShutdown = OnShutdown::Finish;
const CRITICAL: bool = !cfg!(any());
const HEARTBEAT: Duration = Duration::from_secs(30);

#[task(max_failures = "5 in 10m", on_give_up = "pause", heartbeat = "30s", on_shutdown = "finish")]
async fn literals(ctx: TaskContext) {
    ctx.heartbeat();
}

#[task(max_failures = LIMIT, on_give_up = PAUSE, heartbeat = HEARTBEAT, on_shutdown = FINISH, critical = false)]
async fn constants(ctx: TaskContext) {
    ctx.heartbeat();
}

#[task(critical)]
async fn critical() {}

#[task(max_failures = "1000 in 1day", backoff = "none", critical = true, on_shutdown = "cancel")]
async fn critical_too() {}

#[task(critical = CRITICAL, heartbeat = "5s", timeout = HEARTBEAT)]
async fn critical_constant() {}

#[task(
    max_failures = MaxFailures::new(2 + 1, HEARTBEAT),
    on_give_up = OnGiveUp::Fail,
    restart = RestartPolicy::Always,
    on_shutdown = OnShutdown::Cancel,
    critical = !CRITICAL
)]
async fn calls(ctx: TaskContext) {
    ctx.cancelled().await;
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn is_any<E>(_: &E) -> bool {
    true
}

fn panics(_: &io::Error) -> bool {
    panic!("the predicate has a mistake")
}

mod predicates {
    #[allow(clippy::ptr_arg, reason = "the type of the error is `String`")]
    pub(super) fn is_long(text: &String) -> bool {
        text.len() > 3
    }
}

/// A method is a path too.
#[derive(Debug)]
struct Refused {
    is_final: bool,
}

impl Refused {
    fn is_final(&self) -> bool {
        self.is_final
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl Error for Refused {}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

#[task(fatal_if = is_missing, max_retries = 3, backoff = "none")]
async fn fatal() -> io::Result<()> {
    Err(missing())
}

#[task(fatal_if = is_missing, max_retries = 3, backoff = "none")]
async fn retried() -> io::Result<()> {
    Err(io::ErrorKind::TimedOut.into())
}

#[task(fatal_if = panics, max_retries = 3, backoff = "none")]
async fn panicking() -> io::Result<()> {
    Err(missing())
}

/// The mark wins over the predicate.
#[task(fatal_if = is_any, max_retries = 3)]
async fn marked() -> io::Result<()> {
    Err(missing()).retry_after(Duration::ZERO)?;
    Ok(())
}

#[task(fatal_if = Refused::is_final, max_retries = 3, backoff = "none")]
async fn method(ctx: TaskContext) -> Result<(), Refused> {
    Err(Refused { is_final: ctx.attempt() == 2 })
}

#[task(fatal_if = predicates::is_long, max_retries = 3)]
async fn text() -> Result<(), String> {
    Err("a long text".to_owned())
}

#[task(fatal_if = is_any::<anyhow::Error>, max_retries = 3)]
async fn any() -> anyhow::Result<()> {
    Err(missing())?;
    Ok(())
}

#[task(fatal_if = is_any, max_retries = 3)]
async fn task_error() -> Result<(), TaskError> {
    Err(TaskError::fail("no"))
}

#[task(fatal_if = is_any, max_retries = 3)]
async fn unnamed() -> Result<(), impl Error + Send + Sync + 'static> {
    Err(missing())
}

#[job(fatal_if = is_missing, max_failures = "3 in 1m", backoff = "none", heartbeat = "5s", on_shutdown = "finish")]
async fn sync(tenant: u64) -> io::Result<u64> {
    if tenant == 0 { Err(missing()) } else { Ok(tenant) }
}

/// `max_failures` implies that a job is retried.
#[job(max_failures = LIMIT, backoff = "none", heartbeat = HEARTBEAT, on_shutdown = FINISH)]
async fn retried_job(ctx: TaskContext) -> io::Result<u64> {
    if ctx.attempt() == 1 { Err(missing()) } else { Ok(ctx.attempt()) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for spec in [literals::spec(), constants::spec()] {
        assert_eq!(spec.max_failures(), Setting::Set(Some(LIMIT)));
        assert_eq!(spec.on_give_up(), Setting::Set(OnGiveUp::Pause));
        assert_eq!(spec.heartbeat(), Setting::Set(HEARTBEAT));
        assert_eq!(spec.on_shutdown(), Setting::Set(OnShutdown::Finish));
    }
    assert_eq!(literals::spec().critical(), Setting::Inherit);
    assert_eq!(constants::spec().critical(), Setting::Set(false));
    for spec in [critical::spec(), critical_too::spec(), critical_constant::spec()] {
        assert_eq!(spec.critical(), Setting::Set(true));
    }
    assert_eq!(critical_too::spec().on_shutdown(), Setting::Set(OnShutdown::Cancel));
    assert_eq!(critical_constant::spec().heartbeat(), Setting::Set(Duration::from_secs(5)));
    assert_eq!(calls::spec().max_failures(), Setting::Set(Some(MaxFailures::new(3, HEARTBEAT))));
    assert_eq!(calls::spec().on_give_up(), Setting::Set(OnGiveUp::Fail));
    assert_eq!(calls::spec().critical(), Setting::Set(false));

    let supervisor = Supervisor::new(Config::default(), Vec::new());
    for (spec, attempts) in [
        (fatal::spec(), 1),
        (retried::spec(), 4),
        (panicking::spec(), 4),
        (marked::spec(), 4),
        (method::spec(), 2),
        (text::spec(), 1),
        (any::spec(), 1),
        (task_error::spec(), 1),
        (unnamed::spec(), 1),
    ] {
        let task = supervisor.add_task(spec)?;
        let outcome = task.outcome().await;
        assert!(matches!(outcome, Outcome::Failed { .. }), "{}: {outcome:?}", task.name());
        assert_eq!(task.status().attempt, attempts, "{}", task.name());
    }
    assert_eq!(supervisor.submit(sync { tenant: 5 })?.await?, 5);
    assert!(supervisor.submit(sync { tenant: 0 })?.await.is_err());
    assert_eq!(supervisor.submit(retried_job {})?.await?, 2);
    supervisor.shutdown().await?;
    Ok(())
}
