//! The API through the router: one file an act, with a clock that is moved and letters kept in memory.

#![expect(clippy::unwrap_used, reason = "a test that fails is what a panic is for")]

mod support;

mod change_password;
mod check_password;
mod contract;
mod cookie;
mod cookie_rules;
mod cors;
mod costs;
mod devices;
mod door;
mod door_log;
mod door_random;
mod door_trusted;
mod enumeration;
mod errors;
mod floors;
mod forgot_password;
mod guard;
mod http;
mod introspection;
mod keys;
mod known_devices;
mod login;
mod logout;
mod me;
mod mirrors;
mod outbox;
mod policy;
mod races;
mod refresh;
mod reset_password;
mod revoke_other_sessions;
mod revoke_session;
mod routes;
mod security_page;
mod send_verification_code;
mod session_lifetime;
mod sessions;
mod signup;
mod signup_crowds;
mod signup_verify_first;
mod suspend;
mod tokens_page;
mod update_mobile_number;
mod update_profile;
mod verify_email;
