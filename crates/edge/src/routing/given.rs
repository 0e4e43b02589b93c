//! What handlers find in their requests.

use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::Extensions;
use tower::{Layer, Service};

/// Puts something into each request.
#[derive(Clone)]
pub(super) struct Given(pub(super) Arc<dyn Fn(&mut Extensions) + Send + Sync>);

#[derive(Clone)]
pub(super) struct Giving<S> {
    given: Given,
    inner: S,
}

impl<S> Layer<S> for Given {
    type Service = Giving<S>;

    fn layer(&self, inner: S) -> Giving<S> {
        Giving { given: self.clone(), inner }
    }
}

impl<S: Service<Request>> Service<Request> for Giving<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> S::Future {
        (self.given.0)(request.extensions_mut());
        self.inner.call(request)
    }
}
