//! Declared by a macro, with every part of the declaration from a fragment of its own.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, Event, State, SupervisorHandle, TaskContext};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

const RETRIES: u32 = 2;

macro_rules! tasks {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis $name:ident($($pattern:pat_param in $of_type:ty),*) $(-> $returned:ty)?,
        $timeout:literal, $retries:expr, $restart:expr, [$($more:tt)*] $body:block
    )*) => {$(
        $(#[$attribute])*
        #[taskvisor::task(timeout = $timeout, max_retries = $retries, restart = $restart, $($more)*)]
        $visibility async fn $name($($pattern: $of_type),*) $(-> $returned)? $body
    )*};
}

tasks! {
    /// One.
    #[must_use = "an attribute of the user's"]
    pub(crate) one(context in TaskContext, State(limit) in State<u32>) -> Result<(), std::fmt::Error>,
    "5s", RETRIES, "on-failure", [backoff(exp, factor = 3)] {
        assert_eq!((context.attempt(), *limit), (1, 4));
        ran().await;
        Ok(())
    }
    two(context in &taskvisor::TaskContext, mut _unused in State<u32>, _ in State<u32>) -> (),
    "1m", 1, taskvisor::RestartPolicy::OnFailure, [stable_after = "1s"] {
        assert_eq!(context.attempt(), 1);
        ran().await;
    }
    three(),
    "1m", RETRIES + 1, "on-failure", [name = concat!("th", "ree")] {
        ran().await;
    }
}

mod runtime {
    pub(crate) use taskvisor::*;
}

macro_rules! from_here {
    ($name:ident) => {
        #[$crate::runtime::task(crate = $crate::runtime)]
        async fn $name(context: $crate::runtime::TaskContext) {
            assert_eq!(context.attempt(), 1);
            ran().await;
        }
    };
}

from_here!(from_crate);

macro_rules! path {
    ($name:ident, $runtime:path) => {
        #[taskvisor::task(crate = $runtime)]
        async fn $name() {
            ran().await;
        }
    };
}

path!(from_absolute_path, ::taskvisor);
path!(from_path_in_crate, crate::runtime);

macro_rules! whole {
    ($function:item) => {
        #[taskvisor::task]
        $function
    };
    ($($tokens:tt)*) => {
        #[taskvisor::task] $($tokens)*
    };
}

whole! {
    async fn as_an_item() {
        ran().await;
    }
}

macro_rules! repeated {
    ($($name:ident)*) => {$(
        #[taskvisor::task]
        async fn $name() {
            ran().await;
        }
    )*};
}

repeated!(a b c);

macro_rules! subscribers {
    ($name:ident, $event:ident: $of_type:ty, [$($on:ident),*], $queue:expr, $state:pat_param) => {
        #[taskvisor::subscriber(on($($on),*), name = concat!("a", "-", stringify!($name)), queue = $queue)]
        async fn $name($event: $of_type, $state: &State<u32>) {
            tokio::task::yield_now().await;
            assert!(!$event.to_string().is_empty());
        }
    };
}

subscribers!(received, event: &taskvisor::Event, [Failed, Ended], 16, State(_));

macro_rules! subscriber_of {
    ($name:ident, $event:ident) => {
        #[taskvisor::subscriber]
        async fn $name(_: &$event) {
            tokio::task::yield_now().await;
        }
    };
}

subscriber_of!(received_all, Event);

macro_rules! jobs {
    ($name:ident { $($parameter:ident: $of_type:ty),* } -> $returned:ty, $slot:literal, $($more:tt)*) => {
        #[taskvisor::job(slot = $slot, $($more)*)]
        async fn $name($($parameter: $of_type,)* state: $crate::State<u32>, #[inject] other: Limit) -> $returned {
            ran().await;
            assert_eq!(*state, *other);
            Ok(($($parameter),*))
        }
    };
    ($name:ident, $slot:expr) => {
        #[taskvisor::job(slot = $slot)]
        async fn $name(written_here: u32) -> u32 {
            ran().await;
            written_here
        }
    };
}

type Limit = State<u32>;

jobs!(one_argument { seed: u32 } -> Result<u32, std::fmt::Error>, "a-{seed}", admission = "latest");
jobs!(two_arguments { r#type: Vec<u8>, seed: u8 } -> anyhow::Result<(Vec<u8>, u8)>, "{type:?}", queue = 2);
jobs!(slot_from_outside, "{written_here}");

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(supervisor.submit(one_argument { seed: 4 })?.await?, 4);
    assert_eq!(supervisor.submit(two_arguments { r#type: vec![1], seed: 4 })?.await?, (vec![1], 4));
    assert_eq!(supervisor.submit(slot_from_outside { written_here: 4 })?.await?, 4);
    Ok(())
}

macro_rules! application {
    ($name:ident($app:ident: $of_type:ty), $grace:expr, $threads:literal $body:block) => {
        #[taskvisor::main(grace = $grace, worker_threads = $threads)]
        async fn $name($app: $of_type) $body
    };
}

application!(start(app: &mut App), "5s", 2 {
    tokio::task::yield_now().await;
    app.state(4_u32);
});

fn main() -> ExitCode {
    let code = start();
    assert_eq!(RUNS.load(Ordering::SeqCst), 3 + 3 + 1 + 3 + 3);
    assert_eq!(
        (one::NAME, three::NAME, received::NAME, received_all::NAME),
        ("one", "three", "a-received", "received_all")
    );
    code
}
