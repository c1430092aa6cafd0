//! Export one's own data, in a fresh session.

use super::data_export::DataExport;
use super::{Accounts, Caller, InternalError};
use crate::model::{SignInMethod, Wait};
use crate::rate_limit::{Key, RateLimit};

/// The outcome of exporting one's own data.
#[derive(Debug)]
pub enum ExportMyDataOutcome {
    /// The data, as JSON.
    Exported(String),
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// There were too many exports.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Returns everything that the service keeps of the caller, without secrets.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export_my_data(
        &self,
        caller: Caller,
    ) -> Result<ExportMyDataOutcome, InternalError> {
        if let Some(methods) = self.stale_caller(&caller) {
            return Ok(ExportMyDataOutcome::ReauthenticationRequired(methods));
        }
        let id = caller.account.id.to_string();
        let keys = [Key::new(RateLimit::ExportByAccount, &[&id])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(ExportMyDataOutcome::TooManyAttempts(wait));
        }
        let export = DataExport::of(&caller, self.clock.now());
        Ok(ExportMyDataOutcome::Exported(export.to_json()))
    }
}
