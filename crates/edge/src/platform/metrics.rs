//! The metrics of the process, and the counters of each operation.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::StatusCode;
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// How often measurements are sorted into their classes.
pub(crate) const SORTED_EVERY: Duration = Duration::from_secs(5);

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

    pub(crate) fn count(&self, status: StatusCode, took: Duration) {
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
