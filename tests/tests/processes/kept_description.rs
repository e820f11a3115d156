//! The description that an application keeps (contract 24).

use serde_json::Value;

use super::option_file::OptionFile;
use super::process::{Ended, Process};

const TIMEOUT: (&str, &str) = ("TASKVISOR_TASK__POLL_FEED__TIMEOUT", "3s");

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let ended = Process::start_with("kept_description", arguments, variables).end();
    ended.expect_code(0);
    ended
}

fn described(variables: &[(&str, &str)]) -> String {
    run(&[], &[&[("TASKVISOR", "describe=json")], variables].concat()).stdout
}

fn kept(arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    serde_json::from_str(&run(&[&["keep"], arguments].concat(), variables).stdout).expect("it is JSON")
}

fn names(application: &Value, kind: &str) -> Vec<String> {
    let all = application[kind].as_array().expect("a list");
    all.iter().map(|one| one["name"].as_str().expect("a text").to_owned()).collect()
}

/// The value and the origin of an option.
fn option(application: &Value, kind: &str, name: &str, option: &str) -> [Value; 2] {
    let declarations = application[kind].as_array().expect("a list");
    let declared = declarations.iter().find(|one| one["name"] == name).expect("it is described");
    let options = declared["options"].as_array().expect("a list");
    let found = options.iter().find(|one| one["name"] == option).expect("it has the option");
    ["value", "origin"].map(|key| found[key].clone())
}

#[test]
fn it_is_what_describe_prints() {
    for variables in [&[][..], &[TIMEOUT]] {
        // Its one line, and the line break of `println!`.
        assert_eq!(run(&["keep"], variables).stdout.trim_end(), described(variables).trim_end());
    }
}

#[test]
fn the_changes_of_the_setup_are_part_of_it() {
    let kept = kept(&["change"], &[]);
    let tasks = names(&kept, "tasks");
    assert!(tasks.contains(&"by_hand".to_owned()) && !tasks.contains(&"quiet".to_owned()), "{tasks:?}");
    let [value, origin] = option(&kept, "tasks", "poll_feed", "timeout");
    assert_eq!((&value, &origin["kind"]), (&Value::from("7s"), &Value::from("app.tune")));
    let [value, origin] = option(&kept, "tasks", "consume", "max_retries");
    assert_eq!((&value, &origin["kind"]), (&Value::from("9"), &Value::from("app.config")));
}

#[test]
fn the_file_and_the_environment_are_part_of_it() {
    let text =
        "[task.poll_feed]\ntimeout = \"2s\"\nheartbeat = \"1s\"\n[job.sync_tenant]\ntimeout = \"40ms\"\n";
    let file = OptionFile::new("kept", text);
    let kept = kept(&["change", file.path()], &[TIMEOUT]);
    let [value, origin] = option(&kept, "tasks", "poll_feed", "timeout");
    assert_eq!((&value, &origin["variable"]), (&Value::from("3s"), &Value::from(TIMEOUT.0)));
    let [value, origin] = option(&kept, "tasks", "poll_feed", "heartbeat");
    assert_eq!((value, &origin["path"]), (Value::from("1s"), &Value::from(file.path())));
    let [value, origin] = option(&kept, "jobs", "sync_tenant", "timeout");
    assert_eq!((value, &origin["line"]), (Value::from("40ms"), &Value::from(5)));
}

#[test]
fn without_the_call_nothing_is_kept() {
    assert_eq!(run(&["change"], &[]).stdout, "none\n");
}
