//! Layer 0: plain values and their rules. No I/O; the time is always passed in.

mod account;
mod attempts;
mod challenge;
mod clock;
mod code;
mod device;
mod device_name;
mod digest;
mod email;
mod email_kind;
mod field_errors;
mod id;
mod ip_text;
mod locale;
mod mobile_number;
mod name;
mod new_email;
mod outbox;
mod password;
mod recent;
mod rng;
mod second_factor;
mod session;
mod sign_in;
mod sign_up;
mod text;
mod timestamp;
mod user;

pub use account::{Account, AccountState, Notice};
pub use attempts::{Attempts, Wait};
pub use challenge::{Challenge, ChallengePurpose, Challenges, Proven};
pub use clock::Clock;
pub use code::{Code, Spend};
pub use device::Device;
pub use digest::Digest;
pub use email::Email;
pub use email_kind::{EmailKind, Factor};
pub use field_errors::{FieldCode, FieldError, FieldErrors, InvalidField};
pub use id::{AccountId, DeviceId, EmailId, SessionId, TokenId, TrustedBrowserId};
pub use locale::Locale;
pub use mobile_number::MobileNumber;
pub use name::Name;
pub use new_email::{NewEmail, Origin};
pub use outbox::{Delivery, OutboxEmail, Sealed};
pub use password::{Password, PasswordHash, PasswordPolicy};
pub use recent::Recent;
pub use rng::Rng;
pub use second_factor::{
    RecoveryCodes, SecondFactors, SetupOwner, Totp, TotpSetup, TrustedBrowser,
};
pub use session::{MAX_SESSIONS, Session, SessionPolicy, TokenStatus};
pub use sign_in::{MfaPolicy, SignInMethod};
pub use sign_up::{CreatedBy, MAX_SIGN_UPS, REPEATABLE_TIME, SignUp};
pub(crate) use text::is_blank_text;
pub use timestamp::Timestamp;
pub use user::{Gender, Profile, Role, User};
