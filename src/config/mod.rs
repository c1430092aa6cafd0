//! Floor 5: settings. The only place that reads the environment.
//!
//! Everything has a default. What is wrong is told all at once, by the variable's name, with an example, and never with
//! the value of a secret. [`SETTINGS`] is the one table: the program, `.env.example` and the README are made from it.

mod dollar;
mod environment;
mod error;
mod keys;
mod load;
mod mail;
mod parse;
mod reader;
mod sender;
mod store;
mod table;
mod texts;
mod warnings;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::{Host, Url};

pub use error::{ConfigError, ConfigErrors};
pub use mail::Mail;
pub use store::Store;
pub use table::{SETTINGS, Setting};
pub use texts::{env_example, markdown_table};

use reader::Reader;

use crate::graphql::{SameSite, TrustedDocuments};
use crate::model::SessionPolicy;
use crate::token::{KeySource, SecretSource};

/// Everything that an operator can set, parsed and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where accounts are kept.
    pub store: Store,
    /// The folder of what latchkey makes for itself: keys, and unless set otherwise the embedded store and the letters.
    pub data: PathBuf,
    /// Which keys sign access tokens.
    pub keys: KeySource,
    /// The secret behind refresh tokens and codes; none for the one in the data folder.
    pub secret: Option<SecretSource>,
    /// How letters leave.
    pub mail: Mail,
    /// Who letters are from.
    pub mail_from: Mailbox,
    /// Where clients reach the server.
    pub public_url: Url,
    /// Web origins that may call from a browser.
    pub origins: Vec<String>,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether clients may ask for the schema, and browsers get `GraphiQL`.
    pub introspection: bool,
    /// The file of the only documents that are run.
    pub trusted_documents: Option<PathBuf>,
    /// How long an access token is good.
    pub access_token_lifetime: Duration,
    /// How long sessions live.
    pub session: SessionPolicy,
    /// `SameSite` of the refresh cookie.
    pub same_site: SameSite,
    /// How long a mailed code is good.
    pub code_lifetime: Duration,
    /// The cost of a password's hash; each step doubles it.
    pub bcrypt_cost: u32,
    /// The fewest characters of a password.
    pub password_min_length: usize,
    /// Whether an address is proven before it gets an account.
    pub verify_email_first: bool,
    /// The time for which a connection may be idle between two requests.
    pub idle: Duration,
    /// The same for connections of trusted proxies.
    pub proxy_idle: Duration,
    /// The time for which the server accepts connections after it was asked to stop.
    pub drain: Duration,
    /// Whether log-ins, sign-ups and codes are limited.
    pub limits: bool,
    /// The `iss` of access tokens.
    pub issuer: String,
    /// The `aud` of access tokens.
    pub audience: String,
    /// What is logged: a filter.
    pub log: String,
    /// How a line of the log looks.
    pub log_format: LogFormat,
    /// What works less well than it seems to, in words for the operator.
    pub warnings: Vec<String>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people where stderr is a terminal, else JSON.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// The settings with the port that the system chose where `LATCHKEY_LISTEN` left it open: the public URL names it.
    #[must_use]
    pub fn listening_on(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        if self.public_url.port() == Some(0) {
            // Fails for URLs that can have no port; this one had one.
            _ = self.public_url.set_port(Some(address.port()));
        }
        self
    }

    /// The names by which mail servers may know this one: those of the public URL and of the sender's domain.
    #[must_use]
    pub fn mail_names(&self) -> [&str; 2] {
        let public = self.public_url.host_str().unwrap_or_default();
        [public, self.mail_from.email.domain()]
    }

    /// None where a setting is wrong: the reader knows which, and reads on all the same.
    fn read(reader: &mut Reader) -> Option<Self> {
        let listen = reader.take(&table::LISTEN);
        let data = reader.take(&table::DATA);
        let in_data = |scheme: &str, name| {
            data.as_ref()
                .map(|data| format!("{scheme}:{}", data.join(name).display()))
        };
        let store = reader.take_or(&table::STORE, in_data("sqlite", "latchkey.db"));
        let mail = reader.take_or(&table::MAIL, in_data("file", "mail"));
        let mail_from = reader.take(&table::MAIL_FROM);
        let is_public_url_set = reader.is_set(&table::PUBLIC_URL.row);
        let public_url = reader.take_or(
            &table::PUBLIC_URL,
            listen.map(|listen| format!("http://{}", reachable(listen))),
        );
        let as_issuer = public_url
            .as_ref()
            .map(|url| url.as_str().trim_end_matches('/').to_owned());
        let issuer = reader.take_or(&table::ISSUER, as_issuer);
        let audience = reader.take(&table::AUDIENCE);
        let origins = reader.take(&table::ORIGINS);
        let trusted_proxies = reader.take(&table::TRUSTED_PROXIES);
        let introspection = reader.take(&table::INTROSPECTION);
        let trusted_documents = reader.take_and_read(&table::TRUSTED_DOCUMENTS, documents);
        let idle_connection = reader.take(&table::IDLE_SECONDS);
        let proxy_idle = reader.take(&table::PROXY_IDLE_SECONDS);
        let drain = reader.take(&table::DRAIN_SECONDS);
        let access_token_lifetime = reader.take(&table::ACCESS_TOKEN_SECONDS);
        let idle = reader.take(&table::REFRESH_TOKEN_SECONDS);
        let absolute = reader.take(&table::SESSION_SECONDS);
        let grace = reader.take(&table::REFRESH_GRACE_SECONDS);
        let same_site = reader.take(&table::COOKIE_SAME_SITE);
        let code_lifetime = reader.take(&table::CODE_SECONDS);
        let bcrypt_cost = reader.take(&table::BCRYPT_COST);
        let password_min_length = reader.take(&table::PASSWORD_MIN_LENGTH);
        let verify_email_first = reader.take(&table::VERIFY_EMAIL_FIRST);
        let limits = reader.take(&table::LIMITS);
        let keys = keys::source(reader, data.as_deref());
        let secret = reader.take_and_read(&table::SECRET, keys::read_secret);
        let log = reader.take(&table::LOG);
        let log_format = reader.take(&table::LOG_FORMAT);

        reader.require_loopback(listen, limits == Some(false), &table::LIMITS, "`off`");
        reader.require_loopback(
            listen,
            bcrypt_cost.is_some_and(|cost| cost < 10),
            &table::BCRYPT_COST,
            "a cost below 10",
        );
        reader.require_no_shorter(&table::REFRESH_TOKEN_SECONDS, idle, access_token_lifetime);
        reader.require_no_shorter(&table::SESSION_SECONDS, absolute, access_token_lifetime);
        let secure = public_url
            .as_ref()
            .is_none_or(|url| url.scheme() == "https");
        reader.require_secure(same_site == Some(SameSite::None) && !secure);
        if let (Some(keys), Some(secret), Some(data)) = (&keys, &secret, &data) {
            keys::keep_apart(reader, keys, secret.as_ref(), data);
        }
        let warnings = warnings::of(&warnings::Given {
            listen: listen?,
            public_url: public_url.as_ref()?,
            is_public_url_set,
            origins: origins.as_deref()?,
            same_site: same_site?,
            mail: mail.as_ref()?,
            mail_from: mail_from.as_ref()?,
        });
        Some(Self {
            warnings,
            listen: listen?,
            store: store?,
            data: data?,
            keys: keys?,
            secret: secret?,
            mail: mail?,
            mail_from: mail_from?,
            introspection: introspection?
                .unwrap_or(listen?.ip().is_loopback() && is_local(public_url.as_ref()?)),
            public_url: public_url?,
            origins: origins?,
            trusted_proxies: trusted_proxies?,
            trusted_documents: trusted_documents?,
            access_token_lifetime: access_token_lifetime?,
            session: SessionPolicy {
                idle: idle?,
                absolute: absolute?,
                grace: grace?,
            },
            same_site: same_site?,
            code_lifetime: code_lifetime?,
            bcrypt_cost: bcrypt_cost?,
            password_min_length: password_min_length?,
            verify_email_first: verify_email_first?,
            idle: idle_connection?,
            proxy_idle: proxy_idle?,
            drain: drain?,
            limits: limits?,
            issuer: issuer?,
            audience: audience?,
            log: log?,
            log_format: log_format?,
        })
    }
}

/// The same path, to a file that would be taken.
fn documents(path: Option<PathBuf>) -> Result<Option<PathBuf>, String> {
    if let Some(path) = &path {
        TrustedDocuments::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(path)
}

/// Returns an address that a client can go to: one that means all of this machine's is none.
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

/// Whether a URL is this machine's own: behind a proxy the server listens on a loopback address too.
#[must_use]
pub fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether cookies are `Secure`: not only where everything stays on this machine, by plain http. So local development
/// works, and nothing else does without TLS.
#[must_use]
pub fn is_secure(url: &Url) -> bool {
    url.scheme() == "https" || !is_local(url)
}

#[cfg(test)]
mod tests;
