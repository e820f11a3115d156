//! Events as lines of text.

use std::fmt;
use std::io::{self, Write};
use std::time::SystemTime;

use humantime::format_rfc3339_millis;

use crate::event::Event;
use crate::runtime::subscriber::Subscribe;
use crate::sync::escape::escape_line;

/// Writes one readable line for every event.
///
/// ```text
/// 2026-11-23T08:15:24.123Z ping#3 failed attempt=2 ran=4ms error="connection refused"
/// ```
///
/// The time is that of the event. What cannot be written, because the output is closed or full, is dropped: a log must
/// not stop what it logs.
///
/// ```
/// use taskvisor::{Config, LogWriter, Supervisor};
///
/// let supervisor = Supervisor::new(Config::default(), vec![LogWriter::stderr().into()]);
/// ```
pub struct LogWriter {
    output: Box<dyn Write + Send>,
}

impl LogWriter {
    /// Writes to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::new(io::stdout())
    }

    /// Writes to standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self::new(io::stderr())
    }

    /// Writes to anything; every line is flushed.
    #[must_use]
    pub fn new(output: impl Write + Send + 'static) -> Self {
        Self { output: Box::new(output) }
    }
}

impl Subscribe for LogWriter {
    async fn on_event(&mut self, event: &Event) {
        let time = SystemTime::now().checked_sub(event.at.elapsed()).unwrap_or(SystemTime::UNIX_EPOCH);
        // A line in one write, so that lines of several writers do not mix.
        let line = format!("{} {}\n", format_rfc3339_millis(time), escape_line(&event.to_string()));
        let _ = self.output.write_all(line.as_bytes()).and_then(|()| self.output.flush());
    }
}

impl fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogWriter").finish_non_exhaustive()
    }
}
