//! Layer 0: the measurements of a process, in the form that Prometheus reads. Every label is of a
//! closed set: nothing that a request sends becomes one.

mod labels;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use self::labels::{Call, Operation, Outcome, Response};

/// The upper bounds of the buckets of times, in seconds: from a read in memory to a mail
/// server that answers late.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

type Times<L> = Family<L, Histogram, fn() -> Histogram>;
type Seconds = Gauge<f64, AtomicU64>;

/// The measurements. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    responses: Times<Response>,
    operations: Family<Operation, Counter>,
    store: Times<Call>,
    hashes: Times<Outcome>,
    hash_queue: Gauge,
    emails: Times<Outcome>,
    email_queue: Gauge,
    email_age: Seconds,
    connections: Gauge,
}

/// One open connection, counted until it is dropped.
#[derive(Debug)]
pub struct OpenConnection(Gauge);

impl Default for Metrics {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Metrics {
    /// Starts to measure, at a time in seconds since the Unix epoch.
    #[must_use]
    pub fn new(started_at: i64) -> Self {
        let mut registry = Registry::with_prefix("latchkey");
        about(&mut registry, started_at);
        let mut series = Series(registry);
        let measured = Self {
            responses: series.times(
                "http_response",
                "Times from a request's head to its response, by route and status",
            ),
            operations: series.add(
                "operations",
                "GraphQL operations, by name and by the member or the error code that they ended in",
                Family::default(),
            ),
            store: series.times("store_call", "Times of the store's answers, by call"),
            hashes: series.times(
                "password_hash",
                "Times from the request of a password's hash to its result, the queue included",
            ),
            hash_queue: series.add(
                "password_hash_queue",
                "Password hashes that wait for a thread",
                Gauge::default(),
            ),
            emails: series.times("email_delivery", "Times of attempts to send an email"),
            email_queue: series.add(
                "email_queue",
                "Emails that wait to be sent, of all nodes",
                Gauge::default(),
            ),
            email_age: series.add_seconds("email_queue_age", "Age of the oldest email that waits"),
            connections: series.add("connections", "Open connections", Gauge::default()),
            registry: Arc::default(),
        };
        Self {
            registry: Arc::new(series.0),
            ..measured
        }
    }

    /// Records a response.
    pub fn response(&self, route: &str, status: u16, time: Duration) {
        let labels = Response {
            route: route.to_owned(),
            status,
        };
        observe(&self.responses, &labels, time);
    }

    /// Records an operation that ended. Both names must be the schema's.
    pub fn operation(&self, operation: &str, outcome: &str) {
        let labels = Operation {
            operation: operation.to_owned(),
            outcome: outcome.to_owned(),
        };
        self.operations.get_or_create(&labels).inc();
    }

    /// Records an answer of the store.
    pub fn store_call(&self, call: &'static str, outcome: &'static str, time: Duration) {
        observe(&self.store, &Call { call, outcome }, time);
    }

    /// Records a password's hash.
    pub fn hash(&self, outcome: &'static str, time: Duration) {
        observe(&self.hashes, &Outcome { outcome }, time);
    }

    /// Records an attempt to send an email.
    pub fn email(&self, outcome: &'static str, time: Duration) {
        observe(&self.emails, &Outcome { outcome }, time);
    }

    /// Counts an open connection.
    #[must_use]
    pub fn connection(&self) -> OpenConnection {
        self.connections.inc();
        OpenConnection(self.connections.clone())
    }

    /// Records the lengths of the queues, as they are now.
    pub fn queues(&self, hashes: usize, emails: Option<(u64, Duration)>) {
        self.hash_queue.set(signed(hashes));
        if let Some((emails, oldest)) = emails {
            self.email_queue.set(signed(emails));
            self.email_age.set(oldest.as_secs_f64());
        }
    }

    /// Returns all measurements as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A String accepts everything.
        _ = text::encode(&mut text, &self.registry);
        text
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Adds measurements to a registry.
struct Series(Registry);

impl Series {
    fn times<L>(&mut self, name: &str, help: &str) -> Times<L>
    where
        L: prometheus_client::encoding::EncodeLabelSet
            + Clone
            + Eq
            + std::hash::Hash
            + std::fmt::Debug
            + Send
            + Sync
            + 'static,
    {
        let times: Times<L> = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        self.0
            .register_with_unit(name, help, Unit::Seconds, times.clone());
        times
    }

    fn add<M: prometheus_client::registry::Metric + Clone>(
        &mut self,
        name: &str,
        help: &str,
        metric: M,
    ) -> M {
        self.0.register(name, help, metric.clone());
        metric
    }

    fn add_seconds(&mut self, name: &str, help: &str) -> Seconds {
        let seconds = Seconds::default();
        self.0
            .register_with_unit(name, help, Unit::Seconds, seconds.clone());
        seconds
    }
}

/// Adds the version and the time of the start.
fn about(registry: &mut Registry, started_at: i64) {
    let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("build", "The version that runs", build);
    let started = Gauge::<i64>::default();
    started.set(started_at);
    registry.register_with_unit(
        "start_time",
        "The time of the start, since the Unix epoch",
        Unit::Seconds,
        started,
    );
}

fn observe<L>(times: &Times<L>, labels: &L, time: Duration)
where
    L: Clone + Eq + std::hash::Hash,
{
    times.get_or_create(labels).observe(time.as_secs_f64());
}

/// A gauge is signed.
fn signed(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_every_measurement_with_its_labels() {
        let metrics = Metrics::new(1_790_000_000);
        metrics.response("/graphql", 200, Duration::from_millis(3));
        metrics.operation("login", "Authenticated");
        metrics.store_call("save", "ok", Duration::from_millis(1));
        metrics.hash("ok", Duration::from_millis(50));
        metrics.email("sent", Duration::from_millis(20));
        metrics.queues(2, Some((3, Duration::from_secs(90))));
        let open = metrics.connection();
        let text = metrics.text();
        for line in [
            r#"latchkey_http_response_seconds_count{route="/graphql",status="200"} 1"#,
            r#"latchkey_http_response_seconds_bucket{le="0.0025",route="/graphql",status="200"} 0"#,
            r#"latchkey_http_response_seconds_bucket{le="0.005",route="/graphql",status="200"} 1"#,
            r#"latchkey_operations_total{operation="login",outcome="Authenticated"} 1"#,
            r#"latchkey_store_call_seconds_count{call="save",outcome="ok"} 1"#,
            r#"latchkey_password_hash_seconds_count{outcome="ok"} 1"#,
            "latchkey_password_hash_queue 2",
            r#"latchkey_email_delivery_seconds_count{outcome="sent"} 1"#,
            "latchkey_email_queue 3",
            "latchkey_email_queue_age_seconds 90.0",
            "latchkey_connections 1",
            "latchkey_start_time_seconds 1790000000",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        drop(open);
        assert!(metrics.text().contains("latchkey_connections 0"));
    }
}
