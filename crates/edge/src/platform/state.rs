//! The state that all requests share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::http::Method;
use kernel::{Problem, ProblemDoc, boxed};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use store::registry::usage::day;
use store::relay::Workers;
use store::{Cell, TenantRecord};
use uuid::Uuid;

use super::in_flight::InFlight;
use super::metrics::Meter;
use super::settings::Settings;
use super::upload_slots::UploadSlots;
use super::usage_counts::UsageCounts;
use crate::access::authenticate::Authenticator;
use crate::access::{Access, Permissions};
use crate::published::PublicEvent;
use crate::rate_limit::RateLimit;
use crate::request::source::Source;
use crate::v2::{self, Bodies};

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct Platform(Arc<Shared>);

/// What there is once in a process. Put together by `app`.
pub(crate) struct Shared {
    pub(crate) cell: Cell,
    pub(crate) workers: Workers,
    pub(crate) permissions: Permissions,
    pub(crate) rate_limit: RateLimit,
    pub(crate) settings: Settings,
    pub(crate) operations: HashMap<String, Vec<Operation>>,
    pub(crate) other: Meter,
    pub(crate) document: Arc<Value>,
    /// Made when it is first asked for.
    pub(crate) document2: OnceLock<Value>,
    pub(crate) problems: Vec<ProblemDoc>,
    pub(crate) events: Vec<PublicEvent>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) uploads: UploadSlots,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    /// The platform itself, read like a shop.
    pub(crate) own_record: Arc<TenantRecord>,
    pub(crate) draining: AtomicBool,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) counts: UsageCounts,
    /// What each operation is called, by its number.
    pub(crate) names: Vec<String>,
}

/// An operation of the document, as the middleware needs it on every request.
pub(crate) struct Operation {
    pub(crate) number: usize,
    pub(crate) method: Method,
    pub(crate) access: Access,
    pub(crate) bodies: Bodies,
    pub(crate) meter: Meter,
}

impl Platform {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

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
    #[boxed]
    pub async fn guess_at(&self, account: Uuid, source: Source) -> Result<(), Problem> {
        self.rate_limit().count_guess_at(account, source.address, self.cell().now()).await
    }

    pub(crate) fn rate_limit(&self) -> &RateLimit {
        &self.0.rate_limit
    }

    pub(crate) fn counts(&self) -> &UsageCounts {
        &self.0.counts
    }

    /// The OpenAPI document.
    pub fn document(&self) -> &Arc<Value> {
        &self.0.document
    }

    /// The same, of the second version of the API.
    pub fn document2(&self) -> &Value {
        self.0.document2.get_or_init(|| v2::second(&self.0.document))
    }

    pub(crate) fn authenticator(&self) -> &dyn Authenticator {
        &*self.0.authenticator
    }

    /// The platform itself, where operators sign in: no shop, but read like one.
    pub(crate) fn own_record(&self) -> Arc<TenantRecord> {
        self.0.own_record.clone()
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

    pub(crate) fn uploads(&self) -> &UploadSlots {
        &self.0.uploads
    }

    pub(crate) fn operation(&self, path: &str, method: &Method) -> Option<&Operation> {
        self.0.operations.get(path)?.iter().find(|operation| operation.method == *method)
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

    /// Sorts what was measured into its classes. Until then each measurement is kept, whether or not anybody ever asks for
    /// them.
    pub(crate) fn sort_measurements(&self) {
        self.0.metrics.run_upkeep();
    }

    /// Adds what this node has counted to what all have.
    pub(crate) async fn settle_usage(&self) {
        let used = self.counts().take(&self.0.names);
        if used.is_empty() {
            return;
        }
        if let Err(failure) = self.cell().registry().add_usage(&used, day(self.cell().now())).await {
            tracing::warn!(%failure, "What was counted in the last minute is lost");
        }
    }
}
