//! Attributes of the user's own: above and below ours, on functions, in them, and on parameters.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, Event, State, SupervisorHandle, TaskContext};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

/// Documented, with a link to [`TaskContext`].
///
/// ```text
/// and an example
/// ```
#[cold]
#[must_use = "above"]
#[taskvisor::task]
#[doc = "Documented below, too."]
#[doc(alias = "everything", hidden)]
#[inline(never)]
#[rustfmt::skip]
async fn task( _ : &TaskContext ) { ran().await }

/** Documented in a block. */
#[inline]
#[taskvisor::job]
#[must_use = "below"]
#[doc = concat!("Documented", " ", "by a macro.")]
#[cold]
async fn job(number: u8) -> u8 {
    ran().await;
    number
}

#[doc(hidden)]
#[inline]
#[must_use]
#[taskvisor::subscriber(on(Ended))]
#[cold]
#[doc(alias = "observer")]
async fn subscriber(_: &Event) {
    tokio::task::yield_now().await;
}

/// An `allow` or `expect` on the function stays in effect.
#[taskvisor::task]
#[expect(unused_variables, reason = "it is of no use")]
async fn lenient() {
    let nothing = 4;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[expect(clippy::unused_async)]
#[taskvisor::job]
async fn immediate(number: u8) -> u8 {
    number
}

#[taskvisor::task]
#[cfg_attr(all(), allow(unused_variables))]
async fn conditionally(missing: Option<State<i8>>) {
    ran().await;
}

#[taskvisor::task]
async fn inside() {
    #![expect(unused_variables)]
    let unused = 4;
    ran().await;
}

/// Attributes of parameters: the compiler's, and ours among them.
#[taskvisor::task]
async fn parameters(
    #[allow(unused_variables)] state: State<u32>,
    #[expect(unused_variables)] context: TaskContext,
    #[cfg_attr(all(), allow(unused_variables))] borrowed: &State<u32>,
) {
    ran().await;
}

#[taskvisor::job(slot = "{used}")]
async fn arguments(
    #[allow(unused_variables)] one: u8,
    #[cfg_attr(all(), allow(unused_variables))] two: u8,
    #[expect(unused_variables)] three: u8,
    used: u8,
    #[allow(unused_variables)]
    #[inject]
    above: State<u32>,
    #[inject]
    #[allow(unused_variables)]
    below: &State<u32>,
) {
    ran().await;
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(supervisor.submit(job { number: 4 })?.await?, 4);
    assert_eq!(supervisor.submit(immediate { number: 4 })?.await?, 4);
    supervisor.submit(arguments { one: 1, two: 2, three: 3, used: 4 })?.await?;
    Ok(())
}

/// The setup has its own, too.
#[inline]
#[must_use]
#[taskvisor::main]
#[cold]
async fn start(app: &mut App) {
    app.state(4_u32);
}

fn main() -> ExitCode {
    let code = start();
    assert_eq!(RUNS.load(Ordering::SeqCst), 7);
    assert_eq!(subscriber::NAME, "subscriber");
    code
}
