//! Declarations with limits. Tasks share them by equal name and equal limits; added tasks and submissions share none. Limits outlive
//! the tasks, because a rate also holds for the next task of the name.

use super::permits::Permits;
use super::rates::RateState;
use super::{Unclear, World};
use crate::limited::Rate;
use crate::program::Work;

#[derive(Clone, Debug)]
pub(super) struct Declaration {
    key: DeclarationKey,
    pub(super) permits: Permits,
    pub(super) rate: Option<RateState>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct DeclarationKey {
    name: String,
    is_submitted: bool,
    max_concurrent: Option<usize>,
    rate: Option<Rate>,
}

impl World<'_> {
    /// The limits of an accepted task, as an index of `declarations`.
    pub(super) fn find_declaration(&mut self, name: &str, work: &Work, is_submitted: bool) -> Option<usize> {
        let limited = work.rare.limited;
        if limited.is_empty() {
            return None;
        }
        let (max_concurrent, rate) = (limited.max_concurrent, limited.rate);
        let name = name.split('/').next().unwrap_or(name);
        let key = DeclarationKey { name: name.to_owned(), is_submitted, max_concurrent, rate };
        let known = self.declarations.iter().position(|declaration| declaration.key == key);
        let other = self.declarations.iter().any(|Declaration { key: other, .. }| {
            other.name == key.name && other.is_submitted == is_submitted && *other != key
        });
        let sharing = match (known, other) {
            (Some(_), _) => "limits that are shared",
            (None, true) => "other limits of the same name",
            (None, false) => "limits of a new name",
        };
        self.met.insert(sharing.to_owned());
        Some(known.unwrap_or_else(|| {
            let (permits, rate) = (Permits::new(max_concurrent), rate.map(RateState::new));
            self.declarations.push(Declaration { key, permits, rate });
            self.declarations.len() - 1
        }))
    }

    pub(super) fn declaration(&self, number: usize) -> Option<&Declaration> {
        self.tasks[number].declaration.map(|index| &self.declarations[index])
    }

    pub(super) fn declaration_mut(&mut self, number: usize) -> Option<&mut Declaration> {
        self.tasks[number].declaration.map(|index| &mut self.declarations[index])
    }

    /// Whether at most one attempt of the declaration runs at once.
    pub(super) fn has_one_permit(&self, number: usize) -> bool {
        self.declaration(number).is_some_and(|declaration| declaration.key.max_concurrent == Some(1))
    }

    pub(super) fn begin_moment_of_declarations(&mut self) {
        for Declaration { permits, rate, .. } in &mut self.declarations {
            permits.begin_moment();
            if let Some(rate) = rate {
                rate.begin_moment();
            }
        }
    }

    /// Whether the task has arrived at its permits or at its rate limit in this moment.
    pub(super) fn has_arrived(&self, number: usize) -> bool {
        let at_own = |Declaration { permits, rate, .. }: &Declaration| {
            permits.arrived().contains(&number)
                || rate.as_ref().is_some_and(|rate| rate.arrived().contains(&number))
        };
        self.permits.arrived().contains(&number) || self.declaration(number).is_some_and(at_own)
    }

    /// Rejects a moment in which two tasks of a declaration act by themselves.
    pub(super) fn check_due(&self, due: &[usize]) -> Result<(), Unclear> {
        let declaration = |number: &usize| self.tasks[*number].declaration;
        let known: Vec<_> = due.iter().filter_map(declaration).collect();
        if known.iter().enumerate().any(|(index, other)| known[..index].contains(other)) {
            return Err(Unclear::Tie("two tasks of a declaration with limits act in one moment"));
        }
        Ok(())
    }

    /// Rejects a moment in which the order of arrival at a limit would be visible.
    pub(super) fn check_arrivals(&self) -> Result<(), Unclear> {
        let arrived = self.permits.arrived();
        if self.permits.is_contested() && !self.follows(arrived) && !self.came_in_order(arrived) {
            return Err(Unclear::Tie("two tasks that arrived in one moment compete for permits"));
        }
        for Declaration { permits, rate, .. } in &self.declarations {
            if permits.is_contested() && !self.came_in_order(permits.arrived()) {
                return Err(Unclear::Tie("two tasks of a declaration arrived in one moment"));
            }
            let is_contested = |rate: &RateState| rate.is_contested() && !self.came_in_order(rate.arrived());
            if rate.as_ref().is_some_and(is_contested) {
                return Err(Unclear::Tie("two tasks that arrived in one moment compete for a token"));
            }
        }
        Ok(())
    }
}
