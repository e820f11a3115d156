//! The lifecycle of tasks and of their supervisor: adding, stopping, ending, shutting down, and the events of each step.

mod own_process;
mod drops;
mod parked;

mod adding;
mod names;
mod running;
mod reports;
mod comparing;
mod stop_waves;
mod stopping;
mod deadlines;
mod self_shutdown;
mod outcomes;
mod lost_runtime;
mod panics;
mod destructors;
mod double_panics;
mod permits;
mod blocking;
mod blocking_calls;
mod shutting_down;
mod ownership;
mod events;
mod subscribers;
mod selected_tasks;
mod slow_subscribers;
mod subscriber_batches;
mod panicking_subscribers;
mod logging;
mod faults;
