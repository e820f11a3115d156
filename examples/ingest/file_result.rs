//! The result of processing a file.

use std::fmt;

use taskvisor::prelude::*;

use crate::row::Malformed;
use crate::totals::Totals;

pub(crate) enum FileResult {
    /// The file was read, and moved to `done/`.
    Done(Totals),
    /// The file is malformed, and was moved to `rejected/`.
    Rejected(String),
    /// The file could not be read or moved, and stays in the folder.
    Left(String),
    /// The file stays in the folder, because the application stopped before the job started.
    Waiting,
}

impl From<Result<Totals, JobError>> for FileResult {
    fn from(result: Result<Totals, JobError>) -> Self {
        let error = match result {
            Ok(totals) => return Self::Done(totals),
            Err(error) => error,
        };
        match (error.downcast_ref::<Malformed>(), &error) {
            (Some(malformed), _) => Self::Rejected(malformed.to_string()),
            (None, JobError::Ended(Outcome::Rejected(_))) => Self::Waiting,
            (None, _) => Self::Left(error.to_string()),
        }
    }
}

impl fmt::Display for FileResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(totals) => totals.fmt(f),
            Self::Rejected(reason) => write!(f, "rejected: {reason}"),
            Self::Left(reason) => write!(f, "stays where it is: {reason}"),
            Self::Waiting => f.write_str("stays where it is"),
        }
    }
}
