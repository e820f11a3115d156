//! Mistakes in calls of `tune` and `disable`.

use std::ptr;

use super::{Change, ChangeKind};
use crate::app::App;
use crate::app::declared::Declaration;
use crate::app::discover::Discovered;
use crate::app::options::{MainOptions, crates_option};
use crate::app::problem::{Problem, SourceLocation};
use crate::runtime::body::Location;

impl App {
    /// Reports calls of `tune` and `disable` that contradict each other, or have nothing to change.
    pub(in crate::app) fn check_changes(
        &self,
        found: &Discovered,
        options: &MainOptions,
        problems: &mut Vec<Problem>,
    ) {
        for (index, change) in self.changes.iter().enumerate() {
            let earlier = self.changes[..index].iter().find(|earlier| ptr::eq(earlier.of, change.of));
            let reason = if let Some(earlier) = earlier {
                Some(change.repeats(earlier, &change.subject(found)))
            } else if let Some(by_hand) = self.added_by_hand(change.of) {
                Some(change.added_too(by_hand, &change.subject(found)))
            } else {
                change.without_target(found, options)
            };
            problems.extend(reason.map(|reason| Problem::new(change.at, reason)));
        }
    }

    /// The place where the setup adds a declared task or subscriber by hand.
    fn added_by_hand(&self, location: &'static Location) -> Option<SourceLocation> {
        let tasks = self.tasks.iter().filter(|task| task.is_by_hand() && task.is_declared_at(location));
        let subscribers = self.subscribers.iter();
        let subscribers = subscribers.filter(|listed| listed.is_by_hand() && listed.is_declared_at(location));
        tasks.map(|task| task.location).chain(subscribers.map(|listed| listed.location)).next()
    }
}

impl Change {
    fn call(&self) -> &'static str {
        match self.kind {
            ChangeKind::Tune => "tune",
            ChangeKind::Disable => "disable",
        }
    }

    fn done(&self) -> &'static str {
        match self.kind {
            ChangeKind::Tune => "tuned",
            ChangeKind::Disable => "disabled",
        }
    }

    /// The declaration in words.
    fn subject(&self, found: &Discovered) -> String {
        found
            .all()
            .find(|one| ptr::eq(one.location, self.of))
            .map_or_else(|| format!("`{}`", self.type_name), |one| format!("the {one}"))
    }

    fn repeats(&self, earlier: &Self, subject: &str) -> String {
        let advice = match (earlier.kind, self.kind) {
            (ChangeKind::Tune, ChangeKind::Tune) => "make all changes in one call",
            (ChangeKind::Disable, ChangeKind::Disable) => "remove one of the two calls",
            (ChangeKind::Tune, ChangeKind::Disable) | (ChangeKind::Disable, ChangeKind::Tune) => {
                "a disabled declaration has no options: remove one of the two calls"
            }
        };
        format!("{subject} is {} already ({}); {advice}", earlier.done(), earlier.at)
    }

    fn added_too(&self, by_hand: SourceLocation, subject: &str) -> String {
        let advice = match self.kind {
            ChangeKind::Tune => "set its options on the value that is added, or remove the call that adds it",
            ChangeKind::Disable => "remove one of the two; to change its options, use `app.tune`",
        };
        format!("{subject} is {} here and added by hand at {by_hand}; {advice}", self.done())
    }

    /// The problem of a call that has nothing to change, or whose closure returned something else.
    fn without_target(&self, found: &Discovered, options: &MainOptions) -> Option<String> {
        let subject = self.subject(found);
        if self.returned_another {
            return Some(format!(
                "the closure returned another value than that of {subject}; return the value that it receives, changed by its \
                 `with_…` methods"
            ));
        }
        let is_this = |one: &&Declaration| ptr::eq(one.location, self.of);
        if found.declared.iter().any(|one| is_this(&one)) {
            return None;
        }
        match found.all().find(is_this) {
            Some(_) if self.kind == ChangeKind::Disable => None,
            Some(unnamed) => {
                let krate = unnamed.location.krate();
                let crates = crates_option(options.crates.iter().copied().chain([krate]));
                Some(format!(
                    "{subject} is not part of this application, because its crate `{krate}` is not named; write {crates}, or \
                     remove this call"
                ))
            }
            None => Some(format!(
                "{subject} is not linked, so `{}` has nothing to change; remove this call",
                self.call()
            )),
        }
    }
}
