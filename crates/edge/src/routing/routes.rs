//! A context's routes, with their part of the document and what they may be refused with.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, Route, any};
use kernel::ProblemDoc;
use tower::{Layer, Service};
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Components, Info, OpenApi, RefOr};

use super::given::Given;
use super::handling::Handling;
use super::operations::{Operation, Operations};
use crate::platform::Platform;

/// Routes, as contexts put them together. Two schemas of one name would silently become one, so each is looked at when it
/// is added.
#[derive(Default)]
pub struct Routes {
    router: Router<Platform>,
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
    /// The names under which there are two schemas.
    clashes: BTreeSet<String>,
    /// By path.
    problems: BTreeMap<String, Vec<ProblemDoc>>,
}

/// What is left when they are served.
pub(crate) struct Parts {
    pub(crate) router: Router<Platform>,
    pub(crate) document: OpenApi,
    pub(crate) problems: BTreeMap<String, Vec<ProblemDoc>>,
}

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what `routes!` made of handlers.
    pub fn routes(mut self, added: Operations) -> Self {
        for operation in added.into_inner() {
            let mut schemas = Vec::new();
            (operation.schemas)(&mut schemas);
            schemas.into_iter().for_each(|(name, schema)| self.name(name, schema));
            self = self.operation(&operation);
        }
        self
    }

    fn operation(mut self, operation: &Operation) -> Self {
        let (path, methods) = ((operation.path)(), (operation.methods)());
        for method in &methods {
            self.router = self.router.route(&path, operation.handling.at(filter(method)));
        }
        let mut described = (operation.described)();
        let tags = (operation.tags)();
        if !tags.is_empty() {
            described.tags.get_or_insert_default().extend(tags.into_iter().map(str::to_owned));
        }
        self.paths.add_path_operation(&path, methods, described);
        self.problems.entry(path).or_default();
        self
    }

    /// A page, which the document does not name.
    pub fn page<H: Handler<T, Platform>, T>(self, path: &str, handler: H) -> Self {
        self.at(path, MethodFilter::GET, &Handling::of(handler))
    }

    /// Where the form of a page goes.
    pub fn form<H: Handler<T, Platform>, T>(self, path: &str, handler: H) -> Self {
        self.at(path, MethodFilter::POST, &Handling::of(handler))
    }

    /// What is asked at a path with any method that has no handler of its own there.
    pub fn any<H: Handler<T, Platform>, T>(mut self, path: &str, handler: H) -> Self {
        self.router = self.router.route(path, any(Handling::of(handler)));
        self
    }

    fn at(mut self, path: &str, method: MethodFilter, handling: &Handling) -> Self {
        self.router = self.router.route(path, handling.at(method));
        self
    }

    pub fn merge(mut self, other: Self) -> Self {
        for (name, schema) in other.schemas {
            self.name(name, schema);
        }
        self.clashes.extend(other.clashes);
        self.problems.extend(other.problems);
        self.paths.merge(other.paths);
        self.router = self.router.merge(other.router);
        self
    }

    /// What these handlers find as an `Extension`.
    pub fn giving<T: Clone + Send + Sync + 'static>(self, given: T) -> Self {
        self.given(Given(Arc::new(move |extensions| {
            extensions.insert(given.clone());
        })))
    }

    fn given(mut self, given: Given) -> Self {
        self.router = self.router.layer(given);
        self
    }

    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.layer(layer);
        self
    }

    /// Says how a context says no, which the document then tells of each of these operations.
    pub fn refusing(mut self, problems: &[ProblemDoc]) -> Self {
        self.problems.values_mut().for_each(|of_path| of_path.extend(problems));
        self
    }

    pub(crate) fn into_parts(self) -> Result<Parts, String> {
        if let Some(name) = self.clashes.first() {
            return Err(format!(
                "two schemas that differ are both called {name} in the OpenAPI document; give one another name with #[schema(as = …)]"
            ));
        }
        let mut document = OpenApi::new(Info::new("", ""), self.paths);
        let mut components = Components::new();
        components.schemas = self.schemas;
        document.components = Some(components);
        Ok(Parts { router: self.router, document, problems: self.problems })
    }

    fn name(&mut self, name: String, schema: RefOr<Schema>) {
        if self.schemas.get(&name).is_some_and(|known| *known != schema) {
            self.clashes.insert(name.clone());
        }
        self.schemas.insert(name, schema);
    }
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use utoipa::openapi::schema::{Object, Type};

    use super::*;

    fn described(kind: Type) -> Routes {
        let mut routes = Routes::new();
        routes.name("Status".into(), RefOr::T(Schema::Object(Object::with_type(kind))));
        routes
    }

    #[test]
    fn two_schemas_of_one_name_are_not_taken_for_one() {
        let told = described(Type::String).merge(described(Type::Integer)).into_parts().err().unwrap();
        assert!(told.contains("Status"), "{told}");
    }

    #[test]
    fn a_schema_may_be_named_wherever_it_is_used() {
        assert!(described(Type::String).merge(described(Type::String)).into_parts().is_ok());
    }
}
