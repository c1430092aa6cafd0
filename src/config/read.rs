//! Reading of the settings in groups, mostly in the order of the table.
//!
//! A field is `None` if its setting is wrong; the reader has the error. All groups are read even
//! then, so that all errors are reported at once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use super::branding::Branding;
use super::connections::Connections;
use super::delivery::Delivery;
use super::leaving::LeavingSettings;
use super::live::LiveSettings;
use super::reader::Reader;
use super::tokens::Tokens;
use super::{
    Config, DocumentSource, Mail, SignInSettings, Store, documents, is_local, passkeys, reachable,
    table, warnings,
};
use crate::graphql::SameSite;
use crate::hashing::BcryptEngine;
use crate::model::SessionPolicy;

impl Config {
    /// Returns `None` if a setting is wrong.
    #[expect(
        clippy::cognitive_complexity,
        reason = "each `?` of the struct literal counts as a branch"
    )]
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let places = Places::read(reader);
        let (web, sessions) = (Web::read(reader), Sessions::read(reader));
        let accounts = Rules::read(reader, web.places(&places));
        let tokens = Tokens::read(reader, places.public_url.as_ref(), places.data.as_deref());
        let (connections, live) = (Connections::read(reader), LiveSettings::read(reader));
        let delivery = Delivery::read(reader);
        let emails = Branding::read(reader).emails(reader, &places);
        let (log, log_format) = (reader.take(&table::LOG), reader.take(&table::LOG_FORMAT));
        check(reader, &places, &accounts, &sessions);
        tokens.check(reader, places.data.as_ref());
        Some(Self {
            warnings: warnings(&places, &web, &sessions, accounts.sign_in.as_ref())?,
            live: live?,
            leaving: accounts.leaving?,
            introspection: web.introspection(&places)?,
            listen: places.listen?,
            store: places.store?,
            data: places.data?,
            keys: tokens.keys?,
            secret: tokens.secret?,
            mail: places.mail?,
            mail_from: places.mail_from?,
            mail_connections: delivery.connections?,
            mail_ca: delivery.authorities?,
            mail_ehlo: delivery.ehlo?,
            emails: emails?,
            public_url: places.public_url?,
            origins: web.origins?,
            trusted_proxies: web.trusted_proxies?,
            trusted_documents: web.trusted_documents?,
            access_token_lifetime: sessions.access_token_lifetime?,
            session: sessions.policy()?,
            same_site: sessions.same_site?,
            code_lifetime: accounts.code_lifetime?,
            bcrypt_engine: accounts.bcrypt_engine?,
            bcrypt_cost: accounts.bcrypt_cost?,
            password_min_length: accounts.password_min_length?,
            connections: connections?,
            limits: accounts.limits?,
            sign_in: accounts.sign_in?,
            issuer: tokens.issuer?,
            audience: tokens.audience?,
            client_id: tokens.client_id?,
            resource_servers: tokens.resource_servers?,
            claims: tokens.claims?,
            log: log?,
            log_format: log_format?,
        })
    }
}

/// Checks the settings that depend on others.
fn check(reader: &mut Reader, places: &Places, accounts: &Rules, sessions: &Sessions) {
    accounts.check(reader, places.listen);
    sessions.check(reader, places.public_url.as_ref());
    places.check(reader);
}

/// The places of the server, its data and its mail.
pub(super) struct Places {
    listen: Option<SocketAddr>,
    data: Option<PathBuf>,
    store: Option<Store>,
    pub(super) mail: Option<Mail>,
    pub(super) mail_from: Option<Mailbox>,
    public_url: Option<Url>,
    is_public_url_set: bool,
}

impl Places {
    fn read(reader: &mut Reader) -> Self {
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
        Self {
            listen,
            data,
            store,
            mail,
            mail_from,
            public_url,
            is_public_url_set,
        }
    }

    fn check(&self, reader: &mut Reader) {
        if let (Some(mail), Some(from), Some(url)) = (&self.mail, &self.mail_from, &self.public_url)
        {
            Delivery::check(reader, mail, from, url);
        }
    }

    fn are_local(&self) -> Option<bool> {
        Some(self.listen?.ip().is_loopback() && is_local(self.public_url.as_ref()?))
    }
}

/// The rules for requests.
#[expect(
    clippy::option_option,
    reason = "the outer one is for a wrong setting, the inner one for an unset one"
)]
struct Web {
    origins: Option<Vec<String>>,
    trusted_proxies: Option<Vec<IpNet>>,
    /// The inner `None` means `auto`.
    introspection: Option<Option<bool>>,
    trusted_documents: Option<Option<DocumentSource>>,
}

impl Web {
    fn read(reader: &mut Reader) -> Self {
        Self {
            origins: reader.take(&table::ORIGINS),
            trusted_proxies: reader.take(&table::TRUSTED_PROXIES),
            introspection: reader.take(&table::INTROSPECTION),
            trusted_documents: reader.take_and_read(&table::TRUSTED_DOCUMENTS, documents::load),
        }
    }

    fn places<'a>(&'a self, places: &'a Places) -> passkeys::Places<'a> {
        passkeys::Places {
            public_url: places.public_url.as_ref(),
            origins: self.origins.as_deref(),
        }
    }

    fn introspection(&self, places: &Places) -> Option<bool> {
        Some(self.introspection?.unwrap_or(places.are_local()?))
    }
}

fn warnings(
    places: &Places,
    web: &Web,
    sessions: &Sessions,
    sign_in: Option<&SignInSettings>,
) -> Option<Vec<String>> {
    Some(warnings::of(&warnings::Settings {
        listen: places.listen?,
        public_url: places.public_url.as_ref()?,
        is_public_url_set: places.is_public_url_set,
        origins: web.origins.as_deref()?,
        same_site: sessions.same_site?,
        mail: places.mail.as_ref()?,
        mail_from: places.mail_from.as_ref()?,
        passkeys: sign_in?.passkeys.as_ref(),
    }))
}

/// The lifetimes of sessions and their tokens, and the refresh cookie.
struct Sessions {
    access_token_lifetime: Option<Duration>,
    idle: Option<Duration>,
    absolute: Option<Duration>,
    grace: Option<Duration>,
    same_site: Option<SameSite>,
}

impl Sessions {
    fn read(reader: &mut Reader) -> Self {
        Self {
            access_token_lifetime: reader.take(&table::ACCESS_TOKEN_SECONDS),
            idle: reader.take(&table::REFRESH_TOKEN_SECONDS),
            absolute: reader.take(&table::SESSION_SECONDS),
            grace: reader.take(&table::REFRESH_GRACE_SECONDS),
            same_site: reader.take(&table::COOKIE_SAME_SITE),
        }
    }

    fn check(&self, reader: &mut Reader, public_url: Option<&Url>) {
        let access = self.access_token_lifetime;
        reader.require_no_shorter(&table::REFRESH_TOKEN_SECONDS, self.idle, access);
        reader.require_no_shorter(&table::SESSION_SECONDS, self.absolute, access);
        let secure = public_url.is_none_or(|url| url.scheme() == "https");
        reader.require_secure(self.same_site == Some(SameSite::None) && !secure);
    }

    fn policy(&self) -> Option<SessionPolicy> {
        Some(SessionPolicy {
            idle: self.idle?,
            absolute: self.absolute?,
            grace: self.grace?,
        })
    }
}

/// The rules for accounts.
struct Rules {
    code_lifetime: Option<Duration>,
    bcrypt_engine: Option<BcryptEngine>,
    bcrypt_cost: Option<u32>,
    password_min_length: Option<usize>,
    sign_in: Option<SignInSettings>,
    leaving: Option<LeavingSettings>,
    limits: Option<bool>,
}

impl Rules {
    fn read(reader: &mut Reader, places: passkeys::Places<'_>) -> Self {
        Self {
            code_lifetime: reader.take(&table::CODE_SECONDS),
            bcrypt_engine: reader.take(&table::BCRYPT),
            bcrypt_cost: reader.take(&table::BCRYPT_COST),
            password_min_length: reader.take(&table::PASSWORD_MIN_LENGTH),
            sign_in: SignInSettings::read(reader, places),
            leaving: LeavingSettings::read(reader),
            limits: reader.take(&table::LIMITS),
        }
    }

    fn check(&self, reader: &mut Reader, listen: Option<SocketAddr>) {
        let unlimited = self.limits == Some(false);
        reader.require_loopback(listen, unlimited, &table::LIMITS, "`off`");
        let cheap = self.bcrypt_cost.is_some_and(|cost| cost < 10);
        reader.require_loopback(listen, cheap, &table::BCRYPT_COST, "a cost below 10");
    }
}
