//! The service as its emails present it.

use crate::model::Locale;

/// The service as its emails present it.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The service's name.
    pub service: String,
    /// The language of recipients of whom none is known.
    pub locale: Locale,
    /// The pages of the application.
    pub pages: AppPages,
    /// The address to which users write, or the URL of the page where they ask.
    pub support: Option<String>,
    /// The URL of the logo.
    pub logo: Option<String>,
    /// The colour of the HTML form, such as `#1f4e79`.
    pub color: String,
}

/// The pages of the application to which emails link; none without an application URL.
#[derive(Clone, Debug, Default)]
pub struct AppPages {
    /// The application itself.
    pub home: Option<String>,
    /// The page that takes a code and a new password.
    pub reset: Option<String>,
    /// The page that takes a code that proves an address.
    pub verify: Option<String>,
    /// The page with the sessions.
    pub sessions: Option<String>,
}

/// The place of the code in a page's URL, only in the fragment: browsers send it to no server.
pub const CODE_PLACE: &str = "{code}";

/// Returns the URL of a page with the code where the operator asks for it.
pub(super) fn with_code(page: &str, code: &str) -> String {
    page.replace(CODE_PLACE, code)
}

/// Returns the URL of a page as an email without a code links to it.
pub(super) fn without_code(page: &str) -> &str {
    match page.split_once('#') {
        Some((before, fragment)) if fragment.contains(CODE_PLACE) => before,
        _ => page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_in_a_link_only_where_asked_for() {
        let page = "https://app.example.org/reset#code={code}";
        assert_eq!(
            with_code(page, "123456"),
            "https://app.example.org/reset#code=123456"
        );
        assert_eq!(without_code(page), "https://app.example.org/reset");
        let plain = "https://app.example.org/#/reset";
        assert_eq!(with_code(plain, "123456"), plain);
        assert_eq!(without_code(plain), plain);
    }
}
