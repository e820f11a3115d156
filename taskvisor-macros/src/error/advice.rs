//! Advice for words that are no options: one table for all attributes.

use super::table::TABLE;

/// The lists in which options are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionsOf {
    Task,
    Job,
    Subscriber,
    Main,
    /// The list of `backoff(…)`.
    Backoff,
}

impl OptionsOf {
    /// Its name in the table.
    fn word(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Job => "job",
            Self::Subscriber => "subscriber",
            Self::Main => "main",
            Self::Backoff => "backoff",
        }
    }

    /// The words of the table that have advice here, with the advice.
    pub(crate) fn advice(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let mut words = "";
        let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let answers = lines.filter_map(move |line| {
            let Some(answer) = line.strip_prefix("  ") else {
                words = line;
                return None;
            };
            Some((words, answer.split_once(": ")?))
        });
        let here =
            answers.filter(move |(_, (given_by, _))| given_by.split(", ").any(|word| word == self.word()));
        here.flat_map(|(words, (_, advice))| words.split(' ').map(move |word| (word, advice)))
    }
}
