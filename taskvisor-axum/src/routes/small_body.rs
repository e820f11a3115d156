//! The bodies of requests, which are bounded.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_core::Stream;
use tokio::time::timeout;

use crate::answer::ErrorCode;
use crate::refusal::Refusal;

/// The longest body, in bytes.
pub(crate) const MAX_BODY: usize = 1024;

/// How long a body may take to arrive, so that a client that never sends it cannot keep a connection open.
const DEADLINE: Duration = Duration::from_secs(10);

/// Reads a body of at most [`MAX_BODY`] bytes. Refuses a longer one.
///
/// Cancel safe: the part that has arrived is dropped.
pub(crate) async fn read_small_body(body: Body) -> Result<Vec<u8>, Refusal> {
    timeout(DEADLINE, read(body)).await.unwrap_or_else(|_| {
        let message = format!("the body has not arrived within {} s: send it at once", DEADLINE.as_secs());
        Err(Refusal::new(ErrorCode::BadBody, message))
    })
}

async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut read = Vec::new();
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut chunks).poll_next(context)).await {
        let chunk: Bytes = chunk.map_err(|error| {
            Refusal::new(ErrorCode::BadBody, format!("the body cannot be read ({error}): send it again"))
        })?;
        // Counts the bytes that have arrived: a chunked body has no header `content-length`.
        if read.len() + chunk.len() > MAX_BODY {
            let message = format!("the body is longer than {MAX_BODY} bytes: send no body, or `{{}}`");
            return Err(Refusal::new(ErrorCode::BodyTooLong, message));
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}
