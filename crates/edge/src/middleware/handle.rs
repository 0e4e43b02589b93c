//! The one middleware: ids, tenant, caller, permission, time limit; then the handler; then metrics, log and headers.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use kernel::{CorrelationId, Fault, Problem};
use store::problems::TOO_SLOW;

use super::{cors, ids, security_headers};
use crate::answer;
use crate::pages::localized::Reader;
use crate::pages::refusal;
use crate::platform::{Meter, Platform};
use crate::problems::METHOD_NOT_ALLOWED;
use crate::rate_limit::LimitHeaders;
use crate::request::body::signed_body;
use crate::request::cookies::Jar;
use crate::request::host::Unclear;
use crate::request::source::Source;
use crate::tenancy::{self, Asked, Shop};
use crate::v2::{self, Second};

/// Requests that take longer are worth a line in the log of a busy server.
const SLOW: Duration = Duration::from_secs(1);

/// What machines ask for again and again.
const UNCOUNTED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// Where style sheets, scripts and pictures lie. One page brings many of them, so they have a limit of their own.
const ASSETS: [&str; 3] = ["/assets/", "/pictures/", "/blobs/"];

pub(crate) async fn handle(State(platform): State<Platform>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let correlation = ids::correlation(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str);
    let method = request.method().clone();
    // HEAD is answered by GET's handler, so it asks for GET's permission.
    let asked = if method == Method::HEAD { &Method::GET } else { &method };
    let operation = route.and_then(|route| platform.operation(route, asked));

    let source = platform.settings().proxies.source(request.headers(), request.extensions());
    let second = request.extensions().get::<Second>().is_some();
    let farewell = &platform.settings().farewell;
    let ending = (!second && farewell.is_near()).then(|| request.uri().clone());
    let allowed_origin = cors::allowed_origin(&platform, request.uri(), request.headers());
    let (mut shop, mut limit_headers) = (None, None);
    let person = Reader::of(&platform, &request);
    let person = person.as_ref();
    let unclear = request.extensions_mut().remove::<Unclear>();
    let mut response = 'answered: {
        if let Some(Unclear(problem)) = unclear {
            break 'answered refused(problem, correlation, person);
        }
        if let Some(response) = cors::preflight(&platform, &method, route, request.headers()) {
            break 'answered response;
        }
        if let Some(operation) = operation {
            let (mut parts, body) = request.into_parts();
            let (body, signed) = match signed_body(&parts, body, platform.settings().body_limit).await {
                Ok(read) => read,
                Err(problem) => break 'answered answer::problem(problem, correlation),
            };
            let (access, address) = (&operation.access, source.address);
            let jar = Jar::of(&parts.headers, source.https, platform.settings().unencrypted_sessions);
            let asked = Asked { parts: &parts, signed: signed.as_deref(), access, address, jar };
            match let_in(&platform, asked, correlation, &mut limit_headers).await {
                Ok(admitted) => shop = Some(admitted.clone()),
                Err(problem) => break 'answered answer::problem(problem, correlation),
            }
            parts.extensions.extend(shop.clone().map(with_shop).unwrap_or_default());
            request = Request::from_parts(parts, body);
        } else if let Err(problem) =
            count(&platform, route.unwrap_or_default(), source, &mut limit_headers).await
        {
            break 'answered refused(problem, correlation, person);
        }
        let settings = platform.settings();
        let limit = match operation {
            Some(operation) if operation.access.upload => settings.upload_time_limit,
            _ => settings.time_limit,
        };
        let read = operation.zip(shop.as_ref()).filter(|_| second);
        let read = read.map(|(operation, shop)| (&operation.bodies, shop.record.currency));
        let handled = AssertUnwindSafe(v2::serve(request, next, read, settings.body_limit)).catch_unwind();
        match tokio::time::timeout(limit, handled).await {
            Ok(Ok(response)) => {
                rendered(response, route.and_then(|route| platform.methods(route)), correlation, person)
            }
            Ok(Err(_)) => refused(Problem::bug(), correlation, person),
            Err(_) => refused(too_slow(), correlation, person),
        }
    };
    security_headers::write(response.headers_mut(), source.https);
    if operation.is_some() || method == Method::OPTIONS {
        cors::write(allowed_origin, response.headers_mut());
    }
    if let Some(uri) = ending {
        farewell.write(&uri, response.headers_mut());
    }
    if let Some(limit_headers) = limit_headers {
        limit_headers.write(response.headers_mut());
    }
    if let (Some(shop), Some(operation)) = (&shop, operation) {
        let refused = response.status().as_u16() >= 400;
        platform.counts().count(shop.tenant.id(), &shop.caller, operation.number, refused, shop.now);
    }
    let meter = operation.map_or_else(|| platform.other(), |operation| &operation.meter);
    finish(response, &method, route, shop.as_ref(), meter, started, correlation)
}

/// Who it is, whether they have asked too often, and whether they may.
async fn let_in(
    platform: &Platform,
    asked: Asked<'_>,
    correlation: CorrelationId,
    limit_headers: &mut Option<LimitHeaders>,
) -> Result<Shop, Problem> {
    let (rate_limit, now, address) = (platform.rate_limit(), platform.cell().now(), asked.address);
    let visitor = match tenancy::identify(platform, asked).await {
        Ok(visitor) => visitor,
        Err(problem) => {
            match problem.fault {
                Fault::Unauthenticated => rate_limit.count_guess(address, now, limit_headers).await?,
                _ => rate_limit.count_stranger(address, now, limit_headers).await?,
            }
            return Err(problem);
        }
    };
    rate_limit.count(&visitor.caller, visitor.record.id, address, now, limit_headers).await?;
    if asked.access.guesses {
        rate_limit.count_guess(address, now, limit_headers).await?;
    }
    tenancy::check_network(platform, &visitor, address)?;
    tenancy::admit(platform, asked, visitor, correlation)
}

/// Counts a request for what is no operation.
async fn count(
    platform: &Platform,
    route: &str,
    source: Source,
    limit_headers: &mut Option<LimitHeaders>,
) -> Result<(), Problem> {
    let (rate_limit, now) = (platform.rate_limit(), platform.cell().now());
    if UNCOUNTED.contains(&route) {
        return Ok(());
    }
    if ASSETS.iter().any(|place| route.starts_with(place)) {
        return rate_limit.count_asset(source.address, now, limit_headers).await;
    }
    rate_limit.count_stranger(source.address, now, limit_headers).await
}

fn refused(problem: Problem, correlation: CorrelationId, person: Option<&Reader>) -> Response {
    let page = person.map(|person| refusal::page(&problem, person));
    let response = answer::problem(problem, correlation);
    match page {
        Some(page) => refusal::instead(response, page),
        None => response,
    }
}

fn with_shop(shop: Shop) -> axum::http::Extensions {
    let mut extensions = axum::http::Extensions::new();
    extensions.insert(shop);
    extensions
}

/// A refusal becomes its body here, where the correlation id is known.
fn rendered(
    mut response: Response,
    allow: Option<String>,
    correlation: CorrelationId,
    person: Option<&Reader>,
) -> Response {
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) if problem.code == METHOD_NOT_ALLOWED.code => {
            let allow = allow.unwrap_or_else(|| "GET, HEAD".into());
            refused(problem.with("allow", allow), correlation, person)
        }
        Some(problem) => refused(problem, correlation, person),
        None => response,
    }
}

fn finish(
    mut response: Response,
    method: &Method,
    route: Option<&str>,
    shop: Option<&Shop>,
    meter: &Meter,
    started: Instant,
    correlation: CorrelationId,
) -> Response {
    let took = started.elapsed();
    let status = response.status();
    meter.count(status, took);
    let route = route.unwrap_or("none");
    let tenant = shop.map_or("", |shop| shop.record.slug.as_str());
    let caller = shop.map_or("", |shop| &*shop.caller.role);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if status.is_server_error() || took > SLOW {
        tracing::info!(target: "galleria::request", %method, route, status = status.as_u16(), micros, tenant, caller, %correlation, "{method} {route} answered {}", status.as_u16());
    } else {
        tracing::debug!(target: "galleria::request", %method, route, status = status.as_u16(), micros, tenant, caller, %correlation, "{method} {route} answered {}", status.as_u16());
    }

    let headers = response.headers_mut();
    ids::write(correlation, headers);
    if shop.is_some() {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    }
    response
}

fn too_slow() -> Problem {
    let detail = "This took longer than a request may. It may still be done: ask again with the same Idempotency-Key, or read the record first.";
    TOO_SLOW.says(detail).after(2)
}
