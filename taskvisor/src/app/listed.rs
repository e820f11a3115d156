//! The work of an application, with the source locations that its problems name.

use std::ptr;

use super::SubscriberDescriptor;
use super::overridden::Overridden;
use super::problem::{Place, SourceLocation};
use crate::runtime::body::TaskDescriptor;
#[cfg(feature = "controller")]
use crate::runtime::body::{JobDescriptor, JobSpec};
use crate::runtime::body::{Location, TaskSpec};
use crate::runtime::subscriber::Subscriber;

/// A task of the application.
pub(super) struct ListedTask {
    pub(super) spec: TaskSpec,
    pub(super) location: SourceLocation,
    /// Its declaration. `None` if the setup listed it with `app.task(…)`.
    pub(super) descriptor: Option<&'static TaskDescriptor>,
    /// The call of `tune` that changed it, if any.
    pub(super) tuned: Option<SourceLocation>,
    pub(super) overridden: Overridden,
}

/// A subscriber of the application.
pub(super) struct ListedSubscriber {
    pub(super) subscriber: Subscriber,
    pub(super) location: SourceLocation,
    /// Its declaration. `None` if the setup listed it with `app.subscriber(…)`.
    pub(super) descriptor: Option<&'static SubscriberDescriptor>,
    /// The call of `tune` that changed it, if any.
    pub(super) tuned: Option<SourceLocation>,
    pub(super) overridden: Overridden,
}

/// A declared job of the application.
#[cfg(feature = "controller")]
#[derive(Clone)]
pub(super) struct ListedJob {
    pub(super) spec: JobSpec,
    /// The call of `tune` that changed it, if any.
    pub(super) tuned: Option<SourceLocation>,
    pub(super) overridden: Overridden,
}

// Declarations are compared by the address of their location, because several of one macro share a source line.
pub(super) fn is_same(own: Option<&'static Location>, location: &'static Location) -> bool {
    own.is_some_and(|own| ptr::eq(own, location))
}

impl ListedTask {
    pub(super) fn declared(descriptor: &'static TaskDescriptor) -> Self {
        let location = SourceLocation::from(&descriptor.location);
        let overridden = Overridden::default();
        let spec = TaskSpec::declared(descriptor);
        Self { spec, location, descriptor: Some(descriptor), tuned: None, overridden }
    }

    /// The task that is declared at this location, with the options of its attribute.
    #[cfg(feature = "config")]
    pub(super) fn find(location: &'static Location) -> Option<Self> {
        let mut declared = inventory::iter::<&TaskDescriptor>.into_iter();
        declared.find(|task| ptr::eq(&raw const task.location, location)).copied().map(Self::declared)
    }

    /// Whether it is this declaration.
    pub(super) fn is_declared_at(&self, location: &'static Location) -> bool {
        is_same(self.spec.location(), location)
    }

    pub(super) fn is_by_hand(&self) -> bool {
        self.descriptor.is_none()
    }

    /// Where its options were set last by the code.
    pub(super) fn options_at(&self) -> SourceLocation {
        self.tuned.unwrap_or(self.location)
    }

    /// Where the options were set that `reason` is about.
    pub(super) fn place_of(&self, reason: &str) -> Place {
        self.overridden.place_of(reason).unwrap_or_else(|| self.options_at().into())
    }
}

impl ListedSubscriber {
    pub(super) fn declared(descriptor: &'static SubscriberDescriptor) -> Self {
        let location = SourceLocation::from(&descriptor.location);
        let subscriber = Subscriber::declared(descriptor);
        let overridden = Overridden::default();
        Self { subscriber, location, descriptor: Some(descriptor), tuned: None, overridden }
    }

    /// The subscriber that is declared at this location, with the options of its attribute.
    #[cfg(feature = "config")]
    pub(super) fn find(location: &'static Location) -> Option<Self> {
        let mut declared = inventory::iter::<&SubscriberDescriptor>.into_iter();
        declared.find(|one| ptr::eq(&raw const one.location, location)).copied().map(Self::declared)
    }

    /// Whether it is this declaration.
    pub(super) fn is_declared_at(&self, location: &'static Location) -> bool {
        is_same(self.subscriber.location, location)
    }

    pub(super) fn is_by_hand(&self) -> bool {
        self.descriptor.is_none()
    }

    /// Where its options were set last by the code.
    pub(super) fn options_at(&self) -> SourceLocation {
        self.tuned.unwrap_or(self.location)
    }
}

#[cfg(feature = "controller")]
impl ListedJob {
    pub(super) fn declared(descriptor: &'static JobDescriptor) -> Self {
        Self { spec: JobSpec::declared(descriptor), tuned: None, overridden: Overridden::default() }
    }

    /// Whether it is this declaration.
    pub(super) fn is_declared_at(&self, location: &'static Location) -> bool {
        ptr::eq(&raw const self.spec.descriptor.location, location)
    }

    pub(super) fn location(&self) -> SourceLocation {
        SourceLocation::from(&self.spec.descriptor.location)
    }

    /// Whether its options may differ from those of the attribute.
    pub(super) fn is_changed(&self) -> bool {
        self.tuned.is_some() || !self.overridden.is_empty()
    }

    /// Where its options were set last by the code.
    pub(super) fn options_at(&self) -> SourceLocation {
        self.tuned.unwrap_or_else(|| self.location())
    }

    /// Where the options were set that `reason` is about.
    pub(super) fn place_of(&self, reason: &str) -> Place {
        self.overridden.place_of(reason).unwrap_or_else(|| self.options_at().into())
    }
}
