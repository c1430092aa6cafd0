//! Layer 5: the settings. The only place that reads the environment.
//!
//! Every setting has a default. All errors are reported at once, each with the variable's name and
//! an example, and never with the value of a secret. [`SETTINGS`] is the one table from which the
//! program, `.env.example` and the documentation are generated.

#[macro_use]
mod setting;

mod branding;
mod connections;
mod delivery;
mod documents;
mod dollar;
mod email_values;
mod environment;
mod error;
mod keys;
mod leaving;
mod live;
mod load;
mod mail;
mod parse;
mod passkeys;
mod providers;
mod read;
mod reader;
mod sender;
mod sign_in;
mod sign_in_table;
mod store;
mod table;
mod texts;
mod tokens;
mod warnings;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::{Host, Url};

pub use branding::{DkimSource, Emails};
pub use connections::Connections;
pub use documents::DocumentSource;
pub use error::{ConfigError, ConfigErrors};
pub use leaving::LeavingSettings;
pub use live::LiveSettings;
pub use mail::Mail;
pub use passkeys::PasskeySettings;
pub use providers::{ProviderSettings, ProviderSource};
pub use sign_in::SignInSettings;
pub use store::Store;
pub use table::{SETTINGS, Setting};
pub use texts::{env_example, markdown_table};
pub use tokens::ClaimSources;

use crate::graphql::SameSite;
use crate::hashing::BcryptEngine;
use crate::model::SessionPolicy;
use crate::token::{KeySource, SecretSource};

/// All settings, parsed and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address on which the server listens.
    pub listen: SocketAddr,
    /// The store of the accounts.
    pub store: Store,
    /// The folder of generated files: keys and, unless set otherwise, the embedded store and the
    /// emails.
    pub data: PathBuf,
    /// The keys that sign access tokens.
    pub keys: KeySource,
    /// The secret behind refresh tokens and codes; `None` for the one in the data folder.
    pub secret: Option<SecretSource>,
    /// The transport of emails.
    pub mail: Mail,
    /// The sender of emails.
    pub mail_from: Mailbox,
    /// The number of emails that are sent at once.
    pub mail_connections: usize,
    /// The file of the certificate authorities that the mail server's certificate may come from.
    pub mail_ca: Option<PathBuf>,
    /// The name with which mail servers are greeted, if the operator has chosen one.
    pub mail_ehlo: Option<String>,
    /// The content of emails.
    pub emails: Emails,
    /// The URL under which clients reach the server.
    pub public_url: Url,
    /// The web origins that may call from a browser.
    pub origins: Vec<String>,
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The settings of live changes.
    pub live: LiveSettings,
    /// Enables introspection for clients and `GraphiQL` for browsers.
    pub introspection: bool,
    /// The file of the only documents that are executed.
    pub trusted_documents: Option<DocumentSource>,
    /// The lifetime of an access token.
    pub access_token_lifetime: Duration,
    /// The lifetimes of sessions.
    pub session: SessionPolicy,
    /// The `SameSite` attribute of the refresh cookie.
    pub same_site: SameSite,
    /// The lifetime of a code sent by email.
    pub code_lifetime: Duration,
    /// The code that computes a password's hash.
    pub bcrypt_engine: BcryptEngine,
    /// The cost of a password's hash; each step doubles it.
    pub bcrypt_cost: u32,
    /// The minimum number of characters in a password.
    pub password_min_length: usize,
    /// The rules of signing in.
    pub sign_in: SignInSettings,
    /// The listener of the measurements, and the times of connections.
    pub connections: Connections,
    /// The settings of leaving.
    pub leaving: LeavingSettings,
    /// Enables the rate limits of logins, sign-ups and codes.
    pub limits: bool,
    /// The `iss` of access tokens.
    pub issuer: String,
    /// The `aud` of access tokens.
    pub audience: String,
    /// The `client_id` of access tokens.
    pub client_id: String,
    /// The resource servers that may introspect tokens.
    pub resource_servers: Option<SecretSource>,
    /// The sources of the claims that are added to access tokens.
    pub claims: ClaimSources,
    /// The log filter.
    pub log: String,
    /// The format of log lines.
    pub log_format: LogFormat,
    /// The settings that work less well than they seem to, in words for the operator.
    pub warnings: Vec<String>,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Readable text if stderr is a terminal, else JSON.
    Auto,
    /// Readable text.
    Pretty,
    /// One JSON object per line.
    Json,
}

impl Config {
    /// Puts the port that the system chose into the settings if `LATCHKEY_LISTEN` left it open: the
    /// public URL names it, and so does the issuer unless it was set.
    #[must_use]
    pub fn listening_on(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        if self.public_url.port() == Some(0) {
            let is_issuer = self.issuer == self.public_url.as_str().trim_end_matches('/');
            // Fails only for URLs that cannot have a port; this one had one.
            _ = self.public_url.set_port(Some(address.port()));
            if is_issuer {
                self.public_url
                    .as_str()
                    .trim_end_matches('/')
                    .clone_into(&mut self.issuer);
            }
        }
        self
    }

    /// Returns the names by which mail servers may know this server: the one that the operator has
    /// chosen, and the hosts of the public URL and of the sender's address.
    #[must_use]
    pub fn mail_names(&self) -> [&str; 3] {
        let chosen = self.mail_ehlo.as_deref().unwrap_or_default();
        let public = self.public_url.host_str().unwrap_or_default();
        [chosen, public, self.mail_from.email.domain()]
    }
}

/// Replaces an address that means all of this machine's by one that can be opened.
#[must_use]
pub fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// Returns whether a URL is local. The listen address does not decide this: behind a proxy, the
/// server also listens on a loopback address.
#[must_use]
pub fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns whether cookies are `Secure`: always, except for plain http on the local machine. So
/// local development works, and nothing else works without TLS.
#[must_use]
pub fn is_secure(url: &Url) -> bool {
    url.scheme() == "https" || !is_local(url)
}

#[cfg(test)]
mod tests;
