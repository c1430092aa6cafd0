//! `exportMyData`: what is exported fits the published schema, and holds no secret.

use serde_json::{Value, json};

use crate::support::{Device, Key, PASSKEYS, Service, kind, sign_up_input};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const EXPORT: &str = "mutation { exportMyData { __typename ... on DataExport { json } \
    ... on ReauthenticationRequired { methods } ... on TooManyAttempts { retryAfterSeconds } } }";

async fn export(device: &Device) -> Value {
    let reply = device.post(EXPORT, json!({})).await;
    reply.json["data"]["exportMyData"].clone()
}

async fn exported(device: &Device) -> Value {
    let answer = export(device).await;
    assert_eq!(kind(&answer), "DataExport", "{answer}");
    serde_json::from_str(answer["json"].as_str().unwrap()).unwrap()
}

/// Returns the first place where a value does not fit a schema, if there is one. Knows the keywords
/// that the published schema uses, and refuses others.
fn misfit(value: &Value, schema: &Value, root: &Value, path: &str) -> Option<String> {
    for (keyword, rule) in schema.as_object()? {
        let fits = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let name = rule.as_str()?.strip_prefix("#/$defs/")?;
                return misfit(value, &root["$defs"][name], root, path);
            }
            "const" => value == rule,
            "enum" => rule.as_array()?.contains(value),
            "type" => is_of_type(value, rule),
            "minimum" => value.as_i64() >= rule.as_i64(),
            "pattern" => rule == "^usr_[0-9a-f]{32}$" && value.as_str()?.len() == 36,
            "format" => value.is_null() || (rule == "date-time" && is_time(value)),
            "anyOf" => {
                let fits = |it| misfit(value, it, root, path).is_none();
                rule.as_array()?.iter().any(fits)
            }
            "items" => {
                let mut items = value.as_array()?.iter();
                if let Some(misfit) = items.find_map(|it| misfit(it, rule, root, path)) {
                    return Some(misfit);
                }
                true
            }
            "properties" => {
                let mut fields = value.as_object()?.iter();
                let misfit =
                    |(name, value)| misfit(value, &rule[name], root, &format!("{path}.{name}"));
                if let Some(misfit) = fields.find_map(misfit) {
                    return Some(misfit);
                }
                true
            }
            "required" => {
                let mut names = rule.as_array()?.iter().map(|it| it.as_str().unwrap());
                names.all(|name| value.get(name).is_some())
            }
            "additionalProperties" => value.as_object().is_none_or(|it| {
                it.keys()
                    .all(|name| schema["properties"].get(name).is_some())
            }),
            _ => false,
        };
        if !fits {
            return Some(format!("{path}: {keyword} of {value}"));
        }
    }
    None
}

fn is_of_type(value: &Value, rule: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        _ => false,
    };
    match rule {
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        name => name.as_str().is_some_and(is),
    }
}

fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 24 && text.starts_with("20") && text.ends_with('Z')
}

async fn schema(service: &Service) -> Value {
    let reply = service.device().get("/data-export.schema.json").await;
    assert_eq!(reply.headers["content-type"], "application/schema+json");
    let published = include_str!("../../docs/data-export.schema.json");
    assert_eq!(
        reply.json,
        serde_json::from_str::<Value>(published).unwrap()
    );
    reply.json
}

#[tokio::test]
async fn export_of_a_full_account_fits_the_published_schema() {
    let service = Service::with(&[&PASSKEYS[..], &[OPTIONAL]].concat()).await;
    let mut input = sign_up_input("ada@x.test");
    input["mobileNumber"] = json!("+4915112345678");
    input["locale"] = json!("de");
    let answer = service.device().mutate("signup", input).await;
    let (device, _) = service.device().signed_in_by(&answer);
    let firefox = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/145.0";
    let other = service.device().with_header("user-agent", firefox);
    other.logged_in("ada@x.test").await;
    device.with_authenticator().await;
    device.with_passkey(Key::ed25519()).await;
    let (account, schema) = (service.account("ada@x.test").await, schema(&service).await);
    let data = exported(&device).await;
    assert_eq!(misfit(&data, &schema, &schema, "$"), None);
    assert_eq!(data["account"]["email"], "ada@x.test");
    assert_eq!(data["account"]["id"], account.id.to_string());
    assert_eq!(data["account"]["mobileNumber"], "+4915112345678");
    assert_eq!(data["sessions"].as_array().map(Vec::len), Some(2));
    assert_eq!(data["sessions"][1]["device"]["name"], "Firefox on Linux");
    assert_eq!(data["secondFactor"]["recoveryCodesLeft"], 10);
    assert_eq!(data["passkeys"][0]["name"], "Phone");
    assert!(!data["waitingEmails"].as_array().unwrap().is_empty());
    let mut wrong = data.clone();
    wrong["account"]["password"] = json!("x");
    assert!(misfit(&wrong, &schema, &schema, "$").is_some());
}

#[tokio::test]
async fn export_has_no_hash_and_no_secret() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    device.with_authenticator().await;
    let text = exported(&device).await.to_string();
    let account = service.account("ada@x.test").await;
    let stored = serde_json::to_value(&account).unwrap();
    let user = &stored["state"]["active"];
    let secrets = [
        user["password"].as_str(),
        user["factors"]["totp"]["secret"].as_str(),
        Some(token.as_str()),
        device.bearer.as_deref(),
    ];
    for secret in secrets {
        let secret = secret.expect("a secret");
        assert!(!text.contains(secret), "{secret}");
    }
    for word in ["$2b$", "digest", "hash", "sealed"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn export_needs_a_recent_proof() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.wait(601);
    let refused = export(&device).await;
    assert_eq!(kind(&refused), "ReauthenticationRequired");
    assert_eq!(export(&service.device()).await, Value::Null);
}

#[tokio::test]
async fn exports_are_limited_by_account() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    for _ in 0..10 {
        exported(&device).await;
    }
    let limited = export(&device).await;
    assert_eq!(limited["retryAfterSeconds"], 3600);
    let (other, _) = service.device().signed_up("bob@x.test").await;
    exported(&other).await;
}
