//! Second factors that many requests spend at once, on each store.

use std::sync::Arc;

use latchkey::accounts::{
    Authentication, CompleteLogin, CompleteLoginOutcome, ConfirmTotp, ConfirmTotpOutcome,
    FactorSetup, Login, LoginOutcome, SecondFactorProof, SignIn, StartTotpOutcome,
};
use latchkey::app::App;
use latchkey::model::TotpSecret;
use latchkey::repository::Repository;
use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;

use crate::arrange::NOW;
use crate::signups::{client, service, sign_up};

type Store = Arc<dyn Repository>;

async fn log_in(app: &App) -> LoginOutcome {
    let command = Login {
        email: "ada@x.test".to_owned(),
        password: "correct horse battery staple".into(),
        known_by: Vec::new(),
        trusted_by: None,
        client: client(),
    };
    let outcome = app.accounts.login(command).await;
    outcome.expect("the store answers")
}

/// Returns the session of an access token, with its account as it is now.
async fn session(app: &App, bearer: &str) -> FactorSetup {
    match app.accounts.authenticate(bearer).await {
        Ok(Authentication::SignedIn(caller)) => FactorSetup::Session(caller),
        other => panic!("{other:?}"),
    }
}

/// Signs up and sets up an authenticator app. Returns the recovery codes.
async fn set_up(app: &App) -> Vec<String> {
    sign_up(app).await;
    let LoginOutcome::SignIn(SignIn::Authenticated(signed_in)) = log_in(app).await else {
        panic!("the account has no factor yet");
    };
    let bearer = signed_in.tokens.access_token.expose_secret();
    let started = app.accounts.start_totp(session(app, bearer).await).await;
    let Ok(StartTotpOutcome::Started(totp)) = started else {
        panic!("{started:?}");
    };
    let secret = TotpSecret::from_base32(totp.secret.expose_secret()).expect("base32");
    let command = ConfirmTotp {
        totp: secret.code(TotpSecret::step_at(NOW)).into(),
        setup: session(app, bearer).await,
        client: client(),
    };
    match app.accounts.confirm_totp(command).await {
        Ok(ConfirmTotpOutcome::Confirmed { codes, .. }) => codes,
        other => panic!("{other:?}"),
    }
}

/// Logs in, and returns the challenge of the second factor.
async fn challenge(app: &App) -> SecretString {
    match log_in(app).await {
        LoginOutcome::SignIn(SignIn::MfaRequired { challenge, .. }) => challenge,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn concurrent_uses_of_one_recovery_code_have_one_winner(store: Store) {
    let (app, _folder) = service(store);
    let codes = set_up(&app).await;
    let mut challenges = Vec::new();
    for _ in 0..10 {
        challenges.push(challenge(&app).await);
    }
    let mut requests = JoinSet::new();
    for index in 0..200 {
        let app = Arc::clone(&app);
        let command = CompleteLogin {
            challenge: challenges[index % challenges.len()].clone(),
            proof: SecondFactorProof::RecoveryCode(codes[0].clone().into()),
            trust_browser: false,
            client: client(),
        };
        requests.spawn(async move { app.accounts.complete_login(command).await });
    }
    let outcomes = requests.join_all().await;
    let is_winner = |outcome: &&Result<CompleteLoginOutcome, _>| {
        let Ok(CompleteLoginOutcome::SignIn { sign_in, .. }) = outcome else {
            return false;
        };
        matches!(sign_in, SignIn::Authenticated(_))
    };
    assert_eq!(outcomes.iter().filter(is_winner).count(), 1);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}
