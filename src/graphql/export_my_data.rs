//! The `exportMyData` operation.

use async_graphql::{Context, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{ReauthenticationRequired, TooManyAttempts};
use crate::accounts::{ExportMyDataOutcome, InternalError};

/// Everything that the service keeps of the user, without passwords and other secrets.
#[derive(SimpleObject)]
struct DataExport {
    /// The data as JSON, indented for people to read, by the schema at `/data-export.schema.json`.
    /// Offer it as a file.
    json: String,
}

/// The possible results of `exportMyData`.
#[derive(Union)]
enum ExportMyDataResult {
    DataExport(DataExport),
    ReauthenticationRequired(ReauthenticationRequired),
    TooManyAttempts(TooManyAttempts),
}

/// The resolver of `exportMyData`.
#[derive(Default)]
pub(super) struct ExportMyDataMutation;

impl Operation for ExportMyDataMutation {
    const FIELD: &'static str = "exportMyData";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl ExportMyDataMutation {
    /// Returns everything that the service keeps of the signed-in user.
    async fn export_my_data(&self, ctx: &Context<'_>) -> Result<ExportMyDataResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let result = match request.accounts.export_my_data(caller).await? {
            ExportMyDataOutcome::Exported(json) => DataExport { json }.into(),
            ExportMyDataOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
            ExportMyDataOutcome::TooManyAttempts(wait) => TooManyAttempts::from(wait).into(),
        };
        Ok(request.record_outcome(result))
    }
}
