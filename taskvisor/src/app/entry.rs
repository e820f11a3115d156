//! What `#[taskvisor::main]` calls: set-up, checks, the run, and the exit code.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::exit_code::exit_code;
use super::options::{Flavor, MainOptions};
use super::process::Process;
use super::running::dropping_still;
use super::stderr::{self, StderrReporter, fail, fail_in_lines, say};
use super::{App, GRACE_EXCEEDED, SetupResult};
use crate::error::describe;
use crate::event::EventSet;
use crate::policy::Config;
use crate::runtime::body::TaskSpec;
use crate::runtime::cell::{STUCK_CONFIRMATION, saturating_deadline};
use crate::runtime::subscriber::Subscriber;
use crate::supervisor::run::{run_to_end, start_all};
use crate::supervisor::signals::Signal;
use crate::supervisor::{Supervisor, TaskHandle};
use crate::sync::panics::{Contained, contain, discard};
use crate::sync::{Raced, StopTimer, race};
use crate::task::{Report, RuntimeError};

/// The future of the set-up.
pub(crate) type Setup<'a> = Pin<Box<dyn Future<Output = SetupResult> + 'a>>;

/// The parameter of a set-up's function.
#[diagnostic::on_unimplemented(
    message = "the parameter of the set-up is the application, not `{Self}`",
    label = "not `App`",
    note = "write `app: &mut App`, or no parameter",
    note = "the rules: `taskvisor::when_it_does_not_compile` in the documentation"
)]
pub trait SetupParameter {
    /// The application as this type.
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
    let process = match Process::start(options.grace) {
        Ok(process) => process,
        Err(reason) => {
            let code = fail(reason);
            stderr::flush();
            return code;
        }
    };
    let code = match build(&options) {
        Ok(runtime) => {
            process.set_up();
            let (code, states) = runtime.block_on(run(&options, setup, &process));
            // A body that blocks its thread must not keep the process. What tasks keep that the application spawned, such
            // as a context, is dropped with them.
            runtime.shutdown_background();
            states.wait(&process).unwrap_or(code)
        }
        Err(reason) => fail(format_args!("cannot build the Tokio runtime: {reason}")),
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
    // Where it gets no descriptor or thread, Tokio panics in places.
    contain(|| builder.enable_all().build())?.map_err(|error| error.to_string())
}

async fn run(
    options: &MainOptions,
    setup: for<'a> fn(&'a mut App) -> Setup<'a>,
    process: &Arc<Process>,
) -> (ExitCode, LeftStates) {
    let defaults = Config::default();
    let config = Config {
        grace: options.grace.unwrap_or(defaults.grace),
        drain_timeout: options.drain.unwrap_or(defaults.drain_timeout),
        max_concurrent: options.max_concurrent,
        ..defaults
    };
    let mut app = App::new(config, process.dropping());
    let code = match race(process.interruption(), set_up(&mut app, setup)).await {
        Raced::Left(signal) => interrupted(signal),
        Raced::Right(Err(reason)) => fail_in_lines(format_args!("the set-up failed: {reason}")),
        Raced::Right(Ok(())) => match check(&mut app, options) {
            Err(code) => code,
            // With nothing but jobs it waits for submissions.
            Ok(()) => return run_checked(app, process).await,
        },
    };
    process.leave(saturating_deadline(Instant::now(), app.config.drain_timeout));
    drop(app);
    (code, LeftStates::none())
}

fn interrupted(signal: Signal) -> ExitCode {
    say(format_args!("stopped by {signal} during the set-up: it was dropped, and no task was started"));
    ExitCode::from(signal.exit_code())
}

/// Finds what is declared. Says everything that is wrong, if anything is.
fn check(app: &mut App, options: &MainOptions) -> Result<(), ExitCode> {
    let found = app.discover(options);
    for note in found.notes(options) {
        say(format_args!("note: {note}"));
    }
    let problems = app.problems(&found, options);
    if problems.is_empty() {
        for note in app.notes() {
            say(format_args!("note: {note}"));
        }
        return Ok(());
    }
    for problem in &problems {
        say(format_args!("error: {problem}"));
    }
    Err(fail(format_args!("the application does not start: {} in all", count(problems.len()))))
}

async fn run_checked(app: App, process: &Arc<Process>) -> (ExitCode, LeftStates) {
    let stays = app.tasks.is_empty();
    let states = app.states.type_names();
    let (supervisor, specs) = assemble(app);
    let shared = supervisor.owned();
    let (code, waits) = match process.run(shared) {
        Err(signal) => (interrupted(signal), true),
        Ok(()) => {
            let (result, tasks) = supervisor.run_application(specs, stays).await;
            // A task that is stuck keeps the states, and has been named.
            let is_stuck =
                matches!(&result, Err(RuntimeError::GraceExceeded { report }) if !report.stuck.is_empty());
            (exit_code(&result, &tasks), !is_stuck)
        }
    };
    let drain_deadline = shared.stop.borrow().drain_deadline;
    let until =
        drain_deadline.unwrap_or_else(|| saturating_deadline(Instant::now(), shared.config.drain_timeout));
    let gone = shared.dropped.lock().take();
    process.leave(until);
    drop(supervisor);
    let mut left = match gone {
        Some(gone) if waits && !states.is_empty() => LeftStates { states, gone: Some(gone), until },
        _ => LeftStates::none(),
    };
    // Most often nothing else keeps them. What was aborted a moment ago may need one to be dropped.
    left.wait_at_most(STUCK_CONFIRMATION).await;
    (code, left)
}

impl Supervisor {
    /// Runs until nothing is left, or if it `stays`, until a stop is asked.
    async fn run_application(
        &self,
        specs: Vec<TaskSpec>,
        stays: bool,
    ) -> (Result<Report, RuntimeError>, Vec<TaskHandle>) {
        let shared = Arc::clone(self.owned());
        match start_all(&shared, specs, || Ok(None)) {
            Ok((_, tasks)) if stays => (shared.wait_for_shutdown().await, tasks),
            Ok((_, tasks)) => (run_to_end(&shared).await, tasks),
            Err(error) => (Err(error), Vec::new()),
        }
    }
}

/// States that are still in use: the last owner drops them, maybe on another thread, and the process must
/// not end under their destructors.
struct LeftStates {
    states: Vec<&'static str>,
    gone: Option<oneshot::Receiver<()>>,
    until: Instant,
}

impl LeftStates {
    fn none() -> Self {
        Self { states: Vec::new(), gone: None, until: Instant::now() }
    }

    async fn wait_at_most(&mut self, time: Duration) {
        let Some(gone) = &mut self.gone else { return };
        let until = saturating_deadline(Instant::now(), time);
        if let Raced::Left(_) = race(gone, StopTimer::new(until)).await {
            self.gone = None;
        }
    }

    /// Waits until the drain is over, outside of the runtime, which is gone. The exit code, if a destructor exceeds it.
    fn wait(mut self, process: &Process) -> Option<ExitCode> {
        let left = self.until.saturating_duration_since(Instant::now()).max(STUCK_CONFIRMATION);
        // One without drivers needs no descriptors; the timer is that of the watchdog.
        match Builder::new_current_thread().build() {
            Ok(runtime) if self.gone.is_some() => runtime.block_on(self.wait_at_most(left)),
            _ => return None,
        }
        self.gone.as_ref()?;
        // Another thread may have been the last to keep them, such as a worker.
        if let Some(state) = process.dropping().current() {
            say(format_args!("error: {}", dropping_still(state)));
            return Some(ExitCode::from(GRACE_EXCEEDED));
        }
        say(format_args!(
            "note: something still keeps a `TaskContext` or an `AppContext`, so that these states were not dropped: `{}`",
            self.states.join("`, `")
        ));
        None
    }
}

fn assemble(app: App) -> (Supervisor, Vec<TaskSpec>) {
    let mut builder = Supervisor::builder(app.config);
    builder.states = app.states;
    builder.subscribers = app.subscribers;
    // Kind by kind: a subscriber that wants one kind of event says nothing about failures of another.
    let wanted = builder.subscribers.iter().fold(EventSet::NONE, |all, one| all.union(one.events));
    let unwanted = StderrReporter::EVENTS.difference(wanted);
    if unwanted != EventSet::NONE {
        builder.subscribers.push(Subscriber::new(StderrReporter).with_events(unwanted));
    }
    #[cfg(feature = "controller")]
    {
        builder.jobs = app.jobs;
        builder.controller = app.controller;
    }
    (builder.build(), app.tasks.into_iter().map(|task| task.spec).collect())
}

/// A panic in the set-up fails it like an error; one in what is dropped with it goes no further.
async fn set_up(app: &mut App, setup: for<'a> fn(&'a mut App) -> Setup<'a>) -> Result<(), String> {
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
