//! The content of emails: the service's name, language, links and looks, and their signature.

use std::path::PathBuf;

use url::Url;

use super::delivery::is_of_this_machine;
use super::email_values::is_key;
use super::read::Places;
use super::reader::Reader;
use super::{Mail, is_local, table};
use crate::mail::{AppPages, Brand};
use crate::model::Locale;
use crate::token::SecretSource;

/// The content of emails.
#[derive(Clone, Debug)]
pub struct Emails {
    /// The service as its emails present it.
    pub brand: Brand,
    /// The folder of the operator's templates and texts.
    pub templates: Option<PathBuf>,
    /// The signature of the sender's domain.
    pub dkim: Option<DkimSource>,
}

/// The signature of a domain, before its key is read.
#[derive(Clone, Debug)]
pub struct DkimSource {
    /// The domain.
    pub domain: String,
    /// The selector of the DNS record.
    pub selector: String,
    /// The private key.
    pub key: SecretSource,
}

impl Emails {
    /// Leaves out the operator's files, for commands that send no email.
    #[must_use]
    pub fn without_files(mut self) -> Self {
        if self.templates.take().is_some() {
            self.brand.locale =
                Locale::parse(table::LOCALE.row.default).unwrap_or(self.brand.locale);
        }
        self.dkim = None;
        self
    }
}

/// The settings as they are read.
#[expect(
    clippy::option_option,
    reason = "the outer one is for a wrong setting, the inner one for an unset one"
)]
pub(super) struct Branding {
    service: Option<String>,
    locale: Option<Locale>,
    support: Option<Option<String>>,
    logo: Option<Option<String>>,
    color: Option<String>,
    templates: Option<Option<PathBuf>>,
    app: Option<Option<Url>>,
    reset: Option<String>,
    verify: Option<String>,
    sessions: Option<String>,
    dkim_domain: Option<String>,
    dkim_selector: Option<String>,
    dkim_key: Option<Option<SecretSource>>,
}

impl Branding {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            service: reader.take(&table::SERVICE_NAME),
            locale: reader.take(&table::LOCALE),
            support: reader.take(&table::SUPPORT),
            logo: reader.take(&table::MAIL_LOGO),
            color: reader.take(&table::MAIL_COLOR),
            templates: reader.take(&table::MAIL_TEMPLATES),
            app: reader.take(&table::APP_URL),
            reset: reader.take(&table::APP_URL_RESET),
            verify: reader.take(&table::APP_URL_VERIFY),
            sessions: reader.take(&table::APP_URL_SESSIONS),
            dkim_domain: reader.take(&table::DKIM_DOMAIN),
            dkim_selector: reader.take(&table::DKIM_SELECTOR),
            dkim_key: reader.take_and_read(&table::DKIM_KEY, read_key),
        }
    }

    /// Returns the content of emails, or `None` if a setting is wrong.
    pub(super) fn emails(self, reader: &mut Reader, places: &Places) -> Option<Emails> {
        let pages = self.pages(reader, places.mail.as_ref());
        let dkim = self.dkim(reader);
        let service = match self.service? {
            name if name.is_empty() => {
                let from = places.mail_from.as_ref()?;
                let domain = || from.email.domain().to_owned();
                from.name.clone().unwrap_or_else(domain)
            }
            name => name,
        };
        let brand = Brand {
            service,
            locale: self.locale?,
            pages: pages?,
            support: self.support?,
            logo: self.logo?,
            color: self.color?,
        };
        Some(Emails {
            brand,
            templates: self.templates?,
            dkim: dkim?,
        })
    }

    fn pages(&self, reader: &mut Reader, mail: Option<&Mail>) -> Option<AppPages> {
        let rows = [
            (&table::APP_URL_RESET, self.reset.as_ref()?),
            (&table::APP_URL_VERIFY, self.verify.as_ref()?),
            (&table::APP_URL_SESSIONS, self.sessions.as_ref()?),
        ];
        let Some(app) = self.app.as_ref()? else {
            for (setting, path) in rows {
                if !path.is_empty() {
                    let wrong = "is a path in LATCHKEY_APP_URL, which is not set".to_owned();
                    reader.error(&setting.row, wrong, "");
                    return None;
                }
            }
            return Some(AppPages::default());
        };
        if let Some(Mail::Smtp(relay)) = mail
            && !is_of_this_machine(&relay.host)
            && is_local(app)
        {
            let wrong = format!(
                "`{app}` is a URL of this machine, which the recipients of emails cannot open"
            );
            reader.error(&table::APP_URL.row, wrong, table::APP_URL.row.example);
            return None;
        }
        let home = app.as_str().trim_end_matches('/').to_owned();
        let [reset, verify, sessions] = rows.map(|(_, path)| {
            let page = format!("{home}{path}");
            (!path.is_empty()).then_some(page)
        });
        Some(AppPages {
            home: Some(home),
            reset,
            verify,
            sessions,
        })
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for a wrong setting, the inner one for an unset one"
    )]
    fn dkim(&self, reader: &mut Reader) -> Option<Option<DkimSource>> {
        let domain = self.dkim_domain.clone()?;
        let selector = self.dkim_selector.clone()?;
        let key = self.dkim_key.clone()?;
        let missing = match (&*domain, &*selector, &key) {
            ("", "", None) => return Some(None),
            ("", ..) => &table::DKIM_DOMAIN.row,
            (_, "", _) => &table::DKIM_SELECTOR.row,
            (.., None) => &table::DKIM_KEY.row,
            (.., Some(_)) => {
                return Some(key.map(|key| DkimSource {
                    domain,
                    selector,
                    key,
                }));
            }
        };
        let wrong = "is not set, and the other settings of DKIM are: it needs all three".to_owned();
        reader.error(missing, wrong, missing.example);
        None
    }
}

fn read_key(source: Option<SecretSource>) -> Result<Option<SecretSource>, String> {
    let Some(source) = source else {
        return Ok(None);
    };
    let read = source.read_once().map_err(|error| error.to_string())?;
    let pem = read.text().map_err(|error| error.to_string())?;
    if is_key(&pem) {
        Ok(Some(read))
    } else {
        Err("the file has no private key in PEM: RSA of 2048 or more bits, or Ed25519".to_owned())
    }
}
