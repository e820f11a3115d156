//! Paths and methods that do not exist.

use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};

use super::page;
use crate::answer::ErrorCode;
use crate::failure::bounded;
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

/// A router that is nested at `/admin` gets the path `/` of `/admin/` here: only `/admin` is a route.
pub(super) async fn path(verb: Method, uri: Uri) -> Response {
    match (uri.path(), verb) {
        ("/", Method::GET | Method::HEAD) => page::page().await.into_response(),
        ("/", verb) => method(verb).await.into_response(),
        (path, _) => {
            let message =
                format!("there is no path `{}`: the server has the allowed ones", bounded(path.to_owned()));
            Refusal::new(ErrorCode::UnknownPath, message).allowing(PATHS).into_response()
        }
    }
}

/// All paths but that of the actions are read-only.
pub(super) async fn method(verb: Method) -> Refusal {
    let verb = bounded(verb.to_string());
    let message = format!("this path has no method `{verb}`, because it changes nothing: send `GET`");
    Refusal::new(ErrorCode::MethodNotAllowed, message).allowing(["GET", "HEAD"])
}
