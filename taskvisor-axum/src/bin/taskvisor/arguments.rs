//! The arguments, which are also the text of `--help`.

use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, value_parser};
use taskvisor::EventName;

use crate::address::Address;

/// Shows what the tasks of a service do, and controls them.
///
/// The service serves its dashboard with `taskvisor-axum`, and this program reads the same JSON as the page. On a terminal it prints
/// tables, and elsewhere JSON.
#[derive(Parser)]
#[command(name = "taskvisor", version, max_term_width = 100, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  Success. `status`: all is well, or the service starts. `events`: the service has shut down
  1  The request failed: standard error says what is wrong, and where
  2  The command is wrong
  3  The service is degraded or shuts down (`status` only)";

#[derive(Args)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Options {
    /// The address of the dashboard: `http` only, with the path under which the router is nested.
    #[arg(
        long,
        global = true,
        env = "TASKVISOR_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:9900"
    )]
    pub(crate) url: Address,
    /// The token that the service demands, sent as `authorization: Bearer …`. The variable hides it from the list of processes.
    #[arg(long, global = true, env = "TASKVISOR_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Print the JSON of the service, also on a terminal.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print tables, also in a pipe.
    #[arg(long, global = true, conflicts_with = "json")]
    pub(crate) table: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the verdict, and what needs attention, the worst first.
    ///
    /// Exits with 3 if the service is degraded or shuts down.
    Status,
    /// List the tasks.
    Tasks(TasksFilter),
    /// Show all about one task: what it does, why, since when, and what happens next.
    Task(TaskName),
    /// List the jobs: live ones, and the latest that have ended.
    Jobs(JobsOptions),
    /// List the taken slots, those with the most waiting submissions first.
    Slots,
    /// List the tasks that depend on others, with the states of both.
    Graph,
    /// Follow the events, one on a line, until Ctrl-C.
    ///
    /// If the connection breaks, the program connects again and continues after the last event that it has received. It ends if the
    /// service cannot be reached for the time of `--reconnect-for`: with 0 after a shutdown of the service, otherwise with 1.
    Events(EventsOptions),
    /// Pause a task: interrupt its running attempt, and begin no other.
    Pause(PauseOptions),
    /// Resume a paused task.
    Resume(TaskName),
    /// Restart a task: interrupt its running attempt, and begin one at once, without its backoff.
    Restart(TaskName),
    /// Begin the next attempt of a waiting task now.
    Trigger(TaskName),
    /// Start a task that has ended.
    Start(TaskName),
    /// Cancel a task for good.
    Cancel(TaskName),
}

#[derive(Args)]
pub(crate) struct TaskName {
    /// The name of the task. An instance has a name of its own, such as `consume/0`.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
}

#[derive(Args)]
pub(crate) struct PauseOptions {
    #[command(flatten)]
    pub(crate) task: TaskName,
    /// Let the running attempt end first.
    #[arg(long)]
    pub(crate) after_attempt: bool,
}

#[derive(Args)]
pub(crate) struct TasksFilter {
    /// Only tasks in this phase.
    #[arg(long, value_name = "PHASE")]
    pub(crate) phase: Option<Phase>,
    /// Only tasks whose names contain this text.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) contains: Option<String>,
    /// Only this task. May be repeated.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: Vec<String>,
}

#[derive(Args)]
pub(crate) struct JobsOptions {
    /// How many live jobs, and how many ended ones, to list at most: up to 1000.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = value_parser!(u16).range(1..=1_000))]
    pub(crate) limit: u16,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Phase {
    Waiting,
    Running,
    BackingOff,
    Sleeping,
    Paused,
    Stuck,
    Ended,
}

#[derive(Args)]
pub(crate) struct EventsOptions {
    /// Begin with the oldest event that the service keeps, instead of the next one.
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<Position>,
    /// Only events of this task and of its instances. May be repeated.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) task: Vec<String>,
    /// Only events of this kind. May be repeated.
    #[arg(long, value_name = "KIND", value_parser = event_kinds())]
    pub(crate) kind: Vec<String>,
    /// No events of jobs and other submissions.
    #[arg(long)]
    pub(crate) no_jobs: bool,
    /// How long to try to connect again after the connection broke. `0s`: not at all.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub(crate) reconnect_for: Duration,
}

/// Where the events begin.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Position {
    /// With the oldest event that the service keeps.
    Start,
}

fn event_kinds() -> PossibleValuesParser {
    EventName::ALL.iter().map(|name| name.label()).collect::<Vec<_>>().into()
}

/// Reads the arguments. If they request the help or the version, or are wrong, prints that and ends the process.
pub(crate) fn parse() -> Arguments {
    let mut arguments = Arguments::parse();
    let options = &mut arguments.options;
    // clap compares them only if both are before the subcommand, or both after it.
    if options.json && options.table {
        let message = "`--json` and `--table` contradict each other: write one of them";
        Arguments::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    // An empty variable counts as none.
    options.token = options.token.take().filter(|token| !token.is_empty());
    // Not by a value parser, whose error would print the token.
    if options.token.as_ref().is_some_and(|token| token.bytes().any(|byte| !byte.is_ascii_graphic())) {
        let message = "the token has a space, a control character or a character outside of ASCII, which no header can carry: \
                       write another one for `--token` or into the variable `TASKVISOR_TOKEN`";
        Arguments::command().error(ErrorKind::InvalidValue, message).exit();
    }
    arguments
}
