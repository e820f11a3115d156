//! The paths, and their handlers.
//!
//! | file | what it answers |
//! |---|---|
//! | `status.rs` | `/status`, `/health/…`, `/model`, `/metrics`, `/openapi.json` |
//! | `tasks.rs` | `/tasks`, `/tasks/{name}`, `/graph` |
//! | `jobs.rs` | `/jobs`, `/jobs/{id}`, `/slots` |
//! | `events.rs` | `/events` |
//! | `controls/` | `POST /tasks/{name}/{action}` |
//! | `page.rs` | `/` |
//! | `headers.rs` | the headers of every answer |
//! | `parameters.rs` | reads the parameters of a request |
//! | `small_body.rs` | reads the body of a request |
//! | `unknown.rs` | other paths and methods |

mod controls;
mod events;
mod headers;
mod jobs;
mod page;
mod parameters;
mod small_body;
mod status;
mod tasks;
mod unknown;

use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{get, post};
use taskvisor::SupervisorHandle;

use crate::dashboard::Dashboard;
use crate::snapshot::Snapshot;

#[cfg(all(test, feature = "openapi"))]
pub(crate) use unknown::PATHS;
#[cfg(feature = "openapi")]
pub(crate) use {controls::HEADER as CONTROL_HEADER, tasks::MAX_NAMES};

/// How many live jobs, and how many ended ones, are listed by default, and at most.
#[cfg(feature = "openapi")]
pub(crate) const JOB_LIMITS: (usize, usize) = (jobs::DEFAULT_LIMIT, jobs::MAX_LIMIT);

/// The state of the handlers.
#[derive(Clone)]
pub(crate) struct Served {
    supervisor: SupervisorHandle,
    dashboard: Arc<Dashboard>,
}

impl Served {
    /// What the application declares, if it keeps its description.
    fn description(&self) -> Option<Arc<str>> {
        #[cfg(feature = "macros")]
        return self.supervisor.description();
        #[cfg(not(feature = "macros"))]
        return None;
    }

    fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            supervisor: &self.supervisor,
            ring: self.dashboard.ring().map(|ring| &**ring),
            moment: self.dashboard.clock().moment(),
        }
    }
}

/// Creates the routes of a supervisor.
pub(crate) fn router_of(supervisor: SupervisorHandle) -> Router {
    let dashboard = supervisor.state::<Dashboard>().unwrap_or_default();
    Router::new()
        .route("/", get(page::page))
        .route("/status", get(status::status))
        .route("/health/live", get(status::live))
        .route("/health/ready", get(status::ready))
        .route("/health/started", get(status::started))
        .route("/tasks", get(tasks::list))
        .route("/tasks/{name}", get(tasks::detail))
        .route("/tasks/{name}/{action}", post(controls::control).fallback(controls::other_method))
        .route("/slots", get(jobs::slots))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{id}", get(jobs::detail))
        .route("/graph", get(tasks::graph))
        .route("/model", get(status::model))
        .route("/events", get(events::stream))
        .route("/metrics", get(status::metrics))
        .route("/openapi.json", get(status::openapi))
        .fallback(unknown::path)
        .method_not_allowed_fallback(unknown::method)
        .layer(map_response(headers::add))
        .with_state(Served { supervisor, dashboard })
}
