//! Passkeys: registered in a session, used to log in, renamed and removed.

use serde_json::{Value, json};

use crate::support::{BOUND, Device, Key, ORIGIN, PASSKEYS, Passkey, Service, encode, kind};

async fn signed_up() -> (Service, Device) {
    let service = Service::with(&PASSKEYS).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    (service, device)
}

/// Asserts that options hold no null, no padding and no other alphabet than that of base64url.
fn assert_plain(options: &Value) {
    match options {
        Value::Null => panic!("a null"),
        Value::String(text) => assert!(!text.contains(['=', '+', '/']), "{text}"),
        Value::Array(items) => items.iter().for_each(assert_plain),
        Value::Object(fields) => fields.values().for_each(assert_plain),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

#[tokio::test]
async fn creation_options_are_what_browsers_parse() {
    let (service, device) = signed_up().await;
    let started = device.start_registration().await;
    let mut options = started["options"].clone();
    assert_plain(&options);
    let challenge = options["challenge"].take();
    assert_eq!(challenge.as_str().unwrap().len(), 43);
    let account = service.account("ada@x.test").await.id;
    let expected = json!({
        "rp": { "id": "example.org", "name": "example.org" },
        "user": { "id": encode(account.as_bytes()), "name": "ada@x.test", "displayName": "Ada Lovelace" },
        "challenge": null,
        "pubKeyCredParams": [
            { "type": "public-key", "alg": -8 },
            { "type": "public-key", "alg": -7 },
            { "type": "public-key", "alg": -257 },
        ],
        "timeout": 300_000,
        "excludeCredentials": [],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
        "hints": [],
        "extensions": { "credProps": true },
    });
    assert_eq!(options, expected);
    let passkey = device.with_passkey(Key::ed25519()).await;
    let again = device.start_registration().await;
    let exclude = &again["options"]["excludeCredentials"];
    let known = json!([{ "type": "public-key", "id": encode(&passkey.id), "transports": ["hybrid", "internal"] }]);
    assert_eq!(*exclude, known);
}

#[tokio::test]
async fn request_options_are_what_browsers_parse() {
    let (service, device) = signed_up().await;
    let passkey = device.with_passkey(Key::ed25519()).await;
    let mut options = service.device().start_passkey().await["options"].clone();
    assert_plain(&options);
    options["challenge"].take();
    let expected = json!({
        "challenge": null, "timeout": 300_000, "rpId": "example.org", "userVerification": "required",
        "hints": [], "allowCredentials": [],
    });
    assert_eq!(options, expected);
    let own = device.start_passkey().await["options"].clone();
    assert_eq!(own["allowCredentials"][0]["id"], encode(&passkey.id));
}

#[tokio::test]
async fn passkey_of_each_algorithm_signs_in() {
    let (service, device) = signed_up().await;
    for key in [Key::ed25519(), Key::es256(), Key::rs256()] {
        let passkey = device.with_passkey(key).await;
        service.wait(1);
        let answer = service.device().log_in_with(&passkey).await;
        let (signed_in, _) = service.device().signed_in_by(&answer);
        let user = signed_in.me().await.unwrap();
        let sessions = user["sessions"].as_array().unwrap().iter();
        let current = sessions.clone().find(|it| it["current"] == true).unwrap();
        assert_eq!(current["methods"], json!(["PASSKEY"]));
    }
    let (passkeys, _) = device.passkeys().await;
    assert_eq!(passkeys.len(), 3);
    let mut last = passkeys[2].clone();
    assert!(last["id"].take().as_str().unwrap().starts_with("psk_"));
    let expected = json!({
        "id": null, "name": "Phone", "createdAt": "2026-11-22T09:30:02.000Z", "lastUsedAt": "2026-11-22T09:30:03.000Z",
        "backedUp": true, "aaguid": "03030303-0303-0303-0303-030303030303",
    });
    assert_eq!(last, expected);
}

#[tokio::test]
async fn handle_is_good_once_for_five_minutes() {
    let (service, device) = signed_up().await;
    let passkey = device.with_passkey(Key::es256()).await;
    let guest = service.device();
    let started = guest.start_passkey().await;
    let answer = passkey.sign_in(&started["options"]);
    let first = guest.finish_passkey(&started, &answer).await;
    assert_eq!(kind(&first), "Authenticated");
    let again = guest.finish_passkey(&started, &answer).await;
    assert_eq!(kind(&again), "ChallengeExpired");
    let signed_again = passkey.sign_in(&started["options"]);
    let again = guest.finish_passkey(&started, &signed_again).await;
    assert_eq!(kind(&again), "ChallengeExpired");
    let late = guest.start_passkey().await;
    service.wait(300);
    let answer = passkey.sign_in(&late["options"]);
    let expired = guest.finish_passkey(&late, &answer).await;
    assert_eq!(kind(&expired), "ChallengeExpired");
    for garbage in ["", "lkp_", "lkp_AAAA", "x"] {
        let started = json!({ "handle": garbage });
        let refused = guest.finish_passkey(&started, &answer).await;
        assert_eq!(kind(&refused), "ChallengeExpired", "{garbage}");
        let answer = passkey.register(&late["options"]);
        let refused = device.finish_registration(&started, &answer).await;
        assert_eq!(kind(&refused), "ChallengeExpired", "{garbage}");
    }
}

#[tokio::test]
async fn handles_are_not_taken_for_each_other() {
    let (service, device) = signed_up().await;
    let passkey = device.with_passkey(Key::es256()).await;
    let registration = device.start_registration().await;
    let answer = passkey.sign_in(&registration["options"]);
    let refused = service
        .device()
        .finish_passkey(&registration, &answer)
        .await;
    assert_eq!(kind(&refused), "ChallengeExpired");
    let login = device.start_passkey().await;
    let answer = passkey.register(&login["options"]);
    let refused = device.finish_registration(&login, &answer).await;
    assert_eq!(kind(&refused), "ChallengeExpired");
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let (_, answer) = Passkey::create(&registration["options"], ORIGIN, Key::es256());
    let refused = bob.finish_registration(&registration, &answer).await;
    assert_eq!(
        kind(&refused),
        "ChallengeExpired",
        "it is of another session"
    );
    let input = json!({ "handle": registration["handle"], "name": "x", "credential": answer });
    let guest = service.device();
    let code = guest.error("finishPasskeyRegistration", input).await;
    assert_eq!(code, "UNAUTHENTICATED");
}

#[tokio::test]
async fn removed_passkey_is_unknown_and_named() {
    let (service, device) = signed_up().await;
    let passkey = device.with_passkey(Key::es256()).await;
    let (passkeys, signal) = device.passkeys().await;
    let account = service.account("ada@x.test").await.id;
    let expected = json!({
        "rpId": "example.org", "userId": encode(account.as_bytes()), "allAcceptedCredentialIds": [encode(&passkey.id)],
    });
    assert_eq!(signal, expected);
    let input = json!({ "passkeyId": passkeys[0]["id"] });
    let removed = device.mutate("removePasskey", input.clone()).await;
    assert_eq!(kind(&removed), "UserUpdated");
    let again = device.mutate("removePasskey", input).await;
    assert_eq!(kind(&again), "PasskeyNotFound");
    let (passkeys, signal) = device.passkeys().await;
    assert!(passkeys.is_empty());
    assert_eq!(signal["allAcceptedCredentialIds"], json!([]));
    let unknown = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&unknown), "UnknownPasskey");
    assert_eq!(unknown["rpId"], "example.org");
    assert_eq!(unknown["credentialId"], encode(&passkey.id));
}

#[tokio::test]
async fn suspended_users_passkey_is_wrong_and_not_unknown() {
    let (service, device) = signed_up().await;
    let passkey = device.with_passkey(Key::es256()).await;
    service.app.accounts.suspend("ada@x.test").await.unwrap();
    let refused = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&refused), "InvalidProof");
}

#[tokio::test]
async fn twenty_first_passkey_is_refused_at_start_and_finish() {
    let (_, device) = signed_up().await;
    for _ in 0..19 {
        device.with_passkey(Key::ed25519()).await;
    }
    let waiting = [
        device.start_registration().await,
        device.start_registration().await,
    ];
    let mut kinds = Vec::new();
    for started in &waiting {
        let (_, answer) = Passkey::create(&started["options"], ORIGIN, Key::ed25519());
        kinds.push(device.finish_registration(started, &answer).await);
    }
    assert_eq!(kind(&kinds[0]), "PasskeyRegistered");
    assert_eq!(kind(&kinds[1]), "PasskeyLimitReached");
    assert_eq!(kinds[1]["limit"], 20);
    let limit = device.mutate("startPasskeyRegistration", json!({})).await;
    assert_eq!(kind(&limit), "PasskeyLimitReached");
}

#[tokio::test]
async fn known_credential_is_not_registered_again() {
    let (_, device) = signed_up().await;
    let passkey = device.with_passkey(Key::es256()).await;
    let started = device.start_registration().await;
    let answer = passkey.register(&started["options"]);
    let refused = device.finish_registration(&started, &answer).await;
    assert_eq!(kind(&refused), "InvalidProof");
    assert_eq!(device.passkeys().await.0.len(), 1);
}

#[tokio::test]
async fn name_is_checked_and_changes() {
    let (_, device) = signed_up().await;
    let started = device.start_registration().await;
    let (_, answer) = Passkey::create(&started["options"], ORIGIN, Key::es256());
    let input = json!({ "handle": started["handle"], "name": " ", "credential": answer });
    let refused = device.mutate("finishPasskeyRegistration", input).await;
    assert_eq!(refused["fields"][0]["path"], json!(["input", "name"]));
    assert_eq!(refused["fields"][0]["code"], "REQUIRED");
    let added = device.finish_registration(&started, &answer).await;
    let id = &added["passkey"]["id"];
    assert_eq!(added["passkey"]["name"], "Phone");
    let rename = async |id: &Value, name: &str| {
        let input = json!({ "passkeyId": id, "name": name });
        kind(&device.mutate("renamePasskey", input).await).to_owned()
    };
    assert_eq!(rename(id, " Laptop ").await, "UserUpdated");
    assert_eq!(rename(id, "").await, "InvalidInput");
    for unknown in ["psk_x", "psk_00000000000000000000000000000000", ""] {
        assert_eq!(rename(&json!(unknown), "x").await, "PasskeyNotFound");
    }
    assert_eq!(device.passkeys().await.0[0]["name"], "Laptop");
    let query = "query($id: ID!) { node(id: $id) { __typename ... on Passkey { name } } }";
    let node = device.post(query, json!({ "id": id })).await.json["data"]["node"].clone();
    assert_eq!(node, json!({ "__typename": "Passkey", "name": "Laptop" }));
}

#[tokio::test]
async fn passkeys_change_only_in_a_fresh_session() {
    let (service, device) = signed_up().await;
    device.with_passkey(Key::es256()).await;
    service.wait(600);
    let stale = device.mutate("startPasskeyRegistration", json!({})).await;
    assert_eq!(kind(&stale), "ReauthenticationRequired");
    assert_eq!(
        stale["methods"],
        json!(["PASSWORD", "EMAIL_CODE", "PASSKEY"])
    );
    let (passkeys, _) = device.passkeys().await;
    let input = json!({ "passkeyId": passkeys[0]["id"] });
    let stale = device.mutate("removePasskey", input).await;
    assert_eq!(kind(&stale), "ReauthenticationRequired");
}

#[tokio::test]
async fn every_change_of_passkeys_is_announced_by_email() {
    let (service, device) = signed_up().await;
    device.with_passkey(Key::es256()).await;
    let topics = async || {
        let emails = service.received_emails().await.into_iter();
        emails.map(|it| it.topic).collect::<Vec<_>>()
    };
    assert_eq!(topics().await, ["A way to log in was added"]);
    let (passkeys, _) = device.passkeys().await;
    let input = json!({ "passkeyId": passkeys[0]["id"] });
    device.mutate("removePasskey", input).await;
    assert_eq!(topics().await[1], "A way to log in was removed");
    let email = service.received_emails().await.remove(1);
    assert!(email.text.contains("Passkey"), "{}", email.text);
}

#[tokio::test]
async fn device_bound_passkey_is_not_backed_up() {
    let (service, device) = signed_up().await;
    let started = device.start_registration().await;
    let (mut passkey, _) = Passkey::create(&started["options"], ORIGIN, Key::es256());
    passkey.flags = BOUND;
    let answer = passkey.register(&started["options"]);
    let added = device.finish_registration(&started, &answer).await;
    assert_eq!(added["passkey"]["backedUp"], false);
    assert_eq!(added["authenticated"], Value::Null);
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated");
}
