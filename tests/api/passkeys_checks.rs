//! The checks of a passkey's answer, through the API: each refusal changes nothing.

use latchkey::model::Rng;
use serde_json::{Value, json};

use crate::races::{UNLIMITED, tally};
use crate::support::{
    BOUND, Device, Key, ORIGIN, PASSKEYS, Passkey, SYNCED, Service, capture_log, encode, kind,
};

async fn with_passkey() -> (Service, Passkey) {
    let service = Service::with(&PASSKEYS).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let passkey = device.with_passkey(Key::es256()).await;
    (service, passkey)
}

/// Logs in with a passkey that is altered for this time.
async fn log_in(
    service: &Service,
    passkey: &mut Passkey,
    alter: impl FnOnce(&mut Passkey),
) -> String {
    let (flags, counter) = (passkey.flags, passkey.counter);
    alter(passkey);
    let answer = service.device().log_in_with(passkey).await;
    (passkey.flags, passkey.counter) = (flags, counter);
    passkey.client_data = json!({});
    ORIGIN.clone_into(&mut passkey.origin);
    "example.org".clone_into(&mut passkey.rp_id);
    kind(&answer).to_owned()
}

#[tokio::test]
async fn answer_of_another_page_or_domain_is_refused() {
    let (service, mut passkey) = with_passkey().await;
    for origin in [
        "https://example.org",
        "https://app.example.org:8443",
        "http://app.example.org",
        "https://app.example.org/",
        "https://evil.test",
    ] {
        let refused = log_in(&service, &mut passkey, |it| it.origin = origin.to_owned()).await;
        assert_eq!(refused, "InvalidProof", "{origin}");
    }
    let elsewhere = log_in(&service, &mut passkey, |it| {
        "app.example.org".clone_into(&mut it.rp_id);
    });
    assert_eq!(elsewhere.await, "InvalidProof");
    for member in [
        json!({ "crossOrigin": true }),
        json!({ "topOrigin": "https://evil.test" }),
        json!({ "type": "webauthn.create" }),
        json!({ "challenge": "AAAA" }),
    ] {
        let refused = log_in(&service, &mut passkey, |it| it.client_data = member.clone()).await;
        assert_eq!(refused, "InvalidProof", "{member}");
    }
    let more = json!({ "other_keys_can_be_added_here": "as browsers do" });
    let extended = log_in(&service, &mut passkey, |it| it.client_data = more).await;
    assert_eq!(extended, "Authenticated");
}

#[tokio::test]
async fn user_must_be_present_and_verified() {
    let (service, mut passkey) = with_passkey().await;
    for flags in [SYNCED & !0x01, SYNCED & !0x04, SYNCED & !0x08, BOUND] {
        let refused = log_in(&service, &mut passkey, |it| it.flags = flags).await;
        assert_eq!(refused, "InvalidProof", "{flags:x}");
    }
    let before = log_in(&service, &mut passkey, |it| it.flags = SYNCED & !0x10).await;
    assert_eq!(before, "Authenticated", "it is not backed up any longer");
    let (device, _) = service.device().logged_in("ada@x.test").await;
    assert_eq!(device.passkeys().await.0[0]["backedUp"], false);
}

#[tokio::test]
async fn counter_that_does_not_increase_is_refused_and_logged() {
    let (service, mut passkey) = with_passkey().await;
    let (log, _guard) = capture_log(&service.device()).await;
    for (counter, expected) in [
        (0, "Authenticated"),
        (0, "Authenticated"),
        (5, "Authenticated"),
        (5, "InvalidProof"),
        (4, "InvalidProof"),
        (0, "InvalidProof"),
        (6, "Authenticated"),
    ] {
        let answer = log_in(&service, &mut passkey, |it| it.counter = counter).await;
        assert_eq!(answer, expected, "{counter}");
    }
    let warnings = log.text().matches("counter did not increase").count();
    assert_eq!(warnings, 3);
}

#[tokio::test]
async fn user_handle_names_the_account_of_the_key() {
    let (service, passkey) = with_passkey().await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let other = bob.with_passkey(Key::es256()).await;
    let log_in = async |handle: Option<String>| {
        let started = service.device().start_passkey().await;
        let mut answer = passkey.sign_in(&started["options"]);
        answer["response"]["userHandle"] = json!(handle);
        kind(&service.device().finish_passkey(&started, &answer).await).to_owned()
    };
    assert_eq!(log_in(None).await, "InvalidProof");
    assert_eq!(log_in(Some(String::new())).await, "InvalidProof");
    assert_eq!(log_in(other.user_handle.clone()).await, "UnknownPasskey");
    let random: [u8; 16] = Rng::system().bytes();
    assert_eq!(log_in(Some(encode(random))).await, "UnknownPasskey");
    assert_eq!(log_in(Some(encode([1]))).await, "UnknownPasskey");
    assert_eq!(log_in(passkey.user_handle.clone()).await, "Authenticated");
}

#[tokio::test]
async fn ids_and_signature_must_be_the_keys_own() {
    let (service, passkey) = with_passkey().await;
    let alter = async |alter: fn(&mut Value)| {
        let started = service.device().start_passkey().await;
        let mut answer = passkey.sign_in(&started["options"]);
        alter(&mut answer);
        kind(&service.device().finish_passkey(&started, &answer).await).to_owned()
    };
    assert_eq!(
        alter(|it| it["rawId"] = json!("AAAA")).await,
        "InvalidProof"
    );
    assert_eq!(
        alter(|it| it["type"] = json!("password")).await,
        "InvalidProof"
    );
    let other = alter(|it| it["response"]["signature"] = json!("MEUCIQ"));
    assert_eq!(other.await, "InvalidProof");
    let padded = alter(|it| {
        let signature = it["response"]["signature"].as_str().unwrap();
        it["response"]["signature"] = json!(format!("{signature}="));
    });
    assert_eq!(padded.await, "InvalidProof");
    let mut stranger = Passkey {
        key: Key::es256(),
        ..passkey
    };
    let wrong = log_in(&service, &mut stranger, |_| {}).await;
    assert_eq!(wrong, "InvalidProof");
}

#[tokio::test]
async fn members_that_are_not_named_are_refused_by_name() {
    let (service, passkey) = with_passkey().await;
    let started = service.device().start_passkey().await;
    let mut answer = passkey.sign_in(&started["options"]);
    answer["clientExtensionResults"] = json!({ "prf": { "results": { "first": "AAAA" } } });
    let input = json!({ "handle": started["handle"], "credential": answer });
    let code = service.device().error("finishPasskeyLogin", input).await;
    assert_eq!(code, "BAD_USER_INPUT");
}

#[tokio::test]
async fn registration_is_checked_as_a_login_is() {
    let service = Service::with(&PASSKEYS).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let register = async |alter: fn(&mut Passkey, &mut Value)| {
        let started = device.start_registration().await;
        let (mut passkey, _) = Passkey::create(&started["options"], ORIGIN, Key::ed25519());
        let mut options = started["options"].clone();
        alter(&mut passkey, &mut options);
        let answer = passkey.register(&options);
        kind(&device.finish_registration(&started, &answer).await).to_owned()
    };
    assert_eq!(
        register(|it, _| it.flags = SYNCED & !0x04).await,
        "InvalidProof"
    );
    assert_eq!(register(|it, _| it.flags = 0x15).await, "InvalidProof");
    assert_eq!(
        register(|it, _| it.origin = "https://evil.test".to_owned()).await,
        "InvalidProof"
    );
    assert_eq!(
        register(|it, _| it.rp_id = "evil.test".to_owned()).await,
        "InvalidProof"
    );
    assert_eq!(
        register(|_, it| it["challenge"] = json!("AAAA")).await,
        "InvalidProof"
    );
    assert_eq!(
        register(|it, _| it.id = vec![1; 1024]).await,
        "InvalidProof"
    );
    assert_eq!(
        register(|it, _| it.id = vec![1; 1023]).await,
        "PasskeyRegistered"
    );
    let started = device.start_registration().await;
    let (_, mut answer) = Passkey::create(&started["options"], ORIGIN, Key::es256());
    answer["response"]["attestationObject"] = json!("o2NmbXRkbm9uZQ");
    let refused = device.finish_registration(&started, &answer).await;
    assert_eq!(kind(&refused), "InvalidProof");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_answers_of_one_handle_have_one_winner() {
    let service = Service::with(&[&PASSKEYS[..], &[UNLIMITED]].concat()).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let passkey = device.with_passkey(Key::es256()).await;
    let started = service.device().start_passkey().await;
    let answers = (0..20).map(|_| passkey.sign_in(&started["options"]));
    let input = |answer| json!({ "handle": started["handle"], "credential": answer });
    let logins = in_parallel(&service.device(), "finishPasskeyLogin", answers.map(input)).await;
    let expected = [("Authenticated", 1), ("ChallengeExpired", 19)].into();
    assert_eq!(tally(&logins), expected);
    let started = device.start_registration().await;
    let answers = (0..20).map(|_| Passkey::create(&started["options"], ORIGIN, Key::es256()).1);
    let input = |answer| json!({ "handle": started["handle"], "name": "x", "credential": answer });
    let added = in_parallel(&device, "finishPasskeyRegistration", answers.map(input)).await;
    let expected = [("PasskeyRegistered", 1), ("ChallengeExpired", 19)].into();
    assert_eq!(tally(&added), expected);
    assert_eq!(device.passkeys().await.0.len(), 2);
}

async fn in_parallel(
    device: &Device,
    operation: &'static str,
    inputs: impl Iterator<Item = Value>,
) -> Vec<Value> {
    let mut requests = tokio::task::JoinSet::new();
    for input in inputs {
        let device = device.clone();
        requests.spawn(async move { device.mutate(operation, input).await });
    }
    requests.join_all().await
}

#[tokio::test]
async fn wrong_answers_are_limited_by_client() {
    let (service, passkey) = with_passkey().await;
    let device = service.device().at("198.51.100.7");
    let started = device.start_passkey().await;
    let mut answer = passkey.sign_in(&started["options"]);
    answer["response"]["signature"] = json!("AAAA");
    for _ in 0..100 {
        let refused = device.finish_passkey(&started, &answer).await;
        assert_eq!(kind(&refused), "InvalidProof");
    }
    let limited = device.finish_passkey(&started, &answer).await;
    assert_eq!(kind(&limited), "TooManyAttempts");
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated", "another client");
}
