//! Reading a state from outside of a task.

use std::sync::Arc;

use super::SupervisorHandle;
use crate::runtime::body::AppContext;

impl SupervisorHandle {
    /// Returns the state of type `T`, if one was registered. `None` also once the supervisor was dropped and its
    /// tasks have ended.
    ///
    /// Tasks and subscribers take a parameter [`State<T>`](crate::State) instead: a state that is missing is then found before they start.
    /// A state that is returned here lives as long as it is held, also past the end of the supervisor.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor};
    ///
    /// struct Region(&'static str);
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let supervisor = Supervisor::builder(Config::default()).state(Region("north")).build();
    /// let region = supervisor.handle().state::<Region>();
    /// assert_eq!(region.map(|region| region.0), Some("north"));
    /// assert!(supervisor.handle().state::<String>().is_none());
    /// # }
    /// ```
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        AppContext::new(self.shared().ok()?.into_owned()).state()
    }
}
