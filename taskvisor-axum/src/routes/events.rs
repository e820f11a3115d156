//! `GET /events`: the events as they happen.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;

use super::Served;
use super::parameters::Parameters;
use crate::answer::ErrorCode;
use crate::events::{EventRing, IdError, MAX_STREAMS, StreamStart};
use crate::failure::bounded_to;
use crate::refusal::Refusal;

/// The header with which a client resumes.
const LAST_EVENT_ID: &str = "last-event-id";

/// The parameter with which a client resumes, or reads what is kept.
const AFTER: &str = "after";

/// The value of the parameter for all events that are kept.
const START: &str = "start";

/// How much of a bad value an error repeats, in bytes.
const MAX_QUOTED: usize = 64;

/// Answers with a stream of server-sent events.
pub(super) async fn stream(
    State(served): State<Served>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let ring = served.dashboard.ring().ok_or_else(|| {
        let message = "the application keeps no events: call `Dashboard::install` in its setup, or `Dashboard::install_on`";
        Refusal::new(ErrorCode::NotInstalled, message)
    })?;
    let start = start(ring, &headers, &uri)?;
    let stream = ring.stream(start).ok_or_else(|| {
        let message =
            format!("{MAX_STREAMS} event streams are open, and no more are served; try again later");
        Refusal::new(ErrorCode::TooManyStreams, message)
    })?;
    let mut response = Response::new(Body::from_stream(stream));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Some proxies would otherwise collect messages before they pass them on.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// Where the stream begins. The header wins: a browser that reconnects sends it to the address with which it has connected first.
fn start(ring: &EventRing, headers: &HeaderMap, uri: &Uri) -> Result<StreamStart, Refusal> {
    let parameters = Parameters::read(uri, &[AFTER])?;
    let after = parameters.one(AFTER)?;
    if let Some(id) = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) {
        let place = format!("the header `{LAST_EVENT_ID}`");
        let text = String::from_utf8_lossy(id.as_bytes());
        return position(ring, &text, &place);
    }
    match after {
        None => Ok(StreamStart::Now),
        Some(START) => Ok(StreamStart::Oldest),
        Some(id) => position(ring, id, "the parameter `after`"),
    }
}

fn position(ring: &EventRing, id: &str, place: &str) -> Result<StreamStart, Refusal> {
    let error = match ring.number_of(id) {
        Ok(number) => return Ok(StreamStart::After(number)),
        Err(error) => error,
    };
    let newest = ring.newest_id();
    let quoted = bounded_to(id.to_owned(), MAX_QUOTED);
    let (code, message) = match error {
        IdError::Unreadable => (
            ErrorCode::BadEventId,
            format!(
                "`{quoted}` in {place} is not the id of an event; send the `id` of the last message, such as `{newest}`, or no id \
                 for the events from now on"
            ),
        ),
        IdError::Beyond => (
            ErrorCode::BadEventId,
            format!("`{quoted}` in {place} is the id of no event yet; the newest one is `{newest}`"),
        ),
        IdError::OtherRun => (
            ErrorCode::OtherRun,
            format!(
                "`{quoted}` in {place} is the id of an event of another run of the process; read the state again, and connect \
                 without an id"
            ),
        ),
    };
    Err(Refusal::new(code, message))
}
