//! A subscriber selects tasks by the paths of their functions, which may lead anywhere.

use taskvisor::Event;

mod store {
    pub(crate) mod schema {
        #[taskvisor::task(name = "create-tables")]
        pub(crate) async fn migrate() {}
    }

    #[taskvisor::task]
    pub(super) async fn connect() {}

    #[taskvisor::subscriber(task = [connect, schema::migrate, super::r#type, crate::store::schema::migrate])]
    pub(super) async fn inside(_: &taskvisor::Event) {}
}

#[taskvisor::task]
async fn r#type() {}

#[taskvisor::subscriber(on(Failed, Ended), task = [store::connect, r#type, self::store::schema::migrate])]
async fn alert(_: &Event) {}

macro_rules! watched {
    ($task:path) => {
        #[taskvisor::subscriber(task = [$task])]
        async fn watch(_: &Event) {}
    };
}

watched!(crate::store::connect);

fn main() {
    #[taskvisor::task]
    async fn local() {}

    #[taskvisor::subscriber(on(Started), task = [local])]
    async fn near(_: &Event) {}

    let names = |subscriber: taskvisor::Subscriber| subscriber.tasks().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(alert::subscriber()), ["connect", "type", "create-tables"]);
    assert_eq!(names(store::inside::subscriber()), ["connect", "create-tables", "type", "create-tables"]);
    assert_eq!(names(watch::subscriber()), ["connect"]);
    assert_eq!(names(near::subscriber()), ["local"]);
}
