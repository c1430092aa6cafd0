//! Fuzzes the whole service with any bytes, on a store in a temporary folder.
#![no_main]

#[allow(dead_code, reason = "each target uses one body")]
#[path = "../bodies.rs"]
mod bodies;

use std::sync::{Arc, LazyLock};

use axum::Router;
use latchkey::app::{App, Backends, Environment, open_repository};
use latchkey::config::Config;
use latchkey::mail::{Memory, Transport};
use latchkey::model::{Clock, Rng};
use tempfile::TempDir;
use tokio::runtime::Runtime;

struct Service {
    runtime: Runtime,
    router: Router,
    _folder: TempDir,
}

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_string_lossy().into_owned();
    let vars = [
        ("LATCHKEY_DATA", data.as_str()),
        ("LATCHKEY_BCRYPT_COST", "4"),
        ("LATCHKEY_LIMITS", "off"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::from_vars(vars).expect("settings");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let repository = runtime.block_on(open_repository(&config.store)).expect("a store");
    let backends = Backends { repository, transport: Transport::Memory(Memory::default()) };
    let environment = Environment { clock: Clock::system(), rng: Rng::system() };
    let app = Arc::new(App::assemble(&config, backends, environment).expect("a service"));
    Service { runtime, router: app.router(), _folder: folder }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| SERVICE
    .runtime
    .block_on(bodies::http(SERVICE.router.clone(), bytes)));
