//! A function may use types that are less visible than itself: its declaration compiles when the function does, without
//! a warning of its own.

#![allow(unreachable_pub)]
#![deny(private_bounds, private_interfaces)]

use taskvisor::{App, SupervisorHandle};

/// Declares a type for every use, and a function for each use of the type.
macro_rules! declarations {
    ($type_visibility:vis $name:ident; $(#[$lint:meta])? $visibility:vis fn $prefix:literal) => {
        #[derive(Clone, Debug)]
        $type_visibility struct $name;

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("less visible")
            }
        }

        impl std::error::Error for $name {}

        $(#[$lint])?
        #[taskvisor::job]
        $visibility async fn error(number: u32) -> Result<u32, $name> {
            tokio::task::yield_now().await;
            if number == 0 { Err($name) } else { Ok(number) }
        }

        $(#[$lint])?
        #[taskvisor::job]
        $visibility async fn value() -> $name {
            tokio::task::yield_now().await;
            $name
        }

        $(#[$lint])?
        #[taskvisor::job]
        $visibility async fn value_in_a_result(number: u32) -> Result<Option<$name>, $name> {
            tokio::task::yield_now().await;
            if number == 0 { Err($name) } else { Ok(Some($name)) }
        }

        $(#[$lint])?
        #[taskvisor::job(slot = "{argument}")]
        $visibility async fn argument(argument: $name, others: Vec<$name>) -> usize {
            tokio::task::yield_now().await;
            argument.to_string().len() + others.len()
        }

        $(#[$lint])?
        #[taskvisor::job]
        $visibility async fn injected(state: taskvisor::State<$name>) -> usize {
            tokio::task::yield_now().await;
            state.to_string().len()
        }

        $(#[$lint])?
        #[taskvisor::task(name = $prefix)]
        $visibility async fn task(state: &taskvisor::State<$name>) -> Result<(), $name> {
            tokio::task::yield_now().await;
            assert_eq!(state.to_string(), "less visible");
            Ok(())
        }

        $(#[$lint])?
        #[taskvisor::subscriber(name = $prefix)]
        $visibility async fn subscriber(event: &taskvisor::Event, state: taskvisor::State<$name>) {
            tokio::task::yield_now().await;
            assert_ne!(state.to_string(), event.to_string());
        }

        pub(crate) fn provide(app: &mut taskvisor::App) {
            app.state($name);
        }

        pub(crate) async fn submit_all(supervisor: &taskvisor::SupervisorHandle) -> anyhow::Result<()> {
            assert_eq!(supervisor.submit(error { number: 1 })?.await?, 1);
            let failed = supervisor.submit(error { number: 0 })?.await;
            assert!(failed.is_err_and(|failed| failed.downcast_ref::<$name>().is_some()));
            let returned = supervisor.submit(value {})?.await?;
            assert!(supervisor.submit(value_in_a_result { number: 1 })?.await?.is_some());
            let submitted = argument { argument: returned, others: vec![$name] };
            assert_eq!(supervisor.submit(submitted.clone())?.await?, 13);
            assert_eq!(supervisor.submit(submitted)?.await?, 13);
            assert_eq!(supervisor.submit(injected {})?.await?, 12);
            assert_eq!((task::NAME, subscriber::NAME), ($prefix, $prefix));
            Ok(())
        }
    };
}

/// The function is declared more visible, but effectively it is not: the compiler does not warn about it.
mod by_its_word {
    declarations!(pub(super) Restricted; pub fn "by its word");
}

/// The function is effectively more visible, and the compiler warns about it. The lint level of the function also applies
/// to the items generated beside it.
mod in_effect {
    declarations!(Private; #[expect(private_interfaces)] pub fn "in effect");
}

mod restricted {
    declarations!(Private; #[expect(private_interfaces)] pub(super) fn "restricted");
}

mod in_a_path {
    pub(super) mod inner {
        declarations!(pub(super) Restricted; #[allow(private_interfaces)] pub(in super::super) fn "in a path");
    }
}

mod equal {
    declarations!(Private; fn "equal");
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    by_its_word::submit_all(&supervisor).await?;
    in_effect::submit_all(&supervisor).await?;
    restricted::submit_all(&supervisor).await?;
    in_a_path::inner::submit_all(&supervisor).await?;
    equal::submit_all(&supervisor).await?;
    // The error is not part of the submission or its result, so that the job can be submitted from anywhere.
    assert_eq!(supervisor.submit(in_effect::error { number: 1 })?.await?, 1);
    Ok(())
}

#[taskvisor::main]
async fn main(app: &mut App) {
    by_its_word::provide(app);
    in_effect::provide(app);
    restricted::provide(app);
    in_a_path::inner::provide(app);
    equal::provide(app);
}
