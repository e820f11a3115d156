//! Reports the application to systemd, if it has started the process.

use std::sync::Arc;

use super::stderr::write_line;
use crate::observe::systemd::{Notifier, Reporter};
use crate::supervisor::SupervisorHandle;

/// Begins to report. Must be called on the runtime of the application, with which the reports end.
pub(super) fn start_reports(supervisor: SupervisorHandle) -> Option<Arc<Notifier>> {
    match Notifier::claim() {
        Ok(notifier) => {
            let notifier = notifier?;
            tokio::spawn(Reporter::new(Arc::clone(&notifier), supervisor).report_to_end());
            Some(notifier)
        }
        Err(error) => {
            write_line(format_args!("note: systemd receives no messages: `NOTIFY_SOCKET`: {error}"));
            None
        }
    }
}
