//! `latchkey schema`.

use super::{Failure, print};
use crate::graphql;

/// Prints the SDL. Needs no settings: the schema is the same under all of them.
pub(super) fn run() -> Result<(), Failure> {
    print(graphql::sdl())
}
