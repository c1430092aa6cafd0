//! Tokens, and the two ways they travel.

use async_graphql::{Context, Enum, SimpleObject};
use axum::http::header::SET_COOKIE;
use secrecy::ExposeSecret;

use super::DateTime;
use crate::accounts;
use crate::graphql::RequestContext;

/// Where the refresh token is put: BODY (default) in `Tokens.refreshToken`, COOKIE in an HttpOnly cookie.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum TokenDelivery {
    /// In `Tokens.refreshToken`.
    Body,
    /// In an HttpOnly cookie that no script can read; `Tokens.refreshToken` is null.
    Cookie,
}

/// What RFC 6749, section 5.1, calls an access token response.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Tokens {
    /// A JWT (RFC 9068): send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Lifetime of the access token in seconds.
    expires_in: u64,
    /// Null where the refresh token travels in an HttpOnly cookie.
    refresh_token: Option<String>,
    /// When the refresh token ends, and the session with it.
    refresh_token_expires_at: DateTime,
}

impl Tokens {
    /// Delivers tokens as asked.
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
