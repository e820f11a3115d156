//! A file and variables with mistakes (contract 20): all of them are reported at once, and nothing starts.

use super::option_file::OptionFile;
use super::process::Process;

const SOURCE: &str = include_str!("fixtures/overridden.rs");

/// The location of a mark in the fixture: the line itself, or the attribute in the line after it.
fn place(mark: &str) -> String {
    let text = format!("// mark: {mark}");
    let (index, line) =
        SOURCE.lines().enumerate().find(|(_, line)| line.ends_with(&text)).expect("the mark is there");
    let line = if line == text { index + 2 } else { index + 1 };
    format!("tests/tests/processes/fixtures/overridden.rs:{line}")
}

/// Expects exactly these problems, and that nothing runs.
#[track_caller]
fn expect_problems(file: &OptionFile, paths: &[&str], variables: &[(&str, &str)], problems: &[&str]) {
    let ended = Process::start_with("overridden", paths, variables).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let count =
        if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) };
    let last = format!("the application does not start: {count}");
    let lines = problems.iter().copied().chain([&*last]).map(|line| format!("error: {line}\n"));
    assert_eq!(file.anonymize(&ended.stderr), lines.collect::<String>());
}

#[test]
fn all_mistakes_are_reported_at_once_with_their_places() {
    let file = OptionFile::new(
        "mistakes",
        r#"[defaults]
timeout = 10
color = "red"

[task.pol_feed]
timeout = "2s"

[task.poll_feed]
timout = "2s"
backoff = { kind = "exp", first = "1m", max = "1s" }
enabled = "maybe"
fatal_if = "is_permanent"
grace = "1s"

[task."consume/1"]
timeout = "1s"

[task.a.b]
timeout = "1s"

[task.quiet]
timeout = "soon"
enabled = 3

[job.quiet_job]
timeout = false

[job.poll_feed]
timeout = "1s"

[subscriber.audit]
queue = 0

[subscriber.quiet_audit]
queue = "all"

[main]
grace = 1979-05-27

[widgets]
a = 1
"#,
    );
    let variables = [
        ("TASKVISOR_JOB__SYNC_TENANT__CAPACITY", "0"),
        ("TASKVISOR_MAIN__DRAIN_TIMEOUT", "5"),
        ("TASKVISOR_MAIN__GRACES", "1s"),
        ("TASKVISOR_TASK__A_B__TIMEOUT", "1s"),
        ("TASKVISOR_TASK__CONNECT__BACKOFF", "{ kind = exp }"),
        ("TASKVISOR_TASK__INIT__DB__TIMEOUT", "1s"),
        ("TASKVISOR_TASK__POLL_FEED", "1s"),
        ("TASKVISOR_TASK__REPORT__AFTER", "nobody"),
        ("TASKVISOR_TASK__poll_feed__TIMEOUT", "1s"),
    ];
    let second = format!(
        "{at}: `app.overrides` was called already ({at}), and an application reads one file: remove one of the two calls",
        at = place("overrides"),
    );
    let problems = [
        &second,
        "FILE:2: `timeout` of [defaults]: expected a duration, such as `10s` or `1m 30s`, found `10` without a unit: write `10s` for \
         seconds, or `10ms` for milliseconds; `none` removes it",
        "FILE:3: [defaults] has no option `color`; its options are `restart`, `backoff`, `timeout`, `max_retries`, `max_failures`",
        "FILE:5: unknown task `pol_feed`; did you mean `poll_feed`?",
        "FILE:9: [task.poll_feed] has no option `timout`; did you mean `timeout`?",
        "FILE:10: `backoff` of [task.poll_feed]: the backoff's `first` delay must not be above its `max`",
        "FILE:11: `enabled` of [task.poll_feed]: expected `true` or `false`, found `maybe`",
        "FILE:12: `fatal_if` is set in the source only, because it is a function: remove it from [task.poll_feed]",
        "FILE:13: [task.poll_feed] has no option `grace`; write it below [main]",
        "FILE:15: unknown task `consume/1`; options apply to all instances of a task: write [task.consume]",
        "FILE:18: unknown task `a`; a name with a dot needs quotes: write [task.\"a.b\"]",
        "FILE:22: `timeout` of [task.quiet]: expected a duration, such as `10s` or `1m 30s`, found `soon`: expected number at 0; `none` \
         removes it",
        "FILE:23: `enabled` of [task.quiet]: expected `true` or `false`, found `3`",
        "FILE:26: `timeout` of [job.quiet_job]: expected a duration, such as `10s` or `1m 30s`, found `false`; `none` removes it",
        "FILE:28: unknown job `poll_feed`; it is a task: write [task.poll_feed]",
        "FILE:32: `queue` of [subscriber.audit]: `queue` is 0, so that every event would be lost: set at least 1",
        "FILE:35: `queue` of [subscriber.quiet_audit]: expected an integer, found `all`",
        "FILE:38: `grace`: `1979-05-27` is a date, and no option has one; put a text in quotes",
        "FILE:40: unknown section `widgets`; the sections are `defaults`, `task`, `job`, `subscriber` and `main`",
        "TASKVISOR_JOB__SYNC_TENANT__CAPACITY: job `sync_tenant`: `capacity` is zero, so no submission could ever start: set how many \
         submissions run in a slot at once, or leave it out for one",
        "TASKVISOR_MAIN__DRAIN_TIMEOUT: `drain_timeout` of [main]: expected a duration, such as `10s` or `1m 30s`, found `5` without a \
         unit: write `5s` for seconds, or `5ms` for milliseconds",
        "TASKVISOR_MAIN__GRACES: [main] has no option `graces`; did you mean `grace`?",
        "TASKVISOR_TASK__A_B__TIMEOUT: `A_B` stands for `a-b` and `a.b`, which variables cannot tell apart; write [task.a-b] in the file",
        "TASKVISOR_TASK__CONNECT__BACKOFF: `{ kind = exp }` is not a value of TOML: string values must be quoted, expected literal string",
        "TASKVISOR_TASK__INIT__DB__TIMEOUT: no variable can name the task `init--db`, which has two `_` in a row, the separator; write \
         [task.init--db] in the file",
        "TASKVISOR_TASK__POLL_FEED: names no option of a section; write `TASKVISOR_TASK__NAME__OPTION`",
        "TASKVISOR_TASK__REPORT__AFTER: task `report`: `after` names `nobody`, and no task of the application has this name: declare one \
         with `#[task]`, add one with `app.task(…)`, or remove it there",
        "TASKVISOR_TASK__poll_feed__TIMEOUT: write the name in upper case: `TASKVISOR_TASK__POLL_FEED__TIMEOUT`",
    ];
    expect_problems(&file, &[file.path(), "another.toml"], &variables, &problems);
}

#[test]
fn contradictions_are_found_in_the_merged_options() {
    let file = OptionFile::new(
        "contradictions",
        r#"[defaults]
timeout = "30s"

[task.poll_feed]
restart = "never"
max_retries = 2

[task.report]
every = "1s"
cron = "0 3 * * *"
burst = 3

[task.by_hand]
instances = 2

[task.connect]
after = ["report"]

[job.sync_tenant]
restart = "always"

[main]
shutdown_delay = "5s"
"#,
    );
    let variables =
        [("TASKVISOR_TASK__CONSUME__CRON", "61 * * * *"), ("TASKVISOR_TASK__QUIET__ENABLED", "true")];
    let steady = format!(
        "{}: task `steady`: `stable_after` is 1m, but the `timeout` of the configuration is 30s (FILE:2), and no attempt ever runs that \
         long: make it shorter, leave it out, or set a longer `timeout` here",
        place("steady"),
    );
    let waits = format!(
        "FILE:17: these tasks wait for each other, and none could ever start: `connect` waits for `report` (FILE:17), `report` waits for \
         `connect` ({}); remove one of these dependencies",
        place("report"),
    );
    let problems = [
        &steady,
        "FILE:6: task `poll_feed`: `max_retries` has no effect with `RestartPolicy::Never`: remove one of them",
        "FILE:10: task `report`: a task cannot have both `every` and `cron`: remove one of them",
        "FILE:11: `burst` of [task.report]: `burst` has no effect without `rate_limit`: remove it, or set `rate_limit`",
        "FILE:14: task `by_hand`: its body can be created only once, and each instance needs one: create the task with \
         `TaskFn::shared` instead of `TaskFn::arc`, or remove `instances`",
        &waits,
        "FILE:20: job `sync_tenant`: `RestartPolicy::Always` has no effect on a job, which ends with its value: use another policy",
        "FILE:23: `shutdown_delay` is a part of `grace` and not shorter, so tasks would have no time to stop: shorten the delay, or \
         lengthen the grace",
        "TASKVISOR_TASK__CONSUME__CRON: task `consume`: the minute of the cron expression `[61] * * * *` is out of range: it goes from 0 to 59",
    ];
    expect_problems(&file, &[file.path()], &variables, &problems);
}

#[test]
fn a_disabled_task_that_is_needed_is_a_problem() {
    let file = OptionFile::new("needed", "[task.connect]\nenabled = false\n");
    let of = |origin: &str| {
        format!(
            "{}: task `report`: `needs` names `connect`, which `enabled = false` disables ({origin}): remove that, or disable task \
             `report` too",
            place("report"),
        )
    };
    expect_problems(&file, &[file.path()], &[], &[&of("FILE:2")]);
    let variable = "TASKVISOR_TASK__CONNECT__ENABLED";
    expect_problems(&file, &[file.path()], &[(variable, "false")], &[&of(variable)]);
    let ended = Process::start_with("overridden", &[file.path()], &[(variable, "true")]).end();
    ended.expect_code(0);
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem() {
    let file = OptionFile::new("missing", "");
    file.remove();
    let variables = [("TASKVISOR_MAIN__GRACES", "1s")];
    let graces = "TASKVISOR_MAIN__GRACES: [main] has no option `graces`; did you mean `grace`?";
    expect_problems(&file, &[file.path()], &variables, &["FILE: there is no such file", graces]);
    expect_problems(&file, &["tests"], &[], &["tests: is a folder, not a file"]);
    file.write(&"#".repeat((1 << 20) + 1));
    expect_problems(&file, &[file.path()], &[], &["FILE: is larger than 1 MiB"]);
}

#[test]
fn a_file_that_is_not_toml_has_lines_and_columns() {
    let file =
        OptionFile::new("syntax", "[task.pol_feed]\ntimeout = 2s\n[main]\ngrace = \"1s\"\ngrace = \"2s\"\n");
    let problems = [
        "FILE:2:11: not TOML: string values must be quoted, expected literal string",
        "FILE:5:1: not TOML: duplicate key",
    ];
    expect_problems(&file, &[file.path()], &[], &problems);
}
