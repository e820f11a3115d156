//! Words that are options of other libraries or of another attribute, and what to write instead.
//!
//! A line of words, then one indented line for each answer: the attributes that give it, the broken rule in brackets, a colon,
//! and the advice, which ends a sentence that begins with "unknown option `word`; ". A test fails when a word has become an
//! option of the attribute, when the rule does not exist, or when the attribute rejects the code of an advice.

/// The table; read only when an option is unknown.
pub(crate) const TABLE: &str = r##"
# Retries.
retries retry max_retry retry_max retry_limit retry_count num_retries restarts max_restart max_restarts restart_limit
  task, job [renamed-option]: write `max_retries = 3`
  backoff [renamed-option]: it stands beside the backoff: write `backoff(exp), max_retries = 3`
  main [option-of-another-attribute]: it belongs to a task; a default for all of them is set in the setup: `app.config(|config| config.with_max_retries(3))`
  subscriber [option-of-another-attribute]: it belongs to a task; a subscriber that panics is called again for the next event
max_retries
  backoff [option-at-wrong-level]: it stands beside the backoff: write `backoff(exp), max_retries = 3`
  main [option-of-another-attribute]: it belongs to a task; a default for all of them is set in the setup: `app.config(|config| config.with_max_retries(3))`
  subscriber [option-of-another-attribute]: it belongs to a task; a subscriber that panics is called again for the next event
attempts max_attempts max_tries tries
  task, job [renamed-option]: write `max_retries = 2`, which counts the retries after the first attempt
  backoff [renamed-option]: write `max_retries = 2` beside the backoff, which counts the retries after the first attempt
failures failure_limit failure_threshold max_errors error_limit error_budget
  task, job [renamed-option]: write `max_failures = "5 in 10m"`, or `max_retries = 3` for a limit of consecutive failures
  backoff [renamed-option]: write `max_failures = "5 in 10m"` beside the backoff
max_failures
  backoff [option-at-wrong-level]: it stands beside the backoff: write `backoff(exp), max_failures = "5 in 10m"`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(max_failures = "5 in 10m")]`
max_elapsed max_elapsed_time give_up_after retry_for
  task, job [option-of-another-library]: retries are limited by their number, not by time; write `max_retries = 3`
  backoff [option-of-another-library]: retries are limited by their number, not by time; write `max_retries = 3` beside the backoff
retry_if retry_on retryable retry_when no_retry_on non_retryable fatal_on
  task [renamed-option]: write `fatal_if = is_permanent`, the path of a function that says which errors are not retried, or `.fatal()?` where one occurs
  job [renamed-option]: write `max_retries = 3, fatal_if = is_permanent`, the path of a function that says which errors are not retried, or `.fatal()?` where one occurs
fatal_if
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(fatal_if = is_permanent)]`
on_give_up
  job [option-of-another-attribute]: it belongs to a task; remove it: a job that gives up has ended, and its caller learns it from the outcome
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(on_give_up = "pause")]`
give_up on_exhausted when_exhausted pause_on_failure
  task [renamed-option]: write `on_give_up = "pause"`
  job [option-of-another-library]: a job that gives up has ended, and its caller learns it from the outcome; remove it
retry_after retry_delay retry_wait retry_interval restart_delay
  task, job [renamed-option]: write `backoff(constant, first = "1s")`, or `.retry_after(delay)?` where the error occurs
policy restart_policy restart_strategy strategy
  task [renamed-option]: write `restart = "always"`
  job [renamed-option]: write `restart = "on-failure"`, or `slot = "tenant-{tenant}", admission = "replace"`
on_failure on_error
  task, job [value-instead-of-option]: write `restart = "on-failure"`
  subscriber [value-instead-of-option]: write `on(Failed)`
never once run_once one_shot oneshot
  task, job [value-instead-of-option]: write `restart = "never"`
always forever
  task [value-instead-of-option]: write `restart = "always"`
  job [value-instead-of-option]: a job ends when it has returned its value, and nothing repeats it; for work that repeats write a `#[task]`, which may submit the job
on_panic catch_panic catch_unwind
  task, job [option-of-another-library]: a panic is a failure, and is retried as an error is; leave it out
reset_after stable stable_for min_uptime healthy_after
  task [renamed-option]: write `stable_after = "1m"`
  backoff [renamed-option]: write `stable_after = "1m"` beside the backoff
stable_after
  job [option-of-another-attribute]: a job ends with its first success, so that all its failures are consecutive; leave it out, and count them with `max_retries = 3`
  backoff [option-at-wrong-level]: write `stable_after = "1m"` beside the backoff
restart
  subscriber [option-of-another-attribute]: it belongs to a task; a subscriber lives as long as the application
  main [option-of-another-attribute]: it belongs to a task; write `#[task(restart = "always")]`

# Backoff.
backoff_policy exp exponential exponential_backoff
  task, job [renamed-option]: write `backoff = "exp"`
constant constant_backoff fixed
  task, job [value-instead-of-option]: write `backoff = "constant"`
exp
  backoff [missing-backoff-kind]: the kind comes first: write `backoff(exp, first = "100ms")`
kind
  backoff [missing-backoff-kind]: the kind comes first: write `backoff(exp, first = "100ms")`
constant fixed
  backoff [missing-backoff-kind]: the kind comes first: write `backoff(constant, first = "1s")`
none
  backoff [missing-backoff-kind]: the kind comes first, and `none` takes no more: write `backoff = "none"`
jitter
  task [option-at-wrong-level]: it belongs to the backoff: write `backoff(exp, jitter = "full")`; ticks have no jitter, and `start_delay = "10s"` moves those of `every`
  job [option-at-wrong-level]: it belongs to the backoff: write `backoff(exp, jitter = "full")`
random randomize randomization randomization_factor with_jitter
  task, job [renamed-option]: write `backoff(exp, jitter = "full")`
  backoff [renamed-option]: write `jitter = "full"`
first
  task, job [option-at-wrong-level]: it belongs to the backoff: write `backoff(exp, first = "100ms")`
initial initial_backoff initial_interval base base_delay min min_delay min_backoff
  task, job [renamed-option]: write `backoff(exp, first = "100ms")`
  backoff [renamed-option]: write `first = "100ms"`
max
  task, job [option-at-wrong-level]: it belongs to the backoff: write `backoff(exp, max = "30s")`
max_delay max_backoff max_interval max_wait backoff_max backoff_limit
  task, job [renamed-option]: write `backoff(exp, max = "30s")`
  backoff [renamed-option]: write `max = "30s"`
cap ceiling limit
  backoff [renamed-option]: write `max = "30s"`
factor
  task, job [option-at-wrong-level]: it belongs to the backoff: write `backoff(exp, factor = 2.0)`
multiplier growth exponent
  task, job [renamed-option]: write `backoff(exp, factor = 2.0)`
  backoff [renamed-option]: write `factor = 2.0`
backoff
  main [option-of-another-attribute]: it belongs to a task; write `#[task(backoff = "exp")]`
  subscriber [option-of-another-attribute]: it belongs to a task; a subscriber that panics is called again for the next event

# Time.
wait pause
  task [renamed-option]: write `backoff(constant, first = "1s")` for the wait after a failure, or `delay = "1s"` for the wait after a success
  job [renamed-option]: write `backoff(constant, first = "1s")` for the wait after a failure; to start later, submit it later
  backoff [renamed-option]: write `first = "100ms"`
delay
  job [option-of-another-attribute]: a job has no schedule; write `backoff(constant, first = "1s")` for the wait after a failure, or submit it from a `#[task(delay = "10s")]`
  backoff [renamed-option]: write `first = "100ms"`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(delay = "10s")]`
interval period repeat repeat_every run_every
  task [renamed-option]: write `every = "30s"` for a fixed time between two starts, or `delay = "30s"` for a wait after each success
  job [option-of-another-library]: a job ends when it has returned its value, and nothing repeats it; for work that repeats write a `#[task]`, which may submit the job
every
  job [option-of-another-attribute]: a job has no schedule; submit it from a task that has one, as in `#[task(every = "30s")]`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(every = "30s")]`
start_delay
  job [option-of-another-attribute]: a job has no schedule, and starts as soon as its slot is free; to start later, submit it later
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(start_delay = "10s")]`
initial_delay delay_start start_after warm_up
  task [renamed-option]: write `start_delay = "10s"`
  job [option-of-another-library]: a job starts as soon as its slot is free; to start later, submit it later
cron
  job [option-of-another-attribute]: a job has no schedule; submit it from a task that has one, as in `#[task(cron = "0 3 * * *")]`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(cron = "0 3 * * *")]`
tz
  job [option-of-another-attribute]: a job has no schedule; submit it from a task that has one, as in `#[task(cron = "0 3 * * *")]`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(cron = "0 3 * * *", tz = "Europe/Berlin")]`
schedule calendar crontab cron_schedule cron_expr
  task [renamed-option]: write `cron = "0 3 * * *"`, or `every = "30s"` for a fixed time between two starts
  job [option-of-another-library]: a job has no schedule; submit it from a task that has one, as in `#[task(cron = "0 3 * * *")]`
  main [option-of-another-attribute]: it belongs to a task; write `#[task(cron = "0 3 * * *")]`
daily at start_at run_at date
  task [renamed-option]: write `cron = "0 3 * * *"`, which runs at 03:00 every day
  job [option-of-another-library]: a job has no schedule; submit it from a task that has one, as in `#[task(cron = "0 3 * * *")]`
  main [option-of-another-attribute]: it belongs to a task; write `#[task(cron = "0 3 * * *")]`
hourly
  task [renamed-option]: write `every = "1h"`, or `cron = "@hourly"` for each full hour
  job [option-of-another-library]: a job has no schedule; submit it from a task that has one, as in `#[task(every = "30s")]`
  main [option-of-another-attribute]: it belongs to a task; write `#[task(every = "1h")]`
timezone time_zone
  task [renamed-option]: write `tz = "Europe/Berlin"` beside `cron`
  job [option-of-another-library]: a job has no schedule; submit it from a task that has one, as in `#[task(cron = "0 3 * * *")]`
  main [option-of-another-attribute]: it belongs to a task; write `#[task(cron = "0 3 * * *", tz = "Europe/Berlin")]`
missed
  job [option-of-another-attribute]: a job has no schedule; submit it from a task that has one, as in `#[task(every = "30s")]`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(every = "1h", missed = "skip")]`
overlap
  job [option-of-another-attribute]: a job has no schedule; for submissions that overlap, write `slot = "tenant-{tenant}", admission = "drop-if-running"`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(every = "1h", overlap = "queue")]`
time_limit max_runtime max_duration
  task, job [renamed-option]: write `timeout = "5s"`
deadline
  task [renamed-option]: write `timeout = "5s"`
  job [renamed-option]: write `timeout = "5s"` for the time that an attempt may take, or `expires = "30s"` for the time within which the submission must start
timeout
  backoff [option-at-wrong-level]: it stands beside the backoff: write `backoff(exp), timeout = "5s"`
  main [option-of-another-attribute]: write `grace = "15s"` for the time that tasks have to stop, or `#[task(timeout = "5s")]`
  subscriber [option-of-another-attribute]: it belongs to a task; a subscriber may take its time, and loses events when its queue is full
ready_when readiness ready_on notify
  task [renamed-option]: write `ready = "notify"`
ready_timeout startup_timeout start_deadline ready_within
  task [renamed-option]: write `ready = "notify", start_timeout = "30s"`
ready start_timeout
  job [option-of-another-attribute]: it belongs to a task, for which others wait; the caller of a job awaits its handle
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(ready = "notify")]`
watchdog watchdog_sec health_check liveness liveness_probe heartbeat_timeout heartbeat_interval stall_timeout stalled_after
  task, job [renamed-option]: write `heartbeat = "30s"`, and call `ctx.heartbeat()` at least that often
heartbeat
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(heartbeat = "30s")]`
finish finish_on_shutdown let_finish graceful wait_on_shutdown complete_on_shutdown
  task, job [renamed-option]: write `on_shutdown = "finish"`
on_shutdown
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(on_shutdown = "finish")]`
circuit_breaker cooldown
  task, job [renamed-option]: write `backoff(exp, max = "5m")`, which waits longer after each consecutive failure
ttl expire expiry expiration expires_in expires_after expire_after queue_timeout wait_timeout valid_for max_queue_time
  job [renamed-option]: write `expires = "30s"`
  task [option-of-another-attribute]: it belongs to a job, which is submitted; write `timeout = "5s"` for the time that an attempt of a task may take
expires
  task [option-of-another-attribute]: it belongs to a job, which is submitted; write `timeout = "5s"` for the time that an attempt of a task may take
  main, subscriber [option-of-another-attribute]: it belongs to a job; write `#[job(expires = "30s")]`
debounce coalesce
  job [renamed-option]: write `slot = "all", admission = "latest"`, which keeps only the last of those that wait
  subscriber [option-of-another-library]: a subscriber is called for each event; collect them inside, in a `State<T>` with a `Mutex`

# What runs, when, and how often at once.
depends_on depend_on depends dependson dependency dependencies deps requires require requisite requirements need waits_for wait_for wait_on waits_on
  task, job [renamed-option]: write `needs = [connect]`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(needs = [connect])]`
wants start_order startup_order runs_after run_after_task await_task
  task [renamed-option]: write `after = [connect]`, or `needs = [connect]` for tasks that must be ready for every attempt
  job [renamed-option]: write `needs = [connect]`
binds_to bind_to bound_to part_of requires_mounts_for
  task, job [renamed-option]: write `needs = [connect], interrupt_on_loss = "5s"`
on_loss loss_timeout loss_grace stop_on_loss interrupt_on_lost interrupt_after
  task, job [renamed-option]: write `needs = [connect], interrupt_on_loss = "5s"`
before required_by wanted_by needed_by dependents upheld_by
  task [option-of-another-library]: the task that waits names the one that it waits for; write `#[task(needs = [connect])]` or `#[task(after = [connect])]` there, with this task in place of `connect`
  job [option-of-another-library]: no task waits for a job; write a `#[task]` for work that others wait for
after
  job [option-of-another-attribute]: it belongs to a task; a job waits for tasks before every attempt: write `needs = [connect]`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(after = [connect])]`
interrupt_on_loss
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(needs = [connect], interrupt_on_loss = "5s")]`
stop_order
  job [option-of-another-attribute]: it belongs to a task; remove it: a job stops before the tasks in its `needs`
  main, subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(stop_order = "last")]`
shutdown_order shutdown_priority shutdown_phase stop_priority stop_phase stop_last last shutdown_last phase stage
  task [renamed-option]: write `stop_order = "last"`, or `needs = [connect]` to stop before another task
  job [option-of-another-library]: a job stops before the tasks in its `needs`; remove it, or write `needs = [connect]`
needs
  subscriber [option-of-another-library]: what a subscriber needs is a parameter: write `db: State<Db>` behind the event
  main [option-of-another-attribute]: it belongs to a task; write `#[task(needs = [connect])]`
inject provide states state
  task [option-of-another-library]: what a task needs is a parameter: write `db: State<Db>` in the function's parentheses
  job [option-of-another-library]: what a job needs is a parameter: write `db: State<Db>` in the function's parentheses
  subscriber [option-of-another-library]: what a subscriber needs is a parameter: write `db: State<Db>` behind the event
  main [option-of-another-library]: a state is made in the setup: write `app.state(value)` inside
args arguments params parameters payload input
  job [option-of-another-library]: the arguments of a job are the function's parameters: write `tenant: u64` in its parentheses
  task [option-of-another-library]: a task takes no arguments, because it starts by itself; write a `#[job]`, which is submitted with arguments
enabled enable disabled disable active autostart auto_start only_if run_if when skip cfg
  task [option-of-another-library]: write `#[cfg(feature = "..")]` above the attribute to leave the task out of a build; to decide when it runs, return early inside
  job [option-of-another-library]: write `#[cfg(feature = "..")]` above the attribute to leave the job out of a build; to decide when it runs, do not submit it
  subscriber [option-of-another-library]: write `#[cfg(feature = "..")]` above the attribute to leave the subscriber out of a build
essential required significant fail_fast stop_on_failure exit_on_failure abort_on_failure shutdown_on_failure
  task [renamed-option]: write `critical`: when the task fails for good, the application shuts down
  job [option-of-another-library]: a failed job stops nothing, and its caller learns it from the outcome; to stop all tasks, call `supervisor.stop()` there
critical
  job [option-of-another-attribute]: it belongs to a task; remove it: a job that gives up has ended, and its caller learns it from the outcome
  subscriber [option-of-another-attribute]: it belongs to a task; write `#[task(critical)]`
priority prio nice weight
  task [option-of-another-library]: no task has priority over another; to keep work back while other work runs, share a `tokio::sync::Semaphore` as `State<T>`
  job [option-of-another-library]: no job has priority over another, and submissions wait first come, first served; leave it out
blocking spawn_blocking thread dedicated_thread
  task, job [option-of-another-library]: use `tokio::task::spawn_blocking` inside the function for work that blocks
persistent persist durable storage database
  task, job [option-of-another-library]: nothing survives the process; for work that must, use a queue on a database
callback hook on_success on_complete on_exit on_stop on_start after_run
  task [option-of-another-library]: write a `#[subscriber(on(Ended))]`, which is called with the events of all tasks
  job [option-of-another-library]: await the handle, which gives the value, or write a `#[subscriber(on(Ended))]`
tags labels metadata description desc doc
  task, job, subscriber [option-of-another-library]: write a comment above the function; events and errors show its `name`
id task_name job_name title label
  task [renamed-option]: write `name = "ping"`
  job [renamed-option]: write `name = "sync"`
  subscriber [renamed-option]: write `name = "alerts"`

# Slots.
slot
  task [option-of-another-attribute]: it belongs to a job, which is submitted under it; a task starts with the application
  main, subscriber [option-of-another-attribute]: it belongs to a job; write `#[job(slot = "tenant-{tenant}")]`
key group lock mutex partition shard queue_name
  job [renamed-option]: write `slot = "tenant-{tenant}"`
unique unique_by singleton dedup deduplicate
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "drop-if-running"`
admission queue
  task [option-of-another-attribute]: it belongs to a job, which is submitted; a task starts with the application
replace on_conflict when_busy conflict if_running
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "replace"`
latest
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "latest"`
drop_if_running skip_if_running
  job [renamed-option]: write `slot = "tenant-{tenant}", admission = "drop-if-running"`
queue_size queue_len max_queued max_pending backlog
  job [renamed-option]: write `slot = "tenant-{tenant}", queue = 8`
capacity queue_size queue_len max_queued max_pending backlog
  subscriber [renamed-option]: write `queue = 1024`
buffer buffer_size
  subscriber [renamed-option]: write `queue = 1024`

# Subscribers.
events event filter kinds kind
  subscriber [renamed-option]: write `on(Failed, TimedOut)`
on
  task, job [option-of-another-attribute]: it belongs to a subscriber; write `#[subscriber(on(Failed))]`, which is called with the events of all tasks
level log_level severity
  subscriber [option-of-another-library]: an event has no level; write `on(Failed, TimedOut)`
tasks of_task for_task only
  subscriber [renamed-option]: write `task = [connect]`
jobs job
  subscriber [option-of-another-library]: a subscriber sees the events of all jobs; compare `event.task()` inside
batch batch_size
  subscriber [option-of-another-library]: a subscriber is called for each event; collect them inside, in a `State<T>` with a `Mutex`

# The application.
grace
  task, job [option-at-wrong-level]: write `stop_timeout = "2s"` for this one alone, or `#[taskvisor::main(grace = "15s")]` for all of them
grace_period shutdown shutdown_timeout shutdown_grace termination_grace_period
  task, job [renamed-option]: write `stop_timeout = "2s"` for this one alone, or `#[taskvisor::main(grace = "15s")]` for all of them
  main [renamed-option]: write `grace = "15s"`
drain drain_time
  task, job, subscriber [renamed-option]: it belongs to the application: write `#[taskvisor::main(drain_timeout = "5s")]`
  main [renamed-option]: write `drain_timeout = "5s"`
drain_timeout
  task, job, subscriber [option-at-wrong-level]: it belongs to the application: write `#[taskvisor::main(drain_timeout = "5s")]`
shutdown_delay
  task, job, subscriber [option-at-wrong-level]: it belongs to the application: write `#[taskvisor::main(shutdown_delay = "5s")]`
stop_delay pre_stop_delay delay_shutdown readiness_delay drain_delay
  task, job, subscriber [renamed-option]: it belongs to the application: write `#[taskvisor::main(shutdown_delay = "5s")]`
  main [renamed-option]: write `shutdown_delay = "5s"`
stop_timeout
  main [option-of-another-attribute]: write `grace = "15s"` for the time that all tasks have to stop, or `#[task(stop_timeout = "2s")]` for one
cancel_timeout kill_timeout kill_after stop_grace stop_after
  task, job [renamed-option]: write `stop_timeout = "2s"`
multi_thread
  main [value-instead-of-option]: write `flavor = "multi_thread"`
current_thread
  main [value-instead-of-option]: write `flavor = "current_thread"`
runtime
  main [renamed-option]: write `flavor = "multi_thread"`
threads workers worker core_threads num_threads
  main [renamed-option]: write `worker_threads = 4`
flavor
  task, job, subscriber [option-at-wrong-level]: it belongs to the application: write `#[taskvisor::main(flavor = "current_thread")]`
worker_threads
  task, job, subscriber [option-at-wrong-level]: it belongs to the application: write `#[taskvisor::main(worker_threads = 4)]`
max_blocking_threads thread_name thread_stack_size thread_keep_alive global_queue_interval event_interval unhandled_panic
  main [option-of-another-library]: the runtime has no such option here; build one with `tokio::runtime::Builder`, and run a `Supervisor` on it
enable_all enable_io enable_time
  main [option-of-another-library]: timers and I/O are enabled; leave it out
start_paused
  main [option-of-another-library]: it is for tests: write `#[tokio::test(start_paused = true)]` and list tasks explicitly
essential required significant fail_fast stop_on_failure exit_on_failure abort_on_failure shutdown_on_failure all_critical
  main [renamed-option]: write `critical = "all"`
signals signal ctrl_c sigterm handle_signals
  main [option-of-another-library]: SIGINT and SIGTERM stop the application; leave it out
config config_file settings options
  main [option-of-another-library]: write `app.config(|config| config.with_max_retries(3))` in the setup
tasks jobs services
  main [option-of-another-library]: every declaration of the package runs; write `crates = [billing]` for those of another crate, and `app.task(..)` in the setup for others
subscribers subscriber
  main [option-of-another-library]: every declaration of the package runs; write `app.subscriber(..)` in the setup for others
log logging logger tracing
  main [option-of-another-library]: write `app.subscriber(LogWriter::stdout())` in the setup, with the feature `logging`
  task, job [option-of-another-library]: write a `#[subscriber]`, which is called with the events of all tasks
modules packages
  main [renamed-option]: write `crates = [billing]`; the application's own package is always included
crates
  task, job, subscriber [option-at-wrong-level]: it belongs to the application: write `#[taskvisor::main(crates = [billing])]`
name
  main [option-of-another-attribute]: an application has no name; leave it out
"##;
