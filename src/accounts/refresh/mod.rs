//! Refresh: exchanges a refresh token for a new access token and the next refresh token.

#[cfg(test)]
mod properties;

use secrecy::SecretString;

use super::{Accounts, Client, InternalError, SignedIn, UpdateError};
use crate::model::{Account, Device, EmailKind, SessionPolicy, Timestamp, TokenStatus};
use crate::token::RefreshToken;

/// An attempt to refresh.
#[derive(Debug)]
pub struct Refresh {
    /// The refresh token.
    pub refresh_token: SecretString,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to refresh.
#[derive(Debug)]
pub enum RefreshOutcome {
    /// The session goes on.
    Authenticated(Box<SignedIn>),
    /// The token is unknown, expired, revoked or was used before.
    InvalidRefreshToken,
}

/// The outcome of the pure decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// The current token was presented, and was replaced by the next one.
    Rotated,
    /// The previous token was presented again within the grace: its successor is still the current one.
    Repeated,
    /// An older token was presented: it was copied. The session has ended.
    Reused,
    /// The session does not exist, or has ended.
    Ended,
}

impl Accounts {
    /// Exchanges a refresh token. Two tabs, a retry or a lost response converge on one successor; a token that was replaced
    /// longer ago ends its session. Costs one read, and one write at most.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh(&self, command: Refresh) -> Result<RefreshOutcome, InternalError> {
        let token = self.sessions.verify_refresh_token(&command.refresh_token);
        let Some(token) = token else {
            return Ok(RefreshOutcome::InvalidRefreshToken);
        };
        let Some(account) = self.store.by_id(token.account).await? else {
            return Ok(RefreshOutcome::InvalidRefreshToken);
        };
        let device = command.client.device();
        let updated = self
            .store
            .update(account, |account, now| {
                let decision = exchange(account, token, &device, now, &self.policy.session);
                if decision == Decision::Reused {
                    account.notify(EmailKind::RefreshTokenReused, now, &self.rng);
                }
                decision
            })
            .await;
        let updated = match updated {
            Err(UpdateError::Deleted) => return Ok(RefreshOutcome::InvalidRefreshToken),
            updated => updated?,
        };
        if updated.outcome == Decision::Reused {
            tracing::warn!(account = %token.account, session = %token.session, "refresh token reused: session ended");
        }
        let signed_in = match updated.outcome {
            Decision::Rotated | Decision::Repeated => {
                self.sessions.issue_tokens(updated.account, token.session)
            }
            Decision::Reused | Decision::Ended => None,
        };
        Ok(match signed_in {
            Some(signed_in) => RefreshOutcome::Authenticated(Box::new(signed_in)),
            None => RefreshOutcome::InvalidRefreshToken,
        })
    }
}

fn exchange(
    account: &mut Account,
    token: RefreshToken,
    device: &Device,
    now: Timestamp,
    policy: &SessionPolicy,
) -> Decision {
    let Some(user) = account.user_mut() else {
        return Decision::Ended;
    };
    let session = user
        .sessions
        .iter_mut()
        .find(|session| session.id == token.session && session.is_live(now));
    let Some(session) = session else {
        return Decision::Ended;
    };
    match session.token_status(token.generation, now, policy) {
        TokenStatus::Current => {
            session.rotate(device.clone(), now, policy);
            user.remember_device(device);
            Decision::Rotated
        }
        TokenStatus::Repeated => Decision::Repeated,
        TokenStatus::Replaced => {
            user.end_sessions(|session| session.id == token.session);
            Decision::Reused
        }
        TokenStatus::Unknown => Decision::Ended,
    }
}
