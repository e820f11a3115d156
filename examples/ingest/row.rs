//! A row of a file, and what is wrong with it.

use std::error::Error;
use std::fmt;

use csv::{ErrorKind, Position, StringRecord};

pub(crate) const COLUMNS: [&str; 5] = ["customer", "order", "product", "quantity", "price"];

/// The first thing that is wrong with a file, and where: reading it again would not help.
#[derive(Debug)]
pub(crate) struct Malformed {
    line: usize,
    /// Counted in fields, from 1.
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

    /// In the place of a row that is missing.
    pub(crate) fn empty(text: &'a [u8]) -> Self {
        Self { place: Place::new(text, None), record: StringRecord::new() }
    }

    /// A field of it, if it is what is expected.
    pub(crate) fn field<T>(
        &self,
        index: usize,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Malformed> {
        let found = self.record.get(index).unwrap_or_default();
        parse(found).ok_or_else(|| self.malformed(index, expected))
    }

    /// Whether nothing follows after the last column.
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

/// Where a row begins: its line is counted only when somebody wants to know.
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

    /// The line, from 1. The reader has a count of its own, but of the place from where it looked for the row: before
    /// the second half of a `\r\n`, and before lines that are empty.
    pub(crate) fn line(self) -> usize {
        let skipped = self.after.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        1 + self.before.iter().chain(skipped).filter(|byte| **byte == b'\n').count()
    }
}
