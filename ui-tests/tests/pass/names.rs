//! Functions and parameters whose names match generated items, and names in other scripts.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, SupervisorHandle};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

mod tasks {
    use taskvisor::{State, TaskContext};

    use super::ran;

    #[taskvisor::task]
    pub(super) async fn context(context: TaskContext) {
        assert_eq!(context.attempt(), 1);
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn needs(needs: &State<u32>, app: State<u32>, attempt: State<u32>) {
        assert_eq!([**needs, *app], [*attempt; 2]);
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn spec() {
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn task() {
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn main() {
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn core() {
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn std() {
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn inventory() {
        ran().await;
    }

    #[taskvisor::task]
    pub(super) async fn _underscore() {
        ran().await;
    }

    #[taskvisor::task(name = "lärm in der größe")]
    pub(super) async fn größe(größe: State<u32>) {
        assert_eq!(*größe, 4);
        ran().await;
    }
}

mod jobs {
    use taskvisor::TaskContext;

    use super::ran;

    /// One argument has the name of the function, and others have names that surrounding code uses.
    #[taskvisor::job(slot = "{job}-{slot}-{attempt}-{f}")]
    pub(super) async fn job(job: u8, slot: u8, attempt: u8, f: u8, clone: u8) -> u8 {
        ran().await;
        job + slot + attempt + f + clone
    }

    #[taskvisor::job(slot = "{needs}-{value}")]
    pub(super) async fn descriptor(context: u8, needs: u8, value: u8, ctx: &TaskContext) -> u8 {
        assert_eq!(ctx.attempt(), 1);
        ran().await;
        context + needs + value
    }

    #[taskvisor::job(slot = "über-{größe}")]
    pub(super) async fn submit(größe: u8, _unused: u8) -> u8 {
        ran().await;
        größe
    }
}

mod subscribers {
    use taskvisor::{Event, State};

    #[taskvisor::subscriber]
    pub(super) async fn subscriber(app: &Event, event: State<u32>, needs: &State<u32>) {
        tokio::task::yield_now().await;
        assert!(!app.to_string().is_empty() && *event == **needs);
    }

    #[taskvisor::subscriber]
    pub(super) async fn event(event: &Event) {
        tokio::task::yield_now().await;
        assert!(!event.to_string().is_empty());
    }
}

/// What is no local variable, under names that one has in other people's macros.
#[allow(non_upper_case_globals)]
mod statics {
    use std::sync::atomic::AtomicU32;

    use taskvisor::{App, Event, TaskContext};

    use super::ran;

    pub(super) static context: AtomicU32 = AtomicU32::new(4);
    pub(super) const needs: u32 = 4;
    pub(super) static app: AtomicU32 = AtomicU32::new(4);
    pub(super) const event: u32 = 4;

    /// Not the one that is injected.
    #[derive(Clone)]
    pub(super) enum State {
        Open,
        Closed,
    }

    #[taskvisor::task]
    pub(super) async fn injected(_: TaskContext, _: taskvisor::State<u32>) {
        ran().await;
    }

    #[taskvisor::job(slot = "{number}")]
    pub(super) async fn job(number: u8, state: State, _: TaskContext) -> u8 {
        ran().await;
        match state {
            State::Open => number,
            State::Closed => 0,
        }
    }

    #[taskvisor::subscriber]
    pub(super) async fn subscriber(_: &Event, _: taskvisor::State<u32>) {
        std::future::ready(()).await;
    }

    #[taskvisor::main]
    pub(super) async fn set_up(_: &mut App) -> Result<(), &'static str> {
        Err("it stands beside the one that is called")
    }
}

mod entries {
    use taskvisor::App;

    #[taskvisor::main]
    pub(super) async fn app(context: &mut App) {
        tokio::task::yield_now().await;
        context.state(4_u32);
    }
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    let job = jobs::job { job: 1, slot: 2, attempt: 3, f: 4, clone: 5 };
    assert_eq!(supervisor.submit(job.clone())?.await?, 15);
    assert_eq!(supervisor.submit(jobs::descriptor { context: 1, needs: 2, value: 3 })?.await?, 6);
    let (job, closed) = (statics::job { number: 4, state: statics::State::Open }, statics::State::Closed);
    assert_eq!(supervisor.submit(job)?.await?, 4);
    assert_eq!(supervisor.submit(statics::job { number: 4, state: closed })?.await?, 0);
    assert_eq!(supervisor.submit(jobs::submit { größe: 4, _unused: 0 })?.await?, 4);
    Ok(())
}

/// The other setup: that of tasks alone.
#[taskvisor::main]
async fn start(_: &mut App) -> anyhow::Result<()> {
    tokio::task::yield_now().await;
    anyhow::bail!("it stands beside the one that is called")
}

fn main() -> ExitCode {
    let code = entries::app();
    assert_eq!(RUNS.load(Ordering::SeqCst), 10 + 3 + 3);
    assert_eq!(start(), ExitCode::FAILURE);
    assert_eq!(statics::set_up(), ExitCode::FAILURE);
    assert_eq!(statics::context.load(Ordering::SeqCst), statics::app.load(Ordering::SeqCst));
    assert_eq!(statics::needs, statics::event);
    let names = [tasks::context::NAME, tasks::_underscore::NAME, tasks::größe::NAME, tasks::main::NAME];
    assert_eq!(names, ["context", "_underscore", "lärm in der größe", "main"]);
    assert_eq!(subscribers::subscriber::NAME, "subscriber");
    code
}
