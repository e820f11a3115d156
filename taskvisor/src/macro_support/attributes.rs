//! Re-exports of the attributes, with their documentation.

/// Declares an `async fn` as a task. It starts with the application, or where its `spec()` is passed to a supervisor.
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
/// Each option takes a literal or a constant expression of its type. Omitted options fall back to
/// [`Config`](crate::Config), whose default values the table shows. An invalid option is a [compile
/// error](crate::when_it_does_not_compile) at its own token.
///
/// | option | values | default |
/// |---|---|---|
/// | `name` | the name of the task, unique among all tasks | the function's name |
/// | `restart` | `"never"`, `"on-failure"`, `"always"`: see [`RestartPolicy`](crate::RestartPolicy) | `"on-failure"` |
/// | `delay` | the time from the end of a success to the next attempt, such as `"10s"`; implies `restart = "always"`; with `"0s"` the task repeats at once, and yields to other tasks between attempts: see [`TaskSpec::with_delay`](crate::TaskSpec::with_delay) | `"1s"` with `restart = "always"` |
/// | `every` | the fixed time between two ticks of a [grid](#schedules), such as `"30s"`; the first tick is when the task starts; implies `restart = "always"`: see [`TaskSpec::with_every`](crate::TaskSpec::with_every) | no grid |
/// | `cron` | the dates of a [calendar](#schedules), such as `"0 3 * * *"` or `"@daily"`: five fields, six with seconds in front; implies `restart = "always"`; feature `schedule`: see `TaskSpec::with_cron` | no calendar |
/// | `tz` | the time zone of `cron` by its name, such as `"Europe/Berlin"`; `"local"` is that of the system | `"UTC"` |
/// | `start_delay` | the time before the first attempt, such as `"10s"`; the first tick of `every` is at its end | none |
/// | `overlap` | what happens to a tick while the run of an earlier one goes on: `"skip"`, `"queue"`: see [`Overlap`](crate::Overlap) | `"skip"` |
/// | `missed` | what happens to ticks that passed unseen, such as during a suspend: `"once"`, `"skip"`: see [`Missed`](crate::Missed) | `"once"` |
/// | `backoff` | `"exp"`, `"constant"`, `"none"`, or the long form below | `"exp"`: from 100 ms, doubling, up to 30 s |
/// | `timeout` | the time that one attempt may take | no limit |
/// | `max_retries` | how many consecutive failures are retried; at the next one, the task [gives up](#giving-up) | no limit |
/// | `stable_after` | how long an attempt must run for its failure to restart the count of consecutive failures | `"10s"` or the backoff's `max`, whichever is longer |
/// | `stop_timeout` | the time that an attempt has to return once its token is canceled, such as `"2s"`: see [`TaskSpec::with_stop_timeout`](crate::TaskSpec::with_stop_timeout) | after a stop request or an interrupt the `grace`, 20 s by default, which also limits longer values; at an exceeded limit none |
/// | `ready` | when the task is ready: `"start"`, `"success"`, `"notify"`: see [`Readiness`](crate::Readiness) | `"notify"` with a parameter [`Ready`](crate::Ready), otherwise `"success"` |
/// | `start_timeout` | the time that an attempt has to call [`Ready::notify`](crate::Ready::notify) | `"30s"`, for a task that notifies |
/// | `after` | [tasks](#dependencies) that must have been ready once before the first attempt starts, such as `[migrate]` | none |
/// | `needs` | [tasks](#dependencies) that must be ready for every attempt to start, such as `[connect, crate::auth::token]` | none |
/// | `interrupt_on_loss` | how long a task in `needs` may not be ready before the running attempt is interrupted, such as `"5s"` | a running attempt goes on |
/// | `stop_order` | when the task stops during a shutdown: `"first"`, `"last"`: see [`StopOrder`](crate::StopOrder) | `"first"` |
/// | `max_failures` | how many failures are allowed [within a time](#giving-up), such as `"5 in 10m"`; at the next one, the task gives up: see [`MaxFailures`](crate::MaxFailures) | no limit |
/// | `on_give_up` | what follows when the task gives up: `"fail"`, `"pause"`: see [`OnGiveUp`](crate::OnGiveUp) | `"fail"` |
/// | `fatal_if` | the path of a `fn(&E) -> bool`, where `E` is the error of the function: whether an error is [not retried](#giving-up) | only errors with a mark are not retried |
/// | `critical` | whether the failure of the task [shuts the application down](#giving-up): `critical`, `critical = false` | `false` |
/// | `heartbeat` | the longest time between two calls of [`TaskContext::heartbeat`](crate::TaskContext::heartbeat), such as `"30s"` | no limit |
/// | `on_shutdown` | what a shutdown does to the running attempt: `"cancel"`, `"finish"`: see [`OnShutdown`](crate::OnShutdown) | `"cancel"` |
/// | `instances` | how many [instances](#instances) of the task run, 1 to 10,000, such as `4` | one task, without a number |
/// | `max_concurrent` | how many attempts of all instances may run at once, such as `2`; the others [wait](crate::WaitingOn::Permit) | no limit |
/// | `rate_limit` | how many attempts may begin in a period, such as `"10/m"` or `"100/30s"`; the others [wait](crate::WaitingOn::Rate): see [`RateLimit`](crate::RateLimit) | no limit |
/// | `burst` | how many attempts of a `rate_limit` may begin at once after a quiet time, such as `3` | 1: they are evenly spaced |
/// | `crate` | the path of this crate, for a project that renames or re-exports it: `crate = ::renamed` | `::taskvisor` |
///
/// The long form is `backoff(exp, first = "100ms", max = "30s", factor = 2.0, jitter = "equal")`, with the kinds `exp`,
/// `constant` and `none` and the jitters `"equal"`, `"full"`, `"decorrelated"` and `"none"`: see
/// [`BackoffPolicy`](crate::BackoffPolicy) and [`JitterPolicy`](crate::JitterPolicy). Durations are written as for
/// [`humantime`](https://docs.rs/humantime): `"250ms"`, `"1m 30s"`.
///
/// At the `timeout`, the attempt's future is dropped; with a `stop_timeout` its token is canceled first. A `spawn_blocking` call that
/// it awaits continues beside the next attempt: see [`Config::with_timeout`](crate::Config::with_timeout).
///
/// # Schedules
///
/// `delay`, `every` and `cron` repeat a task; a task has at most one of them.
///
/// ```
/// use std::io;
/// use taskvisor::prelude::*;
///
/// # async fn next_message() -> io::Result<()> { Ok(()) }
/// # async fn ask_for_orders() -> io::Result<()> { Ok(()) }
/// #[task(delay = "10s")] // 10 s after the end of each success
/// async fn receive() -> io::Result<()> {
///     next_message().await
/// }
///
/// #[task(every = "30s", start_delay = "10s", overlap = "queue")] // 10 s after its start, 40 s, 70 s, however long a run takes
/// async fn poll() -> io::Result<()> {
///     ask_for_orders().await
/// }
/// # #[cfg(feature = "schedule")]
/// # mod nightly {
/// # use taskvisor::prelude::*;
///
/// #[task(cron = "30 3 * * MON-FRI", tz = "Europe/Berlin", missed = "skip")] // at 03:30 on working days
/// async fn report(ctx: TaskContext) {
///     println!("the report of {:?}", ctx.scheduled_at());
/// }
/// # }
/// ```
///
/// A run at a tick has the retries of an ordinary task. Spent retries and a fatal error end the run, and not the task; `max_failures`
/// limits the failures of all runs. A cron expression in the attribute is checked when it compiles, and a constant when the application
/// starts. So is a time zone, which is looked up on the machine that runs the application.
///
/// # Dependencies
///
/// `after` and `needs` list functions with `#[task]` by their paths, which may lead to other modules and crates:
///
/// ```
/// use std::io;
/// use taskvisor::prelude::*;
///
/// # async fn create_tables() -> io::Result<()> { Ok(()) }
/// # async fn keep_connected(_: &Ready) -> io::Result<()> { Ok(()) }
/// #[task]
/// async fn migrate() -> io::Result<()> {
///     create_tables().await // ready with its first success
/// }
///
/// #[task(after = [migrate], restart = "always")]
/// async fn connect(ready: Ready) -> io::Result<()> {
///     keep_connected(&ready).await // ready when it calls `ready.notify()`
/// }
///
/// #[task(needs = [connect], every = "1m", interrupt_on_loss = "5s")]
/// async fn report() -> io::Result<()> {
///     println!("the connection is there");
///     Ok(())
/// }
///
/// /// For a health endpoint: it answers until all others have ended.
/// #[task(stop_order = "last")]
/// async fn health(ctx: TaskContext) {
///     ctx.cancelled().await;
/// }
/// ```
///
/// [`Readiness`](crate::Readiness) says when a task is ready. A dependency whose attempt runs until it is stopped, such as
/// `connect`, must say so: with a parameter [`Ready`](crate::Ready), or with `ready = "start"`.
///
/// - A task that waits for a dependency makes no attempt, and its status is
///   [`Waiting`](crate::WaitingOn::Dependency). Nothing counts: no failure, no retry, no timeout.
/// - When a task in `needs` stops being ready, a running attempt goes on, and the next one waits. With `interrupt_on_loss` the
///   attempt is interrupted once the loss has lasted that long, which is no failure.
/// - A failure does not count for `max_retries` and `max_failures` if an outage of a task in `needs` explains it. When that task is
///   ready again, a backoff ends, and each dependent starts within
///   [`Config::with_recovery_spread`](crate::Config::with_recovery_spread), 1 s by default.
/// - A dependency that has completed is ready for ever. If one has failed or was aborted, the task fails too; if one was canceled,
///   so is the task. A task in `after` that was ready once does not matter any more.
/// - During a shutdown, a task stops before its dependencies.
///
/// A dependency that is disabled, that does not start, or that can never be ready is reported when the application starts, and so are
/// tasks that wait for each other in a cycle. The name of a task that has no function goes to
/// [`TaskSpec::with_needs`](crate::TaskSpec::with_needs).
///
/// # Giving up
///
/// ```
/// use std::io;
/// use taskvisor::prelude::*;
///
/// # async fn next_batch() -> io::Result<Option<u32>> { Ok(None) }
/// fn is_permanent(error: &io::Error) -> bool {
///     error.kind() == io::ErrorKind::PermissionDenied
/// }
///
/// #[task(restart = "always", max_failures = "5 in 10m", on_give_up = "pause", fatal_if = is_permanent, heartbeat = "30s")]
/// async fn import(ctx: TaskContext) -> io::Result<()> {
///     while let Some(batch) = next_batch().await? {
///         println!("import {batch}");
///         ctx.heartbeat();
///     }
///     Ok(())
/// }
/// ```
///
/// `max_retries` limits consecutive failures. `max_failures` limits the failures within a time, whatever succeeds in between: here
/// the sixth failure within ten minutes makes the task give up. Then it fails, or with `on_give_up = "pause"` it is paused until an
/// operator calls [`TaskHandle::resume`](crate::TaskHandle::resume).
///
/// `fatal_if` receives each error of the function, of its own type. `true` makes the failure fatal: the task fails at once. An
/// error that [`ResultExt`](crate::ResultExt) has marked keeps its mark. A panic of the predicate counts as `false`.
///
/// An attempt that sends no `heartbeat` for its time fails, as at its `timeout`.
///
/// When a task with `critical` fails, the supervisor shuts down in order, and the application exits with code 1.
///
/// # Instances
///
/// ```
/// use std::io;
/// use taskvisor::prelude::*;
///
/// # async fn next_message(_: usize) -> io::Result<()> { Ok(()) }
/// #[task(instances = 4, max_concurrent = 2, rate_limit = "10/m", burst = 3, restart = "always")]
/// async fn consume(Instance(number): Instance) -> io::Result<()> {
///     next_message(number).await
/// }
/// ```
///
/// These are four tasks, `consume/0` to `consume/3`, each with its own attempts and failures. The parameter
/// [`Instance`](crate::Instance) is the number. [`SupervisorHandle::scale`](crate::SupervisorHandle::scale) adds instances and stops
/// them while the application runs.
///
/// All instances share the permits of `max_concurrent`, and the rate limit. An attempt that waits for one of them has not begun: its
/// `timeout` does not run, and the wait is not a failure. `rate_limit` counts every attempt, also retries. A task without `instances`
/// can have a `rate_limit`, too.
///
/// # Parameters and return type
///
/// Every parameter is [extracted](crate::FromContext): [`TaskContext`](crate::TaskContext),
/// [`CancellationToken`](crate::CancellationToken), [`SupervisorHandle`](crate::SupervisorHandle), [`Ready`](crate::Ready),
/// [`Instance`](crate::Instance) of a task with `instances`,
/// [`State<T>`](crate::State), or a custom type; by value or by reference. A task returns `()`, `!`, or
/// `Result<(), E>` with any error type, including those of `anyhow` and `eyre`.
///
/// # What it expands to
///
/// The function does not change, and a test can call it. The attribute adds a struct of the same name, in the type
/// namespace only, and a descriptor that the application finds at start-up:
///
/// ```text
/// struct ping {}
///
/// impl ping {
///     pub const NAME: &'static str = "ping";
///     pub fn spec() -> TaskSpec { … } // of the static below
/// }
///
/// static DESCRIPTOR: TaskDescriptor = … // the name, the source location, the options, and a function that calls `ping` with its
///                                       // parameters; registered with `inventory`
/// ```
pub use taskvisor_macros::task;

/// Declares an `async fn` as a job: it is submitted with arguments, and returns a value to the caller.
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
/// | option | values | default |
/// |---|---|---|
/// | `slot` | a format string over the arguments, or a constant; jobs in one slot run one at a time, or as many as its `capacity` | no slot: jobs run independently |
/// | `admission` | `"queue"`, `"replace"`, `"drop-if-running"`, `"latest"`: see [`Admission`](crate::Admission) | `"queue"` |
/// | `queue` | how many submissions may wait for one slot | [`ControllerConfig::with_per_slot`](crate::ControllerConfig::with_per_slot), 100 |
/// | `capacity` | how many submissions may run in one slot at once, such as `2`; a submission of another job in the slot may have a smaller one, which then applies | 1 |
/// | `max_concurrent` | how many attempts of all submissions of the job may run at once, whatever their slots, such as `4`; the others [wait](crate::WaitingOn::Permit) | no limit |
/// | `rate_limit`, `burst` | as [for a task](macro@task#instances); all submissions of the job share the rate limit | no limit |
/// | `timeout` | the time that one attempt may take; waiting for the slot, a permit or the rate limit does not count | no limit |
/// | `stop_timeout` | the time that an attempt has to return once its token is canceled, such as `"2s"`: see [`TaskSpec::with_stop_timeout`](crate::TaskSpec::with_stop_timeout) | after a stop request or an interrupt the `grace`, 20 s by default, which also limits longer values; at an exceeded limit none |
/// | `max_failures`, `fatal_if`, `heartbeat`, `on_shutdown` | as [for a task](macro@task#giving-up); `max_failures` implies `restart = "on-failure"` | none |
/// | `max_retries`, `backoff`, `restart` | as for a task, except `restart = "always"`; a job keeps its slot between retries; if only `backoff` or `restart` is set, [`Config::with_max_retries`](crate::Config::with_max_retries) limits the retries | one attempt |
/// | `needs` | [tasks](macro@task#dependencies) that must be ready for every attempt to start; the job keeps its slot while it waits | none |
/// | `interrupt_on_loss` | how long a task in `needs` may not be ready before the running attempt is interrupted, such as `"5s"` | a running attempt goes on |
/// | `expires` | the time within which the first attempt must start, such as `"30s"`, including all waits; otherwise the submission ends as [`Expired`](crate::Rejection::Expired) | no limit |
/// | `name` | a label for events and listings | the function's name |
/// | `crate` | the path of this crate, for a project that renames or re-exports it | `::taskvisor` |
///
/// At the `timeout`, the attempt's future is dropped; with a `stop_timeout` its token is canceled first. A `spawn_blocking` call that
/// it awaits continues beside the next attempt: see [`Config::with_timeout`](crate::Config::with_timeout).
///
/// With `admission = "replace"`, the new submission starts when the owner has ended. A job that does not watch for the
/// stop request ([`TaskContext::cancelled`](crate::TaskContext::cancelled)) continues until its `stop_timeout`, or
/// without one until the grace is over (20 s by default). Then its future is dropped.
///
/// A slot without a placeholder is one slot for all arguments: then all submissions of the job run one at a time, or as many as its
/// `capacity`. A constant, `slot = NIGHTLY`, says the same. The placeholder of another language that names an argument, such as
/// `"tenant-$tenant"`, is a compile error.
///
/// All jobs of a supervisor share one space of slots: two different jobs whose slot texts are equal exclude each other.
/// To prevent that, begin each text with the job's name. Choose separators that the arguments cannot contain:
/// `"{a}-{b}"` is the same slot for `("1-2", "3")` and for `("1", "2-3")`. The format `"{a:?}-{b:?}"` avoids this,
/// because it writes strings in quotes.
///
/// Parameters that are [extractors](crate::FromContext) are injected. Mark an extractor that is not recognized by its name with
/// `#[inject]`. All other parameters are arguments: owned, `Clone`, and public fields of a struct with the function's name. If the
/// arguments make the key of the slot empty or blank, `submit` returns
/// [`RuntimeError::InvalidSpec`](crate::RuntimeError::InvalidSpec). A job returns any `Send` type, or a `Result` of it with any
/// error.
///
/// A `#[derive(..)]` below `#[job]` applies to the struct: `#[derive(Debug, Default, PartialEq)]` prints the arguments, and lets a
/// test compare them.
///
/// Await the [`JobHandle`](crate::JobHandle) to get the value. [`JobExt`](crate::JobExt) changes the slot, the
/// admission or the timeouts of one submission. A value that is returned after a stop request is still delivered.
///
/// [`SupervisorHandle::jobs`](crate::SupervisorHandle::jobs) lists the jobs of an application with their names, source
/// locations and parameters. An invalid option is a [compile error](crate::when_it_does_not_compile) at its own token.
///
/// # What it expands to
///
/// The function does not change, and a test can call it. The attribute adds a struct of the same name:
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
/// impl Debug for sync_tenant { … } // the name, without the arguments
/// impl Job for sync_tenant { … } // `Value` is the function's value; `slot` formats the key; an attempt calls the function
///
/// static DESCRIPTOR: JobDescriptor = … // registered with `inventory`
/// ```
#[cfg(feature = "controller")]
pub use taskvisor_macros::job;

/// Declares an `async fn` as a subscriber. Its own worker calls it with every event, one at a time.
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
/// | option | values | default |
/// |---|---|---|
/// | `on(…)` | [`EventName`](crate::EventName)s, such as `on(Failed, Ended)`; `Lagged` is always delivered | all events |
/// | `task` | [tasks](macro@task) whose events to receive, such as `[connect, crate::auth::token]`, by the paths of their functions; of a task with [instances](macro@task#instances), the events of all of them | all tasks, jobs and the supervisor |
/// | `queue` | how many events may wait for the subscriber; more are lost, counted, and reported to it as `Lagged` | 1024 |
/// | `name` | the name of the subscriber in events | the function's name |
/// | `crate` | the path of this crate, for a project that renames or re-exports it | `::taskvisor` |
///
/// The first parameter is the `&Event`. The others are [extracted from the application](crate::FromApp):
/// [`State<T>`](crate::State), [`SupervisorHandle`](crate::SupervisorHandle). A subscriber returns nothing. If it
/// panics, it is called again for the next event. An invalid option is a [compile
/// error](crate::when_it_does_not_compile) at its own token.
///
/// # The events of single tasks
///
/// ```
/// use taskvisor::prelude::*;
///
/// #[task(restart = "always")]
/// async fn feed() {}
///
/// #[subscriber(on(Failed, Ended), task = [feed])]
/// async fn page(event: &Event) {
///     eprintln!("{event}");
/// }
/// # assert_eq!(page::subscriber().tasks().collect::<Vec<_>>(), ["feed"]);
/// ```
///
/// The events of other tasks do not enter the queue, so they do not count as lost. The option excludes the events of submissions, and
/// those that are about no task, such as `Stopped`. A task in the list that is disabled, or that does not start, is reported when the
/// application starts. [`Subscriber::with_tasks`](crate::Subscriber::with_tasks) selects a task that has no function by its name.
///
/// # What it expands to
///
/// The function does not change. The attribute adds a struct of the same name. Its `subscriber()` can also be passed to
/// a [`Supervisor`](crate::Supervisor) directly:
///
/// ```text
/// struct alert {}
///
/// impl alert {
///     pub const NAME: &'static str = "alert";
///     pub fn subscriber() -> Subscriber { … } // of the static below
/// }
///
/// static DESCRIPTOR: SubscriberDescriptor = … // the events, the tasks, the queue, and a function that builds the subscriber;
///                                             // registered with `inventory`
/// ```
pub use taskvisor_macros::subscriber;
