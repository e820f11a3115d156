//! The subcommands.

mod control;
mod describe;
mod events;
mod graph;
mod jobs;
mod slots;
mod status;
mod task;
mod tasks;

use std::io::Write;
use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::client::{Answer, Client};
use crate::display::{Screen, Style};
use crate::error::{CommandError, RequestError};

/// What is printed.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// The answer of the service.
    Json,
    /// Tables for people.
    Table(Style),
}

/// Where a command prints to, and in which form.
struct Output<'a> {
    form: Form,
    writer: &'a mut dyn Write,
}

pub(crate) fn run(arguments: &Arguments, writer: &mut dyn Write) -> Result<ExitCode, CommandError> {
    let options = &arguments.options;
    let client = Client::new(options.url.clone(), options.token.as_deref());
    let style = Style::of_stdout();
    // Only a terminal has a width or colors, but one that tells neither is a terminal too.
    let is_table = options.table || !options.json && std::io::IsTerminal::is_terminal(&std::io::stdout());
    let output = Output { form: if is_table { Form::Table(style) } else { Form::Json }, writer };
    match &arguments.command {
        Command::Status => status::run(&client, output),
        Command::Tasks(filter) => tasks::run(&client, filter, output),
        Command::Task(task) => task::run(&client, &task.name, output),
        Command::Jobs(options) => jobs::run(&client, options.limit, output),
        Command::Slots => slots::run(&client, output),
        Command::Graph => graph::run(&client, output),
        Command::Events(options) => events::run(&client, options, output),
        Command::Pause(options) => {
            let action = if options.after_attempt { "pause_after_attempt" } else { "pause" };
            control::run(&client, &options.task.name, action, output)
        }
        Command::Resume(task) => control::run(&client, &task.name, "resume", output),
        Command::Restart(task) => control::run(&client, &task.name, "restart", output),
        Command::Trigger(task) => control::run(&client, &task.name, "trigger", output),
        Command::Start(task) => control::run(&client, &task.name, "start", output),
        Command::Cancel(task) => control::run(&client, &task.name, "cancel", output),
    }
}

impl Output<'_> {
    /// Prints an answer: as it is, or as `describe` shows it.
    fn print(
        self,
        answer: &Answer,
        describe: impl FnOnce(&mut Screen) -> Result<(), RequestError>,
    ) -> Result<ExitCode, CommandError> {
        match self.form {
            Form::Json => writeln!(self.writer, "{}", answer.text().trim_end())?,
            Form::Table(style) => {
                let mut screen = Screen::new(style);
                describe(&mut screen)?;
                self.writer.write_all(screen.into_text().as_bytes())?;
            }
        }
        self.writer.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
