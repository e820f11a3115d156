//! Each mistake is reported once, with what to write instead.

use super::{messages, messages_inside, one, tokens};

fn task(arguments: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens("async fn ping() {}")))
}

fn task_on(item: &str) -> Vec<String> {
    messages(crate::task::task(tokens(""), tokens(item)))
}

fn subscriber(arguments: &str, item: &str) -> Vec<String> {
    messages(crate::subscriber::subscriber(tokens(arguments), tokens(item)))
}

fn entry(arguments: &str, item: &str) -> Vec<String> {
    messages_inside(crate::entry::main(tokens(arguments), tokens(item)))
}

#[test]
fn valid_options_are_accepted() {
    for arguments in [
        "",
        "name = \"a\", restart = \"always\", backoff = \"exp\", timeout = \"5s\", max_retries = 3,",
        "delay = \"0s\"",
        "every = \"30s\", restart = \"always\"",
        "every = EVERY, restart = POLICY, max_retries = { 1 + 2 }",
        "backoff(exp)",
        "backoff(none)",
        "backoff(constant, first = \"1s\", jitter = \"full\")",
        "backoff(exp, first = \"1m\", max = MAX, factor = 1)",
        "backoff = BACKOFF, timeout = std::time::Duration::from_secs(5)",
        "crate = ::sup",
        "crate = crate::inner::sup",
    ] {
        assert_eq!(task(arguments), Vec::<String>::new(), "{arguments}");
    }
}

#[test]
fn unknown_options() {
    one(
        task("restrat = \"always\""),
        "unknown option `restrat`; did you mean `restart`? expected `name`, `restart`",
    );
    one(task("banana = 1"), "unknown option `banana`; expected `name`, `restart`");
    one(task("retires = 3"), "unknown option `retires`; write `max_retries = 3`");
    one(task("retries = 3"), "unknown option `retries`; write `max_retries = 3`");
    one(task("on-error = \"retry\""), "unknown option `on-error`; write `restart = \"on-failure\"`");
    one(task("on_failure"), "unknown option `on_failure`; write `restart = \"on-failure\"`");
    one(task("interval = \"5s\""), "unknown option `interval`; write `every = \"5s\"`");
    one(task("jitter = \"full\""), "unknown option `jitter`; it belongs to the backoff");
    one(task("5"), "`5` is a value without an option; write `max_retries = 5`");
    one(task("5.5"), "this is no option; expected `name`");
    one(task("max-retries = 3"), "unknown option `max-retries`; did you mean `max_retries`?");
}

#[test]
fn each_message_ends_with_the_name_of_its_rule() {
    let messages = task("restrat = 1, timeout = \"0s\"");
    let rules = ["unknown-option", "zero-duration"];
    assert_eq!(messages.len(), rules.len());
    for (message, rule) in messages.iter().zip(rules) {
        let end = format!("\nsee `taskvisor::when_it_does_not_compile`, rule `{rule}`");
        assert!(message.ends_with(&end), "{message}");
    }
}

#[test]
fn what_the_compiler_would_report_again_is_removed() {
    for item in [
        "#[task] async fn ping() {}",
        "#[tokio::main] async fn ping() {}",
        "const async fn ping() {}",
        "async fn ping(x: ...) {}",
        "async fn ping(#[inject] x: X) {}",
    ] {
        let expansion = crate::task::task(tokens(""), tokens(item)).to_string();
        for mistake in ["# [task]", "# [tokio", "const async", "...", "# [inject]"] {
            assert!(!expansion.contains(mistake), "{expansion}");
        }
    }
}

#[test]
fn every_mistake_is_reported() {
    let messages =
        task("restrat = 1, timeout = \"5 parsecs\", backoff = \"expp\", timeout = \"5s\", max_retries = 0");
    let beginnings = [
        "unknown option `restrat`",
        "invalid duration \"5 parsecs\"",
        "unknown value \"expp\" for `backoff`; did you mean \"exp\"?",
        "`timeout` is given twice",
        "`max_retries` must be at least 1",
    ];
    assert_eq!(messages.len(), beginnings.len(), "{messages:#?}");
    for (message, beginning) in messages.iter().zip(beginnings) {
        assert!(message.starts_with(beginning), "{message}");
    }
}

#[test]
fn values() {
    one(task("timeout"), "`timeout` needs a value, as in `timeout = \"5s\"`");
    one(task("timeout = , name = \"a\""), "`timeout` needs a value");
    one(task("timeout: \"7s\""), "expected `=`; write `timeout = \"7s\"`");
    one(task("timeout(\"7s\")"), "expected `=`; write `timeout = \"7s\"`");
    one(task("timeout: soon"), "expected `=`, as in `timeout = \"5s\"`");
    one(task("timeout = \"5s\" name = \"a\""), "expected `,` before the next option");
    one(task("timeout = 7s"), "a duration is written in quotes; write `timeout = \"7s\"`");
    one(task("timeout = 7"), "a duration is written in quotes, with its unit; write `timeout = \"7s\"`");
    one(task("timeout = -5"), "a duration cannot be negative");
    one(task("timeout = \"5\""), "the duration \"5\" has no unit");
    one(task("every = \"101 years\""), "the duration \"101 years\" is longer than 100 years");
    one(task("timeout = \"0s\""), "`timeout` must be longer than zero");
    one(task("stable_after = \"0s\""), "`stable_after` must be longer than zero");
    one(task("stop_timeout = \"0s\""), "`stop_timeout` must be longer than zero");
    one(task("max_retries = -3"), "`max_retries` must be at least 1");
    one(task("max_retries = \"3\""), "a count is a whole number, without quotes; write `max_retries = 3`");
    one(
        task("max_retries = 1.5"),
        "a count is a whole number, without quotes; write, for example, `max_retries = 3`",
    );
    one(task("max_retries = 99999999999"), "the number is above 4294967295");
    one(
        task("restart = \"on_failure\""),
        "unknown value \"on_failure\" for `restart`; did you mean \"on-failure\"?",
    );
    one(task("restart = always"), "the value is written in quotes; write `restart = \"always\"`");
    one(task("restart = on-failure"), "the value is written in quotes; write `restart = \"on-failure\"`");
    one(task("restart = 1.5"), "`restart` is one of \"never\", \"on-failure\" or \"always\"");
    one(task("name = \"\""), "a name cannot be empty");
    one(task("name = 5"), "a name is a string");
    one(task("crate = sup"), "the path must start with `::` or `crate`");
    one(task("crate = \"::sup\""), "a path is written without quotes; write `crate = ::sup`");
}

#[test]
fn backoffs() {
    one(task("backoff()"), "`backoff` needs a kind");
    one(task("backoff(first = \"1s\")"), "the kind comes first");
    one(task("backoff(\"exp\")"), "the kind is written without quotes here; write `backoff = \"exp\"`");
    one(task("backoff(exponential)"), "unknown backoff `exponential`; did you mean `exp`?");
    one(task("backoff(const)"), "unknown backoff `const`; write `backoff = \"constant\"`");
    one(task("backoff(exp, frist = \"1s\")"), "unknown option `frist`; did you mean `first`?");
    one(task("backoff(exp, factor = 0.5)"), "`factor` must be a finite number of at least 1");
    one(task("backoff(exp, factor = -2)"), "`factor` must be a finite number of at least 1");
    one(task("backoff(exp, factor = 1e999)"), "`factor` must be a finite number of at least 1");
    one(task("backoff(exp, first = \"0s\")"), "`first` must be longer than zero");
    one(task("backoff(exp, first = \"2s\", max = \"1s\")"), "`max` is shorter than `first`, 1s against 2s");
    one(task("backoff(exp, first = \"1m\")"), "`first` is longer than `max`, which is 30s by default");
    one(task("backoff(exp, max = \"50ms\")"), "`max` is shorter than `first`, which is 100ms by default");
    one(task("backoff(exp, first = \"x\", max = \"50ms\")"), "invalid duration \"x\"");
    one(task("backoff(constant, max = \"1s\")"), "`max` has no meaning with the kind `constant`");
    one(task("backoff(constant, jitter = \"decorrelated\")"), "`jitter` cannot be \"decorrelated\"");
    one(task("backoff(none, first = \"1s\")"), "`first` has no meaning with the kind `none`");
    one(task("backoff(first = \"x\")"), "the kind comes first; write `backoff(exp, first = \"x\")`");
}

#[test]
fn contradictions() {
    one(task("restart = \"never\", backoff = \"exp\""), "`backoff` has no effect with `restart = \"never\"`");
    one(
        task("restart = \"never\", max_retries = 3"),
        "`max_retries` has no effect with `restart = \"never\"`",
    );
    one(task("stable_after = \"1m\", restart = \"never\""), "`stable_after` has no effect with");
    one(task("stable_after = \"6s\", timeout = \"5s\""), "`stable_after` is longer than `timeout`");
    assert_eq!(task("stable_after = \"5s\", timeout = \"5s\""), Vec::<String>::new());
}

#[test]
fn signatures() {
    one(task_on("fn ping() {}"), "a task must be an `async fn`");
    one(task_on("const fn ping() {}"), "a task cannot be `const`");
    one(task_on("async unsafe fn ping() {}"), "a task cannot be `unsafe`");
    one(task_on("async extern \"C\" fn ping() {}"), "a task cannot be `extern`");
    one(task_on("async fn ping<T>() {}"), "a task cannot be generic");
    one(task_on("async fn ping<'a>() {}"), "a task cannot name a lifetime");
    one(task_on("async fn ping() where u8: Copy {}"), "a task cannot have a `where` clause");
    one(task_on("async fn ping(&self) {}"), "a task cannot take `self`");
    one(task_on("async fn ping(x: impl Send) {}"), "a task cannot take `impl Trait`");
    one(task_on("async fn ping(x: &mut u8) {}"), "a parameter cannot be `&mut`");
    one(task_on("async fn ping(x: &'static u8) {}"), "a parameter is borrowed for one call");
    one(task_on("async fn ping(x: &str) {}"), "a parameter cannot be a `str`");
    one(task_on("async fn ping() -> impl Debug {}"), "a task cannot return `impl Trait`");
    assert_eq!(task_on("async fn ping() -> Result<(), impl Error> {}"), Vec::<String>::new());
    one(task_on("struct Ping;"), "`#[task]` goes on an `async fn`");
    one(task_on("#[task] async fn ping() {}"), "`#[task]` is written twice; keep one");
    one(task_on("#[job] async fn ping(a: u8) {}"), "one function cannot be both `#[task]` and `#[job]`");
    one(task_on("#[tokio::main] async fn ping() {}"), "`#[tokio::main]` changes the function");
    one(task_on("async fn ping(x: ...) {}"), "a task cannot be variadic");
    one(task_on("const async fn ping() {}"), "a task cannot be `const`");
    one(
        task_on("async fn ping(#[inject] x: X) {}"),
        "every parameter of a task is injected; remove `#[inject]`",
    );
    assert_eq!(task_on("unsafe fn ping<T>(self, x: &mut u8) {}").len(), 5);
}

#[test]
fn subscribers() {
    let right = "async fn log(event: &Event) {}";
    assert_eq!(subscriber("", right), Vec::<String>::new());
    assert_eq!(subscriber("on(Failed, TimedOut,), queue = QUEUE", right), Vec::<String>::new());
    one(subscriber("on(failed)", right), "unknown event `failed`; did you mean `Failed`?");
    one(subscriber("on(Timeout)", right), "unknown event `Timeout`; write `on(TimedOut)`");
    one(subscriber("on(Lagged)", right), "`Lagged` is always published");
    one(subscriber("on(Failed, Failed)", right), "`Failed` is named twice");
    one(subscriber("on(EventName::Failed)", right), "an event is one word; write `on(Failed)`");
    one(subscriber("on()", right), "`on` names no event");
    one(subscriber("on = Failed", right), "`on` takes a list; write `on(Failed)`");
    one(subscriber("queue = 0", right), "`queue` must be at least 1");
    one(subscriber("", "async fn log() {}"), "a subscriber takes the event as its first parameter");
    one(subscriber("", "async fn log(event: Event) {}"), "a subscriber is called with one event");
    one(subscriber("", "async fn log(db: State<Db>, event: &Event) {}"), "the event comes first");
    one(subscriber("", "async fn log(a: &Event, b: &Event) {}"), "a subscriber takes one event");
    one(subscriber("", "async fn log(event: &mut Event) {}"), "a subscriber is called with one event");
    one(subscriber("", "async fn log(event: &Event) -> u8 { 1 }"), "a subscriber returns nothing");
    one(
        subscriber("", "#[task] async fn log(event: &Event) {}"),
        "one function cannot be both `#[subscriber]` and `#[task]`",
    );
}

#[test]
fn entry_points() {
    let right = "async fn main(app: &mut App) {}";
    one(entry("worker_threads = 2, flavor = \"current_thread\"", right), "`worker_threads` has no effect");
    one(
        entry("flavor = multi_thread", right),
        "the value is written in quotes; write `flavor = \"multi_thread\"`",
    );
    one(entry("flavor = FLAVOR", right), "the value is one of the names, in quotes");
    one(entry("worker_threads = 0", right), "`worker_threads` must be at least 1");
    one(entry("max_concurrent = 0", right), "`max_concurrent` must be at least 1");
    one(entry("crates = mail", right), "expected a list; write `crates = [mail]`");
    one(
        entry("crates = [\"my-crate\"]", right),
        "a crate is named without quotes; write `crates = [my_crate]`",
    );
    one(entry("crates = [my-crate]", right), "a crate's name is written as in `use`");
    one(entry("crates = [a, a]", right), "`a` is named twice");
    one(entry("crates = [crate]", right), "`crate` is always included");
    one(entry("threads = 4", right), "unknown option `threads`; write `worker_threads = 4`");
    one(entry("", "fn main() {}"), "the setup function must be an `async fn`");
    one(entry("", "async fn main(app: App) {}"), "the setup function takes the application");
    one(entry("", "async fn main(app: &mut App, db: Db) {}"), "the setup function takes one parameter");
    one(entry("", "async fn main() -> impl Debug {}"), "the setup function cannot return `impl Trait`");
    one(entry("", "#[tokio::main] async fn main() {}"), "`#[tokio::main]` changes the function");
}
