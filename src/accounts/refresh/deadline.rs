//! The time by which a client gets a response, whatever has become of its request.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Hook = Box<dyn FnOnce() + Send>;

/// The deadline of one response. A request that misses it still runs to its end, and its client has
/// been answered with OVERLOADED by then. Clones share the deadline.
#[derive(Clone, Default)]
pub struct ResponseDeadline(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_missed: bool,
    hooks: Vec<Hook>,
}

impl ResponseDeadline {
    /// Runs what was registered, before the client is answered.
    pub fn miss(&self) {
        let hooks = {
            let mut state = self.state();
            state.is_missed = true;
            std::mem::take(&mut state.hooks)
        };
        for hook in hooks {
            hook();
        }
    }

    /// Registers what to do if the deadline is missed; does it now if it was missed already.
    pub(super) fn on_miss(&self, hook: impl FnOnce() + Send + 'static) {
        let mut state = self.state();
        if state.is_missed {
            drop(state);
            hook();
        } else {
            state.hooks.push(Box::new(hook));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ResponseDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseDeadline")
            .field("is_missed", &self.state().is_missed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn hooks_run_once_and_only_if_missed() {
        let runs = Arc::new(AtomicUsize::new(0));
        let hook = || {
            let runs = runs.clone();
            move || _ = runs.fetch_add(1, Ordering::SeqCst)
        };
        ResponseDeadline::default().on_miss(hook());
        let deadline = ResponseDeadline::default();
        deadline.on_miss(hook());
        assert_eq!(runs.load(Ordering::SeqCst), 0);
        deadline.clone().miss();
        deadline.miss();
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        deadline.on_miss(hook());
        assert_eq!(runs.load(Ordering::SeqCst), 2, "it was missed before");
    }
}
