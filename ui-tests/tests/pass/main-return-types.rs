//! Every return type that a setup may have, under `main` and under other names.

use std::fmt;
use std::process::ExitCode;

use taskvisor::App;
use tokio::task::yield_now;

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl std::error::Error for Own {}

type Alias<T = ()> = Result<T, Own>;
type Application = App;

/// A task to run, so that only the setup can fail.
#[taskvisor::task]
async fn once() {
    yield_now().await;
}

#[taskvisor::main]
async fn none() {
    yield_now().await;
}

#[taskvisor::main]
async fn unit(_: &mut App) -> () {
    yield_now().await;
}

#[taskvisor::main]
async fn own(app: &mut taskvisor::App) -> Result<(), Own> {
    app.state(4_u8);
    yield_now().await;
    Ok(())
}

#[taskvisor::main]
pub(crate) async fn alias(app: &mut Application) -> Alias {
    app.state(4_u8);
    yield_now().await;
    Ok(())
}

/// Changes its parameter, and is called with another name for it.
#[taskvisor::main(flavor = "current_thread")]
async fn any(mut application: &mut App) -> anyhow::Result<()> {
    application = application.state(4_u8);
    application.state("5".parse::<u16>()?);
    yield_now().await;
    Ok(())
}

#[taskvisor::main(worker_threads = 1)]
async fn report() -> eyre::Result<()> {
    "5".parse::<u32>()?;
    yield_now().await;
    Ok(())
}

#[taskvisor::main(grace = "1s")]
async fn boxed() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    "5".parse::<u32>()?;
    yield_now().await;
    Ok(())
}

/// As most `main`s do; it cannot go to another thread.
#[taskvisor::main]
async fn boxed_here() -> Result<(), Box<dyn std::error::Error>> {
    "5".parse::<u32>()?;
    Ok(())
}

type Boxed = Result<(), Box<dyn std::error::Error>>;

#[taskvisor::main]
async fn boxed_by_an_alias() -> Boxed {
    Ok(())
}

#[taskvisor::main()]
async fn text() -> Result<(), &'static str> {
    yield_now().await;
    Ok(())
}

#[taskvisor::main(crates = [])]
async fn unnamed() -> Result<(), impl std::error::Error + Send + Sync + 'static> {
    yield_now().await;
    Ok::<(), Own>(())
}

/// Ends the process by itself.
#[taskvisor::main(crates = [anyhow])]
async fn never() -> ! {
    yield_now().await;
    std::process::exit(0)
}

#[taskvisor::main]
async fn fails() -> Result<(), Own> {
    yield_now().await;
    Err(Own)
}

/// Never called: a setup that is the real `main` has its own file.
mod entry {
    #[taskvisor::main]
    pub(super) async fn main() {
        super::yield_now().await;
    }
}

fn main() -> ExitCode {
    let set_ups = [
        none,
        unit,
        own,
        alias,
        any,
        report,
        boxed,
        boxed_here,
        boxed_by_an_alias,
        text,
        unnamed,
        entry::main,
    ];
    for set_up in set_ups {
        assert_eq!(set_up(), ExitCode::SUCCESS);
    }
    assert_eq!(fails(), ExitCode::FAILURE);
    assert_eq!(once::NAME, "once");
    never()
}
