//! Named tasks: a name, and a body that creates the attempts.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use super::erased::erase_with_lazy_context;
use super::{ErasedBody, FromContext, Needs, TaskContext, erase};
use crate::error::TaskError;
use crate::runtime::instances::{BodySource, MakeBody};

/// A task as a type of your own, for state that is awkward to capture in a closure.
///
/// ```
/// use std::sync::Arc;
/// use taskvisor::{Task, TaskContext, TaskError, TaskRef};
///
/// struct Poller {
///     address: String,
/// }
///
/// impl Task for Poller {
///     async fn run(self: Arc<Self>, ctx: TaskContext) -> Result<(), TaskError> {
///         println!("{} polls {}", ctx.name(), self.address);
///         Ok(())
///     }
/// }
///
/// let poller = TaskRef::new("poller", Poller { address: "localhost:80".into() });
/// ```
pub trait Task: Send + Sync + 'static {
    /// Runs one attempt. The attempt owns a reference to the task.
    fn run(self: Arc<Self>, context: TaskContext) -> impl Future<Output = Result<(), TaskError>> + Send;
}

/// A named task, for use in a [`TaskSpec`](crate::TaskSpec).
///
/// ```
/// use taskvisor::{TaskFn, TaskRef, TaskSpec};
///
/// let ping: TaskRef = TaskFn::arc("ping", || async { Ok(()) });
/// assert_eq!(ping.name(), "ping");
/// let spec = TaskSpec::once(ping);
/// ```
pub struct TaskRef {
    pub(crate) name: Cow<'static, str>,
    pub(crate) body: ErasedBody,
    pub(crate) needs: fn(&mut Needs<'_>),
    /// Creates further bodies, for tasks with instances. `None` if the body can be created only once, or is declared.
    pub(crate) source: Option<BodySource>,
}

impl TaskRef {
    /// Creates a named task from a type that implements [`Task`].
    pub fn new<T: Task>(name: impl Into<Cow<'static, str>>, task: T) -> Self {
        let task = Arc::new(task);
        let source = Arc::clone(&task) as Arc<dyn MakeBody>;
        let body = source.clone().make_body();
        Self { name: name.into(), body, needs: |_| {}, source: Some(BodySource::Shared(source)) }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskRef").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<T: Task> MakeBody for T {
    fn make_body(self: Arc<Self>) -> ErasedBody {
        erase(move |context| Arc::clone(&self).run(context))
    }
}

/// A handler that several bodies share.
struct SharedHandler<Args, H> {
    handler: H,
    arguments: PhantomData<fn(Args)>,
}

impl<Args: 'static, H: Handler<Args>> MakeBody for SharedHandler<Args, H> {
    fn make_body(self: Arc<Self>) -> ErasedBody {
        erase_with_lazy_context(move |context| self.handler.call(context))
    }
}

/// Creates tasks from closures.
#[derive(Debug)]
pub struct TaskFn;

impl TaskFn {
    /// Creates a named task that calls `handler` for every attempt, with up to four parameters, each [`FromContext`].
    ///
    /// A static name needs no allocation; a `String` is moved.
    ///
    /// ```
    /// use taskvisor::{CancellationToken, SupervisorHandle, TaskFn, TaskRef};
    ///
    /// let tidy: TaskRef = TaskFn::arc("tidy", || async { Ok(()) });
    /// let watch = TaskFn::arc("watch", |token: CancellationToken, supervisor: SupervisorHandle| async move {
    ///     token.cancelled().await;
    ///     println!("{} tasks are left", supervisor.tasks().len());
    ///     Ok(())
    /// });
    /// ```
    pub fn arc<Args, H: Handler<Args>>(name: impl Into<Cow<'static, str>>, handler: H) -> TaskRef {
        let body = erase_with_lazy_context(move |context| handler.call(context));
        TaskRef { name: name.into(), body, needs: H::needs, source: None }
    }

    /// Creates a named task whose body can be created any number of times, for [`instances`](crate::TaskSpec::with_instances).
    ///
    /// Like [`arc`](Self::arc) otherwise. All instances share `handler`, which may be called for several of them at the same time.
    ///
    /// ```
    /// use taskvisor::{Instance, TaskFn, TaskSpec};
    ///
    /// let consume = TaskFn::shared("consume", |Instance(number): Instance| async move { Ok(println!("worker {number}")) });
    /// let spec = TaskSpec::inherit(consume).with_instances(4);
    /// assert_eq!(spec.instances().or(1), 4);
    /// ```
    pub fn shared<Args: 'static, H: Handler<Args>>(
        name: impl Into<Cow<'static, str>>,
        handler: H,
    ) -> TaskRef {
        let source: Arc<dyn MakeBody> = Arc::new(SharedHandler { handler, arguments: PhantomData });
        let body = Arc::clone(&source).make_body();
        TaskRef { name: name.into(), body, needs: H::needs, source: Some(BodySource::Shared(source)) }
    }
}

/// A closure that can be a task: up to four [`FromContext`] parameters, and a future of `Result<(), TaskError>`.
///
/// Sealed: it is implemented for closures, and no other type can implement it.
#[diagnostic::on_unimplemented(
    message = "this closure cannot be a task",
    note = "a task's closure takes up to four parameters, each with its type written (`|ctx: TaskContext|`), and returns \
            a `Send` future of `Result<(), TaskError>`"
)]
pub trait Handler<Args>: sealed::Handler<Args> + Send + Sync + 'static {
    /// The future of an attempt.
    type Future: Future<Output = Result<(), TaskError>> + Send + 'static;

    /// Starts an attempt.
    #[doc(hidden)]
    fn call(&self, context: &dyn Fn() -> TaskContext) -> Self::Future;

    /// Declares the states that the parameters need.
    fn needs(needs: &mut Needs<'_>);
}

/// Other crates cannot name this trait, so they cannot implement `Handler`.
mod sealed {
    pub trait Handler<Args> {}
}

macro_rules! handlers {
    ($(($($arg:ident),*))+) => {$(
        impl<H, Fut, $($arg),*> sealed::Handler<($($arg,)*)> for H
        where
            H: Fn($($arg),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = Result<(), TaskError>> + Send + 'static,
            $($arg: FromContext,)*
        {
        }

        impl<H, Fut, $($arg),*> Handler<($($arg,)*)> for H
        where
            H: Fn($($arg),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = Result<(), TaskError>> + Send + 'static,
            $($arg: FromContext,)*
        {
            type Future = Fut;

            #[allow(unused_variables, reason = "there may be no parameters")]
            fn call(&self, context: &dyn Fn() -> TaskContext) -> Fut {
                call!(self context $($arg)*)
            }

            #[allow(unused_variables, reason = "there may be no parameters")]
            fn needs(needs: &mut Needs<'_>) {
                $(<$arg as FromContext>::needs(needs);)*
            }
        }
    )+};
}

/// Calls a handler. A handler without parameters needs no context.
macro_rules! call {
    ($handler:ident $context:ident) => {
        $handler()
    };
    ($handler:ident $context:ident $($arg:ident)+) => {{
        let context = $context();
        $handler($($arg::from_context(&context)),+)
    }};
}

handlers! { () (A) (A, B) (A, B, C) (A, B, C, D) }
