//! Polls a future once, without waiting.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// What the future gives at once, if it does.
pub(crate) fn now<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
