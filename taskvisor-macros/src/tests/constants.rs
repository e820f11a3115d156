//! Constants of the user are values, and the error of a word that may be one says how it is written.

use super::{messages, one, tokens};

fn task(arguments: &str) -> Vec<String> {
    messages(crate::task::task(tokens(arguments), tokens("async fn ping(limit: State<u32>) {}")))
}

#[test]
fn constants_of_the_user_are_accepted() {
    for constant in [
        "ALWAYS",
        "RestartPolicy::Always",
        "taskvisor::RestartPolicy::OnFailure",
        "policies::ALWAYS",
        "policies::always",
        "self::never",
        "super::policies::on_failure",
        "policies::Default",
        "policies::always()",
        "policy()",
        "{ ALWAYS }",
        "{ policies::always }",
        "{ policies::always() }",
        "(policies::always)",
        "{ let always = policy(); always }",
        "if cfg!(feature = \"always\") { A } else { B }",
        "{ if cfg!(feature = \"always\") { A } else { B } }",
    ] {
        assert_eq!(task(&format!("restart = {constant}")), Vec::<String>::new(), "{constant}");
    }
    for constant in [
        "NAME",
        "pong::NAME",
        "c::name",
        "self::name",
        "a::b::ping",
        "c::NAMES.first",
        "name()",
        "concat!(\"a\", \"b\")",
        "concat!(\"a-\", stringify!(limit))",
        "env!(\"X\")",
        "NAMES[0]",
        "if A { B } else { C }",
        "{ billing::ping }",
    ] {
        assert_eq!(task(&format!("name = {constant}")), Vec::<String>::new(), "{constant}");
    }
    for constant in [
        "LIMIT",
        "secs(5)",
        "Duration::from_secs(5)",
        "LIMITS.timeout",
        "limits::TIMEOUT",
        "limits::never",
        "limits::limit",
        "MINUTE * 2",
        "{ let limit = 5; Duration::from_secs(limit) }",
        "match LIMIT { limit => limit }",
        "Limits { limit: MINUTE }.limit",
    ] {
        assert_eq!(task(&format!("timeout = {constant}")), Vec::<String>::new(), "{constant}");
    }
    for constant in [
        "RETRIES",
        "1 + 2",
        "LIMITS.0[1]",
        "{ 3 }",
        "(3)",
        "3_u32",
        "RETRIES as u32",
        "retries()",
        "counts::three",
    ] {
        assert_eq!(task(&format!("max_retries = {constant}")), Vec::<String>::new(), "{constant}");
    }
}

#[test]
fn a_backoff_of_the_user_is_accepted() {
    for constant in [
        "EXP",
        "(EXP)",
        "{ EXP }",
        "Limits::EXP",
        "(Limits::EXP)",
        "c::exp",
        "(c::exp)",
        "{ c::exp }",
        "c::exponential()",
        "{ c::exponential() }",
        "BackoffPolicy::none()",
        "(BackoffPolicy::exponential())",
        "if EXP { A } else { B }",
    ] {
        assert_eq!(task(&format!("backoff = {constant}")), Vec::<String>::new(), "{constant}");
    }
}

#[test]
fn a_word_that_may_be_a_constant_has_a_way_out() {
    let end = "; a constant is written in capitals, or with its path\n";
    for written in [
        "name = pong",
        "max_retries = three",
        "restart = Always",
        "restart = alway",
        "restart = unless_stopped",
        "timeout = never",
        "backoff = exp",
    ] {
        let messages = task(written);
        assert!(messages.len() == 1 && messages[0].contains(end), "{messages:#?}");
    }
    for written in [
        "name = 5",
        "restart = RestartPolicy::always",
        "timeout = None",
        "timeout = \"never\"",
        "restart = \"unless-stopped\"",
    ] {
        let messages = task(written);
        assert!(messages.len() == 1 && !messages[0].contains(end), "{messages:#?}");
    }
    one(
        task("restart = always()"),
        "`always()` is no value of `restart`; write `restart = \"always\"`; a function of your own is written with its path: `self::always()`",
    );
}
