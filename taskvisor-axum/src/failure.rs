//! Failures as answers, with bounded texts.

use std::error::Error;
use std::fmt::{self, Write};
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

/// The message of an error. Its `Display` is code of the user, which may panic or fail. The part of a long message that is cut is not
/// written: an error may write megabytes, and each request writes the errors of up to a thousand tasks.
fn written(error: &dyn Error) -> String {
    let mut start = Start(String::new());
    match catch_unwind(AssertUnwindSafe(|| write!(start, "{error}"))) {
        // An error of `Display` is that of the cut, or the text ends where `Display` failed.
        Ok(_) => bounded(start.0),
        Err(_) => "its message cannot be shown: writing it panicked".to_owned(),
    }
}

/// The start of a text: at least a character more than [`MAX_TEXT`], so that [`bounded`] marks the cut, if the text is longer.
struct Start(String);

impl Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.0.len() > MAX_TEXT {
                return Err(fmt::Error);
            }
            self.0.push(character);
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
    fn a_display_that_fails_leaves_what_it_wrote() {
        assert_eq!(written(&Broken), "half");
    }
}
