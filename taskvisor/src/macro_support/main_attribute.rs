//! The documentation of `#[taskvisor::main]`.

/// Makes an `async fn` the setup of an application. After the setup, all declared tasks run, until none is left or
/// until SIGINT or SIGTERM. An application with jobs but no task runs until a signal or `stop`. Without a call of such a
/// function, as under `#[tokio::main]`, no declaration starts by itself: pass its `spec()` or `subscriber()` to a
/// [`Supervisor`](crate::Supervisor).
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
/// | option | values | default |
/// |---|---|---|
/// | `flavor` | the Tokio runtime: `"multi_thread"`, `"current_thread"` | `"multi_thread"` |
/// | `worker_threads` | the number of threads of a `"multi_thread"` runtime | one per core |
/// | `grace` | the time that tasks have to stop | `"20s"` |
/// | `drain_timeout` | the time for subscribers to handle their queues and for states to be dropped, at the end | `"5s"` |
/// | `shutdown_delay` | the time after the request of a shutdown, as a part of `grace`, in which the [health](crate::SupervisorHandle::health) is not ready and the tasks go on | `"0s"` |
/// | `max_concurrent` | how many attempts may run at once | no limit |
/// | `critical` | `"all"`: each declared task is critical, except those with `critical = false`: see [`TaskSpec::with_critical`](crate::TaskSpec::with_critical); it does not apply to jobs, or to tasks that `app.task(…)` adds without a declaration | only tasks with `critical` |
/// | `crates = [a, b]` | further crates whose declarations run; the option also links them | only the application's own package |
/// | `crate` | the path of this crate, for a project that renames or re-exports it | `::taskvisor` |
///
/// The function may take `app: &mut App`, and returns `()` or `Result<(), E>` with any error. With [`App`](crate::App)
/// it registers states, subscribers and further tasks, and changes the configuration.
///
/// # What runs
///
/// The declarations of the application's own package and of the crates in `crates` run, in the order of file and line.
/// The declarations of other crates do not start, and a note on stderr lists them: a dependency cannot start tasks by
/// itself. Use the name by which a crate calls itself. If the manifest renames the dependency, write `extern crate
/// invoices as billing;` at the root of the program, and `crates = [billing]`.
///
/// **The compiler links a library only if the program names it; this includes the `lib.rs` of the same package.** The
/// declarations of a library that is not linked do not run, and no message says so. If no other line of the program
/// names the library, name it in `crates`: `crates = [my_app]` for the package `my-app`.
/// [`SupervisorHandle::tasks`](crate::SupervisorHandle::tasks) lists the tasks that run, and
/// [`SupervisorHandle::jobs`](crate::SupervisorHandle::jobs) lists the jobs. A subscriber can print each task that is
/// added:
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
/// Before any task is spawned, all problems are reported at once, with file and line where possible: a name that is
/// declared twice or empty, a crate that is linked twice, a declared task or subscriber that the setup adds again, a missing
/// state (of a task, a subscriber or a job), a state that is registered twice, contradicting options, a
/// [dependency](macro@crate::task#dependencies) that does not run or can never be ready, a cycle of dependencies, a task that a subscriber
/// selects and that does not run, a crate in `crates` without declarations, an application without a task or a job.
///
/// # What it declares
///
/// With the variable `TASKVISOR=describe`, the function prints the tasks, jobs and subscribers with their schedules, options and
/// dependencies, and returns: the setup is not called, and nothing is started. `describe=json` prints them for programs, `describe=dot` as
/// a graph for Graphviz. Problems that need no setup are reported as at a start, with the exit code 1, and so is any other value. An empty
/// value has no effect.
///
/// # Exit codes
///
/// | code | meaning |
/// |---|---|
/// | 0 | success, including an orderly shutdown |
/// | 1 | the setup or a start-up check failed, a task that started with the application failed or returned a fatal error after a stop request, or a critical task has shut the application down |
/// | 124 | a task or a job exceeded the grace, or a subscriber or the destructor of a state exceeded the drain; overrides 1 |
/// | 130, 143 | SIGINT or SIGTERM interrupted the setup |
///
/// The tasks that start with the application are those of `#[task]` and of `app.task(…)`. A job, or a task that is added later,
/// changes the exit code only if it exceeds the grace. The reason for an exit code is printed on stderr. Failures are printed there
/// too, unless a subscriber selects that kind of event; a subscriber with the option `task` selects it for its tasks only.
///
/// # Signals
///
/// SIGINT and SIGTERM request the shutdown, which stops each task before its dependencies. A second signal skips the delay and the grace.
/// The handlers are installed before the setup begins, so they also work in the first process of a container. A signal during the setup
/// drops the setup, and no task starts. SIGQUIT keeps its default effect, and so does SIGHUP without `App::overrides`. On Windows, Ctrl-C
/// counts as SIGINT. Ctrl-Break, closing the console and shutting down the system count as SIGTERM.
///
/// # How long a shutdown takes
///
/// A shutdown takes at most `grace` + 0.5 s + `drain_timeout` + 0.4 s after its request: less than 26 s with the defaults. A
/// `shutdown_delay` is a part of the grace. If a body, a setup, a destructor or stderr blocks beyond that, a watchdog thread ends the
/// process and reports the reason. If code that runs at process exit blocks, such as the destructor of a thread local, the watchdog aborts
/// the process after 5 s.
///
/// # What it expands to
///
/// The attribute generates a `main` that contains the unchanged function. An invalid option is a
/// [compile error](crate::when_it_does_not_compile) at its own token.
///
/// ```text
/// fn main() -> ExitCode {
///     async fn main(app: &mut App) -> Result<(), std::io::Error> { … }
///     use ::billing as _; // for each of `crates`
///     run_main(OPTIONS, main) // builds the runtime; calls the setup; checks; runs; reports the exit code
/// }
/// ```
pub use taskvisor_macros::main;
