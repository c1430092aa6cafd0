//! `latchkey schema`.

use super::{Failure, say};
use crate::graphql;

/// Prints the SDL, and asks for no settings: the schema is the same under all of them.
pub(super) fn run() -> Result<(), Failure> {
    say(graphql::sdl())
}
