//! Advice for words that are no options: the tables of all attributes.

use super::capacity::CAPACITY;
use super::rule::Rule;
use super::systems::SYSTEMS;
use super::table::TABLE;

/// What to write instead of a word that is no option.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Advice {
    /// The rule that the word breaks.
    pub(crate) rule: Rule,
    pub(crate) text: &'static str,
}

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
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Job => "job",
            Self::Subscriber => "subscriber",
            Self::Main => "main",
            Self::Backoff => "backoff",
        }
    }

    /// The words of the table that have advice here, with the advice.
    pub(crate) fn advice(self) -> impl Iterator<Item = (&'static str, Advice)> {
        let mut words = "";
        let lines = TABLE
            .lines()
            .chain(SYSTEMS.lines())
            .chain(CAPACITY.lines())
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let answers = lines.filter_map(move |line| {
            let Some(answer) = line.strip_prefix("  ") else {
                words = line;
                return None;
            };
            let (heading, text) = answer.split_once("]: ")?;
            let (attributes, rule) = heading.split_once(" [")?;
            Some((words, attributes, Advice { rule: Rule::named(rule)?, text }))
        });
        let here =
            answers.filter(move |(_, attributes, _)| attributes.split(", ").any(|word| word == self.word()));
        here.flat_map(|(words, _, advice)| words.split(' ').map(move |word| (word, advice)))
    }
}
