//! Names and codes as people type and paste them.

use serde_json::json;

use crate::support::{Device, PASSWORD, Service, kind};

/// A name as typed, and the names that may be kept, or the code of the refusal.
const NAMES: [(&str, Result<&[&str], &str>); 13] = [
    ("សុខ\u{200b}ដារ៉ា", Ok(&["សុខ\u{200b}ដារ៉ា", "សុខដារ៉ា"])),
    ("Ada\u{200b}", Ok(&["Ada"])),
    ("\u{feff}Ada", Ok(&["Ada"])),
    ("Ada\u{2060}", Ok(&["Ada"])),
    ("\u{202a}Ada\u{202c}", Ok(&["Ada"])),
    ("Ada\u{200e}", Ok(&["Ada"])),
    ("Ada\u{ad}", Ok(&["Ada"])),
    ("می\u{200c}نا", Ok(&["می\u{200c}نا"])),
    (
        "ක\u{dca}\u{200d}රිෂ\u{dca}",
        Ok(&["ක\u{dca}\u{200d}රිෂ\u{dca}"]),
    ),
    ("E\u{301}", Ok(&["É"])),
    ("李", Ok(&["李"])),
    ("O", Ok(&["O"])),
    ("a\u{202e}b", Err("MALFORMED")),
];

/// Forms of a code, with its six digits in place of `123456`.
const FORMS: [&str; 8] = [
    "123-456",
    "123\u{2013}456",
    "123456\u{200b}",
    "\u{202d}123456\u{202c}",
    " 123 456 ",
    "123\u{a0}456",
    "Code: 123456.",
    "1 2 3 4 5 6",
];

/// Texts that cannot be a code. They cost none of its five tries.
const NO_CODES: [&str; 6] = ["hello", "", "12345", "1234567", "abcdef", "\u{200b}"];

async fn signed_in() -> Device {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    service.device().signed_up("ada@example.org").await.0
}

async fn reset_code(device: &Device) -> String {
    let input = json!({ "email": "ada@example.org" });
    device.mutate("forgotPassword", input).await;
    device.service.code_for("ada@example.org").await
}

async fn reset(device: &Device, code: &str) -> String {
    let input = json!({ "email": "ada@example.org", "code": code, "newPassword": PASSWORD });
    kind(&device.mutate("resetPassword", input).await).to_owned()
}

#[tokio::test]
async fn names_are_kept_without_what_no_reader_sees() {
    let device = signed_in().await;
    for (typed, expected) in NAMES {
        let answer = device
            .mutate("updateProfile", json!({ "firstName": typed }))
            .await;
        match expected {
            Ok(names) => {
                let kept = answer["user"]["firstName"].as_str().unwrap();
                assert!(names.contains(&kept), "{typed:?}: {kept:?}");
            }
            Err(code) => assert_eq!(answer["fields"][0]["code"], code, "{typed:?}"),
        }
    }
}

#[tokio::test]
async fn last_name_may_be_empty_and_the_first_not() {
    let device = signed_in().await;
    let answer = device
        .mutate("updateProfile", json!({ "lastName": " " }))
        .await;
    assert_eq!(answer["user"]["lastName"], "");
    let answer = device
        .mutate("updateProfile", json!({ "firstName": "" }))
        .await;
    assert_eq!(answer["fields"][0]["code"], "REQUIRED");
}

#[tokio::test]
async fn code_is_read_in_every_form() {
    let device = signed_in().await;
    for form in FORMS {
        let code = reset_code(&device).await;
        let typed = form
            .replace("123456", &code)
            .replace("123", &code[..3])
            .replace("456", &code[3..]);
        let typed = match form {
            "1 2 3 4 5 6" => code.chars().flat_map(|digit| [digit, ' ']).collect(),
            _ => typed,
        };
        assert_eq!(reset(&device, &typed).await, "PasswordReset", "{form:?}");
    }
}

#[tokio::test]
async fn code_is_read_in_the_digits_of_any_script() {
    let device = signed_in().await;
    for zero in ['\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}'] {
        let code = reset_code(&device).await;
        let digit = |digit: char| char::from_u32(u32::from(zero) + digit.to_digit(10).unwrap());
        let typed: String = code.chars().filter_map(digit).collect();
        assert_eq!(reset(&device, &typed).await, "PasswordReset", "{zero:?}");
    }
}

#[tokio::test]
async fn text_that_cannot_be_a_code_costs_no_try() {
    let device = signed_in().await;
    let code = reset_code(&device).await;
    for typed in NO_CODES {
        assert_eq!(reset(&device, typed).await, "InvalidCode", "{typed:?}");
    }
    assert_eq!(reset(&device, &code).await, "PasswordReset");
}

#[tokio::test]
async fn replaced_code_costs_the_new_one_no_try() {
    let device = signed_in().await;
    let first = reset_code(&device).await;
    let newest = reset_code(&device).await;
    for _ in 0..5 {
        assert_eq!(reset(&device, &first).await, "InvalidCode");
    }
    assert_eq!(reset(&device, &newest).await, "PasswordReset");
}

#[tokio::test]
async fn five_wrong_codes_void_the_right_one() {
    let device = signed_in().await;
    let code = reset_code(&device).await;
    for step in 1..=5 {
        let wrong = (code.parse::<u32>().unwrap() + step) % 1_000_000;
        assert_eq!(reset(&device, &format!("{wrong:06}")).await, "InvalidCode");
    }
    assert_eq!(reset(&device, &code).await, "InvalidCode");
}
