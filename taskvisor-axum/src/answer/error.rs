//! Errors.

use serde::{Deserialize, Serialize};

/// The answer to a request that was refused. Nothing has changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ErrorAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// What is wrong.
    pub error: ErrorDetail,
}

/// What is wrong with a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ErrorDetail {
    /// The kind of the error, for programs.
    pub code: ErrorCode,
    /// What is wrong, where, and what to write instead.
    pub message: String,
    /// What is possible instead: paths, methods, actions, parameters, values, or the most similar name. Empty if the message says it all.
    pub allowed: Vec<String>,
}

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// 404: no such path.
    UnknownPath,
    /// 404: no task has this name.
    UnknownTask,
    /// 404: no job has this id, or it is not kept any more.
    UnknownJob,
    /// 404: no such action.
    UnknownAction,
    /// 405: the path exists, but not with this method; or controls are off.
    MethodNotAllowed,
    /// 400: an unknown parameter, or one that cannot be read.
    BadParameter,
    /// 400: a cursor that is not the `next_cursor` of an answer.
    BadCursor,
    /// 400: a text that is not the id of an event, or an id that no event has yet.
    BadEventId,
    /// 410: the id of an event of another run of the process.
    OtherRun,
    /// 400: a body that is neither empty nor `{}`, or that does not arrive within 10 s.
    BadBody,
    /// 413: a body of more than 1 KiB.
    BodyTooLong,
    /// 403: the header that each `POST` needs is missing.
    MissingHeader,
    /// 403: the application does not permit it.
    Forbidden,
    /// 409: the phase of the task does not permit it, or the service shuts down.
    Conflict,
    /// 404: the application does not offer it: the event stream, the metrics, or the model.
    NotInstalled,
    /// 503: too many event streams are open.
    TooManyStreams,
    /// 500: the closure of the application that renders the metrics panicked.
    MetricsPanicked,
}
