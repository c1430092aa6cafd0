use serde_json::{Value, json};

use super::*;

/// Carries what `stored` has and `known` has not, and returns the result.
fn carried(stored: &Value, known: &Value, mut saved: Value) -> Value {
    carry(stored, known, &mut saved).expect("it can be kept");
    saved
}

#[test]
fn unknown_field_follows_its_item_to_another_place() {
    let stored = json!({ "list": [{ "id": 1, "new": "a" }, { "id": 2, "new": "b" }] });
    let known = json!({ "list": [{ "id": 1 }, { "id": 2 }] });
    let saved = json!({ "list": [{ "id": 3 }, { "id": 2, "old": 5 }, { "id": 1 }] });
    assert_eq!(
        carried(&stored, &known, saved),
        json!({ "list": [{ "id": 3 }, { "id": 2, "old": 5, "new": "b" }, { "id": 1, "new": "a" }] })
    );
}

#[test]
fn unknown_field_of_a_replaced_object_is_dropped() {
    let stored = json!({ "code": { "digest": "a", "new": 1 } });
    let known = json!({ "code": { "digest": "a" } });
    for saved in [
        json!({ "code": { "digest": "b" } }),
        json!({ "code": null }),
        json!({}),
    ] {
        assert_eq!(carried(&stored, &known, saved.clone()), saved);
    }
}

#[test]
fn field_that_this_version_writes_wins() {
    let stored = json!({ "a": { "locale": null } });
    let known = json!({ "a": {} });
    let saved = json!({ "a": { "locale": "de" } });
    assert_eq!(carried(&stored, &known, saved.clone()), saved);
}

#[test]
fn items_without_identity_are_matched_by_equality() {
    let stored = json!([{ "at": 1, "new": 1 }, { "at": 2, "new": 2 }, "text"]);
    let known = json!([{ "at": 1 }, { "at": 2 }, "text"]);
    let saved = json!([{ "at": 2 }, { "at": 3 }]);
    assert_eq!(
        carried(&stored, &known, saved),
        json!([{ "at": 2, "new": 2 }, { "at": 3 }])
    );
}

#[test]
fn other_state_is_refused_if_fields_would_be_lost() {
    let stored = json!({ "state": { "pending": [{ "ticket": 1, "new": 1 }] } });
    let known = json!({ "state": { "pending": [{ "ticket": 1 }] } });
    let mut saved = json!({ "state": { "active": {} } });
    assert!(matches!(
        carry(&stored, &known, &mut saved),
        Err(StoreError::Newer)
    ));
    let newer_elsewhere = json!({ "state": known["state"], "new": 1 });
    assert_eq!(
        carried(&newer_elsewhere, &known, saved),
        json!({ "state": { "active": {} }, "new": 1 })
    );
}
