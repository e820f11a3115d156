//! Problems that prevent the start of an application, and notes at its start.

use super::process::Process;

const MISDECLARED: &str = include_str!("fixtures/misdeclared.rs");

#[test]
fn all_problems_are_reported_in_source_order_and_nothing_runs() {
    let ended = Process::start("misdeclared", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let (ping, serve, sync, log) = (place("ping"), place("serve"), place("sync"), place("log"));
    let (sweep, second_sweep, third_sweep) =
        (place("first sweep"), place("second sweep"), place("third sweep"));
    let (cache, second_cache) = (place("first cache"), place("second cache"));
    let (mow, second_mow, dig) = (place("first mow"), place("second mow"), place("dig"));
    let (config, declared, nameless) = (place("config"), place("declared"), place("nameless"));
    let lines = [
        format!(
            "{ping}: `State<Database>` is needed by task `ping` ({ping}), job `sync` ({sync}), subscriber `log` ({log}), \
             but no state of that type was registered; an `Arc<Database>` was registered; `State` already shares its \
             value, so register the `Database` itself, or take `State<Arc<Database>>`"
        ),
        format!(
            "{sweep}: more than one task is named `sweep` ({sweep}, {second_sweep}, {third_sweep}); give one of them \
             another name, as in `#[task(name = \"sweep-2\")]`"
        ),
        format!(
            "{serve}: task `serve`: the parameter `Ready` has no effect with this `ready`: remove the parameter, or write \
             `ready = \"notify\"`, which the parameter implies"
        ),
        format!(
            "{sync}: `State<Clock>` is needed by job `sync` ({sync}), but no state of that type was registered; call \
             `app.state(…)` in `main`; the registered types are `Arc<Database>`, `Cache`"
        ),
        format!(
            "{second_cache}: a second state of type `misdeclared::Cache` is registered, the first at {cache}; wrap one of \
             them in a newtype"
        ),
        format!("{config}: `max_concurrent` is 0, so no task could ever run: use `None` for no limit"),
        format!("{config}: `timeout` is zero, so no attempt could ever finish: use `None` for no limit"),
        format!(
            "{declared}: the task `ping` is declared ({ping}) and starts by itself; remove this `app.task(…)`, and set its \
             options in `#[task(…)]`, or here with `app.tune::<…>(|spec| spec.with_timeout(…))` if a value is known only at \
             run time"
        ),
        format!(
            "{mow}: more than one task is named `mow` ({mow}, {second_mow}); give one of them another name"
        ),
        format!("{nameless}: a name cannot be empty: events and errors show it"),
        format!(
            "{dig}: task `dig`: `delay` repeats the task after each success, which only `RestartPolicy::Always` does: use this \
             policy, or remove `delay`"
        ),
        format!(
            "{dig}: task `dig`: `max_retries` has no effect with `RestartPolicy::Never`: remove one of them"
        ),
        format!(
            "{dig}: task `dig`: `stable_after` is zero, so every failure would restart the count of consecutive failures: leave it out"
        ),
        format!(
            "{dig}: task `dig`: `timeout` is zero, so no attempt could ever finish: leave it out for no limit"
        ),
        "the application does not start: 14 problems".to_owned(),
    ];
    assert_eq!(ended.stderr, lines.map(|line| format!("error: {line}\n")).concat());
}

#[test]
fn one_version_of_a_crate_from_two_sources_is_rejected() {
    let ended = Process::start("two_sources", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let (patched, published) = ("patches/src/charges.rs:7", "registry/src/charges.rs:7");
    let problem = format!(
        "error: {patched}: the crate `anyhow` is linked from several sources: 1.0.0 ({patched}), 1.0.0 ({published}); make \
         all dependents agree on one, `cargo tree -d` lists them\n"
    );
    assert_eq!(ended.stderr, problem + "error: the application does not start: 1 problem\n");
}

#[test]
fn the_process_exits_after_the_destructors_of_its_states() {
    // Which thread drops the state last is a race. Without the wait for it, one run in twelve exits too early.
    for _ in 0..50 {
        let ended = Process::start("slow_state", &[]).end();
        ended.expect_code(0);
        ended.expect_stdout("flushed");
    }
}

#[test]
fn an_error_in_the_setup_is_printed_with_its_cause() {
    let ended = Process::start("failed_setup", &["error"]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    ended.expect_stderr("error: the setup failed: cannot read the configuration: ");
}

#[test]
fn a_panic_in_the_setup_fails_it_like_an_error() {
    let ended = Process::start("failed_setup", &["panic"]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    ended.expect_stderr("error: the setup failed: panicked: no such region");
}

/// Returns the location of a mark in the fixture, in the format of the messages.
fn place(mark: &str) -> String {
    let mark = format!("// mark: {mark}");
    let line = MISDECLARED.lines().position(|line| line.ends_with(&mark)).expect("the mark is there");
    format!("tests/tests/processes/fixtures/misdeclared.rs:{}", line + 1)
}

#[cfg(unix)]
#[test]
fn surprising_settings_are_noted_at_the_start() {
    const NOTES: &str = include_str!("fixtures/start_notes.rs");
    let line = |text: &str| {
        let line = NOTES.lines().position(|line| line.contains(text)).expect("it is there") + 1;
        format!("tests/tests/processes/fixtures/start_notes.rs:{line}")
    };
    let clamped = |kind: &str, name: &str, time: &str, text: &str| {
        format!(
            "note: {}: {kind} `{name}`: `stop_timeout` is {time}, but the grace is 15s, which limits it; raise the \
             grace, or remove the `stop_timeout`\n",
            line(text)
        )
    };
    let clamped = clamped("task", "first", "1m", "#[task(stop_timeout = \"1m\")]")
        + &clamped("job", "sync", "2m", "#[job(");
    let permits = format!(
        "note: {}: `max_concurrent` is 2, and the attempts of these tasks may not end: `first`, `second`; together they can \
         hold every permit, so that nothing else runs; raise `max_concurrent`, or give them a `timeout`\n",
        line("app.config(")
    );
    for (limit, notes) in [("2", clamped.clone() + &permits), ("3", clamped.clone()), ("any", clamped)] {
        let mut process = Process::start("start_notes", &[limit]);
        process.wait_for(&["runs"]);
        process.signal("TERM");
        let ended = process.end();
        ended.expect_code(0);
        assert_eq!(ended.stderr, notes, "`max_concurrent` is {limit}");
    }
}
