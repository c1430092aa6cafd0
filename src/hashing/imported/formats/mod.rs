//! The formats of other systems. The operator names the format: several look alike and are not.

mod bcrypt;
mod fields;
mod modular;
mod pbkdf2;
mod prefixed;
mod salted;
mod scram;
mod scrypt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::ImportedHash;
use super::cost::TooCostly;
use super::digest;
use super::encoding::base64;
use super::preparation::Step;

/// A format of password hashes, named after the system or library that writes it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `AdonisJS`: bcrypt, scrypt and Argon2 in its PHC format.
    Adonis,
    /// Argon2 in PHC format: `$argon2id$`, `$argon2i$`, `$argon2d$`.
    Argon2,
    /// ASP.NET Identity, versions 2 and 3.
    Aspnet,
    /// Better Auth, Oslo and Lucia 3: `salt:key` of scrypt with r = 16, also after `s2:`.
    BetterAuth,
    /// bcrypt of the password itself: `$2a$`, `$2b$`, `$2y$`. Auth0, Supabase, Parse, Rails, Laravel.
    Bcrypt,
    /// Texts of `crypt(3)`: `$1$`, `$5$`, `$6$`, `$7$`, `$y$`, `$2b$`; `/etc/shadow`.
    Crypt,
    /// Devise with a pepper: bcrypt of password and pepper.
    Devise,
    /// Discourse: three columns.
    Discourse,
    /// Django's `algorithm$…`.
    Django,
    /// Firebase: scrypt with a signer key.
    Firebase,
    /// Flask-Security: Argon2, bcrypt or PBKDF2 of an HMAC under `SECURITY_PASSWORD_SALT`.
    FlaskSecurity,
    /// Keycloak: `secretData` and `credentialData`.
    Keycloak,
    /// Ory Kratos.
    Kratos,
    /// LDAP and Dovecot: `{SCHEME}…`. htpasswd.
    Ldap,
    /// Lucia before the `s2:` prefix: `salt:key` of scrypt with r = 8.
    LuciaR8,
    /// `MediaWiki`: `:type:…`.
    Mediawiki,
    /// Meteor: bcrypt or Argon2 of the SHA-256 in hexadecimal.
    Meteor,
    /// A document of `MongoDB`'s own users, with SCRAM keys.
    Mongodb,
    /// passlib and libpass, all formats of theirs.
    Passlib,
    /// Payload and passport-local-mongoose: `hash` and `salt`.
    Payload,
    /// PBKDF2 in the formats of passlib, Elixir and PHC: `$pbkdf2-sha256$…`.
    Pbkdf2,
    /// phpass: `$P$`, `$H$`, and Drupal's `$S$`.
    Phpass,
    /// `PostgreSQL`'s `SCRAM-SHA-256$…`.
    Postgresql,
    /// scrypt in PHC format, and `$7$`.
    Scrypt,
    /// Spring Security: `{id}…`.
    Spring,
    /// Symfony's default: bcrypt, of a digest where the password is long, or Argon2.
    Symfony,
    /// Symfony's message digest: SHA-512, 5,000 times; `hash` and `salt`.
    SymfonyDigest,
    /// Symfony's PBKDF2: SHA-512, 1,000 iterations, 40 bytes; `hash` and `salt`.
    SymfonyPbkdf2,
    /// Werkzeug: `scrypt:…` and `pbkdf2:…`.
    Werkzeug,
    /// `WordPress`: `$wp$`, `$P$`, bcrypt, and MD5 in hexadecimal.
    Wordpress,
}

/// The parameters that the hashes of an application share and no row holds.
#[derive(Clone, Debug, Default)]
pub struct HashOptions {
    /// The secret of the application: Devise's pepper, `SECURITY_PASSWORD_SALT`, Spring's secret,
    /// Firebase's signer key (base64).
    pub secret: Option<SecretString>,
    /// Firebase's other parameters.
    pub firebase: Option<FirebaseConfig>,
}

/// The parameters of Firebase's scrypt, as its console shows them.
#[derive(Clone, Debug, Deserialize)]
pub struct FirebaseConfig {
    /// The signer key, base64.
    #[serde(deserialize_with = "secret_text")]
    pub base64_signer_key: SecretString,
    /// The separator behind the salt, base64.
    pub base64_salt_separator: String,
    /// scrypt's r.
    pub rounds: u32,
    /// The logarithm of scrypt's N.
    pub mem_cost: u8,
}

/// The password in a row.
#[derive(Debug)]
pub enum Parsed {
    /// A hash that can be verified.
    Hash(ImportedHash),
    /// The password itself: Spring's `{noop}`.
    Plain(SecretString),
    /// No password: the user sets one by a reset.
    NoPassword,
    /// A hash that nothing verifies, by its name: the user sets a password by a reset.
    Unverifiable(&'static str),
}

/// A hash cannot be imported.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The text is not of the format.
    #[error("the hash is not one of the format {0}")]
    Malformed(String),
    /// The secret of the application is needed.
    #[error("the format {0} needs the application's secret")]
    SecretMissing(String),
    /// The hash costs too much.
    #[error("{0}")]
    TooCostly(#[from] TooCostly),
}

impl From<ImportedHash> for Parsed {
    fn from(hash: ImportedHash) -> Self {
        Self::Hash(hash)
    }
}

impl Format {
    /// Returns the name by which an operator chooses the format.
    #[must_use]
    pub fn name(self) -> String {
        clap::ValueEnum::to_possible_value(&self)
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// Parses what a row holds: a text, or an object where the system keeps several fields.
    ///
    /// # Errors
    /// When it is not of this format, a secret is missing, or it costs too much.
    pub fn parse(self, stored: &Value, options: &HashOptions) -> Result<Parsed, HashError> {
        if is_absent(stored) {
            return Ok(Parsed::NoPassword);
        }
        let parsed = self
            .read(stored, options)
            .ok_or_else(|| HashError::Malformed(self.name()))?;
        if let Parsed::Hash(hash) = &parsed {
            hash.checked_millis()?;
            if hash.needs_secret() && self.secret(options).is_none() {
                return Err(HashError::SecretMissing(self.name()));
            }
        }
        Ok(parsed)
    }

    /// Returns the application's secret that goes with each hash of this format.
    #[must_use]
    pub fn secret(self, options: &HashOptions) -> Option<&str> {
        let secret = match (self, &options.firebase) {
            (Self::Firebase, Some(config)) => Some(&config.base64_signer_key),
            _ => options.secret.as_ref(),
        };
        secret
            .map(ExposeSecret::expose_secret)
            .filter(|secret| !secret.is_empty())
    }

    fn read(self, stored: &Value, options: &HashOptions) -> Option<Parsed> {
        match self {
            Self::Discourse => fields::discourse(stored),
            Self::Firebase => fields::firebase(stored, options.firebase.as_ref()),
            Self::Keycloak => fields::keycloak(stored),
            Self::Mongodb => scram::mongodb(stored),
            Self::Payload => fields::payload(stored),
            Self::SymfonyDigest => fields::symfony_digest(stored),
            Self::SymfonyPbkdf2 => fields::symfony_pbkdf2(stored),
            _ => self.read_text(stored.as_str()?.trim(), options),
        }
    }

    fn read_text(self, text: &str, options: &HashOptions) -> Option<Parsed> {
        match self {
            Self::Adonis => prefixed::adonis(text).map(Parsed::from),
            Self::Argon2 => modular::argon2(text).map(Parsed::from),
            Self::Aspnet => pbkdf2::aspnet(text).map(Parsed::from),
            Self::Bcrypt => bcrypt::plain(text).map(Parsed::from),
            Self::BetterAuth => {
                let text = text.strip_prefix("s2:").unwrap_or(text);
                scrypt::colon(text, 16).map(Parsed::from)
            }
            Self::Crypt => modular::crypt(text),
            Self::Devise => bcrypt::plain(text).map(|it| it.after([Step::AppendSecret]).into()),
            Self::Django => prefixed::django(text).map(Parsed::from),
            Self::FlaskSecurity => {
                modular::phc(text).map(|hash| hash.after([Step::Base64HmacSecret]).into())
            }
            Self::Kratos => salted::ldap(text).or_else(|| modular::passlib(text)),
            Self::Ldap => salted::ldap(text).or_else(|| modular::passlib(text)),
            Self::LuciaR8 => scrypt::colon(text, 8).map(Parsed::from),
            Self::Mediawiki => prefixed::mediawiki(text).map(Parsed::from),
            Self::Meteor => modular::phc(text).map(|hash| {
                let digest = digest::Hash::Sha(digest::Sha::Sha256);
                hash.after([Step::HexDigest(digest)]).into()
            }),
            Self::Passlib => salted::ldap(text).or_else(|| modular::passlib(text)),
            Self::Pbkdf2 => pbkdf2::modular(text).map(Parsed::from),
            Self::Phpass => salted::phpass(text).map(Parsed::from),
            Self::Postgresql => scram::postgresql(text).map(Parsed::from),
            Self::Scrypt => scrypt::modular(text).map(Parsed::from),
            Self::Spring => prefixed::spring(text, options.secret.is_some()),
            Self::Symfony => bcrypt::plain(text)
                .map(|hash| hash.after([Step::Base64DigestIfLong]))
                .or_else(|| modular::argon2(text))
                .map(Parsed::from),
            Self::Werkzeug => prefixed::werkzeug(text).map(Parsed::from),
            Self::Wordpress => prefixed::wordpress(text).map(Parsed::from),
            // Read as several fields.
            Self::Discourse
            | Self::Firebase
            | Self::Keycloak
            | Self::Mongodb
            | Self::Payload
            | Self::SymfonyDigest
            | Self::SymfonyPbkdf2 => None,
        }
    }
}

fn secret_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// Returns whether a row says that the user has no password.
fn is_absent(stored: &Value) -> bool {
    match stored {
        Value::Null => true,
        Value::String(text) => {
            let text = text.trim();
            text.is_empty() || text.starts_with('!') || text.starts_with('*')
        }
        _ => false,
    }
}

/// Splits a text into exactly `N` parts.
fn parts<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    text.split(separator).collect::<Vec<_>>().try_into().ok()
}

/// Returns the bytes of a text in base64, in any dialect, if there are some.
fn some_base64(text: &str) -> Option<Vec<u8>> {
    base64(text).filter(|bytes| !bytes.is_empty())
}
