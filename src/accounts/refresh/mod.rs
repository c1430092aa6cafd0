//! Refresh: exchanges a refresh token for a new access token and the next refresh token.

mod deadline;
mod overloaded;
#[cfg(test)]
mod properties;

use secrecy::SecretString;

use super::{Accounts, Client, InternalError, RequestAttempt, SignedIn, UpdateError};
use crate::model::{
    Account, Device, Digest, EmailKind, EndReason, SessionPolicy, Timestamp, TokenStatus,
};
use crate::token::RefreshToken;

pub use deadline::ResponseDeadline;
pub(super) use overloaded::OverloadedRefreshes;

/// An attempt to refresh.
#[derive(Debug)]
pub struct Refresh {
    /// The refresh token.
    pub refresh_token: SecretString,
    /// The client's own name for this exchange, which it repeats if the response is lost.
    pub attempt: Option<RequestAttempt>,
    /// The time by which the client gets a response.
    pub deadline: ResponseDeadline,
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
    /// The previous token was presented again, and its successor is still the current one.
    Repeated,
    /// An older token was presented: it was copied. The session has ended.
    Reused,
    /// The session does not exist, or has ended.
    Ended,
}

/// A refresh token as presented, with what distinguishes a retry from a copy.
struct Exchange<'a> {
    token: RefreshToken,
    attempt: Option<Digest>,
    /// This node answered the token's exchange with OVERLOADED: whether it was done is not known to
    /// the client.
    was_overloaded: bool,
    device: &'a Device,
}

impl Accounts {
    /// Exchanges a refresh token. Two tabs, a retry or a lost response converge on one successor; a
    /// token that was replaced longer ago ends its session, unless the client proves by its attempt
    /// that it repeats its own exchange. Costs one read, and one write at most.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh(&self, command: Refresh) -> Result<RefreshOutcome, InternalError> {
        let token = self.sessions.verify_refresh_token(&command.refresh_token);
        let Some(token) = token else {
            return Ok(RefreshOutcome::InvalidRefreshToken);
        };
        let (overloaded, clock) = (self.overloaded_refreshes.clone(), self.clock.clone());
        command
            .deadline
            .on_miss(move || overloaded.remember(token, clock.now()));
        let exchanged = self.exchange(token, &command).await;
        if matches!(
            exchanged,
            Err(InternalError::Overloaded
                | InternalError::Unacknowledged(_)
                | InternalError::Store(_))
        ) {
            self.overloaded_refreshes.remember(token, self.clock.now());
        }
        exchanged
    }

    async fn exchange(
        &self,
        token: RefreshToken,
        command: &Refresh,
    ) -> Result<RefreshOutcome, InternalError> {
        let Some(account) = self.store.by_id(token.account).await? else {
            return Ok(RefreshOutcome::InvalidRefreshToken);
        };
        let exchange = Exchange {
            token,
            attempt: command
                .attempt
                .as_ref()
                .map(|attempt| self.sessions.attempt_digest(token, attempt)),
            was_overloaded: self.overloaded_refreshes.contains(token, self.clock.now()),
            device: &command.client.device(),
        };
        let updated = self
            .store
            .update(account, |account, now| {
                let decision = decide(account, &exchange, now, &self.policy.session);
                if decision == Decision::Reused {
                    let notice = command.client.email(EmailKind::RefreshTokenReused);
                    account.notify(notice, now, &self.rng);
                }
                decision
            })
            .await;
        let updated = match updated {
            Err(UpdateError::Deleted) => return Ok(RefreshOutcome::InvalidRefreshToken),
            updated => updated?,
        };
        let signed_in = match updated.outcome {
            Decision::Rotated | Decision::Repeated => {
                self.sessions.issue_tokens(updated.account, token.session)
            }
            Decision::Reused => {
                tracing::warn!(account = %token.account, session = %token.session, "refresh token reused: session ended");
                None
            }
            Decision::Ended => None,
        };
        Ok(match signed_in {
            Some(signed_in) => RefreshOutcome::Authenticated(Box::new(signed_in)),
            None => RefreshOutcome::InvalidRefreshToken,
        })
    }
}

fn decide(
    account: &mut Account,
    exchange: &Exchange<'_>,
    now: Timestamp,
    policy: &SessionPolicy,
) -> Decision {
    let token = exchange.token;
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
    let attempt = exchange.attempt.as_ref();
    match session.token_status(token.generation, attempt, now, policy) {
        TokenStatus::Current => {
            session.rotate(exchange.device.clone(), now, policy);
            attempt.inspect(|attempt| session.remember_attempt(attempt));
            user.remember_device(exchange.device);
            Decision::Rotated
        }
        TokenStatus::Repeated => {
            attempt.inspect(|attempt| session.remember_attempt(attempt));
            Decision::Repeated
        }
        TokenStatus::Replaced
            if exchange.was_overloaded && token.generation + 1 == session.generation =>
        {
            attempt.inspect(|attempt| session.remember_attempt(attempt));
            Decision::Repeated
        }
        TokenStatus::Replaced => {
            user.end_sessions(EndReason::RefreshTokenReused, now, |session| {
                session.id == token.session
            });
            Decision::Reused
        }
        TokenStatus::Unknown => Decision::Ended,
    }
}
