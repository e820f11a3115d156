//! A dependency that is renamed in `Cargo.toml`: no crate is called `taskvisor` here.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use sup::{App, Event, State, SupervisorHandle};
use ui_tests_reexport::{double, runs, tick};

static SUBMITTED: AtomicBool = AtomicBool::new(false);

#[sup::task(crate = ::sup, restart = "never")]
async fn submits(supervisor: SupervisorHandle, number: State<u32>) -> Result<(), sup::TaskError> {
    let doubled = supervisor.submit(double { tenant: 1, number: *number })?.await?;
    let halved = supervisor.submit(halve { number: doubled })?.await?;
    assert_eq!((doubled, halved), (8, *number));
    SUBMITTED.store(true, Ordering::SeqCst);
    Ok(())
}

#[sup::job(crate = ::sup)]
async fn halve(number: u32) -> Result<u32, std::fmt::Error> {
    tokio::task::yield_now().await;
    if number % 2 == 0 { Ok(number / 2) } else { Err(std::fmt::Error) }
}

#[sup::subscriber(crate = ::sup)]
async fn watch(event: &Event) {
    tokio::task::yield_now().await;
    assert!(!event.to_string().is_empty());
}

#[sup::main(crate = ::sup, flavor = "current_thread", grace = "5s")]
async fn start(app: &mut App) {
    app.state(4_u32);
    tokio::task::yield_now().await;
}

#[test]
fn declarations_through_a_renamed_dependency_run() {
    assert_eq!(start(), ExitCode::SUCCESS);
    assert_eq!(runs(), 1);
    assert!(SUBMITTED.load(Ordering::SeqCst));
    assert_eq!((tick::NAME, watch::NAME), ("library.tick", "watch"));
}
