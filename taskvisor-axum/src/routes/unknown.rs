//! Paths and methods that do not exist.

use crate::answer::ErrorCode;
use crate::failure::bounded;
use crate::refusal::Refusal;
use axum::http::{Method, Uri};

/// The paths that exist.
pub(crate) const PATHS: [&str; 16] = [
    "/",
    "/status",
    "/health/live",
    "/health/ready",
    "/health/started",
    "/tasks",
    "/tasks/{name}",
    "/tasks/{name}/{action}",
    "/slots",
    "/jobs",
    "/jobs/{id}",
    "/graph",
    "/model",
    "/events",
    "/metrics",
    "/openapi.json",
];

pub(super) async fn path(uri: Uri) -> Refusal {
    let path = bounded(uri.path().to_owned());
    let message = format!("there is no path `{path}`: the server has the allowed ones");
    Refusal::new(ErrorCode::UnknownPath, message).allowing(PATHS)
}

/// All paths but that of the actions are read-only.
pub(super) async fn method(verb: Method) -> Refusal {
    let verb = bounded(verb.to_string());
    let message = format!("this path has no method `{verb}`, because it changes nothing: send `GET`");
    Refusal::new(ErrorCode::MethodNotAllowed, message).allowing(["GET", "HEAD"])
}
