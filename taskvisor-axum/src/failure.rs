//! Failures as answers, with bounded texts.

use std::error::Error;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use taskvisor::{Failure, Outcome};

use crate::answer::FailureAnswer;

/// The longest text that is taken over from outside, in bytes: a message, a name in a sentence, an outcome.
pub(crate) const MAX_TEXT: usize = 1024;

/// How many causes are listed.
const MAX_CAUSES: usize = 10;

/// The longest text of a [`shortened`] failure, in bytes: as much as the text of an event.
const MAX_SHORTENED: usize = 2048;

/// How many messages it has at most. A cause may be its own cause.
const MAX_CHAIN: usize = 64;

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

/// The failure with a text as its error: the one that its `Display` writes, without the part of long messages that is cut. An error may
/// write megabytes, and is written for each event and each request.
pub(crate) fn shortened(failure: &Failure) -> Failure {
    let mut text = String::new();
    let mut next = Some(failure.error() as &(dyn Error + 'static));
    for _ in 0..MAX_CHAIN {
        let Some(error) = next.filter(|_| text.len() < MAX_SHORTENED) else { break };
        let message =
            written_within(error, MAX_SHORTENED).unwrap_or_else(|| "<its Display panicked>".to_owned());
        if !text.ends_with(&message) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&message);
        }
        next = source(error);
    }
    Failure::new(failure.kind(), failure.attempt(), bounded_to(text, MAX_SHORTENED))
}

/// The outcome with its failure [`shortened`].
pub(crate) fn shortened_outcome(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    match &mut outcome {
        Outcome::Failed(failure) | Outcome::Canceled { last_error: Some(failure), .. } => {
            *failure = shortened(failure);
        }
        _ => {}
    }
    outcome
}

/// The message of an error.
fn written(error: &dyn Error) -> String {
    let message = written_within(error, MAX_TEXT);
    message.unwrap_or_else(|| "its message cannot be shown: writing it panicked".to_owned())
}

/// The message of an error, of at most `limit` bytes. The rest is not written. `None` if its `Display` panics, which is code of the user.
fn written_within(error: &dyn Error, limit: usize) -> Option<String> {
    let mut start = Start { text: String::new(), limit };
    // An error of `Display` is that of the cut, or the text ends where `Display` failed.
    let _ = catch_unwind(AssertUnwindSafe(|| write!(start, "{error}"))).ok()?;
    Some(bounded_to(start.text, limit))
}

/// The start of a text: at least a byte more than the limit, so that [`bounded_to`] marks the cut, if the text is longer.
struct Start {
    text: String,
    limit: usize,
}

impl Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Most texts are short, and each failure is written.
        if text.len() <= self.limit.saturating_sub(self.text.len()) {
            self.text.push_str(text);
            return Ok(());
        }
        for character in text.chars() {
            if self.text.len() > self.limit {
                return Err(fmt::Error);
            }
            self.text.push(character);
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use taskvisor::FailureKind;

    use super::*;

    /// Counts how much of a long message is written.
    #[derive(Debug)]
    struct Long(Cell<usize>);

    impl fmt::Display for Long {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            for _ in 0..1_000_000 {
                f.write_str("é")?;
                self.0.set(self.0.get() + 1);
            }
            Ok(())
        }
    }

    impl Error for Long {}

    #[derive(Debug)]
    struct Broken;

    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }

    impl Error for Broken {}

    #[test]
    fn the_cut_part_of_a_message_is_not_written() {
        let long = Long(Cell::new(0));
        let message = written(&long);
        assert!(message.len() <= MAX_TEXT && message.ends_with("é…"), "{message}");
        assert!(long.0.get() <= MAX_TEXT, "{} characters were written", long.0.get());
    }

    #[test]
    fn a_shortened_failure_reads_as_the_whole_one() {
        #[derive(Debug)]
        struct Outer(std::io::Error);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("cannot read")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let error = Outer(std::io::Error::other("no route"));
        let failure = Failure::new(FailureKind::Fatal, 3, error);
        assert_eq!(shortened(&failure), failure);
        assert_eq!(shortened(&failure).attempt(), 3);
        let long = shortened(&Failure::new(FailureKind::Error, 1, "é".repeat(10_000))).to_string();
        assert!(long.len() <= MAX_SHORTENED && long.ends_with("é…"), "{long}");
    }

    #[test]
    fn a_display_that_fails_leaves_what_it_wrote() {
        assert_eq!(written(&Broken), "half");
    }
}
