//! The problem of a missing state says how the registered types are related to it.

use super::process::Process;

const SOURCE: &str = include_str!("fixtures/missing_states.rs");

/// For each task: the parameter that is missing, and the advice.
const ADVICE: [(&str, &str, &str); 14] = [
    (
        "a",
        "State<Arc<dyn Store>>",
        "an `Arc<Cache>` was registered: if `Cache` implements `Store`, write `app.state(Arc::new(cache) as \
         Arc<dyn Store>)`; an `Arc<Pg>` was registered: if `Pg` implements `Store`, write \
         `app.state(Arc::new(pg) as Arc<dyn Store>)`",
    ),
    (
        "b",
        "State<String>",
        "a `&'static str` was registered: write `app.state(value.to_string())`, or take `State<&'static str>`",
    ),
    ("c", "State<u32>", "an `i32` was registered: write `app.state::<u32>(…)`, or take `State<i32>`"),
    ("d", "State<Db>", "a `Result<Db, Error>` was registered: write `app.state(db?)`"),
    (
        "e",
        "State<Cache>",
        "an `Arc<Cache>` was registered; `State` already shares its value, so register the `Cache` itself, or \
         take `State<Arc<Cache>>`",
    ),
    (
        "f",
        "State<Arc<Mutex<Counter>>>",
        "a `Mutex<Counter>` was registered: write `app.state(Arc::new(counter))`, or take \
         `State<Mutex<Counter>>`, which already shares its value",
    ),
    (
        "g",
        "State<Flags>",
        "an `Option<Flags>` was registered: register the value inside, as in `if let Some(flags) = flags { \
         app.state(flags); }`",
    ),
    (
        "h",
        "State<&'static Limits>",
        "a `Limits` was registered: take `State<Limits>`, which dereferences to it",
    ),
    (
        "i",
        "State<Arc<tokio::sync::Mutex<Queue>>>",
        "an `Arc<std::sync::Mutex<Queue>>` was registered, which is another type: take \
         `State<Arc<std::sync::Mutex<Queue>>>`, or register an `Arc<tokio::sync::Mutex<Queue>>`",
    ),
    (
        "j",
        "State<missing_states::billing::Rates>",
        "a `missing_states::shipping::Rates` was registered, which is another type: take \
         `State<missing_states::shipping::Rates>`, or register a `missing_states::billing::Rates`",
    ),
    (
        "k",
        "State<Api>",
        "the function `Api::new` was registered, not what it returns: call it, as in `app.state(Api::new(…))`",
    ),
    (
        "l",
        "State<Mailer>",
        "the future of `Mailer::connect` was registered: await it, as in \
         `app.state(Mailer::connect(…).await)`",
    ),
    (
        "m",
        "State<Index>",
        "an `Arc<RwLock<Index>>` was registered, which is another type: take `State<Arc<RwLock<Index>>>`, or \
         register an `Index`",
    ),
    (
        "n",
        "State<Clock>",
        "call `app.state(…)` in `main`; 13 types are registered, among them `&'static str`, `Arc<Cache>`, \
         `Arc<Pg>`, `Arc<Mutex<Queue>>`, `Arc<RwLock<Index>>`, `Option<Flags>`, `Result<Db, Error>`, `i32`",
    ),
];

#[test]
fn each_missing_state_is_explained_by_its_registered_relative() {
    let ended = Process::start("missing_states", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let problem = |(task, parameter, advice): (&str, &str, &str)| {
        let place = place(task);
        format!(
            "error: {place}: `{parameter}` is needed by task `{task}` ({place}), but no state of that type was registered; \
             {advice}\n"
        )
    };
    let end = "error: the application does not start: 14 problems\n";
    assert_eq!(ended.stderr, ADVICE.map(problem).concat() + end);
}

/// Returns the location of a task in the fixture, in the format of the messages.
fn place(task: &str) -> String {
    let function = format!("async fn {task}(");
    let line = SOURCE.lines().position(|line| line.starts_with(&function)).expect("the task is there");
    format!("tests/tests/processes/fixtures/missing_states.rs:{line}")
}
