//! Every operation once, with its secrets where they belong and where they do not.

use serde_json::{Value, json};

use super::{EMAIL, NEW_PASSWORD, OLD_PASSWORD, PENDING, UNKNOWN, WRONG_PASSWORD};
use crate::support::client::{Client, Tokens, kind, sign_up_input, tokens};
use crate::support::home::Home;
use crate::support::mail_server::MailServer;
use crate::support::raw::Raw;
use crate::support::server::Server;
use crate::support::{SOON, until};

/// The names that the client gives to its sign-up and its refresh.
const SIGNUP_ATTEMPT: &str = "c2lnbi11cCBvZiBvdXIgb3du";
const REFRESH_ATTEMPT: &str = "cmVmcmVzaCBvZiBvdXIgb3du";

/// Runs every operation, some with wrong input, and returns the tokens, tickets and codes it
/// received.
pub(super) fn every_operation(home: &Home, mail: &MailServer) -> Vec<String> {
    let server = home.start();
    let mut secrets = sessions_and_reset(&server, mail);
    assert!(server.stop().success());
    let server = home
        .clone()
        .with("LATCHKEY_VERIFY_EMAIL_FIRST", "true")
        .start();
    secrets.extend(verified_signup(&server, mail));
    assert!(server.stop().success());
    secrets
}

fn signup_input(email: &str, password: &str) -> Value {
    let mut input = sign_up_input(email);
    input["password"] = json!(password);
    input
}

fn both(tokens: Tokens) -> [String; 2] {
    [tokens.access, tokens.refresh]
}

/// Signs up, logs in, refreshes, resets the password and logs out.
fn sessions_and_reset(server: &Server, mail: &MailServer) -> Vec<String> {
    let client = server.client();
    let mut input = signup_input(EMAIL, OLD_PASSWORD);
    input["attempt"] = json!(SIGNUP_ATTEMPT);
    let first = tokens(&client.act("signup", &input));
    let second = client.log_in(&EMAIL.to_uppercase(), OLD_PASSWORD);
    let input = json!({ "refreshToken": second.refresh, "attempt": REFRESH_ATTEMPT });
    let third = tokens(&client.act("refresh", &input));
    let signed_in = client.with_bearer(&third.access);
    signed_in.me().unwrap();
    for email in [EMAIL, UNKNOWN] {
        let input = json!({ "email": email, "password": WRONG_PASSWORD });
        assert_eq!(kind(&client.act("login", &input)), "InvalidCredentials");
    }
    misplace_in_graphql(&client, &third);
    misplace_in_http(&client, server.address(), &third);

    client.forget(UNKNOWN);
    client.forget(EMAIL);
    let code = mail.taken(1, SOON * 2).remove(0).code();
    for outcome in ["PasswordReset", "InvalidCode"] {
        assert_eq!(kind(&client.reset(EMAIL, &code, NEW_PASSWORD)), outcome);
    }
    assert_eq!(signed_in.me(), Err("UNAUTHENTICATED".to_owned()));
    let fourth = client.log_in(EMAIL, NEW_PASSWORD);
    let logged_out = client
        .with_bearer(&fourth.access)
        .act("logout", &json!({ "everywhere": false }));
    assert_eq!(kind(&logged_out), "LoggedOut");
    let tokens = [first, second, third, fourth].into_iter().flat_map(both);
    let attempts = [SIGNUP_ATTEMPT, REFRESH_ATTEMPT].map(str::to_owned);
    tokens.chain([code]).chain(attempts).collect()
}

/// Signs up where the email is verified first.
fn verified_signup(server: &Server, mail: &MailServer) -> Vec<String> {
    let client = server.client();
    let pending = client.act("signup", &signup_input(PENDING, OLD_PASSWORD));
    let ticket = pending["ticket"].as_str().unwrap().to_owned();
    let code = until("the code for the ticket", SOON * 2, || {
        mail.messages()
            .into_iter()
            .find(|message| message.to == PENDING)
            .map(|message| message.code())
    });
    let input = json!({ "email": PENDING, "code": code, "ticket": ticket });
    let verified = tokens(&client.act("verifyEmail", &input));
    [ticket, code].into_iter().chain(both(verified)).collect()
}

/// A login with the password written into the document, where it does not belong.
fn login_document() -> String {
    format!(
        r#"mutation {{ login(input: {{ email: "{EMAIL}", password: "{OLD_PASSWORD}" }}) {{ __typename }} }}"#
    )
}

/// Sends passwords and tokens in parts of a GraphQL request that an error might quote.
fn misplace_in_graphql(client: &Client, tokens: &Tokens) {
    let Tokens { access, refresh } = tokens;
    let login = login_document();
    for document in [
        &login,
        &login[..login.len() - 20],
        &login.replace("login", "logon"),
        &format!("{{ {refresh} }}"),
    ] {
        _ = client
            .try_post(document, &json!({ "input": OLD_PASSWORD, "email": EMAIL }))
            .unwrap();
    }
    assert_eq!(
        kind(&client.act("refresh", &json!({ "refreshToken": access }))),
        "InvalidRefreshToken"
    );
    assert_eq!(
        kind(&client.act("login", &json!({ "email": refresh, "password": access }))),
        "InvalidCredentials"
    );
    let mistyped = json!({ "email": { "value": EMAIL }, "password": [OLD_PASSWORD] });
    _ = client.try_act("login", &mistyped).unwrap();
}

/// Sends passwords and tokens in URLs, headers and a truncated body.
fn misplace_in_http(client: &Client, address: &str, tokens: &Tokens) {
    let Tokens { access, refresh } = tokens;
    let query = login_document()
        .replace(' ', "%20")
        .replace('"', "%22")
        .replace('{', "%7B")
        .replace('}', "%7D");
    for path in [
        format!("/graphql?query={query}"),
        format!("/health/live?access_token={access}&email={EMAIL}"),
    ] {
        _ = client.get(&path);
    }
    for bearer in [refresh, &access[..access.len() - 3], OLD_PASSWORD] {
        assert_eq!(
            client.with_bearer(bearer).me(),
            Err("UNAUTHENTICATED".to_owned())
        );
    }
    let mut raw = Raw::connect(address);
    let body = format!(r#"{{"query": "{EMAIL} {OLD_PASSWORD}"#);
    raw.send(format!(
        "POST /graphql HTTP/1.1\r\nhost: {EMAIL}\r\nreferer: http://x.test/?email={EMAIL}\r\ncookie: latchkey_refresh={refresh}\r\n\
         authorization: Basic {access}\r\nx-request-id: {EMAIL}\r\nuser-agent: {EMAIL}\r\norigin: http://{EMAIL}\r\n\
         content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert!(raw.read_to_end().starts_with("HTTP/1.1 400 "));
}
