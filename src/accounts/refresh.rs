//! Refresh: a refresh token for a new access token and the next refresh token.

#[cfg(test)]
mod properties;

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Client, Fault, SignedIn};
use crate::model::{Account, Device, LetterKind, SessionPolicy, Timestamp, Worth};
use crate::token::RefreshToken;

/// An attempt to refresh.
#[derive(Debug)]
pub struct Refresh {
    /// The refresh token.
    pub refresh_token: SecretString,
    /// Where from.
    pub client: Client,
}

/// What became of it.
#[derive(Debug)]
pub enum RefreshOutcome {
    /// The session goes on.
    Authenticated(Box<SignedIn>),
    /// The token is unknown, expired, revoked or was used before.
    InvalidRefreshToken,
}

/// What the pure part decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// The current token was presented: there is a next one.
    Rotated,
    /// The one before was presented again just after: its successor is the current one still.
    Repeated,
    /// An older one was presented: somebody has a copy. The session is ended.
    Reused,
    /// There is no such session (any more).
    Ended,
}

impl Accounts {
    /// Exchanges a refresh token. Two tabs, a retry or a lost answer converge on one successor; a token that was
    /// replaced longer ago ends its session. Costs one read, and one write at most.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh(&self, command: Refresh) -> Result<RefreshOutcome, Fault> {
        let Some(token) = self.refresh_tokens.verify(command.refresh_token.expose_secret()) else {
            return Ok(RefreshOutcome::InvalidRefreshToken);
        };
        let Some(account) = self.by_id(token.account).await? else {
            return Ok(RefreshOutcome::InvalidRefreshToken);
        };
        let device = command.client.device();
        let (decision, account) = self
            .change(account, |account, now| {
                let decision = exchange(account, token, &device, now, &self.policy.session);
                if decision == Decision::Reused {
                    account.notify(LetterKind::RefreshTokenReused, now, &self.rng);
                }
                decision
            })
            .await??;
        if decision == Decision::Reused {
            tracing::warn!(account = %token.account, session = %token.session, "refresh token reused: session ended");
        }
        let signed_in = match decision {
            Decision::Rotated | Decision::Repeated => self.signed_in(account, token.session),
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
    let Some(user) = account.user_mut() else { return Decision::Ended };
    let session = user.sessions.iter_mut().find(|session| session.id == token.session && session.is_live(now));
    let Some(session) = session else { return Decision::Ended };
    match session.worth(token.generation, now, policy) {
        Worth::Current => {
            session.rotate(device.clone(), now, policy);
            user.meet(device);
            Decision::Rotated
        }
        Worth::Repeated => Decision::Repeated,
        Worth::Replaced => {
            user.end_sessions(|session| session.id == token.session);
            Decision::Reused
        }
        Worth::Unknown => Decision::Ended,
    }
}
