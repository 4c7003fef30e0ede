//! What is noted while the engine validates or executes.
//!
//! In a dynamic schema an error has no path, takes its field out of the data, and does not stop
//! a mutation. So every error is taken from the engine where it arises and its field becomes
//! null; where that null travels is decided in [`super::nulls`].

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
};
use async_graphql::parser::types::Field;
use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value,
};
use futures::FutureExt;

use super::nulls::Completion;

/// How far the engine is to go with a request.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Purpose {
    /// Up to the point where it would begin to execute.
    Validate,
    /// A query, whose root fields run side by side.
    Query,
    /// A mutation, whose root fields run one after the other.
    Mutation,
}

/// The notes on one request, which the engine carries as request data.
pub(super) struct Watch {
    purpose: Purpose,
    valid: AtomicBool,
    stopped: AtomicBool,
    errors: Mutex<Vec<ServerError>>,
}

impl Watch {
    /// Nothing noted yet.
    pub(super) fn new(purpose: Purpose) -> Arc<Self> {
        Arc::new(Self {
            purpose,
            valid: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            errors: Mutex::default(),
        })
    }

    /// Whether the engine found the document valid.
    pub(super) fn is_valid(&self) -> bool {
        self.valid.load(Ordering::Relaxed)
    }

    /// Whether a non-null root field of a mutation has failed.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// The errors noted so far, which are forgotten.
    pub(super) fn take_errors(&self) -> Vec<ServerError> {
        std::mem::take(&mut *self.errors())
    }

    /// Notes an accident for a null in a non-null place that no error explains.
    pub(super) fn explain_null(&self, path: &[PathSegment], field: &Field) {
        let mut errors = self.errors();
        if !errors.iter().any(|error| error.path.starts_with(path)) {
            let error =
                ServerError::new("null for a non-null field", Some(field.response_key().pos));
            errors.push(error.with_path(path.to_vec()));
        }
    }

    fn note(&self, mut error: ServerError, node: &QueryPathNode<'_>, field: &Field) {
        if error.path.is_empty() {
            error.path = path(node);
        }
        if error.locations.is_empty() {
            error.locations.push(field.response_key().pos);
        }
        self.errors().push(error);
    }

    fn errors(&self) -> MutexGuard<'_, Vec<ServerError>> {
        // A list of errors is whole whatever happened to its last user.
        self.errors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn path(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path = node.parent.map(path).unwrap_or_default();
    path.push(match node.segment {
        QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        QueryPathSegment::Index(index) => PathSegment::Index(index),
    });
    path
}

/// What a panic said.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", said.unwrap_or("no message"))
}

/// Puts the watch over each request of a schema.
pub(super) struct Watching;

impl ExtensionFactory for Watching {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Watching)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Watching {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let watch = watch(ctx);
        watch.valid.store(true, Ordering::Relaxed);
        if watch.purpose == Purpose::Validate {
            return Response::default();
        }
        next.run(ctx, operation_name).await
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let watch = watch(ctx);
        if watch.is_stopped() {
            return Ok(None);
        }
        let (node, field, type_name) = (info.path_node, info.field, info.return_type);
        let value = match AssertUnwindSafe(next.run(ctx, info)).catch_unwind().await {
            Ok(Ok(value)) => value.unwrap_or_default(),
            Ok(Err(error)) => {
                watch.note(error, node, field);
                Value::Null
            }
            Err(panic) => {
                watch.note(ServerError::new(panic_message(&*panic), None), node, field);
                Value::Null
            }
        };
        if watch.purpose == Purpose::Mutation && node.parent.is_none() {
            let completion = Completion {
                registry: &ctx.schema_env.registry,
                watch,
            };
            if completion
                .value(type_name, field, value.clone(), &mut path(node))
                .is_none()
            {
                watch.stopped.store(true, Ordering::Relaxed);
            }
        }
        Ok(Some(value))
    }
}

fn watch<'a>(ctx: &ExtensionContext<'a>) -> &'a Watch {
    // Only `Engine::execute` reaches the schema, and it gives every request a watch.
    ctx.data_unchecked::<Arc<Watch>>()
}
