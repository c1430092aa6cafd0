//! The `requestAccountDeletion` operation.

use async_graphql::{Context, Object, SimpleObject, Union};
use axum::http::header::SET_COOKIE;

use super::operation::Operation;
use super::types::{DateTime, NotAvailable, ReauthenticationRequired};
use super::{RefreshCookie, RequestContext};
use crate::accounts::{InternalError, RequestAccountDeletionOutcome};

/// Every session of the user has ended, this one too, and the account is scheduled for deletion.
#[derive(SimpleObject)]
struct DeletionScheduled {
    /// The time of the deletion. Until then, a login answers `DeletionPending` and can keep the
    /// account.
    deletes_at: DateTime,
}

/// The possible results of `requestAccountDeletion`.
#[derive(Union)]
enum RequestAccountDeletionResult {
    DeletionScheduled(DeletionScheduled),
    ReauthenticationRequired(ReauthenticationRequired),
    NotAvailable(NotAvailable),
}

/// The resolver of `requestAccountDeletion`.
#[derive(Default)]
pub(super) struct RequestAccountDeletionMutation;

impl Operation for RequestAccountDeletionMutation {
    const FIELD: &'static str = "requestAccountDeletion";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl RequestAccountDeletionMutation {
    /// Schedules the deletion of the signed-in user's account after `policy.deletionGraceDays`, ends
    /// every session, and emails the user. Offer `exportMyData` before. `NotAvailable` for the last
    /// administrator.
    async fn request_account_deletion(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RequestAccountDeletionResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let accounts = &request.accounts;
        let requesting = accounts.request_account_deletion(caller, &request.client);
        let result = match requesting.await? {
            RequestAccountDeletionOutcome::Scheduled(deletes_at) => {
                if let RefreshCookie::Trusted(_) = request.own_cookie() {
                    ctx.append_http_header(SET_COOKIE, request.policy.cookies.clear_refresh());
                }
                let deletes_at = DateTime(deletes_at);
                DeletionScheduled { deletes_at }.into()
            }
            RequestAccountDeletionOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
            RequestAccountDeletionOutcome::NotAvailable => NotAvailable::default().into(),
        };
        Ok(request.record_outcome(result))
    }
}
