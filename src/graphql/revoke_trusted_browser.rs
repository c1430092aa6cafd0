//! The `revokeTrustedBrowser` operation.

use async_graphql::{Context, ID, InputObject, Object, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::{TrustedBrowserNotFound, UserUpdated};
use crate::accounts::{InternalError, RevokeTrustedBrowserOutcome};

/// The browser to ask for the second factor again.
#[derive(InputObject)]
struct RevokeTrustedBrowserInput {
    /// The id of a browser in `Mfa.trustedBrowsers`.
    trusted_browser_id: ID,
}

/// The possible results of `revokeTrustedBrowser`.
#[derive(Union)]
enum RevokeTrustedBrowserResult {
    UserUpdated(Box<UserUpdated>),
    TrustedBrowserNotFound(TrustedBrowserNotFound),
}

/// The resolver of `revokeTrustedBrowser`.
#[derive(Default)]
pub(super) struct RevokeTrustedBrowserMutation;

impl Operation for RevokeTrustedBrowserMutation {
    const FIELD: &'static str = "revokeTrustedBrowser";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl RevokeTrustedBrowserMutation {
    /// Asks a browser for the second factor again that skipped it. Its sessions go on.
    async fn revoke_trusted_browser(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The browser.")] input: RevokeTrustedBrowserInput,
    ) -> Result<RevokeTrustedBrowserResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let session = caller.session;
        // A malformed id cannot name a browser.
        let outcome = match input.trusted_browser_id.parse() {
            Ok(id) => request.accounts.revoke_trusted_browser(caller, id).await?,
            Err(_) => RevokeTrustedBrowserOutcome::NotFound,
        };
        let result = match outcome {
            RevokeTrustedBrowserOutcome::Revoked(account) => {
                Box::new(UserUpdated::new(request, *account, session)?).into()
            }
            RevokeTrustedBrowserOutcome::NotFound => TrustedBrowserNotFound::default().into(),
        };
        Ok(request.record_outcome(result))
    }
}
