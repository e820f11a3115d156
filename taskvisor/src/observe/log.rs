//! Events as lines of text.

use std::fmt;
use std::io::{self, Write};
use std::time::SystemTime;

use humantime::format_rfc3339_millis;

use crate::event::Event;
use crate::runtime::subscriber::Subscribe;
use crate::sync::escape::escape_line;

/// A subscriber that writes one readable line for every event.
///
/// ```text
/// 2026-11-23T08:15:24.123Z ping#3 failed attempt=2 ran=4ms error="connection refused"
/// ```
///
/// The timestamp is that of the event. Lines that cannot be written, because the output is closed or full, are dropped.
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
    /// Creates a writer to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::new(io::stdout())
    }

    /// Creates a writer to standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self::new(io::stderr())
    }

    /// Creates a writer to any output. It flushes after every line.
    #[must_use]
    pub fn new(output: impl Write + Send + 'static) -> Self {
        Self { output: Box::new(output) }
    }
}

impl Subscribe for LogWriter {
    async fn on_event(&mut self, event: &Event) {
        let time = SystemTime::now().checked_sub(event.at.elapsed()).unwrap_or(SystemTime::UNIX_EPOCH);
        // One write per line, so that lines of several writers do not interleave.
        let line = format!("{} {}\n", format_rfc3339_millis(time), escape_line(&event.to_string()));
        let _ = self.output.write_all(line.as_bytes()).and_then(|()| self.output.flush());
    }
}

impl fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogWriter").finish_non_exhaustive()
    }
}
