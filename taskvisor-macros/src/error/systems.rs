//! More words that are options elsewhere: in systemd, Kubernetes, Docker, Spring, Sidekiq, Celery, OTP, BullMQ, Temporal and tower.
//!
//! The format is that of the first table.

/// The second table; read only when an option is unknown.
pub(crate) const SYSTEMS: &str = r##"
# Retries.
maximum_attempts max_attempt retry_attempts
  task, job [renamed-option]: write `max_retries = 2`, which counts the retries after the first attempt
intensity max_intensity start_limit_burst max_crashes max_seconds start_limit_interval start_limit_interval_sec restart_window failure_window
  task, job [renamed-option]: write `max_failures = "5 in 10m"`, which counts the failures within a time
restart_sec restart_after restart_wait
  task, job [renamed-option]: write `backoff(constant, first = "1s")`
retry_backoff
  task, job [renamed-option]: write `backoff = "exp"`
retry_jitter
  task, job [option-at-wrong-level]: write `backoff(exp, jitter = "full")`
backoff_coefficient backoff_factor backoff_multiplier
  task, job [renamed-option]: write `backoff(exp, factor = 2.0)`
  backoff [renamed-option]: write `factor = 2.0`
maximum_interval maximum_backoff maximum_delay retry_backoff_max
  task, job [renamed-option]: write `backoff(exp, max = "30s")`
  backoff [renamed-option]: write `max = "30s"`
autoretry_for no_retry_for dont_retry_for dont_autoretry_for retry_on_exception include exclude
  task [renamed-option]: write `fatal_if = is_permanent`, the path of a function that says which errors are not retried, or `.fatal()?` where one occurs
  job [renamed-option]: write `max_retries = 3, fatal_if = is_permanent`, the path of a function that says which errors are not retried, or `.fatal()?` where one occurs
recover fallback dead dead_letter dead_letter_queue dlq
  task [option-of-another-library]: a task that fails for good ends; write a `#[subscriber(on(Ended))]`, which is called with its end
  job [option-of-another-library]: await the handle, which gives the last error, or write a `#[subscriber(on(Ended))]`
hedge spawn_ready layer middleware interceptor wrap
  task, job [option-of-another-library]: no code stands around an attempt; write it in the function, or in one that this one calls

# Time.
fixed_delay fixed_delay_string
  task [renamed-option]: write `delay = "30s"` for the wait after a success, or `backoff = "constant"` for equal waits after failures
  job [value-instead-of-option]: write `backoff = "constant"`
fixed_rate fixed_rate_string
  task [renamed-option]: write `every = "30s"`
  job [option-of-another-library]: a job has no schedule; submit it from a task that has one, as in `#[task(every = "30s")]`
on_unit_active_sec on_unit_inactive_sec
  task [renamed-option]: write `every = "30s"` for a fixed time between two starts, or `delay = "30s"` for a wait after each success
scheduler cron_expression on_calendar cron_string
  task [renamed-option]: write `cron = "0 3 * * *"`, or `every = "30s"` for a fixed time between two starts
  job [option-of-another-library]: a job has no schedule; submit it from a task that has one, as in `#[task(cron = "0 3 * * *")]`
zone zone_id cron_tz
  task [renamed-option]: write `tz = "Europe/Berlin"` beside `cron`
  job [option-of-another-library]: a job has no schedule; submit it from a task that has one, as in `#[task(cron = "0 3 * * *")]`
misfire misfire_policy misfire_instruction misfire_grace_time starting_deadline starting_deadline_seconds catch_up catchup catchup_window coalesce_missed
  task [renamed-option]: write `missed = "skip"` to run for no tick that passed unseen, or `missed = "once"` to run once for all of them
  job [option-of-another-library]: a job runs when it is submitted; leave it out
coalesce
  task [renamed-option]: write `missed = "once"` for ticks that passed unseen, or `overlap = "queue"` for those during a run
splay spread randomized_delay_sec random_delay jitter_seconds jitter_window
  task [option-of-another-library]: ticks have no jitter; write `start_delay = "10s"` to move those of `every`
  job [option-of-another-library]: a job runs when it is submitted; to spread submissions, wait before each of them
eta countdown run_after schedule_in perform_in enqueue_in delay_until on_boot_sec on_startup_sec
  task [renamed-option]: write `start_delay = "10s"`
  job [option-of-another-library]: a job starts as soon as its slot is free; to start later, submit it later
active_deadline active_deadline_seconds start_to_close_timeout schedule_to_close_timeout execution_timeout soft_time_limit hard_time_limit run_timeout job_timeout
  task, job [renamed-option]: write `timeout = "5s"`
timeout_ms timeout_secs timeout_seconds timeout_sec
  task, job [renamed-option]: write `timeout = "5s"`, which has its unit
schedule_to_start_timeout
  task [renamed-option]: write `missed = "skip"` to skip ticks that are seen a minute late
  job [renamed-option]: write `expires = "30s"`
readiness_probe startup_probe probe
  task [option-of-another-library]: there are no health checks; write `timeout = "5s"`, which ends an attempt that takes too long
  job [option-of-another-library]: there are no health checks; write `timeout = "30s"`, which ends an attempt that takes too long

# What runs, when, and how often at once.
conflicts conflicts_with
  task [option-of-another-library]: no task excludes another; share a `tokio::sync::Mutex` as `State<T>`, and hold its lock inside
  job [option-of-another-library]: jobs exclude each other in one slot; write `slot = "all"`
suspend suspended paused filter condition predicate
  task [option-of-another-library]: write `#[cfg(feature = "..")]` above the attribute to leave the task out of a build; to decide when it runs, return early inside
  job [option-of-another-library]: write `#[cfg(feature = "..")]` above the attribute to leave the job out of a build; to decide when it runs, do not submit it
lifo fifo
  task [option-of-another-library]: a task waits for no other task; leave it out
  job [option-of-another-library]: no job has priority over another, and submissions wait first come, first served; leave it out
pool worker_pool executor dispatcher
  task, job [option-of-another-library]: all run on the Tokio runtime of the application; write `#[taskvisor::main(worker_threads = 4)]` for its threads
exec exec_start exec_start_pre exec_start_post exec_stop exec_reload command cmd entrypoint image user working_directory cwd environment env
  task, job [option-of-another-library]: this is a function of the process, not a process; start one by `tokio::process::Command` inside
stop_signal kill_signal kill_mode
  task, job [option-of-another-library]: a stop request is no signal; take `ctx: TaskContext`, and await `ctx.cancelled()`
type async sync
  task, job [option-of-another-library]: the function itself is `async`; leave it out
bind context
  task, job [option-of-another-library]: write `ctx: TaskContext` in the function's parentheses
data extension resources
  task [option-of-another-library]: what a task needs is a parameter: write `db: State<Db>` in the function's parentheses
  job [option-of-another-library]: what a job needs is a parameter: write `db: State<Db>` in the function's parentheses
child_spec children supervisor parent
  task, job [option-of-another-library]: every declaration of the package runs under one supervisor; leave it out
  main [option-of-another-library]: every declaration of the package runs; write `app.task(..)` in the setup for others
serializer codec compress encoding
  task, job [option-of-another-library]: arguments and values stay in memory as they are; leave it out
acks_late ack visibility_timeout prefetch reject_on_worker_lost
  task, job [option-of-another-library]: nothing survives the process; for work that must, use a queue on a database
ttl_seconds_after_finished remove_on_complete remove_on_fail keep_result result_ttl ignore_result store_result result_expires
  task [option-of-another-library]: nothing of a task is kept after its end; leave it out
  job [option-of-another-library]: only the handle keeps the value; leave it out
backtrace track_started enable_tracing tracing_enabled
  task, job [option-of-another-library]: write a `#[subscriber]`, which is called with the events of all tasks

# Slots.
unique_for unique_until lock_timeout lock_ttl job_id
  task [option-of-another-library]: a task runs one attempt at a time; leave it out
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "drop-if-running"`
concurrency_policy overlap_policy disallow_concurrent_execution allow_overlap no_overlap
  task [renamed-option]: write `overlap = "skip"` to skip ticks during a run, which is the default, or `overlap = "queue"` to run once more after it
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "replace"`
workflow_id_reuse_policy id_reuse_policy
  task [option-of-another-library]: a task runs one attempt at a time; leave it out
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "replace"`
load_shed
  task [option-of-another-attribute]: it belongs to a job, which is submitted; a task starts with the application
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "drop-if-running"`
buffer buffer_size
  job [renamed-option]: write `slot = "tenant-{tenant}", queue = 8`
task_queue topic channel
  job [renamed-option]: write `slot = "tenant-{tenant}"`
  task [option-of-another-library]: a task reads no queue of jobs; receive from a channel inside, in a `State<T>`
options sidekiq_options
  task, job [option-of-another-library]: options stand in these parentheses, as in `timeout = "5s"`

# The application.
on
  main [option-of-another-attribute]: it belongs to a subscriber; write `#[subscriber(on(Failed))]`
data
  main [option-of-another-library]: a state is made in the setup: write `app.state(value)` inside
"##;
