//! A row of a file, and the errors in it.

use std::error::Error;
use std::fmt;

use csv::{ErrorKind, Position, StringRecord};

pub(crate) const COLUMNS: [&str; 5] = ["customer", "order", "product", "quantity", "price"];

/// The first error in a malformed file, with its position. A retry cannot fix it.
#[derive(Debug)]
pub(crate) struct Malformed {
    line: usize,
    /// The number of the field, from 1.
    column: usize,
    reason: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, reason } = self;
        match COLUMNS.get(column - 1) {
            Some(name) => write!(f, "line {line}, column {column} ({name}): {reason}"),
            None => write!(f, "line {line}, column {column}: {reason}"),
        }
    }
}

impl Error for Malformed {}

pub(crate) struct Row<'a> {
    place: Place<'a>,
    record: StringRecord,
}

impl<'a> Row<'a> {
    pub(crate) fn new(text: &'a [u8], record: csv::Result<StringRecord>) -> Result<Self, Malformed> {
        let place = |position| Place::new(text, position);
        match record {
            Ok(record) => Ok(Self { place: place(record.position()), record }),
            Err(error) => {
                let (index, reason) = match error.kind() {
                    ErrorKind::Utf8 { err, .. } => (err.field(), "expected UTF-8".to_owned()),
                    _ => (0, error.to_string()),
                };
                Err(Malformed { line: place(error.position()).line(), column: index + 1, reason })
            }
        }
    }

    /// Stands for a missing row.
    pub(crate) fn empty(text: &'a [u8]) -> Self {
        Self { place: Place::new(text, None), record: StringRecord::new() }
    }

    /// Parses a field, or returns an error that names the expected content.
    pub(crate) fn field<T>(
        &self,
        index: usize,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Malformed> {
        let found = self.record.get(index).unwrap_or_default();
        parse(found).ok_or_else(|| self.malformed(index, expected))
    }

    /// Checks that no field follows the last column.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        match self.record.get(COLUMNS.len()) {
            Some(_) => Err(self.malformed(COLUMNS.len(), "the end of the line")),
            None => Ok(()),
        }
    }

    pub(crate) fn malformed(&self, index: usize, expected: &str) -> Malformed {
        let found = match self.record.get(index) {
            None | Some("") => "nothing".to_owned(),
            Some(found) => format!("`{found}`"),
        };
        let reason = format!("expected {expected}, found {found}");
        Malformed { line: self.place.line(), column: index + 1, reason }
    }

    pub(crate) fn place(&self) -> Place<'a> {
        self.place
    }
}

/// The position where a row begins. Its line number is computed only on demand.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    before: &'a [u8],
    after: &'a [u8],
}

impl<'a> Place<'a> {
    fn new(text: &'a [u8], position: Option<&Position>) -> Self {
        let byte = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        let (before, after) = text.split_at(byte.min(text.len()));
        Self { before, after }
    }

    /// Returns the line number, from 1. The line number of the reader does not serve: it is that of the position where
    /// the reader began to search for the row, which is before the second half of a `\r\n` and before empty lines.
    pub(crate) fn line(self) -> usize {
        let skipped = self.after.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        1 + self.before.iter().chain(skipped).filter(|byte| **byte == b'\n').count()
    }
}
