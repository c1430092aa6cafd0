//! Reads the columns and the values of an `INSERT` statement.

/// The rest of an `INSERT`.
pub(super) enum Tuples {
    /// The columns, if it names them, and the rows.
    Whole(Option<Vec<String>>, Vec<Vec<Option<String>>>),
    /// The statement goes on in the next line.
    Unfinished,
    Malformed,
}

/// Reads `(columns) VALUES (…),(…);`.
pub(super) fn tuples(text: &str) -> Tuples {
    let Some(at) = text.find("VALUES") else {
        return if text.contains(';') {
            Tuples::Malformed
        } else {
            Tuples::Unfinished
        };
    };
    let before = text[..at].trim();
    let columns = before
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .map(names);
    let mut scanner = Scanner {
        rest: text[at + "VALUES".len()..].chars().peekable(),
        rows: Vec::new(),
    };
    match scanner.rows() {
        Some(true) => Tuples::Whole(columns, scanner.rows),
        Some(false) => Tuples::Malformed,
        None => Tuples::Unfinished,
    }
}

/// Reads values. A method returns `None` where the text ends too early.
struct Scanner<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    rows: Vec<Vec<Option<String>>>,
}

impl Scanner<'_> {
    /// Reads all rows up to the semicolon. Returns whether they are well-formed.
    fn rows(&mut self) -> Option<bool> {
        loop {
            match self.next_visible()? {
                ';' => return Some(true),
                ',' => {}
                '(' => {
                    let row = self.row()?;
                    self.rows.push(row);
                }
                _ => return Some(false),
            }
        }
    }

    fn row(&mut self) -> Option<Vec<Option<String>>> {
        let mut values = Vec::new();
        loop {
            let mut first = self.next_visible()?;
            // PostgreSQL's E'…' has escapes, as MySQL's strings have.
            if first == 'E' && self.rest.peek() == Some(&'\'') {
                first = self.rest.next()?;
            }
            let (value, end) = if first == '\'' {
                (Some(self.string()?), self.next_visible()?)
            } else {
                self.word(first)?
            };
            values.push(value);
            if end == ')' {
                return Some(values);
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                '\\' => text.push(unescaped(self.rest.next()?)),
                '\'' if self.rest.peek() == Some(&'\'') => {
                    self.rest.next();
                    text.push('\'');
                }
                '\'' => return Some(text),
                other => text.push(other),
            }
        }
    }

    /// Reads a number or a keyword, and the character that ends it.
    fn word(&mut self, first: char) -> Option<(Option<String>, char)> {
        let mut text = String::from(first);
        loop {
            match self.rest.next()? {
                end @ (',' | ')') => {
                    let text = text.trim();
                    let is_null = text.eq_ignore_ascii_case("null");
                    return Some(((!is_null).then(|| text.to_owned()), end));
                }
                other => text.push(other),
            }
        }
    }

    fn next_visible(&mut self) -> Option<char> {
        self.rest
            .by_ref()
            .find(|character| !character.is_whitespace())
    }
}

/// Returns the names of columns, without quotes.
pub(super) fn names(columns: &str) -> Vec<String> {
    let plain = |name: &str| name.trim().trim_matches(['"', '`']).to_owned();
    columns.split(',').map(plain).collect()
}

/// Returns the character that an escape stands for.
pub(super) const fn unescaped(character: char) -> char {
    match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        other => other,
    }
}
