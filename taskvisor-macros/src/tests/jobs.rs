//! The mistakes that only a job can have.

use super::{messages, one, tokens};

fn job(arguments: &str) -> Vec<String> {
    let item = "async fn sync(tenant: u64, width: usize, r#type: u8, State(db): State<Db>) -> Report {}";
    messages(crate::job::job(tokens(arguments), tokens(item)))
}

fn job_on(item: &str) -> Vec<String> {
    messages(crate::job::job(tokens("slot = \"{a}\""), tokens(item)))
}

#[test]
fn jobs() {
    for arguments in [
        "",
        "slot = \"all\"",
        "slot = \"{tenant:04}-{tenant:>width$}-{type:?}-{{x}}\", admission = \"latest\"",
        "slot = r\"{tenant}\", queue = 1, admission = \"queue\"",
        "slot = \"{tenant}\", queue = QUEUE, admission = ADMISSION, restart = RESTART, max_retries = 3",
        "name = \"a\", timeout = \"1s\", max_retries = 3, backoff(exp), restart = \"on-failure\"",
        "restart = \"never\", crate = ::sup",
    ] {
        assert_eq!(job(arguments), Vec::<String>::new(), "{arguments}");
    }
    one(job("every = \"1s\""), "unknown option `every`; a job has no schedule; submit it from a task");
    one(job("stable_after = \"1s\""), "unknown option `stable_after`; a job ends with its first success");
    one(job("retries = 3"), "unknown option `retries`; write `max_retries = 3`");
    one(job("key = \"a\""), "unknown option `key`; write `slot = ");
    one(job("solt = \"a\""), "unknown option `solt`; did you mean `slot`? expected `slot`, `admission`");
    one(job("restart = \"always\""), "a job cannot have `restart = \"always\"`");
    one(job("restart = \"never\", backoff = \"exp\""), "`backoff` has no effect with `restart = \"never\"`");
    one(job("restart = \"never\", max_retries = 1"), "`max_retries` has no effect with");
    one(job("admission = \"replace\""), "`admission` has no effect without `slot`");
    one(job("queue = 3"), "`queue` has no effect without `slot`");
    one(job("slot = 5, queue = 3"), "a slot is a format string in quotes; write `slot = \"5\"`");
    one(job("slot = \"a\", queue = 0"), "`queue` must be at least 1");
    one(
        job("slot = \"a\", queue = 3, admission = \"drop-if-running\""),
        "`queue` has no effect with `admission = \"drop-if-running\"`, which does not use the queue limit",
    );
    one(
        job("slot = \"a\", admission = \"drop\""),
        "unknown value \"drop\" for `admission`; write `admission = \"drop-if-running\"`",
    );
    one(
        job("slot = \"a\", admission = replace"),
        "the value is written in quotes; write `admission = \"replace\"`",
    );
}

#[test]
fn slots() {
    one(job("slot"), "`slot` needs a value, as in `slot = \"tenant-{tenant}\"`");
    one(job("slot = \" \""), "a slot cannot be empty");
    for constant in [
        "SLOT",
        "slots::NIGHTLY",
        "slots::nightly",
        "SLOTS.nightly",
        "slots::ALL.nightly[0]",
        "sync::NAME",
        "concat!(\"a\", \"b\")",
        "concat!(\"a-\", stringify!(tenant))",
        "{ name() }",
        "const { let tenant = 4; text(tenant) }",
    ] {
        assert_eq!(job(&format!("slot = {constant}")), Vec::<String>::new(), "{constant}");
    }
    one(
        job("slot = \"{tennant}-{tennant:?}\""),
        "`tennant` is no argument of the job; did you mean `tenant`?",
    );
    one(
        job("slot = \"{banana}\""),
        "`banana` is no argument of the job; expected `tenant`, `width` or `type`",
    );
    one(job("slot = \"{MAX}\""), "`MAX` is no argument of the job, and a slot has no other values");
    one(job("slot = \"{db}\""), "`db` is injected when the job runs, and its slot is needed before");
    one(job("slot = \"{self}\""), "`self` is no argument of the job");
    one(job("slot = \"{r#type}\""), "a raw name is written without `r#` here: `{type}`");
    one(
        job("slot = \"{tenant.id}\""),
        "`tenant.id` is an expression; a placeholder is the name of an argument",
    );
    one(
        job("slot = \"{Tenant::ID}\""),
        "`Tenant::ID` is an expression; a placeholder is the name of an argument; write the value of `ID` into the text, or",
    );
    one(
        job("slot = nightly"),
        "a slot is a text in quotes, in which the arguments are named; write `slot = \"nightly\"`; a constant is written in \
         capitals, or with its path\n",
    );
    one(
        job("slot = tenant"),
        "a slot is a text in quotes, in which the arguments are named; write `slot = \"{tenant}\"`\n",
    );
    one(
        job("slot = \"tenant\""),
        "`tenant` is no placeholder, and all submissions would share one slot; write `slot = \"{tenant}\"`, or a constant if \
         they are to share it: `slot = SLOT`, with `const SLOT: &str = \"tenant\"`\n",
    );
    one(
        job(r#"slot = "\"$tenant\"""#),
        r#"`$tenant` is no placeholder, and all submissions would share one slot; write `slot = "\"{tenant}\""`, or"#,
    );
    one(
        job("slot = \"{tenant}-$width\""),
        "`$width` is no placeholder; write `slot = \"{tenant}-{width}\"`\n",
    );
    for text in ["{tenant}:width", "{tenant}@width", "sync(width)", "~width", "[width]"] {
        assert_eq!(job(&format!("slot = \"{text}\"")), Vec::<String>::new(), "{text}");
    }
    one(
        job("slot = \"{}\""),
        "`{}` names no argument, and a slot has no other values; write a name, as in `{tenant}`",
    );
    one(job("slot = \"{0:?}\""), "`{0:?}` names no argument");
    one(job("slot = \"{tenant:0$}\""), "`0$` names no argument");
    one(job("slot = \"{tenant:.*}\""), "`.*` names no argument");
    one(job("slot = \"{tenant:wide$}\""), "`wide` is no argument of the job; expected `tenant`");
    let without = crate::job::job(tokens("slot = \"{tenant}\""), tokens("async fn sync() {}"));
    one(messages(without), "`tenant` is no argument of the job; the job has no arguments");
}

#[test]
fn signatures_of_jobs() {
    one(job_on("fn sync(a: u8) {}"), "a job must be an `async fn`");
    one(job_on("async fn sync<T>(a: T) {}"), "a job cannot be generic");
    one(job_on("async fn sync(&self, a: u8) {}"), "a job cannot take `self`");
    one(job_on("async fn sync(a: impl Send) {}"), "a job cannot take `impl Trait`");
    one(
        job_on("async fn sync(a: &str) {}"),
        "a job's argument is stored until the job runs; make it owned: `a: String`",
    );
    one(job_on("async fn sync(a: Option<&str>) {}"), "a job's argument is stored until the job runs");
    one(job_on("async fn sync(a: Cow<'_, str>) {}"), "a job's argument is stored until the job runs");
    one(job_on("async fn sync(a: u8, (b, c): (u8, u8)) {}"), "an argument of a job is one name");
    one(job_on("async fn sync(a: u8, ref b: u8) {}"), "an argument of a job is one name");
    one(job_on("async fn sync(a: u8, _: u8) {}"), "an argument of a job needs a name");
    one(
        job_on("async fn sync(a: u8, #[inject(x)] b: Mine) {}"),
        "`#[inject]` takes no value; write `#[inject]`",
    );
    one(job_on("async fn sync(a: u8, context: &mut TaskContext) {}"), "a parameter cannot be `&mut`");
    one(job_on("async fn sync(a: u8) -> ! { loop {} }"), "a job returns a value, and this one never would");
    one(job_on("async fn sync(a: u8) -> impl Send {}"), "a job cannot return `impl Trait`");
    one(job_on("async fn sync(a: u8, b: &State<u8>) -> &u8 {}"), "a job's value outlives the call");
    one(job_on("#[job] async fn sync(a: u8) {}"), "`#[job]` is written twice; keep one");
    one(
        job_on("#[taskvisor::task] async fn sync(a: u8) {}"),
        "one function cannot be both `#[job]` and `#[taskvisor::task]`",
    );
    one(job_on("struct Sync;"), "`#[job]` goes on an `async fn`");
    for right in [
        "async fn sync(mut a: u8, b: Option<&'static str>, c: Vec<Cow<'static, str>>, d: fn(&str)) {}",
        "async fn sync(a: u8, b: taskvisor::State<u8>, c: &Option<State<u8>>, (d): &CancellationToken) {}",
        "async fn sync(a: u8, #[inject] Mine(b): Mine, #[inject] c: &Mine) -> Result<&'static str, Error> {}",
        // The compiler says that it is there twice.
        "async fn sync(a: u8, a: u8) {}",
        "async fn sync(#[cfg(unix)] a: u8, #[cfg(not(unix))] a: u16) {}",
    ] {
        assert_eq!(job_on(right), Vec::<String>::new(), "{right}");
    }
}

/// The compiler reports the user's parameter alone.
#[test]
fn a_name_in_camel_case_is_allowed_in_generated_items() {
    let allows = |item: &str| {
        let expansion = crate::job::job(tokens("slot = \"{a}-{tenantId}\""), tokens(item)).to_string();
        expansion.matches("non_snake_case").count()
    };
    // On the struct, whose field it is, and on the parameter of the function that writes the slot.
    assert_eq!(allows("async fn sync(a: u8, tenantId: u64) {}"), 2);
    assert_eq!(allows("async fn sync(a: u8, tenant_id: u64) {}"), 0);
}
