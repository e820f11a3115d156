//! Failures as answers, with bounded texts.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use taskvisor::Failure;

use crate::answer::FailureAnswer;

/// The longest text that is taken over from outside, in bytes: a message, a name in a sentence, an outcome.
pub(crate) const MAX_TEXT: usize = 1024;

/// How many causes are listed.
const MAX_CAUSES: usize = 10;

pub(crate) fn failure_answer(failure: &Failure) -> FailureAnswer {
    let mut causes = Vec::new();
    let mut cause = source(failure.error());
    while let Some(error) = cause.filter(|_| causes.len() < MAX_CAUSES) {
        causes.push(written(error));
        cause = source(error);
    }
    FailureAnswer {
        kind: failure.kind().label().to_owned(),
        attempt: failure.attempt(),
        message: written(failure.error()),
        causes,
    }
}

/// The cause of an error. `source` is code of the user, too.
fn source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    catch_unwind(AssertUnwindSafe(|| error.source())).unwrap_or(None)
}

/// The message of an error. Its `Display` is code of the user, which may panic.
fn written(error: &dyn Error) -> String {
    catch_unwind(AssertUnwindSafe(|| bounded(error.to_string())))
        .unwrap_or_else(|_| "its message cannot be shown: writing it panicked".to_owned())
}

/// Cuts a text to [`MAX_TEXT`], and marks the cut with `…`.
pub(crate) fn bounded(text: String) -> String {
    bounded_to(text, MAX_TEXT)
}

/// Cuts a text to `max` bytes, the mark `…` included.
pub(crate) fn bounded_to(mut text: String, max: usize) -> String {
    if text.len() > max {
        let mut end = max.saturating_sub('…'.len_utf8());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}
