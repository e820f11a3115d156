//! Names that are keywords, everywhere a name can stand.

use std::process::ExitCode;

use taskvisor::{App, Event, State, SupervisorHandle};

mod r#mod {
    pub(super) mod r#type {
        pub(crate) use taskvisor::*;
    }

    #[taskvisor::task]
    pub(super) async fn r#async() {
        tokio::task::yield_now().await;
    }
}

#[taskvisor::task]
async fn r#loop(r#in: r#mod::r#type::State<u32>, State(r#move): State<u32>) {
    tokio::task::yield_now().await;
    assert_eq!(*r#in, *r#move);
}

/// Raw where it need not be.
#[taskvisor::task(name = "plain")]
async fn r#plain() {
    tokio::task::yield_now().await;
}

#[r#mod::r#type::task(crate = crate::r#mod::r#type)]
async fn r#static() {
    tokio::task::yield_now().await;
}

#[taskvisor::subscriber]
async fn r#match(r#ref: &Event, r#dyn: &r#mod::r#type::State<u32>) {
    tokio::task::yield_now().await;
    assert!(!r#ref.to_string().is_empty() && **r#dyn == 4);
}

#[taskvisor::job(slot = "{type}-{r}-{fn:?}")]
async fn r#for(r#type: u8, r: u8, r#fn: &'static str, #[inject] r#mut: State<u32>) -> u32 {
    tokio::task::yield_now().await;
    assert_eq!(r#fn, "fn");
    u32::from(r#type + r) + *r#mut
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(supervisor.submit(r#for { r#type: 1, r: 2, r#fn: "fn" })?.await?, 7);
    Ok(())
}

#[taskvisor::main]
async fn r#while(r#use: &mut App) {
    tokio::task::yield_now().await;
    r#use.state(4_u32);
}

fn main() -> ExitCode {
    assert_eq!((r#loop::NAME, r#loop::spec().name()), ("loop", "loop"));
    assert_eq!((plain::NAME, r#static::NAME, r#mod::r#async::NAME), ("plain", "static", "async"));
    assert_eq!((r#match::NAME, r#for::NAME), ("match", "for"));
    r#while()
}
