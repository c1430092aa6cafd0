//! The certificate authorities of TLS connections.

use mongodb::options::{ClientOptions, Tls};

/// Trusts the machine's authorities (or those of `SSL_CERT_FILE`), unless the URL names others. On
/// a machine without any, the driver's own list of public ones is used.
pub(super) fn trust_machine(options: &mut ClientOptions) {
    if let Some(Tls::Enabled(tls)) = &mut options.tls
        && tls.ca_file_path.is_none()
    {
        tls.ca_file_path = openssl_probe::probe().cert_file;
    }
}
