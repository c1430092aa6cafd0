//! The texts of emails in one language, by key, with places for values.

use std::collections::{BTreeMap, BTreeSet};

use super::TemplateError;

/// The languages that the program has texts for.
const BUILT_IN: [(&str, &str); 4] = [
    ("en", include_str!("catalogues/en.json")),
    ("de", include_str!("catalogues/de.json")),
    ("es", include_str!("catalogues/es.json")),
    ("fr", include_str!("catalogues/fr.json")),
];

/// The texts in one language. A text has places such as `{service}`.
#[derive(Clone, Debug)]
pub(super) struct Catalogue(BTreeMap<String, String>);

/// The texts in all languages, by the tag of the language.
pub(super) type Catalogues = BTreeMap<String, Catalogue>;

/// Returns the catalogues in the program.
pub(super) fn built_in() -> Result<Catalogues, TemplateError> {
    BUILT_IN
        .iter()
        .map(|(language, json)| Ok(((*language).to_owned(), Catalogue::parse(language, json)?)))
        .collect()
}

impl Catalogue {
    pub(super) fn parse(language: &str, json: &str) -> Result<Self, TemplateError> {
        let parsed = serde_json::from_str(json);
        parsed.map(Self).map_err(|error| TemplateError::Catalogue {
            language: language.to_owned(),
            wrong: error.to_string(),
        })
    }

    /// Returns these texts, and those of another catalogue for the keys that are missing.
    pub(super) fn completed_by(mut self, other: Option<&Self>) -> Self {
        for (key, text) in other.into_iter().flat_map(|other| &other.0) {
            self.0.entry(key.clone()).or_insert_with(|| text.clone());
        }
        self
    }

    /// Checks that the keys, and the places in each text, are those of another catalogue.
    pub(super) fn check_against(&self, model: &Self, language: &str) -> Result<(), TemplateError> {
        let wrong = |wrong| TemplateError::Catalogue {
            language: language.to_owned(),
            wrong,
        };
        if let Some(key) = model.0.keys().find(|key| !self.0.contains_key(*key)) {
            return Err(wrong(format!("the text `{key}` is missing")));
        }
        for (key, text) in &self.0 {
            let Some(expected) = model.0.get(key) else {
                return Err(wrong(format!("there is no text `{key}`")));
            };
            if places(text) != places(expected) {
                let expected = places(expected);
                let expected: Vec<_> = expected.iter().map(|name| format!("{{{name}}}")).collect();
                let expected = match expected.as_slice() {
                    [] => "no place in braces".to_owned(),
                    names => names.join(", "),
                };
                return Err(wrong(format!("the text `{key}` needs {expected}")));
            }
            if text.trim().is_empty() || text.contains(char::is_control) {
                return Err(wrong(format!(
                    "the text `{key}` is empty or has a line break"
                )));
            }
        }
        Ok(())
    }

    /// Returns a text with its values. A value is not searched for places.
    pub(super) fn text(&self, key: &str, values: &[(&str, &str)]) -> String {
        let pattern = self.0.get(key).map_or("", String::as_str);
        let mut text = String::new();
        for (before, name) in parts(pattern) {
            text.push_str(before);
            let value = values.iter().find(|(it, _)| *it == name);
            text.push_str(value.map_or("", |(_, value)| value));
        }
        text
    }
}

fn places(text: &str) -> BTreeSet<&str> {
    let names = parts(text).map(|(_, name)| name);
    names.filter(|name| !name.is_empty()).collect()
}

/// Splits a text into plain parts, each with the name of the place behind it.
fn parts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let place = rest
            .split_once('{')
            .and_then(|(before, after)| Some((before, after.split_once('}')?)));
        let (before, name, after) = match place {
            Some((before, (name, after))) => (before, name, after),
            None => (rest, "", ""),
        };
        rest = after;
        Some((before, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_every_key_and_place() {
        let all = built_in().unwrap();
        assert_eq!(all.keys().collect::<Vec<_>>(), ["de", "en", "es", "fr"]);
        for (language, catalogue) in &all {
            catalogue.check_against(&all["en"], language).unwrap();
        }
    }

    #[test]
    fn catalogue_with_missing_key_or_place_is_refused() {
        let all = built_in().unwrap();
        let refused = |json: &str| {
            let catalogue = Catalogue::parse("de", json).unwrap();
            let catalogue = catalogue.completed_by(Some(&all["de"]));
            let checked = catalogue.check_against(&all["en"], "de");
            checked.err().map(|error| error.to_string())
        };
        assert_eq!(refused(r#"{ "minutes": "{count} Min." }"#), None);
        for (json, wrong) in [
            (r#"{ "minutes": "Min." }"#, "{count}"),
            (r#"{ "minute": "{count} Min." }"#, "no place"),
            (r#"{ "minuts": "x" }"#, "no text `minuts`"),
            (r#"{ "minute": " " }"#, "empty"),
            (r#"{ "minute": "a\nb" }"#, "line break"),
        ] {
            let error = refused(json).unwrap();
            assert!(error.contains(wrong), "{error}");
        }
        let short = Catalogue::parse("nl", r#"{ "minute": "1 minuut" }"#).unwrap();
        assert!(short.check_against(&all["en"], "nl").is_err());
        assert!(Catalogue::parse("nl", "[]").is_err());
    }

    #[test]
    fn value_in_a_text_is_not_searched_for_places() {
        let catalogue = Catalogue::parse("en", r#"{ "a": "x {one}, {two}" }"#).unwrap();
        let text = catalogue.text("a", &[("one", "{two}"), ("two", "2")]);
        assert_eq!(text, "x {two}, 2");
    }
}
