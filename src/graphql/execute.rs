//! Executes one request: finds its document, checks the limits, runs it, and finishes the errors.

use std::borrow::Cow;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, ServerError, Variables};

use super::document_limits::{self, CheckedDocument};
use super::masking::finish;
use super::request_error::RequestError;
use super::validation::{DocumentDigest, SeenDocuments, check_nulls, hide_schema, validate};
use super::{GraphqlResponse, Latchkey, RequestContext, TrustedDocuments, type_system, variables};

/// The maximum number of errors in a response, so that a small request cannot cause a large
/// response.
pub const MAX_ERRORS: usize = 10;

/// The schema, and the operator's settings for executing requests.
#[derive(Clone)]
pub struct Executor {
    /// The schema.
    pub schema: Latchkey,
    /// True if clients may query the schema, and validation errors may name its parts.
    pub introspection: bool,
    /// The only documents to execute, if the operator has listed them.
    pub trusted: Option<TrustedDocuments>,
    /// The documents that were found valid before.
    pub seen: SeenDocuments,
}

/// A request, as GraphQL over HTTP (section 5) defines it.
#[derive(Debug, Default)]
pub struct GraphqlRequest {
    /// The document's text.
    pub query: Option<String>,
    /// The hash of a trusted document.
    pub document: Option<String>,
    /// The name of the operation to execute, if the document has several.
    pub operation_name: Option<String>,
    /// The values of the operation's variables.
    pub variables: Variables,
    /// True for a request by GET, which must not change anything.
    pub safe: bool,
}

impl Executor {
    /// Executes a request. The id of the request is added to errors that are looked up in the log.
    pub async fn execute(
        &self,
        request: GraphqlRequest,
        context: RequestContext,
        request_id: &str,
    ) -> GraphqlResponse {
        let (operation, prepared) = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(error) => return error.into(),
        };
        let audit = context.audit.clone();
        let mut response = self.schema.execute(prepared.data(context)).await;
        response.errors.truncate(MAX_ERRORS);
        for error in &mut response.errors {
            finish(error, request_id, self.introspection);
        }
        GraphqlResponse::new(&mut response, operation, &audit)
    }

    /// Makes the library's request and the name of its operation. The library validates nothing
    /// that exceeds a limit.
    fn prepare(&self, request: GraphqlRequest) -> Result<(Option<String>, Request), RequestError> {
        let GraphqlRequest {
            query,
            document,
            operation_name,
            variables,
            safe,
        } = request;
        let checked = self.find_document(query.as_deref(), document.as_deref())?;
        document_limits::check_variables(&variables)?;
        let (name, operation) = checked.operation(operation_name.as_deref())?;
        // A URL is kept in histories and logs: no secret belongs in one (RFC 9110, section 17.9).
        if safe && (operation.ty != OperationType::Query || checked.takes_secret(name)) {
            return Err(RequestError::MutationByGet);
        }
        let name = name.map(ToString::to_string);
        let invalid = |errors| self.invalid(name.clone(), errors);
        if self.trusted.is_none() {
            self.validate(query.as_deref().unwrap_or_default(), &checked)
                .map_err(invalid)?;
        }
        let variables = variables::coerce(type_system(), operation, variables).map_err(invalid)?;
        check_nulls(type_system(), &checked.document, operation, &variables).map_err(invalid)?;
        let mut request = Request::new("").variables(variables);
        if !self.introspection {
            request = request.disable_introspection();
        }
        request.operation_name.clone_from(&name);
        request.set_parsed_query(checked.into_owned().document);
        Ok((name, request))
    }

    /// Validates a document, unless it was found valid before.
    fn validate(&self, text: &str, checked: &CheckedDocument) -> Result<(), Vec<ServerError>> {
        if checked.has_strings {
            return validate(type_system(), &checked.document);
        }
        let digest = DocumentDigest::of(text);
        if !self.seen.contains(&digest) {
            validate(type_system(), &checked.document)?;
            self.seen.insert(digest);
        }
        Ok(())
    }

    fn invalid(&self, operation: Option<String>, mut errors: Vec<ServerError>) -> RequestError {
        if !self.introspection {
            hide_schema(&mut errors);
        }
        RequestError::Invalid { operation, errors }
    }

    /// Returns the requested document if it keeps all limits.
    fn find_document(
        &self,
        query: Option<&str>,
        hash: Option<&str>,
    ) -> Result<Cow<'_, CheckedDocument>, RequestError> {
        match (&self.trusted, query) {
            (Some(trusted), _) => {
                let found = hash.and_then(|hash| trusted.find(hash));
                found
                    .map(Cow::Borrowed)
                    .ok_or(RequestError::UntrustedDocument)
            }
            (None, Some(query)) => {
                let checked = document_limits::check(query)?;
                if checked.introspection && !self.introspection {
                    return Err(RequestError::IntrospectionDisabled);
                }
                Ok(Cow::Owned(checked))
            }
            (None, None) => Err(RequestError::TrustedDocumentsDisabled),
        }
    }
}
