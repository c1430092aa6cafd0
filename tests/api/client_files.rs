//! The files for front-end tools at `/client/…`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Device, Service};

async fn text(device: &Device, path: &str, kind: &str) -> String {
    let reply = device.get(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    assert_eq!(reply.headers["content-type"], kind, "{path}");
    match reply.json {
        Value::String(text) => text,
        json => json.to_string(),
    }
}

#[tokio::test]
async fn schema_is_served_as_graphql_and_as_json() {
    let device = Service::start().await.device();
    let graphql = "application/graphql; charset=utf-8";
    let sdl = text(&device, "/client/schema.graphql", graphql).await;
    assert_eq!(sdl, latchkey::graphql::sdl());
    let json = text(
        &device,
        "/client/schema.json",
        "application/json; charset=utf-8",
    )
    .await;
    let introspected: Value = serde_json::from_str(&json).unwrap();
    let types = introspected["__schema"]["types"].as_array().unwrap();
    for line in sdl.lines().filter(|line| line.starts_with("type ")) {
        let name = line.split(' ').nth(1).unwrap();
        assert!(types.iter().any(|kind| kind["name"] == name), "{name}");
    }
}

#[tokio::test]
async fn possible_types_name_the_members_of_each_union() {
    let device = Service::start().await.device();
    let reply = device.get("/client/possibleTypes.json").await.json;
    assert_eq!(
        reply["ForgotPasswordResult"],
        json!(["CodeSent", "InvalidInput", "TooManyAttempts"])
    );
    let errors = reply["AccountError"].as_array().unwrap();
    assert!(errors.contains(&json!("EmailTaken")), "{errors:?}");
    assert_eq!(reply.get("User"), None);
}

#[tokio::test]
async fn every_root_field_has_a_ready_operation() {
    let device = Service::start().await.device();
    let all = text(
        &device,
        "/client/operations.graphql",
        "application/graphql; charset=utf-8",
    )
    .await;
    let introspected = device.get("/client/schema.json").await.json;
    let types = introspected["__schema"]["types"].as_array().unwrap();
    let roots = ["Query", "Mutation", "Subscription"];
    let missing: Vec<&str> = types
        .iter()
        .filter(|kind| roots.iter().any(|root| kind["name"] == **root))
        .flat_map(|root| root["fields"].as_array().unwrap())
        .map(|field| field["name"].as_str().unwrap())
        .filter(|name| {
            !all.contains(&format!("\n  {name} {{")) && !all.contains(&format!("\n  {name}("))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "no operation for {missing:?}: run npm run operations in clients/typescript"
    );
}

#[tokio::test]
async fn single_operations_are_served_and_unknown_files_are_not() {
    let device = Service::start().await.device();
    let login = text(
        &device,
        "/client/operations/login.graphql",
        "application/graphql; charset=utf-8",
    )
    .await;
    assert!(
        login.contains("mutation Login($input: LoginInput!)"),
        "{login}"
    );
    for path in [
        "/client/",
        "/client/operations",
        "/client/operations/",
        "/client/operations/nothing.graphql",
        "/client/operations/../schema.graphql",
        "/client/operations/..%2Fpackage.json",
    ] {
        assert_eq!(
            device.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
