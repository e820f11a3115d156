//! The works. Each file defines a work, lists what is included and left out, and shows how each system runs it.

mod burst;
mod cancel;
mod growth;
mod idle_slot;
mod listing;
mod one_shot;
mod parked;
mod replace;
mod restart;
mod shutdown;
mod slots;
mod start_up;
mod subscribers;
mod threads;

use crate::work::Work;

pub fn all() -> impl Iterator<Item = &'static Work> {
    let works = [
        one_shot::WORKS,
        burst::WORKS,
        restart::WORKS,
        parked::WORKS,
        subscribers::WORKS,
        slots::WORKS,
        idle_slot::WORKS,
        replace::WORKS,
        cancel::WORKS,
        shutdown::WORKS,
        listing::WORKS,
        threads::WORKS,
        start_up::WORKS,
        growth::WORKS,
    ];
    works.into_iter().flatten()
}
