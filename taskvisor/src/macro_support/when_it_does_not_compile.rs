//! What the attributes refuse, by rule, and what to write instead.
//!
//! Every mistake is reported where it is written, all of them in one build, and each once. The function under an attribute
//! with mistakes is still there, and so is its declaration's name: what uses them compiles, and an editor goes on working.
//!
//! Each rule has a program in `ui-tests/tests/fail` that breaks it, with the message that it gets; the test there keeps
//! this page and the programs the same.
//!
//! # options
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `unknown` | an option that there is not | the nearest one is named, or all of them |
//! | `renamed` | a word of another library: `max_retry`, `delay`, `interval`, `capacity`, … | ours: `max_retries`, `backoff(..)`, `every`, `queue`, … |
//! | `of-another-library` | a feature that does not exist here: `cron`, `depends_on`, `rate`, `instances`, `enabled`, `critical`, … | what to do today, in one sentence |
//! | `value-for-an-option` | a value where its option belongs: `on_failure` | `restart = "on-failure"` |
//! | `at-the-wrong-level` | an option of the backoff beside it, or the other way round, or one of the application | `backoff(exp, jitter = "full")`, `max_retries` beside it |
//! | `of-another-attribute` | `slot` of a task, `every` of a job, `restart` of a subscriber | what that kind of function can do, or the other attribute |
//! | `twice` | the same option again | keep one |
//! | `without-a-value` | `timeout`, `timeout =` | `timeout = "5s"` |
//! | `without-an-equals-sign` | `timeout: "5s"`, `timeout("5s")` | `timeout = "5s"` |
//! | `without-a-comma` | two options with nothing between | a comma |
//! | `without-a-name` | a value alone | the option that it is for |
//!
//! # values
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `of-the-wrong-kind` | a number in quotes, a duration without a unit, a name that is no string | `max_retries = 3`, `timeout = "5s"` |
//! | `without-quotes` | `timeout = 5s`, `restart = always` | `"5s"`, `"always"` |
//! | `unknown` | a word that is none of the option's | the nearest one is named, and all of them |
//! | `duration-malformed` | `"5 parsecs"`, `"5"` | a number and a unit, as [`humantime`](https://docs.rs/humantime) reads them |
//! | `duration-zero` | a timeout, a `stop_timeout` or a wait of no time | leave the timeout out; `backoff = "none"` |
//! | `duration-negative` | `-5` | a duration |
//! | `duration-absurd` | more than 100 years | leave it out |
//! | `count-zero` | none at all | `restart = "never"` for no retry; what else is meant, the message says |
//! | `count-negative` | less than none | as for zero |
//! | `count-too-large` | more than fit into a `u32` | fewer |
//! | `factor-out-of-range` | a factor below 1, infinite or not a number | `backoff = "constant"` for waits that do not grow |
//! | `name-empty` | a name of nothing | events and errors show it |
//! | `constant-of-the-wrong-type` | a constant that is not of the option's type | `Duration`, `u32`, `&str`, the enum of the option |
//! | `not-constant` | a call that cannot be made at compile time | a constant; what is known at run time only goes into [`TaskSpec`](crate::TaskSpec) |
//! | `runtime-path-relative` | `crate = taskvisor` | `crate = ::taskvisor`, `crate = crate::path` |
//! | `runtime-path-in-quotes` | `crate = "::taskvisor"` | `crate = ::taskvisor` |
//! | `runtime-path-unknown` | a path where this crate is not | the name of the dependency |
//!
//! # backoff
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `kind-missing` | `backoff()`, `backoff(first = "1s")` | `backoff(exp, first = "1s")` |
//! | `kind-unknown` | another kind than `exp`, `constant` and `none` | the nearest one is named |
//! | `kind-in-quotes` | `backoff("exp")` | `backoff(exp)`, or `backoff = "exp"` |
//! | `part-unknown` | a part that there is not | `first`, `max`, `factor`, `jitter` |
//! | `part-of-none` | anything beside `none` | another kind |
//! | `growth-of-a-constant` | `max` or `factor` of waits that do not grow | `backoff(exp, ..)` |
//! | `decorrelated-of-a-constant` | the jitter that grows by itself | `backoff(exp, ..)`, or another jitter |
//! | `first-above-max` | a first wait above the longest | a larger `max` |
//!
//! # contradictions
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `retried-and-never` | `backoff`, `max_retries` or `stable_after` with `restart = "never"` | remove one of the two |
//! | `every-and-not-always` | `every` with a policy that does not repeat | `restart = "always"`, or nothing |
//! | `stable-after-beyond-timeout` | a `stable_after` that no attempt reaches | a shorter one |
//! | `job-and-always` | `restart = "always"` of a job: its value would never arrive | `"on-failure"` |
//! | `admission-without-slot` | `admission` where nothing competes | a `slot` |
//! | `queue-without-slot` | `queue` where nothing competes | a `slot` |
//! | `queue-and-no-line` | `queue` with an admission that keeps no line | `admission = "queue"` |
//! | `worker-threads-of-one-thread` | `worker_threads` with `flavor = "current_thread"` | `"multi_thread"` |
//!
//! # signatures
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `not-a-function` | an attribute on a struct, an `impl`, a module | an `async fn` |
//! | `not-async` | `fn` | `async fn`, with `spawn_blocking` inside for what blocks |
//! | `self` | a method | a free function, and [`State<T>`](crate::State) for what is shared |
//! | `in-an-impl` | a function without `self` in an `impl`; the compiler's own words, because an attribute cannot see where it stands | a free function |
//! | `generic` | type, const and lifetime parameters | a concrete type, and one function for each |
//! | `impl-trait` | a parameter of a type without a name | a type |
//! | `where-clause` | a `where` clause | nothing: there is no parameter to bound |
//! | `unsafe` | `unsafe fn` | `unsafe` blocks inside |
//! | `extern` | `extern "C" fn` | nothing: only the runtime calls it |
//! | `const` | `const fn` | `async fn` |
//! | `const-and-async` | `const async fn` | `async fn` |
//! | `variadic` | `...` | a name for each parameter |
//! | `declared-twice` | the same attribute again | keep one |
//! | `declared-as-two` | two of `#[task]`, `#[job]` and `#[subscriber]` | a second function |
//! | `of-another-runtime` | `#[tokio::main]` beside ours | ours alone |
//!
//! # parameters
//!
//! Of tasks, and of what jobs and subscribers have injected.
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `of-no-use` | a type that cannot be [injected](crate::FromContext) | `State<T>`; an argument of a [`#[job]`](macro@crate::job) |
//! | `state-not-shareable` | `State<T>` of a `T` that is not `Send + Sync` | `Arc` instead of `Rc`, `Mutex` instead of `RefCell` |
//! | `mutable` | `&mut T`: nobody would see the change | `State<Mutex<T>>` |
//! | `unsized` | `&str`, `&[T]`, `&dyn Trait`: nobody would own it | `State<String>` |
//! | `static` | `&'static T` | `&T` |
//!
//! # arguments
//!
//! Of jobs.
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `one-name` | two of one name; the compiler's own words | two names |
//! | `pattern` | `(a, b): (u8, u8)`, `_: u8` | one name, taken apart inside |
//! | `borrowed` | `&str`, `Cow<'_, str>` | `String` |
//! | `not-clone` | what each attempt cannot be given | `Clone`, or an `Arc` |
//! | `not-send` | what cannot go to another thread | `Arc`, `Mutex`, an atomic |
//! | `extractor` | a type that is injected, and is not marked | `#[inject]` before it |
//! | `inject-with-a-value` | `#[inject = ..]` | `#[inject]` |
//! | `inject-outside-a-job` | `#[inject]` where everything is injected | nothing |
//!
//! # slots
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `empty` | a key of nothing | a key |
//! | `not-written-out` | a constant | the text itself: its arguments are looked up in it |
//! | `unknown-name` | a name that is no argument | the nearest one is named |
//! | `positional` | `{}`, `{0}` | `{tenant}` |
//! | `injected` | a parameter that is made when the job runs | an argument |
//! | `braces` | braces that do not match; the compiler's own words | `{{` for a brace |
//! | `no-display` | an argument that cannot be shown; the compiler's own words | `Display`, or `{tenant:?}` |
//!
//! # returns
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `no-result` | a task's value | `()`, `!`, `Result<(), E>`; a [`#[job]`](macro@crate::job) returns values |
//! | `no-result-in-sight` | `impl Trait` of a task or of a set-up | `()`, `Result<(), E>` |
//! | `no-error` | an error that is none | an `Error`, `anyhow`'s, `eyre`'s, a box, [`TaskError`](crate::TaskError) |
//! | `mark-not-carried` | `.fatal()?` in a function whose error type is not made from a [`MarkedError`](crate::MarkedError); the compiler's own words | [`TaskError`](crate::TaskError) or another type that [carries marks](crate::ResultExt) |
//! | `value-of-a-subscriber` | anything but `()` | errors are handled inside |
//! | `value-not-send` | a job's value that cannot go to another thread | `Arc` instead of `Rc` |
//! | `value-borrowed` | a job's value that is borrowed | `String` |
//! | `value-without-a-name` | a job's `impl Trait` | a type |
//! | `never-of-a-job` | `!` | a [`#[task]`](macro@crate::task) |
//!
//! # futures
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `not-send` | a value that cannot go to another thread, held across an `.await`; the compiler points at it | drop it before, or `Arc` and `Mutex` |
//!
//! # subscribers
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `without-an-event` | no event, an owned one, another type | `event: &Event` |
//! | `event-late` | the event behind other parameters | the event first |
//! | `event-twice` | two events | one |
//! | `context` | a [`TaskContext`](crate::TaskContext): a subscriber makes no attempts | [`SupervisorHandle`](crate::SupervisorHandle), `State<T>` |
//! | `on-unknown` | an event that there is not | the nearest one is named, and all of them |
//! | `on-lagged` | `Lagged`, which is always told | leave it out |
//! | `on-twice` | the same event again | keep one |
//! | `on-nothing` | `on()` | leave it out to see all |
//! | `on-no-list` | `on = Failed` | `on(Failed)` |
//! | `on-path` | `on(EventKind::Failed)` | `on(Failed)` |
//!
//! # main
//!
//! | rule | what is refused | instead |
//! |---|---|---|
//! | `not-async` | `fn main` | `async fn main` |
//! | `parameter` | another parameter than the application | `app: &mut App`, or none |
//! | `two-parameters` | more than one | build the others inside, and share them by [`App::state`](crate::App::state) |
//! | `option-of-the-wrong-kind` | `worker_threads = "4"`, `grace = 15` | `worker_threads = 4`, `grace = "15s"` |
//! | `return-type` | a value | `()`, `Result<(), E>` |
//! | `body-of-the-wrong-type` | a body that does not return what it says; the compiler's own words | – |
//! | `crates-unknown` | what is no crate; the compiler's own words | a dependency |
//! | `crates-in-quotes` | `["my-crate"]` | `[my_crate]` |
//! | `crates-hyphenated` | `[my-crate]` | `[my_crate]` |
//! | `crates-path` | `[billing::jobs]` | `[billing]` |
//! | `crates-twice` | the same crate again | keep one |
//! | `crates-own` | `[crate]`, which is always included | leave it out |
//! | `crates-no-list` | `crates = billing` | `crates = [billing]` |
//!
//! # Names
//!
//! Beside each function stands a type of the same name, so that the compiler refuses, in its own words, what a type of that
//! name refuses: two declarations of one name in a module, a module or another type of that name beside it, and in the body
//! `tokio::…` of a task that is itself called `tokio`. Another name for the function helps; events show what `name = ".."`
//! says.
