//! The lifetimes of connections.

use std::time::Duration;

use super::reader::Reader;
use super::table;

/// The lifetimes of connections.
pub(super) struct Connections {
    pub(super) idle: Option<Duration>,
    pub(super) proxy_idle: Option<Duration>,
    pub(super) drain: Option<Duration>,
}

impl Connections {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            idle: reader.take(&table::IDLE_SECONDS),
            proxy_idle: reader.take(&table::PROXY_IDLE_SECONDS),
            drain: reader.take(&table::DRAIN_SECONDS),
        }
    }
}
