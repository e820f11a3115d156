//! Declares a thousand tasks in a few lines: each in a module of its own, which names it.

macro_rules! task {
    () => {
        #[taskvisor::task(restart = "never", name = module_path!())]
        async fn ready() {
            crate::polled::polled(crate::TASKS);
        }
    };
}

macro_rules! ten {
    ($what:ident) => {
        ten!($what in a b c d e f g h i j);
    };
    ($what:ident in $($module:ident)*) => {
        $(mod $module {
            $what!();
        })*
    };
}

macro_rules! ten_tasks {
    () => {
        ten!(task);
    };
}

macro_rules! hundred_tasks {
    () => {
        ten!(ten_tasks);
    };
}

macro_rules! thousand_tasks {
    () => {
        ten!(hundred_tasks);
    };
}
