///Asks the database whether it is there.
pub(crate) async fn ping(
    ctx: TaskContext,
    State(db): State<Db>,
    clock: &Clock,
) -> Result<(), DbError> {
    db.ping(ctx, clock).await?;
    Ok(())
}
/// The task `ping`, declared by the function of the same name.
pub(crate) struct ping {}
const _: () = {
    use ::sup::__private as __taskvisor;
    use __taskvisor::NotAResult as _;
    type __TaskvisorDeclaration = ping;
    const _: fn(&__TaskvisorDeclaration) = |_| ();
    const __TASKVISOR_NAME: &'static ::core::primitive::str = "db-ping";
    impl __TaskvisorDeclaration {
        /// The name under which events and errors show this task.
        pub const NAME: &'static ::core::primitive::str = __TASKVISOR_NAME;
        /// This task as it is declared: to list it explicitly, or to change it before it is added.
        pub fn spec() -> __taskvisor::TaskSpec {
            __taskvisor::TaskSpec::declared(&options_of_the_task)
        }
    }
    fn __taskvisor_attempt(
        __taskvisor_context: __taskvisor::TaskContext,
    ) -> impl ::core::future::Future<
        Output = ::core::result::Result<(), __taskvisor::TaskError>,
    > {
        async move {
            <Result<
                (),
                DbError,
            > as __taskvisor::FallibleReturn<
                {
                    ::core::assert!(
                        < __taskvisor::Probe < Result < (), DbError > >> ::IS_RESULT,
                        "`fatal_if` decides which errors are fatal, and this function has none; let it return a `Result`, or remove `fatal_if`\nsee `taskvisor::when_it_does_not_compile`, rule `fatal-if-without-error`"
                    );
                    true
                },
            >>::into_result_with_fatal_if(
                ping(
                        <TaskContext as __taskvisor::FromContext>::from_context(
                            &__taskvisor_context,
                        ),
                        <State<
                            Db,
                        > as __taskvisor::SharedState<
                            __taskvisor::TaskContext,
                        >>::extract(&__taskvisor_context),
                        &<Clock as __taskvisor::FromContext>::from_context(
                            &__taskvisor_context,
                        ),
                    )
                    .await,
                DbError::is_permanent,
                <Result<(), DbError> as __taskvisor::TaskReturn>::into_task_result,
            )
        }
    }
    fn __taskvisor_needs(__taskvisor_needed: &mut __taskvisor::Needs<'_>) {
        <TaskContext as __taskvisor::FromContext>::needs(__taskvisor_needed);
        <State<
            Db,
        > as __taskvisor::SharedState<
            __taskvisor::TaskContext,
        >>::declare_needs(__taskvisor_needed);
        <Clock as __taskvisor::FromContext>::needs(__taskvisor_needed);
    }
    static options_of_the_task: __taskvisor::TaskDescriptor = __taskvisor::TaskDescriptor {
        name: __TASKVISOR_NAME,
        location: __taskvisor::Location {
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            module: ::core::module_path!(),
            package: ::core::option_env!("CARGO_PKG_NAME"),
            version: ::core::option_env!("CARGO_PKG_VERSION"),
        },
        settings: __taskvisor::Settings {
            restart: __taskvisor::Setting::Set({
                const __TASKVISOR_VALUE: __taskvisor::RestartPolicy = RESTART;
                ::core::assert!(
                    ! ::core::matches!(__TASKVISOR_VALUE,
                    __taskvisor::RestartPolicy::Never),
                    "`backoff` has no effect with `restart = \"never\"`, which never retries; remove `backoff`, or write `restart = \"on-failure\"`\nsee `taskvisor::when_it_does_not_compile`, rule `retries-with-restart-never`"
                );
                ::core::assert!(
                    ! ::core::matches!(__TASKVISOR_VALUE,
                    __taskvisor::RestartPolicy::Never),
                    "`max_retries` has no effect with `restart = \"never\"`, which never retries; remove `max_retries`, or write `restart = \"on-failure\"`\nsee `taskvisor::when_it_does_not_compile`, rule `retries-with-restart-never`"
                );
                ::core::assert!(
                    ! ::core::matches!(__TASKVISOR_VALUE,
                    __taskvisor::RestartPolicy::Never),
                    "`stable_after` has no effect with `restart = \"never\"`, which never retries; remove `stable_after`, or write `restart = \"on-failure\"`\nsee `taskvisor::when_it_does_not_compile`, rule `retries-with-restart-never`"
                );
                ::core::assert!(
                    ::core::matches!(__TASKVISOR_VALUE,
                    __taskvisor::RestartPolicy::Always),
                    "`every` repeats the task, which only `restart = \"always\"` does; remove `every`, or write `restart = \"always\"`\nsee `taskvisor::when_it_does_not_compile`, rule `repetition-without-restart-always`"
                );
                ::core::assert!(
                    ! ::core::matches!(__TASKVISOR_VALUE,
                    __taskvisor::RestartPolicy::Never),
                    "`max_failures` has no effect with `restart = \"never\"`, which never retries; remove `max_failures`, or write `restart = \"on-failure\"`\nsee `taskvisor::when_it_does_not_compile`, rule `retries-with-restart-never`"
                );
                ::core::assert!(
                    ! ::core::matches!(__TASKVISOR_VALUE,
                    __taskvisor::RestartPolicy::Never),
                    "`fatal_if` has no effect with `restart = \"never\"`, which never retries; remove `fatal_if`, or write `restart = \"on-failure\"`\nsee `taskvisor::when_it_does_not_compile`, rule `retries-with-restart-never`"
                );
                ::core::assert!(
                    ! ::core::matches!(__TASKVISOR_VALUE,
                    __taskvisor::RestartPolicy::Never),
                    "`on_give_up` has no effect with `restart = \"never\"`, which never retries; remove `on_give_up`, or write `restart = \"on-failure\"`\nsee `taskvisor::when_it_does_not_compile`, rule `retries-with-restart-never`"
                );
                __TASKVISOR_VALUE
            }),
            backoff: __taskvisor::Setting::Set(
                __taskvisor::backoff(
                    __taskvisor::BackoffKind::Exponential,
                    ::core::option::Option::Some(
                        ::core::time::Duration::new(0, 250000000),
                    ),
                    ::core::option::Option::Some(::core::time::Duration::new(10, 0)),
                    ::core::option::Option::Some(1.5f64),
                    ::core::option::Option::Some(__taskvisor::JitterPolicy::Decorrelated),
                ),
            ),
            timeout: __taskvisor::Setting::Set(
                ::core::option::Option::Some(::core::time::Duration::new(305, 0)),
            ),
            max_retries: __taskvisor::Setting::Set(::core::option::Option::Some(3)),
            stable_after: __taskvisor::Setting::Set(::core::time::Duration::new(120, 0)),
            stop_timeout: __taskvisor::Setting::Set(::core::time::Duration::new(7, 0)),
            ready: __taskvisor::Setting::Set(__taskvisor::Readiness::Notify),
            start_timeout: __taskvisor::Setting::Set(::core::time::Duration::new(60, 0)),
            interrupt_on_loss: __taskvisor::Setting::Set(
                ::core::time::Duration::new(5, 0),
            ),
            stop_order: __taskvisor::Setting::Set(__taskvisor::StopOrder::Last),
            ..__taskvisor::Settings::INHERIT
        },
        rare: __taskvisor::RareSettings {
            max_failures: __taskvisor::Setting::Set(
                ::core::option::Option::Some(
                    __taskvisor::MaxFailures::new(5, ::core::time::Duration::new(600, 0)),
                ),
            ),
            on_give_up: __taskvisor::Setting::Set(__taskvisor::OnGiveUp::Pause),
            critical: __taskvisor::Setting::Set({
                const __TASKVISOR_VALUE: ::core::primitive::bool = CRITICAL;
                ::core::assert!(
                    ! __TASKVISOR_VALUE,
                    "`on_give_up` has no effect on a critical task, which shuts the application down when it gives up; remove one of the two\nsee `taskvisor::when_it_does_not_compile`, rule `on-give-up-of-a-critical-task`"
                );
                __TASKVISOR_VALUE
            }),
            heartbeat: __taskvisor::Setting::Set(::core::time::Duration::new(30, 0)),
            on_shutdown: __taskvisor::Setting::Set(__taskvisor::OnShutdown::Finish),
            instances: __taskvisor::Setting::Set(4),
            max_concurrent: __taskvisor::Setting::Set({
                const __TASKVISOR_VALUE: ::core::primitive::usize = PERMITS;
                ::core::assert!(
                    __TASKVISOR_VALUE != 0,
                    "`max_concurrent` must be at least 1: no attempt could begin; leave it out for no limit\nsee `taskvisor::when_it_does_not_compile`, rule `zero-count`"
                );
                __TASKVISOR_VALUE
            }),
            rate_limit: __taskvisor::Setting::Set(
                __taskvisor::RateLimit::new(10, ::core::time::Duration::new(60, 0))
                    .with_burst({
                        const __TASKVISOR_VALUE: ::core::primitive::u32 = BURST;
                        ::core::assert!(
                            __TASKVISOR_VALUE != 0,
                            "`burst` must be at least 1: no attempt could begin; leave it out for attempts that are evenly spaced\nsee `taskvisor::when_it_does_not_compile`, rule `zero-count`"
                        );
                        __TASKVISOR_VALUE
                    }),
            ),
            ..__taskvisor::RareSettings::INHERIT
        },
        schedule: __taskvisor::DeclaredSchedule {
            every: __taskvisor::Setting::Set(::core::time::Duration::new(60, 0)),
            start_delay: __taskvisor::Setting::Set({
                const __TASKVISOR_VALUE: ::core::time::Duration = IDLE;
                ::core::assert!(
                    ! __TASKVISOR_VALUE.is_zero(),
                    "`start_delay` must be longer than zero: a delay of zero has no effect; leave it out\nsee `taskvisor::when_it_does_not_compile`, rule `zero-duration`"
                );
                __TASKVISOR_VALUE
            }),
            overlap: __taskvisor::Setting::Set(__taskvisor::Overlap::Queue),
            missed: __taskvisor::Setting::Set({
                const __TASKVISOR_VALUE: __taskvisor::Missed = MISSED;
                __TASKVISOR_VALUE
            }),
            ..__taskvisor::DeclaredSchedule::NONE
        },
        dependencies: __taskvisor::DeclaredDependencies {
            after: &[
                <crate::store::migrate as __taskvisor::DeclaredTask>::descriptor,
                <r#type as __taskvisor::DeclaredTask>::descriptor,
            ],
            needs: &[
                <connect as __taskvisor::DeclaredTask>::descriptor,
                <super::token as __taskvisor::DeclaredTask>::descriptor,
            ],
        },
        never_returns: false,
        body: || __taskvisor::erase(__taskvisor_attempt),
        needs: __taskvisor_needs,
    };
    #[doc(hidden)]
    impl __taskvisor::Declared for __TaskvisorDeclaration {
        type Spec = __taskvisor::TaskSpec;
        fn location() -> &'static __taskvisor::Location {
            &options_of_the_task.location
        }
    }
    #[doc(hidden)]
    impl __taskvisor::DeclaredTask for __TaskvisorDeclaration {
        fn descriptor() -> &'static __taskvisor::TaskDescriptor {
            &options_of_the_task
        }
    }
    __taskvisor::inventory::submit! {
        & options_of_the_task
    }
};
