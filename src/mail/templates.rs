//! The templates and texts of emails: those in the program, and those of the operator's folder
//! before them.

use std::fs;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};

use super::brand::Brand;
use super::catalogue::{self, Catalogue, Catalogues};
use super::content::Parts;
use super::sample;
use crate::model::{Email, EmailKind, Locale, OutboxEmail, Timestamp};

/// The templates in the program. A folder's template of a kind, such as `newSignIn.html`, goes
/// before them.
const BUILT_IN: [(&str, &str); 2] = [
    ("email.txt", include_str!("templates/email.txt")),
    ("email.html", include_str!("templates/email.html")),
];
/// The width of lines in the plain text.
const WIDTH: usize = 72;

/// The templates or texts of emails cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder or a file in it cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file is neither a template nor a catalogue.
    #[error(
        "{}: is no template of an email (email.txt, email.html, or a kind such as newSignIn.html) and no catalogue (such as \
         de.json)",
        _0.display()
    )]
    Unknown(PathBuf),
    /// A template is wrong.
    #[error("{0}")]
    Template(String),
    /// A template leaves out the code.
    #[error("the template of {kind} does not show the code alone on a line of its own")]
    NoCode {
        /// The kind of email.
        kind: &'static str,
    },
    /// A catalogue is wrong.
    #[error("the texts in `{language}`: {wrong}")]
    Catalogue {
        /// The tag of the language.
        language: String,
        /// The error.
        wrong: String,
    },
    /// No catalogue is in the language of `LATCHKEY_LOCALE`.
    #[error("no catalogue is in the language `{0}`")]
    Locale(String),
}

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        let place = match (error.name(), error.line()) {
            (Some(name), Some(line)) => format!("{name}, line {line}: "),
            _ => String::new(),
        };
        Self::Template(format!("{place}{error}"))
    }
}

/// The templates and texts of emails, checked.
#[derive(Clone, Debug)]
pub struct Templates {
    environment: Environment<'static>,
    catalogues: Catalogues,
    brand: Brand,
}

/// An email in the recipient's language.
#[derive(Clone, Debug)]
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl Templates {
    /// Loads the templates in the program and, before them, those in a folder; renders every kind
    /// of email in every language once if there is a folder.
    ///
    /// # Errors
    /// Returns an error if a file is unknown or wrong, or if there is no catalogue for the brand's
    /// language.
    pub fn load(folder: Option<&Path>, brand: Brand) -> Result<Self, TemplateError> {
        let mut templates = Self {
            environment: environment()?,
            catalogues: catalogue::built_in()?,
            brand,
        };
        if let Some(folder) = folder {
            templates.add_folder(folder)?;
        }
        let model = templates.catalogues["en"].clone();
        for (language, catalogue) in &templates.catalogues {
            catalogue.check_against(&model, language)?;
        }
        let locale = &templates.brand.locale;
        if !locale
            .lookup()
            .any(|tag| templates.catalogues.contains_key(tag))
        {
            return Err(TemplateError::Locale(locale.as_str().to_owned()));
        }
        if folder.is_some() {
            templates.check()?;
        }
        Ok(templates)
    }

    /// Returns the tags of the languages.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.catalogues.keys().map(String::as_str)
    }

    /// Returns the service as its emails present it.
    #[must_use]
    pub const fn brand(&self) -> &Brand {
        &self.brand
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), TemplateError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| TemplateError::Io { path, source }
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            paths.push(entry.map_err(unreadable(folder))?.path());
        }
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            let read = || fs::read_to_string(&path).map_err(unreadable(&path));
            match name.rsplit_once('.') {
                Some((stem, "txt" | "html")) if is_template(stem) => {
                    let (name, text) = (name.clone().into_owned(), read()?);
                    self.environment.add_template_owned(name, text)?;
                }
                Some((tag, "json")) if is_tag(tag) => {
                    let catalogue = Catalogue::parse(tag, &read()?)?;
                    let catalogue = catalogue.completed_by(self.catalogues.get(tag));
                    self.catalogues.insert(tag.to_owned(), catalogue);
                }
                _ => return Err(TemplateError::Unknown(path.clone())),
            }
        }
        Ok(())
    }

    /// Renders every kind of email in every language.
    fn check(&self) -> Result<(), TemplateError> {
        let now = Timestamp::from_millis(0);
        for kind in sample::kinds(now) {
            let (email, code) = (sample::email(kind.clone(), now), sample::code(&kind));
            for (language, catalogue) in &self.catalogues {
                let rendered = self.render_in(&Parts {
                    brand: &self.brand,
                    language,
                    catalogue,
                    email: &email,
                    to: &sample::recipient(),
                    code,
                    now,
                })?;
                let is_code = |line: &str| code.is_some_and(|code| line.trim() == code);
                let shows = code.is_none_or(|code| {
                    rendered.text.lines().any(is_code) && rendered.html.contains(code)
                });
                if !shows {
                    return Err(TemplateError::NoCode { kind: kind.name() });
                }
            }
        }
        Ok(())
    }

    /// Renders an email as it is sent now, in the first of the recipient's languages that has a
    /// catalogue, or else in the service's.
    pub(super) fn render(
        &self,
        email: &OutboxEmail,
        to: &Email,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<Rendered, TemplateError> {
        let languages = email.languages.iter().chain([&self.brand.locale]);
        let mut tags = languages.flat_map(Locale::lookup);
        let known = tags.find(|tag| self.catalogues.contains_key(*tag));
        let language = known.unwrap_or("en");
        self.render_in(&Parts {
            brand: &self.brand,
            language,
            catalogue: &self.catalogues[language],
            email,
            to,
            code,
            now,
        })
    }

    fn render_in(&self, parts: &Parts) -> Result<Rendered, TemplateError> {
        let kind = &parts.email.kind;
        let content = parts.content();
        let values = Value::from(Serde(&content));
        Ok(Rendered {
            text: tidy(&self.template(kind, "txt")?.render(values.clone())?),
            html: self.template(kind, "html")?.render(values)? + "\n",
            subject: content.subject,
        })
    }

    fn template(
        &self,
        kind: &EmailKind,
        form: &str,
    ) -> Result<minijinja::Template<'_, '_>, minijinja::Error> {
        let own = self
            .environment
            .get_template(&format!("{}.{form}", kind.name()));
        own.or_else(|_| self.environment.get_template(&format!("email.{form}")))
    }
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(syntax);
    environment.add_filter("wrap", |text: String| wrap(&text));
    for (name, text) in BUILT_IN {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

fn is_template(stem: &str) -> bool {
    let kinds = sample::kinds(Timestamp::from_millis(0));
    stem == "email" || kinds.iter().any(|kind| kind.name() == stem)
}

fn is_tag(text: &str) -> bool {
    crate::model::Locale::parse(text).is_ok_and(|locale| locale.as_str() == text)
}

/// Breaks a text into lines, between words.
fn wrap(text: &str) -> String {
    let (mut wrapped, mut width) = (String::new(), 0);
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 {
            let fits = width + 1 + length <= WIDTH;
            wrapped.push(if fits { ' ' } else { '\n' });
            width = if fits { width + 1 } else { 0 };
        }
        wrapped.push_str(word);
        width += length;
    }
    wrapped
}

/// Returns a text without the blank lines that absent parts leave.
fn tidy(text: &str) -> String {
    let (mut tidied, mut blank) = (String::new(), true);
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && blank) {
            tidied.push_str(line);
            tidied.push('\n');
        }
        blank = line.is_empty();
    }
    tidied.truncate(tidied.trim_end().len());
    tidied + "\n"
}
