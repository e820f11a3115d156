//! Nothing is in scope, and what the attributes could fall for is something else.

#![no_implicit_prelude]
#![allow(dead_code, unused_macros)]

mod core {}
mod std {}
mod taskvisor {}
mod tokio {}

struct Result;
struct Option;
struct Ok;
struct Some;
struct Err;
struct Box;
struct Future;
struct Duration;
struct Sized;
struct Clone;
struct Sync;
struct String;
struct PhantomData;
#[allow(non_camel_case_types)]
struct bool;
#[allow(non_camel_case_types)]
struct str;
#[allow(non_camel_case_types)]
struct u32;
#[allow(non_camel_case_types)]
struct usize;
#[allow(non_camel_case_types)]
struct f64;
trait Send {}

macro_rules! file {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! line {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! module_path {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! option_env {
    ($name:literal) => {
        compile_error!("not this one")
    };
}
macro_rules! format {
    ($($any:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! assert {
    ($($any:tt)*) => {
        compile_error!("not this one")
    };
}

const TWICE: ::core::primitive::u32 = 2;

#[::taskvisor::task(timeout = "5s", backoff(exp, factor = 1.0 + 1.0, jitter = "none"), max_retries = TWICE)]
async fn ping(_: ::taskvisor::TaskContext) -> ::core::result::Result<(), ::std::fmt::Error> {
    ::core::result::Result::Ok(())
}

#[::taskvisor::job(slot = "{tenant}-{twice}", queue = 2 + 2, timeout = "5s", max_retries = TWICE)]
async fn sync(
    tenant: ::core::primitive::u32,
    twice: ::core::primitive::u32,
    _context: ::taskvisor::TaskContext,
) -> ::core::result::Result<::core::primitive::u32, ::std::fmt::Error> {
    ::core::result::Result::Ok(tenant * twice)
}

#[::taskvisor::job]
async fn nothing() {}

#[::taskvisor::subscriber(on(Failed), queue = 2 + 2)]
async fn alert(_: &::taskvisor::Event) {}

#[::taskvisor::main(grace = "1s", max_concurrent = 1 + 1)]
async fn main() {}
