//! The specs that a closure of `tune` changes, one for each attribute.

use crate::app::App;
use crate::app::listed::is_same;
use crate::app::problem::SourceLocation;
#[cfg(feature = "controller")]
use crate::runtime::body::JobSpec;
use crate::runtime::body::{Location, TaskSpec};
use crate::runtime::subscriber::Subscriber;

// Each closure receives a new spec: if it panics or returns another one, the application keeps the old.

/// What a closure of [`App::tune`] changes: a [`TaskSpec`], a `JobSpec` or a [`Subscriber`].
// Public because `Declared` names it, and in a private module, so that no other crate implements it.
pub trait DeclaredSpec: Sized {
    /// Changes a declaration of the application, if it is found. Returns whether `change` returned the spec of another one.
    #[doc(hidden)]
    #[track_caller]
    fn tune(app: &mut App, of: &'static Location, change: impl FnOnce(Self) -> Self) -> bool;
}

impl DeclaredSpec for TaskSpec {
    #[track_caller]
    fn tune(app: &mut App, of: &'static Location, change: impl FnOnce(Self) -> Self) -> bool {
        let declared = app.tasks.iter_mut().find(|task| !task.is_by_hand() && task.is_declared_at(of));
        let Some((task, descriptor)) = declared.and_then(|task| task.descriptor.map(|one| (task, one)))
        else {
            return false;
        };
        let changed = change(TaskSpec::declared(descriptor));
        if !is_same(changed.location(), of) {
            return true;
        }
        (task.spec, task.tuned) = (changed, Some(SourceLocation::caller()));
        false
    }
}

impl DeclaredSpec for Subscriber {
    #[track_caller]
    fn tune(app: &mut App, of: &'static Location, change: impl FnOnce(Self) -> Self) -> bool {
        let declared =
            app.subscribers.iter_mut().find(|listed| !listed.is_by_hand() && listed.is_declared_at(of));
        let Some((listed, descriptor)) =
            declared.and_then(|listed| listed.descriptor.map(|one| (listed, one)))
        else {
            return false;
        };
        let changed = change(Self::declared(descriptor));
        if !is_same(changed.location, of) {
            return true;
        }
        (listed.subscriber, listed.tuned) = (changed, Some(SourceLocation::caller()));
        false
    }
}

#[cfg(feature = "controller")]
impl DeclaredSpec for JobSpec {
    #[track_caller]
    fn tune(app: &mut App, of: &'static Location, change: impl FnOnce(Self) -> Self) -> bool {
        let declared = app.jobs.iter_mut().find(|job| job.is_declared_at(of));
        let Some(job) = declared else { return false };
        let changed = change(Self::declared(job.spec.descriptor));
        if !is_same(Some(&changed.descriptor.location), of) {
            return true;
        }
        (job.spec, job.tuned) = (changed, Some(SourceLocation::caller()));
        false
    }
}
