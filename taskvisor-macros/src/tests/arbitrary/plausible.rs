//! Plausible usages: options with valid and invalid values, on functions of all kinds.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;

use super::usage::{ATTRIBUTES, Attribute, Usage};

pub(super) fn usages() -> BoxedStrategy<Usage> {
    Union::new(ATTRIBUTES.map(usages_of)).boxed()
}

fn usages_of(attribute: Attribute) -> BoxedStrategy<Usage> {
    (arguments(attribute), item(attribute))
        .prop_map(move |(arguments, item)| Usage::parse(attribute, &arguments, &item))
        .boxed()
}

/// Each option with each value, and each part of a backoff.
pub(super) fn each_value() -> impl Iterator<Item = Usage> {
    ATTRIBUTES.into_iter().flat_map(|attribute| {
        let keys = valid(attribute).into_iter().filter_map(|option| option.split([' ', '(']).next());
        let options = keys.map(|key| format!("{key} = VALUE"));
        let parts = phrases("first  max  factor  jitter").into_iter();
        let parts = parts.map(|part| format!("crate = ::sup, backoff(exp, {part} = VALUE)"));
        let item = match attribute {
            Attribute::Task | Attribute::Job => "async fn ping() {}",
            Attribute::Subscriber => "async fn log(event: &Event) {}",
            Attribute::Main => "async fn main() {}",
        };
        options.chain(parts).flat_map(move |option| {
            let written = phrases(VALUES).into_iter().map(move |value| option.replace("VALUE", value));
            written.map(move |arguments| Usage::parse(attribute, &arguments, item))
        })
    })
}

/// Valid options that do not contradict each other.
fn valid(attribute: Attribute) -> Vec<&'static str> {
    phrases(match attribute {
        Attribute::Task => {
            r#" name = "ping"  restart = "always"  every = IDLE  start_delay = "1m"  overlap = "queue"  missed = MISSED  timeout = "5s"  max_retries = 3  stable_after = "1m"
                backoff(exp, first = "250ms", jitter = "full")  after = [migrate]  needs = [connect, crate::token]
                stop_order = "last"  max_failures = "5 in 10m"  critical = false  on_give_up = "pause"  heartbeat = "2s"
                on_shutdown = FINISH  instances = 4  rate_limit = "10/m"  crate = crate::sup "#
        }
        Attribute::Job => {
            r#" slot = "{a}"  admission = "queue"  queue = ROOM  name = "sync"  timeout = "30s"  max_retries = 3
                backoff = "exp"  restart = RESTART  needs = [connect]  expires = "30s"  max_failures = LIMIT  heartbeat = "2s"
                on_shutdown = "finish"  max_concurrent = PERMITS  rate_limit = RATE  capacity = 2  crate = ::sup "#
        }
        Attribute::Subscriber => r#" on(Failed, TimedOut)  queue = 64  name = NAME  crate = ::sup "#,
        Attribute::Main => {
            r#" flavor = "multi_thread"  worker_threads = 4  grace = "15s"  max_concurrent = { 8 }
                crates = [billing]  crate = ::sup "#
        }
    })
}

/// The phrases of a text, which two spaces separate.
fn phrases(text: &'static str) -> Vec<&'static str> {
    text.split("  ").map(str::trim).filter(|phrase| !phrase.is_empty()).collect()
}

/// One of these phrases.
fn any_of(text: &'static str) -> impl Strategy<Value = &'static str> {
    select(phrases(text))
}

/// Mostly `usual`, sometimes one of the phrases or nothing.
fn mostly(usual: &'static str, unusual: &'static str) -> impl Strategy<Value = &'static str> {
    let mut unusual = phrases(unusual);
    unusual.push("");
    prop_oneof![12 => Just(usual), 1 => select(unusual)]
}

const KEYS: &str = "
    name  restart  backoff  timeout  max_retries  every  cron  tz  delay  start_delay  overlap  missed  stable_after  crate  slot  admission  queue  on  flavor
    worker_threads  grace  max_concurrent  crates  first  max  factor  jitter  after  needs
    interrupt_on_loss  stop_order  expires  max_failures  on_give_up  fatal_if  critical  heartbeat  on_shutdown  instances  rate_limit  burst  capacity  restrat  retries  on-failure
    max-retries  r#name  banana  key  fn
";

const VALUES: &str = r#"
    "always"  "never"  "on-failure"  "on_failure"  always  on-failure  "exp"  exp  "none"  "replace"  "full"
    "0 3 * * *"  "*/5 * * * MON-FRI"  0 3 * * *  * * * * *  "@daily"  @daily  "60 * * * *"  "0 0 30 2 *"  "Europe/Berlin"  Europe/Berlin  "local"
    "skip"  "queue(3)"  "once"  "daily"  "5 in 10m"  "5 per 10m"  "0 in 0s"  "1001 in 1s"  "10/m"  "0/m"  "10/fortnight"  "1.5/s"  10/m  10001  "pause"  "finish"  is_permanent  is_permanent::<E>  |e| true  true
    "5s"  "5"  "0s"  "5 parsecs"  5s  5  0  -5  1.5  -0.5  1e999  99999999999  IDLE  { 3 }  Duration::from_secs(5)
    Duration::  Duration::from_secs(5 5)  !  -  &  |x| x  a..b  a = b  return  if x { 1 } else  ""  "{a}"
    "{b}-{}"  "{"  concat!("a")  true  ::sup  crate::  crate::a::b  ::Self  crate::super  sup  self  ::  [a, b]  []  (Failed)  b"x"  c"x"
    'x'  'static  "multi_thread"  exp(first = "1s")  #[x] 5  _  ..  async {}
"#;

const WORDS: &str =
    r#" Failed  TimedOut  Lagged  failed  Timeout  "Failed"  5  a::b  exp  constant  none  x-y  , "#;

const STRANGE: &str = r#" 5  "x"  !  ::  #[x]  ()  on-error = "retry"  = 5  'a  name.x  ,,  -  name- "#;

fn option() -> impl Strategy<Value = String> {
    let key = || any_of(KEYS);
    let value = || any_of(VALUES);
    let pair = move || (key(), value()).prop_map(|(key, value)| format!("{key} = {value}"));
    let list = || vec(any_of(WORDS), 0..4).prop_map(|words| words.join(", "));
    let parts = vec(pair(), 0..4).prop_map(|parts| parts.join(", "));
    prop_oneof![
        6 => pair(),
        1 => key().prop_map(str::to_owned),
        1 => key().prop_map(|key| format!("{key} =")),
        1 => (key(), value()).prop_map(|(key, value)| format!("{key}: {value}")),
        1 => (key(), value()).prop_map(|(key, value)| format!("{key} {value}")),
        2 => (key(), list()).prop_map(|(key, list)| format!("{key}({list})")),
        1 => (key(), list()).prop_map(|(key, list)| format!("{key} = [{list}]")),
        3 => (any_of(WORDS), parts).prop_map(|(kind, parts)| format!("backoff({kind}, {parts})")),
        2 => any_of(STRANGE).prop_map(str::to_owned),
    ]
}

fn arguments(attribute: Attribute) -> impl Strategy<Value = String> {
    let valid = valid(attribute);
    let all = valid.len();
    let invalid = prop_oneof![2 => Just(Vec::new()), 3 => vec(option(), 1..4)];
    let mixed = (subsequence(valid, 0..=all), invalid)
        .prop_map(|(valid, invalid)| valid.into_iter().map(str::to_owned).chain(invalid).collect::<Vec<_>>());
    let comma = prop_oneof![16 => Just(", "), 1 => Just(" "), 1 => Just(",, ")];
    (mixed.prop_shuffle(), vec(comma, 12), any::<bool>()).prop_map(|(options, commas, trailing)| {
        let options: String =
            options.iter().zip(commas).flat_map(|(option, comma)| [option, comma]).collect();
        options.trim_end_matches([',', ' ']).to_owned() + if trailing { "," } else { "" }
    })
}

const ATTRIBUTES_OF_ITS_OWN: &str = r#"
    #[doc = "Doc."]  #[cfg(unix)]  #[task]  #[taskvisor::job(slot = "x")]  #[subscriber]  #[tokio::main]
    #[deprecated = "x"]  #[cfg_attr(unix, must_use)]  #[::x]  #[unsafe(no_mangle)]
"#;

const PARAMETERS: &str = "
    a: u64  b: Vec<String>  a: &str  &self  mut self: Box<Self>  ctx: TaskContext  ctx: &mut TaskContext
    State(db): State<Db>  db: Option<State<Db>>  #[inject] mine: Mine  #[inject(x)] mine: &Mine  #[cfg(unix)] mut c: u8
    _: u8  (x, y): (u8, u8)  ref r: u8  n @ 1..=5: u8  x: impl Send  x: &'static u8  x: &'a u8  x: &dyn Send  x: [u8]
    x: fn(&u8) -> &u8  x: !  x: _  x: <T as U>::V  x: x!(5)  r#type: u8  event: &Event  app: &mut App  x: Cow<'_, str>
    x: [u8; { 4 }]  x: *const u8  ...  x: Box<dyn for<'a> Fn(&'a u8) -> u8 + Send>
";

const OUTPUTS: &str = "
    -> Result<(), E>  -> !  -> impl Send  -> &u8  -> ()  -> (u8)  -> dyn Send  ->  -> Result<&'static str, E>
";

/// Half of them are being typed.
const BODIES: &str = "
    { cx. }  { let x = ; }  { #![allow(x)] foo( ) fn }  { match x { Some() => } }  { db.get(1)?. }  ;  { fn fn fn }
    { 'a: loop { break 'a; } }
";

fn item(attribute: Attribute) -> impl Strategy<Value = String> {
    let first = match attribute {
        Attribute::Task => mostly("", "ctx: TaskContext"),
        Attribute::Job => mostly("a: u64", "a: &str"),
        Attribute::Subscriber => mostly("event: &Event", "event: Event  event: &mut Event"),
        Attribute::Main => mostly("app: &mut App", "app: App"),
    };
    let rest = prop_oneof![3 => Just(Vec::new()), 2 => vec(any_of(PARAMETERS), 1..4)];
    let parameters = (first, rest).prop_map(|(first, rest)| {
        let all = [first].into_iter().chain(rest).filter(|parameter| !parameter.is_empty());
        all.collect::<Vec<_>>().join(", ")
    });
    let before = (
        mostly("", ATTRIBUTES_OF_ITS_OWN),
        mostly("pub", "pub(crate)  pub(in a::b)  crate  default"),
        mostly("async", "const  unsafe  async unsafe  async extern \"C\"  safe  gen  async move"),
    );
    let name = mostly("ping", "main  r#loop  ünï  _x  fn  self  _  Ping");
    let generics = mostly("", "<T>  <'a>  <const N: usize>  <T: Copy = u8>  <>  <");
    let behind =
        (mostly("", OUTPUTS), mostly("", "where u8: Copy  where"), mostly("{ work().await; }", BODIES));
    (before, name, generics, parameters, behind).prop_map(|(before, name, generics, parameters, behind)| {
        let ((attributes, visibility, qualifiers), (output, clause, body)) = (before, behind);
        format!("{attributes} {visibility} {qualifiers} fn {name}{generics}({parameters}) {output} {clause} {body}")
    })
}
