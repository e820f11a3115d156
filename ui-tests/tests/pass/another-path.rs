//! The runtime by other names: renamed, re-exported in a module, re-exported by another crate.
//!
//! A dependency that is renamed in `Cargo.toml` is in `ui-tests/reexport`.

use std::process::ExitCode;

extern crate taskvisor as sup;

use sup::task as supervised;
use ui_tests_reexport as library;

mod inner {
    pub(crate) mod runtime {
        pub(crate) use taskvisor::*;
    }
}

async fn wait() {
    tokio::task::yield_now().await;
}

/// The compiler resolves the attribute by its path. The generated code uses the path in `crate`.
mod renamed {
    use super::{supervised, wait};

    #[sup::task(crate = ::sup)]
    async fn renamed(_: sup::TaskContext) {
        wait().await;
    }

    #[supervised]
    async fn renamed_attribute() {
        wait().await;
    }

    #[sup::job(crate = ::sup, slot = "{tenant}")]
    pub(super) async fn job(tenant: u8) -> u8 {
        wait().await;
        tenant
    }

    #[sup::subscriber(crate = ::sup, on(Ended), queue = 8)]
    async fn log(_: &sup::Event) {
        wait().await;
    }
}

mod in_a_module {
    use super::wait;
    use crate::inner::runtime;

    #[runtime::task(crate = crate::inner::runtime)]
    async fn exported(_: runtime::TaskContext) {
        wait().await;
    }

    #[runtime::job(crate = crate::inner::runtime)]
    pub(super) async fn job(tenant: u8, _context: &runtime::TaskContext) -> Option<u8> {
        wait().await;
        Some(tenant)
    }

    #[runtime::subscriber(crate = crate::inner::runtime)]
    async fn log(_: &runtime::Event) {
        wait().await;
    }
}

mod of_another_crate {
    use ui_tests_reexport::deep::r#type::{State, TaskContext, job, subscriber, task};
    use ui_tests_reexport::runtime;

    use super::wait;

    /// With every option whose code uses the path.
    #[runtime::task(
        crate = ::ui_tests_reexport::runtime,
        restart = runtime::RestartPolicy::OnFailure,
        backoff(exp, jitter = runtime::JitterPolicy::Full),
        max_retries = 1 + 1
    )]
    async fn exported_twice(_: &TaskContext, missing: Option<State<u8>>) -> Result<(), runtime::TaskError> {
        wait().await;
        assert!(missing.is_none());
        Ok(())
    }

    #[task(crate = ::ui_tests_reexport::deep::r#type)]
    async fn deeper() {
        wait().await;
    }

    #[job(crate = ::ui_tests_reexport::deep::r#type, slot = "{tenant}", queue = 2)]
    pub(super) async fn of_tenant(tenant: u8) -> Result<u8, runtime::TaskError> {
        wait().await;
        Ok(tenant)
    }

    #[subscriber(crate = ::ui_tests_reexport::runtime)]
    async fn log(_: &runtime::Event) {
        wait().await;
    }
}

#[library::runtime::task(crate = ::ui_tests_reexport::runtime, restart = "never")]
async fn submits(supervisor: sup::SupervisorHandle) -> Result<(), library::runtime::TaskError> {
    assert_eq!(supervisor.submit(renamed::job { tenant: 4 })?.await?, 4);
    assert_eq!(supervisor.submit(in_a_module::job { tenant: 4 })?.await?, Some(4));
    assert_eq!(supervisor.submit(of_another_crate::of_tenant { tenant: 4 })?.await?, 4);
    assert_eq!(supervisor.submit(library::double { tenant: 4, number: 2 })?.await?, 4);
    Ok(())
}

/// The library's own declarations run with it.
#[library::runtime::main(crate = ::ui_tests_reexport::runtime, crates = [ui_tests_reexport])]
async fn start(_: &mut taskvisor::App) {
    wait().await;
}

fn main() -> ExitCode {
    let code = start();
    assert_eq!(library::runs(), 1);
    code
}
