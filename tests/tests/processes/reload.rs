//! A file that is read again while the application runs (contract 20.10 to 20.12): by SIGHUP, and by `reload()`.

use super::option_file::OptionFile;
use super::process::{Ended, Process, Stream};

const SOURCE: &str = include_str!("fixtures/reloaded.rs");

fn start(file: &OptionFile) -> Process {
    let mut process = Process::start("reloaded", &[file.path()]);
    process.wait_for(&["tick "]);
    process
}

/// Replaces the file, and waits for a line of the report on it.
fn reload(process: &mut Process, file: &OptionFile, text: &str, words: &[&str]) {
    file.write(text);
    process.signal("HUP");
    process.wait_for_on(Stream::Stderr, words);
}

fn stop(process: Process) -> Ended {
    process.signal("TERM");
    process.end()
}

/// The lines on stderr that report a reload, in their order.
fn reports(file: &OptionFile, ended: &Ended) -> Vec<String> {
    let is_report =
        |line: &&str| ["reloaded: ", "note: ", "error: "].iter().any(|word| line.starts_with(word));
    ended.stderr.lines().filter(is_report).map(|line| file.anonymize(line)).collect()
}

fn events(ended: &Ended) -> Vec<&str> {
    ended.stdout.lines().filter_map(|line| line.strip_prefix("event ")).collect()
}

#[test]
fn a_change_applies_at_the_next_attempt() {
    let text = "[task.tick]\ntimeout = \"10s\"\n[job.hang]\ntimeout = \"30ms\"\n";
    let file = OptionFile::new("next", text);
    let mut process = start(&file);
    process.wait_for(&["hang failed: timed out after 30ms"]);
    reload(
        &mut process,
        &file,
        &text.replace("10s", "1ms").replace("30ms", "45ms"),
        &["`hang`: timeout = 45ms"],
    );
    process.wait_for_on(Stream::Stderr, &["tick#", "timed_out", "timeout=1ms"]);
    process.wait_for(&["hang failed: timed out after 45ms"]);
    let ended = stop(process);
    let expected = [
        "reloaded: task `tick`: timeout = 1ms (FILE:2), was 10s",
        "reloaded: job `hang`: timeout = 45ms (FILE:4), was 30ms",
    ];
    assert_eq!(reports(&file, &ended), expected);
    assert_eq!(events(&ended), ["2 0 0"]);
}

#[test]
fn defaults_reach_tasks_and_jobs_that_inherit() {
    let file = OptionFile::new("defaults", "[defaults]\ntimeout = \"10s\"\n");
    let mut process = start(&file);
    process.wait_for(&["plain timeout = 10s", ":2)"]);
    reload(&mut process, &file, "\n[defaults]\ntimeout = \"20s\"\n", &["defaults: timeout = 20s"]);
    process.wait_for(&["plain timeout = 20s", ":3)"]);
    // A line that is removed falls back to the program.
    reload(&mut process, &file, "", &["defaults: timeout = none"]);
    process.wait_for(&["plain timeout = none (default)"]);
    // The job and `slow` have a timeout of their own.
    process.wait_for(&["hang failed: timed out after 15ms"]);
    let ended = stop(process);
    let expected = [
        "reloaded: defaults: timeout = 20s (FILE:3), was 10s",
        "reloaded: defaults: timeout = none (default), was 20s",
    ];
    assert_eq!(reports(&file, &ended), expected);
}

#[test]
fn the_option_of_a_task_falls_back_to_its_attribute() {
    let file = OptionFile::new("removed", "[task.slow]\ntimeout = \"10s\"\n[job.hang]\ntimeout = \"30ms\"\n");
    let mut process = start(&file);
    process.wait_for(&["hang failed: timed out after 30ms"]);
    reload(&mut process, &file, "", &["job `hang`: timeout = 15ms (attribute"]);
    process.wait_for(&["hang failed: timed out after 15ms"]);
    let ended = stop(process);
    let [slow, hang] = ["async fn slow", "async fn hang"].map(attribute_above);
    let expected = [
        format!("reloaded: task `slow`: timeout = 1ms (attribute {slow}), was 10s"),
        format!("reloaded: job `hang`: timeout = 15ms (attribute {hang}), was 30ms"),
    ];
    assert_eq!(reports(&file, &ended), expected);
}

#[test]
fn all_instances_of_a_task_get_the_new_options() {
    let file = OptionFile::new("instances", "");
    let mut process = start(&file);
    process.wait_for(&["consume 0 succeeds"]);
    process.wait_for(&["consume 1 succeeds"]);
    reload(&mut process, &file, "[task.consume]\ntimeout = \"1ms\"\n", &["task `consume`: timeout = 1ms"]);
    for instance in ["consume/0#", "consume/1#", "consume/0#"] {
        process.wait_for_on(Stream::Stderr, &[instance, "timed_out", "timeout=1ms"]);
    }
    stop(process).expect_code(0);
}

#[test]
fn a_task_that_gave_up_and_is_paused_is_updated() {
    let file = OptionFile::new("paused", "");
    let mut process = start(&file);
    process.wait_for_on(Stream::Stderr, &["slow#", "gave_up"]);
    reload(&mut process, &file, "[task.slow]\ntimeout = \"10s\"\n", &["task `slow`: timeout = 10s"]);
    process.wait_for(&["slow succeeds"]);
    stop(process);
}

#[test]
fn what_needs_a_restart_is_reported_at_each_reload() {
    let file = OptionFile::new("restart", "");
    let text = "[task.base]\nevery = \"1h\"\n[task.plain]\nenabled = false\n[subscriber.announce]\nqueue = 9\n[main]\ngrace = \"9s\"\n";
    let mut process = start(&file);
    reload(&mut process, &file, text, &["queue"]);
    // Both go on, with their delay.
    process.wait_for(&["tick "]);
    process.wait_for(&["plain "]);
    process.wait_for(&["tick "]);
    reload(&mut process, &file, &format!("{text}[task.slow]\ntimeout = \"10s\"\n"), &["queue"]);
    process.wait_for(&["slow succeeds"]);
    process.wait_for(&["plain "]);
    reload(&mut process, &file, "", &["task `slow`: timeout = 1ms"]);
    let ended = stop(process);
    let waiting = [
        "note: main: grace = 9s (FILE:8), was 20s; it needs a restart, and was not applied",
        "note: task `plain`: enabled = false (FILE:4), was true; it needs a restart, and was not applied",
        "note: task `base`: every = 1h (FILE:2), was none; it needs a restart, and was not applied",
        "note: subscriber `announce`: queue = 9 (FILE:6), was 1024; it needs a restart, and was not applied",
    ];
    let mut expected: Vec<_> = waiting.map(str::to_owned).to_vec();
    expected.push("reloaded: task `slow`: timeout = 10s (FILE:10), was 1ms".to_owned());
    expected.extend(waiting.map(str::to_owned));
    let slow = attribute_above("async fn slow");
    expected.push(format!("reloaded: task `slow`: timeout = 1ms (attribute {slow}), was 10s"));
    assert_eq!(reports(&file, &ended), expected);
    assert_eq!(events(&ended), ["0 4 0", "1 4 0", "1 0 0"]);
}

#[test]
fn a_task_that_a_reload_disables_keeps_getting_options() {
    let file = OptionFile::new("disabled-live", "");
    let mut process = start(&file);
    let text = "[task.plain]\ntimeout = \"30s\"\nenabled = false\n";
    reload(&mut process, &file, text, &["`plain`: enabled = false"]);
    process.wait_for(&["plain timeout = 30s"]);
    reload(&mut process, &file, "[task.plain]\ntimeout = \"40s\"\n", &["`plain`: timeout = 40s", "was 30s"]);
    process.wait_for(&["plain timeout = 40s"]);
    stop(process);
}

#[test]
fn a_job_is_disabled_and_enabled_again() {
    let file = OptionFile::new("job-switch", "");
    let mut process = start(&file);
    reload(
        &mut process,
        &file,
        "[job.hang]\nenabled = false\n",
        &["job `hang`: enabled = false", ":2), was true"],
    );
    process.wait_for(&["hang `hang` is disabled: "]);
    reload(&mut process, &file, "[job.hang]\ntimeout = \"25ms\"\n", &["job `hang`: enabled = true"]);
    process.wait_for(&["hang failed: timed out after 25ms"]);
    stop(process);
}

#[test]
fn a_broken_file_changes_nothing() {
    let good = "[task.tick]\ntimeout = \"10s\"\n";
    let file = OptionFile::new("broken", good);
    let mut process = start(&file);
    let broken =
        "[task.tick]\ntimeout = \"11s\"\nevery = 5\n[task.tock]\n[job.hang]\ntimeout = \"99ms\"\ncolor = 1\n";
    reload(&mut process, &file, broken, &["nothing was changed"]);
    process.wait_for(&["tick timeout = 10s"]);
    process.wait_for(&["hang failed: timed out after 15ms"]);
    reload(&mut process, &file, "[task.tick]\ntimeout = 10s\n", &["nothing was changed: 1 problem"]);
    // One task contradicts the new default.
    reload(
        &mut process,
        &file,
        &format!("[defaults]\ntimeout = \"2s\"\n{good}"),
        &["nothing was changed: 1 problem"],
    );
    reload(&mut process, &file, "[task.base]\nenabled = false\n", &["nothing was changed: 1 problem"]);
    file.remove();
    process.signal("HUP");
    process.wait_for_on(Stream::Stderr, &["nothing was changed: 1 problem"]);
    process.wait_for(&["tick timeout = 10s"]);
    reload(&mut process, &file, &good.replace("10s", "12s"), &["reloaded: task `tick`: timeout = 12s"]);
    process.wait_for(&["tick timeout = 12s"]);
    let ended = stop(process);
    let failed = "error: the options were not reloaded, and nothing was changed:";
    let expected = [
        "error: FILE:3: `every` of [task.tick]: expected a duration, such as `10s` or `1m 30s`, found `5` without a unit: write `5s` for \
         seconds, or `5ms` for milliseconds; `none` removes it",
        "error: FILE:4: unknown task `tock`; did you mean `tick`?",
        "error: FILE:7: [job.hang] has no option `color`; its options are `admission`, `queue`, `capacity`, `max_concurrent`, `timeout`, \
         `restart`, `expires`, `backoff`, `max_retries`, `max_failures`, `heartbeat`, `stop_timeout`, `on_shutdown`, `rate_limit`, \
         `burst`, `enabled`",
        &format!("{failed} 3 problems"),
        "error: FILE:2:11: not TOML: string values must be quoted, expected literal string",
        &format!("{failed} 1 problem"),
        &format!(
            "error: {}: task `linger`: `stable_after` is 3s, but the `timeout` of the configuration is 2s (FILE:2), and no attempt ever \
             runs that long: make it shorter, leave it out, or set a longer `timeout` here",
            attribute_above("async fn linger"),
        ),
        &format!("{failed} 1 problem"),
        &format!(
            "error: {}: task `submit`: `needs` names `base`, which `enabled = false` disables (FILE:2): remove that, or disable task \
             `submit` too",
            attribute_above("async fn submit"),
        ),
        &format!("{failed} 1 problem"),
        "error: FILE: there is no such file",
        &format!("{failed} 1 problem"),
        "reloaded: task `tick`: timeout = 12s (FILE:2), was 10s",
    ];
    assert_eq!(reports(&file, &ended), expected);
    assert_eq!(events(&ended), ["0 0 3", "0 0 1", "0 0 1", "0 0 1", "0 0 1", "1 0 0"]);
}

#[test]
fn a_variable_stays_above_the_file() {
    let file = OptionFile::new("variable", "");
    let variables = [("TASKVISOR_JOB__HANG__TIMEOUT", "35ms")];
    let mut process = Process::start_with("reloaded", &[file.path()], &variables);
    process.wait_for(&["hang failed: timed out after 35ms"]);
    let text = "[job.hang]\ntimeout = \"99ms\"\n[task.plain]\ntimeout = \"10s\"\n";
    reload(&mut process, &file, text, &["task `plain`: timeout = 10s"]);
    process.wait_for(&["hang failed: timed out after 35ms"]);
    let ended = stop(process);
    assert_eq!(reports(&file, &ended), ["reloaded: task `plain`: timeout = 10s (FILE:4), was none"]);
}

#[test]
fn the_last_of_many_quick_signals_is_not_lost() {
    let file = OptionFile::new("quick", "");
    let mut process = start(&file);
    for time in 10..=30 {
        file.write(&format!("[task.tick]\ntimeout = \"{time}s\"\n"));
        process.signal("HUP");
    }
    process.wait_for(&["tick timeout = 30s"]);
    let ended = stop(process);
    ended.expect_code(0);
    assert!(!ended.stderr.contains("error: "), "{}", ended.stderr);
}

#[test]
fn sighup_without_a_file_ends_the_process() {
    let mut process = Process::start("reloaded", &[]);
    process.wait_for(&["tick "]);
    process.signal("HUP");
    assert_eq!(process.end().code, None);
}

#[test]
fn sighup_during_the_setup_reloads_after_the_start() {
    let file = OptionFile::new("setup", "");
    let mut process = Process::start("reloaded", &[file.path(), "slow"]);
    process.wait_for(&["setting up"]);
    process.signal("HUP");
    process.wait_for_on(Stream::Stderr, &["reloaded: nothing has changed"]);
    process.wait_for(&["tick "]);
    stop(process).expect_code(0);
}

#[test]
fn a_reload_during_the_shutdown_is_refused() {
    const REASON: &str = "the supervisor is shutting down, so its options cannot change";
    let file = OptionFile::new("shutdown", "");
    let mut process = start(&file);
    file.write("[task.tick]\ntimeout = \"10s\"\n");
    process.signal("TERM");
    process.wait_for(&["reload: ", REASON]);
    process.signal("HUP");
    let ended = process.end();
    ended.expect_code(0);
    assert_eq!(reports(&file, &ended), [format!("error: the options were not reloaded: {REASON}")]);
}

#[test]
fn a_reload_without_a_file_is_refused() {
    let mut process = Process::start("reloaded", &[]);
    process.wait_for(&["tick "]);
    let ended = stop(process);
    ended.expect_stdout(
        "reload: there is no file to read again: call `app.overrides(…)` in the setup of `#[taskvisor::main]`\n",
    );
}

#[test]
fn a_second_reload_and_a_panic_leave_the_options_alone() {
    let file = OptionFile::new("calls", "[task.gated]\ntimeout = \"5s\"\n");
    let ended = Process::start("reload_calls", &[file.path()]).end();
    ended.expect_code(0);
    let expected = "reloaded: nothing has changed\n\
                    error: another reload is in progress: call again once it has returned\n\
                    reloaded: task `gated`: timeout = 6s (FILE:2), was 5s\n\
                    panicked: true\n\
                    kept: timeout = 6s (FILE:2)\n\
                    reloaded: task `gated`: timeout = 7s (FILE:2), was 6s\n";
    assert_eq!(file.anonymize(&ended.stdout), expected);
}

/// The location of the attribute above a function of the fixture.
fn attribute_above(function: &str) -> String {
    let line = SOURCE.lines().position(|line| line.starts_with(function)).expect("it is there");
    format!("tests/tests/processes/fixtures/reloaded.rs:{line}")
}
