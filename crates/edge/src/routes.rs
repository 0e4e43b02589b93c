//! A context's routes, with their part of the document and what they may be refused with.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, Route};
use kernel::ProblemDoc;
use tower::{Layer, Service};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::platform::Platform;

/// Routes, as contexts put them together. Two schemas of one name would silently become one, so each is looked at when it
/// is added.
#[derive(Default)]
pub struct Routes {
    router: OpenApiRouter<Platform>,
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
    pub fn routes(mut self, added: UtoipaMethodRouter<Platform>) -> Self {
        for (name, schema) in &added.0 {
            self.name(name.clone(), schema.clone());
        }
        for path in added.1.paths.keys() {
            self.problems.entry(path.clone()).or_default();
        }
        self.router = self.router.routes(added);
        self
    }

    /// A page, which the document does not name.
    pub fn route(mut self, path: &str, methods: MethodRouter<Platform>) -> Self {
        self.router = self.router.route(path, methods);
        self
    }

    pub fn merge(mut self, other: Self) -> Self {
        for (name, schema) in other.schemas {
            self.name(name, schema);
        }
        self.clashes.extend(other.clashes);
        self.problems.extend(other.problems);
        self.router = self.router.merge(other.router);
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
        let (router, document) = self.router.split_for_parts();
        Ok(Parts { router, document, problems: self.problems })
    }

    fn name(&mut self, name: String, schema: RefOr<Schema>) {
        if self.schemas.get(&name).is_some_and(|known| *known != schema) {
            self.clashes.insert(name.clone());
        }
        self.schemas.insert(name, schema);
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use utoipa::openapi::path::Paths;
    use utoipa::openapi::schema::{Object, Type};

    use super::*;

    fn described(kind: Type) -> Routes {
        let schema = Schema::Object(Object::with_type(kind));
        let nothing = async || "";
        let paths = Paths::builder().path("/thing", utoipa::openapi::PathItem::default()).build();
        Routes::new().routes((vec![("Status".into(), RefOr::T(schema))], paths, get(nothing)))
    }

    #[test]
    fn two_schemas_of_one_name_are_not_taken_for_one() {
        let elsewhere = described(Type::Integer);
        let other = Routes { router: OpenApiRouter::new(), ..elsewhere };
        let told = described(Type::String).merge(other).into_parts().err().unwrap();
        assert!(told.contains("Status"), "{told}");
    }

    #[test]
    fn a_schema_may_be_named_wherever_it_is_used() {
        let again = Routes { router: OpenApiRouter::new(), ..described(Type::String) };
        assert!(described(Type::String).merge(again).into_parts().is_ok());
    }
}
