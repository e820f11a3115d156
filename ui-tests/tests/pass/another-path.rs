//! The runtime under another name, and behind a re-export.

extern crate taskvisor as sup;

mod inner {
    pub mod runtime {
        pub use taskvisor::*;
    }
}

#[sup::task(crate = ::sup)]
async fn renamed() {}

#[inner::runtime::task(crate = crate::inner::runtime)]
async fn exported(_: inner::runtime::TaskContext) {}

#[inner::runtime::subscriber(crate = crate::inner::runtime)]
async fn log(_: &inner::runtime::Event) {}

#[inner::runtime::main(crate = crate::inner::runtime)]
async fn main() {
    assert_eq!(renamed::NAME, "renamed");
    assert_eq!(exported::NAME, "exported");
    assert_eq!(log::NAME, "log");
}
