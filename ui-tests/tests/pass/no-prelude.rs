//! No prelude is in scope, and the names that generated code could use have other meanings.

#![no_implicit_prelude]

mod core {}
mod std {}
mod alloc {}
mod inventory {}
mod taskvisor {}
mod tokio {}

/// These items only shadow names.
macro_rules! shadows {
    (types $($name:ident)*) => {$(
        #[allow(dead_code, non_camel_case_types)]
        struct $name;
    )*};
    (traits $($name:ident)*) => {$(
        #[allow(dead_code)]
        trait $name {}
    )*};
    (macros $($name:ident)*) => {$(
        #[allow(unused_macros)]
        macro_rules! $name {
            ($any:tt) => {
                not this one
            };
        }
    )*};
}

shadows!(types Result Option Ok Err Some None Box String Vec PhantomData Pin Duration ExitCode Self_);
shadows!(types App AppContext Event EventName State Supervisor TaskContext TaskError TaskSpec Needs Location);
shadows!(types Settings Setting RestartPolicy BackoffPolicy JitterPolicy Admission JobParameter Subscriber);
shadows!(types bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);
shadows!(traits Send Sync Sized Unpin Copy Clone Drop Default From Into AsRef ToOwned ToString Display Debug);
shadows!(traits Fn FnMut FnOnce Future IntoFuture Iterator IntoIterator Error FromContext FromApp Job);
shadows!(traits TaskReturn JobReturn SetupReturn Subscribe);
shadows!(macros assert assert_eq debug_assert panic unreachable todo matches vec format format_args write);
shadows!(macros print println eprintln concat stringify env option_env cfg include_str);
shadows!(macros file line column module_path compile_error);

const TWICE: ::core::primitive::u32 = 2;
const IDLE: ::core::time::Duration = ::core::time::Duration::from_secs(60);
const FACTOR: ::core::primitive::f64 = 1.5;
const RESTART: ::taskvisor::RestartPolicy = ::taskvisor::RestartPolicy::Always;

type Nothing = ::core::result::Result<(), ::std::fmt::Error>;

static RUNS: ::std::sync::atomic::AtomicU8 = ::std::sync::atomic::AtomicU8::new(0);

async fn ran() {
    ::tokio::task::yield_now().await;
    RUNS.fetch_add(1, ::std::sync::atomic::Ordering::SeqCst);
}

#[::taskvisor::task(
    timeout = "5s",
    backoff(exp, first = "1s", max = "2s", factor = 1.0 + 1.0, jitter = "none"),
    max_retries = 3,
    stable_after = "3s",
    stop_timeout = "3s",
    restart = "on-failure"
)]
async fn literals(
    _: ::taskvisor::TaskContext,
    limit: &::taskvisor::State<::core::primitive::u8>,
) -> ::core::result::Result<(), ::std::fmt::Error> {
    ::core::assert_eq!(**limit, 4);
    ran().await;
    ::core::result::Result::Ok(())
}

#[::taskvisor::task(
    name = "with constants",
    restart = RESTART,
    timeout = IDLE,
    backoff(exp, first = IDLE, max = IDLE, factor = FACTOR, jitter = ::taskvisor::JitterPolicy::None),
    max_retries = TWICE,
    every = IDLE,
    overlap = ::taskvisor::Overlap::Queue,
    missed = "skip",
    stable_after = ::core::time::Duration::from_secs(30),
    stop_timeout = IDLE
)]
async fn constants() -> Nothing {
    ran().await;
    ::core::result::Result::Ok(())
}

#[::taskvisor::task]
async fn never() -> ! {
    ran().await;
    ::core::future::pending().await
}

#[::taskvisor::job(
    slot = "{tenant}-{name:?}",
    admission = ::taskvisor::Admission::Queue,
    queue = 2 + 2,
    timeout = "5s",
    max_retries = TWICE
)]
async fn sync(
    tenant: ::core::primitive::u32,
    name: ::std::string::String,
    _context: ::taskvisor::TaskContext,
    #[inject] limit: &::taskvisor::State<::core::primitive::u8>,
) -> ::core::result::Result<::core::primitive::u32, ::std::fmt::Error> {
    ::core::assert_eq!((name.len(), **limit), (4, 4));
    ran().await;
    ::core::result::Result::Ok(tenant)
}

#[::taskvisor::job]
async fn nothing() {
    ran().await;
}

#[::taskvisor::job(slot = "nothing", admission = "replace")]
async fn alias_of_nothing() -> Nothing {
    ran().await;
    ::core::result::Result::Ok(())
}

#[::taskvisor::subscriber(on(Failed, Ended), queue = 2 + 2)]
async fn alert(_: &::taskvisor::Event, limit: ::taskvisor::State<::core::primitive::u8>) {
    ::core::assert_eq!(*limit, 4);
    ran().await;
}

#[::taskvisor::task(restart = "never")]
async fn submits(supervisor: ::taskvisor::SupervisorHandle) -> ::anyhow::Result<()> {
    let name = ::std::borrow::ToOwned::to_owned("four");
    ::core::assert_eq!(supervisor.submit(sync { tenant: 4, name })?.await?, 4);
    supervisor.submit(nothing {})?.await?;
    supervisor.submit(alias_of_nothing {})?.await?;
    supervisor.stop();
    ::core::result::Result::Ok(())
}

#[::taskvisor::main(grace = "10ms", max_concurrent = 8 + 8, worker_threads = 2)]
async fn start(app: &mut ::taskvisor::App) -> Nothing {
    app.state::<::core::primitive::u8>(4);
    ::tokio::task::yield_now().await;
    ::core::result::Result::Ok(())
}

fn main() {
    // Only `never` has to be aborted.
    ::core::assert_eq!(start(), ::core::convert::From::from(124));
    // All tasks and jobs, and some events.
    ::core::assert!(RUNS.load(::std::sync::atomic::Ordering::SeqCst) > 3 + 3);
    ::core::assert_eq!((constants::NAME, sync::NAME, alert::NAME), ("with constants", "sync", "alert"));
}
