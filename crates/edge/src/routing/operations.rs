//! What `routes!` makes of handlers.

use axum::handler::Handler;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{self, HttpMethod};
use utoipa::openapi::schema::Schema;

use super::handling::Handling;
use crate::platform::Platform;

/// The schemas that a description refers to, by name.
pub(super) type Schemas = Vec<(String, RefOr<Schema>)>;

/// An operation of the API: how it is described, and what does it.
pub struct Operation {
    pub(super) path: fn() -> String,
    pub(super) methods: fn() -> Vec<HttpMethod>,
    pub(super) described: fn() -> path::Operation,
    pub(super) tags: fn() -> Vec<&'static str>,
    pub(super) schemas: fn(&mut Schemas),
    pub(super) handling: Handling,
}

impl Operation {
    /// `P` is what `#[utoipa::path]` has made beside the handler.
    pub fn of<P, H: Handler<T, Platform>, T>(handler: H) -> Self
    where
        P: utoipa::Path + utoipa::__dev::Tags<'static> + utoipa::__dev::SchemaReferences,
    {
        Self {
            path: P::path,
            methods: P::methods,
            described: P::operation,
            tags: P::tags,
            schemas: P::schemas,
            handling: Handling::of(handler),
        }
    }
}

#[derive(Default)]
pub struct Operations(Vec<Operation>);

impl Operations {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn and(mut self, operation: Operation) -> Self {
        self.0.push(operation);
        self
    }

    pub(super) fn into_inner(self) -> Vec<Operation> {
        self.0
    }
}

/// The operations of these handlers: `routes!(read_case, api::close_case)`.
#[macro_export]
macro_rules! routes {
    ($($($part:ident)::+),+ $(,)?) => {
        $crate::Operations::new()$(.and($crate::routes!(@operation [] $($part)::+)))+
    };
    (@operation [$($before:ident)*] $handler:ident) => {
        $crate::__paste! { $crate::Operation::of::<$($before::)*[<__path_ $handler>], _, _>($($before::)*$handler) }
    };
    (@operation [$($before:ident)*] $part:ident :: $($rest:ident)::+) => {
        $crate::routes!(@operation [$($before)* $part] $($rest)::+)
    };
}
