//! Passkeys on each store: added, used at once by many requests, removed.

use std::sync::Arc;

use latchkey::accounts::{
    Authentication, Caller, FactorSetup, FinishPasskeyLogin, FinishPasskeyLoginOutcome,
    FinishPasskeyRegistration, FinishPasskeyRegistrationOutcome, Login, LoginOutcome, PasskeyProof,
    RemovePasskeyOutcome, RenamePasskeyOutcome, SignIn, StartPasskeyLoginOutcome,
    StartPasskeyRegistrationOutcome,
};
use latchkey::app::App;
use latchkey::model::{
    Digest, Name, Passkey as StoredPasskey, PasskeyId, Passkeys, Rng, SpentHandles, Transport,
};
use latchkey::repository::Repository;
use latchkey::webauthn::{AssertionResponse, RegistrationResponse};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::arrange::{NOW, email};
use crate::passkey::{Key, Passkey, encode};
use crate::signups::{client, service, sign_up};

type Store = Arc<dyn Repository>;

const ORIGIN: &str = "https://app.example.org";

/// Returns passkeys in which every field has a value.
pub(crate) fn stored() -> Passkeys {
    let mut passkeys = Passkeys::default();
    let added = passkeys.add(StoredPasskey {
        id: PasskeyId::new(NOW, &Rng::system()),
        credential_id: "AQ".to_owned(),
        public_key: "Ag".to_owned(),
        counter: u32::MAX,
        is_backup_eligible: true,
        is_backed_up: true,
        transports: Transport::ALL.to_vec(),
        aaguid: Some("03030303-0303-0303-0303-030303030303".to_owned()),
        name: Name::parse("$phone \u{1f511}").expect("a name"),
        created_at: NOW,
        last_used_at: Some(NOW),
    });
    assert!(added);
    passkeys
}

/// Returns handles that were used, of an account that was restored.
pub(crate) fn spent_handles() -> SpentHandles {
    let mut handles = SpentHandles::default();
    let until = NOW.plus(std::time::Duration::from_mins(1));
    assert!(handles.spend(&Digest::new("handle".to_owned()), NOW, until));
    handles.void(NOW);
    handles
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Logs in with the password, and returns the caller of the session.
async fn caller(app: &App) -> Caller {
    let command = Login {
        email: "ada@x.test".to_owned(),
        password: "correct horse battery staple".into(),
        known_by: Vec::new(),
        trusted_by: None,
        client: client(),
    };
    let Ok(LoginOutcome::SignIn(SignIn::Authenticated(signed_in))) =
        app.accounts.login(command).await
    else {
        panic!("the password signs in");
    };
    let bearer = signed_in.tokens.access_token.expose_secret();
    match app.accounts.authenticate(bearer).await {
        Ok(Authentication::SignedIn(caller)) => *caller,
        other => panic!("{other:?}"),
    }
}

/// Returns the caller of a further request in the same session.
async fn again(store: &Store, caller: &Caller) -> Caller {
    let account = store.by_email(&email("ada@x.test")).await;
    let account = account.expect("the store answers").expect("it is there");
    Caller {
        account,
        session: caller.session,
    }
}

/// Adds a passkey in the session of a caller.
async fn add(app: &App, caller: &Caller) -> (Passkey, PasskeyId) {
    let setup = FactorSetup::Session(Box::new(caller.clone()));
    let started = app.accounts.start_passkey_registration(setup).await;
    let Ok(StartPasskeyRegistrationOutcome::Started(started)) = started else {
        panic!("{started:?}");
    };
    let options = json!({
        "challenge": started.ceremony.challenge, "rp": { "id": started.relying_party },
        "user": { "id": encode(started.account.as_bytes()) },
    });
    let (mut passkey, _) = Passkey::create(&options, ORIGIN, Key::ed25519());
    passkey.counter = u32::MAX - 10;
    let answer = passkey.register(&options);
    let command = FinishPasskeyRegistration {
        handle: started.ceremony.handle,
        name: "Phone".to_owned(),
        credential: RegistrationResponse {
            id: text(&answer["id"]),
            raw_id: text(&answer["rawId"]),
            kind: text(&answer["type"]),
            client_data: text(&answer["response"]["clientDataJSON"]),
            attestation: text(&answer["response"]["attestationObject"]),
        },
        transports: vec!["internal".to_owned()],
        caller: Some(Box::new(caller.clone())),
        client: client(),
    };
    match app.accounts.finish_passkey_registration(command).await {
        Ok(FinishPasskeyRegistrationOutcome::Registered { passkey: id, .. }) => (passkey, id),
        other => panic!("{other:?}"),
    }
}

/// Starts a login, and returns an answer to it.
async fn answer(app: &App, passkey: &mut Passkey) -> PasskeyProof {
    let started = app.accounts.start_passkey_login(None, &client()).await;
    let Ok(StartPasskeyLoginOutcome::Started(started)) = started else {
        panic!("{started:?}");
    };
    passkey.counter += 1;
    let answer = passkey.sign_in(&json!({ "challenge": started.ceremony.challenge }));
    let response = &answer["response"];
    PasskeyProof {
        handle: started.ceremony.handle,
        credential: AssertionResponse {
            id: text(&answer["id"]),
            raw_id: text(&answer["rawId"]),
            kind: text(&answer["type"]),
            client_data: text(&response["clientDataJSON"]),
            authenticator_data: text(&response["authenticatorData"]),
            signature: text(&response["signature"]),
            user_handle: response["userHandle"].as_str().map(str::to_owned),
        },
    }
}

async fn log_in(app: &App, proof: PasskeyProof) -> FinishPasskeyLoginOutcome {
    let command = FinishPasskeyLogin {
        proof,
        known_by: Vec::new(),
        client: client(),
    };
    let outcome = app.accounts.finish_passkey_login(command).await;
    outcome.expect("the store answers")
}

pub(crate) async fn passkey_is_added_renamed_and_used(store: Store) {
    let (app, _folder) = service(store.clone());
    sign_up(&app).await;
    let caller = caller(&app).await;
    let (mut passkey, id) = add(&app, &caller).await;
    let proof = answer(&app, &mut passkey).await;
    let signed_in = log_in(&app, proof).await;
    assert!(is_signed_in(&signed_in), "{signed_in:?}");
    let caller = again(&store, &caller).await;
    let renamed = app.accounts.rename_passkey(caller, Some(id), "Laptop");
    let renamed = renamed.await.expect("the store answers");
    assert!(matches!(renamed, RenamePasskeyOutcome::Renamed(_)));
    let stored = store.by_email(&email("ada@x.test")).await;
    let stored = stored.expect("the store answers").expect("it is there");
    let user = stored.user().expect("active");
    let found = user.factors.passkeys.iter().next().expect("a passkey");
    assert_eq!(
        (found.name.as_str(), found.counter),
        ("Laptop", u32::MAX - 9)
    );
}

pub(crate) async fn removed_passkey_is_not_known_again(store: Store) {
    let (app, _folder) = service(store.clone());
    sign_up(&app).await;
    let (caller, client) = (caller(&app).await, client());
    let (mut passkey, id) = add(&app, &caller).await;
    let caller = again(&store, &caller).await;
    let removing = app.accounts.remove_passkey(caller, Some(id), &client);
    let removed = removing.await.expect("the store answers");
    assert!(matches!(removed, RemovePasskeyOutcome::Removed(_)));
    let proof = answer(&app, &mut passkey).await;
    let unknown = log_in(&app, proof).await;
    let is_unknown = matches!(unknown, FinishPasskeyLoginOutcome::UnknownPasskey { .. });
    assert!(is_unknown, "{unknown:?}");
}

const fn is_signed_in(outcome: &FinishPasskeyLoginOutcome) -> bool {
    matches!(
        outcome,
        FinishPasskeyLoginOutcome::SignIn(SignIn::Authenticated(_))
    )
}

pub(crate) async fn concurrent_answers_of_a_passkey_have_one_winner(store: Store) {
    let (app, _folder) = service(store);
    sign_up(&app).await;
    let caller = caller(&app).await;
    let (mut passkey, _) = add(&app, &caller).await;
    let proof = answer(&app, &mut passkey).await;
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let (app, proof) = (Arc::clone(&app), proof.clone());
        requests.spawn(async move { log_in(&app, proof).await });
    }
    let outcomes = requests.join_all().await;
    let count =
        |is: fn(&FinishPasskeyLoginOutcome) -> bool| outcomes.iter().filter(|it| is(it)).count();
    let winners = count(is_signed_in);
    let losers = count(|it| matches!(it, FinishPasskeyLoginOutcome::ChallengeExpired));
    assert_eq!((winners, losers), (1, 19), "{outcomes:?}");
}
