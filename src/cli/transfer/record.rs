//! latchkey's own form of a user: one JSON object per line.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accounts::{ImportPassword, ImportTimes, ImportUser};
use crate::hashing::Format;
use crate::model::{Account, Gender, PasswordHash, Role, Timestamp};

/// The version of the form.
pub(super) const VERSION: u32 = 1;

/// The first line of an export.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    /// The version of the form.
    pub(super) latchkey: u32,
}

/// A user. Times are RFC 3339.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Record {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    email: String,
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default = "undisclosed")]
    gender: Gender,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mobile_number: Option<String>,
    #[serde(default = "user")]
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suspended_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    updated_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password_changed_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_login_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<Password>,
}

/// A password hash.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Password {
    /// As latchkey stores it.
    Stored { latchkey: String },
    /// Of another system.
    Foreign { format: Format, hash: Value },
}

/// A time as RFC 3339 text.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Time(Timestamp);

impl TryFrom<String> for Time {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        super::time::of_text(&text)
            .map(Self)
            .ok_or("a time is RFC 3339, such as 2026-11-22T09:30:00Z")
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.0.to_rfc3339()
    }
}

const fn undisclosed() -> Gender {
    Gender::Undisclosed
}

const fn user() -> Role {
    Role::User
}

impl Record {
    /// Describes a user. Sign-ups that wait for their code are no users yet.
    pub(super) fn of(account: &Account, with_hash: bool) -> Option<Self> {
        let user = account.user()?;
        let hash = user.password.as_ref().filter(|_| with_hash);
        Some(Self {
            id: Some(account.id.to_string()),
            email: account.email.as_str().to_owned(),
            email_verified: user.email_verified,
            first_name: user.profile.first_name.as_str().to_owned(),
            last_name: user.profile.last_name.as_str().to_owned(),
            gender: user.profile.gender,
            mobile_number: user
                .mobile_number
                .as_ref()
                .map(|number| number.as_str().to_owned()),
            role: user.role,
            suspended_at: user.suspended_at.map(Time),
            created_at: Some(Time(user.created_at)),
            updated_at: Some(Time(user.updated_at)),
            password_changed_at: Some(Time(user.password_changed_at)),
            last_login_at: user.last_login_at.map(Time),
            password: hash.map(|hash| Password::Stored {
                latchkey: hash.as_str().to_owned(),
            }),
        })
    }
}

impl From<Record> for ImportUser {
    fn from(record: Record) -> Self {
        let at = |time: Option<Time>| time.map(|time| time.0);
        Self {
            id: record.id,
            email: record.email,
            email_verified: record.email_verified,
            first_name: record.first_name,
            last_name: record.last_name,
            gender: record.gender,
            mobile_number: record.mobile_number,
            role: record.role,
            suspended_at: at(record.suspended_at),
            times: ImportTimes {
                created_at: at(record.created_at),
                updated_at: at(record.updated_at),
                password_changed_at: at(record.password_changed_at),
                last_login_at: at(record.last_login_at),
            },
            password: match record.password {
                None => ImportPassword::None,
                Some(Password::Stored { latchkey }) => {
                    ImportPassword::Stored(PasswordHash::new(latchkey))
                }
                Some(Password::Foreign { format, hash }) => ImportPassword::Foreign {
                    format,
                    stored: hash,
                },
            },
        }
    }
}
