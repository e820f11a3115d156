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
    use __taskvisor::NotAResult as _;
    use __taskvisor::NotAnExtractor as _;
    impl sync_tenant {
        /// The name under which events and errors show this job.
        pub const NAME: &'static ::core::primitive::str = "sync";
    }
    const _: fn() = || {
        <u64 as __taskvisor::NoExtractor<
            { <__taskvisor::Probe<u64>>::IS_EXTRACTOR },
        >>::check();
        <u64 as __taskvisor::CloneArgument<
            { <__taskvisor::Probe<u64>>::IS_EXTRACTOR },
        >>::check();
        <u64 as __taskvisor::SendArgument<
            { <__taskvisor::Probe<u64>>::IS_EXTRACTOR },
        >>::check();
        <Vec<
            Kind,
        > as __taskvisor::NoExtractor<
            { <__taskvisor::Probe<Vec<Kind>>>::IS_EXTRACTOR },
        >>::check();
        <Vec<
            Kind,
        > as __taskvisor::CloneArgument<
            { <__taskvisor::Probe<Vec<Kind>>>::IS_EXTRACTOR },
        >>::check();
        <Vec<
            Kind,
        > as __taskvisor::SendArgument<
            { <__taskvisor::Probe<Vec<Kind>>>::IS_EXTRACTOR },
        >>::check();
        #[cfg(unix)]
        <PathBuf as __taskvisor::NoExtractor<
            { <__taskvisor::Probe<PathBuf>>::IS_EXTRACTOR },
        >>::check();
        #[cfg(unix)]
        <PathBuf as __taskvisor::CloneArgument<
            { <__taskvisor::Probe<PathBuf>>::IS_EXTRACTOR },
        >>::check();
        #[cfg(unix)]
        <PathBuf as __taskvisor::SendArgument<
            { <__taskvisor::Probe<PathBuf>>::IS_EXTRACTOR },
        >>::check();
    };
    const __TASKVISOR_IS_RESULT: ::core::primitive::bool = <__taskvisor::Probe<
        Result<Report, SyncError>,
    >>::IS_RESULT;
    const _: fn() = || {
        <Result<
            Report,
            SyncError,
        > as __taskvisor::IntoJobResult<__TASKVISOR_IS_RESULT>>::check();
    };
    impl ::core::clone::Clone for sync_tenant
    where
        for<'unchecked> u64: __taskvisor::JobArgument<'unchecked, 0usize>,
        for<'unchecked> Vec<Kind>: __taskvisor::JobArgument<'unchecked, 1usize>,
    {
        fn clone(&self) -> Self {
            Self {
                tenant: ::core::clone::Clone::clone(&self.tenant),
                r#type: ::core::clone::Clone::clone(&self.r#type),
                #[cfg(unix)]
                path: ::core::clone::Clone::clone(&self.path),
            }
        }
    }
    fn __taskvisor_slot(
        tenant: &u64,
        r#type: &Vec<Kind>,
    ) -> __taskvisor::Arc<::core::primitive::str> {
        __taskvisor::slot_key(::core::format_args!("tenant-{tenant:04}-{type:?}"))
    }
    impl<__TaskvisorValue> __taskvisor::Job for sync_tenant
    where
        for<'unchecked> u64: __taskvisor::JobArgument<'unchecked, 0usize>,
        for<'unchecked> Vec<Kind>: __taskvisor::JobArgument<'unchecked, 1usize>,
        __TaskvisorValue: ::core::marker::Send + 'static,
        for<'unchecked> Result<
            Report,
            SyncError,
        >: __taskvisor::JobOutput<
            'unchecked,
            __TASKVISOR_IS_RESULT,
            Value = __TaskvisorValue,
        >,
    {
        type Value = __TaskvisorValue;
        fn descriptor() -> &'static __taskvisor::JobDescriptor {
            &__TASKVISOR_DESCRIPTOR
        }
        fn slot(
            &self,
        ) -> ::core::option::Option<__taskvisor::Arc<::core::primitive::str>> {
            ::core::option::Option::Some(__taskvisor_slot(&self.tenant, &self.r#type))
        }
        fn attempt(
            self,
            __taskvisor_context: __taskvisor::TaskContext,
        ) -> impl ::core::future::Future<
            Output = ::core::result::Result<Self::Value, __taskvisor::TaskError>,
        > + ::core::marker::Send {
            async move {
                <Result<
                    Report,
                    SyncError,
                > as __taskvisor::IntoJobResult<
                    __TASKVISOR_IS_RESULT,
                >>::into_job_result(
                    sync_tenant(
                            self.tenant,
                            self.r#type,
                            #[cfg(unix)]
                            self.path,
                            <State<
                                Db,
                            > as __taskvisor::FromContext>::from_context(
                                &__taskvisor_context,
                            ),
                            &<TaskContext as __taskvisor::FromContext>::from_context(
                                &__taskvisor_context,
                            ),
                        )
                        .await,
                )
            }
        }
    }
    fn __taskvisor_needs(__taskvisor_needed: &mut __taskvisor::Needs<'_>) {
        <State<Db> as __taskvisor::FromContext>::needs(__taskvisor_needed);
        <TaskContext as __taskvisor::FromContext>::needs(__taskvisor_needed);
    }
    static __TASKVISOR_DESCRIPTOR: __taskvisor::JobDescriptor = __taskvisor::JobDescriptor {
        name: sync_tenant::NAME,
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
            ..__taskvisor::Settings::INHERIT
        },
        admission: {
            const __TASKVISOR_VALUE: __taskvisor::Admission = ADMISSION;
            ::core::assert!(
                ::core::matches!(__TASKVISOR_VALUE, __taskvisor::Admission::Queue),
                "`queue` has no effect with an `admission` other than `Admission::Queue`, which alone uses the queue limit; remove `queue`, or write `admission = \"queue\"`\nsee `taskvisor::when_it_does_not_compile`, rule `queue-without-queue-admission`"
            );
            __TASKVISOR_VALUE
        },
        queue: ::core::option::Option::Some(8),
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
        needs: __taskvisor_needs,
    };
    impl __taskvisor::Declared for sync_tenant {
        type Spec = __taskvisor::JobSpec;
        fn location() -> &'static __taskvisor::Location {
            &__TASKVISOR_DESCRIPTOR.location
        }
    }
    __taskvisor::inventory::submit! {
        & __TASKVISOR_DESCRIPTOR
    }
};
