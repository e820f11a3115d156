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

#[sup::job(crate = ::sup, slot = "{tenant}")]
async fn renamed_job(tenant: u8) -> u8 {
    tenant
}

#[inner::runtime::job(crate = crate::inner::runtime)]
async fn exported_job(tenant: u8, _context: &inner::runtime::TaskContext) -> Option<u8> {
    Some(tenant)
}

#[inner::runtime::subscriber(crate = crate::inner::runtime)]
async fn log(_: &inner::runtime::Event) {}

#[inner::runtime::main(crate = crate::inner::runtime)]
async fn main() {
    assert_eq!(renamed::NAME, "renamed");
    assert_eq!(exported::NAME, "exported");
    assert_eq!(renamed_job::NAME, "renamed_job");
    assert_eq!(exported_job { tenant: 4 }.tenant, 4);
    assert_eq!(log::NAME, "log");
}
