//! The documents that the tests send.

/// Every field of a user.
pub const USER: &str = "id email emailVerified firstName lastName gender mobileNumber role createdAt updatedAt lastLoginAt \
    passwordChangedAt hasPassword sessions { id current deviceName userAgent ipAddress createdAt authenticatedAt methods lastUsedAt \
    expiresAt }";
const TOKENS: &str = "accessToken tokenType expiresIn refreshToken refreshTokenExpiresAt";

const MFA: &str = "... on MfaRequired { challenge methods expiresInSeconds } ... on MfaSetupRequired { challenge } \
    ... on DeletionPending { deletesAt ticket }";

fn confirm_totp() -> String {
    format!(
        "mutation M($input: ConfirmTotpInput!) {{ confirmTotp(input: $input) {{ __typename \
         ... on RecoveryCodes {{ codes authenticated {{ __typename user {{ {USER} }} tokens {{ {TOKENS} }} }} }} \
         ... on AccountError {{ message }} ... on TooManyAttempts {{ retryAfterSeconds }} }} }}"
    )
}

/// Returns the selections of the members that only some operations have.
fn own_fields(operation: &str) -> &'static str {
    match operation {
        "signup" => {
            "... on SignupAccepted { email ticket } ... on MfaSetupRequired { challenge expiresInSeconds }"
        }
        "forgotPassword"
        | "sendVerificationCode"
        | "sendReauthenticationCode"
        | "requestEmailChange" => "... on CodeSent { email expiresInSeconds }",
        "confirmEmailChange" => "... on EmailChanged { user { ...U } }",
        "undoEmailChange" => "... on EmailChangeUndone { email }",
        "resetPassword" => "... on PasswordReset { email }",
        "changePassword" => {
            "... on PasswordChanged { user { ...U } } ... on ReauthenticationRequired { methods }"
        }
        "updateProfile" | "updateMobileNumber" | "revokeTrustedBrowser" | "renamePasskey" => {
            "... on UserUpdated { user { ...U } }"
        }
        "logout" => "... on LoggedOut { endedSessions }",
        "revokeSession" => "... on SessionRevoked { sessionId }",
        "verifyEmail" => "... on EmailVerified { email } ... on MfaSetupRequired { challenge }",
        "login" | "loginWithCode" => MFA,
        "completeLogin" => "... on DeletionPending { deletesAt ticket }",
        "startLogin" => "... on LoginCodeSent { email ticket expiresInSeconds }",
        "reauthenticate" => {
            "... on Reauthenticated { session { id current authenticatedAt methods } }"
        }
        "startProviderSignIn" => {
            "... on ProviderSignInStarted { authorizationUrl handle } \
             ... on ReauthenticationRequired { methods }"
        }
        "finishProviderSignIn" => {
            "... on IdentityLinked { identity { id email provider { id name } } user { ...U } } \
             ... on MfaRequired { challenge factors: methods } ... on MfaSetupRequired { challenge } \
             ... on LinkRequired { email ticket methods } ... on ProviderRefused { reason } \
             ... on DeletionPending { ticket }"
        }
        "linkIdentity" => {
            "... on MfaRequired { challenge methods } ... on MfaSetupRequired { challenge } \
             ... on DeletionPending { ticket }"
        }
        "unlinkIdentity" | "removePasskey" => {
            "... on UserUpdated { user { ...U } } ... on ReauthenticationRequired { methods }"
        }
        "startTotp" => {
            "... on TotpStarted { secret uri } ... on ReauthenticationRequired { methods }"
        }
        other => passkey_fields(other),
    }
}

/// Returns the selections of the members that only operations on passkeys have.
fn passkey_fields(operation: &str) -> &'static str {
    match operation {
        "startPasskeyRegistration" => {
            "... on PasskeyRegistrationStarted { handle options { rp { id name } user { id name displayName } challenge
            pubKeyCredParams { type alg } timeout excludeCredentials { type id transports }
            authenticatorSelection { residentKey requireResidentKey userVerification } attestation hints
            extensions { credProps } } } ... on PasskeyLimitReached { limit } ... on ReauthenticationRequired { methods }"
        }
        "finishPasskeyRegistration" => {
            "... on PasskeyRegistered { passkey { id name createdAt lastUsedAt backedUp aaguid } user { ...U }
            authenticated { __typename user { id } tokens { accessToken refreshToken } } }
            ... on PasskeyLimitReached { limit }"
        }
        "finishPasskeyLogin" => "... on UnknownPasskey { rpId credentialId }",
        _ => "",
    }
}

/// Returns the selection of `InvalidInput`, where an operation has it.
fn invalid_fields(operation: &str) -> &'static str {
    match operation {
        "login"
        | "refresh"
        | "logout"
        | "revokeSession"
        | "verifyEmail"
        | "completeLogin"
        | "startTotp"
        | "loginWithCode"
        | "reauthenticate"
        | "sendReauthenticationCode"
        | "confirmEmailChange"
        | "undoEmailChange"
        | "startPasskeyRegistration"
        | "finishPasskeyLogin"
        | "removePasskey"
        | "revokeTrustedBrowser"
        | "cancelAccountDeletion"
        | "finishProviderSignIn"
        | "linkIdentity"
        | "unlinkIdentity" => "",
        _ => "... on InvalidInput { fields { path code message } }",
    }
}

/// Returns the selection of `TooManyAttempts`, where an operation has it.
fn waiting_time(operation: &str) -> &'static str {
    match operation {
        "refresh"
        | "logout"
        | "revokeSession"
        | "updateProfile"
        | "startTotp"
        | "startPasskeyRegistration"
        | "renamePasskey"
        | "removePasskey"
        | "revokeTrustedBrowser"
        | "cancelAccountDeletion"
        | "unlinkIdentity" => "",
        _ => "... on TooManyAttempts { retryAfterSeconds }",
    }
}

/// Returns a document that selects every field of every member of an operation's result.
pub fn document(operation: &str) -> String {
    if operation == "confirmTotp" {
        return confirm_totp();
    }
    let own = own_fields(operation);
    let signs_in = matches!(
        operation,
        "signup"
            | "login"
            | "refresh"
            | "verifyEmail"
            | "completeLogin"
            | "loginWithCode"
            | "finishPasskeyLogin"
            | "cancelAccountDeletion"
            | "finishProviderSignIn"
            | "linkIdentity"
    );
    let has_user = signs_in || own.contains("...U");
    let authenticated = if signs_in {
        format!("... on Authenticated {{ user {{ ...U }} tokens {{ {TOKENS} }} }}")
    } else {
        String::new()
    };
    let may_fail = operation != "logout";
    let error = if may_fail {
        "... on AccountError { message }"
    } else {
        ""
    };
    let (invalid, wait) = (invalid_fields(operation), waiting_time(operation));
    let fragment = if has_user {
        format!("fragment U on User {{ {USER} }}")
    } else {
        String::new()
    };
    let input = format!("{}{}Input", operation[..1].to_uppercase(), &operation[1..]);
    format!(
        "mutation M($input: {input}!) {{ {operation}(input: $input) {{ __typename {authenticated} {own} {error} {invalid} \
         {wait} }} }} {fragment}"
    )
}
