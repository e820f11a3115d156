async fn alert(event: &Event, db: State<Db>, mail: &State<Mail>) {
    mail.send(event, db).await;
}
/// The subscriber `alert`, declared by the function of the same name.
struct alert {}
const _: () = {
    use ::taskvisor::__private as __taskvisor;
    impl alert {
        /// The name under which this subscriber is known.
        pub const NAME: &'static ::core::primitive::str = "alert";
        /// This subscriber as it is declared: to list it explicitly.
        pub fn subscriber() -> __taskvisor::Subscriber {
            __taskvisor::Subscriber::declared(&__TASKVISOR_DESCRIPTOR)
        }
    }
    struct __TaskvisorSubscriber {
        app: __taskvisor::AppContext,
    }
    impl __taskvisor::Subscribe for __TaskvisorSubscriber {
        fn on_event(
            &mut self,
            __taskvisor_event: &__taskvisor::Event,
        ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send {
            async move {
                alert(
                        <Event as __taskvisor::EventParameter>::of(__taskvisor_event),
                        <State<Db> as __taskvisor::FromApp>::from_app(&self.app),
                        &<State<Mail> as __taskvisor::FromApp>::from_app(&self.app),
                    )
                    .await
            }
        }
    }
    fn __taskvisor_needs(__taskvisor_needed: &mut __taskvisor::Needs<'_>) {
        <State<Db> as __taskvisor::FromApp>::needs(__taskvisor_needed);
        <State<Mail> as __taskvisor::FromApp>::needs(__taskvisor_needed);
    }
    static __TASKVISOR_DESCRIPTOR: __taskvisor::SubscriberDescriptor = __taskvisor::SubscriberDescriptor {
        name: alert::NAME,
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
        needs: __taskvisor_needs,
        build: |__taskvisor_app| __taskvisor::Subscriber::new(__TaskvisorSubscriber {
            app: __taskvisor_app,
        }),
    };
    impl __taskvisor::Declared for alert {
        type Spec = __taskvisor::Subscriber;
        fn location() -> &'static __taskvisor::Location {
            &__TASKVISOR_DESCRIPTOR.location
        }
    }
    __taskvisor::inventory::submit! {
        & __TASKVISOR_DESCRIPTOR
    }
};
