//! What `#[taskvisor::main]` calls: set-up, checks, the run, and the exit code.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::process::ExitCode;
use std::task::Poll;

use tokio::runtime::{Builder, Runtime};

use super::App;
use super::last_resort::GRACE_EXCEEDED;
use super::options::{Flavor, MainOptions};
use super::stderr::{Trouble, fail, fail_in_lines, say};
use crate::builder::Supervisor;
use crate::config::Config;
use crate::error::describe;
use crate::handle::TaskHandle;
use crate::outcome::{Outcome, StopCause};
use crate::panics::{contain, discard};
use crate::refusal::RuntimeError;
use crate::report::{AbortedTask, Report};
use crate::returns::SetupResult;
use crate::spec::TaskSpec;
use crate::status::Phase;
use crate::subscriber::Subscriber;

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
    let runtime = match build(&options) {
        Ok(runtime) => runtime,
        Err(reason) => return fail(format_args!("cannot build the Tokio runtime: {reason}")),
    };
    let code = runtime.block_on(run(&options, setup));
    // A body that blocks its thread must not keep the process.
    runtime.shutdown_background();
    code
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

async fn run(options: &MainOptions, setup: for<'a> fn(&'a mut App) -> Setup<'a>) -> ExitCode {
    let defaults = Config::default();
    let mut app = App::new(Config {
        grace: options.grace.unwrap_or(defaults.grace),
        max_concurrent: options.max_concurrent,
        ..defaults
    });
    if let Err(reason) = set_up(&mut app, setup).await {
        return fail_in_lines(format_args!("the set-up failed: {reason}"));
    }
    let found = app.discover(options);
    for note in found.notes(options) {
        say(format_args!("note: {note}"));
    }
    let problems = app.problems(&found, options);
    if !problems.is_empty() {
        for problem in &problems {
            say(format_args!("error: {problem}"));
        }
        return fail(format_args!("the application does not start: {} in all", count(problems.len())));
    }
    // With nothing but jobs it waits for somebody who submits them.
    let stays = app.tasks.is_empty();
    let (supervisor, specs) = assemble(app);
    let (result, tasks) = supervisor.run_application(specs, stays).await;
    let code = judge(&result, &tasks);
    until_dropped(supervisor).await;
    code
}

/// Whoever held the application last drops its states, maybe on another thread: the process must not end under them.
async fn until_dropped(supervisor: Supervisor) {
    let gone = supervisor.owned().gone.lock().take();
    let drain = supervisor.owned().config.drain;
    drop(supervisor);
    if let Some(gone) = gone {
        let _ = tokio::time::timeout(drain, gone).await;
    }
}

fn assemble(app: App) -> (Supervisor, Vec<TaskSpec>) {
    let mut builder = Supervisor::builder(app.config);
    builder.states = app.states;
    builder.subscribers = app.subscribers;
    if builder.subscribers.is_empty() {
        builder.subscribers.push(Subscriber::new(Trouble).with_events(Trouble::EVENTS));
    }
    #[cfg(feature = "controller")]
    {
        builder.states.insert(super::jobs::Jobs(app.jobs));
        builder.controller = app.controller;
    }
    (builder.build(), app.tasks.into_iter().map(|task| task.spec).collect())
}

/// A panic in the set-up fails it like an error.
async fn set_up(app: &mut App, setup: for<'a> fn(&'a mut App) -> Setup<'a>) -> Result<(), String> {
    let mut future = contain(|| setup(app)).map_err(|message| format!("panicked: {message}"))?;
    poll_fn(|context| match contain(|| future.as_mut().poll(context)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(result)) => Poll::Ready(result.map_err(|error| {
            let reason = describe(&*error);
            discard(error);
            reason
        })),
        Err(message) => Poll::Ready(Err(format!("panicked: {message}"))),
    })
    .await
}

/// The exit code, with every reason on stderr.
fn judge(result: &Result<Report, RuntimeError>, tasks: &[TaskHandle]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for task in tasks {
        if let Phase::Ended(Outcome::Failed(failure)) = task.status().phase {
            code = fail(format_args!(
                "task `{}` gave up after attempt {}: {failure}",
                task.name(),
                failure.attempt()
            ));
        }
    }
    match result {
        Ok(report) => {
            let overdue = |task: &&AbortedTask| task.cause == Some(StopCause::Shutdown);
            for task in report.abortions.iter().filter(overdue) {
                say(format_args!(
                    "error: task `{}` did not stop within the grace and was aborted",
                    task.name
                ));
            }
            if report.grace_exceeded() {
                code = ExitCode::from(GRACE_EXCEEDED);
            }
        }
        Err(error @ RuntimeError::Stuck(_)) => {
            say(format_args!("error: {error}"));
            code = ExitCode::from(GRACE_EXCEEDED);
        }
        Err(error) => code = fail(error),
    }
    code
}

fn count(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}
