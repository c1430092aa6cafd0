//! The validation of `signup`'s input.

use serde_json::json;

use crate::signup::sign_up_with;
use crate::support::{Service, invalid_fields, kind, sign_up_input};

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(field, code)| ((*field).to_owned(), (*code).to_owned()))
        .collect()
}

#[tokio::test]
async fn look_alike_and_malformed_emails_are_refused() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    let device = service.device();
    for email in [
        "\u{430}dmin@x.test",
        "\u{ff41}@x.test",
        "\u{e4}da@x.test",
        "ada@ex\u{430}mple.test",
        "ada@\u{ff41}.test",
        "\"a b\"@x.test",
        "a@[127.0.0.1]",
        "a@b",
        "-ada@x.test",
        "a(b)@x.test",
        "Ada <a@x.test>",
        "a@x.test,b@x.test",
        "a\t@x.test",
        "a@x\u{7}.test",
        "a@x.test b@x.test",
        "a.b",
    ] {
        assert_eq!(
            invalid_fields(&device.sign_up(email).await),
            pairs(&[("email", "MALFORMED")]),
            "{email:?}"
        );
    }
}

#[tokio::test]
async fn every_invalid_field_is_reported_at_once() {
    let device = Service::start().await.device();
    let wrong = json!({
        "password": "short", "firstName": "", "lastName": "x".repeat(101), "mobileNumber": "015112345678"
    });
    let answer = sign_up_with(&device, "not an address", wrong.clone()).await;
    let all = [
        ("email", "MALFORMED"),
        ("password", "TOO_SHORT"),
        ("firstName", "REQUIRED"),
        ("lastName", "TOO_LONG"),
        ("mobileNumber", "MALFORMED"),
    ];
    assert_eq!(invalid_fields(&answer), pairs(&all));
    for field in answer["fields"].as_array().unwrap() {
        assert_eq!(field["path"][0], "input");
        assert_ne!(field["message"], "");
    }
    sign_up_with(&device, "ada@x.test", wrong).await;
    assert_eq!(kind(&device.sign_up("ada@x.test").await), "Authenticated");
}

#[tokio::test]
async fn empty_names_and_control_characters_are_refused() {
    let device = Service::start().await.device();
    for (name, code) in [
        ("  ", "REQUIRED"),
        ("a\tb", "MALFORMED"),
        ("a\u{7}b", "MALFORMED"),
        ("a\u{2028}b", "MALFORMED"),
    ] {
        let answer = sign_up_with(
            &device,
            "ada@x.test",
            json!({ "firstName": name, "lastName": name }),
        )
        .await;
        // A last name may be empty.
        let both = [("firstName", code), ("lastName", code)];
        let refused = if code == "REQUIRED" {
            &both[..1]
        } else {
            &both
        };
        assert_eq!(invalid_fields(&answer), pairs(refused), "{name:?}");
    }
    let answer = sign_up_with(
        &device,
        "ada@x.test",
        json!({ "firstName": "李", "lastName": "Ó Súilleabháin" }),
    )
    .await;
    assert_eq!(answer["user"]["lastName"], "Ó Súilleabháin");
}

#[tokio::test]
async fn easily_guessed_passwords_are_refused() {
    let device = Service::start().await.device();
    for (password, code) in [
        ("", "REQUIRED"),
        ("1234567", "TOO_SHORT"),
        ("äöüßäöü", "TOO_SHORT"),
        (&*"äx".repeat(129), "TOO_LONG"),
        ("PassWord", "TOO_COMMON"),
        ("aaaaaaaaaaaaaaaa", "TOO_COMMON"),
    ] {
        let answer = sign_up_with(&device, "ada@x.test", json!({ "password": password })).await;
        assert_eq!(
            invalid_fields(&answer),
            pairs(&[("password", code)]),
            "{password}"
        );
        assert!(
            !answer.to_string().contains(password) || password.is_empty(),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn every_character_of_a_password_counts() {
    let device = Service::start().await.device();
    let a = "A".repeat(71);
    for (index, (set, given)) in [
        (format!("{a}xx"), format!("{a}xy")),
        (format!("{a}x"), format!("{a}y")),
        ("é".repeat(39) + "x", "é".repeat(40)),
        ("secret11\tsecret11".to_owned(), "secret11".to_owned()),
        ("äx".repeat(128), "äx".repeat(127) + "äy"),
        (" spaced out ".to_owned(), "spaced out".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("user{index}@x.test");
        sign_up_with(&device, &email, json!({ "password": set })).await;
        assert_eq!(
            kind(&device.log_in(&email, &given).await),
            "InvalidCredentials",
            "{index}"
        );
        assert_eq!(
            kind(&device.log_in(&email, &set).await),
            "Authenticated",
            "{index}"
        );
    }
}

#[tokio::test]
async fn unicode_forms_of_a_password_are_equal() {
    let device = Service::start().await.device();
    sign_up_with(
        &device,
        "ada@x.test",
        json!({ "password": "Zoe\u{308} and Ada" }),
    )
    .await;
    assert_eq!(
        kind(&device.log_in("ada@x.test", "Zo\u{eb} and Ada").await),
        "Authenticated"
    );
}

#[tokio::test]
async fn signup_cannot_set_roles_or_internal_fields() {
    let device = Service::start().await.device();
    for (name, value) in [
        ("role", json!("ADMIN")),
        ("roles", json!(["ADMIN"])),
        ("isAdmin", json!(true)),
        ("emailVerified", json!(true)),
        ("_id", json!("usr_0")),
        ("passwordHash", json!("x")),
    ] {
        let mut input = sign_up_input("ada@x.test");
        input[name] = value;
        assert_eq!(
            device.error("signup", input).await,
            "BAD_USER_INPUT",
            "{name}"
        );
    }
    let (device, _) = device.signed_up("ada@x.test").await;
    assert_eq!(device.me().await.unwrap()["role"], "USER");
}
