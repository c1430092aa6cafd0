//! Passkeys and their uses, right and wrong ones, for `tests/judges/run-all`: other verifiers judge
//! the same ones.

use serde_json::{Value, json};

use crate::support::{Key, ORIGIN, PASSKEYS, Passkey, SYNCED, Service, kind};

/// A change of a passkey before its registration or its use.
type Alter = fn(&mut Passkey);

/// An algorithm, and what makes a key of it.
type Algorithm = (&'static str, fn() -> Key);

const ALGORITHMS: [Algorithm; 3] = [
    ("Ed25519", Key::ed25519),
    ("ES256", Key::es256),
    ("RS256", Key::rs256),
];

const ELSEWHERE: &str = "https://evil.test";

/// The ways in which an authenticator or a browser may differ, as far as all verifiers look at them.
const ALTERATIONS: [(&str, Alter); 7] = [
    ("as it comes", |_| {}),
    ("more client data", |it| say(it, "later", json!([1]))),
    ("not backed up", |it| it.flags = SYNCED & !0x10),
    ("no user presence", |it| it.flags = SYNCED & !0x01),
    ("no user verification", |it| it.flags = SYNCED & !0x04),
    ("another origin", |it| say(it, "origin", json!(ELSEWHERE))),
    ("another domain", |it| "evil.test".clone_into(&mut it.rp_id)),
];

/// Sets a member of the client data.
fn say(passkey: &mut Passkey, member: &str, value: Value) {
    passkey.client_data[member] = value;
}

/// Registers a passkey, and uses it.
async fn judged(service: &Service, name: String, key: Key, alter: [Alter; 2]) -> Value {
    let email = format!("{}@x.test", name.replace([' ', ',', ':'], "-"));
    let (device, _) = service.device().signed_up(&email).await;
    let started = device.start_registration().await;
    let (mut passkey, _) = Passkey::create(&started["options"], ORIGIN, key);
    alter[0](&mut passkey);
    let registration = passkey.register(&started["options"]);
    let added = device.finish_registration(&started, &registration).await;
    let login = service.device().start_passkey().await;
    passkey.flags = SYNCED;
    passkey.client_data = json!({});
    "example.org".clone_into(&mut passkey.rp_id);
    alter[1](&mut passkey);
    let assertion = passkey.sign_in(&login["options"]);
    let used = service.device().finish_passkey(&login, &assertion).await;
    json!({
        "name": name,
        "registration": {
            "challenge": started["options"]["challenge"], "credential": registration,
            "accepted": kind(&added) == "PasskeyRegistered",
        },
        "assertion": {
            "challenge": login["options"]["challenge"], "credential": assertion,
            "accepted": kind(&used) == "Authenticated",
        },
    })
}

#[tokio::test]
#[ignore = "for tests/judges/run-all, which names the file"]
async fn passkeys_are_written_for_other_verifiers() {
    let off = ("LATCHKEY_LIMITS", "off");
    let service = Service::with(&[&PASSKEYS[..], &[off]].concat()).await;
    let mut cases = Vec::new();
    for (algorithm, key) in ALGORITHMS {
        for (what, alter) in ALTERATIONS {
            let name = format!("{algorithm} use: {what}");
            cases.push(judged(&service, name, key(), [|_| {}, alter]).await);
            let name = format!("{algorithm} new: {what}");
            cases.push(judged(&service, name, key(), [alter, |_| {}]).await);
        }
    }
    let file = json!({ "rpId": "example.org", "origin": ORIGIN, "cases": cases });
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/passkeys.json");
    std::fs::write(path, file.to_string()).unwrap();
}
