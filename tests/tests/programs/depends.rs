//! What a task of a program depends on: data, text, and the options of its spec.

use std::fmt::{Display, Formatter, Result};

use taskvisor::TaskSpec;

use crate::program::{Ms, NAMES, Name};
use crate::specs::millis;

/// The tasks that a task depends on. A job depends on none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Depends {
    pub(crate) needs: Vec<Name>,
    pub(crate) after: Vec<Name>,
    /// How long a needed task may be lost before the running attempt is interrupted.
    pub(crate) interrupt_on_loss: Option<Ms>,
}

impl Depends {
    /// The names of all dependencies, in the order in which they are checked. Some may be listed twice.
    pub(crate) fn names(&self) -> impl Iterator<Item = Name> + '_ {
        self.after.iter().chain(&self.needs).copied()
    }

    pub(crate) fn needs_names(&self) -> Vec<&'static str> {
        self.needs.iter().map(|name| NAMES[*name]).collect()
    }

    pub(crate) fn after_names(&self) -> Vec<&'static str> {
        self.after.iter().map(|name| NAMES[*name]).collect()
    }

    pub(crate) fn apply(&self, spec: TaskSpec) -> TaskSpec {
        spec.with_needs(self.needs_names())
            .with_after(self.after_names())
            .with_interrupt_on_loss(self.interrupt_on_loss.map(millis))
    }

    /// Keeps only these dependencies.
    pub(crate) fn retain(&mut self, keep: impl Fn(Name) -> bool) {
        self.needs.retain(|name| keep(*name));
        self.after.retain(|name| keep(*name));
        if self.needs.is_empty() {
            self.interrupt_on_loss = None;
        }
    }
}

impl Display for Depends {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (option, names) in [("needs", self.needs_names()), ("after", self.after_names())] {
            if !names.is_empty() {
                write!(f, " | {option}: {}", names.join(", "))?;
            }
        }
        match self.interrupt_on_loss {
            Some(limit) => write!(f, " | interrupted on a loss of {limit} ms"),
            None => Ok(()),
        }
    }
}
