//! Declarations in every place for a function: in private modules, in bodies, in constants.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, Event, SupervisorHandle};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

mod private {
    use super::ran;

    #[taskvisor::task]
    async fn unseen() {
        ran().await;
    }

    pub(super) mod inner {
        use super::super::ran;

        #[taskvisor::task]
        pub(in crate::private) async fn seen_above() {
            ran().await;
        }

        #[taskvisor::job(slot = "{number}")]
        pub(in super::super) async fn job(number: u8) -> u8 {
            ran().await;
            number
        }

        #[taskvisor::subscriber]
        pub(crate) async fn subscriber(event: &taskvisor::Event) {
            tokio::task::yield_now().await;
            assert!(!event.to_string().is_empty());
        }
    }

    pub(super) fn name_of_one_inside() -> &'static str {
        inner::seen_above::NAME
    }

    pub(super) use inner::subscriber;
}

/// Both the function and its type come by one import.
use private::inner::job;

struct Holder;

impl Holder {
    fn in_a_method() -> &'static str {
        #[taskvisor::task]
        async fn method() {
            ran().await;
        }
        method::NAME
    }
}

trait Provided {
    fn in_a_trait() -> &'static str {
        #[taskvisor::task]
        async fn provided() {
            ran().await;
        }
        provided::NAME
    }
}

impl Provided for Holder {}

fn in_a_generic_function<T: Send>(value: T) -> T {
    #[taskvisor::task]
    async fn generic() {
        ran().await;
    }
    assert_eq!(generic::NAME, "generic");
    value
}

const _: () = {
    #[taskvisor::task]
    async fn constant() {
        ran().await;
    }
};

/// Never called, and yet they are declared.
#[expect(dead_code)]
fn never_called() {
    mod inside {
        use super::ran;

        #[taskvisor::task]
        async fn in_a_module_in_a_function() {
            ran().await;
        }
    }

    #[taskvisor::subscriber]
    async fn in_a_function(_: &Event) {
        tokio::task::yield_now().await;
    }
}

#[taskvisor::task]
async fn outer() {
    #[taskvisor::task]
    async fn inner() {
        ran().await;
    }
    let in_a_closure = || {
        #[taskvisor::task]
        async fn closure() {
            ran().await;
        }
        closure::NAME
    };
    assert_eq!(in_a_closure(), "closure");
    // A declared function is called as any other.
    inner().await;
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    /// No other module can name these.
    #[derive(Clone, Debug, PartialEq)]
    struct Local(u8);

    type Answer = Result<Local, std::fmt::Error>;

    #[taskvisor::job(slot = "{number:?}")]
    async fn local(number: Local) -> Answer {
        ran().await;
        Ok(number)
    }

    assert_eq!(supervisor.submit(local { number: Local(4) })?.await?, Local(4));
    assert_eq!(supervisor.submit(job { number: 4 })?.await?, 4);
    assert_eq!(job(4).await, 4);
    Ok(())
}

fn main() -> ExitCode {
    #[taskvisor::main]
    async fn start(_: &mut App) {
        tokio::task::yield_now().await;
    }

    let code = start();
    // The tasks above the jobs, the task that was called once more, and the jobs.
    assert_eq!(RUNS.load(Ordering::SeqCst), 9 + 1 + 3);
    assert_eq!((Holder::in_a_method(), Holder::in_a_trait()), ("method", "provided"));
    assert_eq!(private::name_of_one_inside(), "seen_above");
    assert_eq!(private::subscriber::NAME, "subscriber");
    assert_eq!(in_a_generic_function(4), 4);
    code
}
