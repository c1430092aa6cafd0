//! Tokens, and the two ways to deliver them.

use async_graphql::{Context, Enum, SimpleObject};
use axum::http::header::SET_COOKIE;
use secrecy::ExposeSecret;

use super::DateTime;
use crate::accounts;
use crate::graphql::RequestContext;

/// The ways to deliver the refresh token.
#[derive(Clone, Copy, Default, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum TokenDelivery {
    /// In `Tokens.refreshToken`: for apps that keep it in secure storage.
    #[default]
    Body,
    /// In an HttpOnly cookie, which scripts cannot read; `Tokens.refreshToken` is then null.
    /// Recommended for browsers. A page of another site gets the error `FORBIDDEN`, unless the
    /// operator allows it: its browser would never send the cookie back.
    Cookie,
}

/// The session's tokens: the access token response of RFC 6749, section 5.1.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Tokens {
    /// The access token, a JWT (RFC 9068). Send it as `Authorization: Bearer …`.
    access_token: String,
    /// The token type of RFC 6749: always `Bearer`.
    token_type: &'static str,
    /// The lifetime of the access token, in seconds.
    expires_in: u64,
    /// The refresh token to use next; null if it is delivered in an HttpOnly cookie.
    refresh_token: Option<String>,
    /// The time at which the refresh token and its session expire.
    refresh_token_expires_at: DateTime,
}

impl Tokens {
    /// Delivers the tokens in the way that the client asked for.
    pub(super) fn deliver(
        ctx: &Context<'_>,
        tokens: &accounts::Tokens,
        delivery: TokenDelivery,
    ) -> Self {
        let refresh_token = tokens.refresh_token.expose_secret();
        if delivery == TokenDelivery::Cookie {
            let request = RequestContext::of(ctx);
            let lifetime = request
                .accounts
                .now()
                .until(tokens.refresh_token_expires_at);
            ctx.append_http_header(
                SET_COOKIE,
                request.policy.cookies.refresh(refresh_token, lifetime),
            );
        }
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: tokens.expires_in.as_secs(),
            refresh_token: (delivery == TokenDelivery::Body).then(|| refresh_token.to_owned()),
            refresh_token_expires_at: DateTime(tokens.refresh_token_expires_at),
        }
    }
}
