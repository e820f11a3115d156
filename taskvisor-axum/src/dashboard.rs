//! The settings of the dashboard, and its state for one supervisor.

use std::fmt;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "macros")]
use taskvisor::App;
use taskvisor::{Config, Operation, SupervisorBuilder};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::controls::{ControlRequest, Controls};
use crate::events::EventRing;

/// The actions that `POST /tasks/{name}/{action}` accepts.
pub(crate) const ACTIONS: [Operation; 7] = [
    Operation::Pause,
    Operation::PauseAfterAttempt,
    Operation::Resume,
    Operation::Restart,
    Operation::Trigger,
    Operation::Start,
    Operation::Cancel,
];

/// The settings of the HTTP face of a supervisor. It is read-only without [`with_controls`](Self::with_controls).
///
/// Installed, it costs one subscriber, which keeps the latest events as text, and a lock for each end of a job
/// ([`Config::with_recent_jobs`]). The subscriber leaves failures on stderr: an application without another one still prints them. [`router`](crate::router) without an installed dashboard shows tasks, slots and health, but neither
/// events nor ended tasks, and ended jobs only if the application itself keeps them.
///
/// ```no_run
/// use taskvisor::prelude::*;
/// use taskvisor_axum::Dashboard;
///
/// #[task(every = "30s")]
/// async fn poll_feed() {}
///
/// #[taskvisor::main]
/// async fn main(app: &mut App) {
///     Dashboard::new().install(app).task(taskvisor_axum::serve("127.0.0.1:9900"));
/// }
/// ```
#[must_use = "install it with `install`, or with `install_on`"]
pub struct Dashboard {
    name: Option<String>,
    controls: Option<Controls>,
    metrics: Option<Box<dyn Fn() -> String + Send + Sync>>,
    recent_jobs: usize,
    ring_capacity: usize,
    /// The latest events. `None` before the dashboard is installed.
    ring: Option<Arc<EventRing>>,
    clock: Clock,
    run: String,
    created_at: Instant,
    address: Mutex<Option<SocketAddr>>,
}

impl Dashboard {
    /// How many events are kept by default. A page that reconnects within seconds misses none, even at hundreds of events a second.
    pub const EVENT_RING: usize = 4_096;

    /// How many ended jobs are kept by default.
    pub const RECENT_JOBS: usize = 1_000;

    /// Creates a read-only dashboard.
    pub fn new() -> Self {
        Self {
            name: None,
            controls: None,
            metrics: None,
            recent_jobs: Self::RECENT_JOBS,
            ring_capacity: Self::EVENT_RING,
            ring: None,
            clock: Clock::new(),
            run: run_name(),
            created_at: Instant::now(),
            address: Mutex::new(None),
        }
    }

    /// Sets the name of the service, which the page shows. The default is the name of the program.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Offers actions on tasks: `POST /tasks/{name}/{action}`, and buttons on the page. `authorize` decides about each request: it
    /// returns the label of the operator, which the event [`Operated`](taskvisor::EventKind::Operated) carries, or `None` to refuse.
    ///
    /// [`ControlRequest`] says what the closure can read, and what is checked before it is called.
    ///
    /// ```
    /// use taskvisor_axum::{ControlRequest, Dashboard};
    ///
    /// # let token = "secret".to_owned();
    /// let dashboard = Dashboard::new().with_controls(move |request: &ControlRequest<'_>| {
    ///     let sent = request.headers().get("authorization")?.to_str().ok()?;
    ///     (sent == format!("Bearer {token}")).then(|| "operator".to_owned())
    /// });
    /// ```
    pub fn with_controls<A>(mut self, authorize: A) -> Self
    where
        A: Fn(&ControlRequest<'_>) -> Option<String> + Send + Sync + 'static,
    {
        self.controls = Some(Controls::new(authorize));
        self
    }

    /// Offers `GET /metrics`: `render` returns the text in the format of Prometheus. It is called for each request, on a thread of the
    /// runtime, and must not block. If it panics, the answer is 500. Taskvisor writes its metrics to the facade `metrics`; the application installs the recorder that
    /// renders them.
    ///
    /// ```
    /// use taskvisor_axum::Dashboard;
    ///
    /// // For example, `metrics_exporter_prometheus::PrometheusHandle::render`.
    /// let dashboard = Dashboard::new().with_metrics(|| "up 1\n".to_owned());
    /// ```
    pub fn with_metrics(mut self, render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.metrics = Some(Box::new(render));
        self
    }

    /// Sets how many events are kept, at least 1. The default is [`EVENT_RING`](Self::EVENT_RING).
    ///
    /// A client that reconnects receives the events since its last one that are kept, and the number of the others. An event takes up about
    /// 400 bytes. All of them take up at most 2 KiB × `events` (8 MiB by default), so that fewer are kept if their texts are long.
    pub fn with_event_ring(mut self, events: usize) -> Self {
        self.ring_capacity = events.max(1);
        self
    }

    /// Sets how many ended jobs are kept, 0 for none. The default is [`RECENT_JOBS`](Self::RECENT_JOBS). A
    /// [`Config::with_recent_jobs`] of the application overrides it.
    pub fn with_recent_jobs(mut self, jobs: usize) -> Self {
        self.recent_jobs = jobs;
        self
    }

    /// Installs the dashboard in an application: registers it as a state, adds its subscriber, keeps recent jobs, and
    /// [keeps the description](App::keep_description) of the application. Call it once, after [`App::config`]. A second dashboard is a
    /// problem that prevents the start of the application.
    #[cfg(feature = "macros")]
    #[cfg_attr(docsrs, doc(cfg(feature = "macros")))]
    #[track_caller]
    pub fn install(mut self, app: &mut App) -> &mut App {
        let ring = self.create_ring();
        app.config(|config| self.keep_jobs(config))
            .subscriber(ring.subscriber())
            .state(self)
            .keep_description()
    }

    /// Installs the dashboard in a supervisor without `#[taskvisor::main]`: registers it as a state, adds its subscriber, and keeps
    /// recent jobs. Call it once, after [`SupervisorBuilder::config`]. With a second dashboard, the supervisor does not run:
    /// [`RuntimeError::DuplicateState`](taskvisor::RuntimeError::DuplicateState).
    ///
    /// ```no_run
    /// use taskvisor::{Config, Supervisor};
    /// use taskvisor_axum::Dashboard;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Dashboard::new().install_on(Supervisor::builder(Config::default())).build();
    /// supervisor.run(vec![taskvisor_axum::serve("127.0.0.1:9900")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn install_on(mut self, builder: SupervisorBuilder) -> SupervisorBuilder {
        let ring = self.create_ring();
        builder.config(|config| self.keep_jobs(config)).subscriber(ring.subscriber()).state(self)
    }

    /// Returns the address on which [`serve`](crate::serve) listens, or has listened last. `None` before it does.
    ///
    /// ```no_run
    /// use taskvisor::prelude::*;
    /// use taskvisor_axum::Dashboard;
    ///
    /// #[task(restart = "never")]
    /// async fn print_address(
    ///     supervisor: SupervisorHandle,
    ///     dashboard: State<Dashboard>,
    /// ) -> Result<(), taskvisor::StartError> {
    ///     supervisor.wait_ready("dashboard").await?;
    ///     Ok(println!("{:?}", dashboard.address()))
    /// }
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) {
    ///     Dashboard::new().install(app).task(taskvisor_axum::serve("127.0.0.1:0"));
    /// }
    /// ```
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_address(&self, address: Option<SocketAddr>) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    fn create_ring(&mut self) -> Arc<EventRing> {
        let ring = EventRing::new(self.run.clone(), self.ring_capacity);
        self.ring = Some(Arc::clone(&ring));
        ring
    }

    fn keep_jobs(&mut self, config: Config) -> Config {
        if config.recent_jobs() == 0 {
            return config.with_recent_jobs(self.recent_jobs);
        }
        self.recent_jobs = config.recent_jobs();
        config
    }

    /// How many ended jobs the supervisor keeps, if the dashboard is installed.
    pub(crate) fn kept_jobs(&self) -> usize {
        if self.ring.is_some() { self.recent_jobs } else { 0 }
    }

    pub(crate) fn name(&self) -> String {
        self.name.clone().unwrap_or_else(program_name)
    }

    pub(crate) fn controls(&self) -> Option<&Controls> {
        self.controls.as_ref()
    }

    /// The actions that are offered.
    pub(crate) fn actions(&self) -> Vec<String> {
        let offered = if self.controls.is_some() { &ACTIONS[..] } else { &[] };
        offered.iter().map(|action| action.label().to_owned()).collect()
    }

    pub(crate) fn has_metrics(&self) -> bool {
        self.metrics.is_some()
    }

    /// The metrics, or the panic of the closure, which must not close the connection without an answer.
    pub(crate) fn render_metrics(&self) -> Option<thread::Result<String>> {
        self.metrics.as_ref().map(|render| catch_unwind(AssertUnwindSafe(render)))
    }

    pub(crate) fn ring(&self) -> Option<&Arc<EventRing>> {
        self.ring.as_ref()
    }

    /// The clock of all answers: that of the events, if they are kept, so that one instant has one time everywhere.
    pub(crate) fn clock(&self) -> &Clock {
        self.ring.as_ref().map_or(&self.clock, |ring| ring.clock())
    }

    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    pub(crate) fn created_at(&self) -> Instant {
        self.created_at
    }
}

impl Default for Dashboard {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboard")
            .field("name", &self.name)
            .field("controls", &self.controls.is_some())
            .field("metrics", &self.metrics.is_some())
            .field("event_ring", &self.ring_capacity)
            .field("recent_jobs", &self.recent_jobs)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// A text that differs in each run of the program, so that a client does not confuse the events of two runs.
fn run_name() -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    // With the id of the process, because two processes on one machine may start at the same time behind one address.
    format!("{time:x}{:x}", std::process::id())
}

fn program_name() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    path.file_stem().map_or_else(|| "taskvisor".to_owned(), |name| name.to_string_lossy().into_owned())
}
