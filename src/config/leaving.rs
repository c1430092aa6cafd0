//! The settings of leaving.

use std::time::Duration;

use super::parse;
use super::reader::Reader;
use super::setting::{Setting, Typed};

settings! {
    in LEAVING_ROWS;

    DELETION_GRACE_DAYS -> Duration {
        default: "14", example: "30",
        meaning: "The days between a user's request to delete the account and the deletion, in which a login can take it back (0 to 365). With 0 it is an hour, so that the message about it goes out.",
        parse: |text| parse::days(text, 0..=365)
    }
}

/// The settings of leaving.
#[derive(Clone, Copy, Debug)]
pub struct LeavingSettings {
    /// The time for which a user can take the deletion of the account back.
    pub deletion_grace: Duration,
}

impl LeavingSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let deletion_grace = reader.take(&DELETION_GRACE_DAYS);
        Some(Self {
            deletion_grace: deletion_grace?,
        })
    }
}
