//! Right options in the notation of another language, or with another value: the message shows the line to write.

use super::{messages, messages_inside, one, tokens};

fn task(arguments: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens("async fn ping(limit: State<u32>) {}")))
}

fn job(arguments: &str) -> Vec<String> {
    let item = "async fn sync(tenant: u64, day: Day, wait: Duration, ctx: &TaskContext) {}";
    messages(crate::job::job(tokens(arguments), tokens(item)))
}

fn subscriber(arguments: &str) -> Vec<String> {
    messages(crate::subscriber::subscriber(tokens(arguments), tokens("async fn log(event: &Event) {}")))
}

fn entry(arguments: &str) -> Vec<String> {
    messages_inside(crate::entry::main(tokens(arguments), tokens("async fn main(app: &mut App) {}")))
}

/// There is one message, which says to write `expected`.
#[track_caller]
fn writes(messages: Vec<String>, expected: &str) {
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(messages[0].contains(&format!("write `{expected}`")), "{}", messages[0]);
}

#[test]
fn a_backoff_in_another_order_is_one_mistake() {
    let right = "backoff(exp, first = \"1s\")";
    for written in [
        "backoff(kind = \"exp\", first = \"1s\")",
        "backoff(kind = exp, first = \"1s\")",
        "backoff(first = \"1s\", exp)",
        "backoff(first = \"1s\")",
        "backoff(\"1s\", exp)",
        "backoff(\"1s\")",
        "backoff(1s)",
        "backoff(exp, \"1s\")",
        "backoff(exp, first: \"1s\")",
        "backoff(exp(first = \"1s\"))",
        "backoff(BackoffKind::Exponential, first = \"1s\")",
        "backoff = backoff(exp, first = \"1s\")",
        "backoff = exp(first = \"1s\")",
        "backoff = exp(\"1s\")",
        "backoff = (exp, first = \"1s\")",
        "backoff = [exp, \"1s\"]",
        "backoff = { kind: \"exp\", first: \"1s\" }",
        "backoff { exp, first = \"1s\" }",
        "backoff: exp(\"1s\")",
        "backoff = \"exp(first = 1s)\"",
        "backoff = \"exp:1s\"",
        "backoff = \"exp\", first = \"1s\"",
        "backoff(exp), first = \"1s\"",
        "backoff = exp, first = \"1s\"",
        "backoff(kind = \"exp\", base_delay = \"1s\")",
        "backoff(type = Exponential, base: \"1s\")",
    ] {
        writes(task(written), right);
    }
    writes(
        task("backoff(exp, \"1s\", \"5s\", 1.5, full)"),
        "backoff(exp, first = \"1s\", max = \"5s\", factor = 1.5, jitter = \"full\")",
    );
    writes(task("backoff = \"5s\""), "backoff(constant, first = \"5s\")");
    writes(task("backoff[constant]"), "backoff = \"constant\"");
    writes(task("backoff = BackoffPolicy::exp"), "backoff = \"exp\"");
    one(task("backoff(exp, \"soon\")"), "this is no option");
}

#[test]
fn a_keyword_without_its_quotes_is_quoted() {
    for (written, right) in [
        ("restart = Always", "restart = \"always\""),
        ("restart = RestartPolicy::always", "restart = \"always\""),
        ("restart = OnFailure", "restart = \"on-failure\""),
        ("restart = { always }", "restart = \"always\""),
        ("restart = [\"always\"]", "restart = \"always\""),
        ("restart = Some(\"always\")", "restart = \"always\""),
        ("restart = \"always\".into()", "restart = \"always\""),
        ("restart = b\"always\"", "restart = \"always\""),
        ("restart(always)", "restart = \"always\""),
        ("restart = Some(Always)", "restart = \"always\""),
        ("restart = [Always, Never]", "restart = \"always\""),
        ("restart = RestartPolicy::OnFailure(3)", "restart = \"on-failure\", max_retries = 3"),
        ("restart = on-failure(3)", "restart = \"on-failure\", max_retries = 3"),
        ("restart = on failure", "restart = \"on-failure\""),
        ("restart = on_failure(3)", "restart = \"on-failure\", max_retries = 3"),
        ("restart = \"on-failure:3\"", "restart = \"on-failure\", max_retries = 3"),
        ("restart = always(\"5s\")", "restart = \"always\", delay = \"5s\""),
        ("restart = unless-stopped", "restart = \"always\""),
        ("backoff(exp, jitter = Full)", "jitter = \"full\""),
        ("backoff(exp, jitter = JitterPolicy::full)", "jitter = \"full\""),
    ] {
        writes(task(written), right);
    }
    for (written, right) in [
        ("admission = Replace", "admission = \"replace\""),
        ("admission = DropIfRunning", "admission = \"drop-if-running\""),
        ("admission = queue(10)", "admission = \"queue\", queue = 10"),
        ("admission = Queue { limit: 10 }", "admission = \"queue\", queue = 10"),
        ("admission = \"queue(10)\"", "admission = \"queue\", queue = 10"),
        ("admission = Admission::Skip", "admission = \"drop-if-running\""),
    ] {
        writes(job(&format!("slot = \"{{tenant}}\", {written}")), right);
    }
    one(job("restart = Always"), "a job cannot have `restart = \"always\"`");
    writes(entry("flavor = CurrentThread"), "flavor = \"current_thread\"");
    writes(entry("flavor = Flavor::CurrentThread"), "flavor = \"current_thread\"");
    writes(entry("flavor = multi_thread(4)"), "flavor = \"multi_thread\", worker_threads = 4");
}

#[test]
fn a_value_of_another_type_is_shown_as_it_is_written_here() {
    for (written, right) in [
        ("timeout = '7'", "timeout = \"7s\""),
        ("timeout = b\"7s\"", "timeout = \"7s\""),
        ("timeout = c\"7s\"", "timeout = \"7s\""),
        ("timeout = Some(\"7s\")", "timeout = \"7s\""),
        ("timeout = 7.minutes()", "timeout = \"7m\""),
        ("timeout = from_millis(7)", "timeout = \"7ms\""),
        ("timeout = 7 seconds", "timeout = \"7 seconds\""),
        ("timeout = 1h 30m", "timeout = \"1h 30m\""),
        ("timeout = 7.0", "timeout = \"7s\""),
        ("timeout == \"7s\"", "timeout = \"7s\""),
        ("timeout => \"7s\"", "timeout = \"7s\""),
        ("\"timeout\" = \"7s\"", "timeout = \"7s\""),
        ("timeout = 7_u64", "timeout = \"7s\""),
        ("max_retries = 7 times", "max_retries = 7"),
        ("max_retries = \"7 times\"", "max_retries = 7"),
        ("delay = 0", "delay = \"0s\""),
        ("max_retries = Some(7)", "max_retries = 7"),
        ("max_retries = 7u64", "max_retries = 7"),
        ("max_retries = \"7\"", "max_retries = 7"),
        ("max_retries = three", "max_retries = 3"),
        ("name = pong", "name = \"pong\""),
        ("name = health-check", "name = \"health-check\""),
        ("name = health check", "name = \"health check\""),
        ("name = billing::ping", "name = \"billing::ping\""),
        ("name = \"pong\".to_string()", "name = \"pong\""),
        ("name = String::from(\"pong\")", "name = \"pong\""),
        ("name = 'p'", "name = \"p\""),
    ] {
        writes(task(written), right);
    }
    one(task("name = ping::NAME"), "`ping::NAME` is made of this option; leave `name` out");
    one(task("timeout = 5 * 60"), "a duration is written in quotes, with its unit; write, for example");
    one(task("timeout = 0"), "`timeout` must be longer than zero");
}

#[test]
fn a_value_without_an_option_gets_one() {
    for (written, right) in [
        ("\"pong\"", "name = \"pong\""),
        ("ping", "name = \"ping\""),
        ("\"always\"", "restart = \"always\""),
        ("RestartPolicy::Never", "restart = \"never\""),
        ("\"exp\"", "backoff = \"exp\""),
        ("7", "max_retries = 7"),
        ("\"7s\"", "timeout = \"7s\"` or `every = \"7s\""),
        ("timeout = \"7s\", \"8s\"", "every = \"8s\"` or `delay = \"8s\""),
        ("(timeout = \"7s\")", "timeout = \"7s\""),
    ] {
        writes(task(written), right);
    }
    writes(job("\"t-{tenant}\""), "slot = \"t-{tenant}\"");
    writes(job("tenant"), "slot = \"{tenant}\"");
    writes(job("\"replace\""), "admission = \"replace\"");
    writes(subscriber("Failed, TimedOut"), "on(Failed, TimedOut)");
    writes(subscriber("EventName::Failed | TimedOut, queue = 8"), "on(Failed, TimedOut)");
    writes(subscriber("\"Failed\""), "on(Failed)");
    writes(subscriber("64"), "queue = 64");
    writes(entry("\"current_thread\""), "flavor = \"current_thread\"");
    writes(entry("\"7s\""), "grace = \"7s\"` or `drain_timeout = \"7s\"");
    writes(entry("[billing]"), "crates = [billing]");
}

#[test]
fn a_list_in_another_notation_is_one_mistake() {
    for written in [
        "on(\"Failed\", \"TimedOut\")",
        "on(Failed | TimedOut)",
        "on(Failed TimedOut)",
        "on([Failed, TimedOut])",
        "on(EventKind::Failed { .. }, EventKind::TimedOut { .. })",
        "on = (Failed, TimedOut)",
        "on = [\"failed\", \"timed_out\"]",
        "on: Failed | TimedOut",
        "on(failed, timed_out)",
        "on(any(Failed, TimedOut))",
    ] {
        writes(subscriber(written), "on(Failed, TimedOut)");
    }
    for written in [
        "crates = \"a, b-c\"",
        "crates = (a, \"b-c\")",
        "crates(a, b_c)",
        "crates = [\"a\", \"b-c\"]",
        "crates = &[a, b_c]",
        "crates = a, b_c",
    ] {
        writes(entry(written), "crates = [a, b_c]");
    }
}

#[test]
fn a_slot_in_another_notation_is_one_mistake() {
    for (written, right) in [
        ("slot = tenant", "slot = \"{tenant}\""),
        ("slot = (tenant, day)", "slot = \"{tenant}-{day}\""),
        ("slot = \"t-\" + tenant", "slot = \"t-{tenant}\""),
        ("slot = t-tenant", "slot = \"t-{tenant}\""),
        ("slot = t-{tenant}", "slot = \"t-{tenant}\""),
        ("slot = nightly", "slot = \"nightly\""),
        ("slot = format!(\"t-{tenant}\")", "slot = \"t-{tenant}\""),
        ("slot = format!(\"t-{}\", tenant)", "slot = \"t-{tenant}\""),
        ("slot(\"t-{}\", tenant)", "slot = \"t-{tenant}\""),
        ("slot = \"t-{}-{}\", tenant, day", "slot = \"t-{tenant}-{day}\""),
        ("slot = \"t-$tenant\"", "slot = \"t-{tenant}\""),
        ("slot = \"t-%s\"", "slot = \"t-{tenant}\""),
        ("slot = \"tenant\"", "slot = \"{tenant}\""),
        ("slot = \"tenant/day\"", "slot = \"{tenant}/{day}\""),
        ("slot = \"{self.tenant}\"", "{tenant}"),
        ("slot = \"{tenant.to_string()}\"", "{tenant}"),
        ("slot = \"{tenant, day}\"", "{tenant}-{day}"),
    ] {
        writes(job(written), right);
    }
    one(
        job("slot = \"{day.number}-{day.year}\""),
        "`day.number` is an expression; a placeholder is the name of an argument",
    );
    one(job("slot = \"{Tenant::ID}\""), "`Tenant::ID` is an expression");
    one(job("slot = \"{if tenant == 1 { 2 } else { 3 }}\""), "`if tenant == 1 { 2` is an expression");
    assert!(job("slot = \"{day.number}\"")[0].contains("as in `{day_number}`, or call `.with_slot(..)`"));
}
