//! A handler whose type is forgotten.

use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use futures_util::future::BoxFuture;

use crate::platform::Platform;

#[derive(Clone)]
pub(super) struct Handling(Arc<dyn Fn(Request, Platform) -> BoxFuture<'static, Response> + Send + Sync>);

impl Handling {
    pub(super) fn of<T>(handler: impl Handler<T, Platform>) -> Self {
        Self(Arc::new(move |request, platform| Box::pin(handler.clone().call(request, platform))))
    }

    pub(super) fn at(&self, method: MethodFilter) -> MethodRouter<Platform> {
        MethodRouter::new().on(method, self.clone())
    }
}

impl Handler<(), Platform> for Handling {
    type Future = BoxFuture<'static, Response>;

    fn call(self, request: Request, platform: Platform) -> Self::Future {
        (self.0)(request, platform)
    }
}
