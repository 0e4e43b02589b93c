//! Putting it together: the contexts' routes, our own, and the one middleware around them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::http::header::CACHE_CONTROL;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Uri, Version};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use kernel::{Problem, ProblemDoc};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use store::relay::Workers;
use store::{Cell, TenantRecord};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use uuid::Uuid;

use crate::answer::{Answer, Refused};
use crate::command::InFlight;
use crate::document::{self, Access, Bodies};
use crate::door::Door;
use crate::grants::Permissions;
use crate::module::{self, Module, Running};
use crate::pass::Meter;
use crate::places::Places;
use crate::problems::{COMMON, METHOD_NOT_ALLOWED, NO_SUCH_ROUTE};
use crate::published::PublicEvent;
use crate::routes::{Parts, Routes};
use crate::settings::Settings;
use crate::source::Source;
use crate::turnstile::Turnstile;
use crate::usage::Counts;
use crate::{catalogue, document2, pages, pass, patch, tenancy};

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    cell: Cell,
    workers: Workers,
    permissions: Permissions,
    turnstile: Turnstile,
    settings: Settings,
    operations: HashMap<String, Vec<Operation>>,
    other: Meter,
    document: Value,
    document2: Value,
    problems: Vec<ProblemDoc>,
    events: Vec<PublicEvent>,
    in_flight: Arc<InFlight>,
    uploads: Places,
    door: Arc<dyn Door>,
    house: Arc<TenantRecord>,
    draining: AtomicBool,
    metrics: PrometheusHandle,
    counts: Counts,
    /// What each operation is called, by its number.
    names: Vec<String>,
}

/// An operation of the document, as `pass` needs it on every request.
pub(crate) struct Operation {
    pub(crate) number: usize,
    pub(crate) method: Method,
    pub(crate) access: Access,
    pub(crate) bodies: Bodies,
    pub(crate) meter: Meter,
}

/// The whole application: the routes of all modules with their document, what their codes mean, and who works in the
/// background.
pub fn app(
    cell: Cell,
    door: Arc<dyn Door>,
    settings: Settings,
    modules: Vec<(Module, Running)>,
) -> Result<(Router, Platform), String> {
    let metrics = pass::recorder();
    let known: Vec<Module> = modules.iter().map(|(module, _)| *module).collect();
    let permissions = module::permissions(&known)?;
    let events = module::public_events(&known);
    let explained = known.iter().flat_map(|module| module.explains.to_vec());
    let (mut routes, mut workers) = (Routes::new(), Workers::default());
    for (module, running) in modules {
        module::check_wants(&module, &running.workers, &events)?;
        routes = routes.merge(running.routes.refusing(&module.refusals(&known)?));
        workers.subscribers.extend(running.workers.subscribers);
        workers.jobs.extend(running.workers.jobs);
    }
    let Parts { router, document, problems } = routes.into_parts()?;
    let (document, table) = document::finish(document, &problems, &permissions)?;
    let mut names = Vec::new();
    let operations = table
        .into_iter()
        .map(|(path, methods)| {
            let operations = methods
                .into_iter()
                .map(|(method, access, bodies)| Operation {
                    number: named(&mut names, format!("{method} {path}")),
                    meter: Meter::new(method.as_str(), &path),
                    method,
                    access,
                    bodies,
                })
                .collect();
            (path, operations)
        })
        .collect();
    let answered = problems.into_values().flatten();
    let mut every: Vec<ProblemDoc> = answered.chain(explained).chain(COMMON.iter().copied()).collect();
    every.sort_by_key(|problem| problem.code);
    every.dedup_by_key(|problem| problem.code);
    let platform = Platform(Arc::new(Inner {
        cell,
        workers,
        permissions,
        turnstile: Turnstile::new(settings.limiter.clone(), settings.limits),
        uploads: Places::new(settings.uploads),
        settings,
        operations,
        other: Meter::new("any", "other"),
        document2: document2::second(&document),
        document,
        problems: every,
        events,
        in_flight: Arc::default(),
        door,
        house: Arc::new(TenantRecord::house()),
        draining: AtomicBool::new(false),
        metrics,
        counts: Counts::default(),
        names,
    }));
    let plain = router.clone().with_state(platform.clone());
    let patches = patch::routes(platform.document(), &plain);
    let router = patches.into_iter().fold(router, |router, (path, patch)| router.route(&path, patch));
    let router = router
        .route("/healthz", get(pages::healthz))
        .route("/readyz", get(pages::readyz))
        .route("/metrics", get(pages::metrics))
        .route("/openapi.json", get(pages::openapi))
        .route("/openapi/v2.json", get(pages::openapi2))
        .route("/reference", get(pages::reference))
        .route("/problems", get(pages::problems))
        .route("/problems/{code}", get(pages::problem))
        .route("/events", get(catalogue::events))
        .route("/events.json", get(catalogue::asyncapi))
        .route("/events/{kind}", get(catalogue::event))
        .route("/events/{kind}/{version}", get(catalogue::schema))
        .route("/assets/galleria.css", get(pages::css))
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(platform.clone(), pass::pass))
        .layer(CompressionLayer::new().compress_when(large_text()))
        .with_state(platform.clone());
    Ok((router, platform))
}

fn named(names: &mut Vec<String>, name: String) -> usize {
    names.push(name);
    names.len() - 1
}

/// Small answers are not worth compressing.
fn large_text() -> impl Predicate + Send + Sync + 'static {
    SizeAbove::new(1024).and(NotForContentType::IMAGES).and(may_be_transformed)
}

/// A file goes out as it is, with its length, so that a part of it can be asked for.
fn may_be_transformed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let caching = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
    !caching.is_some_and(|caching| caching.contains("no-transform"))
}

async fn no_such_route() -> Answer {
    Err(nothing_there().into())
}

/// What a path that nobody knows is answered with.
pub fn nothing_there() -> Problem {
    NO_SUCH_ROUTE.says("There is nothing at this path. The routes are listed at /reference.")
}

async fn method_not_allowed() -> Refused {
    METHOD_NOT_ALLOWED
        .says("This path does not know this method. The header Allow names those it knows.")
        .into()
}

impl Platform {
    pub fn cell(&self) -> &Cell {
        &self.0.cell
    }

    /// What there is to be allowed, and the standard roles.
    pub fn permissions(&self) -> &Permissions {
        &self.0.permissions
    }

    /// Who reads the log, and which kinds of jobs there are.
    pub fn workers(&self) -> &Workers {
        &self.0.workers
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Counts a guess at an account's secret, and refuses one too many.
    pub async fn guess_at(&self, account: Uuid, source: Source) -> Result<(), Problem> {
        self.turnstile().count_guess_at(account, source.address, self.cell().now()).await
    }

    pub(crate) fn turnstile(&self) -> &Turnstile {
        &self.0.turnstile
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    pub(crate) fn operation_names(&self) -> &[String] {
        &self.0.names
    }

    /// The OpenAPI document.
    pub fn document(&self) -> &Value {
        &self.0.document
    }

    /// The same, of the second version of the API.
    pub fn document2(&self) -> &Value {
        &self.0.document2
    }

    pub(crate) fn door(&self) -> &dyn Door {
        &*self.0.door
    }

    /// The platform itself, where operators sign in: no shop, but read like one.
    pub(crate) fn house(&self) -> Arc<TenantRecord> {
        self.0.house.clone()
    }

    pub(crate) fn problems(&self) -> &[ProblemDoc] {
        &self.0.problems
    }

    pub(crate) fn events(&self) -> &[PublicEvent] {
        &self.0.events
    }

    pub(crate) fn in_flight(&self) -> Arc<InFlight> {
        self.0.in_flight.clone()
    }

    pub(crate) fn uploads(&self) -> &Places {
        &self.0.uploads
    }

    pub(crate) fn operation(&self, path: &str, method: &Method) -> Option<&Operation> {
        self.0.operations.get(path)?.iter().find(|operation| operation.method == *method)
    }

    /// Whose pages a request's host shows, for pages that are not operations.
    pub fn record_at(&self, uri: &Uri, headers: &HeaderMap) -> Option<Arc<TenantRecord>> {
        tenancy::at(self, uri, headers)
    }

    /// The methods that a path of the document knows.
    pub(crate) fn methods(&self, path: &str) -> Option<String> {
        let methods: Vec<&str> =
            self.0.operations.get(path)?.iter().map(|operation| operation.method.as_str()).collect();
        Some(methods.join(", "))
    }

    pub(crate) fn other(&self) -> &Meter {
        &self.0.other
    }

    pub(crate) fn render_metrics(&self) -> String {
        self.0.metrics.render()
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn start_draining(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }
}
