//! The option `fatal_if`: which errors of a function are fatal.

use crate::error::TaskError;
use crate::sync::panics::contain;

/// The return type of a function with the option `fatal_if`: a `Result`, whose error the predicate receives before it is converted.
///
/// Generated code computes `IS_RESULT`. For another return type this is a compile error, and the only one: the compiler reports
/// nothing further about a trait whose constant is an error.
pub trait FallibleReturn<const IS_RESULT: bool>: Sized {
    /// The error of the function.
    type Error;

    /// Converts what the function returned, with `convert`. A failure becomes fatal if `is_fatal` returns `true` for its error; a
    /// panic of `is_fatal` counts as `false`. An error that was marked keeps its mark.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_result_with_fatal_if<T>(
        self,
        is_fatal: fn(&Self::Error) -> bool,
        convert: fn(Self) -> Result<T, TaskError>,
    ) -> Result<T, TaskError>;
}

#[diagnostic::do_not_recommend]
impl<V, E> FallibleReturn<true> for Result<V, E> {
    type Error = E;

    fn into_result_with_fatal_if<T>(
        self,
        is_fatal: fn(&E) -> bool,
        convert: fn(Self) -> Result<T, TaskError>,
    ) -> Result<T, TaskError> {
        // Before the conversion, which erases the type of the error.
        let is_fatal = self.as_ref().err().is_some_and(|error| contain(|| is_fatal(error)).unwrap_or(false));
        convert(self).map_err(|error| match error {
            TaskError::Fail(error) if is_fatal => TaskError::Fatal(error),
            other => other,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use super::*;
    use crate::error::ResultExt;

    fn is_not_found(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::NotFound
    }

    fn converted(error: io::Error) -> TaskError {
        let returned: io::Result<()> = Err(error);
        let result = returned.into_result_with_fatal_if(is_not_found, |result| result.map_err(Into::into));
        result.expect_err("an error stays an error")
    }

    #[test]
    fn an_error_is_fatal_if_the_predicate_says_so() {
        assert!(matches!(converted(io::ErrorKind::NotFound.into()), TaskError::Fatal(_)));
        assert!(matches!(converted(io::ErrorKind::TimedOut.into()), TaskError::Fail(_)));
    }

    #[test]
    fn a_mark_wins_over_the_predicate() {
        let missing = || Err::<(), _>(io::Error::from(io::ErrorKind::NotFound));
        let later: io::Result<()> = missing().retry_after(Duration::from_secs(1)).map_err(Into::into);
        assert!(matches!(converted(later.unwrap_err()), TaskError::RetryAfter { .. }));
        let fatal: io::Result<()> = Err(io::Error::from(io::ErrorKind::TimedOut)).fatal().map_err(Into::into);
        assert!(matches!(converted(fatal.unwrap_err()), TaskError::Fatal(_)));
    }

    #[test]
    fn a_canceled_attempt_is_not_fatal() {
        let canceled: Result<(), TaskError> = Err(TaskError::Canceled);
        let result = canceled.into_result_with_fatal_if(|_| true, |result| result);
        assert!(matches!(result, Err(TaskError::Canceled)));
    }

    #[test]
    fn a_panic_of_the_predicate_counts_as_false() {
        let failed: Result<u8, String> = Err("no".to_owned());
        let result =
            failed.into_result_with_fatal_if(|_| panic!("a mistake"), |result| result.map_err(Into::into));
        assert!(matches!(result, Err(TaskError::Fail(_))));
    }

    #[test]
    fn a_success_does_not_call_the_predicate() {
        let succeeded: Result<u8, String> = Ok(5);
        let result =
            succeeded.into_result_with_fatal_if(|_| unreachable!(), |result| result.map_err(Into::into));
        assert!(matches!(result, Ok(5)));
    }
}
