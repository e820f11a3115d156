async fn alert(event: &Event, db: State<Db>, mail: &State<Mail>) {
    mail.send(event, db).await;
}
/// The subscriber `alert`, declared by the function of the same name.
struct alert {}
const _: () = {
    use ::taskvisor::__private as __taskvisor;
    type __TaskvisorDeclaration = alert;
    const _: fn(&__TaskvisorDeclaration) = |_| ();
    const __TASKVISOR_NAME: &'static ::core::primitive::str = "alert";
    impl __TaskvisorDeclaration {
        /// The name under which this subscriber is known.
        pub const NAME: &'static ::core::primitive::str = __TASKVISOR_NAME;
        /// This subscriber as it is declared: to list it explicitly.
        pub fn subscriber() -> __taskvisor::Subscriber {
            __taskvisor::Subscriber::declared(&options_of_the_subscriber)
        }
    }
    struct __TaskvisorSubscriber {
        app: __taskvisor::AppContext,
    }
    impl __taskvisor::Subscribe for __TaskvisorSubscriber {
        fn on_event(
            &mut self,
            __taskvisor_event: &__taskvisor::Event,
        ) -> impl ::core::future::Future<Output = ()> {
            async move {
                alert(
                        <Event as __taskvisor::EventParameter>::of(__taskvisor_event),
                        <State<
                            Db,
                        > as __taskvisor::SharedState<
                            __taskvisor::AppContext,
                        >>::extract(&self.app),
                        &<State<
                            Mail,
                        > as __taskvisor::SharedState<
                            __taskvisor::AppContext,
                        >>::extract(&self.app),
                    )
                    .await
            }
        }
    }
    fn __taskvisor_needs(__taskvisor_needed: &mut __taskvisor::Needs<'_>) {
        <State<
            Db,
        > as __taskvisor::SharedState<
            __taskvisor::AppContext,
        >>::declare_needs(__taskvisor_needed);
        <State<
            Mail,
        > as __taskvisor::SharedState<
            __taskvisor::AppContext,
        >>::declare_needs(__taskvisor_needed);
    }
    static options_of_the_subscriber: __taskvisor::SubscriberDescriptor = __taskvisor::SubscriberDescriptor {
        name: __TASKVISOR_NAME,
        location: __taskvisor::Location {
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            module: ::core::module_path!(),
            package: ::core::option_env!("CARGO_PKG_NAME"),
            version: ::core::option_env!("CARGO_PKG_VERSION"),
        },
        queue: 64,
        events: __taskvisor::EventSet::of(
            &[__taskvisor::EventName::Failed, __taskvisor::EventName::TimedOut],
        ),
        tasks: &[
            <db as __taskvisor::SelectedTask>::descriptor,
            <crate::store::feed as __taskvisor::SelectedTask>::descriptor,
        ],
        needs: __taskvisor_needs,
        build: |__taskvisor_app| __taskvisor::Subscriber::new(__TaskvisorSubscriber {
            app: __taskvisor_app,
        }),
    };
    #[doc(hidden)]
    impl __taskvisor::Declared for __TaskvisorDeclaration {
        type Spec = __taskvisor::Subscriber;
        fn location() -> &'static __taskvisor::Location {
            &options_of_the_subscriber.location
        }
    }
    __taskvisor::inventory::submit! {
        & options_of_the_subscriber
    }
};
