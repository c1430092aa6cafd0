//! What a connection is doing, and whether it takes too long over it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::http::limits::Limits;

/// How much sooner a client is given up while connections are short, or the server is to stop.
const PRESSURE_DIVISOR: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Just accepted: nothing has come yet.
    Opened,
    /// Between two requests.
    Idle,
    /// The first bytes of a request's head have come.
    Head,
    /// The request's head is whole, and its body is on its way.
    Body,
    /// The request is with the router, which has limits of its own.
    Answering,
    /// The answer is on its way, since it began. `whole`: all of it has been handed over.
    Writing { whole: bool, began: Instant },
}

/// The phase of one connection, and since when. AuditFields by the stream and the service, read by the watch.
pub(super) struct ConnectionTimeouts(Mutex<(Phase, Instant)>);

/// How much pressure there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressure {
    /// All of it.
    Normal,
    /// Most connections are taken.
    High,
    /// The server stops: whoever has not asked yet has nothing to wait for.
    Draining,
}

impl ConnectionTimeouts {
    pub(super) fn new() -> Self {
        Self(Mutex::new((Phase::Opened, Instant::now())))
    }

    /// Bytes came.
    pub(super) fn on_read(&self) {
        let mut state = self.state();
        match state.0 {
            // The time since the opening counts.
            Phase::Opened => state.0 = Phase::Head,
            Phase::Idle => *state = (Phase::Head, Instant::now()),
            Phase::Head | Phase::Body | Phase::Answering | Phase::Writing { .. } => {}
        }
    }

    /// A request's head is whole.
    pub(super) fn on_request_head(&self) {
        *self.state() = (Phase::Body, Instant::now());
    }

    /// Its body is, too, or nobody wants it.
    pub(super) fn on_request_end(&self) {
        let mut state = self.state();
        if state.0 == Phase::Body {
            *state = (Phase::Answering, Instant::now());
        }
    }

    /// There is an answer.
    pub(super) fn on_response(&self) {
        let began = Instant::now();
        *self.state() = (
            Phase::Writing {
                whole: false,
                began,
            },
            began,
        );
    }

    /// Bytes went.
    pub(super) fn on_write(&self) {
        self.state().1 = Instant::now();
    }

    /// All of the answer was handed over.
    pub(super) fn on_response_end(&self) {
        let mut state = self.state();
        if let Phase::Writing { whole, .. } = &mut state.0 {
            *whole = true;
        }
    }

    /// All that was handed over has gone.
    pub(super) fn on_flush(&self) {
        let mut state = self.state();
        if matches!(state.0, Phase::Writing { whole: true, .. }) {
            *state = (Phase::Idle, Instant::now());
        }
    }

    /// Whether the client takes longer than it may.
    pub(super) fn is_overdue(&self, limits: &Limits, pressure: Pressure) -> bool {
        let (phase, since) = *self.state();
        let hurried = |limit: Duration| {
            if pressure == Pressure::Normal {
                limit
            } else {
                limit / PRESSURE_DIVISOR
            }
        };
        let limit = match phase {
            Phase::Opened | Phase::Idle if pressure == Pressure::Draining => Duration::ZERO,
            Phase::Opened | Phase::Head => hurried(limits.head),
            Phase::Idle => hurried(limits.idle),
            // The router answers a slow body with a 408, unless connections are short.
            Phase::Body if pressure == Pressure::High => hurried(limits.body),
            Phase::Body | Phase::Answering => return false,
            // Who reads a little now and then would hold a connection for good, so while they are short the whole answer
            // has its time.
            Phase::Writing { began, .. } if pressure == Pressure::High => {
                return began.elapsed() >= hurried(limits.unread);
            }
            Phase::Writing { .. } => limits.unread,
        };
        since.elapsed() >= limit
    }

    fn state(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
