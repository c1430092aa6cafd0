//! Layer 1: tokens, codes and the keys behind them. Nothing here uses the store.

mod access;
mod bound;
mod ceremony;
mod claims;
mod device;
mod files;
mod keyring;
mod refresh;
mod resource_servers;
mod secret;

pub use access::{
    AccessClaims, AccessSubject, AccessTokens, BearerError, MULTI_FACTOR, VerifiedTokens,
};
pub use bound::BoundTokens;
pub use ceremony::{Ceremony, CeremonyHandles, CeremonyPurpose};
pub use claims::{
    ClaimFacts, ClaimTemplate, ClaimTemplateSource, ClaimsError, CustomClaims, RolePermissions,
};
pub use device::{DeviceToken, DeviceTokens};
pub use files::KeyError;
pub(crate) use files::{is_private, is_shared_with_group, probe_key_folder};
pub use keyring::{
    JWKS_MAX_AGE, KeyAlgorithm, KeyInfo, KeySource, KeyState, Keyring, LEAD, LONGEST_LIFETIME,
    RetireError, RotateError, Rotated, SecretSource,
};
pub use refresh::{RefreshToken, RefreshTokens};
pub use resource_servers::ResourceServers;
pub use secret::{Purpose, Secret};
