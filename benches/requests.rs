//! The cheap requests: verifying and issuing a token, checking a document, and `me` through the
//! router, alone and 64 at once, on each store.
//!
//! Run `cargo bench --bench requests`. `LATCHKEY_TEST_MONGODB` names a MongoDB server for the second
//! store, such as `mongodb://127.0.0.1:27017`; without it, that part is left out.

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use latchkey::app::{App, Backends, Environment, open_repository};
use latchkey::config::{Config, Store};
use latchkey::graphql::document_limits;
use latchkey::mail::{Memory, Transport};
use latchkey::model::{AccountId, Clock, Email, Rng, Role, SessionId, SignInMethod};
use latchkey::repository::{CoalescedReads, Repository};
use latchkey::token::{
    AccessSubject, AccessTokens, CustomClaims, KeyAlgorithm, KeySource, Keyring, VerifiedTokens,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

const ME: &str = "{ me { id email emailVerified firstName lastName role createdAt updatedAt } }";
const AT_ONCE: usize = 64;

fn tokens(criterion: &mut Criterion) {
    let (folder, clock, rng) = (
        TempDir::new().expect("a folder"),
        Clock::system(),
        Rng::system(),
    );
    let now = clock.now();
    let source = KeySource::Folder {
        data: folder.path().to_owned(),
        algorithm: KeyAlgorithm::Es256,
    };
    let tokens = AccessTokens {
        custom_claims: CustomClaims::default(),
        keyring: Keyring::open(&source, now).expect("a key"),
        issuer: "http://127.0.0.1:4000".to_owned(),
        audience: "latchkey".to_owned(),
        client_id: "latchkey".to_owned(),
        lifetime: Duration::from_hours(4),
        verified: VerifiedTokens::default(),
    };
    let subject = AccessSubject {
        is_verified: true,
        locale: None,
        account: AccountId::new(now, &rng),
        session: SessionId::new(now, &rng),
        role: Role::User,
        authenticated_at: now,
        methods: &[SignInMethod::Password],
    };
    let token = tokens.issue(subject, now, &rng);
    let mut group = criterion.benchmark_group("token");
    group.bench_function("issue", |bencher| {
        bencher.iter(|| tokens.issue(black_box(subject), now, &rng));
    });
    group.bench_function("verify, unknown", |bencher| {
        bencher.iter(|| tokens.verify_claims(black_box(&token), now));
    });
    group.bench_function("verify, remembered", |bencher| {
        bencher.iter(|| tokens.verify(black_box(&token), now));
    });
    group.finish();
}

fn documents(criterion: &mut Criterion) {
    criterion.bench_function("document, parse and check", |bencher| {
        bencher.iter(|| document_limits::check(black_box(ME)));
    });
}

/// A service, and its users' tokens.
struct Service {
    router: Router,
    repository: Arc<dyn Repository>,
    tokens: Vec<String>,
    ids: Vec<AccountId>,
    _folder: TempDir,
}

impl Service {
    async fn start(store: Option<String>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let data = folder.path().display().to_string();
        let mut vars = vec![
            ("LATCHKEY_DATA".to_owned(), data),
            ("LATCHKEY_BCRYPT_COST".to_owned(), "4".to_owned()),
            ("LATCHKEY_LIMITS".to_owned(), "off".to_owned()),
        ];
        vars.extend(store.map(|url| ("LATCHKEY_STORE".to_owned(), url)));
        let config = Config::from_vars(vars).expect("settings");
        let repository = open(&config.store).await;
        let backends = Backends {
            repository: repository.clone(),
            transport: Transport::Memory(Memory::default()),
        };
        let environment = Environment {
            clock: Clock::system(),
            rng: Rng::system(),
        };
        let app = App::assemble(&config, backends, environment).expect("a service");
        let mut service = Self {
            router: app.router(),
            repository,
            tokens: Vec::new(),
            ids: Vec::new(),
            _folder: folder,
        };
        service.sign_up().await;
        service
    }

    async fn sign_up(&mut self) {
        let document = "mutation ($input: SignupInput!) { signup(input: $input) {
            ... on Authenticated { tokens { accessToken } } } }";
        for user in 0..AT_ONCE {
            let address = format!("user{user}@{:x}.test", std::process::id());
            let input = json!({
                "email": address, "password": "correct horse battery staple",
                "firstName": "Ada", "lastName": "Lovelace",
            });
            let answer = self.post(None, document, json!({ "input": input })).await;
            let token = answer["data"]["signup"]["tokens"]["accessToken"].as_str();
            self.tokens.push(token.expect("a token").to_owned());
            let address = Email::parse(&address).expect("an address");
            let found = self.repository.by_email(&address).await;
            self.ids
                .push(found.expect("an answer").expect("an account").id);
        }
    }

    async fn post(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut request = request.body(Body::from(body)).expect("a request");
        let peer = SocketAddr::from(([127, 0, 0, 1], 4000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("a response");
        let bytes = to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("a body");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    async fn me(&self, user: usize) {
        let answer = self.post(Some(&self.tokens[user]), ME, json!({})).await;
        assert!(answer["data"]["me"]["id"].is_string(), "{answer}");
    }
}

async fn open(store: &Store) -> Arc<dyn Repository> {
    open_repository(store).await.expect("a store")
}

fn on_store(criterion: &mut Criterion, name: &str, store: Option<String>) {
    let runtime = Runtime::new().expect("a runtime");
    let service = Arc::new(runtime.block_on(Service::start(store)));
    let coalesced = CoalescedReads::new(service.repository.clone());
    let mut group = criterion.benchmark_group(name);
    group.bench_function("me, alone", |bencher| {
        bencher.iter(|| runtime.block_on(service.me(0)));
    });
    group.throughput(Throughput::Elements(AT_ONCE as u64));
    group.bench_function("me, 64 at once", |bencher| {
        bencher.iter(|| {
            let _entered = runtime.enter();
            let calls = (0..AT_ONCE).map(|user| {
                let service = service.clone();
                tokio::spawn(async move { service.me(user).await })
            });
            runtime.block_on(join_all(calls))
        });
    });
    group.bench_function("point reads, 64 at once, each alone", |bencher| {
        bencher.iter(|| {
            let _entered = runtime.enter();
            let calls = service.ids.iter().map(|id| {
                let (repository, id) = (service.repository.clone(), *id);
                tokio::spawn(async move { repository.by_id(id).await.expect("an answer") })
            });
            runtime.block_on(join_all(calls))
        });
    });
    group.bench_function("point reads, 64 at once, coalesced", |bencher| {
        bencher.iter(|| {
            let _entered = runtime.enter();
            let calls = service.ids.iter().map(|id| {
                let (reads, id) = (coalesced.clone(), *id);
                tokio::spawn(async move { reads.by_id(id).await.expect("an answer") })
            });
            runtime.block_on(join_all(calls))
        });
    });
    group.finish();
}

#[expect(
    clippy::disallowed_methods,
    reason = "the variable of the tests is not a setting of the program"
)]
fn stores(criterion: &mut Criterion) {
    on_store(criterion, "sqlite", None);
    if let Ok(server) = std::env::var("LATCHKEY_TEST_MONGODB") {
        let url = format!("{server}/latchkey_bench_{}", std::process::id());
        on_store(criterion, "mongodb", Some(url));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30);
    targets = tokens, documents, stores
}
criterion_main!(benches);
