//! The settings of tokens: who issues them, what signs them, and what they state.

use std::path::{Path, PathBuf};

use url::Url;

use super::reader::Reader;
use super::{Config, keys, table};
use crate::token::{
    ClaimTemplate, ClaimTemplateSource, ClaimsError, CustomClaims, KeySource, RolePermissions,
    SecretSource,
};

/// The claims and keys of tokens.
#[expect(
    clippy::option_option,
    reason = "the outer one is for a wrong setting, the inner one for an unset one"
)]
pub(super) struct Tokens {
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) keys: Option<KeySource>,
    pub(super) secret: Option<Option<SecretSource>>,
    pub(super) resource_servers: Option<Option<SecretSource>>,
    pub(super) claims: Option<ClaimSources>,
}

impl Tokens {
    pub(super) fn read(reader: &mut Reader, public_url: Option<&Url>, data: Option<&Path>) -> Self {
        let default_issuer = public_url.map(|url| url.as_str().trim_end_matches('/').to_owned());
        let audience = reader.take(&table::AUDIENCE);
        Self {
            issuer: reader.take_or(&table::ISSUER, default_issuer),
            client_id: reader.take_or(&table::CLIENT_ID, audience.clone()),
            audience,
            keys: keys::source(reader, data),
            secret: reader.take_and_read(&table::SECRET, keys::read_secrets),
            resource_servers: reader
                .take_and_read(&table::RESOURCE_SERVERS, keys::read_resource_servers),
            claims: ClaimSources::read(reader),
        }
    }

    pub(super) fn check(&self, reader: &mut Reader, data: Option<&PathBuf>) {
        if let (Some(keys), Some(secret), Some(data)) = (&self.keys, &self.secret, data) {
            keys::keep_apart(reader, keys, secret.as_ref(), data);
        }
    }
}

/// The sources of the claims that the operator adds to access tokens.
#[derive(Clone, Debug)]
pub struct ClaimSources {
    /// The file of the roles' permissions.
    pub roles: Option<PathBuf>,
    /// The template.
    pub template: ClaimTemplateSource,
}

impl ClaimSources {
    fn read(reader: &mut Reader) -> Option<Self> {
        let roles = reader.take_and_read(&table::ROLES, |path| {
            RolePermissions::read(path.as_deref()).map(|_| path)
        });
        let template = reader.take_and_read(&table::CLAIMS, |source| {
            source.read().map(ClaimTemplateSource::Named)
        });
        Some(Self {
            roles: roles?,
            template: template?,
        })
    }
}

impl Config {
    /// Returns what makes the claims that the operator adds to access tokens, reading its files.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or is malformed, or tokens would be too large.
    pub fn custom_claims(&self) -> Result<CustomClaims, ClaimsError> {
        let permissions = RolePermissions::read(self.claims.roles.as_deref())?;
        CustomClaims::new(permissions, self.claims.template.read()?)
    }
}

/// Parses the path of the role file, or nothing.
pub(super) fn roles(text: &str) -> Result<Option<PathBuf>, String> {
    match text {
        "" => Ok(None),
        url if url.contains("://") => Err("is a URL, not a file".to_owned()),
        path => Ok(Some(path.into())),
    }
}

/// Parses the name of a template, or `file:` and a path.
pub(super) fn claims(text: &str) -> Result<ClaimTemplateSource, String> {
    let template = match text {
        "none" => ClaimTemplate::None,
        "hasura" => ClaimTemplate::Hasura,
        "postgrest" => ClaimTemplate::Postgrest,
        text => {
            return match text.strip_prefix("file:") {
                Some(path) if !path.is_empty() => Ok(ClaimTemplateSource::File(path.into())),
                _ => Err("is neither none, hasura, postgrest nor file: with a path".to_owned()),
            };
        }
    };
    Ok(ClaimTemplateSource::Named(template))
}
