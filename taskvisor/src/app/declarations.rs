//! Declarations: the descriptors that the attributes generate and register.

use std::time::Duration;

use super::never_started;
use crate::event::{Event, EventSet};
use crate::policy::{BackoffKind, BackoffPolicy, InvalidBackoff, JitterPolicy};
use crate::runtime::body::{AppContext, Dependencies, Location, Needs, TaskDescriptor, TaskRef, TaskSpec};
use crate::runtime::subscriber::Subscriber;
use crate::runtime::task_selector::TaskSelector;

inventory::collect!(&'static TaskDescriptor);

impl TaskSpec {
    /// Creates the spec of a declared task. Omitted options fall back to the supervisor's [`Config`](crate::Config).
    #[doc(hidden)]
    #[must_use]
    pub fn declared(descriptor: &'static TaskDescriptor) -> Self {
        never_started::suppress_note();
        let TaskDescriptor { name, settings, rare, schedule, dependencies, body, needs, .. } = descriptor;
        let task = TaskRef { name: (*name).into(), body: body(), needs: *needs, source: None };
        let dependencies = Dependencies::declared(dependencies);
        let rare = if rare.is_empty() { None } else { Some(Box::new(*rare)) };
        let schedule = schedule.settings();
        Self { task, settings: *settings, dependencies, rare, schedule, declared: Some(descriptor) }
    }
}

/// A subscriber as `#[subscriber]` declares it.
#[derive(Debug)]
pub struct SubscriberDescriptor {
    /// Its name.
    pub name: &'static str,
    /// The source line of its declaration.
    pub location: Location,
    /// The capacity of its queue, in events.
    pub queue: usize,
    /// The events that it receives.
    pub events: EventSet,
    /// The tasks whose events the subscriber receives. If the list is empty, those of all tasks.
    pub tasks: &'static [fn() -> &'static TaskDescriptor],
    /// Declares the states it needs.
    pub needs: fn(&mut Needs<'_>),
    /// Builds the subscriber when the application starts.
    pub build: fn(AppContext) -> Subscriber,
}

inventory::collect!(&'static SubscriberDescriptor);

/// The first parameter of a subscriber's function.
#[diagnostic::on_unimplemented(
    message = "the first parameter of a subscriber is the event, not `{Self}`",
    label = "not `Event`",
    note = "write `event: &Event`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `missing-event`"
)]
pub trait EventParameter: Sized {
    /// Returns the event as this type.
    fn of(event: &Event) -> &Self;
}

impl EventParameter for Event {
    fn of(event: &Event) -> &Self {
        event
    }
}

impl Subscriber {
    /// Creates a declared subscriber.
    #[doc(hidden)]
    #[must_use]
    pub fn declared(descriptor: &'static SubscriberDescriptor) -> Self {
        never_started::suppress_note();
        let SubscriberDescriptor { name, location, queue, events, tasks, needs, build } = descriptor;
        Self {
            name: (*name).into(),
            queue: (*queue).max(1),
            events: *events,
            tasks: tasks.iter().map(|descriptor| TaskSelector::declared(descriptor())).collect(),
            needs: *needs,
            location: Some(location),
            is_heard: || true,
            work: Box::new(move |app, inbox| (build(app.clone()).work)(app, inbox)),
        }
    }
}

#[cfg(feature = "controller")]
inventory::collect!(&'static crate::job::JobDescriptor);

/// A registration of this crate itself. If it is not found, the platform does not support the discovery of declarations.
pub(crate) struct LinkCheck;

inventory::collect!(LinkCheck);
inventory::submit! { LinkCheck }

impl Location {
    /// The name of its crate.
    pub(crate) fn krate(&self) -> &'static str {
        self.module.split("::").next().unwrap_or(self.module)
    }
}

/// Builds the backoff of an attribute in a constant of the user's crate.
///
/// # Panics
///
/// Panics if the backoff is invalid. In a constant, that is a compile error.
#[must_use]
#[track_caller]
pub const fn backoff(
    kind: BackoffKind,
    first: Option<Duration>,
    max: Option<Duration>,
    factor: Option<f64>,
    jitter: Option<JitterPolicy>,
) -> BackoffPolicy {
    let policy = match kind {
        BackoffKind::None => BackoffPolicy::none(),
        BackoffKind::Constant => BackoffPolicy::constant(match first {
            Some(first) => first,
            None => Duration::from_millis(100),
        }),
        BackoffKind::Exponential => exponential(first, max, factor),
    };
    match jitter {
        Some(jitter) => policy.with_jitter(jitter),
        None => policy,
    }
}

#[track_caller]
const fn exponential(first: Option<Duration>, max: Option<Duration>, factor: Option<f64>) -> BackoffPolicy {
    let mut builder = BackoffPolicy::builder();
    if let Some(first) = first {
        builder = builder.first(first);
    }
    if let Some(max) = max {
        builder = builder.max(max);
    }
    if let Some(factor) = factor {
        builder = builder.factor(factor);
    }
    match builder.build() {
        Ok(policy) => policy,
        // The attribute itself has checked the factor and the first delay, but cannot compare constants.
        Err(InvalidBackoff::FirstAboveMax) => panic!(
            "`first` is longer than `max`; make `max` at least as long\n\
             see `taskvisor::when_it_does_not_compile`, rule `first-above-max`"
        ),
        Err(error) => panic!("{}", error.message()),
    }
}
