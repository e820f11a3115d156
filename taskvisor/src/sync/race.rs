//! A race of two futures.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

pub(crate) enum Raced<A, B> {
    Left(A),
    Right(B),
}

/// Completes with the first of two futures to complete, and drops the other. If both are ready, the left one wins.
pub(crate) async fn race<A: Future, B: Future>(left: A, right: B) -> Raced<A::Output, B::Output> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|context| {
        if let Poll::Ready(output) = left.as_mut().poll(context) {
            return Poll::Ready(Raced::Left(output));
        }
        right.as_mut().poll(context).map(Raced::Right)
    })
    .await
}
