//! The contracts of one task: what follows an attempt, after which delay, and what a status shows.

mod support;

mod restart_never;
mod restart_on_failure;
mod restart_always;
mod stop_wins;
mod stop_while_waiting;
mod grace;
mod stop_timeout;
mod restart;
mod still_waiting;
mod stop_races;
mod retries;
mod several_dependencies;
mod stable;
mod instance_support;
mod instances;
mod instance_control;
mod instance_dependencies;
mod instance_outages;
mod instance_rows;
mod scale;
mod scale_phases;
mod scale_races;
mod interval;
mod yielding;
mod inherited;
mod blame;
mod configuration;

mod added_again;
mod backoff_laws;
mod backoff_jitter;
mod backoff_absurd;
mod backoff_refused;
mod shortest_times;
mod retry_after;

mod question_mark;
mod verdicts;
mod dependency_traps;
mod downcast;

mod extractors;
mod missing_state;
mod hand_written;

mod connection;
mod context;
mod unit_tests;
mod token;
mod listening;
mod status;
mod started;
mod needs;
mod readiness;
mod readiness_options;
mod readiness_waits;
mod start_timeout;
mod listing;

mod max_failures;
mod give_up;
mod fatal_if;
mod snooze;
mod done;
mod critical;
mod critical_start;
mod pause;
mod pause_waits;
mod heartbeat;
mod two_steps;
mod overtime;
mod finish;
mod stop_cause;
mod rare_options;
mod rate_limit;
mod rate_waits;
mod limit_options;
mod instance_limits;

mod listed_dependencies;
mod handle_state;
mod labels;
