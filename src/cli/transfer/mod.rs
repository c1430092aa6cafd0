//! `latchkey user import` and `latchkey user export`: users move in from other systems, and out.

mod addresses;
mod export;
mod import;
mod json_rows;
mod record;
mod report;
mod row;
mod sources;
mod sql_rows;
mod sql_values;
mod time;

pub(super) use export::Export;
pub(super) use import::Import;
