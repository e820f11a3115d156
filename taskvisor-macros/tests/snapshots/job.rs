///Copies what has changed.
pub async fn sync_tenant(
    mut tenant: u64,
    #[allow(unused_variables)]
    r#type: Vec<Kind>,
    #[cfg(unix)]
    path: PathBuf,
    State(db): State<Db>,
    attempt: &TaskContext,
) -> Result<Report, SyncError> {
    tenant += 1;
    db.sync(tenant, r#type, path, attempt).await
}
/// The job `sync_tenant`: its arguments, to be submitted.
pub struct sync_tenant {
    /// The argument `tenant`.
    pub tenant: u64,
    /// The argument `type`.
    pub r#type: Vec<Kind>,
    #[cfg(unix)]
    /// The argument `path`.
    pub path: PathBuf,
}
const _: () = {
    use ::taskvisor::__private as __taskvisor;
    use __taskvisor::{NotAResult as _, NotSendable as _, NotShareable as _};
    use __taskvisor::NotAnExtractor as _;
    type __TaskvisorDeclaration = sync_tenant;
    const _: fn(&__TaskvisorDeclaration) = |_| ();
    const __TASKVISOR_NAME: &'static ::core::primitive::str = "sync";
    impl __TaskvisorDeclaration {
        /// The name under which events and errors show this job.
        pub const NAME: &'static ::core::primitive::str = __TASKVISOR_NAME;
    }
    const __TASKVISOR_HAS_FIELDS: ::core::primitive::bool = __taskvisor::has_fields(|
        __TaskvisorDeclaration {
            tenant: _,
            r#type: _,
            #[cfg(unix)]
            path: _,
            ..
        }: &__TaskvisorDeclaration|
    ());
    type __TaskvisorArguments = <__taskvisor::Fields<
        __TASKVISOR_HAS_FIELDS,
    > as __taskvisor::Known<__TaskvisorDeclaration>>::Type;
    const __TASKVISOR_IS_RESULT: ::core::primitive::bool = <__taskvisor::Probe<
        Result<Report, SyncError>,
    >>::IS_RESULT;
    #[doc(hidden)]
    impl ::core::fmt::Debug for __TaskvisorDeclaration {
        fn fmt(
            &self,
            __taskvisor_formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            __taskvisor::write_declaration(__TASKVISOR_NAME, __taskvisor_formatter)
        }
    }
    #[doc(hidden)]
    impl ::core::clone::Clone for __TaskvisorDeclaration {
        fn clone(&self) -> Self {
            let __taskvisor_arguments: &__TaskvisorArguments = self;
            __TaskvisorArguments {
                tenant: ::core::clone::Clone::clone(&__taskvisor_arguments.tenant),
                r#type: <Vec<
                    Kind,
                > as __taskvisor::ClonedArgument<
                    {
                        <__taskvisor::Probe<Vec<Kind>>>::IS_EXTRACTOR
                            || !<__taskvisor::Probe<Vec<Kind>>>::IS_SHAREABLE
                    },
                >>::cloned(&__taskvisor_arguments.r#type),
                #[cfg(unix)]
                path: <PathBuf as __taskvisor::ClonedArgument<
                    {
                        <__taskvisor::Probe<PathBuf>>::IS_EXTRACTOR
                            || !<__taskvisor::Probe<PathBuf>>::IS_SHAREABLE
                    },
                >>::cloned(&__taskvisor_arguments.path),
            }
        }
    }
    fn __taskvisor_slot(
        tenant: &u64,
        r#type: &Vec<Kind>,
    ) -> __taskvisor::Arc<::core::primitive::str> {
        __taskvisor::slot_key(::core::format_args!("tenant-{tenant:04}-{type:?}"))
    }
    const __TASKVISOR_IS_SENDABLE: ::core::primitive::bool = {
        <__taskvisor::Probe<__TaskvisorArguments>>::IS_SHAREABLE
            && <__taskvisor::Probe<
                <Result<
                    Report,
                    SyncError,
                > as __taskvisor::JobOutput<__TASKVISOR_IS_RESULT>>::Value,
            >>::IS_SENDABLE
    };
    fn __taskvisor_body(
        __taskvisor_arguments: __TaskvisorArguments,
    ) -> __taskvisor::ErasedBody {
        <__taskvisor::Sendable<
            __TASKVISOR_IS_SENDABLE,
        > as __taskvisor::EraseJob<
            __TaskvisorArguments,
            <Result<
                Report,
                SyncError,
            > as __taskvisor::JobOutput<__TASKVISOR_IS_RESULT>>::Value,
        >>::erase(
            __taskvisor_arguments,
            |
                __taskvisor_arguments: __TaskvisorArguments,
                __taskvisor_context: __taskvisor::TaskContext|
            async move {
                {
                    <<Result<
                        Report,
                        SyncError,
                    > as __taskvisor::JobOutput<
                        __TASKVISOR_IS_RESULT,
                    >>::Value as __taskvisor::JobValue>::check();
                    <Result<
                        Report,
                        SyncError,
                    > as __taskvisor::FallibleReturn<
                        {
                            ::core::assert!(
                                __TASKVISOR_IS_RESULT,
                                "`fatal_if` decides which errors are fatal, and this function has none; let it return a `Result`, or remove `fatal_if`\nsee `taskvisor::when_it_does_not_compile`, rule `fatal-if-without-error`"
                            );
                            true
                        },
                    >>::into_result_with_fatal_if(
                        sync_tenant(
                                __taskvisor_arguments.tenant,
                                <Vec<
                                    Kind,
                                > as __taskvisor::JobArgument<
                                    { <__taskvisor::Probe<Vec<Kind>>>::IS_EXTRACTOR },
                                >>::sent(
                                    <Vec<
                                        Kind,
                                    > as __taskvisor::NoExtractor<
                                        { <__taskvisor::Probe<Vec<Kind>>>::IS_EXTRACTOR },
                                    >>::checked(__taskvisor_arguments.r#type),
                                ),
                                #[cfg(unix)]
                                <PathBuf as __taskvisor::JobArgument<
                                    { <__taskvisor::Probe<PathBuf>>::IS_EXTRACTOR },
                                >>::sent(
                                    <PathBuf as __taskvisor::NoExtractor<
                                        { <__taskvisor::Probe<PathBuf>>::IS_EXTRACTOR },
                                    >>::checked(__taskvisor_arguments.path),
                                ),
                                <State<
                                    Db,
                                > as __taskvisor::SharedState<
                                    __taskvisor::TaskContext,
                                >>::extract(&__taskvisor_context),
                                &<TaskContext as __taskvisor::FromContext>::from_context(
                                    &__taskvisor_context,
                                ),
                            )
                            .await,
                        is_permanent,
                        <Result<
                            Report,
                            SyncError,
                        > as __taskvisor::JobReturn<
                            __TASKVISOR_IS_RESULT,
                        >>::into_job_result,
                    )
                }
            },
        )
    }
    #[doc(hidden)]
    impl<__TaskvisorValue> __taskvisor::Job for __TaskvisorDeclaration
    where
        __TaskvisorValue: 'static,
        Result<
            Report,
            SyncError,
        >: __taskvisor::JobOutput<__TASKVISOR_IS_RESULT, Value = __TaskvisorValue>,
    {
        type Value = __TaskvisorValue;
        fn descriptor() -> &'static __taskvisor::JobDescriptor {
            &options_of_the_job
        }
        fn slot(
            &self,
        ) -> ::core::option::Option<__taskvisor::Arc<::core::primitive::str>> {
            let __taskvisor_arguments: &__TaskvisorArguments = self;
            ::core::option::Option::Some(
                __taskvisor_slot(
                    &__taskvisor_arguments.tenant,
                    &__taskvisor_arguments.r#type,
                ),
            )
        }
        fn body(self) -> __taskvisor::ErasedBody {
            __taskvisor_body(self)
        }
    }
    fn __taskvisor_needs(__taskvisor_needed: &mut __taskvisor::Needs<'_>) {
        <State<
            Db,
        > as __taskvisor::SharedState<
            __taskvisor::TaskContext,
        >>::declare_needs(__taskvisor_needed);
        <TaskContext as __taskvisor::FromContext>::needs(__taskvisor_needed);
    }
    static options_of_the_job: __taskvisor::JobDescriptor = __taskvisor::JobDescriptor {
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
            restart: __taskvisor::Setting::Default(
                __taskvisor::RestartPolicy::OnFailure,
            ),
            timeout: __taskvisor::Setting::Set(
                ::core::option::Option::Some(::core::time::Duration::new(30, 0)),
            ),
            max_retries: __taskvisor::Setting::Set(::core::option::Option::Some(3)),
            interrupt_on_loss: __taskvisor::Setting::Set(
                ::core::time::Duration::new(5, 0),
            ),
            expires: __taskvisor::Setting::Set(::core::time::Duration::new(10, 0)),
            ..__taskvisor::Settings::INHERIT
        },
        rare: __taskvisor::RareSettings {
            max_failures: __taskvisor::Setting::Set(
                ::core::option::Option::Some({
                    const __TASKVISOR_VALUE: __taskvisor::MaxFailures = LIMIT;
                    ::core::assert!(
                        __TASKVISOR_VALUE.failures() != 0,
                        "`max_failures` is 0, so the first failure would end the task; for no retry at all, write `restart = \"never\"`\nsee `taskvisor::when_it_does_not_compile`, rule `zero-count`"
                    );
                    ::core::assert!(
                        __TASKVISOR_VALUE.failures() <= __taskvisor::MaxFailures::MAX,
                        "`max_failures` is above 1,000, and each failure is remembered; allow fewer failures in a shorter time\nsee `taskvisor::when_it_does_not_compile`, rule `count-too-large`"
                    );
                    ::core::assert!(
                        ! __TASKVISOR_VALUE.within().is_zero(),
                        "the time of `max_failures` is zero, so no two failures would be in it; write the time in which failures are counted, as in `max_failures = \"5 in 10m\"`\nsee `taskvisor::when_it_does_not_compile`, rule `zero-duration`"
                    );
                    __TASKVISOR_VALUE
                }),
            ),
            heartbeat: __taskvisor::Setting::Set(::core::time::Duration::new(5, 0)),
            on_shutdown: __taskvisor::Setting::Set(__taskvisor::OnShutdown::Finish),
            max_concurrent: __taskvisor::Setting::Set(4),
            rate_limit: __taskvisor::Setting::Set({
                const __TASKVISOR_VALUE: __taskvisor::RateLimit = RATE;
                ::core::assert!(
                    __TASKVISOR_VALUE.attempts() != 0,
                    "`rate_limit` allows no attempt, so none would begin; write how many may begin in the period, as in `rate_limit = \"10/m\"`\nsee `taskvisor::when_it_does_not_compile`, rule `zero-count`"
                );
                ::core::assert!(
                    ! __TASKVISOR_VALUE.period().is_zero(),
                    "the period of `rate_limit` is zero, so it would limit nothing; write the period in which attempts are counted, as in `rate_limit = \"10/m\"`, or leave it out for no limit\nsee `taskvisor::when_it_does_not_compile`, rule `zero-duration`"
                );
                ::core::assert!(
                    __TASKVISOR_VALUE.period().as_nanos() <=
                    __taskvisor::RateLimit::MAX_PERIOD.as_nanos(),
                    "the period of `rate_limit` is longer than a year; write a shorter one, as in `rate_limit = \"10/d\"`\nsee `taskvisor::when_it_does_not_compile`, rule `duration-too-long`"
                );
                ::core::assert!(
                    __TASKVISOR_VALUE.burst() != 0,
                    "the burst of `rate_limit` is 0, so no attempt would begin; leave `with_burst` out for attempts that are evenly spaced\nsee `taskvisor::when_it_does_not_compile`, rule `zero-count`"
                );
                __TASKVISOR_VALUE
            }),
            ..__taskvisor::RareSettings::INHERIT
        },
        slot: ::core::option::Option::Some("tenant-{tenant:04}-{type:?}"),
        admission: {
            const __TASKVISOR_VALUE: __taskvisor::Admission = ADMISSION;
            ::core::assert!(
                ::core::matches!(__TASKVISOR_VALUE, __taskvisor::Admission::Queue),
                "`queue` has no effect with an `admission` other than `Admission::Queue`, which alone uses the queue limit; remove `queue`, or write `admission = \"queue\"`\nsee `taskvisor::when_it_does_not_compile`, rule `queue-without-queue-admission`"
            );
            __TASKVISOR_VALUE
        },
        queue: ::core::option::Option::Some(8),
        capacity: ::core::option::Option::Some({
            const __TASKVISOR_VALUE: ::core::primitive::usize = PLACES;
            ::core::assert!(
                __TASKVISOR_VALUE != 0,
                "`capacity` must be at least 1: no submission could run; leave it out for one at a time\nsee `taskvisor::when_it_does_not_compile`, rule `zero-count`"
            );
            __TASKVISOR_VALUE
        }),
        parameters: &[
            __taskvisor::JobParameter {
                name: "tenant",
                type_name: "u64",
            },
            __taskvisor::JobParameter {
                name: "type",
                type_name: "Vec<Kind>",
            },
            #[cfg(unix)]
            __taskvisor::JobParameter {
                name: "path",
                type_name: "PathBuf",
            },
        ],
        dependencies: __taskvisor::DeclaredDependencies {
            after: &[],
            needs: &[<connect as __taskvisor::DeclaredTask>::descriptor],
        },
        needs: __taskvisor_needs,
    };
    #[doc(hidden)]
    impl __taskvisor::Declared for __TaskvisorDeclaration {
        type Spec = __taskvisor::JobSpec;
        fn location() -> &'static __taskvisor::Location {
            &options_of_the_job.location
        }
    }
    __taskvisor::inventory::submit! {
        & options_of_the_job
    }
};
