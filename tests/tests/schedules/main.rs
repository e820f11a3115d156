//! Schedules: grids, calendars, and what happens to ticks that cannot run.

mod grid;
mod support;
