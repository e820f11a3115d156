//! Names made beforehand, for works that are not about making names.

use std::sync::OnceLock;

pub fn names(number: u64) -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    const MANY: u64 = 100_000;
    let names = NAMES.get_or_init(|| (0..MANY).map(|number| &*format!("task-{number}").leak()).collect());
    &names[..number as usize]
}
