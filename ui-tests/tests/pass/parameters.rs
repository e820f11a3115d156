//! Injected parameters, in every spelling.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{
    App, AppContext, CancellationToken, Event, FromApp, FromContext, State, SupervisorHandle, TaskContext,
};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

struct Settings {
    retries: u8,
    verbose: bool,
}

impl FromApp for Settings {
    fn from_app(_: &AppContext) -> Self {
        Self { retries: 3, verbose: true }
    }
}

struct Attempt(u64, &'static str);

impl FromContext for Attempt {
    fn from_context(context: &TaskContext) -> Self {
        Self(context.attempt(), "attempt")
    }
}

mod other {
    pub(crate) type Limit = taskvisor::State<u32>;
    pub(crate) type Context = taskvisor::TaskContext;
    pub(crate) type Received = taskvisor::Event;
}

#[taskvisor::task]
async fn every_kind(
    context: TaskContext,
    token: CancellationToken,
    handle: SupervisorHandle,
    state: State<u32>,
    missing: Option<State<i8>>,
    present: Option<State<u32>>,
    own: Attempt,
) {
    assert!(!token.is_cancelled() && !handle.tasks().is_empty());
    assert_eq!((context.attempt(), own.0, own.1), (1, 1, "attempt"));
    assert!(missing.is_none() && present.is_some_and(|present| *present == *state));
    ran().await;
}

#[taskvisor::task]
async fn borrowed(context: &TaskContext, token: &CancellationToken, state: &State<u32>, own: &'_ Attempt) {
    assert!(!token.is_cancelled());
    assert_eq!((context.attempt(), own.0, **state), (1, 1, 4));
    ran().await;
}

#[taskvisor::task]
async fn patterns(
    State(state): State<u32>,
    Settings { retries, .. }: Settings,
    &Settings { verbose, .. }: &Settings,
    _: TaskContext,
    _ignored: CancellationToken,
) {
    assert!(verbose && u32::from(retries) < *state);
    ran().await;
}

#[taskvisor::task]
async fn bindings(
    Attempt(number, ..): Attempt,
    Attempt(borrowed, _): &Attempt,
    whole @ Attempt(..): Attempt,
    mut counted: Attempt,
) {
    counted.0 += number + *borrowed;
    assert_eq!((counted.0, whole.1), (3, "attempt"));
    ran().await;
}

#[taskvisor::task]
async fn aliases(limit: other::Limit, context: &other::Context, shared: State<Arc<str>>) {
    assert_eq!((*limit, context.attempt(), &**shared), (4, 1, "shared"));
    ran().await;
}

/// A parameter that looks like an argument is marked.
#[taskvisor::job]
async fn injected(
    number: u32,
    limit: State<u32>,
    #[inject] alias: &other::Limit,
    #[inject] Settings { retries, .. }: Settings,
    #[inject] Attempt(attempt, _): &Attempt,
    context: &TaskContext,
    present: Option<State<u32>>,
) -> u32 {
    assert_eq!((*attempt, context.attempt(), present.is_some()), (1, 1, true));
    ran().await;
    number + *limit + **alias + u32::from(retries)
}

#[taskvisor::subscriber]
async fn received(
    event: &'_ other::Received,
    limit: other::Limit,
    Settings { verbose, .. }: &Settings,
    _: SupervisorHandle,
) {
    tokio::task::yield_now().await;
    assert!(*verbose && *limit == 4 && !event.to_string().is_empty());
}

#[taskvisor::subscriber]
async fn received_kind(Event { kind, .. }: &Event) {
    tokio::task::yield_now().await;
    drop(kind.clone());
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(supervisor.submit(injected { number: 1 })?.await?, 1 + 4 + 4 + 3);
    Ok(())
}

#[taskvisor::main]
async fn start(app: &mut App) {
    tokio::task::yield_now().await;
    app.state(4_u32).state(Arc::<str>::from("shared"));
}

fn main() -> ExitCode {
    let code = start();
    assert_eq!(RUNS.load(Ordering::SeqCst), 6);
    assert_eq!((received::NAME, received_kind::NAME), ("received", "received_kind"));
    code
}
