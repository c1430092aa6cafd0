//! Captures the log of a test's thread.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{sleep, timeout};
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;

use super::Device;

/// The log of this thread.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Returns the lines of answered requests since the last call.
    pub fn answered(&self) -> Vec<Value> {
        self.lines()
            .into_iter()
            .filter(|line| line["message"] == "answered")
            .collect()
    }

    /// Waits for the line of an operation.
    pub async fn line_of(&self, operation: &str) -> Value {
        let found = async {
            loop {
                if let Some(line) = self
                    .lines()
                    .into_iter()
                    .find(|line| line["operations"] == operation)
                {
                    return line;
                }
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(30), found)
            .await
            .expect("a line")
    }

    /// Returns the log since the last lines that were taken from it.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Captures the log of this thread from now on.
///
/// `tracing` caches whether a call site is of interest. With a single subscriber, a call site that
/// another thread reaches first is disabled for all threads. Therefore a second subscriber exists,
/// the call site is reached once, and the cache is rebuilt.
pub async fn capture_log(device: &Device) -> (Log, DefaultGuard) {
    static SECOND_SUBSCRIBER: OnceLock<Dispatch> = OnceLock::new();
    SECOND_SUBSCRIBER
        .get_or_init(|| Dispatch::new(tracing_subscriber::fmt().with_writer(io::sink).finish()));
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_writer(move || writer.clone());
    let guard = tracing::subscriber::set_default(subscriber.finish());
    device.get("/health/live").await;
    tracing::callsite::rebuild_interest_cache();
    log.answered();
    (log, guard)
}
