//! A service in memory, and the client that calls it.

mod authenticator;
mod device;
mod document;
mod live;
mod log;
mod passkeys;
mod provider;
mod snapshot;
mod store;
mod store_deletions;
mod store_secrets;

use std::sync::Arc;
use std::time::Duration;

use latchkey::accounts::InternalError;
use latchkey::app::{App, Backends, Environment, open_repository};
use latchkey::config::Config;
use latchkey::http::Limits;
use latchkey::mail::{Memory, Transport};
use latchkey::model::{Account, Clock, Email, Rng, Timestamp};
use latchkey::repository::Repository as _;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use crate::passkey::{BOUND, Key, Passkey, SYNCED, encode};
pub use authenticator::{Authenticator, recovery_codes};
pub use device::{Device, Reply};
pub use document::{USER, document};
pub use live::{LiveServer, QUICK, SUBSCRIPTION, Socket};
pub use log::{Log, capture_log};
pub use passkeys::{ORIGIN, PASSKEYS};
pub use provider::{PAGE, Provider, Signer, Visit, code_in};
pub use snapshot::snapshot;
pub use store::{Failure, INTERNALS, Store, Work};

/// 2026-11-22T09:30:00.000Z, the time at which every test starts.
pub const BEGINNING: Timestamp = Timestamp::from_millis(1_795_339_800_000);
pub const PASSWORD: &str = "correct horse battery staple";

/// A service with its own store. Clones share the service.
#[derive(Clone)]
pub struct Service {
    pub app: Arc<App>,
    pub clock: Clock,
    pub mail: Memory,
    pub store: Store,
    pub folder: Arc<TempDir>,
}

/// An email as its recipient reads it.
#[derive(Clone, Debug)]
pub struct ReceivedEmail {
    pub to: String,
    pub subject: String,
    /// The subject without the name of the service and the time.
    pub topic: String,
    pub text: String,
}

impl Service {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts a service with settings, such as `("LATCHKEY_VERIFY_EMAIL_FIRST", "true")`.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::open(
            folder,
            settings,
            (Clock::fixed(BEGINNING), Memory::default()),
        )
        .await
    }

    /// Starts another process on the same data with its own settings: a second node, or a restart
    /// of the first.
    pub async fn node(&self, settings: &[(&str, &str)]) -> Self {
        Self::open(
            self.folder.clone(),
            settings,
            (self.clock.clone(), self.mail.clone()),
        )
        .await
    }

    async fn open(
        folder: Arc<TempDir>,
        settings: &[(&str, &str)],
        (clock, mail): (Clock, Memory),
    ) -> Self {
        let data = folder.path().to_str().unwrap().to_owned();
        let fixed = [
            ("LATCHKEY_DATA", data.as_str()),
            ("LATCHKEY_BCRYPT_COST", "4"),
            // In a debug build the bcrypt crate is optimized, and our own core is not.
            ("LATCHKEY_BCRYPT", "crate"),
        ];
        let vars = fixed
            .iter()
            .chain(settings)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::from_vars(vars).unwrap();
        let store = Store::new(open_repository(&config.store).await.unwrap());
        let backends = Backends {
            repository: Arc::new(store.clone()),
            transport: Transport::Memory(mail.clone()),
        };
        let environment = Environment {
            clock: clock.clone(),
            rng: Rng::system(),
        };
        let app = App::assemble(&config, backends, environment).unwrap();
        app.probe_store().await.unwrap();
        store.work();
        Self {
            app: Arc::new(app),
            clock,
            mail,
            store,
            folder,
        }
    }

    /// Starts a node with other limits of connections and requests.
    pub async fn within(&self, limits: Limits) -> Self {
        let node = self.node(&[]).await;
        let app = Arc::into_inner(node.app).expect("the only reference");
        Self {
            app: Arc::new(app.within(limits)),
            store: node.store,
            ..self.clone()
        }
    }

    pub fn device(&self) -> Device {
        Device {
            service: self.clone(),
            bearer: None,
            address: "192.0.2.1:40000".to_owned(),
            headers: Vec::new(),
        }
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Delivers the emails that are due and returns their number.
    pub async fn deliver_due(&self) -> Result<usize, InternalError> {
        self.app.accounts.email_delivery().deliver_due().await
    }

    /// Delivers the emails that are due and returns all emails so far.
    pub async fn received_emails(&self) -> Vec<ReceivedEmail> {
        while self.deliver_due().await.unwrap() > 0 {}
        self.mail
            .sent()
            .iter()
            .map(|bytes| read_email(bytes))
            .collect()
    }

    /// Counts the emails delivered to a recipient so far.
    pub async fn emails_to(&self, email: &str) -> usize {
        self.received_emails()
            .await
            .iter()
            .filter(|message| message.to == email)
            .count()
    }

    /// Loads an account from the store.
    pub async fn account(&self, email: &str) -> Account {
        let email = Email::parse(email).unwrap();
        self.store
            .by_email(&email)
            .await
            .unwrap()
            .expect("an account with the email")
    }

    /// Schedules the deletion of an account in a week.
    pub async fn delete_later(&self, email: &str) {
        let mut account = self.account(email).await;
        let user = account.user_mut().expect("an active account");
        user.deletes_at = Some(self.clock.now().plus(Duration::from_hours(7 * 24)));
        self.store.save(&account).await.unwrap();
    }

    /// Returns the code in the newest email to a recipient.
    pub async fn code_for(&self, email: &str) -> String {
        let messages = self.received_emails().await;
        let message = messages
            .iter()
            .rev()
            .find(|message| message.to == email)
            .expect("an email to the recipient");
        let is_code =
            |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        message
            .text
            .lines()
            .map(str::trim)
            .find(is_code)
            .expect("a code in the email")
            .to_owned()
    }
}

/// Returns a subject without the service's name and the time.
fn topic(subject: &str) -> String {
    subject.split(" (").next().unwrap_or_default().to_owned()
}

fn read_email(bytes: &[u8]) -> ReceivedEmail {
    let message = MessageParser::default().parse(bytes).unwrap();
    let to = message
        .to()
        .and_then(|to| to.first())
        .and_then(|to| to.address())
        .unwrap()
        .to_owned();
    let text = message.body_text(0).unwrap().into_owned();
    ReceivedEmail {
        to,
        topic: topic(message.subject().unwrap()),
        subject: message.subject().unwrap().to_owned(),
        text,
    }
}

pub fn sign_up_input(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" })
}

/// Returns the name of a result's union member.
pub fn kind(answer: &Value) -> &str {
    answer["__typename"].as_str().unwrap_or_default()
}

/// Returns the name and the code of each field of an `InvalidInput`.
pub fn invalid_fields(answer: &Value) -> Vec<(String, String)> {
    assert_eq!(kind(answer), "InvalidInput", "{answer}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let fields = answer["fields"].as_array().unwrap();
    fields
        .iter()
        .map(|field| (text(&field["path"][1]), text(&field["code"])))
        .collect()
}
