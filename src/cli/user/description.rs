//! A user as the command line shows it: no secret, and no hash.

use std::fmt::Write;

use clap::ValueEnum;
use serde::Serialize;

use crate::cli::Failure;
use crate::model::{Account, Identity, Session, Timestamp, User};

/// The state of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    /// The user can log in.
    Active,
    /// The operator has suspended the user.
    Suspended,
    /// The account is to be deleted.
    Leaving,
}

impl State {
    pub(super) const fn of(user: &User) -> Self {
        if user.is_suspended() {
            Self::Suspended
        } else if user.deletes_at.is_some() {
            Self::Leaving
        } else {
            Self::Active
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Leaving => "leaving",
        }
    }
}

/// A user in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    id: String,
    email: String,
    email_verified: bool,
    first_name: String,
    last_name: String,
    role: &'static str,
    state: State,
    created_at: String,
    last_login_at: Option<String>,
}

impl Summary {
    /// Describes the user of an account, if it has one.
    pub(super) fn of(account: &Account) -> Option<Self> {
        let user = account.user()?;
        Some(Self {
            id: account.id.to_string(),
            email: account.email.as_str().to_owned(),
            email_verified: user.email_verified,
            first_name: user.profile.first_name.as_str().to_owned(),
            last_name: user.profile.last_name.as_str().to_owned(),
            role: user.role.name(),
            state: State::of(user),
            created_at: user.created_at.to_rfc3339(),
            last_login_at: user.last_login_at.map(Timestamp::to_rfc3339),
        })
    }

    /// Returns the user as one line of text.
    pub(super) fn line(&self) -> String {
        let (id, email, role, state) = (&self.id, &self.email, self.role, self.state.name());
        let verified = if self.email_verified {
            "verified"
        } else {
            "unverified"
        };
        let (created, login) = (&self.created_at, login(self.last_login_at.as_deref()));
        format!("{id}  {email}  {verified}  {role}  {state}  created {created}  login {login}\n")
    }

    pub(super) fn to_json(&self) -> Result<String, Failure> {
        json_line(self)
    }
}

/// A user with everything that an operator may see.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Details {
    #[serde(flatten)]
    summary: Summary,
    gender: crate::model::Gender,
    mobile_number: Option<String>,
    locale: Option<String>,
    pending_email: Option<String>,
    updated_at: String,
    has_password: bool,
    password_changed_at: String,
    suspended_at: Option<String>,
    deletes_at: Option<String>,
    has_authenticator_app: bool,
    recovery_codes_left: usize,
    trusted_browsers: usize,
    identities: Vec<ShownIdentity>,
    waiting_emails: usize,
    sessions: Vec<ShownSession>,
}

/// A linked account at a provider.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownIdentity {
    id: String,
    provider: String,
    email: Option<String>,
    linked_at: String,
}

impl ShownIdentity {
    fn of(identity: &Identity) -> Self {
        Self {
            id: identity.id.to_string(),
            provider: identity.provider.clone(),
            email: identity.email.as_ref().map(|it| it.as_str().to_owned()),
            linked_at: identity.linked_at.to_rfc3339(),
        }
    }

    fn line(&self) -> String {
        let email = self.email.as_deref().unwrap_or("no address");
        let (id, provider, linked) = (&self.id, &self.provider, &self.linked_at);
        format!("{id}  {provider}  {email}  linked {linked}")
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownSession {
    id: String,
    device_name: Option<String>,
    ip_address: Option<String>,
    created_at: String,
    last_used_at: String,
    expires_at: String,
}

impl ShownSession {
    fn of(session: &Session) -> Self {
        Self {
            id: session.id.to_string(),
            device_name: session.device.name(),
            ip_address: session.device.ip_address.map(|it| it.to_string()),
            created_at: session.created_at.to_rfc3339(),
            last_used_at: session.last_used_at.to_rfc3339(),
            expires_at: session.expires_at.to_rfc3339(),
        }
    }
}

impl Details {
    /// Describes the user of an account, if it has one.
    pub(super) fn of(account: &Account, now: Timestamp) -> Option<Self> {
        let user = account.user()?;
        let live = user.sessions.iter().filter(|session| session.is_live(now));
        let pending = user.email_changes.pending_email(now);
        Some(Self {
            summary: Summary::of(account)?,
            gender: user.profile.gender,
            mobile_number: user.mobile_number.as_ref().map(|it| it.as_str().to_owned()),
            locale: user.locale.as_ref().map(|it| it.as_str().to_owned()),
            pending_email: pending.map(|it| it.as_str().to_owned()),
            updated_at: user.updated_at.to_rfc3339(),
            has_password: user.password.is_some(),
            password_changed_at: user.password_changed_at.to_rfc3339(),
            suspended_at: user.suspended_at.map(Timestamp::to_rfc3339),
            deletes_at: user.deletes_at.map(Timestamp::to_rfc3339),
            has_authenticator_app: user.factors.totp.is_some(),
            recovery_codes_left: user.factors.recovery_codes_left(),
            trusted_browsers: user.factors.trusted_browsers.len(),
            identities: user.identities.iter().map(ShownIdentity::of).collect(),
            waiting_emails: account.outbox.len(),
            sessions: live.map(ShownSession::of).collect(),
        })
    }

    /// Returns the user as lines of text.
    pub(super) fn text(&self) -> String {
        let summary = &self.summary;
        let none = || "none".to_owned();
        let rows = [
            ("id", summary.id.clone()),
            ("email", summary.email.clone()),
            ("verified", summary.email_verified.to_string()),
            ("new email", self.pending_email.clone().unwrap_or_else(none)),
            (
                "name",
                format!("{} {}", summary.first_name, summary.last_name),
            ),
            (
                "mobile number",
                self.mobile_number.clone().unwrap_or_else(none),
            ),
            ("language", self.locale.clone().unwrap_or_else(none)),
            ("role", summary.role.to_owned()),
            ("state", summary.state.name().to_owned()),
            ("suspended", self.suspended_at.clone().unwrap_or_else(none)),
            ("deletion", self.deletes_at.clone().unwrap_or_else(none)),
            ("created", summary.created_at.clone()),
            ("updated", self.updated_at.clone()),
            (
                "last login",
                login(summary.last_login_at.as_deref()).to_owned(),
            ),
            ("password", self.password()),
            ("second factor", self.second_factor()),
            ("emails", format!("{} waiting", self.waiting_emails)),
        ];
        let mut text = String::new();
        for (name, value) in rows {
            _ = writeln!(text, "{name:<15}{value}");
        }
        for identity in &self.identities {
            _ = writeln!(text, "{:<15}{}", "provider", identity.line());
        }
        for session in &self.sessions {
            _ = writeln!(text, "{:<15}{}", "session", session.line());
        }
        text
    }

    fn password(&self) -> String {
        if self.has_password {
            format!("set {}", self.password_changed_at)
        } else {
            "none".to_owned()
        }
    }

    fn second_factor(&self) -> String {
        if !self.has_authenticator_app {
            return "none".to_owned();
        }
        let (codes, browsers) = (self.recovery_codes_left, self.trusted_browsers);
        format!("authenticator app, {codes} recovery codes, {browsers} trusted browsers")
    }

    pub(super) fn to_json(&self) -> Result<String, Failure> {
        json_line(self)
    }
}

impl ShownSession {
    fn line(&self) -> String {
        let device = self.device_name.as_deref().unwrap_or("unknown device");
        let address = self.ip_address.as_deref().unwrap_or("unknown address");
        let (id, used) = (&self.id, &self.last_used_at);
        format!("{id}  {device}  {address}  last used {used}")
    }
}

fn login(at: Option<&str>) -> &str {
    at.unwrap_or("never")
}

fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value).map_err(Failure::new)?;
    Ok(text + "\n")
}
