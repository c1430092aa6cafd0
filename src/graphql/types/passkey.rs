//! Passkeys, and the options and answers of their ceremonies, with the names of Web Authentication
//! Level 3.

use async_graphql::{ID, InputObject, Object, SimpleObject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;

use super::DateTime;
use crate::accounts::{
    PasskeyDescriptor as Descriptor, PasskeyProof as Proof, StartedPasskeyLogin,
};
use crate::model::{self, AccountId, Transport};
use crate::token::Ceremony;
use crate::webauthn::{AssertionResponse, RegistrationResponse};

/// The type of every credential.
const PUBLIC_KEY: &str = "public-key";

/// A passkey of the user.
pub(in crate::graphql) struct Passkey(pub(in crate::graphql) model::Passkey);

impl Passkey {
    /// Returns true if this is the passkey's id.
    pub(in crate::graphql) fn has_id(&self, id: &ID) -> bool {
        self.0.id.to_string() == id.as_str()
    }
}

/// A passkey of the user.
#[Object]
impl Passkey {
    /// The passkey's id, `psk_…`. The authenticator has another one.
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name that the user gave it: 1 to 100 characters.
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// The time at which it was added.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The time of its last use; null before the first.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// True if it was backed up at its last use, as those of password managers are. Suggest a second
    /// passkey to a user whose only one is not.
    async fn backed_up(&self) -> bool {
        self.0.is_backed_up
    }

    /// The model of the authenticator, as a UUID, by which public lists name it; null if it says
    /// none.
    async fn aaguid(&self) -> Option<&str> {
        self.0.aaguid.as_deref()
    }
}

/// The passkeys that the server accepts, for `PublicKeyCredential.signalAllAcceptedCredentials`: the
/// user's password manager then forgets those that were removed here.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PasskeySignal {
    /// The domain that the passkeys belong to.
    rp_id: String,
    /// The user, as authenticators know them, in base64url.
    user_id: String,
    /// The ids that authenticators have drawn, in base64url.
    all_accepted_credential_ids: Vec<String>,
}

impl PasskeySignal {
    pub(super) fn new(rp_id: &str, account: AccountId, user: &model::User) -> Self {
        let ids = user.factors.passkeys.iter();
        Self {
            rp_id: rp_id.to_owned(),
            user_id: user_id(account),
            all_accepted_credential_ids: ids.map(|it| it.credential_id.clone()).collect(),
        }
    }
}

/// Returns an account as authenticators know it.
pub(in crate::graphql) fn user_id(account: AccountId) -> String {
    URL_SAFE_NO_PAD.encode(account.as_bytes())
}

/// Returns the timeout of options, in milliseconds.
pub(in crate::graphql) fn timeout() -> u32 {
    u32::try_from(Ceremony::LIFETIME.as_millis()).unwrap_or(u32::MAX)
}

/// A passkey that the server knows.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PasskeyDescriptor {
    /// Always `public-key`.
    r#type: &'static str,
    /// The id that the authenticator has drawn, in base64url.
    id: String,
    /// The ways in which the browser reached the authenticator.
    transports: Vec<&'static str>,
}

impl From<Descriptor> for PasskeyDescriptor {
    fn from(descriptor: Descriptor) -> Self {
        let transports = descriptor.transports.into_iter();
        Self {
            r#type: PUBLIC_KEY,
            id: descriptor.credential_id,
            transports: transports.map(Transport::name).collect(),
        }
    }
}

/// The options for `PublicKeyCredential.parseRequestOptionsFromJSON`, to be passed on as they are.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PasskeyRequestOptions {
    /// The challenge, in base64url.
    challenge: String,
    /// The time for the user to choose a passkey, in milliseconds.
    timeout: u32,
    /// The domain that the passkeys belong to.
    rp_id: String,
    /// The passkeys of the signed-in user; empty for a guest, to whom the browser offers those that
    /// it has.
    allow_credentials: Vec<PasskeyDescriptor>,
    /// Always `required`.
    user_verification: &'static str,
    /// Always empty.
    hints: Vec<String>,
}

/// The use of a passkey has begun. It lasts five minutes, and can be finished once.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PasskeyLoginStarted {
    /// Names this use in the operation that finishes it. Keep it in the page.
    handle: String,
    /// The options for the browser.
    options: PasskeyRequestOptions,
}

impl From<StartedPasskeyLogin> for PasskeyLoginStarted {
    fn from(started: StartedPasskeyLogin) -> Self {
        let allowed = started.allowed.into_iter();
        Self {
            handle: started.ceremony.handle.expose_secret().to_owned(),
            options: PasskeyRequestOptions {
                challenge: started.ceremony.challenge,
                timeout: timeout(),
                rp_id: started.relying_party,
                allow_credentials: allowed.map(PasskeyDescriptor::from).collect(),
                user_verification: "required",
                hints: Vec::new(),
            },
        }
    }
}

/// A passkey that the browser has created: the members of `credential.toJSON()` that are named here.
/// Drop any other, such as the results of other extensions, which are the page's own. The package
/// `latchkey-client` does that.
#[derive(InputObject)]
pub(in crate::graphql) struct PasskeyRegistrationInput {
    /// The id that the authenticator has drawn, in base64url.
    id: String,
    /// The same as `id`.
    raw_id: String,
    /// Always `public-key`.
    r#type: String,
    /// The kind of authenticator; not used.
    authenticator_attachment: Option<String>,
    /// The answer of the authenticator.
    response: PasskeyAttestationResponse,
    /// The results of extensions; not used.
    client_extension_results: Option<PasskeyExtensions>,
}

/// The answer of an authenticator that has created a passkey. All in base64url.
#[derive(InputObject)]
pub(in crate::graphql) struct PasskeyAttestationResponse {
    /// The browser's statement about the page.
    #[graphql(name = "clientDataJSON")]
    client_data_json: String,
    /// The new key.
    attestation_object: String,
    /// Part of `attestationObject`; not used.
    authenticator_data: Option<String>,
    /// The ways in which the browser reached the authenticator.
    transports: Option<Vec<String>>,
    /// Part of `attestationObject`; not used.
    public_key: Option<String>,
    /// Part of `attestationObject`; not used.
    public_key_algorithm: Option<i32>,
}

/// The use of a passkey: the members of `credential.toJSON()` that are named here. Drop any other,
/// such as the results of other extensions, which are the page's own. The package `latchkey-client`
/// does that.
#[derive(InputObject)]
pub(in crate::graphql) struct PasskeyAssertionInput {
    /// The id that the authenticator has drawn, in base64url.
    id: String,
    /// The same as `id`.
    raw_id: String,
    /// Always `public-key`.
    r#type: String,
    /// The kind of authenticator; not used.
    authenticator_attachment: Option<String>,
    /// The answer of the authenticator.
    response: PasskeyAssertionResponse,
    /// The results of extensions; not used.
    client_extension_results: Option<PasskeyExtensions>,
}

/// The answer of an authenticator that has used a passkey. All in base64url.
#[derive(InputObject)]
pub(in crate::graphql) struct PasskeyAssertionResponse {
    /// The browser's statement about the page.
    #[graphql(name = "clientDataJSON")]
    client_data_json: String,
    /// The authenticator's statement about itself.
    authenticator_data: String,
    /// The signature over both.
    signature: String,
    /// The user, as the authenticator knows them. Every passkey of this server has it.
    user_handle: Option<String>,
}

/// The results of extensions.
#[derive(InputObject)]
pub(in crate::graphql) struct PasskeyExtensions {
    /// The properties of the credential.
    cred_props: Option<PasskeyCredProps>,
}

/// The properties of a credential.
#[derive(InputObject)]
pub(in crate::graphql) struct PasskeyCredProps {
    /// True if the authenticator keeps the credential.
    rk: Option<bool>,
}

/// The use of a passkey as a proof.
#[derive(InputObject)]
pub(in crate::graphql) struct PasskeyProof {
    /// The handle of `startPasskeyLogin`.
    #[graphql(secret)]
    handle: String,
    /// The browser's answer to its options.
    credential: PasskeyAssertionInput,
}

impl PasskeyRegistrationInput {
    /// Returns the answer, and the ways in which the browser reached the authenticator.
    pub(in crate::graphql) fn into_parts(self) -> (RegistrationResponse, Vec<String>) {
        let response = RegistrationResponse {
            id: self.id,
            raw_id: self.raw_id,
            kind: self.r#type,
            client_data: self.response.client_data_json,
            attestation: self.response.attestation_object,
        };
        (response, self.response.transports.unwrap_or_default())
    }
}

impl From<PasskeyAssertionInput> for AssertionResponse {
    fn from(input: PasskeyAssertionInput) -> Self {
        Self {
            id: input.id,
            raw_id: input.raw_id,
            kind: input.r#type,
            client_data: input.response.client_data_json,
            authenticator_data: input.response.authenticator_data,
            signature: input.response.signature,
            user_handle: input.response.user_handle,
        }
    }
}

impl From<PasskeyProof> for Proof {
    fn from(proof: PasskeyProof) -> Self {
        Self {
            handle: proof.handle.into(),
            credential: proof.credential.into(),
        }
    }
}
