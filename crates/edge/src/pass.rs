//! The one middleware: ids, tenant, caller, permission, time limit; then the handler; then metrics, log and headers.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use kernel::{CorrelationId, Fault, Problem};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use store::problems::TOO_SLOW;
use uuid::Uuid;

use crate::answer;
use crate::app::Platform;
use crate::command;
use crate::jar::Jar;
use crate::problems::METHOD_NOT_ALLOWED;
use crate::source::Source;
use crate::target::Unclear;
use crate::tenancy::{self, Asked, Shop};
use crate::told::Reader;
use crate::turnstile::Told;
use crate::version::{self, Second};
use crate::{origins, pages, shield};

/// Requests that take longer are worth a line in the log of a busy server.
const SLOW: Duration = Duration::from_secs(1);

/// What machines ask for again and again.
const UNCOUNTED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// Where style sheets, scripts and pictures lie. One page brings many of them, so they have a limit of their own.
const ASSETS: [&str; 3] = ["/assets/", "/pictures/", "/blobs/"];

pub(crate) async fn pass(State(platform): State<Platform>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let correlation = correlation(request.headers());
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
    let reader = origins::reader(&platform, request.uri(), request.headers());
    let (mut shop, mut told) = (None, None);
    let person = Reader::of(&platform, &request);
    let person = person.as_ref();
    let unclear = request.extensions_mut().remove::<Unclear>();
    let mut response = 'answered: {
        if let Some(Unclear(problem)) = unclear {
            break 'answered refused(problem, correlation, person);
        }
        if let Some(response) = origins::preflight(&platform, &method, route, request.headers()) {
            break 'answered response;
        }
        if let Some(operation) = operation {
            let (mut parts, body) = request.into_parts();
            let (body, signed) =
                match command::signed_body(&parts, body, platform.settings().body_limit).await {
                    Ok(read) => read,
                    Err(problem) => break 'answered answer::problem(problem, correlation),
                };
            let (access, address) = (&operation.access, source.address);
            let jar = Jar::of(&platform, &parts.headers, source.https);
            let asked = Asked { parts: &parts, signed: signed.as_deref(), access, address, jar };
            match let_in(&platform, asked, correlation, &mut told).await {
                Ok(admitted) => shop = Some(admitted.clone()),
                Err(problem) => break 'answered answer::problem(problem, correlation),
            }
            parts.extensions.extend(shop.clone().map(with_shop).unwrap_or_default());
            request = Request::from_parts(parts, body);
        } else if let Err(problem) = count(&platform, route.unwrap_or_default(), source, &mut told).await {
            break 'answered refused(problem, correlation, person);
        }
        let settings = platform.settings();
        let limit = match operation {
            Some(operation) if operation.access.upload => settings.upload_time_limit,
            _ => settings.time_limit,
        };
        let read = operation.zip(shop.as_ref()).filter(|_| second);
        let read = read.map(|(operation, shop)| (&operation.bodies, shop.record.currency));
        let handled =
            AssertUnwindSafe(version::serve(request, next, read, settings.body_limit)).catch_unwind();
        match tokio::time::timeout(limit, handled).await {
            Ok(Ok(response)) => {
                rendered(response, route.and_then(|route| platform.methods(route)), correlation, person)
            }
            Ok(Err(_)) => refused(Problem::bug(), correlation, person),
            Err(_) => refused(too_slow(), correlation, person),
        }
    };
    shield::write(response.headers_mut(), source.https);
    if operation.is_some() || method == Method::OPTIONS {
        origins::write(reader, response.headers_mut());
    }
    if let Some(uri) = ending {
        farewell.write(&uri, response.headers_mut());
    }
    if let Some(told) = told {
        told.write(response.headers_mut());
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
    told: &mut Option<Told>,
) -> Result<Shop, Problem> {
    let (turnstile, now, address) = (platform.turnstile(), platform.cell().now(), asked.address);
    let visitor = match tenancy::identify(platform, asked).await {
        Ok(visitor) => visitor,
        Err(problem) => {
            match problem.fault {
                Fault::Unauthenticated => turnstile.count_guess(address, now, told).await?,
                _ => turnstile.count_stranger(address, now, told).await?,
            }
            return Err(problem);
        }
    };
    turnstile.count(&visitor.caller, visitor.record.id, address, now, told).await?;
    if asked.access.guesses {
        turnstile.count_guess(address, now, told).await?;
    }
    tenancy::check_network(platform, &visitor, address)?;
    tenancy::admit(platform, asked, visitor, correlation)
}

/// Counts a request for what is no operation.
async fn count(
    platform: &Platform,
    route: &str,
    source: Source,
    told: &mut Option<Told>,
) -> Result<(), Problem> {
    let (turnstile, now) = (platform.turnstile(), platform.cell().now());
    if UNCOUNTED.contains(&route) {
        return Ok(());
    }
    if ASSETS.iter().any(|place| route.starts_with(place)) {
        return turnstile.count_asset(source.address, now, told).await;
    }
    turnstile.count_stranger(source.address, now, told).await
}

fn refused(problem: Problem, correlation: CorrelationId, person: Option<&Reader>) -> Response {
    let page = person.map(|person| pages::refusal(&problem, person));
    let response = answer::problem(problem, correlation);
    match page {
        Some(page) => pages::instead(response, page),
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

    let request_id = Uuid::now_v7();
    let mut buffer = Uuid::encode_buffer();
    let headers = response.headers_mut();
    headers.insert("x-correlation-id", id_header(correlation.uuid().hyphenated().encode_lower(&mut buffer)));
    headers.insert("x-request-id", id_header(request_id.hyphenated().encode_lower(&mut buffer)));
    headers.insert("traceparent", traceparent(correlation, request_id));
    if shop.is_some() {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// From the caller, from its W3C trace, or new.
fn correlation(headers: &HeaderMap) -> CorrelationId {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let named = text("x-correlation-id").and_then(|id| Uuid::try_parse(id).ok());
    let traced = || {
        let mut parts = text("traceparent")?.split('-');
        let (version, trace) = (parts.next()?, parts.next()?);
        (version.len() == 2 && trace.len() == 32)
            .then(|| Uuid::try_parse(trace).ok())
            .flatten()
            .filter(|id| !id.is_nil())
    };
    named.or_else(traced).map_or_else(CorrelationId::new, CorrelationId)
}

fn traceparent(correlation: CorrelationId, span: Uuid) -> HeaderValue {
    let (_, span) = span.as_u64_pair();
    HeaderValue::from_str(&format!("00-{}-{span:016x}-01", correlation.uuid().simple()))
        .expect("hexadecimal digits are a header value")
}

fn id_header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a UUID is a header value")
}

fn too_slow() -> Problem {
    let detail = "This took longer than a request may. It may still be done: ask again with the same Idempotency-Key, or read the record first.";
    TOO_SLOW.says(detail).after(2)
}

/// The counters of one operation, found once.
pub(crate) struct Meter {
    answered: [Counter; 5],
    seconds: Histogram,
}

impl Meter {
    pub(crate) fn new(method: &str, route: &str) -> Self {
        let (method, route) = (method.to_owned(), route.to_owned());
        let answered = ["1xx", "2xx", "3xx", "4xx", "5xx"].map(|status| {
            metrics::counter!("galleria_requests_total", "method" => method.clone(), "route" => route.clone(), "status" => status)
        });
        let seconds = metrics::histogram!("galleria_request_seconds", "method" => method, "route" => route);
        Self { answered, seconds }
    }

    fn count(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.answered[class].increment(1);
        self.seconds.record(took);
    }
}

/// The process's one recorder of metrics.
pub(crate) fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let works = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &seconds)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_works".into()), &works))
            .expect("there are buckets");
        builder.install_recorder().expect("this is the only recorder of the process")
    });
    handle.clone()
}
