//! The entry point that `#[taskvisor::main]` calls: setup, checks, run, exit code.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::check::Checked;
use super::describe;
use super::exit_code::{exit_code, report_of};
#[cfg(feature = "controller")]
use super::listed::ListedJob;
use super::options::{Flavor, MainOptions};
#[cfg(feature = "config")]
use super::overrides::{Reloader, reload_at_hangups};
use super::policies::Policies;
use super::process::Process;
use super::running::describe_blocking_destructor;
#[cfg(feature = "systemd")]
use super::service_manager::start_reports;
use super::stderr::{self, StderrReporter, write_error, write_line, write_multiline_error};
use super::{App, GRACE_EXCEEDED, SetupResult, never_started};
use crate::error::describe;
#[cfg(all(feature = "config", feature = "systemd"))]
use crate::observe::systemd::Notifier;
use crate::runtime::body::TaskSpec;
#[cfg(feature = "controller")]
use crate::runtime::body::{JobDescriptor, JobOverride, JobOverrides};
use crate::runtime::cell::{STUCK_CONFIRMATION, saturating_deadline};
use crate::supervisor::run::{run_to_end, start_all};
use crate::supervisor::signals::Signal;
use crate::supervisor::{Supervisor, TaskHandle};
use crate::sync::panics::{Contained, contain, discard};
use crate::sync::{Mutex, Raced, StopTimer, race};
use crate::task::{Report, RuntimeError};

/// The future of the setup.
pub(crate) type Setup<'a> = Pin<Box<dyn Future<Output = SetupResult> + 'a>>;

/// The parameter of the setup function.
#[diagnostic::on_unimplemented(
    message = "the parameter of the setup is the application, not `{Self}`",
    label = "not `App`",
    note = "write `app: &mut App`, or no parameter",
    note = "see `taskvisor::when_it_does_not_compile`, rule `wrong-main-parameter`"
)]
pub trait SetupParameter {
    /// Returns the application as this type.
    fn of(app: &mut App) -> &mut Self;
}

impl SetupParameter for App {
    fn of(app: &mut App) -> &mut Self {
        app
    }
}

/// Runs an application to its end.
#[must_use]
pub fn run_main(options: MainOptions, setup: for<'a> fn(&'a mut App) -> Setup<'a>) -> ExitCode {
    never_started::suppress_note();
    if let Some(code) = describe::answer(&options) {
        return code;
    }
    let process = match Process::start(options.grace) {
        Ok(process) => process,
        Err(reason) => {
            let code = write_error(reason);
            stderr::flush();
            return code;
        }
    };
    let code = match build(&options) {
        Ok(runtime) => {
            process.begin_setup();
            let (code, retained) = runtime.block_on(set_up_and_run(&options, setup, &process));
            // In the background, so that a body that blocks its thread does not keep the process. Tokio tasks that the
            // application spawned are dropped here, with the contexts that they hold.
            runtime.shutdown_background();
            retained.wait(&process).unwrap_or(code)
        }
        Err(reason) => write_error(format_args!("cannot build the Tokio runtime: {reason}")),
    };
    process.exit(code, options.ends_process())
}

fn build(options: &MainOptions) -> Result<Runtime, String> {
    let mut builder = match options.flavor {
        Flavor::CurrentThread => Builder::new_current_thread(),
        Flavor::MultiThread => Builder::new_multi_thread(),
    };
    if let Some(threads) = options.worker_threads {
        builder.worker_threads(threads.max(1));
    }
    // Without a free descriptor or thread, Tokio panics in places.
    contain(|| builder.enable_all().build())?.map_err(|error| error.to_string())
}

async fn set_up_and_run(
    options: &MainOptions,
    setup: for<'a> fn(&'a mut App) -> Setup<'a>,
    process: &Arc<Process>,
) -> (ExitCode, RetainedStates) {
    let mut app = App::new(options.config(), process.dropping());
    // Before the setup, which may change what is declared.
    app.discover(options);
    let code = match race(process.interruption(), run_setup(&mut app, setup)).await {
        Raced::Left(signal) => interrupted(signal),
        Raced::Right(Err(reason)) => write_multiline_error(format_args!("the setup failed: {reason}")),
        Raced::Right(Ok(())) => match check(&mut app, options, Checked::AfterSetup) {
            Err(code) => code,
            // Without tasks but with jobs, it waits for submissions.
            Ok(()) => return run_checked(app, options, process).await,
        },
    };
    process.begin_teardown(saturating_deadline(Instant::now(), app.config.drain_timeout));
    drop(app);
    (code, RetainedStates::none())
}

fn interrupted(signal: Signal) -> ExitCode {
    write_line(format_args!(
        "stopped by {signal} during the setup: the setup was dropped, and no task was started"
    ));
    ExitCode::from(signal.exit_code())
}

/// Checks the application. Writes all notes and problems to stderr.
pub(super) fn check(app: &mut App, options: &MainOptions, checked: Checked) -> Result<(), ExitCode> {
    let found = app.take_found();
    for note in found.notes(options) {
        write_line(format_args!("note: {note}"));
    }
    #[cfg(feature = "config")]
    let report = app.read_overrides(&found, options);
    #[cfg(feature = "config")]
    for note in &report.notes {
        write_line(format_args!("note: {note}"));
    }
    #[allow(unused_mut)]
    let mut problems = app.problems(&found, options, checked);
    #[cfg(feature = "config")]
    {
        problems.extend(report.problems);
        problems.sort();
    }
    if problems.is_empty() {
        for note in app.notes() {
            write_line(format_args!("note: {note}"));
        }
        return Ok(());
    }
    for problem in &problems {
        write_line(format_args!("error: {problem}"));
    }
    Err(write_error(format_args!("the application does not start: {}", count(problems.len()))))
}

async fn run_checked(
    #[cfg_attr(not(feature = "config"), allow(unused_mut))] mut app: App,
    options: &MainOptions,
    process: &Arc<Process>,
) -> (ExitCode, RetainedStates) {
    let waits_for_stop = app.tasks.is_empty();
    let state_types = app.states.type_names();
    let policies = Arc::new(Mutex::new(Policies::new(app.policies(options))));
    #[cfg(feature = "config")]
    let (reloader, hangups) = (Reloader::new(&mut app, &policies), app.hangups.take());
    let description = app.kept_description(options);
    let (supervisor, specs) = assemble(app);
    let shared = supervisor.owned();
    if let Some(description) = description {
        let _ = shared.description.set(description);
    }
    #[cfg(feature = "systemd")]
    let systemd = start_reports(supervisor.handle());
    #[cfg(feature = "config")]
    if let Some(reloader) = reloader {
        // Before the first task is added.
        shared.allow_updates();
        #[cfg(feature = "systemd")]
        let systemd = systemd.clone();
        let _ = shared.reloader.set(Box::new(move |shared| {
            #[cfg(feature = "systemd")]
            let _reloading = systemd.as_ref().map(Notifier::reloading);
            reloader.reload(shared)
        }));
    }
    let _ = shared.policies.set(Box::new(move |name| Policies::find(&policies, name)));
    let (code, waits) = match process.begin_running(shared) {
        Err(signal) => (interrupted(signal), true),
        Ok(()) => {
            let started = || {
                #[cfg(feature = "config")]
                if let Some(hangups) = hangups {
                    reload_at_hangups(hangups, supervisor.handle());
                }
            };
            let (result, tasks) = supervisor.run_application(specs, started, waits_for_stop).await;
            // A stuck task keeps the states alive, and is reported already: do not wait for them.
            let is_stuck = report_of(&result).is_some_and(|report| !report.stuck.is_empty());
            (exit_code(&result, &tasks), !is_stuck)
        }
    };
    #[cfg(feature = "systemd")]
    if let Some(systemd) = systemd {
        // The task that reports may not have run since the request, or there was none, because the start has failed.
        systemd.stopping();
    }
    let drain_deadline = shared.shutdown.borrow().drain_deadline;
    let until =
        drain_deadline.unwrap_or_else(|| saturating_deadline(Instant::now(), shared.config.drain_timeout));
    let dropped = shared.dropped.lock().take();
    process.begin_teardown(until);
    drop(supervisor);
    let mut retained = match dropped {
        Some(dropped) if waits && !state_types.is_empty() => {
            RetainedStates { state_types, dropped: Some(dropped), until }
        }
        _ => RetainedStates::none(),
    };
    // Usually the states are dropped by now. Aborted workers may need a moment, on threads of the runtime that is still up.
    retained.wait_at_most(STUCK_CONFIRMATION).await;
    (code, retained)
}

impl Supervisor {
    /// Runs until no task is live, or with `waits_for_stop`, until a stop is requested. Calls `started` once all tasks were started.
    async fn run_application(
        &self,
        specs: Vec<TaskSpec>,
        started: impl FnOnce(),
        waits_for_stop: bool,
    ) -> (Result<Report, RuntimeError>, Vec<TaskHandle>) {
        let shared = Arc::clone(self.owned());
        // Starts no listener: `Process` has listened to signals since before the setup, and routes them to this supervisor.
        match start_all(&shared, specs, || Ok(None)) {
            Ok((_, tasks)) => {
                started();
                let result =
                    if waits_for_stop { shared.wait_for_shutdown().await } else { run_to_end(&shared).await };
                (result, tasks)
            }
            Err(error) => (Err(error), Vec::new()),
        }
    }
}

/// States that are still in use. Their last owner drops them, possibly on another thread. The process waits for them, so that
/// their destructors complete.
struct RetainedStates {
    state_types: Vec<&'static str>,
    dropped: Option<oneshot::Receiver<()>>,
    until: Instant,
}

impl RetainedStates {
    fn none() -> Self {
        Self { state_types: Vec::new(), dropped: None, until: Instant::now() }
    }

    async fn wait_at_most(&mut self, time: Duration) {
        let Some(dropped) = &mut self.dropped else { return };
        let until = saturating_deadline(Instant::now(), time);
        if let Raced::Left(_) = race(dropped, StopTimer::new(until)).await {
            self.dropped = None;
        }
    }

    /// Waits until the drain is over, after the runtime was shut down. Returns an exit code if a destructor is still running.
    fn wait(mut self, process: &Process) -> Option<ExitCode> {
        let left = self.until.saturating_duration_since(Instant::now()).max(STUCK_CONFIRMATION);
        // Without drivers, this runtime needs no descriptors. `StopTimer` uses the watchdog, not a timer of Tokio.
        match Builder::new_current_thread().build() {
            Ok(runtime) if self.dropped.is_some() => runtime.block_on(self.wait_at_most(left)),
            _ => return None,
        }
        self.dropped.as_ref()?;
        // The last owner may drop them on another thread, such as a worker of the runtime.
        if let Some(state) = process.dropping().current() {
            write_line(format_args!("error: {}", describe_blocking_destructor(state)));
            return Some(ExitCode::from(GRACE_EXCEEDED));
        }
        write_line(format_args!(
            "note: a `TaskContext` or an `AppContext` is still in use, so these states were not dropped: `{}`",
            self.state_types.join("`, `")
        ));
        None
    }
}

fn assemble(app: App) -> (Supervisor, Vec<TaskSpec>) {
    let disabled = app.disabled_tasks().collect();
    let mut builder = Supervisor::builder(app.config);
    builder.disabled_tasks = disabled;
    builder.states = app.states;
    builder.subscribers = app.subscribers.into_iter().map(|listed| listed.subscriber).collect();
    let reporter = StderrReporter::beside(&builder.subscribers);
    builder.subscribers.push(reporter);
    #[cfg(feature = "controller")]
    {
        (builder.jobs, builder.job_overrides) = assemble_jobs(app.jobs, app.disabled_jobs);
        builder.controller = app.controller;
    }
    (builder.build(), app.tasks.into_iter().map(|task| task.spec).collect())
}

/// The jobs to list, and the changes of those that the setup, a file or a variable has changed or disabled.
#[cfg(feature = "controller")]
fn assemble_jobs(
    jobs: Vec<ListedJob>,
    disabled: Vec<&'static JobDescriptor>,
) -> (Vec<&'static JobDescriptor>, JobOverrides) {
    let mut overrides = JobOverrides::default();
    for job in disabled {
        overrides.insert(job, JobOverride::Disabled);
    }
    let listed = jobs.iter().map(|job| job.spec.descriptor).collect();
    for ListedJob { spec, .. } in jobs.into_iter().filter(ListedJob::is_changed) {
        overrides.insert(spec.descriptor, JobOverride::Tuned(Arc::new(spec)));
    }
    (listed, overrides)
}

/// Runs the setup. A panic in it fails the setup like an error; a panic in a destructor is contained.
async fn run_setup(app: &mut App, setup: for<'a> fn(&'a mut App) -> Setup<'a>) -> Result<(), String> {
    let future = contain(|| setup(app)).map_err(|message| format!("panicked: {message}"))?;
    let mut future = Contained::new(future);
    poll_fn(|context| match contain(|| future.get_mut().map(|future| future.as_mut().poll(context))) {
        Ok(Some(Poll::Pending)) => Poll::Pending,
        Ok(None) => Poll::Ready(Ok(())),
        Ok(Some(Poll::Ready(result))) => Poll::Ready(result.map_err(|error| {
            let reason = describe(&*error);
            discard(error);
            reason
        })),
        Err(message) => Poll::Ready(Err(format!("panicked: {message}"))),
    })
    .await
}

fn count(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}
