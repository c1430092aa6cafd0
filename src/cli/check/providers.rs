//! Checks the providers that users can sign in with.

use futures_util::future::join_all;

use super::{Finding, text};
use crate::app::own_origins;
use crate::config::{Config, ProviderSource};
use crate::model::Clock;
use crate::providers::{Provider, Providers};

/// Names the providers of the operator's file. `None` if there is no file.
pub(super) fn check(config: &Config) -> Option<Finding> {
    let source = config.sign_in.providers.source.as_ref()?;
    Some(source.providers().map_err(text).map(|file| {
        let providers = Providers::new(&file);
        let ids: Vec<_> = providers.iter().map(Provider::id).collect();
        ids.join(", ")
    }))
}

/// Returns warnings about providers that do not answer now, and about pages that cannot call the
/// server.
pub(super) async fn warnings(config: &Config) -> Vec<String> {
    let settings = &config.sign_in.providers;
    let file = settings.source.as_ref().map(ProviderSource::providers);
    let Some(Ok(file)) = file else {
        return Vec::new();
    };
    let (providers, now) = (Providers::new(&file), Clock::system().now());
    let probe = async |provider: &Provider| {
        let failed = provider.probe(now).await.err();
        failed.map(|error| format!("{}: {error}", provider.id()))
    };
    let silent = join_all(providers.iter().map(probe)).await;
    let own = own_origins(&config.public_url);
    let origins = settings
        .redirects
        .iter()
        .map(|page| page.origin().ascii_serialization());
    let mut foreign: Vec<_> = origins
        .filter(|origin| !own.contains(origin) && !config.origins.contains(origin))
        .collect();
    foreign.dedup();
    let foreign = foreign.iter().map(|origin| {
        format!("LATCHKEY_ORIGINS has no {origin}: its pages in LATCHKEY_PROVIDER_REDIRECTS cannot call this server")
    });
    silent.into_iter().flatten().chain(foreign).collect()
}
