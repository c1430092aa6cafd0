//! The two formats of files that list a front end's documents.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The name of the format of Apollo's manifests.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// A file of documents has no format that is known.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file is not JSON, or has another form.
    #[error("the file is not a JSON object of hashes and documents: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The file says that it is Apollo's, and has another form.
    #[error("the file is no manifest of `generate-persisted-query-manifest`: {0}")]
    Apollo(#[source] serde_json::Error),
    /// Apollo's format has a version that is not known.
    #[error("the manifest has version {0}, and only version 1 is known")]
    Version(u64),
}

/// The manifest that Apollo's `generate-persisted-query-manifest` writes.
#[derive(Deserialize)]
struct ApolloManifest {
    version: u64,
    operations: Vec<ApolloOperation>,
}

/// One operation, with the fragments that it uses.
#[derive(Deserialize)]
struct ApolloOperation {
    id: String,
    body: String,
}

/// Returns the hashes and the documents of a file: either the object that maps hashes to documents,
/// which graphql-codegen and Relay write, or Apollo's manifest.
///
/// # Errors
/// If the file has neither form.
pub(super) fn read(json: &str) -> Result<Vec<(String, String)>, ManifestError> {
    let members: BTreeMap<String, Value> = serde_json::from_str(json)?;
    if members.get("format").and_then(Value::as_str) != Some(APOLLO) {
        let texts: BTreeMap<String, String> = serde_json::from_str(json)?;
        return Ok(texts.into_iter().collect());
    }
    let manifest: ApolloManifest = serde_json::from_str(json).map_err(ManifestError::Apollo)?;
    if manifest.version != 1 {
        return Err(ManifestError::Version(manifest.version));
    }
    let operations = manifest.operations.into_iter();
    Ok(operations.map(|it| (it.id, it.body)).collect())
}
