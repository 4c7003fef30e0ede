//! What is checked before the engine and mended after it.
//!
//! The engine is `async-graphql` with a schema built at start-up. It falls short of the GraphQL
//! specification in ways that matter here, each named where it is mended:
//!
//! - `source`: text that would overflow the parser's stack;
//! - `limits`: documents that are small to write and large to execute;
//! - `variables`, `positions` and `arguments`: values that do not fit;
//! - `rewriting`: directives that are not looked at, and errors without number;
//! - `selection` and `merging`: fields that are selected twice;
//! - `watch` and `nulls`: errors and the nulls they leave.
//!
//! A request goes through the engine twice: once as it came, to be validated, and once made
//! plain, to be executed. Nothing is executed before everything has been checked.

mod arguments;
mod limits;
mod merging;
mod nulls;
mod positions;
mod rewriting;
mod selection;
mod source;
mod variables;
mod watch;

#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::dynamic::{Schema, SchemaBuilder, SchemaError};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};
use async_graphql::{ErrorExtensionValues, Request, Response, ServerError};
use futures::FutureExt;
use http::Method;

pub(crate) use limits::too_large;
use nulls::Completion;
use watch::{Purpose, Watch, Watching};

/// How many errors a refused document is told of.
const ERRORS_SHOWN: usize = 20;

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// It was executed; the answer has data, errors or both.
    Executed(Response),
    /// Nothing was executed, for these errors in the request.
    Refused(Vec<ServerError>),
    /// Nothing was executed: a mutation came with a method that is for queries only.
    MutationOverGet,
}

/// A schema, together with everything around the engine that executes it.
#[derive(Clone, Debug)]
pub struct Engine {
    schema: Schema,
}

impl Engine {
    /// Finishes a schema and puts the checks around it.
    ///
    /// # Errors
    ///
    /// The schema contradicts itself.
    pub fn new(builder: SchemaBuilder) -> Result<Self, SchemaError> {
        let schema = builder
            .limit_recursive_depth(2 * limits::SELECTION_SETS)
            .extension(Watching)
            .finish()?;
        Ok(Self { schema })
    }

    /// The schema in the schema definition language.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Executes a request that came with an HTTP method.
    ///
    /// Its text, operation name, variables and data are used. An error of a resolver is shown
    /// only if it carries a `code` extension; any other, and a panic, is logged and shown as
    /// `Internal server error.`
    pub async fn execute(&self, request: Request, method: &Method) -> Outcome {
        match AssertUnwindSafe(self.run(request, method))
            .catch_unwind()
            .await
        {
            Ok(outcome) => outcome.unwrap_or_else(|mut errors| {
                errors.truncate(ERRORS_SHOWN);
                Outcome::Refused(errors)
            }),
            Err(panic) => {
                let error = ServerError::new(watch::panic_message(&*panic), None);
                Outcome::Executed(Response::from_errors(vec![shown(error)]))
            }
        }
    }

    async fn run(&self, request: Request, method: &Method) -> Result<Outcome, Vec<ServerError>> {
        source::check(&request.query)?;
        let document = parse_query(&request.query).map_err(ServerError::from)?;
        // Some clients send an empty name for none.
        let name = request
            .operation_name
            .as_deref()
            .filter(|name| !name.is_empty());
        let operation = select(&document, name)?;
        let purpose = match operation.ty {
            OperationType::Query => Purpose::Query,
            OperationType::Mutation if method == Method::GET => {
                return Ok(Outcome::MutationOverGet);
            }
            OperationType::Mutation => Purpose::Mutation,
            OperationType::Subscription => {
                return Err(vec![ServerError::new(
                    "Subscriptions are not supported.",
                    None,
                )]);
            }
        };
        limits::check(&document)?;
        self.validate(&document, name).await?;
        let plain = selection::plain(
            self.schema.registry(),
            &document,
            operation,
            &request.variables,
        )?;
        self.carry_out(request, plain, purpose).await
    }

    /// Has the engine apply its rules to the document as it came. Values of variables are left
    /// out, they are checked on their own.
    async fn validate(
        &self,
        document: &ExecutableDocument,
        name: Option<&str>,
    ) -> Result<(), Vec<ServerError>> {
        let watch = Watch::new(Purpose::Validate);
        let mut request = Request::new("").data(Arc::clone(&watch));
        request.operation_name = name.map(str::to_owned);
        request.set_parsed_query(rewriting::for_validation(document.clone()));
        let response = self.schema.execute(request).await;
        if watch.is_valid() {
            Ok(())
        } else {
            Err(response.errors)
        }
    }

    async fn carry_out(
        &self,
        request: Request,
        plain: ExecutableDocument,
        purpose: Purpose,
    ) -> Result<Outcome, Vec<ServerError>> {
        let watch = Watch::new(purpose);
        let mut plain_request = Request::new("");
        plain_request.data = request.data;
        plain_request.data.insert(Arc::clone(&watch));
        plain_request.set_parsed_query(plain.clone());
        let mut response = self.schema.execute(plain_request).await;
        if !watch.is_valid() {
            return Err(response.errors);
        }
        let operation = select(&plain, None)?;
        let root = selection::root(self.schema.registry(), operation.ty);
        let completion = Completion {
            registry: self.schema.registry(),
            watch: &watch,
        };
        response.data = match root {
            Some(root) if !watch.is_stopped() => {
                completion.data(&operation.selection_set.node, root.name(), response.data)
            }
            _ => async_graphql::Value::Null,
        };
        response.errors.splice(..0, watch.take_errors());
        response.errors = response.errors.into_iter().map(shown).collect();
        Ok(Outcome::Executed(response))
    }
}

fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, ServerError> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => {
            return Err(ServerError::new(
                "Operation name required in request.",
                None,
            ));
        }
    };
    operation.map(|operation| &operation.node).ok_or_else(|| {
        ServerError::new(
            format!("Unknown operation named \"{}\"", name.unwrap_or_default()),
            None,
        )
    })
}

/// An error of execution as a client may see it.
fn shown(error: ServerError) -> ServerError {
    let has_code = error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get("code").is_some());
    if has_code {
        return error;
    }
    tracing::error!(error = %error.message, path = ?error.path, "A resolver failed unexpectedly.");
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "INTERNAL_SERVER_ERROR");
    ServerError {
        message: "Internal server error.".to_owned(),
        source: None,
        extensions: Some(extensions),
        ..error
    }
}
