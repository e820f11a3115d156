//! Messages to systemd, over the datagram socket of `NOTIFY_SOCKET`.
//!
//! A task of Tokio sends them, on the runtime of the supervisor: if that runtime is blocked, the watchdog of systemd finds out. It owns
//! no state of the application for longer than one check.
//!
//! | file | what it decides |
//! |---|---|
//! | `socket.rs` | the address; nothing waits for a socket that is full or closed |
//! | `notifier.rs` | the order of `READY`, `RELOADING` and `STOPPING` |
//! | `reporter.rs` | when something is sent |
//! | `status.rs` | the text of `STATUS` |
//! | `watchdog.rs` | when `WATCHDOG` is sent, and when it is withheld |
//! | `drain.rs` | when a shutdown makes progress, for `EXTEND_TIMEOUT_USEC` |

mod drain;
#[cfg(not(target_os = "linux"))]
mod no_socket;
mod notifier;
mod reporter;
#[cfg(target_os = "linux")]
mod socket;
mod status;
#[cfg(all(test, not(taskvisor_loom), target_os = "linux"))]
mod tests;
mod watchdog;

pub(crate) use self::notifier::Notifier;
pub(crate) use self::reporter::Reporter;

#[cfg(not(target_os = "linux"))]
use self::no_socket as socket;

use std::future::Future;
use std::io;

use crate::supervisor::SupervisorHandle;

impl SupervisorHandle {
    /// Reports to systemd until the shutdown is over: when the supervisor is ready, what its tasks do, that it is alive, and that it
    /// stops. `docs/operations.md` lists the messages. An application (`#[taskvisor::main]`) reports by itself; do not call this there.
    ///
    /// Spawn the future before the tasks are added. It completes at once if `NOTIFY_SOCKET` is not set, on other systems than Linux, and
    /// while another future of this process reports: a service has one state in systemd. It does not keep the supervisor alive.
    ///
    /// The future must run on the runtime of the tasks: if the runtime is blocked, the watchdog of systemd must find out.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let reports = tokio::spawn(supervisor.notify_systemd());
    /// let hello = TaskFn::arc("hello", || async { Ok(println!("hello")) });
    /// supervisor.run(vec![TaskSpec::once(hello)]).await?;
    /// reports.await??; // `STOPPING=1` is sent
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `NOTIFY_SOCKET` is not the address of a Unix socket, or no socket can be created. A message that cannot be sent is no error.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, no more messages are sent. It can be created again.
    #[cfg_attr(docsrs, doc(cfg(feature = "systemd")))]
    pub fn notify_systemd(&self) -> impl Future<Output = io::Result<()>> + Send + use<> {
        // Weak, as each clone of a handle.
        let supervisor = self.clone();
        async move {
            if let Some(notifier) = Notifier::claim()? {
                Reporter::new(notifier, supervisor).report().await;
            }
            Ok(())
        }
    }
}
