//! The table of settings: name, default, example, meaning and parser of each, in one place.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use super::leaving::LEAVING_ROWS;
use super::live::LIVE_ROWS;
pub use super::setting::Setting;
pub(super) use super::setting::Typed;
use super::setting::joined;
use super::sign_in_table::SIGN_IN_ROWS;
use super::{DocumentSource, LogFormat, Mail, Store, email_values, parse};
use crate::graphql::SameSite;
use crate::hashing::BcryptEngine;
use crate::model::Locale;
use crate::token::{ClaimTemplateSource, KeyAlgorithm, LONGEST_LIFETIME, SecretSource};

/// All settings, in the order in which they are shown.
pub static SETTINGS: &[Setting] = &joined::<COUNT>(LISTS);

const LISTS: &[&[Setting]] = &[ROWS, SIGN_IN_ROWS, LEAVING_ROWS, LIVE_ROWS];
const COUNT: usize = ROWS.len() + SIGN_IN_ROWS.len() + LEAVING_ROWS.len() + LIVE_ROWS.len();

settings! {
    in ROWS;

    LISTEN -> SocketAddr {
        default: "127.0.0.1:4000", example: "0.0.0.0:4000",
        meaning: "The address and port to listen on. Port 0 picks a free port.",
        parse: parse::listen
    }
    DATA -> PathBuf {
        default: "latchkey-data", example: "/var/lib/latchkey",
        meaning: "The folder for the keys and, unless set otherwise, for the embedded store and the emails.",
        parse: parse::folder
    }
    STORE -> Store {
        default: "sqlite:latchkey-data/latchkey.db", example: "mongodb://user:password@localhost:27017/latchkey",
        meaning: "The store of the accounts: `sqlite:` and a file (by default in `LATCHKEY_DATA`), or `mongodb://…` or `mongodb+srv://…` with the database in the path.",
        parse: super::store::parse, secret: true
    }
    MAIL -> Mail {
        default: "file:latchkey-data/mail", example: "smtp://user:password@smtp.example.org:587",
        meaning: "How emails are sent: `file:` and a folder (by default in `LATCHKEY_DATA`), `smtp://…` (always with STARTTLS) or `smtps://…` (TLS from the start).",
        parse: super::mail::parse, secret: true
    }
    MAIL_FROM -> Mailbox {
        default: "latchkey <no-reply@localhost>", example: "Example <no-reply@example.org>",
        meaning: "The sender of emails.",
        parse: super::sender::parse
    }
    MAIL_CONNECTIONS -> usize {
        default: "4", example: "10",
        meaning: "The number of emails that each server process sends at once, each on a connection of its own (1 to 100).",
        parse: |text| parse::number(text, 1..=100)
    }
    MAIL_CA -> Option<PathBuf> {
        default: "", example: "/etc/ssl/private-ca.pem",
        meaning: "A file with the certificate authorities, in PEM, of which one must have signed the mail server's certificate; by default those of the system, or of the file in `SSL_CERT_FILE`.",
        parse: super::delivery::authorities
    }
    MAIL_EHLO -> Option<String> {
        default: "", example: "accounts.example.org",
        meaning: "The full host name with which latchkey greets the mail server; by default the host of `LATCHKEY_PUBLIC_URL`.",
        parse: super::delivery::ehlo
    }
    MAIL_TEMPLATES -> Option<PathBuf> {
        default: "", example: "/etc/latchkey/mail",
        meaning: "A folder with templates and texts of emails, which go before those in the program: `email.txt`, `email.html`, those of single kinds such as `newSignIn.html`, and catalogues such as `de.json`.",
        parse: email_values::templates
    }
    MAIL_COLOR -> String {
        default: "#1f4e79", example: "#8a1538",
        meaning: "The colour of emails in HTML, as `#` and six hexadecimal digits.",
        parse: email_values::color
    }
    MAIL_LOGO -> Option<String> {
        default: "", example: "https://example.org/logo.png",
        meaning: "The `https://` URL of a logo for emails in HTML. Mail programs load it from there, which shows its server who opens an email; by default none.",
        parse: email_values::logo
    }
    SERVICE_NAME -> String {
        default: "", example: "Example",
        meaning: "The service's name in emails; by default the name in `LATCHKEY_MAIL_FROM`, or else its domain.",
        parse: email_values::name
    }
    LOCALE -> Locale {
        default: "en", example: "de",
        meaning: "The language of emails to users of whom none is known: `en`, `de`, `es`, `fr`, or one with a catalogue in `LATCHKEY_MAIL_TEMPLATES`.",
        parse: email_values::locale
    }
    SUPPORT -> Option<String> {
        default: "", example: "support@example.org",
        meaning: "The email address or `https://` URL for questions, which emails name; by default none.",
        parse: email_values::support
    }
    APP_URL -> Option<Url> {
        default: "", example: "https://app.example.org",
        meaning: "The URL of the application, to which emails link; by default emails have no links.",
        parse: email_values::app_url
    }
    APP_URL_RESET -> String {
        default: "", example: "/reset-password#code={code}",
        meaning: "The path in `LATCHKEY_APP_URL` of the page that takes a code and a new password. With `{code}` in the fragment, emails have the code in the link too; otherwise no link has a secret.",
        parse: email_values::page
    }
    APP_URL_VERIFY -> String {
        default: "", example: "/verify-email",
        meaning: "The same of the page that takes a code that proves an address.",
        parse: email_values::page
    }
    APP_URL_SESSIONS -> String {
        default: "", example: "/account/sessions",
        meaning: "The path in `LATCHKEY_APP_URL` of the page with the user's sessions.",
        parse: email_values::page
    }
    DKIM_DOMAIN -> String {
        default: "", example: "example.org",
        meaning: "The domain that signs emails by DKIM, with the other two settings; by default emails are not signed, because the mail server does that.",
        parse: email_values::domain
    }
    DKIM_SELECTOR -> String {
        default: "", example: "latchkey1",
        meaning: "The selector of the DNS record with the DKIM key: `latchkey check` prints the record.",
        parse: email_values::domain
    }
    DKIM_KEY -> Option<SecretSource> {
        default: "", example: "file:/run/secrets/dkim.pem",
        meaning: "The private key that signs emails, in PEM (RSA of 2048 or more bits, or Ed25519), or `file:` and a file with it.",
        parse: email_values::dkim_key, secret: true
    }
    PUBLIC_URL -> Url {
        default: "http://127.0.0.1:4000", example: "https://accounts.example.org",
        meaning: "The URL under which clients reach the server; by default `http://` and `LATCHKEY_LISTEN`.",
        parse: parse::public_url
    }
    ORIGINS -> Vec<String> {
        default: "", example: "https://app.example.org,http://localhost:5173",
        meaning: "The web origins that may call from a browser (CORS), separated by commas; by default only the server's own.",
        parse: parse::origins
    }
    TRUSTED_PROXIES -> Vec<IpNet> {
        default: "", example: "10.0.0.0/8,192.0.2.7",
        meaning: "The addresses and networks of proxies whose `X-Forwarded-For` (or, without one, `Forwarded`) is trusted, separated by commas; by default none.",
        parse: parse::networks
    }
    METRICS_LISTEN -> Option<SocketAddr> {
        default: "off", example: "127.0.0.1:9464",
        meaning: "The address and port on which Prometheus reads measurements at `/metrics`, apart from clients; or `off`.",
        parse: parse::listen_or_off
    }
    IDLE_SECONDS -> Duration {
        default: "75", example: "120",
        meaning: "The time for which a connection may be idle between two requests (5 to 3600).",
        parse: |text| parse::seconds(text, 5..=3600)
    }
    PROXY_IDLE_SECONDS -> Duration {
        default: "620", example: "75",
        meaning: "The same for connections of `LATCHKEY_TRUSTED_PROXIES`: longer than the proxy reuses them, or it sends a request on a connection that is being closed (5 to 3600).",
        parse: |text| parse::seconds(text, 5..=3600)
    }
    DRAIN_SECONDS -> Duration {
        default: "0", example: "10",
        meaning: "The time for which the server accepts connections after SIGTERM, while `/health/ready` answers 503: as long as a load balancer takes to notice (0 to 300).",
        parse: |text| parse::seconds(text, 0..=300)
    }
    INTROSPECTION -> Option<bool> {
        default: "auto", example: "off",
        meaning: "Introspection for clients and GraphiQL for browsers: `on`, `off`, or `auto`, which means on only if both `LATCHKEY_LISTEN` and `LATCHKEY_PUBLIC_URL` are loopback addresses.",
        parse: |text| parse::one_of(text, &[("on", Some(true)), ("off", Some(false)), ("auto", None)])
    }
    TRUSTED_DOCUMENTS -> Option<DocumentSource> {
        default: "", example: "web/persisted-documents.json,app/persisted-query-manifest.json",
        meaning: "Files of the only documents that are executed, by their hash, separated by commas: as graphql-codegen writes them with `persistedDocuments`, or Apollo's `generate-persisted-query-manifest`. By default every document is executed.",
        parse: |text| Ok(Some(parse::files(text)?).filter(|files| !files.is_empty()).map(DocumentSource::Files))
    }
    ACCESS_TOKEN_SECONDS -> Duration {
        default: "14400", example: "900",
        meaning: "The lifetime of an access token (60 to 86400).",
        parse: |text| parse::seconds(text, 60..=LONGEST_LIFETIME.as_secs())
    }
    REFRESH_TOKEN_SECONDS -> Duration {
        default: "2592000", example: "604800",
        meaning: "The lifetime of a session without a refresh (up to 31536000, not shorter than that of an access token).",
        parse: |text| parse::seconds(text, 60..=31_536_000)
    }
    SESSION_SECONDS -> Duration {
        default: "7776000", example: "2592000",
        meaning: "The maximum lifetime of a session, however often it is refreshed (up to 315360000, not shorter than that of an access token).",
        parse: |text| parse::seconds(text, 60..=315_360_000)
    }
    REFRESH_GRACE_SECONDS -> Duration {
        default: "10", example: "0",
        meaning: "The time for which the previous refresh token is still accepted, for a client that lost the response (0 to 60).",
        parse: |text| parse::seconds(text, 0..=60)
    }
    COOKIE_SAME_SITE -> SameSite {
        default: "strict", example: "lax",
        meaning: "The `SameSite` attribute of the refresh cookie: `strict`, `lax`, or `none` for front ends on another site (only with an `https://` URL in `LATCHKEY_PUBLIC_URL`).",
        parse: |text| parse::one_of(text, &[("strict", SameSite::Strict), ("lax", SameSite::Lax), ("none", SameSite::None)])
    }
    CODE_SECONDS -> Duration {
        default: "600", example: "900",
        meaning: "The lifetime of a code sent by email (60 to 3600).",
        parse: |text| parse::seconds(text, 60..=3600)
    }
    EMAIL_UNDO_DAYS -> Duration {
        default: "7", example: "14",
        meaning: "The days for which the old address can take a change of the email address back, and stays reserved (1 to 30).",
        parse: |text| parse::days(text, 1..=30)
    }
    BCRYPT -> BcryptEngine {
        default: "interleaved", example: "crate",
        meaning: "Code that hashes passwords: `interleaved`, which computes up to six hashes at once on each core, or `crate`, the bcrypt crate's, one at a time. Their hashes are the same.",
        parse: |text| parse::one_of(text, &[("interleaved", BcryptEngine::Interleaved), ("crate", BcryptEngine::Crate)])
    }
    BCRYPT_COST -> u32 {
        default: "12", example: "13",
        meaning: "The bcrypt cost of password hashes (4 to 31, each step doubles the work; below 10 only on a loopback address).",
        parse: |text| parse::number(text, 4..=31)
    }
    PASSWORD_MIN_LENGTH -> usize {
        default: "8", example: "12",
        meaning: "The minimum number of characters in a password (8 to 64).",
        parse: |text| parse::number(text, 8..=64)
    }
    LIMITS -> bool {
        default: "default", example: "off",
        meaning: "Rate limits of logins, sign-ups and codes: `default`, or `off` for tests (only on a loopback address).",
        parse: |text| parse::one_of(text, &[("default", true), ("off", false)])
    }
    ISSUER -> String {
        default: "http://127.0.0.1:4000", example: "https://accounts.example.org",
        meaning: "The `iss` claim of access tokens; by default `LATCHKEY_PUBLIC_URL`.",
        parse: parse::plain
    }
    AUDIENCE -> String {
        default: "latchkey", example: "https://api.example.org",
        meaning: "The `aud` claim of access tokens.",
        parse: parse::plain
    }
    CLIENT_ID -> String {
        default: "latchkey", example: "example-app",
        meaning: "The `client_id` claim of access tokens, which RFC 9068 requires and strict resource servers check; by default `LATCHKEY_AUDIENCE`.",
        parse: parse::plain
    }
    RESOURCE_SERVERS -> Option<SecretSource> {
        default: "", example: "file:/run/secrets/resource-servers",
        meaning: "The resource servers that may ask at `/oauth/introspect` whether a token is still valid (RFC 7662): pairs of `id:secret`, separated by commas, or `file:` and a file with one pair in each line. A secret has 32 or more random characters (openssl rand -hex 32). By default none, and there is no such endpoint.",
        parse: super::keys::resource_servers, secret: true
    }
    ROLES -> Option<PathBuf> {
        default: "", example: "/etc/latchkey/roles.json",
        meaning: "A JSON file with the permissions of each role, such as `{\"USER\": [\"posts:read\"], \"ADMIN\": [\"posts:read\", \"posts:delete\"]}`, for `User.permissions` and for claims. By default a role has none.",
        parse: super::tokens::roles
    }
    CLAIMS -> ClaimTemplateSource {
        default: "none", example: "hasura",
        meaning: "Claims that are added to access tokens for the servers behind: `none`, `hasura`, `postgrest`, or `file:` and a JSON file with a template of your own.",
        parse: super::tokens::claims
    }
    SIGNING_ALGORITHM -> Option<KeyAlgorithm> {
        default: "ES256", example: "EdDSA",
        meaning: "The algorithm of the next key that signs access tokens: `ES256`, `EdDSA` or `RS256`; or `HS256`, with `LATCHKEY_SIGNING_SECRET`.",
        parse: super::keys::algorithm
    }
    SIGNING_KEYS -> Option<SecretSource> {
        default: "", example: "file:/run/secrets/signing-keys.pem",
        meaning: "The private keys that sign access tokens, in PEM, or `file:` and a file with them: the first signs, all verify. By default files in `LATCHKEY_DATA`, created and rotated by `latchkey keys`.",
        parse: super::keys::keys, secret: true
    }
    SIGNING_SECRET -> Option<SecretSource> {
        default: "", example: "file:/run/secrets/signing-secret",
        meaning: "The secret for `HS256`: 32 or more random bytes in base64, or `file:` and a file with them. Every resource server that verifies tokens has it too, and could sign them.",
        parse: super::keys::secret, secret: true
    }
    SECRET -> Option<SecretSource> {
        default: "", example: "file:/run/secrets/latchkey-secret",
        meaning: "The secret behind refresh tokens and codes: 32 or more random bytes in base64, or `file:` and a file with them. By default a file in `LATCHKEY_DATA`, created at the first start. Several, separated by commas or lines, replace one by another: the first is used, and what the others have made is still good.",
        parse: super::keys::secrets, secret: true
    }
    LOG -> String {
        default: "info", example: "warn,latchkey=debug",
        meaning: "The log filter: a level (`off`, `error`, `warn`, `info`, `debug`, `trace`), and levels for single modules.",
        parse: parse::log_filter
    }
    LOG_FORMAT -> LogFormat {
        default: "auto", example: "json",
        meaning: "The format of log lines: `pretty`, `json`, or `auto`, which means pretty on a terminal and JSON everywhere else.",
        parse: |text| parse::one_of(text, &[("pretty", LogFormat::Pretty), ("json", LogFormat::Json), ("auto", LogFormat::Auto)])
    }
}
