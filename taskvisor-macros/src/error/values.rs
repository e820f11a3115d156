//! Values that an option does not have, and what to write instead.
//!
//! `option: word word …`, then for each list of attributes one line `  task, job: advice`. The advice ends a sentence.
//! Special words: `no-limit` is all of [`NO_LIMIT`], `parameter` a parameter of the function in a value, and `fraction` a
//! number with a point, such as `0.5`, in place of a word. In the advice of `parameter`, `VALUE` is replaced by the value,
//! `PARAMETER` by the parameter, and `NAME` by the function. Tests expand the code of each advice.

use super::advice::OptionsOf;
use super::nearest::same_word;
use super::schedules::SCHEDULES;

/// The words for "no limit" and "the default" in other libraries.
const NO_LIMIT: &[&str] = &[
    "unlimited",
    "unbounded",
    "infinite",
    "infinity",
    "inf",
    "none",
    "never",
    "forever",
    "off",
    "no",
    "null",
    "nil",
    "auto",
    "default",
    "max",
    "disabled",
    "disable",
    "false",
    "-1",
    "-1s",
    "_",
    "()",
    "..",
    "always",
    "unset",
    "nolimit",
    "*",
    "eternal",
    "indefinite",
    "indefinitely",
    "nan",
    "undefined",
    "automatic",
];

/// Whether the word says "no limit".
pub(crate) fn is_no_limit(word: &str) -> bool {
    let is_spelled = |word: &str| word.starts_with(char::is_alphanumeric);
    NO_LIMIT
        .iter()
        .any(|other| *other == word || is_spelled(other) && is_spelled(word) && same_word(other, word))
}

/// The advice for a word as the value of an option.
pub(crate) fn advice(of: OptionsOf, option: &str, word: &str) -> Option<&'static str> {
    lines(of)
        .find(|(key, other, _)| *key == option && *other != "no-limit" && same_word(other, word))
        .map(|(.., text)| text)
}

/// The advice for "no limit" as the value of an option.
pub(crate) fn advice_for_no_limit(of: OptionsOf, option: &str) -> Option<&'static str> {
    lines(of).find(|(key, word, _)| *key == option && *word == "no-limit").map(|(.., text)| text)
}

/// The advice for a parameter of the function in the value of an option.
pub(crate) fn advice_for_parameter(of: OptionsOf, option: &str) -> Option<&'static str> {
    advice(of, option, "parameter")
}

/// The options and words of the table that have advice in this list, with the advice.
pub(crate) fn lines(of: OptionsOf) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut heading = ("", "");
    let lines =
        VALUES.lines().chain(SCHEDULES.lines()).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let answers = lines.filter_map(move |line| {
        let Some(answer) = line.strip_prefix("  ") else {
            heading = line.split_once(": ")?;
            return None;
        };
        let (attributes, text) = answer.split_once(": ")?;
        Some((heading, attributes, text))
    });
    let here = answers.filter(move |(_, attributes, _)| attributes.split(", ").any(|word| word == of.word()));
    here.flat_map(|((option, words), _, text)| words.split(' ').map(move |word| (option, word, text)))
}

/// The first table; read only when a value is wrong.
pub(crate) const VALUES: &str = r##"
# Restart. Words of Docker, systemd, Kubernetes, OTP and PM2.
restart: unless-stopped permanent yes true on enabled enable forever loop repeat infinite continuous auto automatic default
  task: write `restart = "always"`
  job: a job ends when it has returned its value; write `restart = "on-failure"`
restart: transient on-error on-err on-abnormal on-abort on-watchdog on-exception on-crash on-panic if-failed retry retries failure error failed on-fail
  task, job: write `restart = "on-failure"`
restart: temporary no none false off once oneshot disabled disable manual null nil
  task, job: write `restart = "never"`
restart: on-success success
  task: no policy repeats successes alone; write `restart = "always"`
  job: a job ends when it has returned its value, and nothing repeats it; write `restart = "on-failure"`
restart: one-for-one one-for-all rest-for-one simple-one-for-one
  task: each task restarts alone; write `restart = "always"`
  job: each job is retried alone; write `restart = "on-failure"`
restart: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_restart(VALUE))` in the setup
  job: write `restart = "on-failure"`, and decide inside which errors are `.fatal()?`

# Backoff.
backoff: linear arithmetic incremental
  task, job: no backoff is linear; write `backoff(exp, factor = 1.5)`, or `backoff = "constant"`
backoff: fibonacci fib
  task, job: no backoff is a Fibonacci sequence; write `backoff(exp, factor = 1.6)`, which grows as fast
backoff: polynomial quadratic poly
  task, job: no backoff is polynomial; write `backoff(exp, factor = 1.5)`, which starts slowly and grows faster later
backoff: fixed fixed-delay const static uniform simple flat delay periodic
  task, job: write `backoff = "constant"`
backoff: exponential-jitter jitter jittered full full-jitter equal random randomized
  task, job: write `backoff(exp, jitter = "full")`
backoff: decorrelated decorrelated-jitter
  task, job: write `backoff(exp, jitter = "decorrelated")`
backoff: off no false never disabled immediate zero null nil no-limit
  task, job: write `backoff = "none"`
backoff: true yes on default auto enabled double doubling geometric
  task, job: write `backoff = "exp"`
backoff: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_backoff(VALUE))` in the setup
  job: mark an error with `.retry_after(VALUE)?` for a wait of its own
first: no-limit zero immediate
  backoff: leave `first` out for 100ms, or write `backoff = "none"` for no wait
max: no-limit
  backoff: a wait always has a limit; write a long one, as in `max = "1day"`, or leave `max` out for 30s
factor: no-limit double
  backoff: leave `factor` out for 2.0
jitter: true yes on random uniform randomized enabled auto default
  backoff: write `jitter = "full"`
jitter: half plus-minus partial
  backoff: write `jitter = "equal"`
jitter: false no off disabled zero never null nil no-limit
  backoff: write `jitter = "none"`
jitter: fraction
  backoff: a jitter is a kind, not a number; write `jitter = "equal"` for waits from half to the whole, or `jitter = "full"` for waits from zero
first: parameter
  backoff: mark an error with `.retry_after(VALUE)?` for a wait of its own
max: parameter
  backoff: mark an error with `.retry_after(VALUE)?` for a wait of its own
factor: parameter
  backoff: mark an error with `.retry_after(delay)?` for a wait of its own
jitter: parameter
  backoff: mark an error with `.retry_after(delay)?` for a wait of its own

# Limits.
timeout: no-limit
  task, job: for no limit, leave `timeout` out
timeout: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_timeout(VALUE))` in the setup
  job: write `NAME { .. }.with_timeout(VALUE)` for one submission
stop_timeout: no-limit
  task, job: leave `stop_timeout` out for the whole grace of the application, which limits every stop
stop_timeout: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_stop_timeout(VALUE))` in the setup
  job: write `NAME { .. }.with_stop_timeout(VALUE)` for one submission
needs: no-limit
  task, job: leave `needs` out for no dependency
after: no-limit
  task: leave `after` out for no dependency
interrupt_on_loss: no-limit always
  task, job: leave `interrupt_on_loss` out for an attempt that goes on without what it needs
interrupt_on_loss: zero immediate immediately now asap true
  task, job: write `"1ms"` for an interrupt at once
interrupt_on_loss: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_interrupt_on_loss(VALUE))` in the setup
  job: write a constant, which all submissions share
stop_order: reverse reversed early earliest begin start normal 0 no-limit
  task: write `stop_order = "first"`, or leave `stop_order` out
stop_order: late latest end final finally lowest after-all
  task: write `stop_order = "last"`
stop_order: before after
  task: write `needs = [connect]`, which stops this task before the one that it needs
stop_order: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_stop_order(VALUE))` in the setup
expires: no-limit
  job: leave `expires` out for a submission that waits without a limit
expires: parameter
  job: write a constant, which all submissions share
stable_after: no-limit
  task: leave `stable_after` out for the longer of 10s and the backoff's `max`
stable_after: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_stable_after(VALUE))` in the setup
max_retries: no-limit
  task: leave `max_retries` out for no limit, or write `restart = "never"` for no retry
  job: write `restart = "on-failure"` alone for no limit, or leave `max_retries` out for one attempt
max_retries: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_max_retries(VALUE))` in the setup
  job: write `.fatal()?` inside where no further retry is wanted
max_failures: no-limit
  task, job: leave `max_failures` out for no limit
max_failures: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_max_failures(VALUE))` in the setup
  job: write `app.tune::<NAME>(|spec| spec.with_max_failures(limit))` in the setup
on_give_up: end stop failed error exit abort default kill give-up
  task: write `on_give_up = "fail"`
on_give_up: suspend hold wait park paused freeze manual
  task: write `on_give_up = "pause"`
on_give_up: shutdown restart-all escalate critical panic
  task: write `critical` in place of `on_give_up`, which shuts the application down
on_give_up: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_on_give_up(VALUE))` in the setup
critical: none null nil default auto never all
  task: write `critical = false`, or leave `critical` out
critical: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_critical(VALUE))` in the setup
heartbeat: no-limit
  task, job: leave `heartbeat` out for no limit
heartbeat: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_heartbeat(VALUE))` in the setup
  job: write a constant, which all submissions share
on_shutdown: stop abort interrupt kill cancelled canceled immediate now default graceful
  task, job: write `on_shutdown = "cancel"`
on_shutdown: wait drain complete continue let-finish run-to-completion no-limit
  task, job: write `on_shutdown = "finish"`
on_shutdown: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_on_shutdown(VALUE))` in the setup
  job: write a constant, which all submissions share
instances: no-limit
  task: leave `instances` out for one task
instances: cpus cores num-cpus per-core all
  task: write a number or a constant; what depends on the machine is set in the setup, by `spec.with_instances(..)`
instances: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_instances(VALUE))` in the setup
max_concurrent: no-limit
  task, job: leave `max_concurrent` out for no limit
max_concurrent: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_max_concurrent(VALUE))` in the setup
  job: write a constant, which all submissions share
rate_limit: no-limit
  task, job: leave `rate_limit` out for no limit
rate_limit: parameter
  task: write `app.tune::<NAME>(|spec| spec.with_rate_limit(VALUE))` in the setup
  job: write a constant, which all submissions share
burst: no-limit
  task, job: leave `burst` out for attempts that are evenly spaced, or leave `rate_limit` out for no limit
burst: parameter
  task, job: write a constant, which all attempts share
capacity: no-limit
  job: leave `slot` out for submissions that run at once
capacity: parameter
  job: write a constant, which all submissions share
name: no-limit
  task, job, subscriber: leave `name` out for the name of the function
name: parameter
  task: leave `name` out, or write `name = "NAME"`
  subscriber: leave `name` out, or write `name = "NAME"`
  job: write `slot = "NAME-{PARAMETER}"` for a key of each

# Slots. Words of Kubernetes, Temporal, Sidekiq, BullMQ, GitHub and RxJS.
slot: no-limit
  job: leave `slot` out for submissions that run at once
admission: skip skip-if-running skip-new drop-new drop-newest drop reject reject-new reject-duplicate forbid ignore ignore-new discard discard-new if-idle unique singleton exclusive exhaust no-overlap refuse deny fail while-executing until-executed single throttle
  job: write `admission = "drop-if-running"`
admission: cancel cancel-previous cancel-running cancel-other cancel-in-progress terminate terminate-other terminate-if-running restart abort abort-running abort-previous kill kill-previous supersede override overwrite interrupt switch take-over takeover preempt replace-running
  job: write `admission = "replace"`
admission: debounce debounced newest newest-only latest-only keep-latest keep-last last last-wins buffer-one conflate drop-old drop-oldest discard-old coalesce trailing collapse sliding
  job: write `admission = "latest"`
admission: wait buffer buffer-all enqueue fifo serial serialize sequential sequence queued one-at-a-time block concat append default
  job: write `admission = "queue"`
admission: parallel concurrent allow allow-all allow-duplicate overlap independent merge multiple concurrency shared no-limit
  job: leave `slot` and `admission` out for submissions that run at once
admission: priority lifo stack random round-robin
  job: submissions wait first come, first served; write `admission = "queue"`
admission: parameter
  job: write `NAME { .. }.with_admission(VALUE)` for one submission
queue: no-limit
  job: a queue always has a limit; write a number, as in `queue = 10_000`, or leave `queue` out for 100
  subscriber: a queue always has a limit; write a number, as in `queue = 100_000`, or leave `queue` out for 1024
queue: parameter
  job: write `app.tune::<NAME>(|spec| spec.with_queue(VALUE))` in the setup
  subscriber: write `app.tune::<NAME>(|spec| spec.with_queue(VALUE))` in the setup

# Events.
on: completed complete completion done success successful succeed ok finished finish passed
  subscriber: write `on(Succeeded)` for each successful attempt, or `on(Ended)` for the end of a task
on: error errored err errors exception fatal failure failures fail dead dead-lettered discarded
  subscriber: write `on(Failed)` for each failed attempt, or `on(Ended)` for the end of a task
on: retrying retry retried restarting restarted restart backing-off backed-off rescheduled
  subscriber: write `on(Backoff)`, which is published before each retry
on: cancelled cancel cancellation cancelling canceling revoked
  subscriber: write `on(Canceled)`
on: killed aborting terminated abandoned
  subscriber: write `on(Aborted)`
on: timeout timeouts deadline deadline-exceeded expired time-out
  subscriber: write `on(TimedOut)`
on: crashed crash panic panics panicking
  subscriber: write `on(Panicked)`
on: running run start starting spawned spawn begin began active executing launched up
  subscriber: write `on(Started)`
on: submitted enqueued waiting pending scheduled
  subscriber: write `on(Queued)`, which is published for a submission that waits for its slot
on: registered created new inserted
  subscriber: write `on(Added)`
on: stopping shutdown shutting-down terminating exit exiting exited sigterm sigint signal quit down
  subscriber: write `on(ShutdownRequested)` for its request, or `on(Stopped)` for its end
on: rejected dropped skipped denied throttled
  subscriber: write `on(Refused)`
on: heartbeat-missed missed-heartbeat hung stuck
  subscriber: write `on(Stalled)`
on: snooze snoozing postponed deferred
  subscriber: write `on(Snoozed)`
on: giveup given-up gave-up exhausted
  subscriber: write `on(GaveUp)`
on: progress heartbeat log tick ping message alive ready healthy unhealthy
  subscriber: there is no such event; write `on(Delayed)` for a task that waits for a long time
on: all any every everything each star no-limit
  subscriber: leave `on` out for all events
on: not except without
  subscriber: `on` lists what is wanted; write `on(Failed, TimedOut)`
task: all any every everything each star no-limit
  subscriber: leave `task` out for the events of all tasks

# The application.
flavor: single-thread single-threaded single current local basic basic-scheduler thread-per-core
  main: write `flavor = "current_thread"`
flavor: threaded threaded-scheduler multi multithreaded multi-threaded work-stealing full rt-multi-thread no-limit
  main: write `flavor = "multi_thread"`, or leave `flavor` out
worker_threads: no-limit cpus cores num-cpus all
  main: leave `worker_threads` out for one per core
critical: true yes on enabled enable any every everything each tasks all-tasks always
  main: write `critical = "all"` for all declared tasks
critical: no-limit
  main: leave `critical` out, and no task is critical by default
max_concurrent: no-limit
  main: leave `max_concurrent` out for no limit
grace: no-limit
  main: a shutdown always has a limit; write a long one, as in `grace = "1day"`, or `grace = "0s"` for none
drain_timeout: no-limit
  main: a shutdown always has a limit; write a long one, as in `drain_timeout = "1h"`, or `drain_timeout = "0s"` for none
shutdown_delay: no-limit
  main: a shutdown always has a limit; write a delay shorter than `grace`, as in `shutdown_delay = "5s"`, or leave it out for none
crates: all every any workspace no-limit
  main: a crate is named, as in `crates = [billing]`; leave `crates` out for the application's own package
worker_threads: parameter
  main: leave `worker_threads` out for one per core
max_concurrent: parameter
  main: write `app.config(|config| config.with_max_concurrent(limit))` in the setup
grace: parameter
  main: write `app.config(|config| config.with_grace(time))` in the setup
drain_timeout: parameter
  main: write `app.config(|config| config.with_drain_timeout(time))` in the setup
shutdown_delay: parameter
  main: write `app.config(|config| config.with_shutdown_delay(time))` in the setup
"##;
