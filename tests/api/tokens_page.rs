//! docs/tokens.md: its examples match the service's responses, and its numbers are the defaults.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey::config::SETTINGS;
use serde_json::{Value, json};

use crate::support::{Service, sign_up_input};

const PAGE: &str = include_str!("../../docs/tokens.md");

/// Returns the fenced block after a marker.
fn example(name: &str) -> &'static str {
    let (_, rest) = PAGE
        .split_once(&format!("<!-- example: {name} -->\n```"))
        .expect("a marked example");
    let (_, block) = rest.split_once('\n').unwrap();
    block.split_once("\n```").unwrap().0
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Replaces the ids and keys, which differ between tokens, by their prefix or length.
fn shape(value: &Value) -> Value {
    let prefix = |text: &str| {
        text.split_once('_')
            .map_or("", |(prefix, _)| prefix)
            .to_owned()
    };
    let mut shape = value.clone();
    for (name, value) in shape.as_object_mut().unwrap() {
        match name.as_str() {
            "kid" => *value = json!(value.as_str().unwrap().len()),
            "sub" | "sid" | "jti" => *value = json!(prefix(value.as_str().unwrap())),
            _ => {}
        }
    }
    shape
}

#[tokio::test]
async fn example_token_has_the_issued_shape() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let token = device.bearer.unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let page = |name| serde_json::from_str::<Value>(example(name)).unwrap();
    assert_eq!(shape(&decoded(parts[0])), shape(&page("header")));
    assert_eq!(shape(&decoded(parts[1])), shape(&page("claims")));
}

#[tokio::test]
async fn example_cookie_has_the_issued_attributes() {
    let service = Service::with(&[("LATCHKEY_PUBLIC_URL", "https://id.example.org")]).await;
    let mut input = sign_up_input("ada@x.test");
    input["delivery"] = json!("COOKIE");
    let document = "mutation($input: SignupInput!) { signup(input: $input) { __typename } }";
    let reply = service
        .device()
        .post(document, json!({ "input": input }))
        .await;
    let set = reply.headers["set-cookie"].to_str().unwrap();
    let (name, rest) = set.split_once("=lkr_").unwrap();
    let attributes = rest.split_once(';').unwrap().1;
    assert_eq!(format!("{name}=lkr_…;{attributes}"), example("cookie"));
}

#[test]
fn named_settings_exist_with_the_named_defaults() {
    let named = PAGE
        .split("`LATCHKEY_")
        .skip(1)
        .map(|rest| rest.split_once('`').unwrap());
    let mut defaults = 0;
    for (name, rest) in named {
        let setting = SETTINGS
            .iter()
            .find(|it| it.name == format!("LATCHKEY_{name}"));
        let setting = setting.unwrap_or_else(|| panic!("no setting LATCHKEY_{name}"));
        if let Some((default, _)) = rest
            .trim_start()
            .strip_prefix('(')
            .and_then(|it| it.split_once(')'))
        {
            assert_eq!(default, setting.default, "LATCHKEY_{name}");
            defaults += 1;
        }
    }
    assert!(defaults >= 4);
}
