//! `latchkey begin-epoch`.

use super::{Failure, administer, print, user::failure};
use crate::app::App;

/// Ends everything that a restored database may have revived.
pub(super) fn run() -> Result<(), Failure> {
    administer(async |app: &App| {
        let changed = app.accounts.begin_epoch().await.map_err(failure)?;
        print(format_args!(
            "sessions and codes of {changed} accounts have ended\n"
        ))
    })
}
