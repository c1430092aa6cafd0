//! `signup`: an account at once, and its user signed in.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind, refused, sign_up_input};

/// The usual sign-up with some inputs changed.
async fn sign_up_with(device: &Device, email: &str, inputs: Value) -> Value {
    let mut input = sign_up_input(email);
    input
        .as_object_mut()
        .unwrap()
        .extend(inputs.as_object().unwrap().clone());
    device.act("signup", input).await
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(field, code)| ((*field).to_owned(), (*code).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_new_user_is_signed_in_at_once() {
    let service = Service::start().await;
    let device = service.device().with_header("user-agent", "Firefox");
    let inputs =
        json!({ "firstName": " Ada ", "gender": "FEMALE", "mobileNumber": "+49 (151) 1234-5678" });
    let answer = sign_up_with(&device, " Ada@X.Test\n", inputs).await;
    assert_eq!(kind(&answer), "Authenticated");
    let user = &answer["user"];
    assert!(user["id"].as_str().unwrap().starts_with("usr_"), "{user}");
    assert_eq!(user["email"], "ada@x.test");
    assert_eq!(user["emailVerified"], false);
    assert_eq!(user["firstName"], "Ada");
    assert_eq!(user["lastName"], "Lovelace");
    assert_eq!(user["gender"], "FEMALE");
    assert_eq!(user["mobileNumber"], "+4915112345678");
    assert_eq!(user["role"], "USER");
    for time in ["createdAt", "updatedAt", "lastLoginAt", "passwordChangedAt"] {
        assert_eq!(user[time], "2026-11-22T09:30:00.000Z", "{time}");
    }
    assert_eq!(user["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(user["sessions"][0]["current"], true);
    assert_eq!(user["sessions"][0]["userAgent"], "Firefox");
    let (device, refresh_token) = device.signed_in_by(&answer);
    assert_eq!(device.me().await.as_ref(), Ok(user));
    assert_eq!(kind(&device.refresh(&refresh_token).await), "Authenticated");
}

#[tokio::test]
async fn what_is_left_out_takes_its_default() {
    let device = Service::start().await.device();
    let answer = device.sign_up("ada@x.test").await;
    assert_eq!(answer["user"]["gender"], "UNDISCLOSED");
    assert_eq!(answer["user"]["mobileNumber"], Value::Null);
    assert!(answer["tokens"]["refreshToken"].is_string());
}

#[tokio::test]
async fn an_address_has_one_account_however_it_is_typed() {
    let device = Service::start().await.device();
    device.sign_up("ada@exämple.test").await;
    let decomposed = "ada@exa\u{308}mple.test";
    for same in [
        "ada@exämple.test",
        "  ADA@EXÄMPLE.TEST ",
        decomposed,
        "ada@xn--exmple-cua.test",
    ] {
        assert_eq!(kind(&device.sign_up(same).await), "EmailTaken", "{same}");
        assert_eq!(
            kind(&device.log_in(same, PASSWORD).await),
            "Authenticated",
            "{same}"
        );
    }
}

#[tokio::test]
async fn plus_and_dots_make_another_address() {
    let device = Service::start().await.device();
    let mut ids = Vec::new();
    for email in ["ab@x.test", "ab+1@x.test", "a.b@x.test"] {
        let (mut inputs, password) = (json!({}), format!("{PASSWORD} of {email}"));
        inputs["password"] = json!(password);
        sign_up_with(&device, email, inputs).await;
        let answer = device.log_in(email, &password).await;
        assert_eq!(answer["user"]["email"], email);
        ids.push(answer["user"]["id"].clone());
        assert_eq!(
            kind(&device.log_in(email, PASSWORD).await),
            "InvalidCredentials"
        );
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn look_alikes_and_trick_addresses_are_refused() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    let device = service.device();
    for email in [
        "\u{430}dmin@x.test",
        "\u{ff41}@x.test",
        "\u{131}da@x.test",
        "victim@exampl\u{217c}e.test",
        "victim@\u{212a}.test",
        "\"a@evil.com\"@victim.com",
        "a@[127.0.0.1]",
        "a@b",
        "-oQ/tmp@x.y",
        "a(b)@x.test",
        "Ada <a@x.test>",
        "a@x.test,b@x.test",
        "a\0@x.test",
        "a@x.test\r\nBcc: b@x.test",
        "$where",
        "a.b",
    ] {
        assert_eq!(
            refused(&device.sign_up(email).await),
            pairs(&[("email", "MALFORMED")]),
            "{email:?}"
        );
    }
}

#[tokio::test]
async fn every_offending_field_is_named_at_once_and_nothing_is_changed() {
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
    assert_eq!(refused(&answer), pairs(&all));
    for field in answer["fields"].as_array().unwrap() {
        assert_eq!(field["path"][0], "input");
        assert_ne!(field["message"], "");
    }
    sign_up_with(&device, "ada@x.test", wrong).await;
    assert_eq!(kind(&device.sign_up("ada@x.test").await), "Authenticated");
}

#[tokio::test]
async fn names_without_content_or_with_control_characters_are_refused() {
    let device = Service::start().await.device();
    for (name, code) in [
        ("  ", "REQUIRED"),
        ("a\r\nBcc: b@x.test", "MALFORMED"),
        ("a\0", "MALFORMED"),
        ("a\u{202e}b", "MALFORMED"),
    ] {
        let answer = sign_up_with(
            &device,
            "ada@x.test",
            json!({ "firstName": name, "lastName": name }),
        )
        .await;
        assert_eq!(
            refused(&answer),
            pairs(&[("firstName", code), ("lastName", code)]),
            "{name:?}"
        );
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
async fn passwords_that_are_easily_guessed_are_refused() {
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
        assert_eq!(refused(&answer), pairs(&[("password", code)]), "{password}");
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
        ("secret11\0secret11".to_owned(), "secret11".to_owned()),
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
async fn a_password_is_the_same_from_every_keyboard() {
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
async fn a_mobile_number_belongs_to_one_account_and_many_have_none() {
    let device = Service::start().await.device();
    let number = |number: Value| json!({ "mobileNumber": number });
    sign_up_with(&device, "ada@x.test", number(json!("+4915112345678"))).await;
    let taken = sign_up_with(&device, "bob@x.test", number(json!("+49 151 12345678"))).await;
    assert_eq!(kind(&taken), "MobileNumberTaken");
    for email in ["bob@x.test", "eve@x.test"] {
        assert_eq!(
            kind(&sign_up_with(&device, email, number(Value::Null)).await),
            "Authenticated",
            "{email}"
        );
    }
}

#[tokio::test]
async fn nobody_signs_up_as_more_than_a_user() {
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

#[tokio::test]
async fn one_client_signs_up_so_many_times_and_another_is_not_held_up() {
    let service = Service::start().await;
    let device = service.device().at("2001:db8:1:2::1");
    for index in 0..30 {
        assert_eq!(
            kind(&device.sign_up(&format!("user{index}@x.test")).await),
            "Authenticated",
            "{index}"
        );
    }
    let refused = device.sign_up("ada@x.test").await;
    assert_eq!(kind(&refused), "TooManyAttempts");
    assert_eq!(refused["retryAfterSeconds"], 3600);
    assert_eq!(
        kind(
            &device
                .at("2001:db8:1:2:ffff::9")
                .sign_up("ada@x.test")
                .await
        ),
        "TooManyAttempts"
    );
    assert_eq!(
        kind(&device.at("2001:db8:1:3::1").sign_up("ada@x.test").await),
        "Authenticated"
    );
    service.wait(3600);
    assert_eq!(kind(&device.sign_up("bob@x.test").await), "Authenticated");
}
