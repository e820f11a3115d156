//! The headers of every answer.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;

/// Adds the headers to an answer. A value that a handler has set remains.
pub(super) async fn add(mut response: Response) -> Response {
    let headers = response.headers_mut();
    // The state of a service is outdated once it was sent, and names may be confidential.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // JSON with a name such as `<script>` must not be taken for HTML.
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    response
}
