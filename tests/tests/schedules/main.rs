//! Schedules: grids, calendars, and what happens to ticks that cannot run.

#[cfg(feature = "schedule")]
mod clock;
#[cfg(feature = "schedule")]
mod dates;
mod grid;
#[cfg(feature = "schedule")]
mod properties;
#[cfg(feature = "schedule")]
mod restart_table;
mod runs;
mod support;
