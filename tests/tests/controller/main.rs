//! Keyed work: admission to slots, their queues, and the outcomes of submissions; jobs and their values.

mod support;
mod poll_once;

mod admission_idle;
mod admission_owned;
mod admission_stopping;
mod mixed;
mod fifo;
mod limits;
mod cancelling;
mod room;
mod clearing;
mod view;
mod keys;
mod refused;
mod submission_events;
mod submission_kinds;
mod delayed;
mod stop_timeout;
mod slot_labels;
mod ids;

mod capacity;
mod capacity_stops;
mod capacity_mixed;
mod capacity_leaving;
mod capacity_jobs;

mod owners;
mod destructors;
mod retrying;
mod latest;
mod permits;
mod own_permits;
mod own_permit_waits;
mod shared_rates;
mod declared_limits;
mod permit_deadlocks;
mod delayed_holders;
mod blocking;
mod crowds;
mod many;
mod shutting_down;
mod shutdown_races;
mod lanes;
mod withdrawn;
mod lane_stress;
mod expires;
mod expires_owned;
mod expires_stopping;
mod expires_timers;

mod job;
mod job_values;
mod job_stopping;
mod job_failures;
mod job_rules;
mod job_inside;
mod job_states;
mod timers;
mod value_drops;
mod restarting;
mod pausing;
mod rare_jobs;
mod job_conclusions;
mod job_limits;
mod finishing;
#[cfg(feature = "macros")]
mod declared;
#[cfg(feature = "macros")]
mod declared_slots;
