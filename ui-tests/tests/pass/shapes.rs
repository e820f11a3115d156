//! Functions as people write them: patterns, attributes, places, another name for the entry point.

use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, CancellationToken, State, SupervisorHandle, TaskContext};

static RUNS: AtomicU32 = AtomicU32::new(0);

/// Documented, with attributes above and below.
#[allow(clippy::unused_async)]
#[taskvisor::task]
#[must_use = "an attribute of the user's"]
#[cfg(not(any()))]
async fn patterns(
    State(db): State<u32>,
    mut context: TaskContext,
    _: CancellationToken,
    #[cfg(any())] nothing: NoSuchType,
    #[cfg(not(any()))] handle: &SupervisorHandle,
    missing: Option<State<i8>>,
    borrowed: &State<u32>,
) {
    context = context.clone();
    let _ = (handle, context, db);
    assert!(missing.is_none());
    assert_eq!(**borrowed, 7);
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[cfg(any())]
#[taskvisor::task]
async fn absent(nothing: NoSuchType) {}

mod jobs {
    #[taskvisor::task(name = "jobs.nested")]
    pub(crate) async fn nested() {
        super::RUNS.fetch_add(1, super::Ordering::SeqCst);
    }
}

use jobs::nested;

#[taskvisor::main(flavor = "current_thread")]
async fn start(app: &mut App) {
    /// Declared where it is used.
    #[taskvisor::task]
    async fn local() {
        RUNS.fetch_add(1, Ordering::SeqCst);
    }

    app.state(7_u32);
    // As a function, it is called as any other; as a type, it knows its name.
    nested().await;
    assert_eq!(nested::NAME, "jobs.nested");
    assert_eq!(local::NAME, "local");
}

fn main() -> std::process::ExitCode {
    let code = start();
    assert_eq!(RUNS.load(Ordering::SeqCst), 4);
    code
}
