//! The rules of the attributes, and how to fix code that breaks them.
//!
//! One build reports all mistakes, each once, at its own token. An attribute with mistakes still emits the function and
//! the struct of its name. So code that uses them compiles, and editors continue to work.
//!
//! Each message ends with the name of the rule, except where the compiler itself reports the error.
//!
//! Each rule has a program in `ui-tests/tests/fail` that breaks it, with the expected message. A test keeps this page
//! and the programs in step.
//!
//! # options
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `unknown-option` | an option that does not exist | the message suggests the most similar option, or lists all |
//! | `renamed-option` | the name that another library uses: `max_retry`, `interval`, `schedule`, `replicas`, `throttle`, `depends_on`, … | the name here: `max_retries`, `every`, `cron`, `instances`, `rate_limit`, `needs`, … |
//! | `option-of-another-library` | a feature that Taskvisor does not have: `splay`, `before`, `priority`, `enabled`, … | the message names a replacement |
//! | `value-instead-of-option` | a word that is a value in place of an option: `on_failure`, `Failed`, the name of the function or of an argument | `restart = "on-failure"`, `on(Failed)`, `name = "ping"`, `slot = "{tenant}"` |
//! | `option-at-wrong-level` | an option of the backoff outside of `backoff(..)`, another option inside of it, or an option of the application | `backoff(exp, jitter = "full")`, with `max_retries` outside |
//! | `option-of-another-attribute` | `slot`, `capacity` and `expires` of a task, `instances`, `every`, `cron`, `after`, `critical` and `on_give_up` of a job, `restart` of a subscriber | an option of this attribute, or the other attribute |
//! | `duplicate-option` | an option that is repeated | keep one |
//! | `missing-value` | `timeout`, `timeout =` | `timeout = "5s"` |
//! | `missing-equals-sign` | `timeout: "5s"`, `timeout("5s")` | `timeout = "5s"` |
//! | `missing-comma` | two options without a comma between them | a comma |
//! | `missing-option-name` | a value without an option: `"5s"`, `3`, `backoff(exp, "100ms")` | the message names the options that such a value fits |
//! | `name-value-attribute` | `#[task = "ping"]`; an error of the compiler itself | `#[task(name = "ping")]` |
//!
//! # values
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `wrong-value-type` | a number in quotes, a duration without a unit, a name that is not a string, a literal in a call such as `Some(3)` | `max_retries = 3`, `timeout = "5s"` |
//! | `missing-quotes` | `timeout = 5s`, `restart = always`, `restart = Always`, `name = ping`; a constant is written in capitals, or with its path: `ALWAYS`, `RestartPolicy::Always` | `"5s"`, `"always"`, `"ping"` |
//! | `single-quotes` | `'5s'`; an error of the compiler itself, as for the quotes of a word processor | `"5s"` |
//! | `unknown-value` | a value that the option does not have, also one of another system: `"unless-stopped"`, `"skip"`, `"linear"` | the value here: `"always"`, `"drop-if-running"`, …; or the message suggests the most similar value, and lists all |
//! | `value-with-arguments` | a value with arguments: `on_failure(3)`, `queue(10)`, `exp(first = "1s")`, `"on-failure:3"` | two options: `restart = "on-failure", max_retries = 3`; the list `backoff(exp, first = "1s")` |
//! | `no-limit-value` | a value for "no limit": `-1`, `"unlimited"`, `infinite`, `None`, `"auto"`, `u32::MAX` | omit the option, or write a large value; the message says which |
//! | `run-time-value` | a parameter of the function: `timeout = wait` | the message names the method for a value at run time, as in `sync { .. }.with_timeout(wait)` |
//! | `invalid-duration` | `"5 parsecs"`, `"5"`, `"PT5S"` | a number and a unit, as [`humantime`](https://docs.rs/humantime) reads them |
//! | `zero-duration` | a timeout, a `stop_timeout`, a `stable_after`, an `interrupt_on_loss`, an `expires`, a `heartbeat`, an `every`, a `start_delay`, the time of a `max_failures`, the period of a `rate_limit` or a wait of a backoff of zero; `delay = "0s"`, `grace = "0s"`, `drain_timeout = "0s"` and `shutdown_delay = "0s"` are accepted | omit the timeout; `backoff = "none"`; `delay = "0s"` to repeat without a pause |
//! | `negative-duration` | `-5` | a duration |
//! | `duration-too-long` | more than 100 years; more than a year in `rate_limit` | omit the option; a shorter time |
//! | `zero-count` | a count of zero, also of `max_failures` and of `rate_limit` | `restart = "never"` for no retry; the message names the alternative for other options |
//! | `negative-count` | a negative count | as for zero |
//! | `count-too-large` | more than `u32::MAX`; more than 1,000 failures in `max_failures`; more than 10,000 `instances` | a smaller number |
//! | `factor-out-of-range` | a factor below 1, infinite or not a number | `backoff = "constant"` for delays that do not grow |
//! | `invalid-max-failures` | `max_failures = "5 per 10m"`, `"5"`, `"in 10m"` | a number, the word `in`, and a time: `"5 in 10m"` |
//! | `invalid-rate-limit` | `rate_limit = "10 per m"`, `"10"`, `"/m"`, `"ten/m"`, `"1.5/s"`, `"10/fortnight"` | a whole number, a slash, and one of `s`, `m`, `h` and `d`, or a duration: `"10/m"`, `"100/30s"` |
//! | `invalid-cron` | a malformed expression, or one that never matches a date: `cron = "60 * * * *"`, `"0 24 * * *"`, `"* * *"`, `"0 0 30 2 *"` | five fields (minute, hour, day of month, month, day of week), or six with the second in front: `cron = "0 3 * * MON-FRI"`; or `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly` |
//! | `cron-without-feature` | `cron` without the feature `schedule` | `features = ["schedule"]` of `taskvisor` in `Cargo.toml` |
//! | `empty-tz` | `tz = ""`, also of a constant | the name of a time zone: `tz = "Europe/Berlin"`; `tz = "local"`; no `tz` for UTC |
//! | `fatal-if-not-a-path` | `fatal_if = \|error\| ..`, `"is_permanent"`, a call | the path of a function: `fatal_if = is_permanent` |
//! | `wrong-predicate` | a `fatal_if` of another type than `fn(&E) -> bool`, where `E` is the error of the function; an error of the compiler itself | a function that borrows this error |
//! | `empty-name` | an empty name, also of a constant | a name that events and errors can show |
//! | `wrong-constant-type` | a constant of another type than the option; an error of the compiler itself | `Duration`, `u32`, `bool`, `&str`, [`MaxFailures`](crate::MaxFailures), [`RateLimit`](crate::RateLimit), `usize` for `instances`, `max_concurrent`, `queue` and `capacity`, the enum of the option |
//! | `not-constant` | a call that cannot be evaluated at compile time; an error of the compiler itself | a constant; pass a run-time value through [`TaskSpec`](crate::TaskSpec) |
//! | `runtime-path-relative` | `crate = taskvisor` | `crate = ::taskvisor`, `crate = crate::path` |
//! | `runtime-path-in-quotes` | `crate = "::taskvisor"` | `crate = ::taskvisor` |
//! | `runtime-path-unknown` | a path that does not lead to this crate, or no `crate` if the dependency is not called `taskvisor`; an error of the compiler itself | `crate = ::name`, with the name of the dependency |
//!
//! # backoff
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `missing-backoff-kind` | `backoff()`, `backoff(first = "1s")`, `backoff(kind = "exp", ..)`, `backoff(first = "1s", exp)` | `backoff(exp, first = "1s")` |
//! | `unknown-backoff-kind` | a kind other than `exp`, `constant` and `none` | the message suggests the most similar kind |
//! | `backoff-kind-in-quotes` | `backoff("exp")` | `backoff(exp)`, or `backoff = "exp"` |
//! | `unknown-backoff-part` | a part that does not exist | `first`, `max`, `factor`, `jitter` |
//! | `part-of-no-backoff` | a part together with `none` | another kind |
//! | `growth-of-constant-backoff` | `max` or `factor` of constant delays | `backoff(exp, ..)` |
//! | `decorrelated-constant-backoff` | the `decorrelated` jitter of constant delays | `backoff(exp, ..)`, or another jitter |
//! | `first-above-max` | a `first` delay above `max` | a larger `max` |
//!
//! # dependencies
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `dependencies-without-brackets` | `needs = connect`, `needs = (connect, migrate)`, `needs = "connect"` | `needs = [connect]` |
//! | `dependency-in-quotes` | `needs = ["connect"]` | `needs = [connect]`, with the path of the function, whatever the `name` of the task |
//! | `dependency-not-a-path` | a call, a list without commas, a number: `[connect()]`, `[connect migrate]` | `[connect]`, `[connect, migrate]`; `[r#type]` for a keyword |
//! | `empty-dependencies` | `needs = []` | no `needs` |
//! | `duplicate-dependency` | a task that is named twice in a list | keep one |
//! | `own-dependency` | a task that names itself | another task |
//! | `after-a-needed-task` | a task in both lists; `needs` implies `after` | `needs` alone |
//! | `not-a-task` | a job, a subscriber, or a type | the function of a [`#[task]`](macro@crate::task); `State<T>` for a shared value |
//! | `unknown-task` | a name that is not in scope or private, or a function without an attribute; an error of the compiler itself | an import, `pub(crate)`; `#[task]` above the function |
//!
//! # contradictions
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `interrupt-on-loss-without-needs` | `interrupt_on_loss` of a declaration that needs no task | `needs = [connect]` |
//! | `retries-with-restart-never` | `backoff`, `max_retries`, `max_failures`, `fatal_if`, `on_give_up` or `stable_after` with `restart = "never"` | remove one of the two |
//! | `repetition-without-restart-always` | `delay`, `every` or `cron` with a policy that does not repeat a success | `restart = "always"`, or no `restart` |
//! | `two-schedules` | two of `delay`, `every` and `cron` | one of them |
//! | `tz-without-cron` | `tz` of a task without `cron` | no `tz` |
//! | `tick-option-without-ticks` | `overlap` or `missed` of a task without `every` and `cron`, also with `delay` | `every`, `cron`, or no such option |
//! | `on-give-up-without-max-failures` | `on_give_up` of a task with `every` or `cron` and without `max_failures`: spent retries end a run, and not the task | `max_failures = "5 in 10m"`, or no `on_give_up` |
//! | `stable-after-beyond-timeout` | a `stable_after` longer than `timeout`, which no attempt reaches | a shorter `stable_after` |
//! | `start-timeout-without-notify` | `start_timeout` of a task that does not notify | a parameter `ready: Ready`, or no `start_timeout` |
//! | `start-timeout-beyond-timeout` | a `start_timeout` longer than `timeout`, which ends the attempt first | a shorter `start_timeout` |
//! | `ready-parameter-without-notify` | a parameter `Ready` with `ready = "start"` or `ready = "success"` | one of the two |
//! | `unreachable-max-failures` | a `max_failures` that the backoff makes unreachable: the shortest delays between so many failures take longer than the time; for a backoff that is not in the attribute, the application checks it when it starts | fewer failures, a longer time, a shorter backoff |
//! | `heartbeat-beyond-timeout` | a `heartbeat` longer than `timeout`, which ends the attempt first | a shorter `heartbeat` |
//! | `on-give-up-of-a-critical-task` | `on_give_up` of a critical task, which shuts the application down | one of the two |
//! | `fatal-if-without-error` | `fatal_if` of a function that returns no `Result` | a `Result`, or no `fatal_if` |
//! | `fatal-if-of-one-attempt` | `fatal_if` of a job that is not retried | `max_retries = 3`, or no `fatal_if` |
//! | `job-with-restart-always` | `restart = "always"` of a job: its value would never be delivered | `"on-failure"` |
//! | `admission-without-slot` | `admission` of a job that has no slot | a `slot` |
//! | `queue-without-slot` | `queue` of a job that has no slot | a `slot` |
//! | `queue-without-queue-admission` | `queue` with an admission other than `queue` | `admission = "queue"` |
//! | `capacity-without-slot` | `capacity` of a job that has no slot | a `slot` |
//! | `max-concurrent-without-instances` | `max_concurrent` of a task without `instances`, which runs one attempt at a time anyway | `instances = 4`, or no `max_concurrent` |
//! | `instance-parameter-without-instances` | a parameter `Instance` of a task without `instances`, of a job or of a subscriber | `instances = 4`, or no such parameter; the path of a type of your own with this name: `self::Instance` |
//! | `burst-without-rate-limit` | `burst` without `rate_limit` | `rate_limit = "10/m"`, or no `burst` |
//! | `burst-of-constant-rate-limit` | `burst` beside a constant `rate_limit`, which has a burst of its own | [`RateLimit::with_burst`](crate::RateLimit::with_burst) in the constant |
//! | `worker-threads-of-current-thread` | `worker_threads` with `flavor = "current_thread"` | `"multi_thread"` |
//!
//! # signatures
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `not-a-function` | an attribute on a struct, an `impl`, a module, or a function without a body | an `async fn` |
//! | `incomplete-function` | a parameter without a type or a name, a default value, a missing comma; an error of the compiler itself | `name: Type` for each parameter |
//! | `not-async` | `fn`, also as `#[tokio::main]` above the attribute makes it | `async fn`, with `spawn_blocking` for blocking code |
//! | `method` | a method, or a function that names `Self` | a free function, and [`State<T>`](crate::State) for shared data |
//! | `in-an-impl` | a function without `self` in an `impl`; an error of the compiler itself, because an attribute does not know its context | a free function |
//! | `generic-function` | type, const and lifetime parameters, or a lifetime that is not declared | one function for each concrete type; `&T` |
//! | `impl-trait-parameter` | a parameter of type `impl Trait` | a named type |
//! | `where-clause` | a `where` clause | no clause: there is no type parameter to bound |
//! | `unsafe-function` | `unsafe fn` | `unsafe` blocks inside |
//! | `extern-function` | `extern "C" fn` | no `extern`: only the runtime calls the function |
//! | `const-function` | `const fn` | `async fn` |
//! | `const-async-function` | `const async fn` | `async fn` |
//! | `variadic-function` | `...` | a name for each parameter |
//! | `duplicate-attribute` | an attribute that is repeated | keep one |
//! | `two-attributes` | two of `#[task]`, `#[job]` and `#[subscriber]` | a second function |
//! | `conflicting-attribute` | an attribute that makes something else of the function: `#[tokio::test]`, `#[async_trait]`, `#[get("/")]` | a second function |
//! | `declared-main` | a task, a job or a subscriber called `main`, unless a visibility such as `pub(crate)` shows that it is not the entry point | `#[taskvisor::main]`, or another name |
//! | `two-main-attributes` | `#[tokio::main]` together with `#[taskvisor::main]` | `#[taskvisor::main]` alone |
//!
//! # types
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `unknown-type` | a type or a lifetime that is not in scope; an error of the compiler itself | an import; a type without the lifetime |
//!
//! # parameters
//!
//! The parameters of tasks, and the injected parameters of jobs and subscribers.
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `not-injectable` | a type that cannot be [injected](crate::FromContext) | `State<T>`; an argument of a [`#[job]`](macro@crate::job) |
//! | `state-not-shareable` | `State<T>` of a `T` that is not `Send + Sync` | `Arc` instead of `Rc`, `Mutex` instead of `RefCell` |
//! | `misplaced-parameter` | `App`, `Event`, `Supervisor`, `TaskHandle` or `JobHandle`, which another function takes or has | [`SupervisorHandle`](crate::SupervisorHandle); the path of a type of your own with such a name: `self::App` |
//! | `mutable-reference` | `&mut T`: the change would have no effect | `State<Mutex<T>>` |
//! | `unsized-parameter` | `&str`, `&[T]`, `&dyn Trait`, `&Path`: the value would have no owner; `x: str`, `x: Option<str>` of a job | `State<String>`, `State<Arc<dyn Trait>>`; `x: String`; the path of a type of your own with such a name: `&self::Path` |
//! | `static-reference` | `&'static T` | `&T` |
//! | `inferred-type` | `_` in the type of a parameter or in the return type | the type |
//! | `unsized-state` | `State<dyn Trait>`, `State<str>`, `State<[T]>` | `State<Arc<dyn Trait>>`, `State<String>`, `State<Vec<T>>` |
//! | `borrowed-state` | `State<&T>`, `State<Cow<'_, str>>` | `State<T>`, `State<&'static T>` |
//! | `wrapped-state` | `Arc<State<T>>`, `Mutex<State<T>>`, a tuple of states | `State<T>`, `State<Mutex<T>>`, one parameter for each; import a `State` of your own under another name |
//!
//! # arguments
//!
//! The arguments of jobs.
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `duplicate-argument` | two arguments with the same name; an error of the compiler itself | two names |
//! | `argument-pattern` | `(a, b): (u8, u8)`, `_: u8` | one name; destructure it in the body |
//! | `borrowed-argument` | `&str`, `Cow<'_, str>`, `&Db` | `String`; `State<Db>` to inject it |
//! | `argument-not-clone` | an argument that cannot be cloned for each attempt | `Clone`, or an `Arc` |
//! | `argument-not-send` | an argument that cannot be sent to another thread: `Rc`, `Cell`, `Arc<dyn Store>` | `Arc`, `Mutex`, an atomic, `Arc<dyn Store + Send + Sync>` |
//! | `unmarked-extractor` | an extractor without a mark | `#[inject]` before it |
//! | `inject-with-a-value` | `#[inject = ..]` | `#[inject]` |
//! | `inject-outside-a-job` | `#[inject]` outside of a job, where every parameter is injected | no `#[inject]` |
//!
//! # slots
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `empty-slot` | an empty key, also of a constant | a key |
//! | `slot-without-quotes` | an argument or a call in place of the text: `slot = tenant`, `slot = format!("t-{tenant}")` | `slot = "{tenant}"`; a constant for one key of all submissions |
//! | `placeholder-in-constant` | a constant with a `{` in its text, which would not be a placeholder | the text itself |
//! | `foreign-placeholder` | the placeholder of another language with the name of an argument: `$tenant`, `${tenant}`, `{{tenant}}`, `<tenant>`, `/:tenant`; `%s` or `$1` in a text without placeholders; the name alone, `slot = "tenant"` | `{tenant}`; a constant for one slot of all submissions: `slot = SLOT` |
//! | `expression-in-slot` | `{tenant.id}`, `{ids[0]}`, `{tenant.to_string()}`, `{Tenant::ID}` | `{tenant}`; an argument of its own: `tenant_id: u64` and `{tenant_id}`; `.with_slot(..)` on the submission |
//! | `unknown-argument` | a name that is not an argument | the message suggests the most similar argument |
//! | `positional-placeholder` | `{}`, `{0}`, and arguments behind the text | `{tenant}` |
//! | `injected-in-slot` | an injected parameter, which does not exist yet when the job is submitted | an argument |
//! | `unmatched-braces` | braces that do not match; an error of the compiler itself | `{{` for a brace |
//! | `argument-not-display` | an argument that does not implement `Display`; an error of the compiler itself | `Display`, or `{tenant:?}` |
//!
//! # returns
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `value-of-a-task` | a value returned by a task | `()`, `!`, `Result<(), E>`; a [`#[job]`](macro@crate::job) returns values |
//! | `returned-future` | a function that returns a future: `fn ping() -> impl Future<Output = T>`, `BoxFuture<'_, T>` | `async fn ping() -> T` |
//! | `unsized-value` | `str`, `[T]`, `dyn Trait` | `String`, `Vec<T>`, a `Box` |
//! | `impl-trait-of-a-task` | `impl Trait` of a task or of a setup | `()`, `Result<(), E>` |
//! | `not-an-error` | an error type that is not an error, or that cannot be sent to another thread, as `Box<dyn Error>` | an `Error`, an `anyhow` or `eyre` error, [`BoxError`](crate::BoxError), [`TaskError`](crate::TaskError) |
//! | `no-value` | `ctx.snooze(..)` and `ctx.done()` in a function that returns `!`, or a value | a function that returns `()` or `Result<(), E>`; `.retry_after(delay)?` in a job with a value |
//! | `mark-not-convertible` | `.fatal()?` in a function whose error type does not implement `From<MarkedError>`; an error of the compiler itself | [`TaskError`](crate::TaskError) or another type that [carries marks](crate::ResultExt) |
//! | `value-of-a-subscriber` | anything but `()` | handle errors in the body |
//! | `value-not-send` | a job's value that cannot be sent to another thread | `Arc` instead of `Rc` |
//! | `borrowed-value` | a value that is borrowed | `String` from a job, nothing from a task |
//! | `impl-trait-of-a-job` | a job's `impl Trait` | a named type |
//! | `never-of-a-job` | `!` | a [`#[task]`](macro@crate::task) |
//!
//! # futures
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `future-not-send` | a value that cannot be sent to another thread, held across an `.await`; an error of the compiler itself | drop the value before, or use `Arc` and `Mutex` |
//!
//! # subscribers
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `missing-event` | no event, an owned event, or another type | `event: &Event` |
//! | `event-not-first` | the event after other parameters | the event first |
//! | `two-events` | two events | one event |
//! | `context-of-a-subscriber` | a [`TaskContext`](crate::TaskContext): a subscriber has no attempts | [`SupervisorHandle`](crate::SupervisorHandle), `State<T>` |
//! | `unknown-event` | an event that does not exist, also one of another system, or an event in quotes | the event here; or the message suggests the most similar event, and lists all |
//! | `lagged-in-on` | `Lagged`, which is always delivered | omit it |
//! | `duplicate-event` | an event that is repeated | keep one |
//! | `empty-on` | `on()` | omit `on` to receive all events |
//! | `on-without-parentheses` | `on = Failed` | `on(Failed)` |
//! | `path-in-on` | `on(EventKind::Failed)`, `on(Failed \| TimedOut)` | `on(Failed)`, `on(Failed, TimedOut)` |
//! | `tasks-without-brackets` | `task = connect`, `task = "connect"` | `task = [connect]` |
//! | `task-in-quotes` | `task = ["connect"]` | `task = [connect]`, with the path of the function, whatever the `name` of the task |
//! | `task-not-a-path` | a call, a list without commas, a number: `[connect::spec()]`, `[connect migrate]` | `[connect]`, `[connect, migrate]` |
//! | `empty-task-list` | `task = []` | omit `task` to receive the events of all tasks |
//! | `duplicate-task` | a task that is named twice in the list | keep one |
//! | `unselectable-task` | a job, a subscriber, or a type in the list | the function of a [`#[task]`](macro@crate::task); compare [`Event::task`](crate::Event::task) with the name of a job |
//! | `event-of-no-task` | an event of a submission or of the supervisor beside `task`: `on(Stopped), task = [connect]` | a subscriber without `task` for this event |
//!
//! # main
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `main-not-async` | `fn main` | `async fn main` |
//! | `wrong-main-parameter` | a parameter other than the application | `app: &mut App`, or none |
//! | `two-main-parameters` | more than one parameter | build the other values in the body, and share them with [`App::state`](crate::App::state) |
//! | `wrong-main-return-type` | a value | `()`, `Result<(), E>` |
//! | `wrong-main-body-type` | a body that does not return the declared type; an error of the compiler itself | a value of that type |
//! | `unknown-crate` | a name that is not a crate; an error of the compiler itself | a dependency |
//! | `crate-in-quotes` | `["my-crate"]` | `[my_crate]` |
//! | `crate-with-hyphen` | `[my-crate]` | `[my_crate]` |
//! | `crate-not-a-name` | a keyword or a literal in the list | `[billing]` |
//! | `crate-path` | `[billing::jobs]` | `[billing]` |
//! | `duplicate-crate` | a crate that is repeated | keep one |
//! | `own-crate` | `[crate]`, which is always included | omit it |
//! | `crates-without-brackets` | `crates = billing` | `crates = [billing]` |
//! | `critical-of-some-tasks` | `critical = [connect]`, `critical = connect` | `critical = "all"`, or `critical = true` in the `#[task(..)]` of each |
//!
//! # uses
//!
//! The uses of what an attribute generates.
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `not-a-task-spec` | `app.task(ping)`, `add_task(ping())`, `app.task(sync { .. })` | `ping::spec()`; a job is submitted |
//! | `no-spec` | `ping.spec()`, `sync::spec()` of a job, `alert::spec()` of a subscriber | `ping::spec()`, `alert::subscriber()`; a job is submitted |
//! | `not-a-subscriber` | `app.subscriber(alert)` | `alert::subscriber()` |
//! | `not-a-submission` | `submit(sync)`, `submit(sync(1))`, `submit(ping::spec())` | `submit(sync { tenant: 1 })` |
//! | `submitted-in-setup` | `app.submit(..)` | `supervisor.submit(..)` in a task, which takes `supervisor: SupervisorHandle` |
//! | `not-a-declaration` | `app.tune::<Ping>(..)`, `app.disable::<Ping>()` of another type | the name of the function of a declaration |
//!
//! # names
//!
//! An attribute generates a type with the name of the function. So the compiler reports a conflict if the same module
//! contains another type or module of that name. A task named `tokio` cannot use `tokio::…` in its body. Rename the
//! function in these cases. Events show the value of the `name` option.
//!
//! | rule | rejected | write instead |
//! |---|---|---|
//! | `same-name` | two declarations of one name, or another type or module of that name; two errors at most; an error of the compiler itself | another name for the function |
