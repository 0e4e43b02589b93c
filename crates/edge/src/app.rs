//! Putting it together: the contexts' routes, our own, and the one middleware around them.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::header::CACHE_CONTROL;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use kernel::ProblemDoc;
use store::relay::Workers;
use store::{Cell, TenantRecord};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::access::authenticate::Authenticator;
use crate::answer::{Answer, Refused};
use crate::module::{self, Module, Running};
use crate::pages::{events, health, layout, problems, reference};
use crate::platform::{Meter, Operation, Platform, Settings, Shared, UploadSlots, UsageCounts, recorder};
use crate::problems::{COMMON, METHOD_NOT_ALLOWED, nothing_there};
use crate::rate_limit::RateLimit;
use crate::routing::{Parts, Routes};
use crate::v2::Bodies;
use crate::{document, middleware, patch};

/// The whole application: the routes of all modules with their document, what their codes mean, and who works in the
/// background.
pub fn app(
    cell: Cell,
    authenticator: Arc<dyn Authenticator>,
    settings: Settings,
    modules: Vec<(Module, Running)>,
) -> Result<(Router, Platform), String> {
    let metrics = recorder();
    let known: Vec<Module> = modules.iter().map(|(module, _)| *module).collect();
    let permissions = module::permissions(&known)?;
    let groups = module::groups(&known)?;
    let public_events = module::public_events(&known);
    let explained = known.iter().flat_map(|module| module.explains.to_vec());
    let (mut routes, mut workers) = (Routes::new(), Workers::default());
    for (module, running) in modules {
        module::check_wants(&module, &running.workers, &public_events)?;
        routes = routes.merge(running.routes.refusing(&module.refusals(&known)?));
        workers.extend(running.workers);
    }
    let Parts { router, document, problems: answered } = routes.into_parts()?;
    let (document, table) = document::finish(document, &answered, &permissions, &groups)?;
    let mut names = Vec::new();
    let operations = table
        .into_iter()
        .map(|(path, methods)| {
            let operations = methods
                .into_iter()
                .map(|(method, access)| Operation {
                    number: named(&mut names, format!("{method} {path}")),
                    meter: Meter::new(method.as_str(), &path),
                    bodies: Bodies::of(&document, &path, &method),
                    method,
                    access,
                })
                .collect();
            (path, operations)
        })
        .collect();
    let answered = answered.into_values().flatten();
    let mut every: Vec<ProblemDoc> = answered.chain(explained).chain(COMMON.iter().copied()).collect();
    every.sort_by_key(|problem| problem.code);
    every.dedup();
    if let Some([one, _]) = every.array_windows().find(|[one, other]| one.code == other.code) {
        return Err(format!(
            "{} means two things; give one of them another code, or the same page",
            one.code
        ));
    }
    let platform = Platform::new(Shared {
        cell,
        workers,
        permissions,
        rate_limit: RateLimit::new(settings.limiter.clone(), settings.limits),
        uploads: UploadSlots::new(settings.uploads),
        settings,
        operations,
        other: Meter::new("any", "other"),
        document: Arc::new(document),
        document2: OnceLock::new(),
        problems: every,
        events: public_events,
        in_flight: Arc::default(),
        authenticator,
        own_record: Arc::new(TenantRecord::platform()),
        draining: AtomicBool::new(false),
        metrics,
        counts: UsageCounts::default(),
        names,
    });
    let plain = router.clone().with_state(platform.clone());
    let patches = patch::routes(platform.document(), &plain);
    let router = patches.into_iter().fold(router, |router, (path, patch)| router.route(&path, patch));
    let router = router
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(reference::openapi))
        .route("/openapi/v2.json", get(reference::openapi2))
        .route("/reference", get(reference::reference))
        .route("/problems", get(problems::list))
        .route("/problems/{code}", get(problems::one))
        .route("/events", get(events::list))
        .route("/events.json", get(events::all_as_asyncapi))
        .route("/events/{kind}", get(events::event))
        .route("/events/{kind}/{version}", get(events::schema))
        .route("/assets/galleria.css", get(layout::css))
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(platform.clone(), middleware::handle))
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

async fn method_not_allowed() -> Refused {
    METHOD_NOT_ALLOWED
        .says("This path does not know this method. The header Allow names those it knows.")
        .into()
}
