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
    /// What is possible instead: methods, actions, or parameters. Empty if the message says all.
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
    /// 404: no task of this name.
    UnknownTask,
    /// 404: no job with this id, or it has ended too long ago.
    UnknownJob,
    /// 404: no such action.
    UnknownAction,
    /// 405: the path exists, but not with this method. Or controls are off.
    MethodNotAllowed,
    /// 400: an unknown parameter, or one that cannot be read.
    BadParameter,
    /// 400: a cursor that no answer of this server has returned.
    BadCursor,
    /// 400: an id of an event that cannot be read.
    BadEventId,
    /// 410: an id of an event of another run of the process.
    OtherRun,
    /// 400: a body that is no JSON, or has an unknown field.
    BadBody,
    /// 413: a body that is too long.
    BodyTooLong,
    /// 403: the header that each `POST` needs is missing.
    MissingHeader,
    /// 403: the application does not permit it.
    Forbidden,
    /// 409: the phase of the task does not permit it.
    Conflict,
    /// 404: the application does not offer it: no event ring, no metrics, or no model.
    NotInstalled,
    /// 503: too many event streams are open.
    TooManyStreams,
}
