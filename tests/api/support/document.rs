//! The documents that the tests send.

/// Every field of a user.
pub const USER: &str = "id email emailVerified firstName lastName gender mobileNumber role createdAt updatedAt lastLoginAt \
    passwordChangedAt hasPassword sessions { id current deviceName userAgent ipAddress createdAt authenticatedAt methods lastUsedAt \
    expiresAt }";
const TOKENS: &str = "accessToken tokenType expiresIn refreshToken refreshTokenExpiresAt";

/// Returns a document that selects every field of every member of an operation's result.
pub fn document(operation: &str) -> String {
    let own = match operation {
        "signup" => "... on SignupAccepted { email ticket }",
        "forgotPassword" | "sendVerificationCode" | "requestEmailChange" => {
            "... on CodeSent { email expiresInSeconds }"
        }
        "confirmEmailChange" => "... on EmailChanged { user { ...U } }",
        "undoEmailChange" => "... on EmailChangeUndone { email }",
        "resetPassword" => "... on PasswordReset { email }",
        "changePassword" => "... on PasswordChanged { user { ...U } }",
        "updateProfile" | "updateMobileNumber" => "... on UserUpdated { user { ...U } }",
        "logout" => "... on LoggedOut { endedSessions }",
        "revokeSession" => "... on SessionRevoked { sessionId }",
        "verifyEmail" => "... on EmailVerified { email }",
        _ => "",
    };
    let signs_in = matches!(operation, "signup" | "login" | "refresh" | "verifyEmail");
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
    let invalid = match operation {
        "login" | "refresh" | "logout" | "revokeSession" | "verifyEmail" | "confirmEmailChange"
        | "undoEmailChange" => "",
        _ => "... on InvalidInput { fields { path code message } }",
    };
    let wait = match operation {
        "refresh" | "logout" | "revokeSession" | "updateProfile" => "",
        _ => "... on TooManyAttempts { retryAfterSeconds }",
    };
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
