//! When a task runs again: pure values, without a clock or a runtime.

mod backoff;
mod config;
mod controller_config;
#[cfg(feature = "schedule")]
pub(crate) mod cron_expression;
mod jitter;
mod limit_settings;
mod max_failures;
mod on_give_up;
mod on_shutdown;
#[cfg(all(feature = "config", feature = "macros"))]
pub(crate) mod options;
mod rare_settings;
mod rate_limit;
mod readiness;
mod settings;
mod settings_readiness;
mod restart;
mod schedule;
mod schedule_settings;
mod stop_order;
#[cfg(any(feature = "config", test))]
mod task_options;

pub use backoff::{BackoffBuilder, BackoffKind, BackoffPolicy, InvalidBackoff};
pub use config::Config;
#[cfg(feature = "controller")]
pub use controller_config::ControllerConfig;
pub use jitter::JitterPolicy;
pub use max_failures::{InvalidMaxFailures, MaxFailures};
pub use on_give_up::OnGiveUp;
pub use on_shutdown::OnShutdown;
pub use rare_settings::RareSettings;
pub use rate_limit::{InvalidRateLimit, RateLimit};
pub use readiness::Readiness;
pub use restart::RestartPolicy;
pub use schedule::{Missed, Overlap};
pub use schedule_settings::DeclaredSchedule;
pub use settings::{Setting, Settings};
pub use stop_order::StopOrder;

pub(crate) use backoff::nanoseconds;
#[cfg(not(feature = "controller"))]
pub(crate) use controller_config::ControllerConfig;
pub(crate) use limit_settings::MAX_INSTANCES;
pub(crate) use rare_settings::{FatalIf, RareOptions};
pub(crate) use schedule_settings::{ScheduleKind, ScheduleSettings};
pub(crate) use settings::{Milliseconds, Policy};
#[cfg(any(feature = "config", test))]
pub(crate) use task_options::TaskOptions;
