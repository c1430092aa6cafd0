//! Layer 0: plain values and their rules. No I/O; the time is always passed in.

mod account;
mod attempts;
mod clock;
mod code;
mod device;
mod device_name;
mod digest;
mod email;
mod field_errors;
mod id;
mod mobile_number;
mod name;
mod outbox;
mod password;
mod rng;
mod session;
mod sign_up;
mod user;

pub use account::{Account, AccountState, Notice};
pub use attempts::{Attempts, Wait};
pub use clock::{Clock, Timestamp};
pub use code::{Code, Spend};
pub use device::Device;
pub use digest::Digest;
pub use email::Email;
pub use field_errors::{FieldCode, FieldError, FieldErrors, InvalidField};
pub use id::{AccountId, DeviceId, EmailId, SessionId, TokenId};
pub use mobile_number::MobileNumber;
pub use name::Name;
pub use outbox::{Delivery, EmailKind, OutboxEmail, Sealed};
pub use password::{Password, PasswordHash, PasswordPolicy};
pub use rng::Rng;
pub use session::{MAX_SESSIONS, Session, SessionPolicy, TokenStatus};
pub use sign_up::{MAX_SIGN_UPS, SignUp};
pub use user::{Gender, Profile, Role, User};
