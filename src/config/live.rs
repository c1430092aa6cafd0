//! The settings of live changes.

use super::parse;
use super::reader::Reader;
use super::setting::{Setting, Typed};

settings! {
    in LIVE_ROWS;

    SUBSCRIPTIONS -> bool {
        default: "on", example: "off",
        meaning: "Live changes over WebSocket and as server-sent events: `on` or `off`.",
        parse: |text| parse::one_of(text, &[("on", true), ("off", false)])
    }
    MAX_SOCKETS -> usize {
        default: "768", example: "10000",
        meaning: "The maximum number of open WebSockets and event streams; more are answered with 503. The process needs as many open files, and 1024 for all else (1 to 100000).",
        parse: |text| parse::number(text, 1..=100_000)
    }
}

/// The settings of live changes.
#[derive(Clone, Copy, Debug)]
pub struct LiveSettings {
    /// Enables subscriptions.
    pub subscriptions: bool,
    /// The maximum number of open sockets and event streams.
    pub max_sockets: usize,
}

impl LiveSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let subscriptions = reader.take(&SUBSCRIPTIONS);
        let max_sockets = reader.take(&MAX_SOCKETS);
        Some(Self {
            subscriptions: subscriptions?,
            max_sockets: max_sockets?,
        })
    }
}
