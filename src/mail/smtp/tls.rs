//! TLS with the mail server: the certificate authorities, and what went wrong in words for the
//! operator.

use std::error::Error as StdError;
use std::fs;
use std::io;
use std::path::Path;

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use rustls::{CertificateError, Error, InvalidMessage};

/// The reason for which TLS failed.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate is for another host.
    #[error("its certificate is not for this host: {0}")]
    WrongName(String),
    /// The certificate is not valid at this time.
    #[error("its certificate has expired or is not valid yet: {0}")]
    Expired(String),
    /// The certificate's authority is not trusted.
    #[error("its certificate comes from an authority that is not trusted: {0}")]
    UnknownIssuer(String),
    /// The certificate is an authority's own.
    #[error("its certificate is a self-signed one of an authority, not of a server: {0}")]
    IsAuthority(String),
    /// The server does not speak TLS on this port.
    #[error("it does not speak TLS here: {0}")]
    NotTls(String),
    /// Any other failure.
    #[error("{0}")]
    Other(String),
}

impl TlsError {
    /// Finds the TLS library's error in a chain of sources.
    pub(super) fn find(source: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(error) = source.downcast_ref::<Error>() {
            return Some(error.into());
        }
        // The source of an `io::Error` is that of the error in it, which would be passed over.
        match source
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Self::find(inner),
            None => Self::find(source.source()?),
        }
    }
}

impl From<&Error> for TlsError {
    fn from(error: &Error) -> Self {
        let text = error.to_string();
        match error {
            Error::InvalidCertificate(certificate) => match certificate {
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => Self::WrongName(text),
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::Expired(text),
                // An authority of the same name did not sign it.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    Self::UnknownIssuer(text)
                }
                // The TLS library has no variant of its own for this one.
                CertificateError::Other(other)
                    if other.to_string().contains("CaUsedAsEndEntity") =>
                {
                    Self::IsAuthority(text)
                }
                _ => Self::Other(text),
            },
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::NotTls(text),
            _ => Self::Other(text),
        }
    }
}

/// Returns the parameters of TLS with a host, which trust the authorities of a file instead of the
/// system's, if there is one.
pub(super) fn parameters(host: &str, authorities: Option<&Path>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = authorities {
        let shown = path.display();
        let pem = fs::read(path)
            .map_err(|error| format!("LATCHKEY_MAIL_CA: {shown} cannot be read: {error}"))?;
        if !pem.windows(15).any(|it| it == b"BEGIN CERTIFICA") {
            return Err(format!(
                "LATCHKEY_MAIL_CA: {shown} holds no certificate in PEM"
            ));
        }
        let certificate = Certificate::from_pem(&pem)
            .map_err(|_| format!("LATCHKEY_MAIL_CA: {shown} holds no certificate in PEM"))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(certificate);
    }
    builder.build().map_err(|error| error.to_string())
}
