//! Sign-ups that are repeated with their attempt, on each store.

use std::sync::Arc;

use latchkey::accounts::{Client, RequestAttempt, SignIn, Signup, SignupOutcome};
use latchkey::app::{App, Backends, Environment};
use latchkey::config::Config;
use latchkey::mail::{Memory, Transport};
use latchkey::model::{AccountId, Clock, Gender, Rng, SessionId};
use latchkey::repository::Repository;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::arrange::{NOW, email};

type Store = Arc<dyn Repository>;

/// Builds the service on a store, without limits.
pub(crate) fn service(store: Store) -> (Arc<App>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("text");
    let vars = [
        ("LATCHKEY_DATA", data),
        ("LATCHKEY_BCRYPT_COST", "4"),
        ("LATCHKEY_BCRYPT", "crate"),
        ("LATCHKEY_LIMITS", "off"),
        ("LATCHKEY_MFA", "optional"),
        ("LATCHKEY_PASSKEYS", "on"),
        ("LATCHKEY_PASSKEY_RP_ID", "example.org"),
        ("LATCHKEY_PASSKEY_ORIGINS", "https://app.example.org"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::from_vars(vars).expect("valid settings");
    let backends = Backends {
        repository: store,
        transport: Transport::Memory(Memory::default()),
    };
    let environment = Environment {
        clock: Clock::fixed(NOW),
        rng: Rng::system(),
    };
    let app = App::assemble(&config, backends, environment).expect("a service");
    (Arc::new(app), folder)
}

pub(crate) const fn client() -> Client {
    Client {
        ip: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        user_agent: None,
        languages: Vec::new(),
    }
}

/// Signs up with the same attempt each time, and returns the account and the session.
pub(crate) async fn sign_up(app: &App) -> (AccountId, SessionId) {
    let attempt = RequestAttempt::parse("Zm9yIG9uZSBzaWduLXVw-_0123".to_owned());
    let command = Signup {
        email: "ada@x.test".to_owned(),
        password: "correct horse battery staple".into(),
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        gender: Gender::Undisclosed,
        mobile_number: Some("+4915112345678".to_owned()),
        locale: None,
        accepted_terms: None,
        attempt: Some(attempt.expect("a valid attempt")),
        client: client(),
    };
    match app.accounts.signup(command).await {
        Ok(SignupOutcome::SignIn(SignIn::Authenticated(signed_in))) => {
            (signed_in.account.id, signed_in.session)
        }
        other => panic!("{other:?}"),
    }
}

async fn live_sessions(store: &Store) -> Vec<SessionId> {
    let account = store.by_email(&email("ada@x.test")).await;
    let account = account.expect("the store answers").expect("it is there");
    let sessions = &account.user().expect("active").sessions;
    sessions.iter().map(|session| session.id).collect()
}

pub(crate) async fn repeated_signup_signs_in_to_the_same_account(store: Store) {
    let (app, _folder) = service(Arc::clone(&store));
    let (account, first) = sign_up(&app).await;
    let (again, second) = sign_up(&app).await;
    assert_eq!(again, account);
    assert_ne!(second, first);
    assert_eq!(live_sessions(&store).await, [second]);
}

pub(crate) async fn concurrent_signups_with_one_attempt_leave_one_session(store: Store) {
    let (app, _folder) = service(Arc::clone(&store));
    let mut requests = JoinSet::new();
    for _ in 0..40 {
        let app = Arc::clone(&app);
        requests.spawn(async move { sign_up(&app).await });
    }
    let answers = requests.join_all().await;
    let live = live_sessions(&store).await;
    assert_eq!(live.len(), 1);
    assert!(answers.iter().all(|(account, _)| *account == answers[0].0));
    let is_live = |(_, session): &&(AccountId, SessionId)| live.contains(session);
    assert_eq!(answers.iter().filter(is_live).count(), 1);
}
