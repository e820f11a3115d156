//! Values that the options of a schedule do not have: words of cron, Kubernetes, Temporal, Quartz, systemd, Airflow and APScheduler.
//!
//! The format is that of the first table. The word `cron` is any cron expression, which replaces `VALUE` in its advice.

/// The second table; read only when a value is wrong.
pub(crate) const SCHEDULES: &str = r##"
every: always continuous continuously immediate immediately asap zero loop
  task: write `delay = "0s"`, which repeats at once
every: once no-limit
  task: leave `every` out for a task that ends with its first success
every: minute minutely
  task: write `every = "1m"`
every: second secondly
  task: write `every = "1s"`
every: hour hourly @hourly
  task: write `every = "1h"`, or `cron = "@hourly"` for each full hour
every: day daily @daily midnight @midnight
  task: write `cron = "@daily"` for each midnight, or `every = "1day"` for a period
every: week weekly @weekly
  task: write `cron = "@weekly"` for each Sunday, or `every = "1week"` for a period
every: month monthly @monthly
  task: write `cron = "@monthly"` for the first of each month, or `every = "30days"` for a period
every: year yearly annually @yearly @annually
  task: write `cron = "@yearly"` for each first of January
every: cron
  task: `every` is a duration; write `cron = VALUE`
every: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_every(VALUE))` in the setup
cron: day daily midnight
  task: write `cron = "@daily"`
cron: hour hourly
  task: write `cron = "@hourly"`
cron: week weekly
  task: write `cron = "@weekly"`
cron: month monthly
  task: write `cron = "@monthly"`
cron: year yearly annually
  task: write `cron = "@yearly"`
cron: minute minutely
  task: write `cron = "* * * * *"`
cron: second secondly
  task: write `every = "1s"`
cron: boot reboot start startup
  task: leave `cron` out for a task that runs when the application starts
cron: no-limit
  task: leave `cron` out for a task without a calendar
cron: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_cron(VALUE))` in the setup
tz: system machine host server localtime current here
  task: write `tz = "local"` for the zone of the system
tz: no-limit
  task: leave `tz` out for UTC
tz: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_tz(VALUE))` in the setup
delay: always continuous continuously immediate immediately asap loop
  task: write `delay = "0s"`, which repeats at once
delay: once no-limit
  task: leave `delay` out for a task that ends with its first success
delay: cron
  task: `delay` is a duration; write `cron = VALUE`
delay: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_delay(VALUE))` in the setup
start_delay: immediate immediately asap now no-limit
  task: leave `start_delay` out for a task that starts at once
start_delay: cron
  task: `start_delay` is a duration; write `cron = VALUE`
start_delay: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_start_delay(VALUE))` in the setup
overlap: forbid drop ignore discard reject disallow skip-if-running drop-if-running single
  task: write `overlap = "skip"`
overlap: buffer buffer-one buffer-all wait enqueue latest coalesce serialize sequential fifo once
  task: write `overlap = "queue"`, which runs once more after the run, whatever the number of ticks
overlap: replace cancel cancel-other terminate terminate-other restart kill abort interrupt
  task: no tick ends a run; write `overlap = "skip"`, and `timeout = "5s"` for the time that an attempt may take
overlap: allow allow-all parallel concurrent true yes multiple
  task: a task runs one attempt at a time; write `overlap = "queue"`, or submit a `#[job]` at each tick
overlap: no-limit
  task: write `overlap = "skip"`, or leave `overlap` out
overlap: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_overlap(VALUE))` in the setup
missed: run run-once one fire-once fire-now fire-and-proceed catch-up catchup coalesce latest last true yes
  task: write `missed = "once"`, which runs once for all of them
missed: ignore drop discard forget do-nothing zero
  task: write `missed = "skip"`
missed: all every each run-all fire-all backfill replay burst queue
  task: ticks that were missed never run in a burst; write `missed = "once"`, which runs once for all of them
missed: no-limit
  task: write `missed = "skip"` to run for none of them, or leave `missed` out to run once
missed: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_missed(VALUE))` in the setup
"##;
