//! Ids: type-prefixed, sortable by creation time, and too random to guess (`UUIDv7` inside).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

use super::{Rng, Timestamp};

/// Defines the type of one kind of id, so that the compiler keeps the kinds apart.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Creates a new id.
            #[must_use]
            pub fn new(now: Timestamp, rng: &Rng) -> Self {
                Self(uuid_v7(now, rng))
            }

            /// Creates the id from its 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Returns the time of creation, which the first 48 bits hold.
            #[must_use]
            pub fn created_at(&self) -> Timestamp {
                let millis = self.0.as_u128() >> 80;
                Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
            }

            /// Returns the id's 16 bytes, without the prefix.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            fn from_str(text: &str) -> Result<Self, MalformedId> {
                let hex = text.strip_prefix(concat!($prefix, "_")).ok_or(MalformedId)?;
                let uuid = Uuid::try_parse(hex).map_err(|_| MalformedId)?;
                // An id has exactly one text: other spellings of a UUID (hyphens, capitals, braces)
                // are refused.
                if uuid.simple().to_string() == hex { Ok(Self(uuid)) } else { Err(MalformedId) }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

/// The text is not an id of this kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed id")]
pub struct MalformedId;

id!(
    /// An account's id: `usr_…`, the `sub` of its access tokens.
    AccountId, "usr"
);
id!(
    /// A session's id: `ses_…`, the `sid` of its access tokens.
    SessionId, "ses"
);
id!(
    /// An email's id in the outbox: `eml_…`, also in its Message-ID.
    EmailId, "eml"
);
id!(
    /// The id of a device that has logged in before, according to its device token.
    DeviceId, "dev"
);
id!(
    /// The id of a browser that skips the second factor: `trb_…`.
    TrustedBrowserId, "trb"
);
id!(
    /// A passkey's id: `psk_…`. The authenticator has another one, which is longer.
    PasskeyId, "psk"
);
id!(
    /// The id of the link to an account at a provider: `idn_…`.
    IdentityId, "idn"
);
id!(
    /// An access token's id: its `jti`.
    TokenId, "tok"
);

/// A session's refresh token identifies the device as well as a device token would.
impl From<SessionId> for DeviceId {
    fn from(session: SessionId) -> Self {
        Self(session.0)
    }
}

fn uuid_v7(now: Timestamp, rng: &Rng) -> Uuid {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rng.bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_roundtrips_through_its_one_text_form() {
        let id = AccountId::new(Timestamp::from_millis(1_790_000_000_000), &Rng::system());
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(
            text.replace("usr_", "ses_").parse::<AccountId>(),
            Err(MalformedId)
        );
        assert_eq!(text.to_uppercase().parse::<AccountId>(), Err(MalformedId));
        assert_eq!("usr_".parse::<AccountId>(), Err(MalformedId));
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let rng = Rng::system();
        let earlier = SessionId::new(Timestamp::from_millis(1_790_000_000_000), &rng).to_string();
        let later = SessionId::new(Timestamp::from_millis(1_790_000_000_001), &rng).to_string();
        assert!(earlier < later);
    }
}
