//! The API through the router: one file per operation, with a clock that tests move and emails kept
//! in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod support;

mod access_token;
mod change_password;
mod check_password;
mod contract;
mod cookie;
mod cookie_refresh;
mod cookie_rules;
mod cors;
mod devices;
mod document_limits;
mod enumeration;
mod errors;
mod failures;
mod forgot_password;
mod generated_files;
mod http;
mod http_body;
mod http_get;
mod http_log;
mod http_random;
mod http_responses;
mod http_trusted_documents;
mod introspection;
mod keys;
mod known_devices;
mod layering;
mod login;
mod logout;
mod me;
mod outbox;
mod policy;
mod races;
mod refresh;
mod refresh_attempt;
mod reported_cases;
mod reset_password;
mod reset_password_abuse;
mod revoke_other_sessions;
mod revoke_session;
mod routes;
mod security_page;
mod send_verification_code;
mod session_lifetime;
mod sessions;
mod signup;
mod signup_abuse;
mod signup_input;
mod signup_verify_first;
mod store_roundtrips;
mod style;
mod suspend;
mod tokens_page;
mod unauthenticated;
mod update_mobile_number;
mod update_profile;
mod validation;
mod variable_coercion;
mod variables;
mod verify_email;
mod viewer;
