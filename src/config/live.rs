//! The settings of live changes.

use super::reader::Reader;
use super::table;

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
        let subscriptions = reader.take(&table::SUBSCRIPTIONS);
        let max_sockets = reader.take(&table::MAX_SOCKETS);
        Some(Self {
            subscriptions: subscriptions?,
            max_sockets: max_sockets?,
        })
    }
}
