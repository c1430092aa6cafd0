//! The operator's file of providers, in TOML.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use super::metadata::Issuer;
use super::token_request::Credentials;

/// The issuer of the ready entry for GitHub.
pub(super) const GITHUB: &str = "https://github.com";
/// The largest number of providers.
const MAX_PROVIDERS: usize = 20;

/// The file cannot be used. The text names the file and the entry, and never shows a secret.
#[derive(Debug, thiserror::Error)]
#[error("{}: {wrong}", path.display())]
pub struct ProvidersError {
    path: PathBuf,
    wrong: String,
}

/// The providers of a file that was read.
#[derive(Clone, Debug)]
pub struct ProviderFile {
    pub(super) entries: Vec<Entry>,
}

/// A provider of the file, with the values of its ready entry where the file has none.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) issuer: Issuer,
    pub(super) credentials: Credentials,
    pub(super) scopes: Vec<String>,
    pub(super) trust_email: bool,
}

/// The protocol of a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Kind {
    #[default]
    #[serde(rename = "oidc")]
    OpenId,
    #[serde(rename = "github")]
    GitHub,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    provider: Vec<Written>,
}

/// A provider as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    name: Option<String>,
    kind: Option<Kind>,
    issuer: Option<String>,
    client_id: String,
    client_secret: Option<String>,
    scopes: Option<Vec<String>>,
    trust_email: Option<bool>,
}

/// The values of a provider that many operators use.
struct Ready {
    id: &'static str,
    name: &'static str,
    kind: Kind,
    issuer: &'static str,
    trust_email: bool,
}

const READY: [Ready; 2] = [
    Ready {
        id: "google",
        name: "Google",
        kind: Kind::OpenId,
        issuer: "https://accounts.google.com",
        trust_email: true,
    },
    Ready {
        id: "github",
        name: "GitHub",
        kind: Kind::GitHub,
        issuer: GITHUB,
        trust_email: false,
    },
];

impl ProviderFile {
    /// Reads a file, and those of the secrets that it names.
    ///
    /// # Errors
    /// When one of them cannot be read, or an entry is not of use.
    pub fn read(path: &Path) -> Result<Self, ProvidersError> {
        let error = |wrong: String| ProvidersError {
            path: path.to_owned(),
            wrong,
        };
        let text = std::fs::read_to_string(path).map_err(|it| error(it.to_string()))?;
        Self::parse(&text).map_err(error)
    }

    /// Returns the number of providers.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether the file has no provider.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let document: Document = toml::from_str(text).map_err(|error| malformed(text, &error))?;
        if document.provider.is_empty() || document.provider.len() > MAX_PROVIDERS {
            return Err(format!(
                "it has no [[provider]], or more than {MAX_PROVIDERS}"
            ));
        }
        let mut entries: Vec<Entry> = Vec::new();
        for written in document.provider {
            let id = written.id.clone();
            let entry = written
                .complete()
                .map_err(|wrong| format!("the provider `{}`: {wrong}", id.escape_debug()))?;
            let is_same =
                |it: &Entry| it.id == entry.id || it.issuer.as_str() == entry.issuer.as_str();
            if entries.iter().any(is_same) {
                return Err(format!(
                    "the provider `{id}`: another one has its id or its issuer"
                ));
            }
            entries.push(entry);
        }
        Ok(Self { entries })
    }
}

impl Written {
    /// Checks the values, and takes those of the ready entry where there are none. With an issuer of
    /// its own, a provider is not the one of the ready entry: its addresses are not trusted.
    fn complete(self) -> Result<Entry, String> {
        let is_id = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        if !(1..=32).contains(&self.id.len()) || !self.id.bytes().all(is_id) {
            return Err("its id is not 1 to 32 of a-z, 0-9 and -".to_owned());
        }
        let ready = READY.iter().find(|ready| ready.id == self.id);
        let kind = self.kind.or(ready.map(|it| it.kind)).unwrap_or_default();
        let trusted = ready.is_some_and(|it| it.trust_email && self.issuer.is_none());
        let issuer = self.issuer.as_deref().or(ready.map(|it| it.issuer));
        let issuer = issuer.ok_or("it needs an issuer")?;
        let issuer =
            Issuer::parse(issuer).ok_or("its issuer is no https:// URL without a query")?;
        let name = self.name.or(ready.map(|it| it.name.to_owned()));
        let name = name.unwrap_or_else(|| self.id.clone());
        if !(1..=64).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err("its name is not 1 to 64 characters".to_owned());
        }
        let is_visible = |it: u8| it.is_ascii_graphic() || it == b' ';
        if !(1..=255).contains(&self.client_id.len()) || !self.client_id.bytes().all(is_visible) {
            return Err("its client_id is empty, or not one of a provider".to_owned());
        }
        Ok(Entry {
            name,
            kind,
            issuer,
            credentials: Credentials {
                client_id: self.client_id,
                client_secret: secret(self.client_secret.as_deref())?,
            },
            scopes: scopes(self.scopes, kind)?,
            trust_email: self.trust_email.unwrap_or(trusted),
            id: self.id,
        })
    }
}

/// Reads the client's secret, or the file that it is in.
fn secret(text: Option<&str>) -> Result<Option<SecretString>, String> {
    let Some(text) = text else {
        return Ok(None);
    };
    let secret = match text.strip_prefix("file:") {
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| format!("its client_secret: {path}: {error}"))?,
        None => text.to_owned(),
    };
    if secret.trim().is_empty() {
        return Err("its client_secret is empty".to_owned());
    }
    Ok(Some(secret.trim().into()))
}

/// Returns the scopes to request. `openid` is what makes an OpenID provider answer.
fn scopes(given: Option<Vec<String>>, kind: Kind) -> Result<Vec<String>, String> {
    let usual: &[&str] = match kind {
        Kind::OpenId => &["openid", "email", "profile"],
        Kind::GitHub => &["read:user", "user:email"],
    };
    let usual = || usual.iter().map(|&it| it.to_owned()).collect();
    let mut scopes = given.unwrap_or_else(usual);
    // RFC 6749, section 3.3.
    let is_scope = |it: &String| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_graphic() && !b"\"\\".contains(&it))
    };
    if !scopes.iter().all(is_scope) {
        return Err("its scopes are not single words".to_owned());
    }
    if kind == Kind::OpenId && !scopes.iter().any(|it| it == "openid") {
        scopes.insert(0, "openid".to_owned());
    }
    Ok(scopes)
}

/// Describes a file that is not of the form. The library's own text quotes the line, which may hold
/// a secret.
fn malformed(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).unwrap_or_default().lines().count().max(1);
    let message = error.message();
    let is_about_names = ["unknown field", "missing field", "duplicate key"]
        .iter()
        .any(|it| message.starts_with(it));
    if is_about_names {
        format!("near line {line}: {message}")
    } else {
        format!("near line {line}: not TOML, or not of the form of a provider")
    }
}

#[cfg(test)]
mod tests;
