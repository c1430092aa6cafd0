//! The rows of the table of settings, and the macro that defines them.

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The variable's name.
    pub name: &'static str,
    /// The value that applies if the variable is not set, in the form of the setting.
    pub default: &'static str,
    /// A valid value, other than the default if there is a choice.
    pub example: &'static str,
    /// The setting's purpose, in a sentence or two.
    pub meaning: &'static str,
    /// A flag: the value may hold a password, so it is never shown.
    pub secret: bool,
}

/// A row with the parser of its value. The parser's error continues "the value …".
pub(super) struct Typed<T> {
    pub(super) row: Setting,
    pub(super) parse: fn(&str) -> Result<T, String>,
}

/// Joins lists of rows that have `N` rows in all.
pub(super) const fn joined<const N: usize>(lists: &[&[Setting]]) -> [Setting; N] {
    let mut all = [lists[0][0]; N];
    let (mut list, mut row, mut place) = (0, 0, 0);
    while place < N {
        if row < lists[list].len() {
            all[place] = lists[list][row];
            row += 1;
            place += 1;
        } else {
            list += 1;
            row = 0;
        }
    }
    all
}

/// Defines a constant for each row, and a list of the rows, so that no second list can miss one.
macro_rules! settings {
    (in $rows:ident; $($name:ident -> $type:ty {
        default: $default:literal, example: $example:literal,
        meaning: $meaning:literal,
        parse: $parse:expr $(, secret: $secret:literal)?
    })*) => {
        $(pub(super) const $name: Typed<$type> = Typed {
            row: Setting {
                name: concat!("LATCHKEY_", stringify!($name)),
                default: $default,
                example: $example,
                meaning: $meaning,
                secret: false $(|| $secret)?,
            },
            parse: $parse,
        };)*

        /// The rows, in the order in which they are shown.
        pub(super) const $rows: &[Setting] = &[$($name.row),*];
    };
}
