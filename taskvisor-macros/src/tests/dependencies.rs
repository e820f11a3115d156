//! The options `after` and `needs`, and those that depend on them.

use super::{messages, one, tokens};

fn task(arguments: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens("async fn ping(connect: State<u32>) {}")))
}

fn job(arguments: &str) -> Vec<String> {
    messages(crate::job::job(tokens(arguments), tokens("async fn sync(tenant: u64) {}")))
}

/// There is one message, which says to write `expected`.
#[track_caller]
fn writes(messages: Vec<String>, expected: &str) {
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(messages[0].contains(&format!("write `{expected}`")), "{}", messages[0]);
}

#[test]
fn a_path_of_a_task_is_accepted_in_every_spelling() {
    for path in [
        "connect",
        "r#type",
        "self::connect",
        "super::super::connect",
        "crate::store::connect",
        "::store::connect",
        "store::ping",
        "self::ping",
        "connect, store::connect, ::store::connect,",
    ] {
        assert_eq!(task(&format!("needs = [{path}]")), [""; 0], "{path}");
        assert_eq!(task(&format!("after = [{path}]")), [""; 0], "{path}");
        assert_eq!(job(&format!("needs = [{path}]")), [""; 0], "{path}");
    }
}

#[test]
fn another_notation_of_a_list_is_one_mistake() {
    for written in [
        "needs = a, b::c",
        "needs = (a, b::c)",
        "needs = {a, b::c}",
        "needs = vec![a, b::c]",
        "needs = &[a, b::c]",
        "needs = &[&a, &b::c]",
        "needs(a, b::c)",
        "needs: [a, b::c]",
        "needs [a, b::c]",
        "needs == [a, b::c]",
        "needs = \"a, b::c\"",
        "needs = \"a b::c\"",
        "needs = [\"a\", \"b::c\"]",
        "needs = [\"a, b::c\"]",
        "needs = [a, \"b::c\"]",
        "needs = [[a, b::c]]",
        "needs = [(a, b::c)]",
        "needs = [a b::c]",
        "needs = [a; b::c]",
        "needs = [a + b::c]",
        "needs = [a | b::c]",
        "needs = [a(), b::c()]",
        "needs = [a, &b::c]",
        "needs = [a, b.c]",
        "needs = [a.spec(), b.c]",
        "needs = [a::spec(), b::c::NAME]",
        "depends_on = [a, b::c]",
        "depends_on(a, b::c)",
        "requires = \"a b::c\"",
    ] {
        let messages = task(written);
        let is_of_the_list = messages.len() == 1 && messages[0].contains("`needs = [a, b::c]`");
        // A list in brackets has no equals sign that could be missing.
        assert!(is_of_the_list, "{written}: {messages:#?}");
    }
    writes(task("needs = a, b::c, name = \"x\""), "needs = [a, b::c]");
    writes(task("needs = a, crate = ::sup"), "needs = [a]");
    writes(task("needs = [type]"), "needs = [r#type]");
    writes(task("needs = [crate::r#loop, fn]"), "needs = [crate::r#loop, r#fn]");
    writes(task("binds_to = [a]"), "needs = [a], interrupt_on_loss = \"5s\"");
    writes(task("wants = a"), "after = [a]");
}

#[test]
fn a_list_without_a_path_shows_an_example() {
    for item in
        ["5", "\"db-ping\"", "self", "Self", "crate", "super", "a<u8>", "a = b", "!", "#[x] a", "true"]
    {
        one(task(&format!("needs = [{item}]")), "a task is named ");
        assert!(task(&format!("needs = [{item}]"))[0].contains("as in `needs = [connect]`"), "{item}");
    }
    for list in ["CONNECT", "store::CONNECT", "Db", "5"] {
        let messages = task(&format!("needs = {list}"));
        assert!(messages.len() == 1 && messages[0].contains("as in `needs = [connect]`"), "{messages:#?}");
    }
    assert_eq!(task("needs = [5, 6]").len(), 2, "each is a mistake");
    one(task("needs = []"), "`needs` names no task");
    one(task("needs = none"), "`none` is no value of `needs`; leave `needs` out");
}

#[test]
fn a_task_is_named_once() {
    one(task("needs = [a, b, a]"), "`a` is named twice");
    one(task("needs = [r#a, a]"), "`a` is named twice");
    one(task("needs = [a], after = [b, a]"), "`a` is in `needs` too");
    one(task("after = [x::a], needs = [x::a]"), "`x::a` is in `needs` too");
    one(task("after = [b], needs = [a, ping]"), "`ping` cannot wait for itself");
    one(task("after = [r#ping]"), "`r#ping` cannot wait for itself");
    assert_eq!(task("after = [ping, a, a], needs = [ping, a]").len(), 4);
}

#[test]
fn an_interrupt_needs_something_to_lose() {
    let problem = "`interrupt_on_loss` interrupts an attempt when a task in `needs` stops being ready";
    one(task("interrupt_on_loss = \"5s\""), problem);
    one(job("interrupt_on_loss = LIMIT"), problem);
    writes(task("interrupt_on_loss = \"5s\", after = [a, x::b]"), "needs = [a, x::b]");
    // A list with a mistake is the only error.
    for needs in ["needs = a", "needs = []", "needs = [5]", "needs = [ping]", "needs"] {
        assert_eq!(task(&format!("interrupt_on_loss = \"5s\", {needs}")).len(), 1, "{needs}");
    }
}

#[test]
fn no_time_is_refused() {
    one(task("needs = [a], interrupt_on_loss = \"0s\""), "`interrupt_on_loss` must be longer than zero");
    one(job("expires = \"0s\""), "`expires` must be longer than zero");
}
