//! Executes one request: finds its document, checks the limits, runs it, and finishes the errors.

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Name, Request, ServerError, Variables};

use super::document_limits::{self, CheckedDocument};
use super::introspection::describe;
use super::known_documents::KnownDocuments;
use super::masking::finish;
use super::request_error::RequestError;
use super::root_fields::{self, RootKeys};
use super::validation::{check_nulls, hide_schema, validate};
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
    /// The URL of the schema as text, which is served if introspection is enabled.
    pub schema_url: Arc<str>,
    /// The documents that were found valid before.
    pub known: KnownDocuments,
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

/// A request that may be executed.
pub(super) struct Prepared {
    /// The name of the operation.
    pub(super) operation: Option<String>,
    /// The kind of the operation.
    pub(super) ty: OperationType,
    /// The library's request.
    pub(super) request: Request,
    /// The keys at the root of a subscription.
    pub(super) root: RootKeys,
}

impl Prepared {
    fn new(
        name: Option<&Name>,
        ty: OperationType,
        mut request: Request,
        mut document: ExecutableDocument,
    ) -> Self {
        let root = match ty {
            OperationType::Subscription => root_fields::flatten(&mut document, name),
            OperationType::Query | OperationType::Mutation => RootKeys::default(),
        };
        request.set_parsed_query(document);
        Self {
            operation: name.map(ToString::to_string),
            ty,
            request,
            root,
        }
    }
}

impl Executor {
    /// Returns true if the page for developers is served. It can only send documents of its own, so
    /// it is of no use where other documents are trusted.
    #[must_use]
    pub const fn offers_graphiql(&self) -> bool {
        self.introspection && self.trusted.is_none()
    }

    /// Executes a request. The id of the request is added to errors that are looked up in the log.
    pub async fn execute(
        &self,
        request: GraphqlRequest,
        context: RequestContext,
        request_id: &str,
    ) -> GraphqlResponse {
        match self.prepare(request) {
            Ok(prepared) if prepared.ty == OperationType::Subscription => {
                RequestError::SubscriptionWithoutStream.into()
            }
            Ok(prepared) => self.run(prepared, context, request_id).await,
            Err(error) => error.into(),
        }
    }

    /// Executes a query or a mutation.
    pub(super) async fn run(
        &self,
        prepared: Prepared,
        context: RequestContext,
        request_id: &str,
    ) -> GraphqlResponse {
        let Prepared {
            operation, request, ..
        } = prepared;
        let audit = context.audit.clone();
        let mut response = self.schema.execute(request.data(context)).await;
        if self.introspection {
            describe(&mut response.data);
        }
        response.errors.truncate(MAX_ERRORS);
        for error in &mut response.errors {
            finish(error, request_id, self.introspection);
        }
        GraphqlResponse::new(&mut response, operation, &audit)
    }

    /// Makes the library's request and the name of its operation. The library validates nothing
    /// that exceeds a limit.
    pub(super) fn prepare(&self, request: GraphqlRequest) -> Result<Prepared, RequestError> {
        let GraphqlRequest {
            query,
            document,
            operation_name,
            variables,
            safe,
        } = request;
        let (checked, is_valid) = self.find_document(query.as_deref(), document.as_deref())?;
        document_limits::check_variables(&variables)?;
        let (name, operation) = checked.operation(operation_name.as_deref())?;
        // A URL is kept in histories and logs: no secret belongs in one (RFC 9110, section 17.9).
        if safe && (operation.ty != OperationType::Query || checked.takes_secret(name)) {
            return Err(RequestError::MutationByGet);
        }
        let operation_key = name.cloned();
        let name = name.map(ToString::to_string);
        let invalid = |errors| self.invalid(name.clone(), errors);
        if !is_valid {
            validate(type_system(), &checked.document).map_err(invalid)?;
            self.known
                .insert(query.as_deref().unwrap_or_default(), &checked);
        }
        let variables = variables::coerce(type_system(), operation, variables).map_err(invalid)?;
        check_nulls(type_system(), &checked.document, operation, &variables).map_err(invalid)?;
        let mut request = Request::new("").variables(variables);
        if !self.introspection {
            request = request.disable_introspection();
        }
        request.operation_name.clone_from(&name);
        // Shared with the memory of documents, except for the first time and those with strings.
        let ty = operation.ty;
        let document =
            Arc::try_unwrap(checked).map_or_else(|it| it.document.clone(), |it| it.document);
        Ok(Prepared::new(operation_key.as_ref(), ty, request, document))
    }

    fn invalid(&self, operation: Option<String>, mut errors: Vec<ServerError>) -> RequestError {
        if !self.introspection {
            hide_schema(&mut errors);
        }
        RequestError::Invalid { operation, errors }
    }

    /// Returns the requested document if it keeps all limits, and whether it was found valid
    /// before.
    fn find_document(
        &self,
        query: Option<&str>,
        hash: Option<&str>,
    ) -> Result<(Arc<CheckedDocument>, bool), RequestError> {
        match (&self.trusted, query) {
            (Some(trusted), _) => {
                let found = hash.and_then(|hash| trusted.find(hash));
                let found = found.ok_or_else(|| self.untrusted(query))?;
                Ok((found.clone(), true))
            }
            (None, Some(query)) => {
                let known = self.known.find(query);
                let is_valid = known.is_some();
                let checked = match known {
                    Some(known) => known,
                    None => Arc::new(document_limits::check(query)?),
                };
                if checked.introspection && !self.introspection {
                    return Err(RequestError::IntrospectionDisabled);
                }
                Ok((checked, is_valid))
            }
            (None, None) => Err(RequestError::TrustedDocumentsDisabled),
        }
    }

    /// Returns the reason to reject a document that is not trusted. Tools that ask for the schema
    /// get an answer of their own: they match no message, and show it to a developer.
    fn untrusted(&self, query: Option<&str>) -> RequestError {
        let checked = query.map(document_limits::check);
        if !checked.is_some_and(|checked| checked.is_ok_and(|it| it.introspection)) {
            return RequestError::UntrustedDocument;
        }
        if self.introspection {
            RequestError::SchemaElsewhere(self.schema_url.clone())
        } else {
            RequestError::IntrospectionDisabled
        }
    }
}
