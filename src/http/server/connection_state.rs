//! The phase of a connection, and the time limit of each phase.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::http::limits::Limits;

/// The factor by which time limits are shortened while the server is under pressure.
const PRESSURE_DIVISOR: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Accepted, and nothing received yet.
    Opened,
    /// Between two requests.
    Idle,
    /// Receiving a request's head.
    Head,
    /// Receiving a request's body.
    Body,
    /// Waiting for the router's response, which has a time limit of its own.
    Answering,
    /// Sending a response since `began`. It is `complete` once its whole body was handed to the
    /// connection.
    Writing { complete: bool, began: Instant },
    /// Sending a response that goes on for as long as its client listens.
    Streaming,
    /// Shut down, and waiting for the client's last bytes, which has a time limit of its own.
    Closing,
}

/// The phase of one connection and the time of its last progress. The stream and the bodies report
/// to it, and the connection loop closes the connection once it is overdue.
pub(super) struct ConnectionTimeouts {
    state: Mutex<(Phase, Instant)>,
    lingers: AtomicBool,
}

/// The pressure that the server is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressure {
    /// The time limits apply in full.
    Normal,
    /// Most connections are taken: clients have less time.
    High,
    /// The server is shutting down: idle connections are closed at once.
    Draining,
}

impl ConnectionTimeouts {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new((Phase::Opened, Instant::now())),
            lingers: AtomicBool::new(true),
        }
    }

    /// Returns true if nothing was received yet.
    pub(super) fn is_unused(&self) -> bool {
        self.state().0 == Phase::Opened
    }

    /// Records that bytes were received.
    pub(super) fn on_read(&self) {
        let mut state = self.state();
        match state.0 {
            // The time for the head of the first request began when the connection was opened.
            Phase::Opened => state.0 = Phase::Head,
            Phase::Idle => *state = (Phase::Head, Instant::now()),
            Phase::Head
            | Phase::Body
            | Phase::Answering
            | Phase::Writing { .. }
            | Phase::Streaming
            | Phase::Closing => {}
        }
    }

    /// Records that a request's head is complete.
    pub(super) fn on_request_head(&self) {
        *self.state() = (Phase::Body, Instant::now());
    }

    /// Records that a request's body is complete, or was dropped unread.
    pub(super) fn on_request_end(&self) {
        let mut state = self.state();
        if state.0 == Phase::Body {
            *state = (Phase::Answering, Instant::now());
        }
    }

    /// Records that the router has responded.
    pub(super) fn on_response(&self) {
        let began = Instant::now();
        *self.state() = (
            Phase::Writing {
                complete: false,
                began,
            },
            began,
        );
    }

    /// Records that the router has responded with a stream.
    pub(super) fn on_stream(&self) {
        *self.state() = (Phase::Streaming, Instant::now());
    }

    /// Records that the server has sent everything, and closes the connection.
    pub(super) fn on_shutdown(&self) {
        *self.state() = (Phase::Closing, Instant::now());
    }

    /// Gives clients no time any longer after their connections were shut down.
    pub(super) fn stop_lingering(&self) {
        self.lingers.store(false, Ordering::Relaxed);
    }

    /// Returns whether clients have time to send their last bytes.
    pub(super) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }

    /// Records that bytes were sent.
    pub(super) fn on_write(&self) {
        self.state().1 = Instant::now();
    }

    /// Records that the complete response was handed to the connection.
    pub(super) fn on_response_end(&self) {
        let mut state = self.state();
        match &mut state.0 {
            Phase::Writing { complete, .. } => *complete = true,
            Phase::Streaming => {
                let began = Instant::now();
                state.0 = Phase::Writing {
                    complete: true,
                    began,
                };
            }
            _ => {}
        }
    }

    /// Records that everything handed to the connection was sent.
    pub(super) fn on_flush(&self) {
        let mut state = self.state();
        if matches!(state.0, Phase::Writing { complete: true, .. }) {
            *state = (Phase::Idle, Instant::now());
        }
    }

    /// Returns true if the client has exceeded the time limit of its phase.
    pub(super) fn is_overdue(&self, limits: &Limits, pressure: Pressure) -> bool {
        let (phase, since) = *self.state();
        let shortened = |limit: Duration| {
            if pressure == Pressure::Normal {
                limit
            } else {
                limit / PRESSURE_DIVISOR
            }
        };
        let limit = match phase {
            Phase::Idle if pressure == Pressure::Draining => Duration::ZERO,
            Phase::Opened | Phase::Head => shortened(limits.head),
            Phase::Idle => shortened(limits.idle),
            // The router answers a slow body with 408. Under pressure the connection is closed
            // instead.
            Phase::Body if pressure == Pressure::High => shortened(limits.body),
            Phase::Body | Phase::Answering | Phase::Closing => return false,
            // A client that reads a little now and then could hold its connection without end.
            // Under pressure the limit is for the complete response.
            Phase::Writing { began, .. } if pressure == Pressure::High => {
                return began.elapsed() >= shortened(limits.unread);
            }
            // Each heartbeat is a write.
            Phase::Writing { .. } | Phase::Streaming => limits.unread,
        };
        since.elapsed() >= limit
    }

    fn state(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
