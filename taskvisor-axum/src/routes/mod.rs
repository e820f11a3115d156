//! The paths, and their handlers.
//!
//! | file | what it answers |
//! |---|---|
//! | `status.rs` | `/status`, `/health/…`, `/model`, `/metrics`, `/openapi.json` |
//! | `tasks.rs` | `/tasks`, `/tasks/{name}`, `/graph` |
//! | `jobs.rs` | `/jobs`, `/jobs/{id}`, `/slots` |
//! | `events.rs` | `/events` |
//! | `controls.rs` | `POST /tasks/{name}/{action}` |
//! | `page.rs` | `/` |
//! | `headers.rs` | the headers of every answer |
//! | `parameters.rs` | reads the parameters of a request |

mod controls;
mod events;
mod headers;
mod jobs;
mod page;
mod parameters;
mod status;
mod tasks;

use std::sync::Arc;

use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, http::Uri};
use taskvisor::SupervisorHandle;

use crate::answer::ErrorCode;
use crate::dashboard::Dashboard;
use crate::refusal::Refusal;
use crate::snapshot::Snapshot;

/// What the handlers read.
#[derive(Clone)]
pub(crate) struct Served {
    supervisor: SupervisorHandle,
    dashboard: Arc<Dashboard>,
}

impl Served {
    /// What the application declares, if it keeps that.
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
        .route("/tasks/{name}/{action}", post(controls::control))
        .route("/slots", get(jobs::slots))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{id}", get(jobs::detail))
        .route("/graph", get(tasks::graph))
        .route("/model", get(status::model))
        .route("/events", get(events::events))
        .route("/metrics", get(status::metrics))
        .route("/openapi.json", get(status::openapi))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(map_response(headers::add))
        .with_state(Served { supervisor, dashboard })
}

/// A router that is nested at `/admin` gets the path `/` of `/admin/` here: only `/admin` is a route.
async fn unknown_path(uri: Uri) -> Response {
    if uri.path() == "/" {
        return page::page().await.into_response();
    }
    Refusal::new(ErrorCode::UnknownPath, format!("no such path: `{}`", uri.path())).into_response()
}

async fn unknown_method() -> Refusal {
    Refusal::new(ErrorCode::MethodNotAllowed, "this path has other methods: see the header `allow`")
}
