//! The password of a new user, from the terminal or from stdin.

use std::io::{self, BufRead, IsTerminal};

use secrecy::{ExposeSecret, SecretString};

use crate::cli::Failure;

/// Reads the password. It is never an argument: all users of the machine could see it, and the
/// shell's history would keep it.
pub(super) fn read() -> Result<SecretString, Failure> {
    let read_error =
        |error: io::Error| Failure::new(format!("the password cannot be read: {error}"));
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(read_error)?;
        // Some editors and shells write a byte order mark at the start of a file. It cannot be
        // typed.
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        return Ok(line.trim_end_matches(['\r', '\n']).into());
    }
    let password =
        SecretString::from(rpassword::prompt_password("Password: ").map_err(read_error)?);
    let again = SecretString::from(
        rpassword::prompt_password("Repeat the password: ").map_err(read_error)?,
    );
    if password.expose_secret() == again.expose_secret() {
        Ok(password)
    } else {
        Err(Failure::new("the two passwords are not the same"))
    }
}
