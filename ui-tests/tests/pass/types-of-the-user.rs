//! Types of the user with the names of others, and types that contain expressions.

#![allow(clippy::match_single_binding, clippy::never_loop)]

use std::sync::{Arc, Mutex};

use taskvisor::{FromContext, TaskContext, job, task};

/// The steps of a state machine, which is no shared state.
#[derive(Clone)]
struct State<T>(T);

#[derive(Clone)]
struct Cow;

struct Grid<const WIDTH: usize>;

#[derive(Clone)]
struct Cells<const COUNT: usize>;

struct App;
struct Path;

impl FromContext for App {
    fn from_context(_: &TaskContext) -> Self {
        Self
    }
}

impl FromContext for Path {
    fn from_context(_: &TaskContext) -> Self {
        Self
    }
}

impl<const WIDTH: usize> FromContext for Grid<WIDTH> {
    fn from_context(_: &TaskContext) -> Self {
        Self
    }
}

#[job]
async fn advance(all: Vec<State<u8>>, pair: (State<u8>, u8), shared: Arc<Mutex<State<u8>>>) -> u8 {
    drop(shared);
    all.iter().map(|step| step.0).sum::<u8>() + pair.0.0
}

#[job]
async fn milk(cow: Cow, herd: Vec<Cow>) -> Cow {
    drop(herd);
    cow
}

#[job]
async fn resize(
    cells: Cells<
        {
            match 1 {
                _ => 2,
            }
        },
    >,
    _labeled: Cells<
        {
            'search: loop {
                break 'search 5;
            }
        },
    >,
    _text: Cells<{ "impl".len() }>,
) -> Cells<
    {
        match 1 {
            _ => 2,
        }
    },
> {
    cells
}

#[task]
async fn ping(
    _: self::App,
    _: &self::Path,
    _: Grid<
        {
            match 1 {
                _ => 2,
            }
        },
    >,
) {
}

fn main() {
    let step = || State(1);
    let _ = advance { all: vec![step()], pair: (step(), 2), shared: Arc::new(Mutex::new(step())) };
    let _ = milk { cow: Cow, herd: vec![Cow] };
    let _ = resize { cells: Cells, _labeled: Cells, _text: Cells };
    let _ = ping::spec();
}
