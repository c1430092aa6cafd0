//! A service in memory, and somebody who talks to it.

mod device;
mod document;
mod store;

use std::sync::Arc;
use std::time::Duration;

use latchkey::app::{App, open_repository};
use latchkey::config::Config;
use latchkey::http::Limits;
use latchkey::mail::{Memory, Transport};
use latchkey::model::{Account, Clock, Email, Rng, Timestamp};
use latchkey::repository::Repository;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use device::{Device, Reply};
pub use document::{USER, document};
pub use store::{Failure, INTERNALS, Store, Work};

/// 2026-11-22T09:30:00.000Z, where every test's clock begins.
pub const BEGINNING: Timestamp = Timestamp::from_millis(1_795_339_800_000);
pub const PASSWORD: &str = "correct horse battery staple";

/// A service on a store of its own. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    pub app: Arc<App>,
    pub clock: Clock,
    pub mail: Memory,
    pub store: Store,
    pub folder: Arc<TempDir>,
}

/// A letter as its reader sees it.
#[derive(Clone, Debug)]
pub struct OutboxEmail {
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Service {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A service with some settings of its own, such as `("LATCHKEY_VERIFY_EMAIL_FIRST", "true")`.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::open(
            folder,
            settings,
            (Clock::fixed(BEGINNING), Memory::default()),
        )
        .await
    }

    /// Another process on the same data, with settings of its own: a second node, or the first after a restart.
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
        let world: (Arc<dyn Repository>, _) =
            (Arc::new(store.clone()), Transport::Memory(mail.clone()));
        let app = App::assemble(&config, world, (clock.clone(), Rng::system())).unwrap();
        Self {
            app: Arc::new(app),
            clock,
            mail,
            store,
            folder,
        }
    }

    /// The same with other limits of connections and requests.
    pub async fn within(&self, limits: Limits) -> Self {
        let node = self.node(&[]).await;
        let app = Arc::into_inner(node.app).expect("nobody else has it");
        Self {
            app: Arc::new(app.within(limits)),
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

    /// Sends what is due, and gives every letter so far.
    pub async fn messages(&self) -> Vec<OutboxEmail> {
        while self.app.accounts.deliver().await.unwrap() > 0 {}
        self.mail
            .sent()
            .iter()
            .map(|bytes| read_email(bytes))
            .collect()
    }

    /// How many letters went to an address so far.
    pub async fn emails_to(&self, email: &str) -> usize {
        self.messages()
            .await
            .iter()
            .filter(|message| message.to == email)
            .count()
    }

    /// An account as the store holds it.
    pub async fn account(&self, email: &str) -> Account {
        let email = Email::parse(email).unwrap();
        self.store
            .by_email(&email)
            .await
            .unwrap()
            .expect("an account of the address")
    }

    /// The code in the newest letter to an address.
    pub async fn code_for(&self, email: &str) -> String {
        let messages = self.messages().await;
        let message = messages
            .iter()
            .rev()
            .find(|message| message.to == email)
            .expect("a letter to the address");
        let is_code =
            |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        message
            .text
            .lines()
            .map(str::trim)
            .find(is_code)
            .expect("a code in the letter")
            .to_owned()
    }
}

fn read_email(bytes: &[u8]) -> OutboxEmail {
    let message = MessageParser::default().parse(bytes).unwrap();
    let to = message
        .to()
        .and_then(|to| to.first())
        .and_then(|to| to.address())
        .unwrap()
        .to_owned();
    let text = message.body_text(0).unwrap().into_owned();
    OutboxEmail {
        to,
        subject: message.subject().unwrap().to_owned(),
        text,
    }
}

pub fn sign_up_input(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" })
}

/// The name of a union member.
pub fn kind(answer: &Value) -> &str {
    answer["__typename"].as_str().unwrap_or_default()
}

/// The refused fields of an `InvalidInput`: the input's name and the code.
pub fn refused(answer: &Value) -> Vec<(String, String)> {
    assert_eq!(kind(answer), "InvalidInput", "{answer}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let fields = answer["fields"].as_array().unwrap();
    fields
        .iter()
        .map(|field| (text(&field["path"][1]), text(&field["code"])))
        .collect()
}
