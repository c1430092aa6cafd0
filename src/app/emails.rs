//! The content of emails, from the operator's files.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::StartError;
use crate::config::{Config, DkimSource};
use crate::mail::{Dkim, Mailer, Memory, Templates, Transport};

/// The operator's files for emails, read and checked.
pub(super) struct EmailFiles {
    templates: Arc<Templates>,
    signature: Option<Arc<Dkim>>,
}

impl EmailFiles {
    pub(super) fn read(config: &Config) -> Result<Self, StartError> {
        let emails = &config.emails;
        let templates = Templates::load(emails.templates.as_deref(), emails.brand.clone())?;
        let signature = emails.dkim.as_ref().map(signature).transpose()?;
        Ok(Self {
            templates: Arc::new(templates),
            signature: signature.map(Arc::new),
        })
    }

    pub(super) fn mailer(self, config: &Config, transport: Transport) -> Mailer {
        Mailer {
            from: config.mail_from.clone(),
            templates: self.templates,
            signature: self.signature,
            transport,
        }
    }
}

fn signature(source: &DkimSource) -> Result<Dkim, StartError> {
    let pem = source.key.text()?;
    let (domain, selector) = (source.domain.clone(), source.selector.clone());
    Ok(Dkim::new(domain, selector, pem.expose_secret())?)
}

/// Builds what writes the emails, for commands that show or try them.
///
/// # Errors
/// Returns an error if the operator's templates or the key cannot be used.
pub fn mailer(config: &Config, transport: Option<Transport>) -> Result<Mailer, StartError> {
    let transport = transport.unwrap_or_else(|| Transport::Memory(Memory::default()));
    Ok(EmailFiles::read(config)?.mailer(config, transport))
}
