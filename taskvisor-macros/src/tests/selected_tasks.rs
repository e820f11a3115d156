//! The option `task` of a subscriber, and the option `critical` of an application.

use super::{messages, messages_inside, one, tokens};

fn subscriber(arguments: &str) -> Vec<String> {
    let item = tokens("async fn alert(event: &Event) {}");
    messages(crate::subscriber::subscriber(tokens(arguments), item))
}

fn main(arguments: &str) -> Vec<String> {
    messages_inside(crate::entry::main(tokens(arguments), tokens("async fn main() {}")))
}

#[test]
fn a_task_is_selected_by_a_path_in_every_spelling() {
    for path in
        ["db", "r#type", "self::db", "super::super::db", "crate::store::db", "::store::db", "db, x::db,"]
    {
        assert_eq!(subscriber(&format!("task = [{path}]")), [""; 0], "{path}");
        assert_eq!(subscriber(&format!("on(Failed, Ended), task = [{path}]")), [""; 0], "{path}");
    }
}

#[test]
fn another_notation_of_selected_tasks_is_one_mistake() {
    for written in [
        "task = a, b::c",
        "task = (a, b::c)",
        "task(a, b::c)",
        "task: [a, b::c]",
        "task = \"a, b::c\"",
        "task = [\"a\", \"b::c\"]",
        "task = [a b::c]",
        "task = [a(), b::c()]",
        "task = [a, b.c]",
        "task = [a::spec(), b::c::NAME]",
        "tasks = [a, b::c]",
        "tasks(a, b::c)",
        "for_task = \"a b::c\"",
    ] {
        let messages = subscriber(written);
        let is_of_the_list = messages.len() == 1 && messages[0].contains("`task = [a, b::c]`");
        assert!(is_of_the_list, "{written}: {messages:#?}");
    }
    one(subscriber("task = []"), "`task` names no task; name at least one, or leave it out");
    one(subscriber("task = [a, b, r#a]"), "`r#a` is named twice; keep one of the two");
    one(subscriber("task = [5]"), "a task is named by the path of its function, as in `task = [connect]`");
    one(
        subscriber("task = all"),
        "unknown value `all` for `task`; leave `task` out for the events of all tasks",
    );
    one(subscriber("task"), "`task` needs a value, as in `task = [connect]`");
}

#[test]
fn an_event_of_no_task_contradicts_selected_tasks() {
    let problem =
        "`Stopped` is never about a `#[task]`, so `task = [db, x::feed]` excludes it; remove it here";
    one(subscriber("on(Stopped), task = [db, x::feed]"), problem);
    one(subscriber("task = [db, x::feed], on(Failed, Stopped)"), problem);
    assert_eq!(subscriber("on(Stopped, Failed, Queued, Refused), task = [db]").len(), 3, "each is a mistake");
    assert_eq!(subscriber("on(Stopped, Queued, Refused)"), [""; 0]);
    assert_eq!(subscriber("on(Delayed, Added), task = [db]"), [""; 0]);
    // A list with a mistake selects tasks, too.
    assert_eq!(subscriber("on(Stopped), task = []").len(), 2);
}

#[test]
fn an_application_makes_all_of_its_tasks_critical_or_none() {
    assert_eq!(main("critical = \"all\""), [""; 0]);
    for (written, expected) in [
        (
            "critical = true",
            "unknown value `true` for `critical`; write `critical = \"all\"` for all declared tasks",
        ),
        ("critical = \"every\"", "unknown value \"every\" for `critical`; write `critical = \"all\"`"),
        ("critical = \"All\"", "unknown value \"All\" for `critical`; did you mean \"all\"?"),
        ("critical = \"most\"", "unknown value \"most\" for `critical`; expected \"all\""),
        ("critical = all", "the value is written in quotes; write `critical = \"all\"`"),
        ("critical = false", "`false` is no value of `critical`; leave `critical` out"),
        ("critical = \"none\"", "`\"none\"` is no value of `critical`; leave `critical` out"),
        ("critical", "`critical` needs a value, as in `critical = \"all\"`"),
        ("critical = 1", "`critical` is always \"all\""),
        (
            "critical = [db]",
            "`critical` names no tasks here; write `critical = \"all\"` for all declared tasks, or",
        ),
        ("critical = store::db", "`critical` names no tasks here; write"),
        ("critical = \"db\"", "expected \"all\""),
        ("critical = ALL", "write `critical = \"all\"`"),
        ("critical(all)", "write `critical = \"all\"`"),
        ("fail_fast = true", "unknown option `fail_fast`; write `critical = \"all\"`"),
    ] {
        let messages = main(written);
        let is_one = messages.len() == 1 && messages[0].contains(expected);
        assert!(is_one, "{written}: {messages:#?}");
    }
}
