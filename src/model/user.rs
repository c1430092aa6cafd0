//! The user who owns an email address, with the sessions and outstanding codes.

use serde::{Deserialize, Serialize};

use super::{
    AcceptedTerms, Challenges, Code, CreatedBy, Device, EmailChanges, EndReason, Endings,
    FactorPolicy, Identity, Locale, MAX_SESSIONS, MobileNumber, Name, PasswordHash, SecondFactors,
    Session, SessionId, SignInCodes, SignInMethod, SpentHandles, Timestamp,
};

/// The number of devices that an account remembers.
const KNOWN_DEVICES: usize = 20;

/// The user who owns an email address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The password's hash, with its scheme; `None` for a user who signs in by other ways only.
    pub password: Option<PasswordHash>,
    /// The time at which the password was last set or removed; that of the sign-up if there never
    /// was one.
    pub password_changed_at: Timestamp,
    /// The user's name and gender.
    pub profile: Profile,
    /// The language of messages to the user, if the user has chosen one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// The mobile number in E.164, unique in the store.
    pub mobile_number: Option<MobileNumber>,
    /// The user's role.
    pub role: Role,
    /// The time at which the operator suspended the user.
    pub suspended_at: Option<Timestamp>,
    /// A flag: the user has proven control of the email address.
    pub email_verified: bool,
    /// The time at which the account became the user's.
    pub created_at: Timestamp,
    /// The request that created the account, while the client may repeat it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<CreatedBy>,
    /// The terms that the user has accepted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_terms: Option<AcceptedTerms>,
    /// The time of the last change to what the user sees of the account.
    pub updated_at: Timestamp,
    /// The time of the last login with the password.
    pub last_login_at: Option<Timestamp>,
    /// The user's sessions, one per signed-in device.
    pub sessions: Vec<Session>,
    /// The fingerprints of the devices that have signed in, the latest first.
    pub known_devices: Vec<String>,
    /// The outstanding code that resets the password.
    pub reset_code: Option<Code>,
    /// The outstanding code that verifies the email address.
    pub verification_code: Option<Code>,
    /// The outstanding code that proves the mailbox in a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reauthentication_code: Option<Code>,
    /// The outstanding codes that sign in.
    #[serde(default, skip_serializing_if = "SignInCodes::is_empty")]
    pub sign_in_codes: SignInCodes,
    /// The second factors.
    #[serde(default)]
    pub factors: SecondFactors,
    /// The accounts at providers by which the user signs in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<Identity>,
    /// The sign-ins that wait for their next proof.
    #[serde(default)]
    pub challenges: Challenges,
    /// The handles of passkeys that were used.
    #[serde(default, skip_serializing_if = "SpentHandles::is_empty")]
    pub spent_handles: SpentHandles,
    /// The changes of the email address.
    #[serde(default, skip_serializing_if = "EmailChanges::is_empty")]
    pub email_changes: EmailChanges,
    /// The time at which the account is to be deleted.
    #[serde(default)]
    pub deletes_at: Option<Timestamp>,
    /// The latest endings of sessions.
    #[serde(default, skip_serializing_if = "Endings::is_empty")]
    pub endings: Endings,
}

/// The user's name and gender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The first name.
    pub first_name: Name,
    /// The last name.
    pub last_name: Name,
    /// The gender.
    pub gender: Gender,
}

/// The role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Allows operations on the user's own account.
    User,
    /// Also allows what is reserved for administrators.
    Admin,
}

impl Role {
    /// Returns the role's name in the schema and in tokens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Admin => "ADMIN",
        }
    }
}

/// The gender that a user has chosen.
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
    /// Creates a user as signed up: never an administrator, without a session.
    #[must_use]
    pub fn new(
        password: impl Into<Option<PasswordHash>>,
        profile: Profile,
        mobile_number: Option<MobileNumber>,
        now: Timestamp,
    ) -> Self {
        Self {
            password: password.into(),
            password_changed_at: now,
            profile,
            locale: None,
            mobile_number,
            role: Role::User,
            suspended_at: None,
            email_verified: false,
            created_at: now,
            created_by: None,
            accepted_terms: None,
            updated_at: now,
            last_login_at: None,
            sessions: Vec::new(),
            known_devices: Vec::new(),
            reset_code: None,
            verification_code: None,
            reauthentication_code: None,
            sign_in_codes: SignInCodes::default(),
            factors: SecondFactors::default(),
            identities: Vec::new(),
            challenges: Challenges::default(),
            spent_handles: SpentHandles::default(),
            email_changes: EmailChanges::default(),
            deletes_at: None,
            endings: Endings::default(),
        }
    }

    /// Returns whether the operator has suspended the user.
    #[must_use]
    pub const fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }

    /// Returns the methods that the account can prove a second factor by.
    #[must_use]
    pub fn second_factors(&self, policy: FactorPolicy) -> Vec<SignInMethod> {
        self.factors.methods(policy)
    }

    /// Returns the live session with this id.
    #[must_use]
    pub fn session(&self, id: SessionId, now: Timestamp) -> Option<&Session> {
        self.sessions
            .iter()
            .find(|session| session.id == id && session.is_live(now))
    }

    /// Ends the sessions that match a predicate, records the reason, and returns their number.
    pub fn end_sessions(
        &mut self,
        reason: EndReason,
        now: Timestamp,
        ended: impl Fn(&Session) -> bool,
    ) -> usize {
        let before = self.sessions.len();
        let endings = &mut self.endings;
        self.sessions.retain(|session| {
            let is_ended = ended(session);
            if is_ended && session.is_live(now) {
                endings.record(session.id, reason, now);
            }
            !is_ended
        });
        before - self.sessions.len()
    }

    /// Adds a session. If there are too many, the least recently used one is ended, never the new
    /// one.
    pub fn begin(&mut self, session: Session, now: Timestamp) {
        self.sessions.retain(|session| session.is_live(now));
        while self.sessions.len() >= MAX_SESSIONS {
            let oldest =
                (0..self.sessions.len()).min_by_key(|index| self.sessions[*index].last_used_at);
            if let Some(session) = oldest.map(|index| self.sessions.remove(index)) {
                self.endings
                    .record(session.id, EndReason::SessionLimit, now);
            }
        }
        self.sessions.push(session);
    }

    /// Starts a session after the user has proven the password, and returns whether its device is
    /// new.
    pub fn sign_in(&mut self, session: Session, now: Timestamp) -> bool {
        self.last_login_at = Some(now);
        let new_device = self.remember_device(&session.device);
        self.begin(session, now);
        new_device
    }

    /// Sets the password's hash.
    pub fn set_password(&mut self, hash: PasswordHash, now: Timestamp) {
        self.password = Some(hash);
        self.factors.trusted_browsers.clear();
        self.password_changed_at = now;
        self.updated_at = now;
    }

    /// Removes the password: the user sets another one with a reset code.
    pub fn void_password(&mut self, now: Timestamp) {
        self.password = None;
        self.factors.trusted_browsers.clear();
        self.password_changed_at = now;
        self.updated_at = now;
    }

    /// Remembers a device and returns whether it was not seen before.
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
        self.created_by.take_if(|it| now >= it.expires_at);
        let codes = [
            &mut self.reset_code,
            &mut self.verification_code,
            &mut self.reauthentication_code,
        ];
        for code in codes {
            code.take_if(|code| code.is_over(now));
        }
        self.email_changes.prune_expired(now);
        self.sign_in_codes.prune_expired(now);
        self.factors.prune_expired(now);
        self.challenges.prune_expired(now);
        self.spent_handles.prune_expired(now);
        self.endings.prune_expired(now);
    }
}
