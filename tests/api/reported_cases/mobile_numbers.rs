//! Telephone numbers as people type and paste them, and the numbering plans of countries.

use serde_json::{Value, json};

use crate::support::{Device, Service, kind, sign_up_input};

/// An input, and the number that is kept or the code of the refusal.
type Case = (&'static str, Result<&'static str, &'static str>);

/// Copied from contacts, messages and PDF files: what looks right is read.
const PASTED: [Case; 15] = [
    ("+49\u{a0}151\u{a0}12345678", Ok("+4915112345678")),
    ("\u{202a}+49 151 12345678\u{202c}", Ok("+4915112345678")),
    ("+49 151‑12345678", Ok("+4915112345678")),
    ("+49 151–12345678", Ok("+4915112345678")),
    ("\u{200e}+4915112345678", Ok("+4915112345678")),
    ("＋49 151 12345678", Ok("+4915112345678")),
    ("+49 [151] 12345678", Ok("+4915112345678")),
    ("tel:+49-151-12345678", Ok("+4915112345678")),
    ("+81（90）1234−5678", Ok("+819012345678")),
    ("(+49) 151 12345678", Ok("+4915112345678")),
    ("+1/201-555-0123", Ok("+12015550123")),
    (
        "+33\u{202f}6\u{202f}12\u{202f}34\u{202f}56\u{202f}78",
        Ok("+33612345678"),
    ),
    ("+49 (0)151 12345678", Ok("+4915112345678")),
    ("+44 7911 1234567", Err("MALFORMED")),
    ("+55 11 91234 5678", Ok("+5511912345678")),
];

/// Ranges that regulators opened lately: metadata that are older refuse the people who have them.
const NEW_RANGES: [Case; 11] = [
    ("+61 496 123 456", Ok("+61496123456")),
    ("+962 71 123 4567", Ok("+962711234567")),
    ("+258 88 123 4567", Ok("+258881234567")),
    ("+212 73 012 3456", Ok("+212730123456")),
    ("+234 910 412 3456", Ok("+2349104123456")),
    ("+972 55 860 1234", Ok("+972558601234")),
    ("+256 734 012 345", Ok("+256734012345")),
    ("+243 87 123 4567", Ok("+243871234567")),
    ("+237 642 12 34 56", Ok("+237642123456")),
    ("+90 582 312 34 56", Ok("+905823123456")),
    ("+229 01 97 12 34 56", Ok("+2290197123456")),
];

/// Longer than any number of the range: a pattern must match the whole number, not its beginning.
const TOO_LONG: [Case; 6] = [
    ("+387 61 123 4567", Err("MALFORMED")),
    ("+60 12 345 67890", Err("MALFORMED")),
    ("+855 91 234 5678", Err("MALFORMED")),
    ("+31 6 12345678 90", Err("MALFORMED")),
    ("+972 3 123 4567 890", Err("MALFORMED")),
    ("+381 63 408 16500", Err("MALFORMED")),
];

/// A form that has +1 already, and a user who types the trunk 1.
const TRUNK_OF_PLUS_1: [Case; 3] = [
    ("+1 1 (415) 555-0132", Ok("+14155550132")),
    ("+1 1 416 555 0132", Ok("+14165550132")),
    ("+1 (1) 876 210 1234", Ok("+18762101234")),
];

/// Numbers that no mobile can have: fixed lines, premium rate, toll-free, satellite networks.
const NOT_MOBILE: [Case; 6] = [
    ("+49 30 12345678", Err("MALFORMED")),
    ("+49 900 1 123456", Err("MALFORMED")),
    ("+1 800 555 0123", Err("MALFORMED")),
    ("+1 900 555 0123", Err("MALFORMED")),
    ("+881 6 1234 5678", Err("MALFORMED")),
    ("+800 1234 5678", Err("MALFORMED")),
];

async fn signed_in() -> Device {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    service.device().signed_up("ada@example.org").await.0
}

async fn check(cases: &[Case]) {
    let device = signed_in().await;
    for (typed, expected) in cases {
        let input = json!({ "mobileNumber": typed });
        let answer = device.mutate("updateMobileNumber", input).await;
        let found = match kind(&answer) {
            "UserUpdated" => Ok(answer["user"]["mobileNumber"].as_str().unwrap()),
            _ => Err(answer["fields"][0]["code"].as_str().unwrap()),
        };
        assert_eq!(found, *expected, "{typed:?}");
    }
}

#[tokio::test]
async fn pasted_numbers_are_read_with_their_separators() {
    check(&PASTED).await;
}

#[tokio::test]
async fn numbers_of_new_ranges_are_accepted() {
    check(&NEW_RANGES).await;
}

#[tokio::test]
async fn numbers_with_too_many_digits_are_refused() {
    check(&TOO_LONG).await;
}

#[tokio::test]
async fn trunk_prefix_after_plus_one_is_dropped() {
    check(&TRUNK_OF_PLUS_1).await;
}

#[tokio::test]
async fn numbers_that_no_mobile_has_are_refused() {
    check(&NOT_MOBILE).await;
}

#[tokio::test]
async fn sign_up_reads_a_pasted_number() {
    let service = Service::start().await;
    let mut input: Value = sign_up_input("ada@example.org");
    input["mobileNumber"] = "+49\u{a0}151\u{a0}12345679".into();
    let answer = service.device().mutate("signup", input).await;
    assert_eq!(answer["user"]["mobileNumber"], "+4915112345679");
}
