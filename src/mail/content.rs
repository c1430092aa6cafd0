//! The content of an email in the recipient's language: the same words for its plain text and its
//! HTML.

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;

use super::advice::{self, Line};
use super::brand::Brand;
use super::catalogue::Catalogue;
use crate::model::{Email, EmailKind, Factor, Origin, OutboxEmail, Timestamp};

/// The content of an email, as templates see it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Content {
    kind: &'static str,
    language: String,
    service: String,
    color: String,
    logo: Option<String>,
    pub(super) subject: String,
    /// The first line, with the service's name.
    lead: String,
    why: String,
    code: Option<String>,
    /// The code's expiry, and that staff never ask for it.
    notes: Vec<String>,
    link: Option<Line>,
    facts: Vec<Fact>,
    advice: Option<String>,
    steps: Vec<Line>,
    support: Option<String>,
    footer: String,
}

#[derive(Clone, Debug, Serialize)]
struct Fact {
    label: String,
    value: String,
}

/// The parts from which an email's content is made.
pub(super) struct Parts<'a> {
    pub(super) brand: &'a Brand,
    pub(super) language: &'a str,
    pub(super) catalogue: &'a Catalogue,
    pub(super) email: &'a OutboxEmail,
    pub(super) to: &'a Email,
    pub(super) code: Option<&'a str>,
    /// The time at which the email is sent.
    pub(super) now: Timestamp,
}

impl Parts<'_> {
    pub(super) fn content(&self) -> Content {
        let kind = self.email.kind.name();
        let topic = self.text(&format!("{kind}.topic"), &[]);
        // The seconds make the subjects of two codes differ, so that mail programs do not gather
        // them in one thread.
        let time = utc(self.email.written_at)
            .format("%H:%M:%S UTC")
            .to_string();
        let support = self.brand.support.as_ref();
        Content {
            kind,
            language: self.language.to_owned(),
            service: self.brand.service.clone(),
            color: self.brand.color.clone(),
            logo: self.brand.logo.clone(),
            subject: self.text("subject", &[("topic", &topic), ("time", &time)]),
            lead: self.text(&format!("{kind}.lead"), &[]),
            why: self.text(&format!("{kind}.why"), &[]),
            code: self.code.map(str::to_owned),
            notes: self.notes(),
            link: advice::link(self),
            facts: self.facts(),
            advice: advice::title(self),
            steps: advice::steps(self),
            support: support.map(|support| self.text("support", &[("support", support)])),
            footer: self.text("footer", &[("address", &self.address())]),
        }
    }

    /// Returns a text of the catalogue with the service's name and other values.
    pub(super) fn text(&self, key: &str, values: &[(&str, &str)]) -> String {
        let service = [("service", self.brand.service.as_str())];
        self.catalogue.text(key, &[&service, values].concat())
    }

    /// Returns the recipient's address. A slash in it could make a link of what a stranger typed.
    fn address(&self) -> String {
        self.to.as_str().replace('/', " / ")
    }

    fn notes(&self) -> Vec<String> {
        match &self.email.kind {
            kind if kind.code().is_some() => {
                let until = self.date(self.email.expires_at);
                let minutes = self.minutes_left();
                let values = [("until", until.as_str()), ("minutes", minutes.as_str())];
                vec![
                    self.text("code.expires", &values),
                    self.text("code.staff", &[]),
                ]
            }
            kind if kind.secret().is_some() => vec![self.text("token.staff", &[])],
            _ => Vec::new(),
        }
    }

    /// Returns how long the code is still valid when the email is sent.
    fn minutes_left(&self) -> String {
        // To the nearest minute: an email is sent a moment after it was written.
        match (self.now.until(self.email.expires_at).as_secs() + 30) / 60 {
            0 | 1 => self.text("minute", &[]),
            minutes => self.text("minutes", &[("count", &minutes.to_string())]),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let email = self.email;
        let mut facts = vec![
            ("fact.account", self.address()),
            ("fact.time", self.date(email.written_at)),
        ];
        if email.origin != Origin::default() {
            facts.push(("fact.device", self.device(&email.origin)));
            facts.extend(
                email
                    .origin
                    .ip_address
                    .map(|ip| ("fact.ip", ip.to_string())),
            );
        }
        match &email.kind {
            EmailKind::PasswordReset { name, created_at } => {
                facts.push(("fact.created", self.date(*created_at)));
                facts.push(("fact.name", without_links(name)));
            }
            EmailKind::EmailChangeRequested { undo_until, .. }
            | EmailKind::EmailChanged { undo_until, .. } => {
                facts.push(("fact.undo", self.date(*undo_until)));
            }
            EmailKind::FactorAdded { factor } | EmailKind::FactorRemoved { factor } => {
                let key = match factor {
                    Factor::Totp => "factor.totp",
                    Factor::RecoveryCodes => "factor.recoveryCodes",
                    Factor::Passkey => "factor.passkey",
                    Factor::Provider => "factor.provider",
                };
                facts.push(("fact.factor", self.text(key, &[])));
            }
            EmailKind::DeletionScheduled { deletes_at }
            | EmailKind::UnverifiedExpiry { deletes_at } => {
                facts.push(("fact.deletion", self.date(*deletes_at)));
            }
            _ => {}
        }
        let fact = |(key, value)| Fact {
            label: self.text(key, &[]),
            value,
        };
        facts.into_iter().map(fact).collect()
    }

    fn device(&self, origin: &Origin) -> String {
        match (&origin.browser, &origin.system) {
            (Some(browser), Some(system)) => {
                self.text("device.both", &[("browser", browser), ("system", system)])
            }
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => self.text("device.unknown", &[]),
        }
    }

    fn date(&self, time: Timestamp) -> String {
        let time = utc(time);
        let month = self.text(&format!("month.{}", time.month()), &[]);
        let (day, year) = (time.day().to_string(), time.year().to_string());
        let time = time.format("%H:%M").to_string();
        let values = [
            ("day", day.as_str()),
            ("month", month.as_str()),
            ("year", year.as_str()),
            ("time", time.as_str()),
        ];
        self.text("date", &values)
    }
}

fn utc(time: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(time.millis()).unwrap_or_default()
}

/// Returns a name of which no mail program makes a link: the account may be a stranger's, and the
/// name an advertisement.
fn without_links(name: &str) -> String {
    let mut plain = String::new();
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let joins = matches!(character, '.' | '/' | ':' | '@')
            && characters.peek().is_some_and(|next| !next.is_whitespace());
        plain.push(if joins { ' ' } else { character });
    }
    plain
}
