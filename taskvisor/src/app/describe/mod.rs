//! `TASKVISOR=describe`: prints what an application declares, without running its setup, and without a runtime.
//!
//! | file | what it does |
//! |---|---|
//! | `request.rs` | reads the variable |
//! | `model.rs`, `schedule.rs` | what is printed, as plain data |
//! | `text.rs`, `json.rs`, `dot.rs` | the forms of the output |
//! | `json_value.rs` | writes JSON |

mod request;
mod schedule;
mod model;
mod text;
mod json_value;
mod json;
mod dot;

use std::env;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use self::model::Model;
use self::request::{Form, VARIABLE};
use super::App;
use super::check::Checked;
use super::entry::check;
use super::options::MainOptions;
use super::stderr::write_error;

/// Does what the variable requests, if it is set. Returns the exit code.
pub(super) fn answer(options: &MainOptions) -> Option<ExitCode> {
    let value = env::var_os(VARIABLE)?;
    match Form::parse(&value.to_string_lossy()) {
        Ok(form) => form.map(|form| describe(options, form)),
        Err(reason) => Some(write_error(reason)),
    }
}

#[cold]
fn describe(options: &MainOptions, form: Form) -> ExitCode {
    let mut app = App::new(options.config(), &Arc::default());
    app.discover(options);
    if let Err(code) = check(&mut app, options, Checked::BeforeSetup) {
        return code;
    }
    let model = Model::new(&app, options, SystemTime::now());
    print(&match form {
        Form::Text => text::write(&model),
        Form::Json => json::write(&model),
        Form::Dot => dot::write(&model),
    })
}

impl App {
    /// Keeps a description of the application: what `TASKVISOR=describe=json` prints, with the changes of the setup and all overrides.
    /// [`SupervisorHandle::description`](crate::SupervisorHandle::description) returns it. It is written once, before the tasks start, and
    /// takes up a few kilobytes for each task.
    ///
    /// ```no_run
    /// use taskvisor::prelude::*;
    ///
    /// #[task(every = "1h")]
    /// async fn report(supervisor: SupervisorHandle) {
    ///     println!("{}", supervisor.description().unwrap_or_default());
    /// }
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) {
    ///     app.keep_description();
    /// }
    /// ```
    pub fn keep_description(&mut self) -> &mut Self {
        self.keeps_description = true;
        self
    }

    /// The description, if the setup has requested it. Call it once the options are final.
    pub(super) fn kept_description(&self, options: &MainOptions) -> Option<Arc<str>> {
        let model = self.keeps_description.then(|| Model::new(self, options, SystemTime::now()))?;
        Some(json::write(&model).into())
    }
}

/// Writes to stdout. A reader that closes it early, such as `head`, causes no error.
fn print(text: &str) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            write_error(format_args!("cannot write to stdout: {error}"))
        }
        _ => ExitCode::SUCCESS,
    }
}
