//! The labels of the measurements.

use prometheus_client::encoding::EncodeLabelSet;

/// The labels of a response.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Response {
    /// The pattern of the route that matched, or `none`.
    pub(super) route: String,
    /// The HTTP status code.
    pub(super) status: u16,
}

/// The labels of a GraphQL operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Operation {
    /// The mutation's name in the schema, or `query`.
    pub(super) operation: String,
    /// The member of the result union or the code of the error; `ok` for a query without one.
    pub(super) outcome: String,
}

/// The labels of a call of the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Call {
    /// The method of the repository.
    pub(super) call: &'static str,
    /// The way in which it ended.
    pub(super) outcome: &'static str,
}

/// The only label of work that ends in one of a few ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    /// The way in which it ended.
    pub(super) outcome: &'static str,
}
