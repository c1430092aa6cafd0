//! The aggregate: everything that belongs to one address is one document.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Code, Device, Email, Letter, LetterId, LetterKind, MAX_SESSIONS, MobileNumber, Name, PasswordHash, Rng,
    Session, SessionId, SignUp, Timestamp,
};

/// How many letters wait at a time: with one more, the oldest goes.
const OUTBOX: usize = 20;
/// How many notices of one kind a day sees.
const NOTICES: usize = 5;
const DAY: Duration = Duration::from_hours(24);
/// How long a letter without a code is worth sending.
const NOTICE_LIFETIME: Duration = Duration::from_hours(3 * 24);
/// How many devices an account remembers.
const KNOWN_DEVICES: usize = 20;

/// All there is about one address. Acts are functions on it; a repository loads it and saves it back whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Names it for good, also across the completion of a sign-up.
    pub id: AccountId,
    /// Counts the saves: a save succeeds only on the version that was loaded.
    pub version: i64,
    /// The address, unique in the store.
    pub email: Email,
    /// Whether the address is anyone's yet.
    pub standing: Standing,
    /// Letters still to be mailed, written in one write with what they tell of.
    pub outbox: Vec<Letter>,
    /// The notices of the last day.
    pub notices: Vec<Notice>,
}

/// That a notice was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The kind of letter.
    pub kind: String,
    /// When.
    pub at: Timestamp,
}

/// Whether an address is anyone's yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// Sign-ups wait for their code.
    Pending(Vec<SignUp>),
    /// The address has an owner.
    Active(Box<User>),
}

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
#[expect(missing_docs, reason = "the names say it all; the schema describes each for the front end")]
pub enum Gender {
    Female,
    Male,
    NonBinary,
    Other,
    Undisclosed,
}

impl Account {
    /// An address with this standing, not saved yet.
    #[must_use]
    pub const fn new(id: AccountId, email: Email, standing: Standing) -> Self {
        Self { id, version: 0, email, standing, outbox: Vec::new(), notices: Vec::new() }
    }

    /// The owner, if the address has one.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match &self.standing {
            Standing::Active(user) => Some(user),
            Standing::Pending(_) => None,
        }
    }

    /// The owner, to change.
    #[must_use]
    pub fn user_mut(&mut self) -> Option<&mut User> {
        match &mut self.standing {
            Standing::Active(user) => Some(user),
            Standing::Pending(_) => None,
        }
    }

    /// Puts a letter into the outbox, due at once, in place of those of its kind: only the newest code is good, and one
    /// notice says it as well as two.
    pub fn post(&mut self, kind: LetterKind, lifetime: Duration, now: Timestamp, rng: &Rng) {
        let same_kind = std::mem::discriminant(&kind);
        self.outbox.retain(|letter| std::mem::discriminant(&letter.kind) != same_kind);
        self.post_another(kind, lifetime, now, rng);
    }

    /// Puts a notice into the outbox, unless the day has seen enough of its kind: whoever signs in with somebody else's
    /// address must not fill their mailbox.
    pub fn notify(&mut self, kind: LetterKind, now: Timestamp, rng: &Rng) {
        let name = kind.name();
        self.notices.retain(|notice| now < notice.at.plus(DAY));
        if self.notices.iter().filter(|notice| notice.kind == name).count() < NOTICES {
            self.notices.push(Notice { kind: name.to_owned(), at: now });
            self.post(kind, NOTICE_LIFETIME, now, rng);
        }
    }

    /// Puts a letter into the outbox, due at once, beside those of its kind: each is somebody else's.
    pub fn post_another(&mut self, kind: LetterKind, lifetime: Duration, now: Timestamp, rng: &Rng) {
        let surplus = (self.outbox.len() + 1).saturating_sub(OUTBOX);
        self.outbox.drain(..surplus);
        self.outbox.push(Letter::new(LetterId::new(now, rng), kind, now, lifetime));
    }

    /// Makes every outstanding code worthless, also those that were not mailed yet.
    pub fn void_codes(&mut self) {
        self.outbox.retain(|letter| letter.kind.code().is_none());
        if let Some(user) = self.user_mut() {
            user.reset_code = None;
            user.verification_code = None;
        }
    }

    /// When the worker should next look at the outbox.
    #[must_use]
    pub fn mail_due_at(&self) -> Option<Timestamp> {
        self.outbox.iter().filter_map(|letter| letter.due_at).min()
    }

    /// When the address is free again, if nobody completes a sign-up before.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Pending(sign_ups) => {
                Some(sign_ups.iter().map(|it| it.expires_at).max().unwrap_or(Timestamp::from_millis(0)))
            }
            Standing::Active(_) => None,
        }
    }

    /// Drops what has expired and what is over the caps: an account stays small. Done on each save.
    pub fn tidy(&mut self, now: Timestamp) {
        let mut parked = self.outbox.iter().filter(|letter| letter.due_at.is_none()).count();
        self.outbox.retain(|letter| {
            let surplus = letter.due_at.is_none() && parked > Letter::PARKED;
            parked -= usize::from(surplus);
            !surplus
        });
        match &mut self.standing {
            Standing::Pending(sign_ups) => sign_ups.retain(|sign_up| now < sign_up.expires_at),
            Standing::Active(user) => user.tidy(now),
        }
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
        self.sessions.iter().find(|session| session.id == id && session.is_live(now))
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
            let oldest = (0..self.sessions.len()).min_by_key(|index| self.sessions[*index].last_used_at);
            oldest.map(|index| self.sessions.remove(index));
        }
        self.sessions.push(session);
    }

    /// Remembers a device, and says whether it is one that was not seen before.
    pub fn meet(&mut self, device: &Device) -> bool {
        let mark = device.mark();
        let known = self.known_devices.iter().position(|known| *known == mark);
        if let Some(known) = known {
            self.known_devices.remove(known);
        }
        self.known_devices.insert(0, mark);
        self.known_devices.truncate(KNOWN_DEVICES);
        known.is_none()
    }

    fn tidy(&mut self, now: Timestamp) {
        self.sessions.retain(|session| session.is_live(now));
        for code in [&mut self.reset_code, &mut self.verification_code] {
            code.take_if(|code| code.is_over(now));
        }
    }
}
