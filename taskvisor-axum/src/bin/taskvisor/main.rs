//! The program `taskvisor`: a command line for the JSON of a service that serves its dashboard with `taskvisor-axum`.
//!
//! ```text
//! arguments ─▶ commands ─▶ client ─▶ the service
//!                 │
//!                 └─▶ display ─▶ standard output
//! ```
//!
//! Every text from the service passes `display::escape` before it is printed in a table or in an error.
#![forbid(unsafe_code)]

// Layers: a file or a folder imports only from those above it; a test checks this.
mod display;
mod error;
mod address;
mod arguments;
mod client;
mod stream;
mod commands;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::error::CommandError;

fn main() -> ExitCode {
    let arguments = arguments::parse();
    let result = commands::run(&arguments, &mut io::stdout().lock());
    let error = match result {
        Ok(code) => return code,
        Err(error) => error,
    };
    match error {
        // The reader of a pipe, such as `head`, has read enough.
        CommandError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        error => {
            // Nothing can be reported if standard error is closed.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
