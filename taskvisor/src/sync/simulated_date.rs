//! A date for tests on Tokio's paused clock.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Mutex;
use super::wall_clock::WallClock;

/// A wall clock for tests with `cron`: a start date to which Tokio's time is added. On Tokio's paused clock a year passes in an
/// instant, and each run has the same dates.
///
/// Clones share one clock. The date is the start date until the supervisor has its runtime.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use taskvisor::{Config, SimulatedDate, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let day = Duration::from_secs(86_400);
/// let midnight = SystemTime::UNIX_EPOCH + 20_000 * day;
/// let date = SimulatedDate::new(midnight);
/// let supervisor = Supervisor::new(Config::default().with_simulated_date(date.clone()), Vec::new());
/// let yearly = TaskFn::arc("report", |ctx: TaskContext| async move { Ok(ctx.done()) });
/// let report = supervisor.add_task(TaskSpec::inherit(yearly).with_cron("@yearly"))?;
/// assert!(report.outcome().await.is_completed());
/// assert!(date.now() > midnight + 60 * day);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SimulatedDate(Arc<Simulated>);

#[derive(Debug)]
struct Simulated {
    start: SystemTime,
    /// When the simulation began, on Tokio's clock.
    began: OnceLock<Instant>,
    /// The sum of all steps: forward, and back.
    steps: Mutex<(Duration, Duration)>,
    stepped: Notify,
}

impl SimulatedDate {
    /// Creates a clock that shows `start` first.
    #[must_use]
    pub fn new(start: SystemTime) -> Self {
        Self(Arc::new(Simulated {
            start,
            began: OnceLock::new(),
            steps: Mutex::default(),
            stepped: Notify::new(),
        }))
    }

    /// Returns the current date.
    ///
    /// # Panics
    ///
    /// If the date is outside of the range of `SystemTime`.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        let began = *self.0.began.get_or_init(Instant::now);
        let (forward, back) = *self.0.steps.lock();
        self.0.start + began.elapsed() + forward - back
    }

    /// Sets the clock forward, as an administrator, a time server, or the suspension of the machine does. Supervisors see it within
    /// 30 s, as on a real clock.
    pub fn step_forward(&self, by: Duration) {
        // The time that has passed is part of the date before the step.
        self.0.began.get_or_init(Instant::now);
        self.0.steps.lock().0 += by;
        self.0.stepped.notify_waiters();
    }

    /// Sets the clock back. Supervisors see it within 30 s, as on a real clock.
    pub fn step_back(&self, by: Duration) {
        self.0.began.get_or_init(Instant::now);
        self.0.steps.lock().1 += by;
        self.0.stepped.notify_waiters();
    }
}

impl WallClock for SimulatedDate {
    fn now(&self) -> SystemTime {
        SimulatedDate::now(self)
    }

    fn steps(&self) -> Option<&Notify> {
        Some(&self.0.stepped)
    }
}

/// A clock that shows this date first.
impl From<SystemTime> for SimulatedDate {
    fn from(start: SystemTime) -> Self {
        Self::new(start)
    }
}

/// Whether both are the same clock.
impl PartialEq for SimulatedDate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
