//! Arguments of every type that the job can store until it owns its slot.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use taskvisor::{App, JobParameter, SupervisorHandle};

const LENGTH: usize = 2;

#[derive(Clone)]
struct Matrix<const WIDTH: usize, const HEIGHT: usize>([[u8; WIDTH]; HEIGHT]);

/// Nothing but `Clone`, and borrowed for good.
#[derive(Clone)]
struct Borrowed<'a>(&'a str);

trait Shape: Send + Sync {
    fn corners(&self) -> u8;
}

struct Square;

impl Shape for Square {
    fn corners(&self) -> u8 {
        4
    }
}

type Alias<T> = Option<T>;

/// An alias hides that its type holds for any lifetime.
type Callback = Arc<dyn Fn(&str) -> usize + Send + Sync>;

macro_rules! type_of {
    (number) => { u8 };
    ($of_type:ty) => { Vec<$of_type> };
}

#[taskvisor::job]
async fn none() {
    tokio::task::yield_now().await;
}

#[taskvisor::job]
async fn owned(text: String, list: Vec<Option<(u8, String)>>, map: BTreeMap<u8, Vec<u8>>) -> usize {
    tokio::task::yield_now().await;
    text.len() + list.len() + map.len()
}

#[taskvisor::job]
async fn arrays(array: [u8; LENGTH], matrix: Matrix<1, { LENGTH + 1 }>, nested: [[u8; 2]; 2]) -> usize {
    tokio::task::yield_now().await;
    array.len() + matrix.0.len() + nested.len()
}

#[taskvisor::job]
async fn borrowed_for_good(
    text: &'static str,
    slice: &'static [u8],
    maybe: Option<&'static str>,
    either: Cow<'static, str>,
    own: Borrowed<'static>,
) -> usize {
    tokio::task::yield_now().await;
    text.len() + slice.len() + maybe.map_or(0, str::len) + either.len() + own.0.len()
}

#[taskvisor::job]
async fn shared(counter: Arc<AtomicU8>, list: Arc<Mutex<Vec<u8>>>, shape: Arc<dyn Shape>) -> u8 {
    tokio::task::yield_now().await;
    counter.fetch_add(shape.corners(), Ordering::SeqCst);
    list.lock().map_or(0, |list| list.iter().sum()) + counter.load(Ordering::SeqCst)
}

#[taskvisor::job]
async fn callable(
    pointer: fn(u8) -> u8,
    higher_ranked: for<'a> fn(&'a str) -> &'a str,
    closure: Arc<dyn Fn(u8) -> u8 + Send + Sync>,
    of_any_lifetime: Arc<dyn Fn(&str) -> usize + Send + Sync>,
) -> (u8, usize) {
    tokio::task::yield_now().await;
    (pointer(closure(1)), of_any_lifetime(higher_ranked(" four")))
}

#[taskvisor::job]
async fn hidden(callback: Callback) -> usize {
    tokio::task::yield_now().await;
    callback("four")
}

/// The struct derives what is written below the attribute.
#[taskvisor::job]
#[derive(Clone, Debug, Default, PartialEq)]
async fn derived(number: u8, text: String) -> String {
    tokio::task::yield_now().await;
    format!("{number}{text}")
}

#[taskvisor::job]
async fn spelled(
    projected: <Vec<u16> as IntoIterator>::Item,
    the_same_by_name: u16,
    of_a_macro: type_of!(number),
    list_of_a_macro: type_of!(u8),
    alias: Alias<u8>,
    tuple: (u8, (u8, ())),
) -> u16 {
    tokio::task::yield_now().await;
    projected + the_same_by_name + u16::from(of_a_macro + list_of_a_macro[0] + alias.unwrap_or(0) + tuple.0)
}

#[taskvisor::job]
async fn changed(mut number: u8, mut list: Vec<u8>) -> Vec<u8> {
    number += 1;
    list.push(number);
    tokio::task::yield_now().await;
    list
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    supervisor.submit(none {})?.await?;
    let job = owned { text: "four".to_owned(), list: vec![None], map: BTreeMap::new() };
    assert_eq!(supervisor.submit(job.clone())?.await?, 5);
    let job = arrays { array: [0; LENGTH], matrix: Matrix([[0], [0], [0]]), nested: [[0; 2]; 2] };
    assert_eq!(supervisor.submit(job)?.await?, 7);
    let job = borrowed_for_good {
        text: "1",
        slice: b"2",
        maybe: Some("3"),
        either: "4".into(),
        own: Borrowed("5"),
    };
    assert_eq!(supervisor.submit(job)?.await?, 5);
    let counter = Arc::new(AtomicU8::new(1));
    let job = shared { counter, list: Arc::new(Mutex::new(vec![1, 2])), shape: Arc::new(Square) };
    assert_eq!(supervisor.submit(job)?.await?, 8);
    let job = callable {
        pointer: |number| number * 2,
        higher_ranked: str::trim,
        closure: Arc::new(|number| number + 1),
        of_any_lifetime: Arc::new(str::len),
    };
    assert_eq!(supervisor.submit(job)?.await?, (4, 4));
    assert_eq!(supervisor.submit(hidden { callback: Arc::new(str::len) })?.await?, 4);
    let job = derived { number: 1, ..Default::default() };
    assert_eq!((&job, format!("{job:?}")), (&job.clone(), r#"derived { number: 1, text: "" }"#.to_owned()));
    assert_eq!(format!("{:?}", none {}), "none { .. }");
    assert_eq!(supervisor.submit(job)?.await?, "1");
    let job = spelled {
        projected: 1,
        the_same_by_name: 0,
        of_a_macro: 2,
        list_of_a_macro: vec![3],
        alias: Some(4),
        tuple: (5, (6, ())),
    };
    assert_eq!(supervisor.submit(job)?.await?, 15);
    assert_eq!(supervisor.submit(changed { number: 1, list: vec![1] })?.await?, [1, 2]);
    supervisor.stop();
    Ok(())
}

/// Types in the spelling that users write.
#[taskvisor::task]
async fn listed(supervisor: SupervisorHandle) {
    tokio::task::yield_now().await;
    let jobs = supervisor.jobs();
    let spelled = jobs.iter().find(|job| job.name == spelled::NAME);
    let types = spelled.map(|job| job.parameters.iter().map(|parameter| parameter.type_name).collect());
    let expected: Vec<_> =
        ["<Vec<u16> as IntoIterator>::Item", "u16", "type_of!(number)", "type_of!(u8)", "Alias<u8>"]
            .into_iter()
            .chain(["(u8, (u8, ()))"])
            .collect();
    assert_eq!(types, Some(expected));
    let none: Option<&[JobParameter]> =
        jobs.iter().find(|job| job.name == none::NAME).map(|job| job.parameters);
    assert_eq!(none.map(<[JobParameter]>::len), Some(0));
}

#[taskvisor::main]
async fn start(_: &mut App) {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    start()
}
