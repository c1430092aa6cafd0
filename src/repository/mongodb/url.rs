//! The connection string, and what it must not ask for.

use mongodb::options::ConnectionString;

/// The longest name of an option.
const LONGEST_NAME: usize = 40;
/// The longest name of a database, in bytes.
const LONGEST_DATABASE: usize = 63;

/// Options that drivers know and that would have no effect here, with the reason.
const REFUSED: [(&str, &str); 6] = [
    (
        "sockettimeoutms",
        "has the option socketTimeoutMS, which has no effect: latchkey waits at most 1.8 seconds for an answer. Leave it out",
    ),
    (
        "waitqueuetimeoutms",
        "has the option waitQueueTimeoutMS, which has no effect: latchkey waits at most 1.8 seconds for an answer. Leave it \
         out",
    ),
    (
        "compressors",
        "has the option compressors: this program is built without compression, which saves little for small documents. \
         Leave it out",
    ),
    (
        "zlibcompressionlevel",
        "has the option zlibCompressionLevel: this program is built without compression. Leave it out",
    ),
    (
        "tlscertificatekeyfilepassword",
        "has the option tlsCertificateKeyFilePassword: this program cannot read encrypted keys. Name a key file without \
         password",
    ),
    (
        "retrywrites",
        "has retryWrites=false: a write whose answer is lost could not be repeated, and it would be unknown whether it \
         happened. Leave it out; a server without retryable writes is not supported",
    ),
];

/// Parses a URL and the database in its path. The error continues "the URL …" and quotes no value,
/// since there may be a password.
pub(super) fn parse(url: &str) -> Result<(ConnectionString, String), String> {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let options: Vec<&str> = options.split('&').filter(|it| !it.is_empty()).collect();
    if let Some(reason) = options.iter().find_map(|option| refused(option)) {
        return Err(reason.to_owned());
    }
    let Ok(parsed) = ConnectionString::parse(url) else {
        // The driver's own message would quote what it does not know.
        return Err(unreadable(address, &options));
    };
    let missing =
        "names no database: put one in the path, as in mongodb://localhost:27017/latchkey";
    let database = parsed.default_database.clone().ok_or(missing)?;
    if database.len() > LONGEST_DATABASE || database.contains(['/', '\\', '.', ' ', '"', '$', '\0'])
    {
        return Err(format!(
            "names a database that cannot exist: a name has at most {LONGEST_DATABASE} bytes, and none of / \\ . \" $ or \
             spaces"
        ));
    }
    Ok((parsed, database))
}

fn refused(option: &str) -> Option<&'static str> {
    let (name, value) = option.split_once('=')?;
    let name = name.to_lowercase();
    if name == "retrywrites" && value != "false" {
        return None;
    }
    let of_name = REFUSED.iter().find(|(refused, _)| *refused == name);
    of_name.map(|(_, reason)| *reason)
}

/// Explains why a URL cannot be parsed: names the first option without which it could be.
fn unreadable(address: &str, options: &[&str]) -> String {
    if ConnectionString::parse(address).is_err() {
        return "is not of the form mongodb://user:password@host:27017/database (special characters in user and password \
                are written as %XX)"
            .to_owned();
    }
    let is_wrong = |option: &&&str| ConnectionString::parse(format!("{address}?{option}")).is_err();
    let name = options
        .iter()
        .find(is_wrong)
        .and_then(|option| option.split_once('='))
        .map(|(name, _)| name);
    // Other text may be part of a password in which a ? was not encoded.
    let is_name = |name: &&str| {
        name.len() <= LONGEST_NAME && name.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    match name.filter(is_name) {
        Some(name) => format!(
            "has the option {name}, which MongoDB's drivers do not know, or not with this value"
        ),
        None => "has an option after the ? that MongoDB's drivers do not know, or a value that it cannot have"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(options: &str) -> String {
        let url = format!("mongodb://u:hunter2@h/db?{options}");
        let reason = parse(&url).map(drop).expect_err("it is refused");
        assert!(!reason.contains("hunter2"), "{reason}");
        reason
    }

    #[test]
    fn refused_option_is_named_without_its_value() {
        for (options, name) in [
            ("w=1&retryWritez=hunter2", "retryWritez"),
            ("tls=hunter2", "tls"),
            ("tls=true&maxPoolSize=hunter2", "maxPoolSize"),
            ("authMechanism=hunter2", "authMechanism"),
        ] {
            let reason = reason(options);
            assert!(reason.contains(&format!("option {name},")), "{reason}");
        }
        for not_a_name in ["hunter2=1", "hunter2", "pass:word=1", "a=1&a=1"] {
            let reason = reason(not_a_name);
            assert!(reason.starts_with("has an option") || reason.contains("option a,"));
        }
    }

    #[test]
    fn options_without_effect_are_refused_with_the_reason() {
        for (option, text) in [
            ("socketTimeoutMS=1000", "no effect"),
            ("waitQueueTimeoutMS=1000", "no effect"),
            ("compressors=zstd,snappy", "without compression"),
            ("zlibCompressionLevel=1", "without compression"),
            ("tlsCertificateKeyFilePassword=hunter2", "encrypted keys"),
            ("retryWrites=false", "whose answer is lost"),
        ] {
            assert!(reason(option).contains(text), "{option}");
        }
        assert!(parse("mongodb://h/db?retryWrites=true").is_ok());
    }

    #[test]
    fn database_name_that_cannot_exist_is_refused() {
        let long = "a".repeat(64);
        for name in ["a.b", "a%20b", "a%24b", "a%22b", long.as_str()] {
            let reason = parse(&format!("mongodb://h/{name}")).expect_err("it is refused");
            assert!(
                reason.contains("cannot exist") || reason.contains("form"),
                "{reason}"
            );
        }
        assert!(parse(&format!("mongodb://h/{}", "a".repeat(63))).is_ok());
    }
}
