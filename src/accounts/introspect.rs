//! Introspect a token for a resource server: whether it is valid now, its session included.

use super::{Accounts, InternalError};
use crate::token::AccessClaims;

/// The outcome of introspecting a token.
#[derive(Clone, Debug)]
pub enum Introspection {
    /// The access token is valid, and its session is live.
    Active(Box<AccessClaims>),
    /// The text is no access token for this audience, has expired, or its session has ended. The
    /// caller does not learn which (RFC 7662, section 2.2).
    Inactive,
}

impl Accounts {
    /// Introspects a token. Costs one point read, and only for an authentic token.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn introspect(&self, token: &str) -> Result<Introspection, InternalError> {
        let Ok((claims, (id, session))) = self.sessions.verified_claims(token) else {
            return Ok(Introspection::Inactive);
        };
        Ok(match self.caller_of(id, session).await? {
            Some(_) => Introspection::Active(Box::new(claims)),
            None => Introspection::Inactive,
        })
    }
}
