//! A user's own data as JSON, in the form that `docs/data-export.schema.json` describes. It names
//! every field of the account that is about the user, and no secret and no hash.

use serde::Serialize;
use serde_json::{Value, json};

use super::Caller;
use crate::model::{
    Account, Device, Email, FormerEmail, Identity, Locale, MobileNumber, OutboxEmail, Passkey,
    SecondFactors, Session, Timestamp, TrustedBrowser, User,
};

/// The version of the form.
const VERSION: u32 = 1;

/// Everything that the service keeps of a user.
pub(super) struct DataExport(Value);

impl DataExport {
    /// Describes the caller's account as it is now.
    pub(super) fn of(caller: &Caller, now: Timestamp) -> Self {
        let account = &caller.account;
        let Some(user) = caller.user() else {
            return Self(Value::Null);
        };
        let live = user.sessions.iter().filter(|session| session.is_live(now));
        let sessions: Vec<_> = live
            .map(|it| session(it, it.id == caller.session))
            .collect();
        let emails: Vec<_> = account.outbox.iter().map(|it| email(it, account)).collect();
        Self(json!({
            "format": "latchkey-data-export",
            "version": VERSION,
            "exportedAt": time(now),
            "account": profile(account, user, now),
            "password": {
                "isSet": user.password.is_some(),
                "changedAt": time(user.password_changed_at),
            },
            "secondFactor": second_factor(&user.factors, now),
            "passkeys": user.factors.passkeys.iter().map(passkey).collect::<Vec<_>>(),
            "identities": user.identities.iter().map(identity).collect::<Vec<_>>(),
            "sessions": sessions,
            "knownDevices": user.known_devices,
            "waitingEmails": emails,
        }))
    }

    /// Returns the JSON, with a line for each field: people read it too.
    pub(super) fn to_json(&self) -> String {
        format!("{:#}", self.0)
    }
}

fn profile(account: &Account, user: &User, now: Timestamp) -> Value {
    let changes = &user.email_changes;
    let former: Vec<_> = changes.former.iter().map(former_email).collect();
    let terms = user.accepted_terms.as_ref();
    json!({
        "id": account.id.to_string(),
        "createdAt": time(user.created_at),
        "updatedAt": time(user.updated_at),
        "lastLoginAt": user.last_login_at.map(time),
        "email": account.email.as_str(),
        "emailVerified": user.email_verified,
        "pendingEmail": changes.pending_email(now).map(Email::as_str),
        "formerEmails": former,
        "firstName": user.profile.first_name.as_str(),
        "lastName": user.profile.last_name.as_str(),
        "gender": name(&user.profile.gender),
        "mobileNumber": user.mobile_number.as_ref().map(MobileNumber::as_str),
        "locale": user.locale.as_ref().map(Locale::as_str),
        "role": user.role.name(),
        "acceptedTerms": terms.map(|it| json!({ "version": it.version, "at": time(it.at) })),
    })
}

fn former_email(former: &FormerEmail) -> Value {
    json!({ "email": former.email.as_str(), "reservedUntil": time(former.until()) })
}

fn second_factor(factors: &SecondFactors, now: Timestamp) -> Value {
    let browsers = factors.trusted_browsers.iter();
    let trusted = browsers.filter(|browser| now < browser.expires_at);
    let trusted: Vec<_> = trusted.map(trusted_browser).collect();
    json!({
        "authenticatorApp": factors.totp.is_some(),
        "recoveryCodesLeft": factors.recovery_codes_left(),
        "trustedBrowsers": trusted,
    })
}

fn passkey(passkey: &Passkey) -> Value {
    json!({
        "id": passkey.id.to_string(),
        "name": passkey.name.as_str(),
        "createdAt": time(passkey.created_at),
        "lastUsedAt": passkey.last_used_at.map(time),
        "backedUp": passkey.is_backed_up,
        "aaguid": passkey.aaguid,
        "credentialId": passkey.credential_id,
        "publicKey": passkey.public_key,
        "counter": passkey.counter,
        "transports": passkey.transports.iter().map(|it| it.name()).collect::<Vec<_>>(),
    })
}

fn identity(identity: &Identity) -> Value {
    json!({
        "id": identity.id.to_string(),
        "provider": identity.provider,
        "issuer": identity.key.issuer(),
        "subject": identity.key.subject(),
        "email": identity.email.as_ref().map(Email::as_str),
        "linkedAt": time(identity.linked_at),
    })
}

fn trusted_browser(browser: &TrustedBrowser) -> Value {
    json!({
        "id": browser.id.to_string(),
        "device": device(&browser.device),
        "createdAt": time(browser.created_at),
        "lastUsedAt": time(browser.last_used_at),
        "expiresAt": time(browser.expires_at),
    })
}

fn session(session: &Session, is_current: bool) -> Value {
    let methods: Vec<_> = session.methods.iter().map(name).collect();
    json!({
        "id": session.id.to_string(),
        "current": is_current,
        "device": device(&session.device),
        "createdAt": time(session.created_at),
        "authenticatedAt": time(session.authenticated_at),
        "methods": methods,
        "lastUsedAt": time(session.last_used_at),
        "expiresAt": time(session.expires_at),
    })
}

fn device(device: &Device) -> Value {
    json!({
        "name": device.name(),
        "userAgent": device.user_agent,
        "ipAddress": device.ip_address.map(|it| it.to_string()),
    })
}

fn email(email: &OutboxEmail, account: &Account) -> Value {
    json!({
        "id": email.id.to_string(),
        "kind": email.kind.name(),
        "to": email.recipient(&account.email).as_str(),
        "writtenAt": time(email.written_at),
        "expiresAt": time(email.expires_at),
    })
}

fn time(time: Timestamp) -> String {
    time.to_rfc3339()
}

/// Returns the name of a variant as the GraphQL schema spells it, such as `RECOVERY_CODE`.
fn name(variant: &impl Serialize) -> String {
    let stored = json!(variant);
    let mut name = String::new();
    for character in stored.as_str().unwrap_or_default().chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Gender, SignInMethod};

    #[test]
    fn variants_have_the_names_of_the_schema() {
        assert_eq!(name(&Gender::NonBinary), "NON_BINARY");
        assert_eq!(name(&SignInMethod::RecoveryCode), "RECOVERY_CODE");
        assert_eq!(name(&SignInMethod::Totp), "TOTP");
    }
}
