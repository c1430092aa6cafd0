//! Trusted documents: the server runs only the documents that front ends were built with, by their
//! hash.

use latchkey::app::App;
use latchkey::config::Config;
use latchkey::model::{Clock, Rng};
use serde_json::{Value, json};

use crate::support::{BEGINNING, Device, PASSWORD, Service, sign_up_input};

const HASH: &str = "4ef8d269e7944ef2cd6554ecb3d73164546945cf935806933448905abec554e5";
const WHO: &str = "query Who { me { email } }";

/// A service that trusts two documents, as graphql-codegen writes them.
async fn trusting() -> (Service, Device) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("persisted-documents.json");
    let sign_up = "mutation SignUp($input: SignupInput!) { signup(input: $input) { __typename } }";
    std::fs::write(
        &file,
        json!({ HASH: WHO, "sign-up": sign_up, "schema": "{ __schema { queryType { name } } }" })
            .to_string(),
    )
    .unwrap();
    let service = Service::with(&[("LATCHKEY_TRUSTED_DOCUMENTS", file.to_str().unwrap())]).await;
    let device = service.device();
    (service, device)
}

fn by_hash(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

#[tokio::test]
async fn every_form_of_hash_runs_a_trusted_document() {
    let (_, device) = trusting().await;
    let prefixed = format!("sha256:{HASH}");
    for body in [
        json!({ "extensions": by_hash(HASH) }),
        json!({ "documentId": HASH }),
        json!({ "documentId": prefixed, "variables": null }),
        json!({ "documentId": HASH, "extensions": by_hash("another") }),
        // Apollo and urql send the document again beside its hash; the server ignores it.
        json!({ "query": "{ policy { codeLength } }", "operationName": "Who", "extensions": by_hash(HASH) }),
    ] {
        let reply = device.post_json(body.to_string()).await;
        assert_eq!(reply.json["data"], json!({ "me": null }), "{body}");
        assert_eq!(reply.code(), "UNAUTHENTICATED");
    }
    let url = format!(
        "/graphql?extensions={}",
        url::form_urlencoded::byte_serialize(by_hash(HASH).to_string().as_bytes())
            .collect::<String>()
    );
    for url in [url, format!("/graphql?documentId={HASH}")] {
        assert_eq!(
            device.get(&url).await.json["data"],
            json!({ "me": null }),
            "{url}"
        );
    }
}

#[tokio::test]
async fn trusted_document_takes_variables_and_may_mutate() {
    let (service, device) = trusting().await;
    let body =
        json!({ "documentId": "sign-up", "variables": { "input": sign_up_input("ada@x.test") } });
    let reply = device.post_json(body.to_string()).await;
    assert_eq!(
        reply.json,
        json!({ "data": { "signup": { "__typename": "Authenticated" } } })
    );
    assert_eq!(
        service.account("ada@x.test").await.email.as_str(),
        "ada@x.test"
    );
    assert_eq!(device.get("/graphql?documentId=sign-up").await.status, 405);
}

#[tokio::test]
async fn untrusted_documents_are_never_run() {
    let (_, device) = trusting().await;
    let login = format!(
        "mutation {{ login(input: {{ email: \"a@x.test\", password: \"{PASSWORD}\" }}) {{ __typename }} }}"
    );
    for body in [
        json!({ "query": WHO }),
        json!({ "query": login }),
        json!({ "query": "{" }),
        json!({ "documentId": "another" }),
        json!({ "documentId": HASH.to_uppercase() }),
        json!({ "query": WHO, "extensions": by_hash("another") }),
        json!({ "query": WHO, "extensions": { "persistedQuery": HASH } }),
    ] {
        let reply = device
            .with_header("accept", "application/graphql-response+json")
            .post_json(body.to_string())
            .await;
        assert_eq!(
            (reply.code(), reply.status.as_u16()),
            ("PERSISTED_QUERY_NOT_FOUND", 422),
            "{body}"
        );
        assert_eq!(reply.json["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(reply.json.get("data"), None);
    }
}

#[tokio::test]
async fn hash_alone_is_refused_without_trusted_documents() {
    let device = Service::start().await.device();
    let reply = device
        .post_json(json!({ "extensions": by_hash(HASH) }).to_string())
        .await;
    assert_eq!(reply.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        reply.json["errors"][0]["message"],
        "PersistedQueryNotSupported"
    );
    let both = json!({ "query": "{ policy { codeLength } }", "extensions": by_hash(HASH) });
    assert_eq!(
        device.post_json(both.to_string()).await.json,
        json!({ "data": { "policy": { "codeLength": 6 } } })
    );
}

#[tokio::test]
async fn trusted_document_cannot_introspect_a_closed_schema() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("documents.json");
    std::fs::write(
        &file,
        r#"{ "schema": "{ __schema { queryType { name } } }" }"#,
    )
    .unwrap();
    let settings = [
        ("LATCHKEY_TRUSTED_DOCUMENTS", file.to_str().unwrap()),
        ("LATCHKEY_INTROSPECTION", "off"),
    ];
    let reply = Service::with(&settings)
        .await
        .device()
        .post_json(r#"{ "documentId": "schema" }"#)
        .await;
    assert_eq!(
        reply.json["data"]["__schema"],
        Value::Null,
        "{}",
        reply.json
    );
}

#[tokio::test]
async fn manifests_of_several_front_ends_are_trusted_together() {
    let folder = tempfile::tempdir().unwrap();
    let [web, app] = ["web.json", "app.json"].map(|name| folder.path().join(name));
    std::fs::write(&web, json!({ HASH: WHO }).to_string()).unwrap();
    let operation = json!({
        "id": "a1b2", "name": "Rules", "type": "query", "body": "query Rules { policy { codeLength } }"
    });
    let manifest = json!({
        "format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation]
    });
    std::fs::write(&app, manifest.to_string()).unwrap();
    let files = format!("{},{}", web.display(), app.display());
    let service = Service::with(&[("LATCHKEY_TRUSTED_DOCUMENTS", &files)]).await;
    let run = async |hash: &str| {
        let body = json!({ "extensions": by_hash(hash) }).to_string();
        service.device().post_json(body).await.json["data"].clone()
    };
    assert_eq!(run(HASH).await, json!({ "me": null }));
    assert_eq!(run("a1b2").await, json!({ "policy": { "codeLength": 6 } }));
}

#[tokio::test]
async fn schema_query_is_answered_with_the_schemas_url() {
    let (service, device) = trusting().await;
    let query = "query IntrospectionQuery { __schema { queryType { name } } }";
    let reply = device.post(query, json!({})).await;
    let message = reply.json["errors"][0]["message"].as_str().unwrap();
    let url = message
        .split(' ')
        .next_back()
        .unwrap()
        .trim_end_matches('.');
    assert_eq!(
        message,
        format!("This server executes trusted documents only. Its schema is at {url}.")
    );
    let path = url.strip_prefix("http://127.0.0.1:4000").unwrap();
    let schema = device.get(path).await;
    assert_eq!(schema.json, json!(latchkey::graphql::sdl()));

    let file = service.folder.path().join("trusted.json");
    std::fs::write(&file, json!({ HASH: WHO }).to_string()).unwrap();
    let settings = [
        ("LATCHKEY_TRUSTED_DOCUMENTS", file.to_str().unwrap()),
        ("LATCHKEY_INTROSPECTION", "off"),
    ];
    let closed = service.node(&settings).await.device();
    let reply = closed.post(query, json!({})).await;
    let message = reply.json["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("`latchkey schema`"), "{message}");
    assert_eq!(closed.get("/schema.graphql").await.status, 404);
}

#[tokio::test]
async fn graphiql_is_not_offered_with_trusted_documents() {
    let (_, device) = trusting().await;
    let browser = device.with_header("accept", "text/html,*/*;q=0.8");
    assert_eq!(browser.get("/graphql").await.status, 404);
    let page = Service::start().await.device();
    let page = page.with_header("accept", "text/html,*/*;q=0.8");
    let html = page.get("/graphql").await.json.as_str().unwrap().to_owned();
    let (_, asset) = html.split_once("./graphiql/assets/").unwrap();
    let path = format!("/graphiql/assets/{}", asset.split('"').next().unwrap());
    assert_eq!(page.get(&path).await.status, 200);
    assert_eq!(device.get(&path).await.status, 404);
}

#[tokio::test]
async fn unusable_document_file_keeps_the_server_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let file = folder.path().join("documents.json");
    for (text, says) in [
        (None, "the file cannot be read"),
        (Some("[]"), "not a JSON object of hashes and documents"),
        (
            Some(r#"{ "abc": "mutation { login login }" }"#),
            "the document abc would be refused: The request exceeds a limit",
        ),
    ] {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let vars = [
            ("LATCHKEY_DATA", data),
            ("LATCHKEY_TRUSTED_DOCUMENTS", file.to_str().unwrap()),
        ];
        let config =
            Config::from_vars(vars.map(|(name, value)| (name.to_owned(), value.to_owned())))
                .unwrap();
        let error = App::build(&config, Clock::fixed(BEGINNING), Rng::system())
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains(says) && error.contains("LATCHKEY_TRUSTED_DOCUMENTS"),
            "{error}"
        );
    }
}
