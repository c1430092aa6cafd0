//! The settings of the server's connections.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::Reader;
use super::table;

/// The listener of the measurements, and the times of connections.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// The address on which the measurements are served, if they are.
    pub metrics: Option<SocketAddr>,
    /// The time for which a connection may be idle between two requests.
    pub idle: Duration,
    /// The same for connections of trusted proxies.
    pub proxy_idle: Duration,
    /// The time for which the server accepts connections after it was asked to stop.
    pub drain: Duration,
}

impl Connections {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let metrics = reader.take(&table::METRICS_LISTEN);
        let idle = reader.take(&table::IDLE_SECONDS);
        let proxy_idle = reader.take(&table::PROXY_IDLE_SECONDS);
        let drain = reader.take(&table::DRAIN_SECONDS);
        Some(Self {
            metrics: metrics?,
            idle: idle?,
            proxy_idle: proxy_idle?,
            drain: drain?,
        })
    }
}
