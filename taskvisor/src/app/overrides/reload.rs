//! Reads the file of a running application again.

use std::path::PathBuf;
use std::sync::Arc;

use super::base::Base;
use super::difference::{Difference, States};
use crate::app::App;
use crate::app::policies::{Policies, PolicySet};
use crate::event::{EventKind, EventName};
use crate::runtime::shared::Shared;
use crate::sync::Mutex;
use crate::task::{ChangedOption, ReloadError, Reloaded};

/// What a reload needs. A supervisor whose application has a file holds it.
pub(in crate::app) struct Reloader {
    /// Taken during a reload, which calls user code: the parameters of tasks return what they need.
    state: Mutex<Option<State>>,
    policies: Arc<Mutex<Policies>>,
}

struct State {
    base: Base,
    path: PathBuf,
    started: PolicySet,
    /// The options after the last reload.
    current: Option<PolicySet>,
}

impl Reloader {
    /// Returns `None` if the application has no file. Call it once the overrides are applied.
    pub(in crate::app) fn new(app: &mut App, policies: &Arc<Mutex<Policies>>) -> Option<Self> {
        let path = app.overrides_file.as_ref()?.path.clone();
        let base = app.base.take()?;
        let started = app.policies(&base.options);
        let state = State { base, path, started, current: None };
        Some(Self { state: Mutex::new(Some(state)), policies: Arc::clone(policies) })
    }

    /// Reads the file, and applies what has changed. Either all changes apply, or none.
    pub(in crate::app) fn reload(&self, shared: &Arc<Shared>) -> Result<Reloaded, ReloadError> {
        let state = self.state.lock().take().ok_or(ReloadError::InProgress)?;
        let mut returned = Returned { reloader: self, state: Some(state) };
        // Always there: it is taken by the destructor only.
        let Some(state) = &mut returned.state else { return Err(ReloadError::InProgress) };
        let result = self.reload_with(state, shared);
        publish(&result, shared);
        result
    }

    fn reload_with(&self, state: &mut State, shared: &Arc<Shared>) -> Result<Reloaded, ReloadError> {
        if shared.registry.is_closed() {
            return Err(ReloadError::ShuttingDown);
        }
        let Base { found, options, .. } = &state.base;
        let mut app = state.base.app();
        let mut report = app.override_from(Some(&state.path), found);
        report.problems.extend(app.option_problems(found, options));
        if !report.problems.is_empty() {
            report.problems.sort();
            let problems = report.problems.iter().map(ToString::to_string).collect();
            return Err(ReloadError::Invalid { problems });
        }
        app.keep_implied(&state.started);
        let next = app.policies(options);
        let current = state.current.as_ref().unwrap_or(&state.started);
        let difference = Difference::between(States { started: &state.started, current, next: &next });
        next.apply(&state.started, &difference, shared);
        #[cfg(feature = "controller")]
        if difference.jobs {
            app.replace_job_overrides(&next.config.config, shared);
        }
        Policies::reload(&self.policies, app.policies(options));
        state.current = Some(next);
        Ok(Reloaded {
            changed: difference.changed,
            needs_restart: difference.needs_restart,
            notes: report.notes.iter().map(ToString::to_string).collect(),
        })
    }
}

/// Publishes what was reloaded, or what is wrong.
fn publish(result: &Result<Reloaded, ReloadError>, shared: &Shared) {
    let lines = |options: &[ChangedOption]| options.iter().map(ToString::to_string).collect();
    let (changed, needs_restart, problems) = match result {
        Ok(reloaded) => (lines(&reloaded.changed), lines(&reloaded.needs_restart), Arc::default()),
        Err(ReloadError::Invalid { problems }) => {
            (Arc::default(), Arc::default(), problems.as_slice().into())
        }
        Err(_) => return,
    };
    if shared.bus.wants(EventName::Reloaded) {
        shared.bus.publish(shared.now(), None, EventKind::Reloaded { changed, needs_restart, problems });
    }
}

/// Puts the state back, also after a panic of user code.
struct Returned<'a> {
    reloader: &'a Reloader,
    state: Option<State>,
}

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        *self.reloader.state.lock() = self.state.take();
    }
}
