/// Starts.
pub fn main() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async)]
    async fn main(app: &mut App) -> anyhow::Result<()> {
        app.state(Db::new()?);
        Ok(())
    }
    use ::taskvisor::__private as __taskvisor;
    use __taskvisor::NotBoxed as _;
    use ::billing as _;
    fn __taskvisor_setup<'app>(
        __taskvisor_app: &'app mut __taskvisor::App,
    ) -> ::core::pin::Pin<
        ::std::boxed::Box<
            dyn ::core::future::Future<Output = __taskvisor::SetupResult> + 'app,
        >,
    > {
        ::std::boxed::Box::pin(async move {
            <anyhow::Result<
                (),
            > as __taskvisor::SetupReturn<
                { <__taskvisor::Probe<anyhow::Result<()>>>::IS_BOXED },
            >>::into_setup_result(
                main(<App as __taskvisor::SetupParameter>::of(__taskvisor_app)).await,
            )
        })
    }
    const __TASKVISOR_OPTIONS: __taskvisor::MainOptions = __taskvisor::MainOptions {
        flavor: __taskvisor::Flavor::CurrentThread,
        worker_threads: ::core::option::Option::None,
        grace: ::core::option::Option::Some(::core::time::Duration::new(15, 0)),
        drain_timeout: ::core::option::Option::None,
        shutdown_delay: ::core::option::Option::None,
        max_concurrent: ::core::option::Option::Some({
            const __TASKVISOR_VALUE: ::core::primitive::usize = LIMIT;
            ::core::assert!(
                __TASKVISOR_VALUE != 0,
                "`max_concurrent` must be at least 1: nothing could run; leave it out for no limit\nsee `taskvisor::when_it_does_not_compile`, rule `zero-count`"
            );
            __TASKVISOR_VALUE
        }),
        critical: true,
        is_main: true,
        location: __taskvisor::Location {
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            module: ::core::module_path!(),
            package: ::core::option_env!("CARGO_PKG_NAME"),
            version: ::core::option_env!("CARGO_PKG_VERSION"),
        },
        crates: &["billing"],
    };
    __taskvisor::run_main(__TASKVISOR_OPTIONS, __taskvisor_setup)
}
