//! Reads the rows of one table from an SQL dump: `COPY … FROM stdin` and `INSERT INTO …`.

use std::collections::VecDeque;
use std::io::BufRead;

use serde_json::{Map, Value};

use super::row::{Raw, RowError};
use super::sql_values::{Tuples, names, tuples, unescaped};

/// The rows of a table, as objects.
pub(super) struct SqlRows<R> {
    lines: std::iter::Enumerate<std::io::Lines<R>>,
    table: Table,
    /// The columns of the `COPY` that is being read.
    copying: Option<Vec<String>>,
    ready: VecDeque<Raw>,
}

/// The table to read.
#[derive(Clone, Copy)]
pub(super) struct Table {
    /// The end of its name, without quotes.
    pub(super) suffix: &'static str,
    /// The columns of an `INSERT` that names none.
    pub(super) columns: &'static [&'static str],
}

impl<R: BufRead> SqlRows<R> {
    pub(super) fn new(reader: R, table: Table) -> Self {
        Self {
            lines: reader.lines().enumerate(),
            table,
            copying: None,
            ready: VecDeque::new(),
        }
    }

    fn take_line(&mut self, line: u64, text: &str) {
        if let Some(columns) = &self.copying {
            if text == "\\." {
                self.copying = None;
            } else {
                let values = text.split('\t').map(copied);
                let value = object(columns, values.collect());
                self.ready.push_back(Raw { line, value });
            }
        } else if let Some(columns) = self.copy_of(text) {
            self.copying = Some(columns);
        } else if let Some(rest) = self.insert_into(text) {
            let rest = rest.to_owned();
            self.take_insert(line, rest);
        }
    }

    fn copy_of(&self, text: &str) -> Option<Vec<String>> {
        let rest = text.strip_prefix("COPY ")?;
        let (table, rest) = rest.split_once(" (")?;
        let (columns, rest) = rest.split_once(')')?;
        let is_copy = rest.trim_start().starts_with("FROM stdin") && self.is_meant(table);
        is_copy.then(|| names(columns))
    }

    fn insert_into<'a>(&self, text: &'a str) -> Option<&'a str> {
        let rest = text.strip_prefix("INSERT INTO ")?;
        let (table, rest) = rest.split_once(' ')?;
        self.is_meant(table).then_some(rest)
    }

    fn is_meant(&self, table: &str) -> bool {
        let name: String = table
            .chars()
            .filter(|it| !matches!(it, '"' | '`'))
            .collect();
        name.ends_with(self.table.suffix)
    }

    /// Reads the rows of an `INSERT`, whose statement may go on over several lines.
    fn take_insert(&mut self, line: u64, mut statement: String) {
        let parsed = loop {
            match tuples(&statement) {
                Tuples::Unfinished => match self.lines.next() {
                    Some((_, Ok(more))) => {
                        statement.push('\n');
                        statement.push_str(&more);
                    }
                    _ => break None,
                },
                Tuples::Whole(columns, rows) => break Some((columns, rows)),
                Tuples::Malformed => break None,
            }
        };
        let Some((columns, rows)) = parsed else {
            let value = Err(RowError::new("", "the INSERT cannot be read"));
            self.ready.push_back(Raw { line, value });
            return;
        };
        let columns = columns.unwrap_or_else(|| {
            let default = self.table.columns.iter();
            default.map(|name| (*name).to_owned()).collect()
        });
        for values in rows {
            let value = object(&columns, values);
            self.ready.push_back(Raw { line, value });
        }
    }
}

impl<R: BufRead> Iterator for SqlRows<R> {
    type Item = Raw;

    fn next(&mut self) -> Option<Raw> {
        loop {
            if let Some(raw) = self.ready.pop_front() {
                return Some(raw);
            }
            let (index, text) = self.lines.next()?;
            let line = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
            match text {
                Ok(text) => self.take_line(line, &text),
                Err(error) => {
                    let value = Err(RowError::new("", error));
                    return Some(Raw { line, value });
                }
            }
        }
    }
}

fn object(columns: &[String], values: Vec<Option<String>>) -> Result<Value, RowError> {
    if columns.len() != values.len() {
        let (named, found) = (columns.len(), values.len());
        let reason = format!("it has {found} values for {named} columns");
        return Err(RowError::new("", reason));
    }
    let values = values
        .into_iter()
        .map(|value| value.map_or(Value::Null, Value::String));
    Ok(columns
        .iter()
        .cloned()
        .zip(values)
        .collect::<Map<_, _>>()
        .into())
}

/// Decodes a value of `COPY`.
fn copied(text: &str) -> Option<String> {
    if text == "\\N" {
        return None;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        decoded.push(match character {
            '\\' => unescaped(characters.next()?),
            other => other,
        });
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const USERS: Table = Table {
        suffix: "users",
        columns: &["id", "email"],
    };

    fn rows(text: &str) -> Vec<(u64, Option<Value>)> {
        SqlRows::new(text.as_bytes(), USERS)
            .map(|raw| (raw.line, raw.value.ok()))
            .collect()
    }

    #[test]
    fn rows_of_copy_are_read_with_their_escapes() {
        let dump = "COPY public.posts (id) FROM stdin;\n7\n\\.\nCOPY auth.users (id, \"email\") FROM stdin;\n1\ta\\tb\n2\t\\N\n3\n\\.\n9\tz\n";
        assert_eq!(
            rows(dump),
            [
                (5, Some(json!({ "id": "1", "email": "a\tb" }))),
                (6, Some(json!({ "id": "2", "email": null }))),
                (7, None),
            ]
        );
    }

    #[test]
    fn rows_of_inserts_are_read_over_lines_and_quotes() {
        let dump = "INSERT INTO `posts` VALUES (1);\nINSERT INTO `wp_users` VALUES (1,'it''s; (a)'),(2,NULL);\nINSERT INTO auth.users (email, id) VALUES (E'a\\'b', 3),\n ('c\nd', 4);\n";
        assert_eq!(
            rows(dump),
            [
                (2, Some(json!({ "id": "1", "email": "it's; (a)" }))),
                (2, Some(json!({ "id": "2", "email": null }))),
                (3, Some(json!({ "id": "3", "email": "a'b" }))),
                (3, Some(json!({ "id": "4", "email": "c\nd" }))),
            ]
        );
    }

    #[test]
    fn insert_that_breaks_off_is_one_refused_row() {
        assert_eq!(rows("INSERT INTO users VALUES (1,'a"), [(1, None)]);
        assert_eq!(rows("INSERT INTO users VALUES 1;"), [(1, None)]);
    }
}
