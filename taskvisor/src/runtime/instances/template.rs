//! What a task is created from that may be created several times: an instance, or a task that is started again.

use std::fmt;
use std::sync::Arc;

#[cfg(any(feature = "config", test))]
use crate::policy::TaskOptions;
use crate::policy::{RareSettings, ScheduleSettings, Settings};
use crate::runtime::body::{Dependencies, ErasedBody, Needs, TaskDescriptor, TaskRef, TaskSpec};
#[cfg(any(feature = "config", test))]
use crate::runtime::cell::UpdateSetup;

/// The problem of a task with instances whose body can be created only once.
pub(crate) const NOT_SHARED: &str = "its body can be created only once, and each instance needs one: create the task with \
                                     `TaskFn::shared` instead of `TaskFn::arc`, or remove `instances`";

/// Creates any number of bodies of one task.
pub(crate) trait MakeBody: Send + Sync {
    fn make_body(self: Arc<Self>) -> ErasedBody;
}

/// Where the bodies of one task come from.
#[derive(Clone)]
pub(crate) enum BodySource {
    Declared(fn() -> ErasedBody),
    Shared(Arc<dyn MakeBody>),
}

impl BodySource {
    fn body(&self) -> ErasedBody {
        match self {
            Self::Declared(body) => body(),
            Self::Shared(source) => Arc::clone(source).make_body(),
        }
    }
}

/// A spec without its name and its body.
pub(crate) struct TaskTemplate {
    source: BodySource,
    needs: fn(&mut Needs<'_>),
    settings: Settings,
    dependencies: Option<Box<Dependencies>>,
    rare: Option<Box<RareSettings>>,
    schedule: Option<Box<ScheduleSettings>>,
    declared: Option<&'static TaskDescriptor>,
}

impl TaskTemplate {
    /// Returns `None` if the body of the spec can be created only once.
    pub(crate) fn of(spec: &TaskSpec) -> Option<Self> {
        Some(Self {
            source: spec.body_source()?,
            needs: spec.task.needs,
            settings: spec.settings,
            dependencies: spec.dependencies.clone(),
            rare: spec.rare.clone(),
            schedule: spec.schedule.clone(),
            declared: spec.declared,
        })
    }

    /// A template with other options.
    #[cfg(any(feature = "config", test))]
    pub(crate) fn with_options(&self, TaskOptions { settings, rare, schedule }: TaskOptions<'_>) -> Self {
        Self {
            source: self.source.clone(),
            needs: self.needs,
            settings: *settings,
            dependencies: self.dependencies.clone(),
            rare: rare.copied().map(Box::new),
            schedule: schedule.cloned().map(Box::new),
            declared: self.declared,
        }
    }

    #[cfg(any(feature = "config", test))]
    pub(crate) fn options(&self) -> TaskOptions<'_> {
        let (rare, schedule) = (self.rare.as_deref(), self.schedule.as_deref());
        TaskOptions { settings: &self.settings, rare, schedule }
    }

    /// What new options are checked with.
    #[cfg(any(feature = "config", test))]
    pub(crate) fn update_setup(&self) -> UpdateSetup {
        let never_returns = self.declared.is_some_and(|declared| declared.never_returns);
        UpdateSetup { needs: self.needs, never_returns }
    }

    /// The spec of a task with this name.
    pub(crate) fn spec(&self, name: String) -> TaskSpec {
        TaskSpec {
            task: TaskRef { name: name.into(), body: self.source.body(), needs: self.needs, source: None },
            settings: self.settings,
            dependencies: self.dependencies.clone(),
            rare: self.rare.clone(),
            schedule: self.schedule.clone(),
            declared: self.declared,
        }
    }
}

impl fmt::Debug for TaskTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTemplate").field("settings", &self.settings).finish_non_exhaustive()
    }
}
