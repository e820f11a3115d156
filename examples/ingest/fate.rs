//! What became of a file.

use std::fmt;

use taskvisor::prelude::*;

use crate::row::Malformed;
use crate::totals::Totals;

pub(crate) enum Fate {
    /// It was read, and is in `done/`.
    Done(Totals),
    /// It is not as it should be, and is in `rejected/`.
    Rejected(String),
    /// It could not be read or moved, and stays where it is.
    Left(String),
    /// It stays where it is, because everything ended before its turn.
    Waiting,
}

impl From<Result<Totals, JobError>> for Fate {
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

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(totals) => totals.fmt(f),
            Self::Rejected(reason) => write!(f, "rejected: {reason}"),
            Self::Left(reason) => write!(f, "stays where it is: {reason}"),
            Self::Waiting => f.write_str("stays where it is"),
        }
    }
}
