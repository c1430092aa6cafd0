//! Cases that users of comparable services reported, by class: each with its expected outcome.

mod emails;
mod http;
mod mobile_numbers;
mod names_and_codes;
mod parked_emails;
mod recognition;
