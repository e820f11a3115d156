//! Paths, methods and tasks that do not exist.

use axum::http::{Method, Uri};
use taskvisor::SupervisorHandle;

use crate::answer::ErrorCode;
use crate::failure::bounded;
use crate::nearest::nearest;
use crate::refusal::Refusal;

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

/// The refusal of a name that no added task has, with the most similar name.
pub(super) fn task(supervisor: &SupervisorHandle, name: &str, message: String) -> Refusal {
    let tasks = supervisor.tasks();
    let known = tasks.iter().filter(|task| !task.is_submission()).map(|task| &*task.name);
    let message = bounded(message);
    match nearest(name, known) {
        Some(nearest) => {
            Refusal::new(ErrorCode::UnknownTask, format!("{message}; did you mean `{nearest}`?"))
                .allowing([nearest])
        }
        None => Refusal::new(ErrorCode::UnknownTask, message),
    }
}
