//! Contexts for unit tests of functions that take a `TaskContext`.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use tokio::time::Instant;

use super::{Supervisor, SupervisorBuilder, SupervisorHandle};
use crate::error::Failure;
use crate::policy::Config;
use crate::runtime::body::{FromContext, Ready, State, TaskContext};
use crate::runtime::cell::{RareSetup, StopRequest, TaskCell};
use crate::runtime::instances::InstanceOf;
use crate::sync::Mutex;
use crate::task::{MissingStates, RegisteredBy, StopCause};

/// Creates contexts for unit tests, so that a test can call every task function, annotated or not.
///
/// The context belongs to an attempt that no actor runs: it has no timeout, and only [`cancel`](Self::cancel) requests its stop. The
/// `with_…` methods have no effect after the first call of another method.
///
/// ```
/// use taskvisor::prelude::*;
/// use taskvisor::TestContext;
///
/// struct Db;
///
/// async fn sync(ctx: TaskContext, db: State<Db>) -> Result<u64, TaskError> {
///     let mut rows = 0;
///     while ctx.run_until_cancelled(tokio::task::yield_now()).await.is_some() && rows < 1_000 {
///         rows += 1;
///     }
///     Ok(rows)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), TaskError> {
/// let test = TestContext::new().with_name("sync").with_attempt(3).with_state(Db);
/// let (context, db) = (test.context(), test.state::<Db>());
/// assert_eq!(sync(context, db).await?, 1_000);
///
/// test.cancel();
/// assert_eq!(sync(test.context(), test.state()).await?, 0);
/// # Ok(())
/// # }
/// ```
pub struct TestContext {
    name: Cow<'static, str>,
    /// The base name and the number, if the task is an instance.
    instance: Option<(Cow<'static, str>, usize)>,
    attempt: u64,
    last_error: Option<Failure>,
    /// Taken by the first use.
    builder: Mutex<Option<SupervisorBuilder>>,
    built: OnceLock<Built>,
}

struct Built {
    supervisor: Supervisor,
    cell: Arc<TaskCell>,
}

impl TestContext {
    /// Creates a test context: the first attempt of a task named `test`, in an application without states.
    #[must_use]
    pub fn new() -> Self {
        Self {
            name: Cow::Borrowed("test"),
            instance: None,
            attempt: 1,
            last_error: None,
            builder: Mutex::new(Some(Supervisor::builder(Config::default()))),
            built: OnceLock::new(),
        }
    }

    /// Sets the name of the task.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Makes the task an instance with this number: `test` becomes `test/2`. Default: no instance, and an
    /// [`Instance`](crate::Instance) of 0. Call [`with_name`](Self::with_name) first.
    #[must_use]
    pub fn with_instance(mut self, number: usize) -> Self {
        self.instance = Some((self.name.clone(), number));
        self.name = format!("{}/{number}", self.name).into();
        self
    }

    /// Sets the number of the attempt. The first attempt is 1.
    #[must_use]
    pub fn with_attempt(mut self, attempt: u64) -> Self {
        self.attempt = attempt;
        self
    }

    /// Sets the latest failure of the task, which [`TaskContext::last_error`] returns.
    #[must_use]
    pub fn with_last_error(mut self, failure: Failure) -> Self {
        self.last_error = Some(failure);
        self
    }

    /// Registers a state of the application.
    ///
    /// If a type is registered twice, [`supervisor`](Self::supervisor) refuses every task and job with
    /// [`DuplicateState`](crate::RuntimeError::DuplicateState).
    #[must_use]
    pub fn with_state<T: Send + Sync + 'static>(self, state: T) -> Self {
        {
            let mut builder = self.builder.lock();
            *builder = builder.take().map(|builder| builder.state(state));
        }
        self
    }

    /// Returns the context. All contexts of one `TestContext` belong to the same attempt.
    #[must_use]
    pub fn context(&self) -> TaskContext {
        let Built { supervisor, cell } = self.built();
        TaskContext::new(Arc::clone(supervisor.owned()), Arc::clone(cell), self.attempt)
    }

    /// Returns a state, as the parameter of the function.
    ///
    /// # Panics
    ///
    /// Panics if no state of this type was registered.
    #[must_use]
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(&self) -> State<T> {
        State(self.context().app().state::<T>().unwrap_or_else(|| {
            let (needed, registered) =
                (type_name::<T>(), self.built().supervisor.owned().states.type_names());
            let missing = MissingStates::new(&[needed], &registered, RegisteredBy::TestContext);
            panic!(
                "{} is needed, but {}: {}",
                missing.parameter(needed),
                missing.absence(&[needed]),
                missing.advice(&[needed])
            )
        }))
    }

    /// Returns the supervisor, for functions that add tasks or submit jobs. It stops them when the `TestContext` is dropped.
    ///
    /// The context is no task of this supervisor: a shutdown does not cancel it. Call [`cancel`](Self::cancel).
    #[must_use]
    pub fn supervisor(&self) -> SupervisorHandle {
        SupervisorHandle::new(self.built().supervisor.owned())
    }

    /// Returns whether the function has said that it is ready, with [`Ready::notify`](crate::Ready::notify) or
    /// [`TaskContext::ready`]. The time is not limited; after [`cancel`](Self::cancel) it is not ready.
    ///
    /// ```
    /// use taskvisor::prelude::*;
    /// use taskvisor::TestContext;
    ///
    /// async fn serve(ready: Ready) {
    ///     ready.notify();
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let test = TestContext::new();
    /// assert!(!test.is_ready());
    /// serve(test.ready()).await;
    /// assert!(test.is_ready());
    /// # }
    /// ```
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.built().cell.is_ready()
    }

    /// Returns the parameter `Ready` of the function.
    #[must_use]
    pub fn ready(&self) -> Ready {
        Ready::from_context(&self.context())
    }

    /// Requests a stop, as a shutdown or `cancel` does: [`TaskContext::cancelled`] completes, and the tokens are canceled.
    pub fn cancel(&self) {
        let Built { supervisor, cell } = self.built();
        let shared = supervisor.owned();
        cell.request_stop(StopRequest::stop(StopCause::Cancel, shared.now(), shared.config.grace));
    }

    fn built(&self) -> &Built {
        self.built.get_or_init(|| {
            let builder = self.builder.lock().take();
            let supervisor = builder.unwrap_or_else(|| Supervisor::builder(Config::default())).build();
            let mut cell = TaskCell::in_attempt(self.name.clone(), self.attempt, self.last_error.clone());
            if let Some((name, index)) = &self.instance {
                let instance = InstanceOf { set: Weak::new(), name: (**name).into(), index: *index };
                let rare = RareSetup { instance: Some(instance), ..RareSetup::default() };
                cell = cell.with_rare(rare, Instant::now());
            }
            Built { supervisor, cell: Arc::new(cell) }
        })
    }
}

impl Default for TestContext {
    fn default() -> Self {
        Self::new()
    }
}

impl TaskContext {
    /// Creates a context for a unit test: the first attempt of a task named `test`. [`TestContext`] sets more than that.
    ///
    /// The application of the context has no states, and its supervisor refuses tasks with
    /// [`ShuttingDown`](crate::RuntimeError::ShuttingDown).
    ///
    /// ```
    /// use taskvisor::prelude::*;
    ///
    /// async fn greet(ctx: TaskContext) -> String {
    ///     format!("{} says hello in attempt {}", ctx.name(), ctx.attempt())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_eq!(greet(TaskContext::for_test()).await, "test says hello in attempt 1");
    /// # }
    /// ```
    #[must_use]
    pub fn for_test() -> Self {
        TestContext::new().context()
    }
}

impl fmt::Debug for TestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestContext")
            .field("name", &self.name)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
