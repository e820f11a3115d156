//! The HTTP face of [`taskvisor`]: JSON, live events, and a page that says what runs, what does not, and why.
//!
//! ```no_run
//! use taskvisor::prelude::*;
//! use taskvisor_axum::Dashboard;
//!
//! #[task(every = "30s", timeout = "5s")]
//! async fn poll_feed() {}
//!
//! #[taskvisor::main]
//! async fn main(app: &mut App) {
//!     Dashboard::new().install(app).task(taskvisor_axum::serve("127.0.0.1:9900"));
//! }
//! ```
//!
//! Open `http://127.0.0.1:9900`. An application with a server of its own nests the routes instead, behind its own authentication:
//!
//! ```no_run
//! use axum::Router;
//! use taskvisor::prelude::*;
//! use taskvisor_axum::Dashboard;
//! use tokio::net::TcpListener;
//!
//! #[task(stop_order = "last")]
//! async fn serve(token: CancellationToken, ready: Ready, supervisor: SupervisorHandle) -> std::io::Result<()> {
//!     let listener = TcpListener::bind("127.0.0.1:8080").await?;
//!     ready.notify();
//!     let routes = Router::new().nest_service("/admin", taskvisor_axum::router(supervisor));
//!     axum::serve(listener, routes).with_graceful_shutdown(token.cancelled_owned()).await
//! }
//!
//! #[taskvisor::main]
//! async fn main(app: &mut App) {
//!     Dashboard::new().install(app);
//! }
//! ```
//!
//! # Paths
//!
//! | path | what it answers |
//! |---|---|
//! | `GET /` | the page |
//! | `GET /status` | the verdict, what needs attention, and how many tasks are in which phase |
//! | `GET /health/live`, `/health/ready`, `/health/started` | 200 or 503, with reasons |
//! | `GET /tasks` | a page of the tasks, by name; parameters `limit`, `cursor`, `name` (repeated), `contains`, `phase`, `attempts=true` |
//! | `GET /tasks/{name}` | one task: attempts, options with their origins, dependencies |
//! | `GET /slots`, `/jobs`, `/jobs/{id}` | the taken slots; live jobs, and the latest jobs that have ended |
//! | `GET /graph` | which task depends on which one |
//! | `GET /model` | what `TASKVISOR=describe=json` prints |
//! | `GET /events` | events as they happen, as server-sent events |
//! | `GET /metrics` | what [`Dashboard::with_metrics`] renders |
//! | `GET /openapi.json` | the description of all of this for generators of clients |
//! | `POST /tasks/{name}/{action}` | pauses, resumes, restarts, triggers, starts or cancels a task, if [`Dashboard::with_controls`] permits it |
//!
//! [`answer`] has the JSON as Rust types. A name is percent-encoded in a path: `consume/0` is `/tasks/consume%2F0`. An error is JSON too:
//! [`answer::ErrorAnswer`]. Jobs cannot be controlled: their names are labels, which several may have.
//!
//! # Events
//!
//! Each message has an id, a JSON object ([`answer::EventAnswer`]), and no event name, so that `onmessage` of an `EventSource`
//! receives it. A stream begins with the next event. With `?after=start` it begins with the oldest event that is kept; with
//! `?after=ID` or the header `last-event-id`, after the event with that id. Where events are missing, because they are not kept any more
//! or because the client reads too slowly, a message named `missed` says how many ([`answer::MissedAnswer`]).
//!
//! A stream ends after the event `shutdown_requested`, so that it does not hold up a shutdown. An id of another run of the process is
//! refused with 410: read the state again, and connect without an id.
//!
//! # What surprises
//!
//! - Reading is not authenticated. Every client that reaches the address reads names, errors and options. Listen on a loopback address, or
//!   nest the routes behind your own middleware.
//! - Times are those of the server's wall clock. A client computes with the field `now` of the answer instead of its own clock.
//! - A list is not read atomically: tasks may change meanwhile.
//! - The latest 1,000 tasks that have ended remain in the list, each until a task of its name is added.
//! - An application with [`serve`] runs until a signal, because that task never ends.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `macros` | [`Dashboard::install`], for applications with `#[taskvisor::main]` | on |
//! | `cli` | the program `taskvisor`, a command line for these paths | off |
//! | `openapi` | for the tests of this crate | off |

#![forbid(unsafe_code)]
// On docs.rs, each item names the feature that it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]

// Layers: a file or a folder imports only from those above it; a test checks this.
pub mod answer;
mod clock;
mod connections;
mod failure;
mod nearest;
mod refusal;
mod events;
mod controls;
mod dashboard;
mod snapshot;
mod routes;
#[cfg(feature = "openapi")]
mod openapi;
mod serve;

pub use controls::ControlRequest;
pub use dashboard::Dashboard;
#[cfg(feature = "openapi")]
#[doc(hidden)]
pub use openapi::openapi;
pub use serve::serve;

use taskvisor::SupervisorHandle;

/// Creates the routes of a supervisor, to nest them in the routes of an application.
///
/// They use the [`Dashboard`] that is installed in the supervisor. Without one they are read-only, and know neither events nor ended tasks;
/// the page then polls. Call this function while the supervisor exists: a handle of a dropped supervisor finds no dashboard.
///
/// `nest_service("/admin", …)` answers `/admin` and `/admin/`; with `nest`, axum answers `/admin/` with 404.
///
/// Streams of events end at the beginning of a shutdown. A task that serves the routes sets `stop_order = "last"`, so that probes are
/// answered while the other tasks stop. A client that does not read what it has requested holds up axum's graceful shutdown until the
/// grace is over, with these routes as with any others; [`serve`] waits for such clients at most one second.
///
/// ```
/// use axum::Router;
/// use taskvisor::{Config, Supervisor};
/// use taskvisor_axum::{Dashboard, router};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let supervisor = Dashboard::new().install_on(Supervisor::builder(Config::default())).build();
/// let routes: Router = Router::new().nest_service("/admin", router(supervisor.handle()));
/// # }
/// ```
pub fn router(supervisor: SupervisorHandle) -> axum::Router {
    routes::router_of(supervisor)
}
