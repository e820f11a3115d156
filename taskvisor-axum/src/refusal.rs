//! Refused requests.

use axum::Json;
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::answer::{ErrorAnswer, ErrorCode, ErrorDetail, VERSION};

/// A request that is refused: an answer with an [`ErrorAnswer`].
#[derive(Debug)]
pub(crate) struct Refusal {
    code: ErrorCode,
    message: String,
    allowed: Vec<String>,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), allowed: Vec::new() }
    }

    /// Lists what is possible instead.
    pub(crate) fn allowing<T: Into<String>>(mut self, allowed: impl IntoIterator<Item = T>) -> Self {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// What the answer will contain.
    pub(crate) fn into_detail(self) -> ErrorDetail {
        let Self { code, message, allowed } = self;
        ErrorDetail { code, message, allowed }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self.code {
            ErrorCode::BadParameter | ErrorCode::BadCursor | ErrorCode::BadEventId | ErrorCode::BadBody => {
                StatusCode::BAD_REQUEST
            }
            ErrorCode::UnknownPath
            | ErrorCode::UnknownTask
            | ErrorCode::UnknownJob
            | ErrorCode::UnknownAction
            | ErrorCode::NotInstalled => StatusCode::NOT_FOUND,
            ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::OtherRun => StatusCode::GONE,
            ErrorCode::BodyTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::MissingHeader | ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::Conflict => StatusCode::CONFLICT,
            ErrorCode::TooManyStreams => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::MetricsPanicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let error = self.into_detail();
        let methods = (status == StatusCode::METHOD_NOT_ALLOWED).then(|| error.allowed.join(", "));
        let mut response = (status, Json(ErrorAnswer { version: VERSION, error })).into_response();
        // A path without methods has an empty header, as RFC 9110 requires.
        if let Some(methods) = methods.and_then(|methods| HeaderValue::try_from(methods).ok()) {
            response.headers_mut().insert(ALLOW, methods);
        }
        response
    }
}
