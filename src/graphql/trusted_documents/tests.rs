use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;

/// Reads these texts, each from a file of its own.
fn read(texts: &[&str]) -> Result<TrustedDocuments, String> {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = (0..texts.len())
        .map(|index| folder.path().join(format!("{index}.json")))
        .collect();
    for (file, text) in files.iter().zip(texts) {
        std::fs::write(file, text).unwrap();
    }
    TrustedDocuments::read(&files).map_err(|error| {
        let text = error.to_string();
        text.replace(&format!("{}/", folder.path().display()), "")
    })
}

fn apollo(version: u64, operations: &Value) -> String {
    let format = "apollo-persisted-query-manifest";
    json!({ "format": format, "version": version, "operations": operations }).to_string()
}

#[test]
fn document_is_found_with_and_without_hash_prefix() {
    let trusted = read(&[r#"{ "abc": "{ me { id } }", "sha256:def": "{ __typename }" }"#]).unwrap();
    for hash in ["abc", "sha256:abc", "def", "sha256:def"] {
        assert!(trusted.find(hash).is_some(), "{hash}");
    }
    for hash in ["", "ABC", "sha256:", "sha1:abc", "sha256:sha256:abc"] {
        assert!(trusted.find(hash).is_none(), "{hash}");
    }
}

#[test]
fn apollo_manifest_is_read_beside_a_map_of_hashes() {
    let operations = json!([
        { "id": "a1", "name": "Who", "type": "query", "body": "query Who { me { id } }" },
        { "id": "a2", "name": "Rules", "type": "query", "body": "query Rules { policy { codeLength } }" },
    ]);
    let trusted = read(&[
        &apollo(1, &operations),
        r#"{ "b1": "{ __typename }" }"#,
        r#"{ "sha256:a1": "query Who { me { id } }" }"#,
    ])
    .unwrap();
    for hash in ["a1", "a2", "b1"] {
        assert!(trusted.find(hash).is_some(), "{hash}");
    }
}

#[test]
fn two_documents_of_one_hash_are_refused() {
    for second in [
        r#"{ "a": "{ policy { codeLength } }" }"#,
        r#"{ "sha256:a": "{ viewer { id } }" }"#,
    ] {
        let error = read(&[r#"{ "a": "{ me { id } }" }"#, second]).unwrap_err();
        assert!(
            error.starts_with("1.json: the document ") && error.ends_with("in 0.json"),
            "{error}"
        );
    }
}

#[test]
fn unusable_file_is_an_error_when_it_is_read() {
    let no_body = apollo(1, &json!([{ "id": "a" }]));
    let second = apollo(2, &json!([]));
    let none = apollo(1, &json!([]));
    for (json, says) in [
        ("[]", "0.json: the file is not a JSON object"),
        ("{", "not a JSON object"),
        (r#"{ "abc": 1 }"#, "not a JSON object"),
        ("{}", "holds no document"),
        (&none, "holds no document"),
        (&second, "has version 2, and only version 1 is known"),
        (
            &no_body,
            "no manifest of `generate-persisted-query-manifest`",
        ),
        (
            r#"{ "abc": "{" }"#,
            "the document abc would be refused: The document is not valid GraphQL.",
        ),
        (
            r#"{ "abc": "fragment F on User { id }" }"#,
            "The document has no operation.",
        ),
        (
            r#"{ "abc": "{ me { nam } }" }"#,
            "the document abc would be refused: The type \"User\" has no field \"nam\".",
        ),
    ] {
        let error = read(&[json]).unwrap_err();
        assert!(error.contains(says), "{json}: {error}");
    }
}
