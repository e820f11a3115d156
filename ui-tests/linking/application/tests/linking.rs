//! The exact messages of an application about the crates that are linked into it.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The longest run of any of these programs, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

macro_rules! run {
    ($program:literal) => {
        run(env!(concat!("CARGO_BIN_EXE_", $program)))
    };
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(program: &str) -> Ended {
    let mut child = Command::new(program)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} cannot be started: {error}"));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        if started.elapsed() > DEADLINE {
            let _ = child.kill();
            panic!("{program} does not end");
        }
        thread::sleep(Duration::from_millis(5));
    };
    Ended { code: status.code(), stdout: text(child.stdout), stderr: text(child.stderr) }
}

/// Reads the rest of the pipe. The pipe's buffer holds the whole output of each program.
fn text(pipe: Option<impl Read>) -> String {
    let mut text = String::new();
    pipe.expect("it is piped").read_to_string(&mut text).expect("the output is UTF-8");
    text
}

impl Ended {
    /// Asserts that the application did not start, with exactly these messages, and that no body ran.
    #[track_caller]
    fn refused(&self, said: &[String]) {
        let problems = said.iter().filter(|line| line.starts_with("error: ")).count();
        let s = if problems == 1 { "" } else { "s" };
        let last = format!("error: the application does not start: {problems} problem{s}\n");
        assert_eq!(self.stderr, said.iter().map(|line| format!("{line}\n")).collect::<String>() + &last);
        assert_eq!(self.stdout, "");
        assert_eq!(self.code, Some(1));
    }

    /// Asserts that the application ran, with these lines on stdout in some order.
    #[track_caller]
    fn ran(&self, lines: &[&str], said: &str) {
        assert_eq!(self.stderr, said);
        let mut printed: Vec<_> = self.stdout.lines().map(without_id).collect();
        printed.sort();
        assert_eq!(printed, lines);
        assert_eq!(self.code, Some(0));
    }
}

/// Removes the task id, which depends on the path of the sources.
fn without_id(line: &str) -> String {
    line.chars().filter(|&character| character != '#' && !character.is_ascii_digit()).collect()
}

/// Returns the location of the first line with this beginning, in the format of the messages.
fn at(file: &str, beginning: &str) -> String {
    nth(file, beginning, 0)
}

fn nth(file: &str, beginning: &str, index: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in a folder");
    let source = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut lines = source.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(beginning));
    let (line, _) = lines.nth(index).unwrap_or_else(|| panic!("no `{beginning}` in {file}"));
    format!("ui-tests/linking/{file}:{}", line + 1)
}

fn program(name: &str, beginning: &str) -> String {
    at(&format!("application/src/bin/{name}.rs"), beginning)
}

const MAIN: &str = "#[taskvisor::main";

/// The note about `billing` where it is linked but not named.
fn unnamed_billing() -> String {
    let (task, job) = (at("billing/src/lib.rs", "#[task]"), at("billing/src/lib.rs", "#[job]"));
    let subscriber = at("billing/src/lib.rs", "#[subscriber");
    format!(
        "note: {task}: the crate `billing` is linked but not named in `crates`: task `charge` ({task}), subscriber `audit` \
         ({subscriber}) do not start; job `refund` ({job}) runs when it is submitted, but is not listed and its states are \
         not checked; to include its declarations, write `#[taskvisor::main(crates = [billing])]`; if this is intended, \
         ignore this note"
    )
}

/// The note about `billing` where the setup lists its task and its subscriber.
fn unnamed_job_of_billing() -> String {
    let job = at("billing/src/lib.rs", "#[job]");
    format!(
        "note: {job}: the crate `billing` is linked but not named in `crates`: job `refund` ({job}) runs when it is \
         submitted, but is not listed and its states are not checked; to include its declarations, write \
         `#[taskvisor::main(crates = [billing])]`; if this is intended, ignore this note"
    )
}

fn two_versions_of_billing() -> String {
    let first = at("billing/src/lib.rs", "#[task]");
    let second = at("billing-2/../billing/src/lib.rs", "#[task]");
    format!(
        "error: {first}: the crate `billing` is linked in several versions: 0.1.0 ({first}), 2.0.0 ({second}); make \
         all dependents agree on one, `cargo tree -d` lists them"
    )
}

#[test]
fn an_unnamed_crate_is_noted_and_its_tasks_do_not_start() {
    run!("unnamed").ran(&["ran"], &(unnamed_billing() + "\n"));
}

#[test]
fn a_job_of_an_unnamed_crate_runs_when_it_is_submitted() {
    run!("job_submitted").ran(&["listed jobs: []", "refunded "], &(unnamed_billing() + "\n"));
}

#[test]
fn listed_tasks_of_an_unnamed_crate_run_and_are_not_noted() {
    let lines = ["audited charge ended completed", "charged"];
    run!("given").ran(&lines, &(unnamed_job_of_billing() + "\n"));
}

#[test]
fn two_tasks_declared_in_one_line_are_not_duplicates() {
    run!("given_of_one_line").ran(&["balanced", "reconciled"], "");
}

#[test]
fn a_task_listed_twice_is_rejected_at_its_second_listing() {
    let file = "application/src/bin/given_twice.rs";
    let (first, second) = (nth(file, "app.task(", 0), nth(file, "app.task(", 1));
    let refused =
        format!("error: {second}: the task `charge` is listed already ({first}); remove one of the two");
    run!("given_twice").refused(&[unnamed_job_of_billing(), refused]);
}

#[test]
fn the_tasks_of_named_crates_and_of_the_own_library_run() {
    let lines = [
        "audited charge ended completed",
        "audited sweep ended completed",
        "audited weed ended completed",
        "charged",
        "logged charge ended completed",
        "logged sweep ended completed",
        "logged weed ended completed",
        "swept",
        "weeded",
    ];
    run!("named").ran(&lines, "");
}

#[test]
fn the_tasks_of_the_own_library_run_if_a_source_line_names_it() {
    let lines = ["logged sweep ended completed", "logged weed ended completed", "swept", "weeded"];
    run!("own_library_used").ran(&lines, "");
}

/// Without a source line that names the library, the compiler does not link it, and the program cannot see its tasks.
#[test]
fn the_added_events_show_which_library_tasks_run() {
    run!("what_runs").ran(&["own added", "ran"], "");
    let lines = [
        "logged own ended completed",
        "logged sweep ended completed",
        "logged weed ended completed",
        "own added",
        "ran",
        "sweep added",
        "swept",
        "weed added",
        "weeded",
    ];
    run!("what_runs_of_all").ran(&lines, "");
}

#[test]
fn without_a_task_the_error_shows_how_to_name_the_own_library() {
    let main = program("own_library_forgotten", MAIN);
    run!("own_library_forgotten").refused(&[format!(
        "error: {main}: there is no task to run: declare one with `#[task]`, or list one with `app.task(…)`, or write \
         `#[taskvisor::main(crates = [application])]` if `lib.rs` of this package declares some, because the compiler links \
         only crates that a source line names"
    )]);
}

#[test]
fn without_a_task_the_error_shows_how_to_name_a_linked_crate() {
    let main = program("crate_forgotten", MAIN);
    run!("crate_forgotten").refused(&[
        unnamed_billing(),
        format!(
            "error: {main}: there is no task to run: declare one with `#[task]`, or list one with `app.task(…)`, or write \
             `#[taskvisor::main(crates = [billing])]` to run what `billing` declares, or write \
             `#[taskvisor::main(crates = [application])]` if `lib.rs` of this package declares some, because the compiler \
             links only crates that a source line names"
        ),
    ]);
}

#[test]
fn without_a_task_the_error_says_that_all_are_disabled() {
    let main = program("all_disabled", MAIN);
    let own = program("all_disabled", "#[task]");
    run!("all_disabled").refused(&[format!(
        "error: {main}: there is no task to run: declare one with `#[task]`, or list one with `app.task(…)`, or keep one \
         declaration enabled, such as the task `own` ({own}), or write `#[taskvisor::main(crates = [application])]` if `lib.rs` of this \
         package declares some, because the compiler links only crates that a source line names"
    )]);
}

/// The error of a submission of a disabled job.
const DISABLED: &str = "`refund` is disabled: remove `app.disable` from the setup, or `enabled = false` from the file or the \
                        environment, or neither submit nor start it";

#[test]
fn a_closure_that_returns_another_spec_is_the_only_problem() {
    let call = program("tuned_to_another", "app.tune");
    run!("tuned_to_another").refused(&[format!(
        "error: {call}: the closure returned another value than that of the task `own`; return the value that it receives, \
         changed by its `with_…` methods"
    )]);
}

#[test]
fn declarations_of_named_crates_can_be_tuned_and_disabled() {
    run!("tuned").ran(&[DISABLED, "charged"], "");
}

#[test]
fn disabled_declarations_of_an_unnamed_crate_do_not_run() {
    run!("disabled_unnamed").ran(&[DISABLED], "");
}

#[test]
fn declarations_of_an_unnamed_crate_cannot_be_tuned() {
    let ended = run!("tuned_unnamed");
    assert_eq!((ended.stdout.as_str(), ended.code), ("", Some(1)));
    for (call, declaration) in [("charge>", "task `charge`"), ("refund>", "job `refund`")] {
        let place = program("tuned_unnamed", &format!("app.tune::<billing::{call}"));
        let problem = format!(
            "error: {place}: the {declaration} is not part of this application, because its crate `billing` is not named; \
             write `#[taskvisor::main(crates = [billing])]`, or remove this call\n"
        );
        assert!(ended.stderr.contains(&problem), "{}", ended.stderr);
    }
    assert!(ended.stderr.ends_with("the application does not start: 2 problems\n"), "{}", ended.stderr);
}

#[test]
fn a_needed_or_selected_task_of_an_unnamed_crate_is_a_problem() {
    let page = program("needs_unnamed", "#[subscriber");
    let (own, charge) = (program("needs_unnamed", "#[task"), at("billing/src/lib.rs", "#[task]"));
    run!("needs_unnamed").refused(&[
        format!(
            "note: {charge}: the crate `billing` is linked but not named in `crates`: task `charge` ({charge}) does not start; to \
             include its declarations, write `#[taskvisor::main(crates = [billing])]`; if this is intended, ignore this note"
        ),
        format!(
            "error: {own}: task `own`: `needs` names `charge` ({charge}), which does not start, because its crate `billing` is not \
             named: write `#[taskvisor::main(crates = [billing])]`"
        ),
        format!(
            "error: {page}: subscriber `page`: `task` names `charge` ({charge}), which does not start, because its crate `billing` is \
             not named: write `#[taskvisor::main(crates = [billing])]`"
        ),
    ]);
}

#[test]
fn a_cycle_through_three_crates_names_each_edge() {
    let own = program("cycle_of_crates", "#[task");
    let charge = program("cycle_of_crates", "app.tune::<billing");
    let balance = program("cycle_of_crates", "app.tune::<ledger");
    run!("cycle_of_crates").refused(&[format!(
        "error: {balance}: these tasks wait for each other, and none could ever start: `balance` waits for `own` ({balance}), `own` \
         waits for `charge` ({own}), `charge` waits for `balance` ({charge}); remove one of these dependencies"
    )]);
}

#[test]
fn a_named_crate_without_declarations_is_rejected() {
    let main = program("nothing_declared", MAIN);
    run!("nothing_declared").refused(&[format!(
        "error: {main}: `crates = [idle]`: no crate named `idle` declares anything; leave it out"
    )]);
}

#[test]
fn a_second_name_of_an_already_named_crate_is_rejected() {
    let main = program("two_names", MAIN);
    run!("two_names").refused(&[format!(
        "error: {main}: `crates = [accounts]`: no crate named `accounts` declares anything; leave it out"
    )]);
}

#[test]
fn a_renamed_dependency_is_rejected_with_the_line_to_write() {
    let (main, task) = (program("renamed", MAIN), at("ledger/src/lib.rs", "tasks! {"));
    run!("renamed").refused(&[format!(
        "error: {main}: `crates = [books]`: no crate named `books` declares anything, while `ledger` does and is \
         not named (task `balance` ({task})); if `books` is another name for it, write `extern crate books as ledger;` at \
         the root of this crate, and `#[taskvisor::main(crates = [ledger])]`; if not, leave it out"
    )]);
}

#[test]
fn the_suggested_line_for_a_renamed_dependency_works() {
    run!("renamed_back").ran(&["balanced", "reconciled"], "");
}

#[test]
fn a_crate_linked_in_two_versions_is_one_problem() {
    run!("two_versions").refused(&[two_versions_of_billing()]);
}

#[test]
fn a_file_compiled_into_library_and_program_is_rejected() {
    run!("application").refused(&[compiled_twice("application/src/chores.rs")]);
}

fn compiled_twice(file: &str) -> String {
    format!(
        "error: {}: the file is compiled into two crates of the package, so its declarations are registered twice: \
         subscriber `log`, task `sweep`; keep its `mod` only in `lib.rs`, and `use` it from there",
        at(file, "#[task]"),
    )
}

#[test]
fn a_state_from_another_version_of_its_crate_is_reported() {
    let ended = run!("state_of_another_version");
    let task = program("state_of_another_version", "#[task]");
    let problem = format!(
        "error: {task}: `State<Ledger>` is needed by task `own` ({task}), but no state of that type was registered; \
         another type named `billing::Ledger` was registered: it is compiled twice, in two versions of its crate (`cargo \
         tree -d` lists them), or because its file is a `mod` of both `lib.rs` and `main.rs`\n"
    );
    assert!(ended.stderr.contains(&problem), "{}", ended.stderr);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
}

#[test]
fn all_problems_are_reported_together_in_source_order() {
    let file = "application/src/bin/all_at_once.rs";
    let (main, own) = (at(file, MAIN), at(file, "#[task]"));
    let (first, second) = (nth(file, "app.state(D", 0), nth(file, "app.state(D", 1));
    let (explicit, mow) = (at(file, "app.task(own"), at(file, "app.task(TaskSpec"));
    run!("all_at_once").refused(&[
        compiled_twice("application/src/bin/../chores.rs"),
        format!(
            "error: {own}: `State<Database>` is needed by task `own` ({own}), but no state of that type was registered; an \
             `Arc<Database>` was registered; `State` already shares its value, so register the `Database` itself, or take \
             `State<Arc<Database>>`"
        ),
        format!("error: {main}: `crates = [idle]`: no crate named `idle` declares anything; leave it out"),
        format!(
            "error: {second}: a second state of type `core::time::Duration` is registered, the first at {first}; wrap one \
             of them in a newtype"
        ),
        format!(
            "error: {explicit}: the task `own` is declared ({own}) and starts by itself; remove this `app.task(…)`, and \
             set its options in `#[task(…)]`, or here with `app.tune::<…>(|spec| spec.with_timeout(…))` if a value is known \
             only at run time"
        ),
        format!("error: {mow}: task `mow`: `timeout` is zero, so no attempt could ever finish: leave it out for no limit"),
        two_versions_of_billing(),
    ]);
}
