//! Tasks that a macro declares, with every part of them from a fragment.

mod runtime {
    pub use taskvisor::*;
}

macro_rules! tasks {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis $name:ident($($parameter:ident: $of_type:ty),*) -> $returned:ty,
        $timeout:literal, $retries:expr, $restart:expr, [$($more:tt)*] $body:block
    )*) => {$(
        $(#[$attribute])*
        #[taskvisor::task(timeout = $timeout, max_retries = $retries, restart = $restart, $($more)*)]
        $visibility async fn $name($($parameter: $of_type),*) -> $returned $body
    )*};
}

const RETRIES: u32 = 2;

tasks! {
    /// One.
    pub(crate) one(context: taskvisor::TaskContext) -> Result<(), std::fmt::Error>,
    "5s", RETRIES, "on-failure", [backoff(exp, factor = 3)] {
        let _ = context.attempt();
        Ok(())
    }
    two(context: &taskvisor::TaskContext) -> (),
    "1m", 1, taskvisor::RestartPolicy::OnFailure, [stable_after = "1m"] {
        let _ = context.attempt();
    }
}

macro_rules! from_here {
    ($name:ident) => {
        #[$crate::runtime::task(crate = $crate::runtime)]
        async fn $name(context: $crate::runtime::TaskContext) {
            let _ = context.attempt();
        }
    };
}

from_here!(three);

macro_rules! whole {
    ($function:item) => {
        #[taskvisor::task]
        $function
    };
}

whole! {
    async fn four() {}
}

macro_rules! subscribers {
    ($name:ident, $event:ident: $of_type:ty, [$($on:ident),*]) => {
        #[taskvisor::subscriber(on($($on),*), name = concat!("a", "-", stringify!($name)))]
        async fn $name($event: $of_type) {
            let _ = $event;
        }
    };
}

subscribers!(five, event: &taskvisor::Event, [Failed, Ended]);

#[taskvisor::main]
async fn main() {
    assert_eq!(one::NAME, "one");
    assert_eq!(two::NAME, "two");
    assert_eq!(three::NAME, "three");
    assert_eq!(four::NAME, "four");
    assert_eq!(five::NAME, "a-five");
}
