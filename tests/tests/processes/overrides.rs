//! Options from a file and from the environment (contract 20): which value applies, and where it comes from.

use super::option_file::OptionFile;
use super::process::{Ended, Process};

const SOURCE: &str = include_str!("fixtures/overridden.rs");

/// Options of every section.
const FILE: &str = r#"[defaults]
timeout = "2m"
backoff = "constant"

[task.poll_feed]
timeout = "2s"
backoff = { kind = "exp", first = "250ms", max = "1m" }
critical = false

[task."mail/send.v2"]
max_retries = "none"

[task.consume]
instances = 3

[task.quiet]
enabled = true

[task.by_hand]
heartbeat = "5s"

[job.sync_tenant]
timeout = "40ms"
max_concurrent = 4

[job.quiet_job]
enabled = true

[subscriber.quiet_audit]
enabled = true
queue = 16

[main]
grace = "2s"
"#;

const VARIABLES: &[(&str, &str)] = &[
    ("TASKVISOR_TASK__POLL_FEED__TIMEOUT", "3s"),
    ("TASKVISOR_TASK__MAIL_SEND_V2__HEARTBEAT", "9s"),
    ("TASKVISOR_TASK__CONNECT__BACKOFF", "{ kind = \"none\" }"),
    ("TASKVISOR_JOB__SYNC_TENANT__TIMEOUT", "45ms"),
];

fn run(file: Option<&OptionFile>, variables: &[(&str, &str)]) -> Ended {
    let path: Vec<_> = file.map(OptionFile::path).into_iter().collect();
    let mut ended = Process::start_with("overridden", &path, variables).end();
    if let Some(file) = file {
        (ended.stdout, ended.stderr) = (file.anonymize(&ended.stdout), file.anonymize(&ended.stderr));
    }
    ended
}

/// The location of a mark in the fixture: the line itself, or the attribute in the line after it.
fn place(mark: &str) -> String {
    let text = format!("// mark: {mark}");
    let (index, line) =
        SOURCE.lines().enumerate().find(|(_, line)| line.ends_with(&text)).expect("the mark is there");
    let line = if line == text { index + 2 } else { index + 1 };
    format!("tests/tests/processes/fixtures/overridden.rs:{line}")
}

/// The printed options of a declaration.
fn options<'a>(ended: &'a Ended, name: &str) -> Vec<&'a str> {
    let prefix = format!("{name}: ");
    ended.stdout.lines().filter_map(|line| line.strip_prefix(&prefix)).collect()
}

#[test]
fn without_a_file_the_options_of_the_code_apply() {
    let ended = run(None, &[]);
    ended.expect_code(0);
    let [attribute, config, tune, main] = ["poll_feed", "config", "tune", "main"].map(place);
    let expected = [
        format!("restart = always (attribute {attribute})"),
        format!("timeout = 5s (attribute {attribute})"),
        format!("max_retries = 9 (app.config {config})"),
        format!("stop_timeout = 1s (app.tune {tune})"),
        format!("critical = true (attribute {main})"),
    ];
    assert_eq!(options(&ended, "poll_feed"), expected);
    let expected = [
        format!("timeout = 7s (app.task {})", place("by_hand")),
        format!("max_retries = 9 (app.config {config})"),
    ];
    assert_eq!(options(&ended, "by_hand"), expected);
    assert_eq!(options(&ended, "quiet"), [""; 0]);
    ended.expect_stdout("consume/2 is alive: false\n");
    ended.expect_stdout("quiet is alive: false\n");
    ended.expect_stdout("sync_tenant: failed: timed out after 20ms\n");
}

#[test]
fn each_source_overrides_the_weaker_ones() {
    let file = OptionFile::new("order", FILE);
    let ended = run(Some(&file), VARIABLES);
    ended.expect_code(0);
    let [attribute, connect, config, tune, main] =
        ["poll_feed", "connect", "config", "tune", "main"].map(place);
    let expected = [
        format!("restart = always (attribute {attribute})"),
        "backoff = exp(first = 250ms, max = 1m, factor = 2, jitter = equal) (FILE:7)".to_owned(),
        "timeout = 3s (TASKVISOR_TASK__POLL_FEED__TIMEOUT)".to_owned(),
        format!("max_retries = 9 (app.config {config})"),
        format!("stop_timeout = 1s (app.tune {tune})"),
        "critical = false (FILE:8)".to_owned(),
    ];
    assert_eq!(options(&ended, "poll_feed"), expected);
    let expected = [
        "backoff = none (TASKVISOR_TASK__CONNECT__BACKOFF)".to_owned(),
        "timeout = 2m (FILE:2)".to_owned(),
        format!("max_retries = 3 (attribute {connect})"),
        format!("critical = true (attribute {main})"),
        format!("ready = start (attribute {connect})"),
    ];
    assert_eq!(options(&ended, "connect"), expected);
    let expected = [
        "max_concurrent = 4 (FILE:24)".to_owned(),
        "timeout = 45ms (TASKVISOR_JOB__SYNC_TENANT__TIMEOUT)".to_owned(),
        "backoff = constant(first = 100ms) (FILE:3)".to_owned(),
        format!("max_retries = 9 (app.config {config})"),
        // The submission.
        "failed: timed out after 45ms".to_owned(),
    ];
    assert_eq!(options(&ended, "sync_tenant"), expected);
}

#[test]
fn names_with_a_slash_or_a_dot_are_found() {
    let file = OptionFile::new("names", FILE);
    let ended = run(Some(&file), VARIABLES);
    let expected = [
        "backoff = constant(first = 100ms) (FILE:3)".to_owned(),
        "timeout = 2m (FILE:2)".to_owned(),
        "max_retries = none (FILE:11)".to_owned(),
        format!("critical = true (attribute {})", place("main")),
        "heartbeat = 9s (TASKVISOR_TASK__MAIL_SEND_V2__HEARTBEAT)".to_owned(),
    ];
    assert_eq!(options(&ended, "mail/send.v2"), expected);
}

#[test]
fn an_implied_restart_policy_comes_from_what_implies_it() {
    let file =
        OptionFile::new("implied", "[task.connect]\ndelay = \"1s\"\n[job.sync_tenant]\nmax_retries = 1\n");
    let ended = run(Some(&file), &[("TASKVISOR_TASK__CONSUME__EVERY", "1h")]);
    ended.expect_code(0);
    for (name, expected) in [
        ("connect", "restart = always (FILE:2)"),
        ("consume", "restart = always (TASKVISOR_TASK__CONSUME__EVERY)"),
        ("sync_tenant", "restart = on-failure (FILE:4)"),
    ] {
        assert!(options(&ended, name).contains(&expected), "{}", ended.stdout);
    }
}

#[test]
fn overridden_options_have_an_effect() {
    let file = OptionFile::new("effect", FILE);
    let ended = run(Some(&file), &[]);
    // A job that the setup does not tune, too.
    ended.expect_stdout("sync_tenant: failed: timed out after 40ms\n");
    ended.expect_stdout("consume/2 is alive: true\n");
    assert_eq!(
        ended.stderr.lines().filter(|line| !line.starts_with("sync_tenant#")).collect::<Vec<_>>(),
        [""; 0]
    );
}

#[test]
fn enabled_takes_back_what_the_setup_disables() {
    let file = OptionFile::new("enabled", FILE);
    let ended = run(Some(&file), &[]);
    ended.expect_stdout("quiet is alive: true\n");
    ended.expect_stdout("quiet_job: Some(())\n");
    ended.expect_stdout("quiet_audit runs\n");
    let ended = run(Some(&file), &[("TASKVISOR_TASK__QUIET__ENABLED", "false")]);
    ended.expect_stdout("quiet is alive: false\n");
}

#[test]
fn disabled_declarations_of_each_kind_do_not_run() {
    let text = "[task]\npoll_feed = { enabled = false }\nconsume.enabled = false\n[job.sync_tenant]\nenabled = false\n";
    let file = OptionFile::new("disabled", text);
    let ended = run(Some(&file), &[("TASKVISOR_SUBSCRIBER__AUDIT__ENABLED", "false")]);
    ended.expect_code(0);
    for name in ["poll_feed", "consume/0", "consume/1"] {
        ended.expect_stdout(&format!("{name} is alive: false\n"));
    }
    ended.expect_stdout(
        "sync_tenant: `sync_tenant` is disabled: remove `app.disable` from the setup, or `enabled = false` from the file or the \
         environment, or neither submit nor start it\n",
    );
    assert!(!ended.stdout.contains("audit runs"), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
}

#[test]
fn variables_are_read_without_a_file() {
    let variables = [
        ("TASKVISOR_DEFAULTS__TIMEOUT", "2m"),
        ("TASKVISOR_TASK__CONSUME__INSTANCES", "3"),
        ("TASKVISOR_MAIN__GRACE", "1s"),
        // Not one of ours, whatever it contains.
        ("TASKVISOR_TASK_PORT", "tcp://10.0.0.1"),
        ("TASKVISOR_SERVICE_HOST", "10.0.0.1"),
        ("TASKVISOR_TASKS__X__Y", "1"),
    ];
    let ended = run(None, &variables);
    ended.expect_code(0);
    assert!(options(&ended, "steady").contains(&"timeout = 2m (TASKVISOR_DEFAULTS__TIMEOUT)"));
    assert!(options(&ended, "consume").contains(&"instances = 3 (TASKVISOR_TASK__CONSUME__INSTANCES)"));
    ended.expect_stdout("consume/2 is alive: true\n");
    assert!(!ended.stderr.contains("TASKVISOR"), "{}", ended.stderr);
}

#[test]
fn unknown_names_in_variables_are_notes() {
    let variables = [
        ("TASKVISOR_TASK__POL_FEED__TIMEOUT", "2s"),
        ("TASKVISOR_JOB__POLL_FEED__COLOR", "red"),
        ("TASKVISOR_SUBSCRIBER__METRICS__QUEUE", "0"),
    ];
    let ended = run(None, &variables);
    ended.expect_code(0);
    let notes: Vec<_> = ended.stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    let expected = [
        "note: TASKVISOR_JOB__POLL_FEED__COLOR: unknown job `POLL_FEED`; the application has `quiet_job` and `sync_tenant`",
        "note: TASKVISOR_SUBSCRIBER__METRICS__QUEUE: unknown subscriber `METRICS`; the application has `audit` and `quiet_audit`",
        "note: TASKVISOR_TASK__POL_FEED__TIMEOUT: unknown task `POL_FEED`; did you mean `poll_feed`?",
    ];
    assert_eq!(notes, expected);
}
