//! What to write if a state is missing: most often a related type was registered, such as an `Arc<Db>` for a `Db`.

mod relation;
mod type_name;
#[cfg(test)]
mod tests;

use self::relation::trait_object;
use self::type_name::{TypeWriter, last_segment};

/// How many registered types a message lists.
const MAX_LISTED: usize = 8;

/// How many related types a message explains.
const MAX_EXPLAINED: usize = 3;

/// The call that registers a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RegisteredBy {
    /// `app.state(…)`, in the setup of an application.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    App,
    /// `.state(…)`, of the builder of a supervisor.
    Builder,
    /// `.with_state(…)`, in a unit test.
    TestContext,
}

impl RegisteredBy {
    /// The call with this argument, as code.
    fn call(self, value: &str) -> String {
        match self {
            Self::App => format!("app.state({value})"),
            Self::Builder => format!(".state({value})"),
            Self::TestContext => format!(".with_state({value})"),
        }
    }
}

/// Words for missing states.
pub(crate) struct MissingStates<'a> {
    /// The names of all registered types, sorted.
    registered: &'a [&'static str],
    by: RegisteredBy,
    writer: TypeWriter<'a>,
}

impl<'a> MissingStates<'a> {
    pub(crate) fn new(missing: &[&'a str], registered: &'a [&'static str], by: RegisteredBy) -> Self {
        let writer = TypeWriter::new(missing.iter().chain(registered).copied());
        Self { registered, by, writer }
    }

    /// The parameter that needs the state, such as `State<Db>`.
    pub(crate) fn parameter(&self, missing: &str) -> String {
        format!("`State<{}>`", self.writer.write(missing))
    }

    /// Says that none of these types was registered.
    pub(crate) fn absence(&self, missing: &[&str]) -> &'static str {
        match missing {
            _ if self.registered.is_empty() => "no state was registered",
            [_] => "no state of that type was registered",
            _ => "no states of those types were registered",
        }
    }

    /// Says what to write for these types: how the related types differ that were registered, or else the call that
    /// registers each, and what was registered.
    pub(crate) fn advice(&self, missing: &[&str]) -> String {
        let (mut parts, mut unexplained) = (Vec::new(), Vec::new());
        for missing in missing {
            let relatives = self.relatives(missing);
            if relatives.is_empty() {
                unexplained.push(*missing);
            }
            parts.extend(relatives);
        }
        if unexplained.is_empty() {
            return parts.join("; ");
        }
        let has_relatives = !parts.is_empty();
        parts.push(self.calls(&unexplained, has_relatives));
        if !has_relatives {
            parts.extend(self.listed());
        }
        parts.join("; ")
    }

    /// Says how each registered type that is related to a missing one differs from it. Only the closest relation counts.
    pub(crate) fn relatives(&self, missing: &str) -> Vec<String> {
        let mut explained = Self::RELATIONS.iter().map(|relation| -> Vec<_> {
            self.registered.iter().filter_map(|registered| relation(self, missing, registered)).collect()
        });
        let mut explained = explained.find(|explained| !explained.is_empty()).unwrap_or_default();
        if explained.len() > MAX_EXPLAINED {
            let more = explained.len() - MAX_EXPLAINED;
            explained.truncate(MAX_EXPLAINED);
            explained.push(format!("{more} more of the registered types may be meant"));
        }
        explained
    }

    /// The calls that register states of these types. `among_others` tells whether other types need no such call.
    fn calls(&self, missing: &[&str], among_others: bool) -> String {
        let mut calls: Vec<_> =
            missing.iter().map(|missing| format!("`{}`", self.call_for(missing))).collect();
        calls.dedup();
        let place = if self.by == RegisteredBy::App { " in `main`" } else { "" };
        let targets = match missing {
            [only] if among_others => format!(" for {}", self.parameter(only)),
            [_, _, ..] if calls.len() == 1 => " for each".to_owned(),
            _ => String::new(),
        };
        format!("call {}{targets}{place}", calls.join(" and "))
    }

    fn call_for(&self, missing: &str) -> String {
        let value = match trait_object(missing) {
            Some(_) => format!("{}::new(…) as {}", last_segment(missing), self.writer.write(missing)),
            None => "…".to_owned(),
        };
        self.by.call(&value)
    }

    /// Lists the registered types.
    fn listed(&self) -> Option<String> {
        let listed = self.registered.iter().take(MAX_LISTED);
        let listed: Vec<_> = listed.map(|name| format!("`{}`", self.writer.write(name))).collect();
        match self.registered.len() {
            0 => None,
            1 => Some(format!("the only registered type is {}", listed[0])),
            all if all > MAX_LISTED => {
                Some(format!("{all} types are registered, among them {}", listed.join(", ")))
            }
            _ => Some(format!("the registered types are {}", listed.join(", "))),
        }
    }
}
