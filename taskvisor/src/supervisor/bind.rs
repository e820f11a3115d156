//! Binds a supervisor to a Tokio runtime: spawns the workers of its subscribers and the driver of its shutdown there.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::shutdown::{Driver, drive};
use crate::runtime::body::AppContext;
use crate::runtime::shared::Shared;
use crate::task::RuntimeError;

impl Shared {
    /// Returns the runtime that all tasks are spawned on. Binds to the caller's runtime if none is bound yet.
    pub(crate) fn bind(self: &Arc<Self>) -> Result<&Handle, RuntimeError> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let current = Handle::try_current().map_err(|_| RuntimeError::NoRuntime)?;
        Ok(self.bind_to(current))
    }

    /// Binds to `runtime`, unless another runtime is bound already. Returns the bound runtime.
    pub(crate) fn bind_to(self: &Arc<Self>, runtime: Handle) -> &Handle {
        // `get_or_init` runs the closure of one caller only, so exactly one caller spawns the workers and the driver.
        let mut is_binding = false;
        let bound = self.runtime.get_or_init(|| {
            is_binding = true;
            runtime
        });
        if is_binding {
            // Taken out under the lock, spawned after it: `into_work` runs user code.
            let subscribers = std::mem::take(&mut *self.subscribers.lock());
            let app = AppContext::new(Arc::clone(self) as _);
            let workers: Vec<_> = subscribers
                .into_iter()
                .map(|(subscriber, inbox)| {
                    bound.spawn(subscriber.into_work(app.clone(), inbox)).abort_handle()
                })
                .collect();
            // Stored before the driver is spawned, because the driver aborts them at the end.
            *self.workers.lock() = workers;
            bound.spawn(drive(Driver::new(self)));
        }
        bound
    }
}
