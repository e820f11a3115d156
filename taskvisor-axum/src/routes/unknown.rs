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
    let message = format!("there is no path `{path}`: write an allowed one");
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
    // The labels of jobs look like names of tasks, in the events as on the page.
    if tasks.iter().any(|task| task.is_submission() && task.name == *name) {
        let name = bounded(name.to_owned());
        let message = format!(
            "`{name}` is no task, but the name of jobs: `GET /jobs` lists them, and no action controls them"
        );
        return Refusal::new(ErrorCode::UnknownTask, message);
    }
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
