//! The owner of an address: who they are, and where they are signed in.

use serde::{Deserialize, Serialize};

use super::{
    Code, Device, MAX_SESSIONS, MobileNumber, Name, PasswordHash, Session, SessionId, Timestamp,
};

/// How many devices an account remembers.
const KNOWN_DEVICES: usize = 20;

/// The owner of an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The password's hash, with its scheme.
    pub password: PasswordHash,
    /// When the password was last set.
    pub password_changed_at: Timestamp,
    /// Name and gender.
    pub profile: Profile,
    /// E.164, unique in the store where there is one.
    pub mobile_number: Option<MobileNumber>,
    /// What the user may do.
    pub role: Role,
    /// Since when the operator keeps the user out.
    pub suspended_at: Option<Timestamp>,
    /// Whether the address was proven.
    pub email_verified: bool,
    /// When the account became the user's.
    pub created_at: Timestamp,
    /// When what the user sees of it last changed.
    pub updated_at: Timestamp,
    /// When the user last logged in with the password.
    pub last_login_at: Option<Timestamp>,
    /// Where the user is signed in.
    pub sessions: Vec<Session>,
    /// The marks of the devices it was signed in on, the latest first.
    pub known_devices: Vec<String>,
    /// The outstanding code that resets the password.
    pub reset_code: Option<Code>,
    /// The outstanding code that proves the address.
    pub verification_code: Option<Code>,
}

/// What a user says of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// First name.
    pub first_name: Name,
    /// Last name.
    pub last_name: Name,
    /// Gender.
    pub gender: Gender,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Their own account.
    User,
    /// Also what is reserved for administrators.
    Admin,
}

/// How a user wishes to be addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the names say it all; the schema describes each for the front end"
)]
pub enum Gender {
    Female,
    Male,
    NonBinary,
    Other,
    Undisclosed,
}

impl Profile {
    /// Returns the first and the last name, as far as there is one.
    #[must_use]
    pub fn full_name(&self) -> String {
        let names = [self.first_name.as_str(), self.last_name.as_str()];
        names.join(" ").trim().to_owned()
    }
}

impl User {
    /// A user as signed up: never an administrator, not signed in anywhere yet.
    #[must_use]
    pub const fn new(
        password: PasswordHash,
        profile: Profile,
        mobile_number: Option<MobileNumber>,
        now: Timestamp,
    ) -> Self {
        Self {
            password,
            password_changed_at: now,
            profile,
            mobile_number,
            role: Role::User,
            suspended_at: None,
            email_verified: false,
            created_at: now,
            updated_at: now,
            last_login_at: None,
            sessions: Vec::new(),
            known_devices: Vec::new(),
            reset_code: None,
            verification_code: None,
        }
    }

    /// Whether the operator keeps the user out.
    #[must_use]
    pub const fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }

    /// The live session of this id.
    #[must_use]
    pub fn session(&self, id: SessionId, now: Timestamp) -> Option<&Session> {
        self.sessions
            .iter()
            .find(|session| session.id == id && session.is_live(now))
    }

    /// Ends the sessions a predicate picks, and says how many.
    pub fn end_sessions(&mut self, ended: impl Fn(&Session) -> bool) -> usize {
        let before = self.sessions.len();
        self.sessions.retain(|session| !ended(session));
        before - self.sessions.len()
    }

    /// Begins a session. Where there are too many, the least recently used gives way, and never the one that begins.
    pub fn begin(&mut self, session: Session, now: Timestamp) {
        self.sessions.retain(|session| session.is_live(now));
        while self.sessions.len() >= MAX_SESSIONS {
            let oldest =
                (0..self.sessions.len()).min_by_key(|index| self.sessions[*index].last_used_at);
            oldest.map(|index| self.sessions.remove(index));
        }
        self.sessions.push(session);
    }

    /// Starts a session after the user has proven the password, and returns whether its device is new.
    pub fn sign_in(&mut self, session: Session, now: Timestamp) -> bool {
        self.last_login_at = Some(now);
        let new_device = self.remember_device(&session.device);
        self.begin(session, now);
        new_device
    }

    /// Sets the password's hash.
    pub fn set_password(&mut self, hash: PasswordHash, now: Timestamp) {
        self.password = hash;
        self.password_changed_at = now;
        self.updated_at = now;
    }

    /// Remembers a device, and says whether it is one that was not seen before.
    pub fn remember_device(&mut self, device: &Device) -> bool {
        let fingerprint = device.fingerprint();
        let known = self
            .known_devices
            .iter()
            .position(|known| *known == fingerprint);
        if let Some(known) = known {
            self.known_devices.remove(known);
        }
        self.known_devices.insert(0, fingerprint);
        self.known_devices.truncate(KNOWN_DEVICES);
        known.is_none()
    }

    pub(super) fn prune_expired(&mut self, now: Timestamp) {
        self.sessions.retain(|session| session.is_live(now));
        for code in [&mut self.reset_code, &mut self.verification_code] {
            code.take_if(|code| code.is_over(now));
        }
    }
}
