//! The specs that a closure of `tune` changes, one for each attribute.

use crate::app::App;
use crate::app::problem::SourceLocation;
#[cfg(feature = "controller")]
use crate::runtime::body::JobSpec;
use crate::runtime::body::{Location, TaskSpec};
use crate::runtime::subscriber::Subscriber;

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
        let declared = app.tasks.iter().position(|task| !task.by_hand && task.is_declared_at(of));
        let Some(index) = declared else { return false };
        let mut task = app.tasks.remove(index);
        task.spec = change(task.spec);
        task.tuned = Some(SourceLocation::caller());
        let returned_another = !task.is_declared_at(of);
        // Another spec would conflict with its own declaration: report the call only.
        if !returned_another {
            app.tasks.insert(index, task);
        }
        returned_another
    }
}

impl DeclaredSpec for Subscriber {
    #[track_caller]
    fn tune(app: &mut App, of: &'static Location, change: impl FnOnce(Self) -> Self) -> bool {
        let declared = app.subscribers.iter().position(|listed| !listed.by_hand && listed.is_declared_at(of));
        let Some(index) = declared else { return false };
        let mut listed = app.subscribers.remove(index);
        listed.subscriber = change(listed.subscriber);
        let returned_another = !listed.is_declared_at(of);
        if !returned_another {
            app.subscribers.insert(index, listed);
        }
        returned_another
    }
}

#[cfg(feature = "controller")]
impl DeclaredSpec for JobSpec {
    #[track_caller]
    fn tune(app: &mut App, of: &'static Location, change: impl FnOnce(Self) -> Self) -> bool {
        let declared = app.jobs.iter_mut().find(|job| job.is_declared_at(of));
        let Some(job) = declared else { return false };
        job.spec = change(job.spec.clone());
        job.tuned = Some(SourceLocation::caller());
        !job.is_declared_at(of)
    }
}
