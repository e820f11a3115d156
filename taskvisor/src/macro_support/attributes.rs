//! The attributes, documented where they can be used.

/// Declares an `async fn` as a task: it starts with the application, or where its `spec()` is listed.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::prelude::*;
///
/// # struct Db;
/// # impl Db { async fn ping(&self) -> Result<(), std::io::Error> { Ok(()) } }
/// const PATIENCE: Duration = Duration::from_secs(5);
///
/// #[task(restart = "always", every = "30s", backoff(exp, first = "50ms", jitter = "full"), timeout = PATIENCE)]
/// async fn ping(db: State<Db>) -> Result<(), std::io::Error> {
///     db.ping().await?; // any error is a retryable failure
///     Ok(())
/// }
///
/// assert_eq!(ping::NAME, "ping");
/// assert_eq!(ping::spec().name(), "ping");
/// ```
///
/// # Options
///
/// Each takes a literal or a constant expression of its type. What is left open comes from [`Config`](crate::Config).
/// What cannot be meant is [refused](crate::when_it_does_not_compile), where it is written.
///
/// | option | values | unless said |
/// |---|---|---|
/// | `name` | the name, unique among the tasks | the function's |
/// | `restart` | `"never"`, `"on-failure"`, `"always"`: see [`RestartPolicy`](crate::RestartPolicy) | on failure |
/// | `every` | how long to wait after a success, such as `"30s"`; means `restart = "always"` | `"1s"` |
/// | `backoff` | `"exp"`, `"constant"`, `"none"`, or the long form below | `"exp"` |
/// | `timeout` | how long one attempt may take | any time |
/// | `max_retries` | how many retries in a row before it gives up | any number |
/// | `stable_after` | how long an attempt must run for its failure to begin a new streak | the larger of `"10s"` and the backoff's `max` |
/// | `stop_timeout` | how long an attempt has to return after a stop request, such as `"2s"` | the whole `grace`, which also limits a longer one |
/// | `crate` | the path of this crate, if it is renamed or re-exported: `crate = ::renamed` | `::taskvisor` |
///
/// The long form is `backoff(exp, first = "100ms", max = "30s", factor = 2.0, jitter = "equal")`, with the kinds `exp`,
/// `constant` and `none` and the jitters `"equal"`, `"full"`, `"decorrelated"` and `"none"`: see
/// [`BackoffPolicy`](crate::BackoffPolicy) and [`JitterPolicy`](crate::JitterPolicy). Durations are written as for
/// [`humantime`](https://docs.rs/humantime): `"250ms"`, `"1m 30s"`.
///
/// At the `timeout` the attempt's future is dropped, but a call in `spawn_blocking` that it awaits runs on, beside the next
/// attempt: see [`Config::timeout`](crate::Config::timeout).
///
/// # Parameters and return type
///
/// Every parameter is [extracted](crate::FromContext): [`TaskContext`](crate::TaskContext),
/// [`CancellationToken`](crate::CancellationToken), [`SupervisorHandle`](crate::SupervisorHandle),
/// [`State<T>`](crate::State), or a type of your own; by value or by reference. It returns `()`, `!`, or
/// `Result<(), E>` of any error, `anyhow`'s and `eyre`'s included.
///
/// # What it expands to
///
/// The function stays as it is and can be called in a test. Beside it there is, in the type namespace only, a struct
/// of the same name, and a description of the task that is found at start:
///
/// ```text
/// struct ping {}
///
/// impl ping {
///     pub const NAME: &'static str = "ping";
///     pub fn spec() -> TaskSpec { … } // of the static below
/// }
///
/// static DESCRIPTOR: TaskDescriptor = … // the name, the place, the options, and a function that calls `ping` with its
///                                       // parameters; registered with `inventory`
/// ```
pub use taskvisor_macros::task;

/// Declares an `async fn` as a job: defined now, submitted later with arguments, and its value comes back.
///
/// ```
/// use taskvisor::prelude::*;
///
/// #[job(slot = "tenant-{tenant}", admission = "replace", timeout = "30s", stop_timeout = "1s")]
/// async fn sync_tenant(tenant: u64, revision: u32, ctx: TaskContext) -> Result<u32, std::io::Error> {
///     println!("{} syncs revision {revision} of tenant {tenant}", ctx.name());
///     Ok(revision + 1)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let handle = supervisor.submit(sync_tenant { tenant: 42, revision: 3 })?;
/// assert_eq!(handle.await?, 4);
/// # Ok(())
/// # }
/// ```
///
/// | option | values | unless said |
/// |---|---|---|
/// | `slot` | a format string over the arguments: what runs in one slot runs one at a time | competes with nobody |
/// | `admission` | `"queue"`, `"replace"`, `"drop-if-running"`, `"latest"`: see [`Admission`](crate::Admission) | `"queue"` |
/// | `queue` | how many may wait in line for one slot | [`ControllerConfig`](crate::ControllerConfig) |
/// | `timeout` | how long one attempt may take, waiting excluded | any time |
/// | `stop_timeout` | how long an attempt has to return after a stop request, such as `"2s"` | the whole `grace`, which also limits a longer one |
/// | `max_retries`, `backoff`, `restart` | as for a task, except `"always"`; a job that retries keeps its slot, and without `max_retries` retries as often as [`Config::max_retries`](crate::Config::max_retries) says | one attempt |
/// | `name` | a label for events and listings | the function's |
/// | `crate` | the path of this crate, if it is renamed or re-exported | `::taskvisor` |
///
/// At the `timeout` the attempt's future is dropped, but a call in `spawn_blocking` that it awaits runs on, beside the next
/// attempt: see [`Config::timeout`](crate::Config::timeout).
///
/// With `admission = "replace"` the successor starts when the owner has ended. A job that does not watch for the stop
/// request ([`TaskContext::cancelled`](crate::TaskContext::cancelled)) works on until its `stop_timeout`, and without one
/// until the whole grace is over (20 s by default); then its future is dropped.
///
/// All jobs of a supervisor share one space of slots: two jobs whose texts are equal exclude each other. Begin the text
/// with the job's name, unless that is what you want. Arguments are written one after the other, so that `"{a}-{b}"` is the
/// same slot for `("1-2", "3")` and for `("1", "2-3")`. Separate them by what their values cannot contain, or write strings
/// in quotes, as in `"{a:?}-{b:?}"`.
///
/// Parameters that are [extractors](crate::FromContext) are injected; one with another spelling is marked `#[inject]`. All
/// others are arguments: owned, `Clone`, and public fields of a struct of the function's name. It returns anything that is
/// `Send`, or a `Result` of it with any error.
///
/// The [`JobHandle`](crate::JobHandle) gives the value; [`JobExt`](crate::JobExt) changes slot, admission or the timeouts of
/// one submission. A value that was returned is delivered even if a stop was asked meanwhile.
///
/// The jobs of an application are listed by [`SupervisorHandle::jobs`](crate::SupervisorHandle::jobs): name, place,
/// parameters. What cannot be meant is [refused](crate::when_it_does_not_compile), where it is written.
///
/// # What it expands to
///
/// The function stays as it is and can be called in a test. Beside it there is a struct of the same name:
///
/// ```text
/// struct sync_tenant {
///     pub tenant: u64,
///     pub revision: u32,
/// }
///
/// impl sync_tenant {
///     pub const NAME: &'static str = "sync_tenant";
/// }
///
/// impl Clone for sync_tenant { … }
/// impl Job for sync_tenant { … } // `Value` is what the function returns; `slot` formats the key; an attempt calls it
///
/// static DESCRIPTOR: JobDescriptor = … // registered with `inventory`
/// ```
#[cfg(feature = "controller")]
pub use taskvisor_macros::job;

/// Declares an `async fn` as a subscriber: it is called with every event, on a worker of its own.
///
/// ```
/// use taskvisor::prelude::*;
///
/// #[subscriber(on(Failed, TimedOut), queue = 4096)]
/// async fn alert(event: &Event) {
///     eprintln!("{event}");
/// }
/// ```
///
/// | option | values | unless said |
/// |---|---|---|
/// | `on(…)` | [`EventName`](crate::EventName)s, such as `on(Failed, Ended)`; `Lagged` is told in any case | all events |
/// | `queue` | how many events may wait for it; what does not fit is lost, counted and told as `Lagged` | 1024 |
/// | `name` | its name in events | the function's |
/// | `crate` | the path of this crate, if it is renamed or re-exported | `::taskvisor` |
///
/// Its first parameter is the `&Event`; the others are [extracted from the application](crate::FromApp):
/// [`State<T>`](crate::State), [`SupervisorHandle`](crate::SupervisorHandle). It returns nothing. If it panics, it is
/// called again for the next event. What cannot be meant is [refused](crate::when_it_does_not_compile), where it is
/// written.
///
/// # What it expands to
///
/// The function stays as it is. Beside it there is a struct of the same name, whose `subscriber()` can be given to a
/// [`Supervisor`](crate::Supervisor) by hand:
///
/// ```text
/// struct alert {}
///
/// impl alert {
///     pub const NAME: &'static str = "alert";
///     pub fn subscriber() -> Subscriber { … } // of the static below
/// }
///
/// static DESCRIPTOR: SubscriberDescriptor = … // the events, the queue, and a function that builds it;
///                                             // registered with `inventory`
/// ```
pub use taskvisor_macros::subscriber;

/// Makes an `async fn` the set-up of an application: it runs first, then everything that is declared, until nothing is
/// left or until SIGINT or SIGTERM. With jobs and no task it lives until a signal or `stop`.
///
/// ```no_run
/// use taskvisor::prelude::*;
///
/// # struct Db;
/// # impl Db { async fn connect() -> Result<Db, std::io::Error> { Ok(Db) } }
/// #[taskvisor::main(grace = "15s")]
/// async fn main(app: &mut App) -> Result<(), std::io::Error> {
///     app.state(Db::connect().await?);
///     Ok(())
/// }
/// ```
///
/// | option | values | unless said |
/// |---|---|---|
/// | `flavor` | `"multi_thread"`, `"current_thread"` | `"multi_thread"` |
/// | `worker_threads` | how many, for `multi_thread` | one for each core |
/// | `grace` | how long tasks may take to stop | `"20s"` |
/// | `drain` | how long subscribers and states have at the end | `"5s"` |
/// | `max_concurrent` | how many attempts may run at once | any number |
/// | `crates = [a, b]` | crates whose declarations run too, and are linked by this | the own package only |
/// | `crate` | the path of this crate, if it is renamed or re-exported | `::taskvisor` |
///
/// The function may take `app: &mut App`, and returns `()` or `Result<(), E>` of any error. [`App`](crate::App) takes
/// states, subscribers, further tasks, and changes to the configuration.
///
/// # What runs
///
/// The declarations of the application's own package and of the crates in `crates`, in the order of file and line. What
/// another crate declares is noted on stderr and does not start: a dependency starts no tasks of its own accord. A crate is
/// named as it calls itself; if the dependency is renamed, `extern crate invoices as billing;` at the root of the program
/// goes with `crates = [billing]`.
///
/// **The compiler links only what a source line names, the package's own `lib.rs` included.** Of a library that is not
/// linked nothing is known at run time, so that its declarations are missing without a note. If no other line of the program
/// names it, name it in `crates`: `crates = [my_app]` for the package `my-app`. A subscriber for `Added` shows what runs,
/// [`SupervisorHandle::tasks`](crate::SupervisorHandle::tasks) lists it, and
/// [`SupervisorHandle::jobs`](crate::SupervisorHandle::jobs) lists the jobs:
///
/// ```
/// use taskvisor::prelude::*;
///
/// #[subscriber(on(Added))]
/// async fn list(event: &Event) {
///     println!("{event}"); // ping#1 added
/// }
/// ```
///
/// # Start-up checks
///
/// Before anything is spawned everything that is wrong is reported at once, with file and line where there is one: a name
/// declared twice, a crate linked twice, a state that nobody gave (to a task, a subscriber or a job), a state given twice,
/// rules that contradict each other, a named crate that declares nothing, an application without a task or a job.
///
/// # Exit codes
///
/// | code | meaning |
/// |---|---|
/// | 0 | all as planned |
/// | 1 | the set-up failed, a check failed, a declared task gave up, or it returned a fatal error while it was stopping |
/// | 124 | a task did not stop within the grace, a subscriber or the destructor of a state did not end within the drain |
/// | 130, 143 | SIGINT or SIGTERM came during the set-up |
///
/// Every reason is printed on stderr. Failures are printed there too, except for the kinds of events that a subscriber wants.
///
/// # Signals
///
/// SIGINT and SIGTERM request the shutdown; a second signal skips the grace. They are handled from the first line of the
/// set-up on, also in the first process of a container: during the set-up they drop it, and no task starts. SIGHUP and
/// SIGQUIT keep what the system does by default. On Windows, Ctrl-C counts as SIGINT; Ctrl-Break, the closing of the console
/// and the shutdown of the system count as SIGTERM.
///
/// # How long the end takes
///
/// From the request on at most `grace`, 0.5 s, `drain` and 0.4 s: below 26 s with the defaults. A watchdog thread ends the
/// process then, whatever blocks (a body, a set-up, a destructor, stderr), and names it. If what runs
/// at the exit of the process blocks, such as the destructor of a thread local, it aborts 5 s later.
///
/// # What it expands to
///
/// A `main` with the function inside, as it is. What cannot be meant is [refused](crate::when_it_does_not_compile), where
/// it is written.
///
/// ```text
/// fn main() -> ExitCode {
///     async fn main(app: &mut App) -> Result<(), std::io::Error> { … }
///     use ::billing as _; // for each of `crates`
///     run_main(OPTIONS, main) // builds the runtime; calls the set-up; checks; runs; says why it ends
/// }
/// ```
pub use taskvisor_macros::main;
