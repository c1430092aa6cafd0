//! Who asks: what the HTTP floor read off a request, and the caller it turns out to be, found out once and only if needed.

use std::sync::Arc;

use async_graphql::{Context, OutputType};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use super::acts::Acts;
use super::cookies::Cookie;
use super::policy::Policy;
use crate::accounts::{Accounts, Caller, Client, Fault};

/// One request, as far as the schema cares.
pub struct Asking {
    /// The acts.
    pub accounts: Arc<Accounts>,
    /// What forms must know.
    pub policy: Policy,
    /// The bearer token, as text.
    pub bearer: Option<SecretString>,
    /// The refresh cookie.
    pub cookie: Cookie,
    /// The device cookie. Whoever sends it gains no more than to be told apart from strangers.
    pub device: Option<SecretString>,
    /// Where the request comes from.
    pub client: Client,
    /// The caller behind the bearer token, once somebody wanted to know.
    pub caller: OnceCell<Option<Caller>>,
    /// What was done.
    pub acts: Acts,
}

impl Asking {
    /// The request that a resolver answers.
    pub(super) fn of<'a>(ctx: &Context<'a>) -> &'a Self {
        ctx.data_unchecked()
    }

    /// The signed-in caller. A bad bearer token is an error only here, so that it never breaks `login` or `refresh`.
    pub(super) async fn caller(&self) -> Result<Caller, Fault> {
        let caller = self.caller.get_or_try_init(|| self.find_caller()).await?;
        caller.clone().ok_or(Fault::SignedOut)
    }

    /// Keeps what became of an act for the log, and passes it on.
    pub(super) fn tell<T: OutputType>(&self, ctx: &Context<'_>, result: T) -> T {
        self.acts.push(ctx.field().name(), &result.introspection_type_name());
        result
    }

    async fn find_caller(&self) -> Result<Option<Caller>, Fault> {
        let Some(bearer) = &self.bearer else { return Ok(None) };
        match self.accounts.authenticate(bearer.expose_secret()).await? {
            Ok(caller) => Ok(Some(caller)),
            Err(reason) => {
                tracing::debug!(?reason, "bearer token rejected");
                Ok(None)
            }
        }
    }
}
