//! Email addresses as people type and paste them: domains of other scripts, and invisible
//! characters.

use serde_json::json;

use crate::support::{Service, kind, sign_up_input};

/// An input, and the canonical address or the code of the refusal.
type Case = (&'static str, Result<&'static str, &'static str>);

/// Latin with Han and kana, or with Hangul, is ordinary under .jp and .kr (UTS #39, "highly
/// restrictive").
const MIXED_SCRIPTS: [Case; 7] = [
    ("ada@ラーメンtokyo.jp", Ok("ada@xn--tokyo-fx4d2bvewd.jp")),
    ("ada@日本語abc.jp", Ok("ada@xn--abc-s08fl0dtz6h.jp")),
    ("ada@한글shop.kr", Ok("ada@xn--shop-fk5ph30q.kr")),
    ("ada@中文abc.cn", Ok("ada@xn--abc-u68do18h.cn")),
    ("ada@кафеcafe.ru", Err("MALFORMED")),
    ("ada@αβcd.gr", Err("MALFORMED")),
    ("ada@東京・大阪.jp", Ok("ada@xn--veku70g9fh8zo288c.jp")),
];

/// Characters that can be typed only in a form that UTS #46 maps. Full-width Latin is a disguise of
/// ASCII.
const MAPPED_CHARACTERS: [Case; 6] = [
    (
        "ada@น\u{e49}ำตาล.ไทย",
        Ok("ada@xn--m3ch1bycb9k2a.xn--o3cw4h"),
    ),
    ("ada@คำ.ไทย", Ok("ada@xn--42c6g8c.xn--o3cw4h")),
    ("ada@ຄຳ.ລາວ", Ok("ada@xn--s6c6g8c.xn--q7ce6a")),
    ("ada@և.հայ", Ok("ada@xn--29a2d.xn--y9a3aq")),
    ("ada@ｔｅｓｔ.jp", Err("MALFORMED")),
    ("ada@straße.de", Ok("ada@xn--strae-oqa.de")),
];

/// Copied text brings characters that no reader sees. They are removed at the ends, and refused
/// inside.
const ENDS: [Case; 10] = [
    ("eve@example.org\u{200b}", Ok("eve@example.org")),
    ("\u{200b}eve@example.org", Ok("eve@example.org")),
    ("\u{feff}eve@example.org", Ok("eve@example.org")),
    ("eve@example.org\u{200e}", Ok("eve@example.org")),
    ("\u{202a}eve@example.org\u{202c}", Ok("eve@example.org")),
    ("\u{2068}eve@example.org\u{2069}", Ok("eve@example.org")),
    ("eve@example.org\u{2060}", Ok("eve@example.org")),
    ("\u{a0}eve@example.org\t", Ok("eve@example.org")),
    ("eve@exam\u{200b}ple.org", Err("MALFORMED")),
    ("\nEVE@Example.ORG ", Ok("eve@example.org")),
];

async fn check(cases: &[Case]) {
    let device = Service::with(&[("LATCHKEY_LIMITS", "off")]).await.device();
    for (typed, expected) in cases {
        let answer = device
            .mutate("forgotPassword", json!({ "email": typed }))
            .await;
        let found = match kind(&answer) {
            "CodeSent" => Ok(answer["email"].as_str().unwrap()),
            _ => Err(answer["fields"][0]["code"].as_str().unwrap()),
        };
        assert_eq!(found, *expected, "{typed:?}");
    }
}

#[tokio::test]
async fn domains_of_ordinary_mixed_scripts_are_accepted() {
    check(&MIXED_SCRIPTS).await;
}

#[tokio::test]
async fn characters_that_unicode_always_maps_are_accepted() {
    check(&MAPPED_CHARACTERS).await;
}

#[tokio::test]
async fn invisible_characters_around_an_address_are_removed() {
    check(&ENDS).await;
}

#[tokio::test]
async fn login_finds_an_address_with_invisible_ends() {
    let device = Service::with(&[("LATCHKEY_LIMITS", "off")]).await.device();
    let signed_up = device
        .mutate("signup", sign_up_input("eve@example.org"))
        .await;
    assert_eq!(kind(&signed_up), "Authenticated");
    for (typed, _) in ENDS.iter().filter(|(_, expected)| expected.is_ok()) {
        let mut input = sign_up_input(typed);
        input
            .as_object_mut()
            .unwrap()
            .retain(|field, _| field == "email" || field == "password");
        let answer = device.mutate("login", input).await;
        assert_eq!(kind(&answer), "Authenticated", "{typed:?}");
    }
}
